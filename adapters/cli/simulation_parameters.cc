#include "adapters/cli/simulation_parameters.h"

namespace tranchet {
namespace {

std::vector<std::int64_t> days_of(const std::vector<std::string>& texts) {
  std::vector<std::int64_t> days;
  for (const std::string& text : texts) days.push_back(*parse_date(text));
  return days;
}

bool is_intraday(const Configuration& configuration, InstrumentId instrument) {
  return configuration.settings.choice<ProductChoice>(Setting::Product, instrument) ==
         ProductChoice::Intraday;
}

}  // namespace

std::optional<ChargeRates> charges_of(const ChargeSettings& from, bool intraday) {
  if (from.schedule == ChargeSchedule::None) return std::nullopt;
  const Segment segment = from.schedule == ChargeSchedule::NseFutures   ? Segment::Futures
                          : from.schedule == ChargeSchedule::NseOptions ? Segment::Options
                          : intraday                                    ? Segment::Intraday
                                                                        : Segment::Delivery;
  ChargeRates rates = charge_rates(segment);
  rates.brokerage = from.brokerage.value_or(rates.brokerage);
  rates.brokerage_most = Money::from_raw(from.brokerage_most.value_or(rates.brokerage_most.raw()));
  rates.stt_buy = from.stt_buy.value_or(rates.stt_buy);
  rates.stt_sell = from.stt_sell.value_or(rates.stt_sell);
  rates.exchange = from.exchange.value_or(rates.exchange);
  rates.sebi = from.sebi.value_or(rates.sebi);
  rates.stamp = from.stamp.value_or(rates.stamp);
  rates.gst = from.gst.value_or(rates.gst);
  return rates;
}

std::optional<TradingHours> hours_of(const Configuration& configuration) {
  const SessionSettings& session = configuration.session;
  if (!session.trading_hours) return std::nullopt;
  const Settings& settings = configuration.settings;
  return TradingHours{.start = settings.duration(Setting::SessionStart),
                      .end = settings.duration(Setting::SessionEnd),
                      .square_off = session.venue_square_off,
                      .utc_offset = settings.duration(Setting::UtcOffset),
                      .holidays = days_of(session.holidays),
                      .extra_days = days_of(session.extra_days)};
}

VenueTerms terms_of(const Configuration& configuration, InstrumentId instrument) {
  VenueTerms terms;
  terms.maintenance_margin = configuration.simulation.maintenance_margin;
  terms.leverage = configuration.settings.get(Setting::Leverage, instrument);
  terms.intraday = is_intraday(configuration, instrument);
  terms.charges = charges_of(configuration.charges, terms.intraday);
  return terms;
}

SimulationParameters simulation_of(const Configuration& configuration) {
  const SimulationSettings& from = configuration.simulation;
  SimulationParameters to;
  to.initial_balance = from.initial_balance;
  to.position_mode = configuration.settings.choice<PositionMode>(Setting::PositionModeChoice);
  to.maker_fee = from.maker_fee;
  to.taker_fee = from.taker_fee;
  to.latency = from.latency;
  to.queue = from.queue == QueueChoice::Through ? QueueAssumption::Through : QueueAssumption::Touch;
  to.market_slippage = from.slippage;
  to.take_share = from.partial_fill;
  to.reduce_only = configuration.settings.flag(Setting::ReduceOnly);
  to.liquidation = from.liquidation;
  to.hours = hours_of(configuration);
  to.terms = terms_of(configuration, InstrumentId::None);
  return to;
}

}  // namespace tranchet

#include "backtest/assumptions.h"

#include "events/settings.h"

namespace tranchet {
namespace {

// Counts of 1e-8 of the notional: 10'000 are a basis point.
std::string basis_points(std::int64_t fee) {
  return decimal_text(fee * (kDecimalOne / 10'000)) + " bp";
}

// Counts of 1e-8 as percent.
std::string share_text(std::int64_t rate) {
  return decimal_text(rate * 100) + " %";
}

std::string charges_text(const ChargeRates& rates) {
  std::string text = "brokerage " + share_text(rates.brokerage) + " an order";
  if (rates.brokerage_most.is_positive()) text += ", at most " + to_text(rates.brokerage_most);
  text += "; STT " + share_text(rates.stt_buy) + " bought, " + share_text(rates.stt_sell) + " sold";
  text += "; exchange " + share_text(rates.exchange) + ", SEBI " + share_text(rates.sebi);
  return text + ", stamp " + share_text(rates.stamp) + " bought, GST " + share_text(rates.gst);
}

std::string time_text(Duration time_of_day) {
  return setting_text(info(Setting::SquareOff), time_of_day.count());
}

std::string hours_text(const TradingHours& hours) {
  std::string text = time_text(hours.start) + " to " + time_text(hours.end) + ", weekdays";
  if (!hours.holidays.empty()) {
    text += " but " + std::to_string(hours.holidays.size()) + " holidays";
  }
  text += "; orders are for the day";
  if (hours.square_off) text += "; intraday is closed at " + time_text(*hours.square_off);
  return text;
}

}  // namespace

std::vector<std::pair<std::string, Money>> charges_by_name(const Charges& charges) {
  return {{"brokerage", charges.brokerage}, {"stt", charges.stt},
          {"exchange", charges.exchange},   {"sebi", charges.sebi},
          {"stamp", charges.stamp},         {"gst", charges.gst}};
}

std::vector<std::pair<std::string, std::string>> assumptions_of(const SimulationParameters& venue,
                                                                bool from_bars) {
  std::vector<std::pair<std::string, std::string>> result;
  const auto say = [&](std::string what, std::string how) {
    result.emplace_back(std::move(what), std::move(how));
  };
  say("Fees", venue.terms.charges ? charges_text(*venue.terms.charges)
                                  : "maker " + basis_points(venue.maker_fee) + ", taker " +
                                        basis_points(venue.taker_fee));
  if (venue.hours) say("Hours", hours_text(*venue.hours));
  say("Latency", to_text(venue.latency) + " there and back");
  say("Resting orders", venue.queue == QueueAssumption::Touch
                            ? "fill when the price trades at them: first in the queue"
                            : "fill when the price trades through them: last in the queue");
  say("Market orders", venue.market_slippage == 0
                           ? "fill at the newest price of the other side"
                           : "fill " + percent_text(venue.market_slippage) + " % worse");
  say("Sizes", venue.take_share == 0
                   ? "our orders do not move the market, and get all they want"
                   : "at most " + percent_text(venue.take_share) + " % of what is printed");
  say("Positions", venue.position_mode == PositionMode::Hedge ? "long and short side by side"
                                                              : "long or short, never both");
  say("Liquidation", venue.liquidation ? "as the venue does it" : "off");
  if (from_bars) {
    say("Bars", "run twice, with the extreme that hurts first and with the one that helps first");
  }
  return result;
}

}  // namespace tranchet

#include "backtest/hindsight/simulated_run.h"

#include <algorithm>
#include <iterator>

namespace tranchet {
namespace {

SimulationParameters fitted(SimulationParameters parameters, const Settings& settings) {
  parameters.position_mode = settings.choice<PositionMode>(Setting::PositionModeChoice);
  parameters.reduce_only = settings.flag(Setting::ReduceOnly);
  parameters.mark_from_trades =
      settings.choice<MarkSourceChoice>(Setting::MarkSource) == MarkSourceChoice::Trade;
  return parameters;
}

InstrumentId instrument_of(const EventBody& body) {
  return std::visit(
      [](const auto& event) {
        if constexpr (requires { event.instrument; }) return InstrumentId(event.instrument);
        return InstrumentId::None;
      },
      body);
}

// A loop without a journal writes nothing that could fail.
void must(const std::expected<void, LogError>& done) {
  ENSURE(done.has_value());
}

}  // namespace

SimulatedRun::SimulatedRun(const Engine& engine, const SimulationParameters& venue,
                           bool rates_settle, RunLedger& ledger)
    : engine_(engine),
      parameters_(fitted(venue, engine.state().settings)),
      venue_(parameters_),
      ledger_(ledger),
      port_(*this),
      loop_(engine_, port_, *this, {}),
      rates_settle_(rates_settle) {
  const State& state = engine_.state();
  for (const InstrumentState& instrument : state.instruments) {
    if (!instrument.listed) continue;
    list(instrument.rules);
    const InstrumentId id = instrument.rules.instrument;
    if (instrument.mark) show(MarkPrice{id, *instrument.mark}, state.now);
    if (instrument.trade) {
      show(TradePrinted{.instrument = id, .quantity = {}, .price = *instrument.trade}, state.now);
    }
  }
}

void SimulatedRun::list(const InstrumentListed& rules) {
  const auto at = static_cast<std::size_t>(rules.instrument);
  if (listed_.size() <= at) listed_.resize(at + 1);
  listed_[at] = true;
  venue_.list(rules);
  VenueTerms terms = parameters_.terms;
  terms.leverage = engine_.state().settings.get(Setting::Leverage, rules.instrument);
  venue_.set_terms(rules.instrument, terms);
}

void SimulatedRun::show(const EventBody& body, Timestamp time) {
  const auto at = static_cast<std::size_t>(instrument_of(body));
  const bool known = at < listed_.size() && listed_[at];
  const bool settles = rates_settle_ || !std::holds_alternative<FundingRate>(body);
  if (is_market(body) && known && settles) venue_.observe(body, time);
}

void SimulatedRun::watch(const Event& event) {
  if (const auto* rules = std::get_if<InstrumentListed>(&event.body)) list(*rules);
  show(event.body, event.time);
}

void SimulatedRun::begin(const Engine& engine, const Output& output, const Beginning& beginning) {
  engine_ = engine;
  source_ = beginning.source;
  const Timestamp now = engine_.state().now;
  Seam seam = seam_at(engine_.state(), output.commands, beginning.snapshot_asked_for);
  seam.standing.balance = beginning.balance;
  seam.standing.trades = beginning.last_trade;
  venue_.stand(seam.standing);
  port_.submit(seam.under_way, now);
  port_.submit(output.commands, now);
  loop_.look_again();
}

void SimulatedRun::run_until(Timestamp time) {
  must(loop_.run_until(time));
}

void SimulatedRun::take(const Event& input) {
  run_until(input.time);
  if (const auto* rules = std::get_if<InstrumentListed>(&input.body)) list(*rules);
  show(input.body, input.time);
  loop_.look_again();
  run_until(input.time);
  source_ = input.sequence;
  must(loop_.take(input.time, input.body));
}

void SimulatedRun::take_foreign(const OrderFilled& fill, Timestamp time) {
  run_until(time);
  venue_.foreign_market({fill.instrument, fill.position_side}, fill.side, fill.quantity, time);
  loop_.look_again();
}

void SimulatedRun::take_funding(const FundingPaid& paid, Quantity held, Timestamp time) {
  run_until(time);
  const PositionKey key{paid.instrument, paid.position_side};
  const Quantity own = venue_.position(key).quantity;
  if (rates_settle_ || !held.is_positive() || !own.is_positive()) return;
  const Int128 share = static_cast<Int128>(paid.amount.raw()) * own.raw();
  venue_.pay_funding(key, Money::from_wide(divide_half_away(share, held.raw())), time);
  loop_.look_again();
}

void SimulatedRun::set_latency_of(Timestamp now) {
  if (latencies_.empty()) return;
  const auto after =
      std::ranges::upper_bound(latencies_, now, {}, [](const auto& item) { return item.first; });
  venue_.set_latency((after == latencies_.begin() ? *after : *std::prev(after)).second);
}

void SimulatedRun::tell_prices(std::span<const Command> commands) {
  if (prices_ == nullptr) return;
  for (const Command& command : commands) {
    const auto* sent = std::get_if<SubmitOrder>(&command);
    if (sent == nullptr) continue;
    const auto told = prices_->find(numbering_.take(*sent, source_));
    if (told != prices_->end()) venue_.tell_price(sent->order, told->second);
  }
}

void SimulatedRun::on_event(const Event& event, const Output& output) {
  ledger_.take(event, output, engine_.state(), source_);
}

}  // namespace tranchet

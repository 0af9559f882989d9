#include "tests/backtest/every_event.h"

#include "backtest/report/row_files.h"

namespace tranchet {
namespace {

class Bookkeeper final : public Observer {
 public:
  Bookkeeper(const Engine& engine, const LaneOptions& options, Rows& rows)
      : account(options.simulation.initial_balance, {&rows}),
        engine_(engine),
        trades_are_marks_(options.simulation.mark_from_trades) {}

  void on_event(const Event& event, const Output& output) override {
    if (const auto* mark = std::get_if<MarkPrice>(&event.body)) {
      account.on_price(mark->instrument, mark->price, event.time);
    }
    const auto* trade = std::get_if<TradePrinted>(&event.body);
    if (trade != nullptr && trades_are_marks_) {
      account.on_price(trade->instrument, trade->price, event.time);
    }
    account.on_bookings(output.bookings, event.sequence, event.time);
    account.on_commands(output.commands);
    note_naked(event.time);
  }

  Account account;

 private:
  void note_naked(Timestamp time) {
    const State& state = engine_.state();
    for (const InstrumentState& instrument : state.instruments) {
      for (const Position& position : instrument.positions) {
        for (const Tranche& tranche : position.tranches) {
          if (!tranche.quantity.is_positive()) continue;
          account.on_naked(tranche.id, naked_quantity(state, tranche), time);
        }
      }
    }
  }

  const Engine& engine_;
  bool trades_are_marks_;
};

}  // namespace

void KeptRows::add(const TradeRow& row) {
  trades += csv_line(row, names_);
}

void KeptRows::add(const TrancheRow& row) {
  tranches += csv_line(row, names_);
}

void KeptRows::add(const EquityRow& row) {
  equity += csv_line(row);
}

RunOutcome run_every_event(const LaneOptions& options, Names& names,
                           const std::vector<Occurrence>& history) {
  KeptRows rows(names);
  Engine engine(options.opening.settings, options.opening.account);
  SimulatedVenue venue(options.simulation);
  for (const InstrumentListed& listed : options.opening.instruments) venue.list(listed);
  Bookkeeper bookkeeper(engine, options, rows);
  Loop loop(engine, venue, bookkeeper, {});
  for (const EventBody& body : opening_events(options.opening, names)) {
    ENSURE(loop.take(history.front().time, body).has_value());
  }
  for (const Occurrence& occurrence : history) {
    ENSURE(loop.run_until(occurrence.time).has_value());
    venue.observe(occurrence.body, occurrence.time);
    loop.look_again();
    ENSURE(loop.run_until(occurrence.time).has_value());
    ENSURE(loop.take(occurrence.time, occurrence.body).has_value());
  }
  const Timestamp end = history.back().time;
  ENSURE(loop.run_until(end).has_value());
  RunOutcome outcome;
  outcome.account = bookkeeper.account.finish(std::max(end, engine.state().now));
  outcome.trades = rows.trades;
  outcome.tranches = rows.tranches;
  outcome.equity = rows.equity;
  outcome.last = engine.last_sequence();
  outcome.command_digest = engine.command_digest();
  outcome.state_digest = engine.state_digest();
  return outcome;
}

}  // namespace tranchet

// Everything that screens show, at one sequence: the engine's state and the ledger beside it. Both
// are folds of the log, so a copy is a moment to come back to.
#pragma once

#include <expected>

#include "adapters/gateway/ledger.h"
#include "engine/engine.h"
#include "events/log/event_log.h"
#include "events/names.h"

namespace tranchet {

class Screen {
 public:
  // Begins a run; the event is to be applied as well. NotALog: it is not RunStarted.
  static std::expected<Screen, LogError> begin(const Event& first, const Names& names);
  // The same for a log that may be a slice, or whose oldest segments may be gone: what happened
  // before is in the state, and not in the ledger.
  static std::expected<Screen, LogError> begin(const Event& first, LogReader& log);

  // Goes on from an engine: what happened before is in its state, and not in the ledger.
  static Screen begin(Engine before) { return Screen(std::move(before)); }

  // What the event caused, until the next call.
  const Output& apply(const Event& event);

  const State& state() const { return engine_.state(); }
  const Engine& engine() const { return engine_; }
  const Ledger& ledger() const { return ledger_; }
  Sequence sequence() const { return engine_.last_sequence(); }
  Timestamp time() const { return state().now; }

 private:
  explicit Screen(Engine engine) : engine_(std::move(engine)) {}

  Engine engine_;
  Ledger ledger_;
  Output output_;
};

// The price that a position is valued at: the mark, else the last trade; empty before any.
Maybe<Price> valuation_price(const InstrumentState& instrument);
// Price-only result of what is open, at this price.
Money unrealized_pnl(PositionSide side, Quantity quantity, Value cost, Price price);
// Notional at that price.
Money exposure(Quantity quantity, Price price);

}  // namespace tranchet

// The one closing path, for every exit that the engine starts, and the prices that start it.
//
//   start_closing -> take-profit cancelled and confirmed -> market order for what is open -> done
//                                                            | refused, expired with a rest
//                                                            v
//                                            timer, next attempt; after the last: Alert, live again
#pragma once

#include "engine/turn.h"

namespace tranchet {

// Begins to close a tranche; `part` only that much of it. A second trigger does nothing, except
// that a path stalled by NoPosition goes on.
void start_closing(Turn& turn, const Position& position, Tranche& tranche, ExitReason reason,
                   Maybe<Quantity> part);

// The next step of a closing tranche, if its turn has come.
void progress_closing(Turn& turn, const Position& position, Tranche& tranche);

// A stop of ours has triggered, or filled without saying so: it is the exit now. The stop it was to
// replace, or that was to replace it, is cancelled at once.
void note_triggered(Turn& turn, Order& order);

// Whether a stop is the one that triggered, or a slice beside it.
bool is_triggered_generation(const Closing& closing, const Order& stop);

// A market order of the closing path is over with something left open.
void note_close_failed(Turn& turn, const Position& position, Tranche& tranche,
                       std::optional<RejectReason> reason);

// The retry timer of a failed exit.
void retry_exit(Turn& turn, Tranche& tranche);

// The backstop: the price ran so far past the stop that all is closed. Else the guard: open
// quantity without a stop, past the price where that stop should be, is closed, that part only.
void test_stop_price(Turn& turn, const Position& position, Tranche& tranche);

// Which prices start an exit: instant close, guard, backstop. Run on every price outside the band.
void test_tranches(Turn& turn, Position& position, bool is_mark);
inline void test_prices(Turn& turn, Position& position, bool is_mark) {
  if (!position.tranches.empty()) test_tranches(turn, position, is_mark);
}

// CloseRequested, scope and all.
void request_close(Turn& turn, const CloseRequested& request);

// The prices between which test_prices does nothing, for both sides of the instrument. None while
// the strategy `refill` would enter at any.
QuietBand quiet_band(const State& state, const InstrumentState& instrument);

}  // namespace tranchet

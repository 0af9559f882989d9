// Sessions: what an exchange that closes every day changes.
//
// While the venue takes no orders (SessionChanged), no stop, take-profit or market close is sent
// and no price starts an exit; the wishes stand, and are taken up when it opens: orders for the day
// have expired by then, so the stops come back first thing. An instrument traded "intraday" takes
// no new entry from `last_entry` on, and at `square_off` a timer closes what is open by the one
// closing path, again every minute until it is gone or the session is over.
#pragma once

#include "engine/turn.h"

namespace tranchet {

void change_session(Turn& turn, const SessionChanged& changed);

inline bool is_intraday(const Settings& settings, InstrumentId instrument) {
  return settings.choice<ProductChoice>(Setting::Product, instrument) == ProductChoice::Intraday;
}

// Of an instrument that is traded intraday.
bool is_past_last_entry(const State& state, InstrumentId instrument);
inline bool is_after_last_entry(const State& state, InstrumentId instrument) {
  return is_intraday(state.settings, instrument) && is_past_last_entry(state, instrument);
}

// Whether any instrument is traded intraday.
bool trades_intraday(const Settings& settings);

// Sets, moves or cancels the square-off timer of the instrument, as what is open asks for.
void settle_square_off(Turn& turn, InstrumentId instrument);

// The timer: entries are cancelled, tranches closed, reason SquareOff.
void square_off(Turn& turn, InstrumentId instrument);

}  // namespace tranchet

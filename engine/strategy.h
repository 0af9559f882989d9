// Entry strategies that are part of the engine: pure functions of the prices they have seen.
// `signals` is the absence of one: its entries come from outside.
#pragma once

#include "engine/turn.h"

namespace tranchet {

// Dip: buys when the price is drop_pct below the highest of the last window, sells short when it is
// as far above the lowest; at most once a cooldown a side, whether the entry was taken or refused.
// Takes the price in; true when consider_dip has something to do.
bool dip_sees(const State& state, InstrumentState& instrument, Price price, Timestamp now);
void consider_dip(Turn& turn, InstrumentId instrument, Price price);

}  // namespace tranchet

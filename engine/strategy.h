// Entry strategies that are part of the engine: pure functions of the prices they have seen.
// `signals` is the absence of one: its entries come from outside.
#pragma once

#include "engine/turn.h"

namespace tranchet {

// The setting `side` lets a strategy enter this side of the instrument.
inline bool strategy_trades(const State& state, InstrumentId instrument, PositionSide side) {
  const auto sides = state.settings.choice<StrategySidesChoice>(Setting::StrategySides, instrument);
  const auto wanted =
      side == PositionSide::Long ? StrategySidesChoice::Long : StrategySidesChoice::Short;
  return sides == StrategySidesChoice::Both || sides == wanted;
}
// A strategy does not enter this side of the instrument again yet.
inline bool strategy_rests(const InstrumentState& instrument, PositionSide side, Timestamp now) {
  const auto& until = instrument.cooldown_until[side == PositionSide::Long ? 0 : 1];
  return until && now < *until;
}

// Dip: buys when the price is drop_pct below the highest of the last window, sells short when it is
// as far above the lowest; at most once a cooldown a side, whether the entry was taken or refused.
// Whether consider_dip has something to do at this price, which the window has taken in.
bool dip_may_enter(const State& state, InstrumentId instrument, Price price, Timestamp now);
// Whether it may have at a price of a path that the window has not taken in; false is a promise.
bool dip_may_enter(const State& state, InstrumentId instrument, const PricePath& path);
void consider_dip(Turn& turn, InstrumentId instrument, Price price);

}  // namespace tranchet

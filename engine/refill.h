// The strategy `refill`: as many tranches as there may be, always. Whenever a side that it trades
// holds fewer than max_tranches live ones and no entry is on its way, the next mark is an entry at
// the market. What a cap of two does with the marks 100, 101, 102 and fills in between: an entry at
// 100, one at 101, none at 102; and one at the first mark after either tranche has closed.
//
// Which tranche an entry joins is not its business: with the default tranche_increment_pct it joins
// the newest; a negative one opens a tranche at a profit too, and -100 at any price up to twice the
// average.
#pragma once

#include "engine/strategy.h"
#include "engine/turn.h"

namespace tranchet {

// Whether the next mark makes an entry into this book, time left aside. The quiet band is empty
// while it does.
bool has_room_for_refill(const State& state, const Position& position);
inline bool wants_refill(const State& state, const Position& position) {
  return state.settings.choice<StrategyName>(Setting::Strategy) == StrategyName::Refill &&
         position.entries.empty() &&
         strategy_trades(state, position.key.instrument, position.key.side) &&
         has_room_for_refill(state, position);
}

// At a mark: the entries it makes, Long before Short.
void consider_refill(Turn& turn, InstrumentId instrument);

// An entry was refused, by the checks or by the venue: the side rests for a cooldown, for what
// refused this one refuses the next one too.
void note_refused_refill(State& state, PositionKey key);

}  // namespace tranchet

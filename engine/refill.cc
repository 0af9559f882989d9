#include "engine/refill.h"

#include "engine/entries.h"
#include "engine/placement.h"

namespace tranchet {

bool has_room_for_refill(const State& state, const Position& position) {
  const InstrumentId id = position.key.instrument;
  return live_count(position) < state.settings.get(Setting::MaxTranches, id) &&
         side_is_free(state, position.key) && state.instrument(id).listed &&
         state.settings.flag(Setting::EntriesAllowed, id);
}

void consider_refill(Turn& turn, InstrumentId id) {
  const State& state = turn.state;
  for (const PositionSide side : {PositionSide::Long, PositionSide::Short}) {
    if (strategy_rests(state.instrument(id), side, state.now)) continue;
    if (!wants_refill(state, state.position({id, side}))) continue;
    consider_entry(turn,
                   {.instrument = id, .side = entry_side(side), .order_type = OrderType::Market});
  }
}

void note_refused_refill(State& state, PositionKey key) {
  const auto strategy = state.settings.choice<StrategyName>(Setting::Strategy);
  if (strategy != StrategyName::Refill || !state.knows(key.instrument)) return;
  state.instrument(key.instrument).cooldown_until[key.side == PositionSide::Long ? 0 : 1] =
      state.now + state.settings.duration(Setting::StrategyCooldown);
}

}  // namespace tranchet

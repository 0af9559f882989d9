#include "engine/strategy.h"

#include "engine/entries.h"

namespace tranchet {
namespace {

bool may_enter(const State& state, InstrumentId id, PositionSide side, Timestamp now) {
  return strategy_trades(state, id, side) && !strategy_rests(state.instrument(id), side, now);
}

}  // namespace

bool dip_may_enter(const State& state, InstrumentId id, Price price, Timestamp now) {
  const Ppm drop = state.settings.percent(Setting::DipDrop);
  const DipWindow& dip = state.instrument(id).dip;
  return (dip.has_fallen(price, drop) && may_enter(state, id, PositionSide::Long, now)) ||
         (dip.has_risen(price, drop) && may_enter(state, id, PositionSide::Short, now));
}

bool dip_may_enter(const State& state, InstrumentId id, const PricePath& path) {
  const Ppm drop = state.settings.percent(Setting::DipDrop);
  const Timestamp end = path.points.back().time;
  const DipWindow& dip = state.instrument(id).dip;
  return (dip.may_fall(path, drop) && may_enter(state, id, PositionSide::Long, end)) ||
         (dip.may_rise(path, drop) && may_enter(state, id, PositionSide::Short, end));
}

void consider_dip(Turn& turn, InstrumentId id, Price price) {
  State& state = turn.state;
  InstrumentState& instrument = state.instrument(id);
  const Ppm drop = state.settings.percent(Setting::DipDrop);
  for (const PositionSide side : {PositionSide::Long, PositionSide::Short}) {
    const bool is_long = side == PositionSide::Long;
    const bool moved =
        is_long ? instrument.dip.has_fallen(price, drop) : instrument.dip.has_risen(price, drop);
    if (!moved || !may_enter(state, id, side, state.now)) continue;
    instrument.cooldown_until[is_long ? 0 : 1] =
        state.now + state.settings.duration(Setting::StrategyCooldown);
    consider_entry(turn,
                   {.instrument = id, .side = entry_side(side), .order_type = OrderType::Market});
  }
}

}  // namespace tranchet

#include "engine/strategy.h"

#include "engine/entries.h"

namespace tranchet {
namespace {

bool may_enter(const State& state, const InstrumentState& instrument, PositionSide side,
               Timestamp now) {
  const auto sides = state.settings.choice<StrategySidesChoice>(Setting::StrategySides);
  const auto wanted =
      side == PositionSide::Long ? StrategySidesChoice::Long : StrategySidesChoice::Short;
  if (sides != StrategySidesChoice::Both && sides != wanted) return false;
  const auto& until = instrument.cooldown_until[side == PositionSide::Long ? 0 : 1];
  return !until || now >= *until;
}

}  // namespace

bool dip_sees(const State& state, InstrumentState& instrument, Price price, Timestamp now) {
  const Ppm drop = state.settings.percent(Setting::DipDrop);
  instrument.dip.add(price, now, state.settings.duration(Setting::DipWindow));
  return (instrument.dip.has_fallen(price, drop) &&
          may_enter(state, instrument, PositionSide::Long, now)) ||
         (instrument.dip.has_risen(price, drop) &&
          may_enter(state, instrument, PositionSide::Short, now));
}

void consider_dip(Turn& turn, InstrumentId id, Price price) {
  State& state = turn.state;
  InstrumentState& instrument = state.instrument(id);
  const Ppm drop = state.settings.percent(Setting::DipDrop);
  for (const PositionSide side : {PositionSide::Long, PositionSide::Short}) {
    const bool is_long = side == PositionSide::Long;
    const bool moved =
        is_long ? instrument.dip.has_fallen(price, drop) : instrument.dip.has_risen(price, drop);
    if (!moved || !may_enter(state, instrument, side, state.now)) continue;
    instrument.cooldown_until[is_long ? 0 : 1] =
        state.now + state.settings.duration(Setting::StrategyCooldown);
    consider_entry(turn,
                   {.instrument = id, .side = entry_side(side), .order_type = OrderType::Market});
  }
}

}  // namespace tranchet

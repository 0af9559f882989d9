#include "engine/candles.h"

#include <algorithm>

#include "engine/state.h"

namespace tranchet {
namespace {

std::uint32_t wanted_period(const State& state, InstrumentId instrument) {
  return static_cast<std::uint32_t>(state.settings.get(Setting::AtrPeriod, instrument));
}

Duration wanted_length(const State& state, InstrumentId instrument) {
  return state.settings.duration(Setting::CandleInterval, instrument);
}

Value true_range(const CandleMemory& memory, const CandleClosed& candle) {
  const bool is_first = memory.count == 0;
  const Price high = is_first ? candle.high : std::max(candle.high, memory.close);
  const Price low = is_first ? candle.low : std::min(candle.low, memory.close);
  return (static_cast<Value>(high.raw()) - low.raw()) * kDecimalOne;
}

}  // namespace

void take_candle(State& state, const CandleClosed& candle) {
  const InstrumentId id = candle.instrument;
  if (Duration::seconds(candle.seconds) != wanted_length(state, id)) return;
  const std::uint32_t period = wanted_period(state, id);
  CandleMemory& memory = state.instrument(id).candles;
  if (memory.seconds != candle.seconds || memory.period != period) {
    memory = {.seconds = candle.seconds, .period = period};
  }
  if (memory.count > 0 && candle.opened <= memory.opened) return;
  const Value range = true_range(memory, candle);
  memory.opened = candle.opened;
  memory.close = candle.close;
  if (memory.count == period) {
    memory.range = divide_half_away(memory.range * (period - 1) + range, period);
    return;
  }
  memory.range += range;
  if (++memory.count == period) memory.range = divide_half_away(memory.range, period);
}

std::optional<Value> average_true_range(const State& state, InstrumentId id) {
  const CandleMemory& memory = state.instrument(id).candles;
  const bool is_as_set = memory.period == wanted_period(state, id) &&
                         Duration::seconds(memory.seconds) == wanted_length(state, id);
  if (!is_as_set || memory.count < memory.period || memory.range == 0) return std::nullopt;
  return memory.range;
}

Price distance_of(Value range, std::int64_t multiplier) {
  // Beyond half of what a price can be there is no target anyway.
  const Int128 most = Price::max().raw() / 2;
  const Int128 raw =
      divide_half_away(range * multiplier, static_cast<Int128>(kDecimalOne) * kPpmOne);
  return Price::from_wide(std::clamp<Int128>(raw, 1, most));
}

}  // namespace tranchet

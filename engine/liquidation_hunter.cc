#include "engine/liquidation_hunter.h"

#include <algorithm>

#include "engine/entries.h"
#include "engine/strategy.h"

namespace tranchet {
namespace {

constexpr Duration kMinute = Duration::minutes(1);
// 1e16 of the quote currency. Nothing real is worth that much, and a million of them fit a sum.
constexpr Value kMostValue =
    static_cast<Value>(kDecimalOne) * kDecimalOne * kDecimalOne * kDecimalOne;

bool is_volume(const State& state) {
  return state.settings.choice<HunterTriggerChoice>(Setting::HunterTrigger) ==
         HunterTriggerChoice::Volume;
}

PositionSide side_against(Side liquidation) {
  return liquidation == Side::Sell ? PositionSide::Long : PositionSide::Short;
}

Timestamp minute_of(Timestamp time) {
  const Int128 minutes = divide_floor(time.nanoseconds(), kMinute.count());
  return Timestamp::from_nanoseconds(static_cast<std::int64_t>(minutes) * kMinute.count());
}

void forget_before(HunterMemory::Liquidations& seen, Timestamp oldest) {
  const auto first =
      std::ranges::find_if(seen, [&](const auto& one) { return one.first > oldest; });
  seen.erase(seen.begin(), first);
}

// Sums of the window: price x quantity, and quantity.
std::pair<Value, Int128> traded(const State& state, const InstrumentState& instrument) {
  const Timestamp oldest =
      minute_of(state.now) - state.settings.duration(Setting::HunterVwapWindow);
  Value value = 0;
  Int128 quantity = 0;
  for (const HunterMemory::Minute& minute : instrument.hunter.traded) {
    if (minute.start <= oldest) continue;
    value += minute.value;
    quantity += minute.quantity;
  }
  return {value, quantity};
}

// mark < value / quantity, and the mirror, exactly.
bool vwap_allows(const State& state, const InstrumentState& instrument, PositionSide side) {
  const auto [value, quantity] = traded(state, instrument);
  if (quantity == 0) return false;
  const Int128 mark = (*instrument.mark).raw();
  return side == PositionSide::Long ? mark <= divide_floor(value - 1, quantity)
                                    : mark > divide_floor(value, quantity);
}

bool ratio_allows(Price liquidation, Price mark, PositionSide side, Ppm most) {
  if (most == 0) return true;
  const Int128 scaled = static_cast<Int128>(liquidation.raw()) * kPpmOne;
  return side == PositionSide::Long ? scaled < static_cast<Int128>(mark.raw()) * (kPpmOne + most)
                                    : scaled > static_cast<Int128>(mark.raw()) * (kPpmOne - most);
}

// Without a mark nothing can be compared: the entry's own checks refuse it then.
bool filters_allow(const State& state, const InstrumentState& instrument, PositionSide side,
                   Price liquidation) {
  if (!instrument.mark) return true;
  return ratio_allows(liquidation, *instrument.mark, side,
                      state.settings.percent(Setting::HunterMarkRatio)) &&
         (!state.settings.flag(Setting::HunterVwapFilter) || vwap_allows(state, instrument, side));
}

Value threshold(const State& state, InstrumentId id, PositionSide side) {
  const Setting setting =
      side == PositionSide::Long ? Setting::HunterLongThreshold : Setting::HunterShortThreshold;
  return static_cast<Value>(state.settings.amount(setting, id).raw()) * kDecimalOne;
}

}  // namespace

bool hunts_liquidations(const Settings& settings) {
  return settings.choice<StrategyName>(Setting::Strategy) == StrategyName::LiquidationHunter;
}

bool hunts_by_vwap(const Settings& settings) {
  return hunts_liquidations(settings) && settings.flag(Setting::HunterVwapFilter);
}

void remember_trade(State& state, const TradePrinted& trade) {
  if (!trade.quantity) return;
  const Value value = value_of(trade.price, *trade.quantity);
  if (value > kMostValue) return;
  auto& minutes = state.instrument(trade.instrument).hunter.traded;
  const Timestamp start = minute_of(state.now);
  if (minutes.empty() || minutes.back().start != start) {
    const Timestamp oldest = start - state.settings.duration(Setting::HunterVwapWindow);
    std::erase_if(minutes, [&](const auto& minute) { return minute.start <= oldest; });
    minutes.push_back({.start = start});
  }
  minutes.back().value += value;
  minutes.back().quantity += (*trade.quantity).raw();
}

void consider_liquidation(Turn& turn, const LiquidationPrinted& printed) {
  State& state = turn.state;
  const InstrumentId id = printed.instrument;
  InstrumentState& instrument = state.instrument(id);
  const PositionSide side = side_against(printed.side);
  if (!instrument.listed || !strategy_trades(state, id, side) ||
      !state.settings.flag(Setting::EntriesAllowed, id)) {
    return;
  }
  const Value value = std::min(value_of(printed.average_price, printed.quantity), kMostValue);
  HunterMemory::Liquidations& seen = instrument.hunter.of(side);
  if (is_volume(state)) {
    forget_before(seen, state.now - state.settings.duration(Setting::HunterWindow));
    seen.emplace_back(state.now, value);
  }
  const Value counted = is_volume(state) ? liquidated_value(state, id, side, state.now) : value;
  if (counted < threshold(state, id, side) || strategy_rests(instrument, side, state.now) ||
      !filters_allow(state, instrument, side, printed.average_price)) {
    return;
  }
  seen.clear();
  instrument.cooldown_until[side == PositionSide::Long ? 0 : 1] =
      state.now + state.settings.duration(Setting::StrategyCooldown);
  consider_entry(turn,
                 {.instrument = id, .side = entry_side(side), .order_type = OrderType::Market});
}

void forget_unasked(State& state) {
  const bool hunts = hunts_liquidations(state.settings);
  for (InstrumentState& instrument : state.instruments) {
    if (!hunts || !is_volume(state)) instrument.hunter.liquidated = {};
    if (!hunts_by_vwap(state.settings)) instrument.hunter.traded.clear();
  }
}

Value liquidated_value(const State& state, InstrumentId id, PositionSide side, Timestamp now) {
  const Timestamp oldest = now - state.settings.duration(Setting::HunterWindow);
  Value sum = 0;
  for (const auto& [time, value] : state.instrument(id).hunter.of(side)) {
    if (time > oldest) sum += value;
  }
  return sum;
}

std::optional<Price> vwap(const State& state, InstrumentId id) {
  const auto [value, quantity] = traded(state, state.instrument(id));
  if (quantity == 0) return std::nullopt;
  return Price::from_wide(divide_floor(value, quantity));
}

}  // namespace tranchet

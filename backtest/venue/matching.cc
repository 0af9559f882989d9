#include "backtest/venue/matching.h"

#include <algorithm>

namespace tranchet {

bool waits_for_rise(OrderType type, Side side) {
  return (type == OrderType::StopMarket) == (side == Side::Buy);
}

bool stop_reached(OrderType type, Side side, Price stop, Price price) {
  return waits_for_rise(type, side) ? price >= stop : price <= stop;
}

bool reaches_limit(Side side, Price limit, Price price) {
  return side == Side::Buy ? price <= limit : price >= limit;
}

bool fills_resting(Side side, Price limit, Price price, QueueAssumption queue) {
  if (queue == QueueAssumption::Through && price == limit) return false;
  return reaches_limit(side, limit, price);
}

Price slipped(Side side, Price price, Ppm slippage, Price tick) {
  if (slippage == 0) return price;
  const Int128 raw = price.raw();
  if (side == Side::Buy) {
    const Int128 worse = divide_ceil(raw * (kPpmOne + slippage), kPpmOne);
    return ceil_to(Price::from_wide(worse), tick);
  }
  const Int128 worse = divide_floor(raw * (kPpmOne - slippage), kPpmOne);
  return std::max(floor_to(Price::from_wide(worse), tick), tick);
}

bool within_take_bound(Side side, Price price, Maybe<Price> mark, Ppm bound) {
  if (bound == 0 || !mark) return true;
  const Int128 scaled = static_cast<Int128>(price.raw()) * kPpmOne;
  const Int128 reference = (*mark).raw();
  return side == Side::Buy ? scaled <= reference * (kPpmOne + bound)
                           : scaled >= reference * (kPpmOne - bound);
}

bool trigger_allowed(const VenueMarket& market) {
  if (market.terms.trigger_protect == 0 || !market.last_trade || !market.mark) return true;
  const Int128 mark = (*market.mark).raw();
  const Int128 apart = (*market.last_trade).raw() - mark;
  return (apart < 0 ? -apart : apart) * kPpmOne <= mark * market.terms.trigger_protect;
}

Money rated(Value value, std::int64_t rate) {
  constexpr Int128 kScale = static_cast<Int128>(kDecimalOne) * kDecimalOne;
  return Money::from_wide(divide_half_away(value * rate, kScale));
}

}  // namespace tranchet

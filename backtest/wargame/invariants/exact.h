// The checks' own arithmetic: written a second time, on purpose, in another way than the engine's.
#pragma once

#include <optional>

#include "events/decimal.h"
#include "events/enums.h"

namespace tranchet::exact {

// floor(sum x part / whole) for 0 <= part <= whole, bit by bit, so that nothing is wider than 128.
constexpr Value share(Value sum, Quantity part, Quantity whole) {
  const Int128 w = whole.raw();
  Int128 quotient = sum / w * part.raw();
  // (sum mod w) x part is below 2^126.
  quotient += sum % w * part.raw() / w;
  return quotient;
}
static_assert(share(10, Quantity::from_raw(1), Quantity::from_raw(3)) == 3);
static_assert(share(11, Quantity::from_raw(2), Quantity::from_raw(3)) == 7);

// To the nearest, a half away from zero; the denominator is positive.
constexpr Int128 nearest(Int128 numerator, Int128 denominator) {
  const Int128 size = numerator < 0 ? -numerator : numerator;
  const Int128 quotient = size / denominator;
  const Int128 rest = size % denominator;
  const Int128 rounded = rest >= denominator - rest ? quotient + 1 : quotient;
  return numerator < 0 ? -rounded : rounded;
}
static_assert(nearest(5, 2) == 3 && nearest(-5, 2) == -3 && nearest(4, 3) == 1);

// The sign of a - b, for the averages a and b of two sums.
constexpr int compare_averages(Value sum_a, Quantity a, Value sum_b, Quantity b) {
  const Int128 whole_a = sum_a / a.raw(), whole_b = sum_b / b.raw();
  if (whole_a != whole_b) return whole_a < whole_b ? -1 : 1;
  const Int128 rest_a = sum_a % a.raw() * b.raw(), rest_b = sum_b % b.raw() * a.raw();
  if (rest_a == rest_b) return 0;
  return rest_a < rest_b ? -1 : 1;
}

// The price of a leg at `fraction` of the average above or below it: nearest tick, a tie toward the
// average, never on it or across it. Nullopt: below one tick.
std::optional<Price> leg_price(Value cost, Quantity quantity, bool above, Ppm fraction, Price tick);

// How a position on this side sees a price. Long gains as prices rise.
constexpr bool gains(PositionSide side, Price price, Price than) {
  return side == PositionSide::Long ? price > than : price < than;
}
constexpr bool is_at_or_beyond_target(PositionSide side, Price price, Price target) {
  return price == target || gains(side, price, target);
}
constexpr bool is_at_or_beyond_stop(PositionSide side, Price price, Price stop) {
  return price == stop || gains(side, stop, price);
}
// `fraction` of the stop's price beyond it, or further.
constexpr bool is_beyond_backstop(PositionSide side, Price price, Price stop, Ppm fraction) {
  const Int128 away =
      side == PositionSide::Long ? stop.raw() - price.raw() : price.raw() - stop.raw();
  return away * kPpmOne >= static_cast<Int128>(stop.raw()) * fraction;
}

}  // namespace tranchet::exact

#include "backtest/wargame/invariants/exact.h"

namespace tranchet::exact {

std::optional<Price> leg_price(Value cost, Quantity quantity, bool above, Ppm fraction,
                               Price tick) {
  const Int128 unit = static_cast<Int128>(tick.raw()) * quantity.raw();  // One tick of all of it.
  const Int128 wanted = cost * (kPpmOne + (above ? fraction : -fraction));
  Int128 ticks = wanted / (unit * kPpmOne);
  const Int128 rest = wanted % (unit * kPpmOne);
  const Int128 to_next = unit * kPpmOne - rest;
  if (rest > to_next || (rest == to_next && !above)) ++ticks;
  while (above && ticks * unit <= cost) ++ticks;
  while (!above && ticks * unit >= cost) --ticks;
  if (ticks < 1 || ticks * tick.raw() > Price::max().raw()) return std::nullopt;
  return Price::from_wide(ticks * tick.raw());
}

}  // namespace tranchet::exact

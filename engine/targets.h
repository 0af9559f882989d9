// Where a tranche's take-profit and stop stand, and how an order too large for the venue is sliced.
#pragma once

#include "engine/state.h"

namespace tranchet {

// average x (1 + fraction) above the average or (1 - fraction) below it, to the nearest tick, a tie
// toward the average; one tick out when that lands on the average or across it. The average is
// cost / quantity, exactly. Nullopt: the price is below one tick.
// 0.15 at 44850, tick 0.1, +1 %: 45298.5.
std::optional<Price> target_price(Value cost, Quantity quantity, bool above, Ppm fraction,
                                  Price tick);

// The same at a distance from the average instead of a fraction of it.
std::optional<Price> target_at_distance(Value cost, Quantity quantity, bool above, Price distance,
                                        Price tick);

// Pins what the targets of a tranche that opens now are measured by.
void pin_targets(const State& state, InstrumentId instrument, Tranche& tranche);

// A price from a person, to the nearest tick, a tie toward the average. Nullopt: below one tick.
std::optional<Price> rounded_toward(Price price, Value cost, Quantity quantity, Price tick);

// Whether the price has come to the take-profit, or to the stop, of a position on this side.
constexpr bool reaches_target(PositionSide side, Price price, Price target) {
  return side == PositionSide::Long ? price >= target : price <= target;
}
constexpr bool reaches_stop(PositionSide side, Price price, Price stop) {
  return side == PositionSide::Long ? price <= stop : price >= stop;
}
// Long: price <= stop x (1 - backstop); Short mirrored. Exact.
constexpr bool reaches_backstop(PositionSide side, Price price, Price stop, Ppm backstop) {
  const Int128 scaled = static_cast<Int128>(price.raw()) * kPpmOne;
  const Int128 limit = static_cast<Int128>(stop.raw());
  return side == PositionSide::Long ? scaled <= limit * (kPpmOne - backstop)
                                    : scaled >= limit * (kPpmOne + backstop);
}

// Takes the wishes of both legs from the tranche's average, its percentages or distances, and its
// hand-set prices.
void update_targets(const InstrumentState& instrument, PositionSide side, Tranche& tranche);

// Cost / quantity rounded half away from zero: for people, never for a decision. `likely`: what it
// is if all came at one price, which spares the division.
Price rounded_average(Value cost, Quantity quantity);
inline Price rounded_average(Value cost, Quantity quantity, Price likely) {
  return value_of(likely, quantity) == cost ? likely : rounded_average(cost, quantity);
}

// The least quantity that the venue takes at this price.
Quantity least_quantity(const InstrumentListed& rules, Price price);

// That it is not more than the steps that are within `most` (0: no limit). Without the division
// that counts them it cannot be said of the last step.
inline bool fits_one_order(Quantity quantity, Quantity most, const InstrumentListed& rules) {
  return !most.is_positive() || quantity <= most - rules.step_size;
}

// `quantity` in slices of as many steps as are within `most` (none: no limit); a last slice below
// the least quantity at this price borrows a step-rounded part of the one before. 240.5 by 120,
// least 1: 120, 119.5, 1. At most kSlicesMax of them: what is beyond is left to the caller.
inline constexpr std::size_t kSlicesMax = 40;
using Slices = ShortList<Quantity, 2>;
Slices slices(Quantity quantity, Quantity most, const InstrumentListed& rules, Price price);
template <class Visit>
void for_each_slice(Quantity quantity, Quantity most, const InstrumentListed& rules, Price price,
                    Visit visit) {
  if (fits_one_order(quantity, most, rules)) {
    visit(quantity);
    return;
  }
  for (const Quantity slice : slices(quantity, most, rules, price)) visit(slice);
}

}  // namespace tranchet

#include "engine/targets.h"

namespace tranchet {
namespace {

// numerator / denominator ticks, to the nearest, a tie downward or upward; `floor` is what they
// come to toward minus infinity.
Int128 nearest_from(Int128 floor, Int128 numerator, Int128 denominator, bool tie_down) {
  const Int128 rest = numerator - floor * denominator;
  const Int128 above = denominator - rest;
  return rest < above || (rest == above && tie_down) ? floor : floor + 1;
}
Int128 nearest(Int128 numerator, Int128 denominator, bool tie_down) {
  return nearest_from(divide_floor(numerator, denominator), numerator, denominator, tie_down);
}

std::optional<Price> at_tick(Int128 ticks, Price tick) {
  if (ticks < 1) return std::nullopt;
  const Int128 raw = ticks * tick.raw();
  if (raw > Price::max().raw()) return std::nullopt;
  return Price::from_wide(raw);
}

}  // namespace

std::optional<Price> target_at_distance(Value cost, Quantity quantity, bool above, Price distance,
                                        Price tick) {
  ENSURE(quantity.is_positive() && cost > 0 && tick.is_positive() && distance.is_positive());
  const Value away = value_of(distance, quantity);
  const Int128 unit = static_cast<Int128>(tick.raw()) * quantity.raw();
  Int128 ticks = nearest(above ? cost + away : cost - away, unit, above);
  if (above && ticks * unit <= cost) ++ticks;
  if (!above && ticks * unit >= cost) --ticks;
  return at_tick(ticks, tick);
}

void pin_targets(const State& state, InstrumentId id, Tranche& tranche) {
  const Settings& settings = state.settings;
  tranche.take_profit = settings.percent(Setting::TakeProfit, id);
  tranche.stop_loss = settings.percent(Setting::StopLoss, id);
  tranche.take_profit_enabled = settings.flag(Setting::TakeProfitEnabled, id);
  tranche.stop_loss_enabled = settings.flag(Setting::StopLossEnabled, id);
  if (settings.choice<TargetsChoice>(Setting::Targets, id) == TargetsChoice::Percent) return;
  if (const auto range = average_true_range(state, id)) {
    tranche.take_profit_distance = distance_of(*range, settings.get(Setting::AtrTarget, id));
    tranche.stop_loss_distance = distance_of(*range, settings.get(Setting::AtrStop, id));
  }
}

std::optional<Price> target_price(Value cost, Quantity quantity, bool above, Ppm fraction,
                                  Price tick) {
  ENSURE(quantity.is_positive() && cost > 0 && tick.is_positive());
  const Int128 numerator = cost * (above ? kPpmOne + fraction : kPpmOne - fraction);
  const Int128 unit = static_cast<Int128>(tick.raw()) * quantity.raw();
  // By one factor of the denominator after the other: 64 bits hold each, as seldom both at once.
  const Int128 floor = divide_floor(divide_floor(numerator, unit), kPpmOne);
  Int128 ticks = nearest_from(floor, numerator, unit * kPpmOne, above);
  const Int128 average_scaled = cost;  // Against ticks x tick x quantity, both in 1e-16.
  if (above && ticks * unit <= average_scaled) ++ticks;
  if (!above && ticks * unit >= average_scaled) --ticks;
  return at_tick(ticks, tick);
}

std::optional<Price> rounded_toward(Price price, Value cost, Quantity quantity, Price tick) {
  const bool above =
      quantity.is_positive() && static_cast<Int128>(price.raw()) * quantity.raw() > cost;
  return at_tick(nearest(price.raw(), tick.raw(), above), tick);
}

void update_targets(const InstrumentState& instrument, PositionSide side, Tranche& tranche) {
  tranche.average = rounded_average(tranche.cost, tranche.quantity);
  if (!tranche.quantity.is_positive()) {
    tranche.target.price = {};
    tranche.stop.price = {};
    return;
  }
  const bool is_long = side == PositionSide::Long;
  const Price tick = instrument.rules.tick_size;
  const auto update = [&](Leg& leg, bool enabled, bool above, Ppm fraction, Maybe<Price> distance) {
    std::optional<Price> price;
    if (leg.choice == TargetChoice::AtPrice) {
      // On a tick that may have changed since.
      if (leg.hand_price) {
        price = rounded_toward(*leg.hand_price, tranche.cost, tranche.quantity, tick);
      }
    } else if (leg.choice != TargetChoice::None && enabled) {
      price = distance ? target_at_distance(tranche.cost, tranche.quantity, above, *distance, tick)
                       : target_price(tranche.cost, tranche.quantity, above, fraction, tick);
    }
    const Maybe<Price> wanted = price ? Maybe<Price>(*price) : Maybe<Price>();
    if (wanted != leg.price) leg.alerted = false;
    leg.price = wanted;
  };
  update(tranche.target, tranche.take_profit_enabled, is_long, tranche.take_profit,
         tranche.take_profit_distance);
  update(tranche.stop, tranche.stop_loss_enabled, !is_long, tranche.stop_loss,
         tranche.stop_loss_distance);
}

Price rounded_average(Value cost, Quantity quantity) {
  if (!quantity.is_positive()) return Price();
  return Price::from_wide(divide_half_away(cost, quantity.raw()));
}

Quantity least_quantity(const InstrumentListed& rules, Price price) {
  Quantity least = rules.step_size;
  if (rules.min_quantity > least) least = rules.min_quantity;
  if (rules.min_notional.is_positive() && price.is_positive()) {
    const Int128 by_value =
        divide_ceil(static_cast<Int128>(rules.min_notional.raw()) * kDecimalOne, price.raw());
    // More than can be counted is as unreachable as half of that.
    const Int128 most = Quantity::max().raw() / 2;
    const Quantity needed = Quantity::from_wide(by_value < most ? by_value : most);
    if (needed > least) least = needed;
  }
  return ceil_to(least, rules.step_size);
}

Slices slices(Quantity quantity, Quantity most, const InstrumentListed& rules, Price price) {
  if (fits_one_order(quantity, most, rules)) return {quantity};
  const Quantity largest = floor_to(most, rules.step_size);
  if (!largest.is_positive() || quantity <= largest) return {quantity};
  Slices result;
  for (; quantity > largest; quantity -= largest) {
    if (result.size() == kSlicesMax) return result;
    result.push_back(largest);
  }
  const Quantity least = least_quantity(rules, price);
  if (quantity < least) {
    const Quantity borrowed = ceil_to(least - quantity, rules.step_size);
    if (borrowed < result.back()) {
      result.back() -= borrowed;
      quantity += borrowed;
    }
  }
  result.push_back(quantity);
  return result;
}

}  // namespace tranchet

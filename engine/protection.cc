#include "engine/protection.h"

#include <algorithm>

#include "engine/exits.h"
#include "engine/placement.h"
#include "engine/targets.h"

namespace tranchet {
namespace {

// After a failed exit nothing starts another one for a while.
bool is_at_rest(const State& state, const Tranche& tranche) {
  return tranche.rest_until && state.now < *tranche.rest_until;
}

std::uint64_t subject_of(const Tranche& tranche) {
  return static_cast<std::uint64_t>(tranche.id);
}

bool any_unanswered(const State& state, const OrderIds& orders) {
  return std::any_of(orders.begin(), orders.end(),
                     [&](OrderId id) { return state.order(id).is_unanswered(); });
}

// Cancels every order of the list but those that `keep` holds for, and those whose cancel was
// refused and waits for the retry timer. The list may not change.
template <class Keep>
void cancel_all_but(Turn& turn, const OrderIds& orders, Keep keep) {
  for (const OrderId id : orders) {
    Order& order = turn.state.order(id);
    if (!order.is_unanswered() && !order.cancel_refused && !keep(order)) turn.cancel(order);
  }
}
void cancel_all(Turn& turn, const OrderIds& orders) {
  cancel_all_but(turn, orders, [](const Order&) { return false; });
}

// ---- The stop.

struct StopDifference {
  Slices missing;     // Slices that no order stands for.
  OrderIds unneeded;  // Orders that stand for no slice.
};

// Stops at the price that stand for all of it: they do, whoever they were sent for, and however
// they would be cut under the rules of today.
bool stand_for_all(const State& state, const Position& position, const Tranche& tranche) {
  if (!tranche.stop.price) return false;
  const auto working_type =
      state.settings.choice<WorkingType>(Setting::StopWorkingType, position.key.instrument);
  Quantity standing;
  for (const OrderId id : tranche.stops) {
    const Order& order = state.order(id);
    if (order.stop_price != tranche.stop.price || order.working_type != working_type) return false;
    standing += order.remaining();
  }
  return standing == tranche.quantity;
}

StopDifference stop_difference(const Turn& turn, const Position& position, const Tranche& tranche) {
  const InstrumentState& instrument = turn.state.instrument(position.key.instrument);
  const Price price = *tranche.stop.price;
  const auto working_type =
      turn.state.settings.choice<WorkingType>(Setting::StopWorkingType, position.key.instrument);
  const InstrumentListed& rules = instrument.rules;
  StopDifference difference;
  difference.missing =
      slices(tranche.quantity, floor_to(rules.market_max_quantity, rules.step_size), rules, price);
  for (const OrderId id : tranche.stops) {
    const Order& order = turn.state.order(id);
    const auto slice =
        std::find(difference.missing.begin(), difference.missing.end(), order.remaining());
    const bool fits = order.stop_price == Maybe<Price>(price) &&
                      order.working_type == working_type && slice != difference.missing.end();
    if (fits) {
      difference.missing.erase(slice);
    } else {
      difference.unneeded.push_back(id);
    }
  }
  return difference;
}

bool has_room_for_stops(const State& state, const InstrumentState& instrument, std::size_t more) {
  const std::uint32_t cap = instrument.rules.max_conditional_orders;
  return cap == 0 || conditional_orders(state, instrument) + more <= cap;
}

void place_stops(Turn& turn, const Position& position, Tranche& tranche, const Slices& quantities) {
  ++tranche.generation;
  for (const Quantity quantity : quantities) {
    Order& order = turn.submit({.key = position.key,
                                .tranche_id = tranche.id,
                                .tranche = tranche.ordinal,
                                .purpose = Purpose::StopLoss,
                                .type = OrderType::StopMarket,
                                .side = exit_side(position.key.side),
                                .quantity = quantity,
                                .stop_price = tranche.stop.price,
                                .attempt = tranche.stop.refusals});
    order.generation = tranche.generation;
    tranche.stops.push_back(order.id);
  }
}

// A stop has triggered: what stands beside it would sell the same again, except its own slices.
// When none is triggered any more, a slice that has not followed by now does not count on its
// price.
void cancel_other_stops(Turn& turn, const Tranche& tranche) {
  const bool triggered = std::any_of(tranche.stops.begin(), tranche.stops.end(), [&](OrderId id) {
    return turn.state.order(id).status == OrderStatus::Triggered;
  });
  if (!triggered) {
    cancel_all(turn, tranche.stops);
    return;
  }
  cancel_all_but(turn, tranche.stops, [&](const Order& order) {
    return order.status == OrderStatus::Triggered ||
           is_triggered_generation(*tranche.closing, order);
  });
}

void settle_stop(Turn& turn, const Position& position, Tranche& tranche) {
  State& state = turn.state;
  if (tranche.ended) {
    cancel_all(turn, tranche.stops);
    return;
  }
  if (tranche.closing) {
    const Closing& closing = *tranche.closing;
    if (closing.stop_triggered) cancel_other_stops(turn, tranche);
    // The resting stop stays as it is, and no new one comes, while the exit is under way.
    if (closing.stop_triggered || closing.stop_refused || !tranche.closes.empty()) return;
  }
  if (stand_for_all(state, position, tranche)) return;
  if (tranche.stop.waiting || any_unanswered(state, tranche.stops)) return;
  if (!tranche.stop.price) {
    cancel_all(turn, tranche.stops);
    const bool below_tick = tranche.stop_loss_enabled && tranche.quantity.is_positive() &&
                            tranche.stop.choice == TargetChoice::Default;
    if (below_tick && !tranche.stop.alerted) {
      tranche.stop.alerted = true;
      turn.alert(AlertReason::StopBelowTick, position.key, &tranche);
    }
    return;
  }
  const StopDifference difference = stop_difference(turn, position, tranche);
  const auto cancel_unneeded = [&] {
    for (const OrderId id : difference.unneeded) turn.cancel(state.order(id));
  };
  if (difference.missing.empty()) {
    cancel_unneeded();
    return;
  }
  if (tranche.stop.blocked) return;
  const InstrumentState& instrument = state.instrument(position.key.instrument);
  const bool cancel_first = !difference.unneeded.empty() &&
                            (tranche.stop.cancel_first ||
                             !has_room_for_stops(state, instrument, difference.missing.size()));
  if (cancel_first) {
    cancel_unneeded();
  } else {
    place_stops(turn, position, tranche, difference.missing);
  }
}

// ---- The take-profit.

// The order that stays when a merge brought several: the tranche's own, else the oldest.
OrderId primary_target(const State& state, const Tranche& tranche) {
  for (const OrderId id : tranche.targets) {
    if (state.order(id).born_for == tranche.id) return id;
  }
  return tranche.targets.front();
}

void place_target(Turn& turn, const Position& position, Tranche& tranche) {
  const Order& order = turn.submit({.key = position.key,
                                    .tranche_id = tranche.id,
                                    .tranche = tranche.ordinal,
                                    .purpose = Purpose::TakeProfit,
                                    .type = OrderType::Limit,
                                    .side = exit_side(position.key.side),
                                    .quantity = tranche.quantity,
                                    .limit_price = tranche.target.price,
                                    .attempt = tranche.target.refusals});
  tranche.targets.push_back(order.id);
}

void settle_target(Turn& turn, const Position& position, Tranche& tranche) {
  State& state = turn.state;
  if (tranche.ended) {
    cancel_all(turn, tranche.targets);
    return;
  }
  if (tranche.target.waiting) return;
  const bool is_wanted = !tranche.closing && tranche.target.price.has_value();
  if (tranche.targets.empty()) {
    if (is_wanted && !tranche.target.blocked) place_target(turn, position, tranche);
    return;
  }
  if (any_unanswered(state, tranche.targets)) return;
  if (!is_wanted) {
    cancel_all(turn, tranche.targets);
    return;
  }
  const Price price = *tranche.target.price;
  if (tranche.targets.size() > 1) {
    const OrderId primary = primary_target(state, tranche);
    cancel_all_but(turn, tranche.targets,
                   [primary](const Order& order) { return order.id == primary; });
    return;
  }
  Order& order = state.order(tranche.targets.front());
  if (order.remaining() == tranche.quantity && order.limit_price == Maybe<Price>(price)) return;
  if (state.settings.flag(Setting::CanAmend) && !order.amend_refused) {
    turn.amend(order, order.filled + tranche.quantity, price);
  } else {
    turn.cancel(order);
  }
}

Leg& leg_of(Tranche& tranche, Purpose purpose) {
  return purpose == Purpose::StopLoss ? tranche.stop : tranche.target;
}

void count_up(std::uint8_t& refusals) {
  if (refusals < 200) ++refusals;
}

// Waits before the next try: 1 s, 2 s, then 30 s.
void wait_after(Turn& turn, const Position& position, Tranche& tranche, Purpose purpose,
                std::uint8_t refusals) {
  const std::int64_t seconds = refusals <= 1 ? 1 : refusals == 2 ? 2 : 30;
  leg_of(tranche, purpose).waiting = true;
  const TimerKind kind =
      purpose == Purpose::StopLoss ? TimerKind::StopRetry : TimerKind::TargetRetry;
  turn.set_timer(position.key, {kind, subject_of(tranche)},
                 turn.state.now + Duration::seconds(seconds));
}

// The third refusal in a row is said aloud; a stop's halts the entries of the key besides.
void count_refusal(Turn& turn, Position& position, Tranche& tranche, Purpose purpose) {
  const bool is_stop = purpose == Purpose::StopLoss;
  Leg& leg = leg_of(tranche, purpose);
  count_up(leg.refusals);
  if (leg.refusals == 3) {
    turn.alert(is_stop ? AlertReason::ProtectionFailed : AlertReason::TargetFailed, position.key,
               &tranche);
    if (is_stop) position.entries_halted = true;
  }
  wait_after(turn, position, tranche, purpose, leg.refusals);
}

void note_stop_refused(Turn& turn, Position& position, Tranche& tranche, RejectReason reason) {
  if (reason == RejectReason::WouldTrigger && !is_at_rest(turn.state, tranche)) {
    start_closing(turn, position, tranche, ExitReason::StopLoss, {});
    if (tranche.closing) tranche.closing->stop_refused = true;
    return;
  }
  const bool beside_another =
      std::any_of(tranche.stops.begin(), tranche.stops.end(),
                  [&](OrderId id) { return !turn.state.order(id).is_unanswered(); });
  if ((reason == RejectReason::TooManyConditional || reason == RejectReason::ReduceOnlyCapacity) &&
      beside_another && !tranche.stop.cancel_first) {
    tranche.stop.cancel_first = true;
    return;
  }
  count_refusal(turn, position, tranche, Purpose::StopLoss);
  test_stop_price(turn, position, tranche);
}

// What is left is too small to exit, not just one slice of it.
bool is_all_that_is_open(const Tranche& tranche, const Order& order) {
  return order.quantity >= tranche.quantity;
}

// Dust wants nothing, but what rests for more than is open would sell what is not there.
void cancel_beyond_open(Turn& turn, const Tranche& tranche) {
  const auto fits = [&](const Order& order) { return order.remaining() <= tranche.quantity; };
  cancel_all_but(turn, tranche.stops, fits);
  cancel_all_but(turn, tranche.targets, fits);
}

}  // namespace

void settle_protection(Turn& turn, const Position& position, Tranche& tranche) {
  if (tranche.dust && !tranche.ended) {
    cancel_beyond_open(turn, tranche);
    return;
  }
  settle_stop(turn, position, tranche);
  settle_target(turn, position, tranche);
}

void note_refused(Turn& turn, Position& position, Tranche& tranche, const Order& order,
                  RejectReason reason) {
  turn.touch(position.key);
  if (tranche.ended) return;
  const bool is_stop = order.purpose == Purpose::StopLoss;
  if (reason == RejectReason::NoPosition) {
    (is_stop ? tranche.stop : tranche.target).blocked = true;
    turn.request_snapshot();
    return;
  }
  const bool exit_under_way =
      tranche.closing && (tranche.closing->stop_triggered || !tranche.closes.empty());
  if (reason == RejectReason::BelowMinimum && tranche.entries.empty() && !exit_under_way &&
      is_all_that_is_open(tranche, order)) {
    handle_dust(turn, position, tranche);
    return;
  }
  if (is_stop) {
    note_stop_refused(turn, position, tranche, reason);
  } else if (reason == RejectReason::OutOfBand && !is_at_rest(turn.state, tranche)) {
    start_closing(turn, position, tranche, ExitReason::TakeProfit, {});
  } else {
    count_refusal(turn, position, tranche, Purpose::TakeProfit);
  }
}

void note_change_refused(Turn& turn, Position& position, Tranche& tranche, Purpose purpose) {
  Leg& leg = leg_of(tranche, purpose);
  count_up(leg.change_refusals);
  if (leg.change_refusals == 3) turn.alert(AlertReason::CancelFailed, position.key, &tranche);
  wait_after(turn, position, tranche, purpose, leg.change_refusals);
}

void note_changed(Tranche& tranche, Purpose purpose) {
  leg_of(tranche, purpose).change_refusals = 0;
}

void note_lost(Turn& turn, Position& position, Tranche& tranche, Purpose purpose) {
  if (tranche.ended) return;
  Leg& leg = leg_of(tranche, purpose);
  const bool again = leg.lost && turn.state.now - *leg.lost < Duration::seconds(10);
  leg.lost = turn.state.now;
  if (again) wait_after(turn, position, tranche, purpose, 1);
}

void note_accepted(Turn& turn, Position& position, Tranche& tranche, Purpose purpose) {
  Leg& leg = leg_of(tranche, purpose);
  leg.refusals = 0;
  if (purpose != Purpose::StopLoss) return;
  leg.cancel_first = false;
  position.entries_halted = false;
  turn.touch(position.key, tranche.id);
}

void handle_dust(Turn& turn, Position& position, Tranche& tranche) {
  const TrancheId from = tranche.id;
  for (auto other = position.tranches.rbegin(); other != position.tranches.rend(); ++other) {
    if (other->id == from || other->ended || other->closing || other->dust || !other->opened) {
      continue;
    }
    absorb(turn, position, from, other->id);
    return;
  }
  tranche.closing.reset();
  tranche.dust = true;
  if (!tranche.dust_alerted) turn.alert(AlertReason::Dust, position.key, &tranche);
  tranche.dust_alerted = true;
  turn.publish(position.key);
}

void set_target_by_hand(Turn& turn, const Position& position, Tranche& tranche, bool is_stop,
                        const HandTarget& wanted, Price average) {
  if (wanted.choice == TargetChoice::Keep) return;
  Leg& leg = is_stop ? tranche.stop : tranche.target;
  if (wanted.choice != TargetChoice::AtPrice) {
    leg.choice = wanted.choice;
    leg.hand_price = {};
    return;
  }
  const InstrumentState& instrument = turn.state.instrument(position.key.instrument);
  const bool has_average = tranche.quantity.is_positive();
  const auto price = rounded_toward(
      *wanted.price,
      has_average ? tranche.cost : value_of(average, Quantity::from_raw(kDecimalOne)),
      has_average ? tranche.quantity : Quantity::from_raw(kDecimalOne), instrument.rules.tick_size);
  const PositionSide side = position.key.side;
  const bool passed = price && instrument.mark &&
                      (is_stop ? reaches_stop(side, *instrument.mark, *price)
                               : reaches_target(side, *instrument.mark, *price));
  if (!price || passed) {
    turn.alert(AlertReason::ProtectionRefused, position.key, &tranche);
    return;
  }
  leg.choice = TargetChoice::AtPrice;
  leg.hand_price = *price;
}

void request_protection(Turn& turn, const ProtectionRequested& request) {
  State& state = turn.state;
  Position* found = nullptr;
  bool ambiguous = false;
  if (state.knows(request.instrument)) {
    for (Position& position : state.instrument(request.instrument).positions) {
      if (request.position_side != 0 &&
          request.position_side != static_cast<std::uint8_t>(position.key.side)) {
        continue;
      }
      const bool holds = std::any_of(position.tranches.begin(), position.tranches.end(),
                                     [&](const Tranche& tranche) {
                                       return !tranche.ended && tranche.ordinal == request.tranche;
                                     });
      if (!holds) continue;
      ambiguous = found != nullptr;
      found = &position;
    }
  }
  if (found == nullptr || ambiguous) {
    const PositionKey key{request.instrument,
                          request.position_side == 2 ? PositionSide::Short : PositionSide::Long};
    turn.alert(AlertReason::ProtectionRefused, key, nullptr);
    return;
  }
  for (Tranche& tranche : found->tranches) {
    if (tranche.ended || tranche.ordinal != request.tranche) continue;
    set_target_by_hand(turn, *found, tranche, false,
                       {request.take_profit, request.take_profit_price}, Price());
    set_target_by_hand(turn, *found, tranche, true, {request.stop_loss, request.stop_loss_price},
                       Price());
    tranche.target.blocked = false;
    tranche.stop.blocked = false;
    update_targets(state.instrument(request.instrument), found->key.side, tranche);
    turn.publish(found->key);
    break;
  }
}

std::uint32_t conditional_orders(const State& state, const InstrumentState& instrument) {
  std::uint32_t count = 0;
  for (const Position& position : instrument.positions) {
    for (const Tranche& tranche : position.tranches) {
      for (const OrderId id : tranche.stops) {
        if (state.order(id).status != OrderStatus::Triggered) ++count;
      }
    }
  }
  return count;
}

std::uint32_t stops_needed(const InstrumentState& instrument, Quantity quantity) {
  const Quantity largest =
      floor_to(instrument.rules.market_max_quantity, instrument.rules.step_size);
  if (!largest.is_positive()) return 1;
  const Int128 count = divide_ceil(quantity.raw(), largest.raw());
  return static_cast<std::uint32_t>(count < 1'000'000 ? count : 1'000'000);
}

}  // namespace tranchet

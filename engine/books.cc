#include "engine/books.h"

#include <algorithm>

#include "engine/exits.h"
#include "engine/placement.h"
#include "engine/targets.h"

namespace tranchet {
namespace {

constexpr Duration kOrderMemory = Duration::hours(7 * 24 + 1);

// `amount` x part / whole toward minus infinity, or the rest of it where the part is all.
Money fee_share(Money amount, Quantity part, Quantity whole) {
  if (part == whole) return amount;
  return Money::from_wide(
      divide_floor(static_cast<Int128>(amount.raw()) * part.raw(), whole.raw()));
}

// What ends a tranche: its record stays until its orders are over.
void end_tranche(Turn& turn, const Position& position, Tranche& tranche, ExitReason reason,
                 Price last_price) {
  tranche.ended = true;
  tranche.cost = 0;
  tranche.closing.reset();
  // A wait after a refused order must not hold back the cancel of what still rests.
  tranche.stop.waiting = tranche.target.waiting = false;
  for (const OrderId id : tranche.stops) turn.state.order(id).cancel_refused = false;
  for (const OrderId id : tranche.targets) turn.state.order(id).cancel_refused = false;
  const auto subject = static_cast<std::uint64_t>(tranche.id);
  for (const TimerKind kind :
       {TimerKind::ExitRetry, TimerKind::StopRetry, TimerKind::TargetRetry}) {
    turn.cancel_timer(position.key, {kind, subject});
  }
  TradeClosed closed{
      .tranche_id = tranche.id,
      .quantity = tranche.exited,
      .average_entry = rounded_average(tranche.exited_cost, tranche.exited, tranche.average),
      .average_exit = rounded_average(tranche.exit_value, tranche.exited, last_price),
      .realized_pnl = tranche.realized_pnl,
      .fees = tranche.fees,
      .tranche = tranche.ordinal,
      .instrument = position.key.instrument,
      .position_side = position.key.side,
      .reason = reason};
  if (reason == ExitReason::InstantTakeProfit && tranche.target.price) {
    const Price target = *tranche.target.price;
    closed.slippage = position.key.side == PositionSide::Long ? closed.average_exit - target
                                                              : target - closed.average_exit;
  }
  turn.trade_closed(closed);
  turn.book(TrancheClosed{.tranche_id = tranche.id, .key = position.key, .reason = reason});
}

// What entries and exits have in common; the caller adds the rest.
FillBooked& book_fill(Turn& turn, const Position& position, const Tranche& tranche,
                      const Fill& fill, OrderId order) {
  FillBooked& booked = turn.book<FillBooked>();
  booked.order = order;
  booked.trade = fill.trade;
  booked.tranche_id = tranche.id;
  booked.price = fill.price;
  booked.quantity = fill.quantity;
  booked.fee = fill.fee;
  booked.tranche = tranche.ordinal;
  booked.key = position.key;
  booked.liquidity = fill.liquidity;
  return booked;
}

struct ExitCause {
  OrderId order{};
  Purpose purpose = Purpose::Close;
  ExitReason reason{};
};

// Takes part.quantity, at most what is open, off the tranche.
void reduce_tranche(Turn& turn, const Position& position, Tranche& tranche, const Fill& part,
                    const ExitCause& cause) {
  const Quantity quantity = part.quantity;
  ENSURE(quantity.is_positive() && quantity <= tranche.quantity);
  const bool is_long = position.key.side == PositionSide::Long;
  const Value cost = share_floor(tranche.cost, quantity, tranche.quantity);
  const Value value = value_of(part.price, quantity);
  const Money realized = to_money(is_long ? value - cost : cost - value);
  tranche.quantity -= quantity;
  tranche.cost -= cost;
  tranche.exited += quantity;
  tranche.exited_cost += cost;
  tranche.exit_value += value;
  tranche.realized_pnl += realized;
  tranche.fees += part.fee;
  FillBooked& booked = book_fill(turn, position, tranche, part, cause.order);
  booked.realized_pnl = realized;
  booked.cost = cost;
  booked.side = exit_side(position.key.side);
  booked.purpose = cause.purpose;
  booked.reason = static_cast<std::uint8_t>(cause.reason);
  if (tranche.quantity.is_zero()) {
    end_tranche(turn, position, tranche, cause.reason, part.price);
  } else {
    if (tranche.closing && tranche.closing->part) {
      const Quantity left = *tranche.closing->part;
      tranche.closing->part = left > quantity ? left - quantity : Quantity();
    }
    update_targets(turn.state.instrument(position.key.instrument), position.key.side, tranche);
  }
  turn.publish(position.key, tranche.id);
}

// What is left of an entry whose tranche is gone comes to where its first late fill came.
void repin(Position& position, Order& order, Tranche& tranche) {
  if (Tranche* before = find_tranche(position, order.tranche_id)) {
    before->entries.remove(order.id);
  }
  order.tranche_id = tranche.id;
  order.tranche = tranche.ordinal;
  if (!order.is_finished()) tranche.entries.push_back(order.id);
}

// A one-way venue holds one side: what came onto ours has closed what somebody else had opened on
// the other, and both sides give up the smaller of the two at that price.
void net_sides(Turn& turn, Position& position, Tranche& tranche, const Fill& fill) {
  State& state = turn.state;
  const bool one_way =
      state.settings.choice<PositionMode>(Setting::PositionModeChoice) == PositionMode::OneWay;
  if (!one_way) return;
  const PositionSide side =
      position.key.side == PositionSide::Long ? PositionSide::Short : PositionSide::Long;
  Position& other = state.position({position.key.instrument, side});
  const Quantity held = open_quantity(other) + other.ignored;
  const Quantity netted = std::min({fill.quantity, tranche.quantity, held});
  if (!netted.is_positive()) return;
  turn.touch(other.key);
  const Quantity ignored = std::min(netted, other.ignored);
  other.ignored -= ignored;
  reduce_newest_first(turn, {.key = other.key,
                             .fill = {.quantity = netted - ignored, .price = fill.price},
                             .reason = ExitReason::Venue});
  reduce_tranche(turn, position, tranche, {.quantity = netted, .price = fill.price},
                 {.reason = ExitReason::Venue});
}

void book_entry(Turn& turn, Order& order, const Fill& fill) {
  Position& position = turn.state.position(order.key);
  Tranche* tranche = find_tranche(position, order.tranche_id);
  const bool close_at_once = order.reason != 0;
  const bool own_tranche = tranche != nullptr && !tranche->opened && !tranche->ended;
  if (close_at_once && !own_tranche) {
    // Its own tranche, closed at once: it must not grow one that is being closed already.
    tranche = &open_tranche(turn, position, ordinal_after_highest(position));
  } else if (tranche == nullptr || !tranche->takes_entries()) {
    const Placement placement = place_fill(turn.state, position, fill.price);
    tranche = placement.kind == Placement::Kind::Join
                  ? find_tranche(position, placement.tranche)
                  : &open_tranche(turn, position, placement.ordinal);
  }
  if (tranche->id != order.tranche_id) repin(position, order, *tranche);
  add_quantity(turn, position, *tranche, fill, &order);
  net_sides(turn, position, *tranche, fill);
  if (close_at_once) {
    start_closing(turn, position, *tranche, static_cast<ExitReason>(order.reason), {});
  }
}

// Both legs raced: what the tranche no longer holds comes off the others, newest first.
void book_excess(Turn& turn, const Order& order, const Reduction& reduction) {
  const Quantity left = reduce_newest_first(turn, reduction);
  if (!left.is_positive()) return;
  State& state = turn.state;
  Position& position = state.position(order.key);
  const bool one_way =
      state.settings.choice<PositionMode>(Setting::PositionModeChoice) == PositionMode::OneWay;
  if (!one_way || state.settings.flag(Setting::ReduceOnly)) {
    // The venue cannot have sold what was not there; an order would open risk.
    turn.alert(AlertReason::ExcessExit, order.key, nullptr, order.id);
    turn.request_snapshot();
    return;
  }
  position.excess += left;
  position.excess_value += value_of(reduction.fill.price, left);
  Order& correction = turn.submit({.key = order.key,
                                   .tranche_id = order.tranche_id,
                                   .tranche = order.tranche,
                                   .purpose = Purpose::Close,
                                   .type = OrderType::Market,
                                   .side = entry_side(order.key.side),
                                   .quantity = left});
  correction.corrective = true;
  correction.reason = static_cast<std::uint8_t>(reduction.reason);
  position.corrections.push_back(correction.id);
}

ExitReason exit_reason(const Order& order) {
  if (order.purpose == Purpose::TakeProfit) return ExitReason::TakeProfit;
  if (order.purpose == Purpose::StopLoss) return ExitReason::StopLoss;
  return static_cast<ExitReason>(order.reason);
}

void book_exit(Turn& turn, Order& order, const Fill& fill) {
  Position& position = turn.state.position(order.key);
  Tranche* tranche = find_tranche(position, order.tranche_id);
  const ExitReason reason = exit_reason(order);
  const ExitCause cause{.order = order.id, .purpose = order.purpose, .reason = reason};
  const Quantity open = tranche != nullptr ? tranche->quantity : Quantity();
  if (fill.quantity.is_positive() && fill.quantity <= open) {
    reduce_tranche(turn, position, *tranche, fill, cause);
    return;
  }
  const Quantity own = std::min(fill.quantity, open);
  const Money own_fee = fee_share(fill.fee, own, fill.quantity);
  if (own.is_positive()) {
    Fill part = fill;
    part.quantity = own;
    part.fee = own_fee;
    reduce_tranche(turn, position, *tranche, part, cause);
  }
  if (own == fill.quantity) return;
  Fill rest = fill;
  rest.quantity = fill.quantity - own;
  rest.fee = fill.fee - own_fee;
  book_excess(turn, order,
              {.key = order.key,
               .fill = rest,
               .reason = reason,
               .order = order.id,
               .purpose = order.purpose});
}

// Closes the flipped position of a one-way account again.
void book_correction(Turn& turn, const Order& order, const Fill& fill) {
  Position& position = turn.state.position(order.key);
  const Quantity quantity = fill.quantity < position.excess ? fill.quantity : position.excess;
  if (!quantity.is_positive()) return;
  const Value opened = share_floor(position.excess_value, quantity, position.excess);
  const Value closed = value_of(fill.price, quantity);
  position.excess -= quantity;
  position.excess_value -= opened;
  const bool was_long = order.key.side == PositionSide::Long;
  turn.book(FillBooked{.order = order.id,
                       .trade = fill.trade,
                       .tranche_id = order.tranche_id,
                       .price = fill.price,
                       .quantity = quantity,
                       .fee = fill.fee,
                       .realized_pnl = to_money(was_long ? opened - closed : closed - opened),
                       .cost = opened,
                       .tranche = order.tranche,
                       .key = order.key,
                       .side = order.side,
                       .purpose = Purpose::Close,
                       .liquidity = fill.liquidity,
                       .reason = order.reason});
}

void count(Turn& turn, Order& order, const Fill& fill) {
  order.filled += fill.quantity;
  order.filled_value += value_of(fill.price, fill.quantity);
  if (order.status == OrderStatus::PendingNew) order.status = OrderStatus::New;
  if (order.purpose == Purpose::StopLoss) note_triggered(turn, order);
  turn.touch(order.key, order.tranche_id);
  if (order.corrective) {
    book_correction(turn, order, fill);
  } else if (order.purpose == Purpose::Entry) {
    book_entry(turn, order, fill);
  } else {
    book_exit(turn, order, fill);
  }
  // While an amend to a larger total is unanswered the venue may hold that total already.
  const bool may_hold_more = order.awaiting_amend && order.amend_quantity > order.filled;
  if (!order.is_finished() && order.remaining().is_zero() && !may_hold_more) {
    finish_order(turn, order, OrderStatus::Filled);
  }
}

}  // namespace

void add_quantity(Turn& turn, Position& position, Tranche& tranche, const Fill& fill,
                  const Order* order) {
  const Value value = value_of(fill.price, fill.quantity);
  tranche.quantity += fill.quantity;
  tranche.cost += value;
  tranche.fees += fill.fee;
  tranche.dust = false;
  tranche.dust_alerted = false;
  tranche.target.blocked = false;
  tranche.stop.blocked = false;
  if (order != nullptr) position.trade_type = order->trade_type;
  const InstrumentState& instrument = turn.state.instrument(position.key.instrument);
  update_targets(instrument, position.key.side, tranche);
  if (!tranche.opened) {
    tranche.opened = true;
    turn.book(TrancheOpened{.tranche_id = tranche.id,
                            .tranche = tranche.ordinal,
                            .key = position.key,
                            .stop_wanted = tranche.stop.price.has_value()});
  }
  const OrderId id = order != nullptr ? order->id : OrderId::None;
  FillBooked& booked = book_fill(turn, position, tranche, fill, id);
  booked.cost = value;
  booked.side = entry_side(position.key.side);
  booked.purpose = Purpose::Entry;
  turn.publish(position.key, tranche.id);
}

void count_trade(Turn& turn, Order& order, const Fill& fill) {
  const auto at = std::lower_bound(order.trades.begin(), order.trades.end(), fill.trade);
  if (at != order.trades.end() && *at == fill.trade) return;
  order.trades.insert(at, fill.trade);

  const Quantity known = fill.quantity < order.credited ? fill.quantity : order.credited;
  Money known_fee;
  if (known.is_positive()) {
    known_fee = fee_share(fill.fee, known, fill.quantity);
    order.credited -= known;
    Position& position = turn.state.position(order.key);
    if (Tranche* tranche = find_tranche(position, order.tranche_id)) tranche->fees += known_fee;
    turn.book(FeeCorrected{.tranche_id = order.tranche_id, .key = order.key, .fee = known_fee});
  }
  if (known == fill.quantity) return;
  if (known.is_zero()) {
    count(turn, order, fill);
    return;
  }
  Fill fresh = fill;
  fresh.quantity = fill.quantity - known;
  fresh.fee = fill.fee - known_fee;
  count(turn, order, fresh);
}

void count_catch_up(Turn& turn, Order& order, Quantity in_total, Maybe<Price> average) {
  // No venue fills more than was asked for.
  in_total = std::min(in_total, std::max(order.quantity, order.amend_quantity));
  if (in_total <= order.filled) return;
  const Quantity missing = in_total - order.filled;
  const InstrumentState& instrument = turn.state.instrument(order.key.instrument);
  Price price = order.limit_price.value_or(instrument.mark.value_or(order.reference_price));
  if (average && (*average).is_positive()) {
    const Value value = value_of(*average, in_total) - order.filled_value;
    const Int128 increment = divide_half_away(value, missing.raw());
    const bool makes_sense = increment > 0 && increment <= Price::max().raw();
    price = makes_sense ? Price::from_wide(increment) : *average;
  }
  if (!price.is_positive()) return;  // Nothing ever said a price; the trades will.
  order.credited += missing;
  count(turn, order, {.quantity = missing, .price = price});
}

Quantity reduce_newest_first(Turn& turn, const Reduction& reduction) {
  Position& position = turn.state.position(reduction.key);
  Quantity left = reduction.fill.quantity;
  Money fee_left = reduction.fill.fee;
  for (auto tranche = position.tranches.rbegin(); tranche != position.tranches.rend(); ++tranche) {
    if (!left.is_positive()) break;
    if (!tranche->quantity.is_positive()) continue;
    Fill part = reduction.fill;
    part.quantity = left < tranche->quantity ? left : tranche->quantity;
    part.fee = fee_share(fee_left, part.quantity, left);
    fee_left -= part.fee;
    left -= part.quantity;
    reduce_tranche(
        turn, position, *tranche, part,
        {.order = reduction.order, .purpose = reduction.purpose, .reason = reduction.reason});
  }
  return left;
}

void book_funding(Turn& turn, PositionKey key, Money amount) {
  Position& position = turn.state.position(key);
  const Quantity whole = open_quantity(position);
  if (!whole.is_positive()) {
    turn.book(FundingBooked{.key = key, .amount = amount});
    return;
  }
  Money left = amount;
  Quantity quantity_left = whole;
  for (const Tranche& tranche : position.tranches) {
    if (!tranche.quantity.is_positive()) continue;
    const Money share = fee_share(left, tranche.quantity, quantity_left);
    left -= share;
    quantity_left -= tranche.quantity;
    turn.book(FundingBooked{.tranche_id = tranche.id, .key = key, .amount = share});
  }
}

void finish_order(Turn& turn, Order& order, OrderStatus status) {
  if (order.is_finished()) return;
  State& state = turn.state;
  order.status = status;
  order.awaiting_amend = order.awaiting_cancel = order.awaiting_query = false;
  Position& position = state.position(order.key);
  if (order.purpose == Purpose::Entry) position.entries.remove(order.id);
  if (order.corrective) position.corrections.remove(order.id);
  if (Tranche* tranche = find_tranche(position, order.tranche_id)) {
    tranche->orders_of(order.purpose).remove(order.id);
  }
  if (order.purpose == Purpose::Entry) {
    turn.cancel_timer(order.key, {TimerKind::EntryTimeout, static_cast<std::uint64_t>(order.id)});
  }
  state.finished.emplace_back(state.now, order.id);
  state.orders.retire(order.id);
  while (state.now - state.finished.front().first > kOrderMemory) {
    state.orders.erase(state.finished.front().second);
    state.finished.pop_front();
  }
  turn.touch(order.key, order.tranche_id);
}

}  // namespace tranchet

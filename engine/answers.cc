#include "engine/answers.h"

#include <algorithm>

#include "engine/books.h"
#include "engine/entries.h"
#include "engine/exits.h"
#include "engine/protection.h"
#include "engine/reconcile.h"

namespace tranchet {
namespace {

// The order an answer names; an order this run never sent, or forgot after its week, is said aloud.
Order* find_order(Turn& turn, OrderId id) {
  Order* order = turn.state.orders.look_up(id);
  if (order == nullptr) {
    turn.alert(AlertReason::UnknownOrder, id);
    return nullptr;
  }
  turn.touch(order->key, order->tranche_id);
  ++turn.state.position(order->key).answers;
  return order;
}

Tranche* tranche_of(Turn& turn, const Order& order) {
  return find_tranche(turn.state.position(order.key), order.tranche_id);
}

bool is_leg(const Order& order) {
  return order.purpose == Purpose::StopLoss || order.purpose == Purpose::TakeProfit;
}

void mark_accepted(Turn& turn, Order& order) {
  if (order.status != OrderStatus::PendingNew) return;
  order.status = OrderStatus::New;
  if (!is_leg(order)) return;
  Position& position = turn.state.position(order.key);
  Tranche* tranche = find_tranche(position, order.tranche_id);
  if (tranche != nullptr) note_accepted(turn, position, *tranche, order.purpose);
}

// The order ended without (all of) its fills. `refusal`: the venue never took it.
void order_over(Turn& turn, Order& order, OrderStatus status, std::optional<RejectReason> refusal) {
  if (order.is_finished()) return;
  const bool was_asked_to = order.awaiting_cancel;
  const bool rested = order.status <= OrderStatus::New;  // Or ended before it was accepted.
  finish_order(turn, order, status);
  Position& position = turn.state.position(order.key);
  if (order.purpose == Purpose::Entry) {
    note_entry_over(turn, order, refusal);
    return;
  }
  if (order.corrective) {
    turn.alert(AlertReason::CloseFailed, order.key, nullptr, order.id);
    turn.request_snapshot();
    return;
  }
  Tranche* tranche = find_tranche(position, order.tranche_id);
  if (tranche == nullptr) return;
  if (order.purpose != Purpose::Close) {
    if (refusal) {
      note_refused(turn, position, *tranche, order, *refusal);
    } else if (was_asked_to) {
      note_changed(*tranche, order.purpose);
    } else if (rested) {
      note_lost(turn, position, *tranche, order.purpose);
    }
    return;
  }
  if (refusal == RejectReason::BelowMinimum && tranche->closes.empty() &&
      tranche->entries.empty() && !tranche->ended) {
    handle_dust(turn, position, *tranche);
  } else {
    note_close_failed(turn, position, *tranche, refusal);
  }
}

// The query said the order is lost: it never arrived, or is gone without a trace.
void order_not_found(Turn& turn, Order& order) {
  if (order.status != OrderStatus::PendingNew) {
    order_over(turn, order, OrderStatus::Canceled, std::nullopt);
    return;
  }
  const bool is_entry = order.purpose == Purpose::Entry;
  order_over(turn, order, OrderStatus::Lost,
             is_entry ? std::optional(RejectReason::NotFound) : std::nullopt);
}

void take_foreign_fill(Turn& turn, const OrderFilled& fill) {
  State& state = turn.state;
  if (!state.knows(fill.instrument)) return;
  auto& seen = state.instrument(fill.instrument).foreign_trades;
  const Timestamp oldest = state.now - Duration::hours(7 * 24 + 1);
  std::erase_if(seen, [oldest](const auto& trade) { return trade.first < oldest; });
  const bool known = std::any_of(seen.begin(), seen.end(),
                                 [&fill](const auto& trade) { return trade.second == fill.trade; });
  if (known) return;
  seen.emplace_back(state.now, fill.trade);
  const PositionKey key{fill.instrument, fill.position_side};
  turn.touch(key);
  Position& position = state.position(key);
  ++position.answers;
  if (fill.side == entry_side(key.side)) {
    take_foreign_quantity(turn, position, fill.quantity, fill.price, fill.trade);
    return;
  }
  const ExitReason reason = fill.origin == FillOrigin::Liquidation ? ExitReason::Liquidation
                            : fill.origin == FillOrigin::Adl       ? ExitReason::Adl
                                                                   : ExitReason::Venue;
  const Quantity left = reduce_newest_first(turn, {.key = key,
                                                   .fill = {.trade = fill.trade,
                                                            .quantity = fill.quantity,
                                                            .price = fill.price,
                                                            .fee = fill.fee,
                                                            .liquidity = fill.liquidity},
                                                   .reason = reason});
  const Quantity from_ignored = left < position.ignored ? left : position.ignored;
  position.ignored -= from_ignored;
  if (left > from_ignored) turn.request_snapshot();
}

}  // namespace

void take_answer(Turn& turn, const OrderAccepted& answer) {
  if (Order* order = find_order(turn, answer.order)) mark_accepted(turn, *order);
}

void take_answer(Turn& turn, const OrderRejected& answer) {
  if (Order* order = find_order(turn, answer.order)) {
    order_over(turn, *order, OrderStatus::Rejected, answer.reason);
  }
}

void take_answer(Turn& turn, const OrderTriggered& answer) {
  Order* order = find_order(turn, answer.order);
  if (order == nullptr || order->is_finished() || order->purpose != Purpose::StopLoss) return;
  mark_accepted(turn, *order);
  note_triggered(turn, *order);
}

void take_answer(Turn& turn, const OrderFilled& answer) {
  if (answer.order == OrderId::None) {
    take_foreign_fill(turn, answer);
    return;
  }
  Order* order = find_order(turn, answer.order);
  if (order == nullptr) return;
  mark_accepted(turn, *order);
  count_trade(turn, *order,
              {.trade = answer.trade,
               .quantity = answer.quantity,
               .price = answer.price,
               .fee = answer.fee,
               .liquidity = answer.liquidity});
}

void take_answer(Turn& turn, const OrderAmended& answer) {
  Order* order = find_order(turn, answer.order);
  if (order == nullptr || order->is_finished()) return;
  order->awaiting_amend = false;
  order->quantity = answer.quantity;
  order->limit_price = answer.limit_price;
  if (Tranche* tranche = tranche_of(turn, *order)) note_changed(*tranche, order->purpose);
  if (order->remaining().is_zero()) finish_order(turn, *order, OrderStatus::Filled);
}

void take_answer(Turn& turn, const AmendRejected& answer) {
  Order* order = find_order(turn, answer.order);
  if (order == nullptr || order->is_finished() || !order->awaiting_amend) return;
  order->awaiting_amend = false;
  order->amend_refused = true;
  if (order->remaining().is_zero()) finish_order(turn, *order, OrderStatus::Filled);
}

void take_answer(Turn& turn, const OrderCanceled& answer) {
  if (Order* order = find_order(turn, answer.order)) {
    order_over(turn, *order, OrderStatus::Canceled, std::nullopt);
  }
}

void take_answer(Turn& turn, const OrderExpired& answer) {
  if (Order* order = find_order(turn, answer.order)) {
    order_over(turn, *order, OrderStatus::Expired, std::nullopt);
  }
}

void take_answer(Turn& turn, const CancelRejected& answer) {
  Order* order = find_order(turn, answer.order);
  if (order == nullptr || order->is_finished() || !order->awaiting_cancel) return;
  order->awaiting_cancel = false;
  if (answer.reason == RejectReason::NotFound) {
    turn.query(*order);  // It may have filled: "not found" is not "cancelled".
    return;
  }
  Tranche* tranche = tranche_of(turn, *order);
  if (order->purpose == Purpose::Entry) {
    order->cancel_wanted = false;
    turn.set_timer(order->key, {TimerKind::EntryTimeout, static_cast<std::uint64_t>(order->id)},
                   turn.state.now + Duration::seconds(1));
  } else if (tranche != nullptr && is_leg(*order)) {
    order->cancel_refused = true;
    note_change_refused(turn, turn.state.position(order->key), *tranche, order->purpose);
  }
}

void take_answer(Turn& turn, const OutcomeUnknown& answer) {
  Order* order = find_order(turn, answer.order);
  if (order == nullptr || order->is_finished()) return;
  order->awaiting_query = false;  // The question itself may be what got lost.
  turn.query(*order);
}

void take_answer(Turn& turn, const QueryAnswered& answer) {
  Order* order = find_order(turn, answer.order);
  if (order == nullptr) return;
  const bool was_finished = order->is_finished();
  order->awaiting_query = false;
  if (answer.status == QueryStatus::NotFound) {
    order_not_found(turn, *order);
    return;
  }
  if (!was_finished) {
    // Totals say whether an amend took; whether or not, it is sent again only if it still differs.
    order->awaiting_amend = order->awaiting_cancel = false;
    order->quantity = answer.quantity.value_or(order->quantity);
    if (answer.limit_price) order->limit_price = answer.limit_price;
    const bool stands = answer.status == QueryStatus::New ||
                        answer.status == QueryStatus::PartiallyFilled ||
                        answer.status == QueryStatus::Filled;
    if (stands) mark_accepted(turn, *order);
  }
  const Quantity all = order->quantity;
  count_catch_up(
      turn, *order,
      answer.filled_quantity.value_or(answer.status == QueryStatus::Filled ? all : order->filled),
      answer.average_price);
  switch (answer.status) {
    case QueryStatus::New:
    case QueryStatus::PartiallyFilled:
    case QueryStatus::NotFound:
      break;
    case QueryStatus::Filled:
      finish_order(turn, *order, OrderStatus::Filled);
      break;
    case QueryStatus::Canceled:
      order_over(turn, *order, OrderStatus::Canceled, std::nullopt);
      break;
    case QueryStatus::Expired:
      order_over(turn, *order, OrderStatus::Expired, std::nullopt);
      break;
    case QueryStatus::Rejected:
      order_over(turn, *order, OrderStatus::Rejected, RejectReason::Other);
      break;
  }
}

}  // namespace tranchet

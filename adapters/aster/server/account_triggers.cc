// The orders that the desk itself holds until their trigger comes (trigger.h).
#include <algorithm>

#include "adapters/aster/server/account_desk.h"
#include "adapters/aster/server/account_messages.h"

namespace tranchet::aster_venue {
namespace {

Price working_price(const AsterOrder& order, const MarketBoard& board) {
  const bool by_mark = order.request.working_type == WorkingType::MarkPrice;
  return by_mark ? board.mark_price() : board.last_price();
}

}  // namespace

// -2021 where it would trigger at once, -4045 beyond what a symbol may have.
Answer<void> AccountDesk::check_trigger(const AsterOrder& order) const {
  const MarketBoard& market = board(order.request.instrument);
  Trigger trigger = order.trigger;
  const Price price = working_price(order, market);
  const bool trails = trigger.kind == TriggerKind::Trailing;
  // A trailing one is refused where its activation has been passed already.
  const bool sells = order.request.side == Side::Sell;
  const bool passed = trails ? trigger.activation && (sells ? price >= *trigger.activation
                                                            : price <= *trigger.activation)
                             : triggers(trigger, order.request.side, price);
  if (passed) return std::unexpected(VenueError{-2021, "Order would immediately trigger."});
  return {};
}

// Those of the venue behind and those held here share one limit.
Answer<void> AccountDesk::check_count(const AsterOrder& order) const {
  const std::size_t most = board(order.request.instrument).listed().rules.max_conditional_orders;
  if (most == 0 || !order.is_conditional()) return {};
  const auto open = std::ranges::count_if(orders_, [&](const auto& item) {
    const AsterOrder& other = item.second;
    return other.symbol == order.symbol && other.is_open() && other.is_conditional() &&
           !other.is_triggered;
  });
  if (static_cast<std::size_t>(open) < most) return {};
  return std::unexpected(VenueError{-4045, "Reach max stop order limit."});
}

std::int64_t AccountDesk::hold(AsterOrder order, Timestamp now) {
  const std::int64_t number = order.number;
  Price price = working_price(order, board(order.request.instrument));
  if (order.trigger.kind == TriggerKind::Trailing)
    triggers(order.trigger, order.request.side, price);
  by_client_[{order.symbol, order.client_id}] = number;
  events_.push_back(order_event(order, {.execution = "NEW"}, now));
  orders_[number] = std::move(order);
  held_.insert(number);
  return number;
}

void AccountDesk::drop(std::int64_t number, std::string_view status, Timestamp now) {
  held_.erase(number);
  AsterOrder& order = orders_.at(number);
  order.status = status;
  order.updated = milliseconds(now);
  events_.push_back(order_event(order, {.execution = status}, now));
}

void AccountDesk::watch_triggers(Timestamp now) {
  std::vector<std::int64_t> due;
  for (const std::int64_t number : held_) {
    AsterOrder& order = orders_.at(number);
    const Price price = working_price(order, board(order.request.instrument));
    if (triggers(order.trigger, order.request.side, price)) due.push_back(number);
  }
  for (const std::int64_t number : due) release(number, now);
}

// From here on it is an order like any other; one that closes a position takes what is open now.
void AccountDesk::release(std::int64_t number, Timestamp now) {
  AsterOrder& order = orders_.at(number);
  if (order.close_position) {
    const PositionSide side = mode_ == PositionMode::Hedge
                                  ? order.request.position_side
                                  : position_side_of_entry(opposite(order.request.side));
    order.request.quantity = venue_->position({order.request.instrument, side}).quantity;
    if (!order.request.quantity.is_positive()) return drop(number, "EXPIRED", now);
  }
  held_.erase(number);
  order.is_triggered = true;
  SubmitOrder request = order.request;
  request.stop_price = std::nullopt;
  const Command command = request;
  venue_->submit({&command, 1}, now);
  std::vector<Occurrence> answers;
  venue_->advance(now, answers);
  for (const Occurrence& answer : answers) {
    const auto* rejected = std::get_if<OrderRejected>(&answer.body);
    if (rejected != nullptr && rejected->order == request.order) {
      drop(number, "EXPIRED", now);
    } else {
      apply(answer.body, now);
    }
  }
}

}  // namespace tranchet::aster_venue

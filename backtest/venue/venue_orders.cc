#include "backtest/venue/venue_orders.h"

#include <algorithm>

namespace tranchet {
namespace {

// GET allOrders finds no order older than this (unless it has trades; ours forgets those too).
constexpr Duration kRemembered = Duration::hours(7 * 24);

}  // namespace

VenueOrder& VenueOrders::add(const SubmitOrder& request) {
  const bool foreign = request.order == OrderId::None;
  const std::uint64_t arrival = ++arrivals_;
  if (!foreign) {
    ENSURE(!open().contains(request.order));
    if (orders_.erase(request.order)) {
      std::erase_if(finished_order_,
                    [&](const Finished& finished) { return finished.order == request.order; });
    }
    count(request.order);
  }
  VenueOrder& order = foreign ? foreign_[arrival] : orders_.emplace(request.order);
  order.request = request;
  order.arrival = arrival;
  return order;
}

void VenueOrders::count(OrderId id) {
  if (taken_.empty() || taken_.back().order < id) {
    taken_.push_back({.order = id, .times = 1});
    return;
  }
  auto at = std::ranges::lower_bound(taken_, id, {}, &Taken::order);
  if (at == taken_.end() || at->order != id) at = taken_.insert(at, {.order = id});
  ++at->times;
}

std::uint64_t VenueOrders::acceptances(OrderId id) const {
  const auto at = std::ranges::lower_bound(taken_, id, {}, &Taken::order);
  return at == taken_.end() || at->order != id ? 0 : at->times;
}

VenueOrder* VenueOrders::find_open(OrderId id) {
  return orders_.look_up_live(id);
}

const VenueOrder* VenueOrders::find(OrderId id) const {
  return orders_.look_up(id);
}

void VenueOrders::finish(const VenueOrder& order, QueryStatus status, Timestamp now) {
  if (order.is_foreign()) {
    const std::uint64_t arrival = order.arrival;
    ENSURE(foreign_.erase(arrival) == 1);
    return;
  }
  const OrderId id = order.request.order;
  VenueOrder* kept = orders_.look_up_live(id);
  ENSURE(kept != nullptr);
  kept->status = status;
  orders_.retire(id);
  Finished& last = finished_order_.emplace_back();
  last.order = id;
  last.time = now;
  while (finished_order_.front().time + kRemembered < now) {
    orders_.erase(finished_order_.front().order);
    finished_order_.pop_front();
  }
}

}  // namespace tranchet

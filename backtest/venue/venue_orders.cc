#include "backtest/venue/venue_orders.h"

#include <algorithm>
#include <utility>

namespace tranchet {
namespace {

// GET allOrders finds no order older than this (unless it has trades; ours forgets those too).
constexpr Duration kRemembered = Duration::hours(7 * 24);

}  // namespace

VenueOrder& VenueOrders::add(const SubmitOrder& request) {
  const bool foreign = request.order == OrderId::None;
  const std::uint64_t arrival = ++arrivals_;
  if (!foreign) {
    ENSURE(!open_.contains(request.order));
    finished_.erase(request.order);
    count(request.order);
  }
  VenueOrder& order = foreign ? foreign_[arrival] : open_[request.order];
  order.request = request;
  order.arrival = arrival;
  return order;
}

void VenueOrders::count(OrderId id) {
  auto at = std::ranges::lower_bound(taken_, id, {}, &Taken::order);
  if (at == taken_.end() || at->order != id) at = taken_.insert(at, {.order = id});
  ++at->times;
}

std::uint64_t VenueOrders::acceptances(OrderId id) const {
  const auto at = std::ranges::lower_bound(taken_, id, {}, &Taken::order);
  return at == taken_.end() || at->order != id ? 0 : at->times;
}

VenueOrder* VenueOrders::find_open(OrderId id) {
  const auto found = open_.find(id);
  return found == open_.end() ? nullptr : &found->second;
}

const VenueOrder* VenueOrders::find(OrderId id) const {
  if (const auto found = open_.find(id); found != open_.end()) return &found->second;
  const auto found = finished_.find(id);
  return found == finished_.end() ? nullptr : &found->second;
}

void VenueOrders::finish(const VenueOrder& order, QueryStatus status, Timestamp now) {
  if (order.is_foreign()) {
    const std::uint64_t arrival = order.arrival;
    ENSURE(foreign_.erase(arrival) == 1);
    return;
  }
  const OrderId id = order.request.order;
  auto node = open_.extract(id);
  ENSURE(!node.empty());
  node.mapped().status = status;
  node.mapped().finished = now;
  finished_.insert(std::move(node));
  finished_order_.push_back({.order = id, .time = now});
  while (finished_order_.front().time + kRemembered < now) {
    const Finished& oldest = finished_order_.front();
    const auto found = finished_.find(oldest.order);
    if (found != finished_.end() && found->second.finished == oldest.time) finished_.erase(found);
    finished_order_.pop_front();
  }
}

}  // namespace tranchet

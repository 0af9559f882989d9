#include "backtest/venue/venue_orders.h"

#include <utility>

namespace tranchet {
namespace {

// GET allOrders finds no order older than this (unless it has trades; ours forgets those too).
constexpr Duration kRemembered = Duration::hours(7 * 24);

}  // namespace

VenueOrder& VenueOrders::add(const SubmitOrder& request) {
  ENSURE(find(request.order) == nullptr);
  VenueOrder& order = open_[request.order];
  order.request = request;
  order.arrival = ++arrivals_;
  return order;
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

void VenueOrders::finish(OrderId id, QueryStatus status, Timestamp now) {
  auto node = open_.extract(id);
  ENSURE(!node.empty());
  node.mapped().status = status;
  node.mapped().finished = now;
  finished_.insert(std::move(node));
  finished_order_.push_back(id);
  while (finished_.at(finished_order_.front()).finished + kRemembered < now) {
    finished_.erase(finished_order_.front());
    finished_order_.pop_front();
  }
}

}  // namespace tranchet

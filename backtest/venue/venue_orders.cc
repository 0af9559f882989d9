#include "backtest/venue/venue_orders.h"

#include <algorithm>

#include "backtest/venue/matching.h"

namespace tranchet {
namespace {

// GET allOrders finds no order older than this (unless it has trades; ours forgets those too).
constexpr Duration kRemembered = Duration::hours(7 * 24);

}  // namespace

VenueOrder& VenueOrders::take_anew(OrderId id) {
  std::uint64_t acceptances = 1;
  if (const VenueOrder* before = orders_.look_up(id)) [[unlikely]] {
    ENSURE(find_open(id) == nullptr);
    acceptances += before->acceptances;
    orders_.erase(id);
    std::erase_if(finished_order_,
                  [&](const Finished& finished) { return finished.taken.order == id; });
  }
  VenueOrder& order = orders_.emplace(id);
  order.acceptances = acceptances;
  return order;
}

VenueOrder& VenueOrders::add(const SubmitOrder& request) {
  const bool foreign = request.order == OrderId::None;
  const std::uint64_t arrival = ++arrivals_;
  VenueOrder& order = foreign ? foreign_[arrival] : take_anew(request.order);
  order.request = request;
  order.arrival = arrival;
  waits_.push_back(made_wait(order));
  return order;
}

void VenueOrders::amend(VenueOrder& order, const SubmitOrder& request) {
  order.request = request;
  *wait_of(order) = made_wait(order);
}

void VenueOrders::trigger(VenueOrder& order) {
  order.triggered = true;
  *wait_of(order) = made_wait(order);
}

std::vector<Wait>::iterator VenueOrders::wait_of(const VenueOrder& order) {
  const auto found = std::ranges::find(waits_, order.arrival, &Wait::arrival);
  ENSURE(found != waits_.end());
  return found;
}

Wait VenueOrders::made_wait(const VenueOrder& order) const {
  const SubmitOrder& request = order.request;
  Wait wait{.quiet = {Price(), Price::max()},
            .order = request.order,
            .arrival = order.arrival,
            .instrument = request.instrument,
            .conditional = order.is_conditional(),
            .exit = is_exit(request, mode_)};
  if (wait.conditional) {
    const bool rise = waits_for_rise(request.order_type, request.side);
    (rise ? wait.quiet.high : wait.quiet.low) = *request.stop_price;
  } else if (order.is_resting_limit()) {
    // Under Through the limit itself is quiet, so the excluded end is one count beyond it.
    const Price beyond = Price::from_raw(queue_ == QueueAssumption::Through ? 1 : 0);
    const bool buy = request.side == Side::Buy;
    if (buy) wait.quiet.low = *request.limit_price - beyond;
    if (!buy) wait.quiet.high = *request.limit_price + beyond;
  } else {
    wait.quiet = PriceBand();
  }
  return wait;
}

std::uint64_t VenueOrders::acceptances(OrderId id) const {
  const VenueOrder* known = find(id);
  std::uint64_t acceptances = known == nullptr ? 0 : known->acceptances;
  for (const Taken& forgotten : forgotten_) {
    if (forgotten.order == id) acceptances += forgotten.acceptances;
  }
  return acceptances;
}

VenueOrder* VenueOrders::find_open(OrderId id) {
  return orders_.look_up_live(id);
}

const VenueOrder* VenueOrders::find(OrderId id) const {
  return orders_.look_up(id);
}

void VenueOrders::finish_foreign() {
  foreign_.clear();
  std::erase_if(waits_, [](const Wait& wait) { return wait.order == OrderId::None; });
}

void VenueOrders::finish(VenueOrder& order, QueryStatus status, Timestamp now) {
  *wait_of(order) = waits_.back();
  waits_.pop_back();
  if (order.is_foreign()) {
    const std::uint64_t arrival = order.arrival;
    ENSURE(foreign_.erase(arrival) == 1);
    return;
  }
  const OrderId id = order.request.order;
  order.status = status;
  orders_.retire(id);
  Finished& last = finished_order_.emplace_back();
  last.time = now;
  last.taken = {.order = id, .acceptances = order.acceptances};
  while (finished_order_.front().time + kRemembered < now) {
    forgotten_.push_back(finished_order_.front().taken);
    ENSURE(orders_.erase(forgotten_.back().order));
    finished_order_.pop_front();
  }
}

}  // namespace tranchet

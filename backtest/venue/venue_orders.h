// The orders the venue has taken: open ones, and finished ones for as long as it answers for them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>

#include "events/command.h"
#include "events/time.h"

namespace tranchet {

struct VenueOrder {
  SubmitOrder request;  // Quantity and limit price as last amended.
  Quantity filled;
  Value filled_value = 0;     // Sum of price x quantity of its fills.
  std::uint64_t arrival = 0;  // 1, 2, 3, ... in the order the venue took them.
  bool triggered = false;     // A stop that has become a market order.
  QueryStatus status = QueryStatus::New;
  Timestamp finished;  // Once it is not open any more.

  Quantity remaining() const { return request.quantity - filled; }
  bool is_conditional() const { return request.order_type == OrderType::StopMarket && !triggered; }
  bool is_resting_limit() const { return request.order_type == OrderType::Limit; }
};

class VenueOrders {
 public:
  // The id must not be known.
  VenueOrder& add(const SubmitOrder& request);

  VenueOrder* find_open(OrderId id);         // Null: finished, or never seen.
  const VenueOrder* find(OrderId id) const;  // Open or finished; null: never seen or forgotten.
  const std::map<OrderId, VenueOrder>& open() const { return open_; }

  // The order is not open any more. Forgets what finished more than 7 days before `now`.
  void finish(OrderId id, QueryStatus status, Timestamp now);

 private:
  std::map<OrderId, VenueOrder> open_;
  std::map<OrderId, VenueOrder> finished_;
  std::deque<OrderId> finished_order_;  // By time of finishing.
  std::uint64_t arrivals_ = 0;
};

}  // namespace tranchet

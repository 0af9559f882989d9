// The orders the venue has taken: open ones, and finished ones for as long as it answers for them.
// Other people's orders on the same account have no id of ours; they are known by their arrival.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <vector>

#include "backtest/venue/parameters.h"
#include "engine/order_table.h"
#include "events/command.h"
#include "events/time.h"

namespace tranchet {

// What is open changes by way of VenueOrders, but for what has been filled.
struct VenueOrder {
  SubmitOrder request;  // Quantity and limit price as last amended.
  Quantity filled;
  Value filled_value = 0;         // Sum of price x quantity of its fills.
  std::uint64_t arrival = 0;      // 1, 2, 3, ... in the order the venue took them.
  std::uint64_t acceptances = 0;  // How often an order of its id was taken, as far as is known.
  bool triggered = false;         // A conditional order that has become a market order.
  QueryStatus status = QueryStatus::New;

  Quantity remaining() const { return request.quantity - filled; }
  bool is_foreign() const { return request.order == OrderId::None; }
  bool is_conditional() const { return tranchet::is_conditional(request.order_type) && !triggered; }
  bool is_resting_limit() const { return request.order_type == OrderType::Limit; }
};

// An order that can only reduce: in hedge mode by its sides, in one-way mode by its flag.
inline bool is_exit(const SubmitOrder& request, PositionMode mode) {
  if (mode == PositionMode::OneWay) return request.reduce_only;
  return request.side == exit_side(request.position_side);
}

// What an open order waits for, short enough to ask all of them at every price that matters.
struct Wait {
  PriceBand quiet;  // No price in it reaches the order. A market order waits for any print.
  OrderId order{};  // None: foreign.
  std::uint64_t arrival = 0;
  InstrumentId instrument{};
  bool conditional = false;
  bool exit = false;
};

class VenueOrders {
 public:
  VenueOrders(PositionMode mode, QueueAssumption queue) : mode_(mode), queue_(queue) {}

  // No open order has the id; a finished one of that id is forgotten. OrderId None: foreign.
  VenueOrder& add(const SubmitOrder& request);
  void amend(VenueOrder& order, const SubmitOrder& request);
  // A conditional order becomes a market order.
  void trigger(VenueOrder& order);

  // One for each open order, ours or not, in no order.
  std::span<const Wait> waits() const { return waits_; }
  VenueOrder& order_of(const Wait& wait) {
    return wait.order == OrderId::None ? foreign_.at(wait.arrival) : *find_open(wait.order);
  }
  const VenueOrder& order_of(const Wait& wait) const {
    return wait.order == OrderId::None ? foreign_.at(wait.arrival) : *find(wait.order);
  }

  // Ours only.
  VenueOrder* find_open(OrderId id);         // Null: finished, or never seen.
  const VenueOrder* find(OrderId id) const;  // Open or finished; null: never seen or forgotten.
  OrderTable<VenueOrder>::Live open() const { return orders_.live(); }

  // How often an order of that id was taken, for ever.
  std::uint64_t acceptances(OrderId id) const;

  // Ours by id, then other people's by arrival. `visit` must not add or finish any.
  template <class Visit>
  void for_each_open(Visit&& visit) const {
    orders_.for_each_live(visit);
    for (const auto& [arrival, order] : foreign_) visit(order);
  }
  template <class Visit>
  void for_each_open(Visit&& visit) {
    orders_.for_each_live(visit);
    for (auto& [arrival, order] : foreign_) visit(order);
  }

  // The order is not open any more, and a reference to it is void. Forgets what finished more than
  // 7 days before `now`.
  void finish(VenueOrder& order, QueryStatus status, Timestamp now);
  void finish_foreign();

 private:
  struct Taken {
    OrderId order{};
    std::uint64_t acceptances = 0;
  };
  // With what is counted of it: an order that nobody touched for a week is not read to be
  // forgotten.
  struct Finished {
    Timestamp time;
    Taken taken;
  };

  inline VenueOrder& take_anew(OrderId id);
  std::vector<Wait>::iterator wait_of(const VenueOrder& order);
  Wait made_wait(const VenueOrder& order) const;

  PositionMode mode_;
  QueueAssumption queue_;
  std::vector<Wait> waits_;
  OrderTable<VenueOrder> orders_;  // Ours; those that are not open any more are retired.
  std::map<std::uint64_t, VenueOrder> foreign_;  // By arrival.
  std::deque<Finished> finished_order_;          // By time.
  std::vector<Taken> forgotten_;                 // An id may have been forgotten more than once.
  std::uint64_t arrivals_ = 0;
};

}  // namespace tranchet

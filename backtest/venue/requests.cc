// What the venue does with a request once it has arrived.
#include <algorithm>

#include "backtest/venue/filters.h"
#include "backtest/venue/matching.h"
#include "backtest/venue/simulated_venue.h"

namespace tranchet {

void SimulatedVenue::process_due(Timestamp until) {
  while (true) {
    const bool rings = next_bell_ && next_bell_->at <= until;
    if (rings && (requests_.empty() || next_bell_->at <= requests_.front().time)) {
      ring_bell();
      continue;
    }
    if (requests_.empty() || requests_.front().time > until) break;
    const Request& request = requests_.front();
    ENSURE(request.time >= now_);
    now_ = request.time;
    // What submit() keeps is one of those that process() knows.
    std::visit(
        [this](const auto& body) {
          if constexpr (requires { this->process(body); }) process(body);
        },
        request.body);
    requests_.pop_front();
    liquidate_if_due();
  }
}

// Quantity of the exits that rest already against the same position: stops when `request` is a
// stop, the others when it is not, for a take-profit and a stop are alternatives of each other.
Quantity SimulatedVenue::exits_resting(const SubmitOrder& request) const {
  const bool stop = request.order_type == OrderType::StopMarket;
  Quantity total;
  orders_.for_each_open([&](const VenueOrder& order) {
    const SubmitOrder& other = order.request;
    const bool same_position = other.instrument == request.instrument &&
                               other.side == request.side &&
                               other.position_side == request.position_side;
    const bool other_stop = other.order_type == OrderType::StopMarket && !order.triggered;
    if (same_position && is_exit(other) && other_stop == stop) total += order.remaining();
  });
  return total;
}

// Exits need the position at submission. One that is larger than the position is taken: what
// happens to its excess is decided when it fills.
std::optional<RejectReason> SimulatedVenue::failed_position(const SubmitOrder& request) const {
  if (!is_exit(request)) return std::nullopt;
  const Quantity held = reducible(request);
  if (held.is_zero()) return RejectReason::NoPosition;  // -2022
  if (parameters_.exit_capacity && request.order_type != OrderType::Market &&
      exits_resting(request) + request.quantity > held) {
    return RejectReason::ReduceOnlyCapacity;  // -4118
  }
  return std::nullopt;
}

std::optional<RejectReason> SimulatedVenue::failed_cap(const SubmitOrder& request) const {
  if (request.order_type == OrderType::Market) return std::nullopt;
  const std::uint32_t cap = find_market(request.instrument)->rules.max_conditional_orders;
  const bool capped = is_conditional(request.order_type) && cap > 0;
  // Of all instruments together there are not as many as this one may have.
  const std::uint32_t least =
      capped ? std::min(cap, parameters_.open_orders_max) : parameters_.open_orders_max;
  if (orders_.waits().size() < least) return std::nullopt;
  std::uint32_t open = 0;
  std::uint32_t conditional = 0;
  for (const Wait& wait : orders_.waits()) {
    if (wait.instrument != request.instrument) continue;
    ++open;
    if (wait.conditional) ++conditional;
  }
  if (capped && conditional >= cap) {
    return RejectReason::TooManyConditional;  // -4045
  }
  if (open >= parameters_.open_orders_max) return RejectReason::Other;  // -2025
  return std::nullopt;
}

bool SimulatedVenue::is_taken(OrderId id) const {
  return parameters_.ids_unique_for_ever ? orders_.find(id) != nullptr
                                         : orders_.open().contains(id);
}

// The first check that fails is the answer; cheap ones first.
std::optional<RejectReason> SimulatedVenue::refusal(const SubmitOrder& request) const {
  const VenueMarket* market = find_market(request.instrument);
  if (market == nullptr) return RejectReason::Other;  // -1121
  if (!is_open_) return RejectReason::NotTrading;
  if (is_taken(request.order)) return RejectReason::Other;  // -4116
  if (!mode_allows(request)) return RejectReason::Other;    // -1106
  if (const auto reason = failed_filter(request, *market)) return reason;
  if (is_conditional(request.order_type)) {
    const bool by_mark = request.working_type == WorkingType::MarkPrice;
    const Maybe<Price> price = by_mark ? market->mark_price() : market->contract_price();
    if (price && stop_reached(request.order_type, request.side, *request.stop_price, *price)) {
      return RejectReason::WouldTrigger;  // -2021
    }
  }
  if (const auto reason = failed_position(request)) return reason;
  if (const auto reason = failed_cap(request)) return reason;
  if (!margin_suffices(request)) return RejectReason::Margin;  // -2019
  return std::nullopt;
}

void SimulatedVenue::process(const SubmitOrder& request) {
  if (request.reduce_only && !parameters_.reduce_only) {  // The venue has no such flag.
    SubmitOrder plain = request;
    plain.reduce_only = false;
    return process(plain);
  }
  ENSURE(request.order != OrderId::None);
  if (const auto reason = refusal(request)) {
    answer(OrderRejected{.order = request.order, .reason = *reason});
    return;
  }
  take(request);
}

void SimulatedVenue::take(const SubmitOrder& request) {
  VenueOrder& order = orders_.add(request);
  answer(order, OrderAccepted{request.order});
  switch (request.order_type) {
    case OrderType::Market:
      take_market(order);
      break;
    case OrderType::Limit:
      arrive_limit(order);
      break;
    case OrderType::StopMarket:
    case OrderType::TakeProfitMarket:
      break;
  }
}

// PUT /order: limit orders only, price and total quantity both given; a filter that fails leaves
// the order as it was. The order keeps its id and queues anew.
void SimulatedVenue::process(const AmendOrder& request) {
  const auto reject = [&](RejectReason reason) {
    answer(AmendRejected{.order = request.order, .reason = reason});
  };
  VenueOrder* order = orders_.find_open(request.order);
  if (order == nullptr) return reject(RejectReason::NotFound);                // -2013
  if (!order->is_resting_limit()) return reject(RejectReason::Other);         // Limit only.
  if (request.quantity <= order->filled) return reject(RejectReason::Other);  // Nothing left.
  SubmitOrder amended = order->request;
  amended.quantity = request.quantity;
  amended.limit_price = request.limit_price;
  if (const auto reason = failed_filter(amended, *find_market(amended.instrument))) {
    return reject(*reason);
  }
  orders_.amend(*order, amended);
  answer(OrderAmended{
      .order = request.order, .quantity = request.quantity, .limit_price = request.limit_price});
  arrive_limit(*order);
}

void SimulatedVenue::process(const CancelOrder& request) {
  VenueOrder* order = orders_.find_open(request.order);
  if (order == nullptr) {
    answer(CancelRejected{.order = request.order, .reason = RejectReason::NotFound});  // -2011
    return;
  }
  orders_.finish(*order, QueryStatus::Canceled, now_);
  answer(OrderCanceled{request.order});
}

// An order that was rejected was never one: -2013, like one that never arrived.
void SimulatedVenue::process(const QueryOrder& request) {
  const VenueOrder* order = orders_.find(request.order);
  if (order == nullptr) {
    answer(QueryAnswered{.order = request.order,
                         .status = QueryStatus::NotFound,
                         .filled_quantity = {},
                         .average_price = {},
                         .quantity = {},
                         .limit_price = {}});
    return;
  }
  Maybe<Price> average;
  if (order->filled.is_positive()) {
    average = average_price({.quantity = order->filled, .cost = order->filled_value});
  }
  answer(QueryAnswered{.order = request.order,
                       .status = order->status,
                       .filled_quantity = order->filled,
                       .average_price = average,
                       .quantity = order->request.quantity,
                       .limit_price = order->request.limit_price});
}

// One answer in rows: they arrive together.
void SimulatedVenue::process(const RequestSnapshot&) {
  const Timestamp due = due_in_place();
  const auto add = [this, due](const EventBody& row) { answers_.push_back({due, row}); };
  add(SnapshotStarted{});
  for (const auto& [key, position] : account_.positions()) {
    add(PositionReported{.instrument = key.instrument,
                         .position_side = key.side,
                         .quantity = position.quantity,
                         .average_price = average_price(position)});
  }
  orders_.for_each_open([&](const VenueOrder& order) {
    add(OrderReported{.order = order.request.order,
                      .instrument = order.request.instrument,
                      .position_side = order.request.position_side,
                      .order_type = order.request.order_type,
                      .side = order.request.side,
                      .quantity = order.request.quantity,
                      .filled_quantity = order.filled,
                      .limit_price = order.request.limit_price,
                      .stop_price = order.request.stop_price});
  });
  add(BalanceReported{account_.balance()});
  add(SnapshotEnded{});
}

}  // namespace tranchet

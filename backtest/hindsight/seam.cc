#include "backtest/hindsight/seam.h"

#include <algorithm>

#include "events/order_of.h"

namespace tranchet {
namespace {

SubmitOrder submission_of(const Order& order, PositionMode mode) {
  return {.order = order.id,
          .quantity = order.quantity,
          .limit_price = order.limit_price,
          .stop_price = order.stop_price,
          .tranche_id = order.tranche_id,
          .tranche = order.tranche,
          .instrument = order.key.instrument,
          .side = order.side,
          .position_side = order.key.side,
          .order_type = order.type,
          .working_type = order.working_type,
          .reduce_only =
              mode == PositionMode::OneWay && order.purpose != Purpose::Entry && !order.corrective,
          .purpose = order.purpose};
}

template <class Request>
bool asks(std::span<const Command> commands, OrderId order) {
  return std::ranges::any_of(commands, [&](const Command& command) {
    return std::holds_alternative<Request>(command) && order_of(command) == order;
  });
}

// One of the requests that name an order and its place.
template <class Request>
Request about(const Order& order) {
  Request request;
  request.order = order.id;
  request.tranche = order.tranche;
  request.instrument = order.key.instrument;
  request.purpose = order.purpose;
  request.position_side = order.key.side;
  return request;
}

void add_position(std::map<PositionKey, VenuePosition>& positions, PositionKey key,
                  Quantity quantity, Value cost) {
  if (!quantity.is_positive()) return;
  positions[key].quantity += quantity;
  positions[key].cost += cost;
}

void add_positions(const InstrumentState& instrument, VenueStanding& standing) {
  for (const Position& position : instrument.positions) {
    add_position(standing.positions, position.key, open_quantity(position), open_cost(position));
    // At what it is worth: nobody told what it cost.
    if (instrument.mark) {
      add_position(standing.positions, position.key, position.ignored,
                   value_of(*instrument.mark, position.ignored));
    }
    const PositionSide other =
        position.key.side == PositionSide::Long ? PositionSide::Short : PositionSide::Long;
    add_position(standing.positions, {position.key.instrument, other}, position.excess,
                 position.excess_value);
  }
}

}  // namespace

Seam seam_at(const State& state, std::span<const Command> asked_now, bool snapshot_asked_for) {
  const auto mode = state.settings.choice<PositionMode>(Setting::PositionModeChoice);
  Seam seam;
  for (const InstrumentState& instrument : state.instruments) {
    add_positions(instrument, seam.standing);
  }
  for (const auto& [id, order] : state.orders) {
    if (order.is_finished() || asks<SubmitOrder>(asked_now, id)) continue;
    if (order.status == OrderStatus::PendingNew) {
      seam.under_way.emplace_back(submission_of(order, mode));
    } else {
      seam.standing.orders.push_back({.request = submission_of(order, mode),
                                      .filled = order.filled,
                                      .filled_value = order.filled_value,
                                      .triggered = order.status == OrderStatus::Triggered});
    }
    if (order.awaiting_amend && !asks<AmendOrder>(asked_now, id)) {
      auto amend = about<AmendOrder>(order);
      amend.quantity = order.amend_quantity;
      amend.limit_price = order.amend_price;
      seam.under_way.emplace_back(amend);
    }
    if (order.awaiting_cancel && !asks<CancelOrder>(asked_now, id)) {
      seam.under_way.emplace_back(about<CancelOrder>(order));
    }
    if (order.awaiting_query && !asks<QueryOrder>(asked_now, id)) {
      seam.under_way.emplace_back(about<QueryOrder>(order));
    }
  }
  const bool asks_again = std::ranges::any_of(asked_now, [](const Command& command) {
    return std::holds_alternative<RequestSnapshot>(command);
  });
  if (snapshot_asked_for && !asks_again) seam.under_way.emplace_back(RequestSnapshot{});
  return seam;
}

}  // namespace tranchet

#include "backtest/wargame/protection_times.h"

#include <algorithm>

namespace tranchet {
namespace {

struct Found {
  const InstrumentState* instrument = nullptr;
  const Tranche* tranche = nullptr;
};

Found find(const State& state, TrancheId id) {
  for (const InstrumentState& instrument : state.instruments) {
    for (const Position& position : instrument.positions) {
      if (const Tranche* found = find_tranche(position, id)) return {&instrument, found};
    }
  }
  return {};
}

// The stops that the tranche needs do not fit beside those that live.
bool is_capped(const State& state, const Found& found) {
  const InstrumentListed& rules = found.instrument->rules;
  if (rules.max_conditional_orders == 0) return false;
  std::size_t stops = 1;
  if (rules.market_max_quantity.is_positive()) {
    stops = static_cast<std::size_t>(
        divide_ceil(found.tranche->quantity.raw(), rules.market_max_quantity.raw()));
  }
  for (const Position& position : found.instrument->positions) {
    for (const Tranche& tranche : position.tranches) {
      stops += static_cast<std::size_t>(std::ranges::count_if(
          tranche.stops, [&](OrderId id) { return !state.order(id).is_finished(); }));
    }
  }
  return stops > rules.max_conditional_orders;
}

bool wants_stop(const Tranche& tranche) {
  return !tranche.ended && !tranche.closing && !tranche.dust && tranche.stop.price;
}

Quantity accepted_stops(const State& state, const Tranche& tranche) {
  Quantity accepted;
  for (const OrderId id : tranche.stops) {
    const Order& order = state.order(id);
    if (order.status == OrderStatus::New) accepted += order.remaining();
  }
  return accepted;
}

// Asked for by an earlier event than the one that is being answered.
bool has_unanswered_stop(const State& state, const Output& output, const Tranche& tranche) {
  const auto asked_now = [&output](OrderId id) {
    return std::ranges::any_of(output.commands, [id](const Command& command) {
      const auto* submit = std::get_if<SubmitOrder>(&command);
      const auto* cancel = std::get_if<CancelOrder>(&command);
      return (submit != nullptr && submit->order == id) ||
             (cancel != nullptr && cancel->order == id);
    });
  };
  return std::ranges::any_of(
      tranche.stops, [&](OrderId id) { return state.order(id).is_unanswered() && !asked_now(id); });
}

bool cancels_stop(const Output& output, const Tranche& tranche) {
  return std::ranges::any_of(output.commands, [&](const Command& command) {
    const auto* cancel = std::get_if<CancelOrder>(&command);
    return cancel != nullptr && std::ranges::count(tranche.stops, cancel->order) > 0;
  });
}

}  // namespace

void ProtectionTimes::begin(const Event& event, const Output& output, const State& state) {
  for (const Booking& booking : output.bookings) {
    const auto* fill = std::get_if<FillBooked>(&booking);
    if (fill == nullptr || fill->purpose != Purpose::Entry) continue;
    const Tranche* tranche = find(state, fill->tranche_id).tranche;
    if (tranche == nullptr) continue;
    waiting_.push_back({.tranche = fill->tranche_id,
                        .since = event.time,
                        .until = tranche->quantity,
                        .behind = has_unanswered_stop(state, output, *tranche)});
  }
}

void ProtectionTimes::on_step(const Event& event, const Output& output, const State& state) {
  begin(event, output, state);
  if (waiting_.empty()) return;
  std::erase_if(waiting_, [&](Waiting& waiting) {
    const Found found = find(state, waiting.tranche);
    const Tranche* tranche = found.tranche;
    if (tranche == nullptr || !wants_stop(*tranche)) return true;
    // What has been sold since needs no stop any more.
    const Quantity needed = std::min(waiting.until, tranche->quantity);
    if (accepted_stops(state, *tranche) < needed) {
      waiting.capped |= cancels_stop(output, *tranche) && is_capped(state, found);
      return false;
    }
    times_.push_back({event.time - waiting.since, waiting.behind, waiting.capped});
    return true;
  });
}

}  // namespace tranchet

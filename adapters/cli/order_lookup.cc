#include "adapters/cli/order_lookup.h"

namespace tranchet {
namespace {

bool matches(const Order& order, const OrderReference& reference) {
  return order.purpose == reference.purpose &&
         (reference.instrument == InstrumentId::None ||
          reference.instrument == order.key.instrument) &&
         (reference.position_side == 0 ||
          reference.position_side == static_cast<std::uint8_t>(order.key.side)) &&
         (reference.tranche == kAllTranches || reference.tranche == order.tranche);
}

bool awaits(const Order& order, const EventBody& answer) {
  if (order.is_finished()) return false;
  const bool is_new = order.status == OrderStatus::PendingNew;
  const auto no = [](const auto&) { return false; };
  return std::visit(
      Overload{[&](const OrderAccepted&) { return is_new; },
               [&](const OrderRejected&) { return is_new; },
               [&](const OrderTriggered&) { return order.status == OrderStatus::New; },
               [&](const OrderAmended&) { return order.awaiting_amend; },
               [&](const AmendRejected&) { return order.awaiting_amend; },
               [&](const OrderCanceled&) { return order.awaiting_cancel; },
               [&](const CancelRejected&) { return order.awaiting_cancel; },
               [&](const OutcomeUnknown&) {
                 return is_new || order.awaiting_amend || order.awaiting_cancel;
               },
               [&](const QueryAnswered&) { return order.awaiting_query; },
               // Any active order awaits a fill or its end.
               [&](const OrderFilled&) { return true; }, [&](const OrderExpired&) { return true; },
               no},
      answer);
}

}  // namespace

OrderId find_order(const State& state, const OrderReference& reference, const EventBody& answer) {
  OrderId active{}, newest{};
  for (auto entry = state.orders.rbegin(); entry != state.orders.rend(); ++entry) {
    const Order& order = entry->second;
    if (!matches(order, reference)) continue;
    if (awaits(order, answer)) return order.id;
    if (active == OrderId::None && !order.is_finished()) active = order.id;
    if (newest == OrderId::None) newest = order.id;
  }
  return active != OrderId::None ? active : newest;
}

}  // namespace tranchet

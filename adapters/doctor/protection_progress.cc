#include "adapters/doctor/protection_progress.h"

#include <algorithm>

namespace tranchet {
namespace {

// Accepted orders for all that is open.
bool stands(const State& state, const Tranche& tranche, const Leg& leg, const OrderIds& orders) {
  if (!leg.price) return orders.empty();
  Quantity standing;
  for (const OrderId id : orders) {
    const Order& order = state.order(id);
    if (order.is_unanswered()) return false;
    standing += order.remaining();
  }
  return standing >= tranche.quantity;
}

bool is_protected(const State& state, const Tranche& tranche) {
  if (tranche.ended || tranche.dust || !tranche.quantity.is_positive()) return true;
  return stands(state, tranche, tranche.stop, tranche.stops) &&
         stands(state, tranche, tranche.target, tranche.targets);
}

}  // namespace

ProtectionProgress progress_of(const State& state, const Names& names) {
  ProtectionProgress progress{.is_reconciled =
                                  state.reconciled && !state.snapshot && state.adoptions.empty()};
  for (const InstrumentState& instrument : state.instruments) {
    for (const Position& position : instrument.positions) {
      // A difference that waits for the venue to repeat it may be quantity yet to be protected.
      if (position.difference) progress.is_reconciled = false;
      if (!open_quantity(position).is_positive()) continue;
      const BookKey key{std::string(names.symbol(position.key.instrument)), position.key.side};
      progress.open.insert(key);
      const bool all = std::ranges::all_of(
          position.tranches, [&](const Tranche& tranche) { return is_protected(state, tranche); });
      if (all) progress.protected_.insert(key);
      const bool any_refused = std::ranges::any_of(position.tranches, [](const Tranche& tranche) {
        return !tranche.ended && tranche.stop.refusals > 0 && tranche.stops.empty();
      });
      if (any_refused) progress.refused.insert(key);
    }
  }
  return progress;
}

}  // namespace tranchet

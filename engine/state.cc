#include "engine/state.h"

namespace tranchet {

Quantity open_quantity(const Position& position) {
  Quantity sum;
  for (const Tranche& tranche : position.tranches) sum += tranche.quantity;
  return sum;
}

Value open_cost(const Position& position) {
  Value sum = 0;
  for (const Tranche& tranche : position.tranches) sum += tranche.cost;
  return sum;
}

Quantity covered_quantity(const State& state, const Tranche& tranche) {
  // While a leg is replaced, old and new both rest and either would fire: their sum, at most what
  // is open, is covered.
  Quantity sum;
  for (const OrderId id : tranche.stops) {
    const Order& order = state.order(id);
    if (!order.is_finished() && !order.awaiting_cancel) sum += order.remaining();
  }
  return sum < tranche.quantity ? sum : tranche.quantity;
}

Quantity naked_quantity(const State& state, const Tranche& tranche) {
  if (tranche.ended || tranche.dust || !tranche.stop.price) return Quantity();
  return tranche.quantity - covered_quantity(state, tranche);
}

// The newest come first: answers are mostly about those.
Tranche* find_tranche(Position& position, TrancheId id) {
  for (auto tranche = position.tranches.rbegin(); tranche != position.tranches.rend(); ++tranche) {
    if (tranche->id == id) return &*tranche;
  }
  return nullptr;
}

const Tranche* find_tranche(const Position& position, TrancheId id) {
  for (auto tranche = position.tranches.rbegin(); tranche != position.tranches.rend(); ++tranche) {
    if (tranche->id == id) return &*tranche;
  }
  return nullptr;
}

std::optional<Price> working_price(const State& state, InstrumentId id, WorkingType type) {
  const InstrumentState& instrument = state.instrument(id);
  const Duration stale = state.settings.duration(Setting::StaleAfter, id);
  const bool trade_is_fresh =
      instrument.trade.has_value() && state.now - instrument.trade_time < stale;
  if (type == WorkingType::ContractPrice && trade_is_fresh) return *instrument.trade;
  if (instrument.mark) return *instrument.mark;
  return std::nullopt;
}

}  // namespace tranchet

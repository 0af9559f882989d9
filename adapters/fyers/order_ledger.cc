#include "adapters/fyers/order_ledger.h"

#include <algorithm>

namespace tranchet::fyers {

OrderRecord& OrderLedger::of(OrderId order, Timestamp steady) {
  OrderRecord& record = records_[order];
  record.touched = steady;
  return record;
}

OrderRecord* OrderLedger::find(OrderId order) {
  const auto found = records_.find(order);
  return found == records_.end() ? nullptr : &found->second;
}

const OrderRecord* OrderLedger::find(OrderId order) const {
  const auto found = records_.find(order);
  return found == records_.end() ? nullptr : &found->second;
}

void OrderLedger::note_venue_id(OrderId order, std::string_view venue_id, Timestamp steady) {
  if (venue_id.empty()) return;
  of(order, steady).venue_id = venue_id;
  venue_ids_[std::string(venue_id)] = order;
}

OrderId OrderLedger::by_venue_id(std::string_view venue_id) const {
  const auto found = venue_ids_.find(venue_id);
  return found == venue_ids_.end() ? OrderId::None : found->second;
}

bool OrderLedger::take_trade(std::string_view order, std::string_view trade) {
  return trades_.emplace(order, trade).second;
}

void OrderLedger::note_due(OrderId order) {
  const OrderRecord* record = find(order);
  const auto due = record == nullptr ? std::nullopt : record->next_due();
  if (due) {
    due_[order] = *due;
  } else {
    due_.erase(order);
  }
}

std::optional<Timestamp> OrderLedger::next_due() const {
  std::optional<Timestamp> first;
  for (const auto& [order, due] : due_) {
    if (!first || due < *first) first = due;
  }
  return first;
}

std::optional<OrderId> OrderLedger::take_due(Timestamp steady) {
  const auto found =
      std::ranges::find_if(due_, [steady](const auto& item) { return item.second <= steady; });
  if (found == due_.end()) return std::nullopt;
  const OrderId order = found->first;
  due_.erase(found);
  return order;
}

void OrderLedger::forget_old(Timestamp steady) {
  constexpr Duration kKept = Duration::hours(8 * 24);
  std::erase_if(records_, [&](const auto& item) {
    if (item.second.touched + kKept > steady) return false;
    venue_ids_.erase(item.second.venue_id);
    due_.erase(item.first);
    return true;
  });
}

}  // namespace tranchet::fyers

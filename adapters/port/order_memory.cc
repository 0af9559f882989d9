#include "adapters/port/order_memory.h"

#include <algorithm>
#include <utility>

namespace tranchet {
namespace {

constexpr Duration kKept = Duration::hours(8 * 24);
// A dead stream is noticed within a minute, and fills are fetched with an overlap of five: at the
// highest rate of orders, 1,200 a minute, this is more than twice that.
constexpr std::size_t kFillsKept = 20'000;

}  // namespace

std::optional<Timestamp> OrderMemory::sent(OrderId order) const {
  const auto found = records_.find(order);
  return found == records_.end() ? std::nullopt : found->second.sent;
}

std::optional<Timestamp> OrderMemory::heard(OrderId order) const {
  const auto found = records_.find(order);
  return found == records_.end() ? std::nullopt : found->second.heard;
}

bool OrderMemory::take(OrderId order, const Word& word, Timestamp steady) {
  Record& known = record(order, steady);
  known.heard = steady;
  if (known.was_told && word <= known.newest) return false;
  known.newest = word;
  known.was_told = true;
  return true;
}

bool OrderMemory::is_overtaken(OrderId order, const Word& word) const {
  const auto found = records_.find(order);
  return found != records_.end() && found->second.was_told &&
         std::pair(word.is_final, word.time) <
             std::pair(found->second.newest.is_final, found->second.newest.time);
}

void OrderMemory::note_filled(OrderId order, Quantity filled, Timestamp steady) {
  Record& known = record(order, steady);
  known.heard = steady;
  known.filled = std::max(known.filled, filled);
}

Quantity OrderMemory::filled(OrderId order) const {
  const auto found = records_.find(order);
  return found == records_.end() ? Quantity() : found->second.filled;
}

bool OrderMemory::note_triggered(OrderId order, Timestamp steady) {
  Record& known = record(order, steady);
  return !std::exchange(known.triggered, true);
}

bool OrderMemory::note_terms(OrderId order, Quantity quantity, Price limit_price,
                             Timestamp steady) {
  Record& known = record(order, steady);
  const bool changed = known.quantity.is_positive() &&
                       (known.quantity != quantity || known.limit_price != limit_price);
  known.quantity = quantity;
  known.limit_price = limit_price;
  return changed;
}

void OrderMemory::note_number(std::int64_t number, OrderId order) {
  numbers_[number] = order;
  records_[order].number = number;
}

OrderId OrderMemory::by_number(std::int64_t number) const {
  const auto found = numbers_.find(number);
  return found == numbers_.end() ? OrderId::None : found->second;
}

bool OrderMemory::take_fill(InstrumentId instrument, std::int64_t order, std::uint64_t trade) {
  const FillKey key{instrument, order, trade};
  if (!fills_.insert(key).second) return false;
  fills_in_order_.push_back(key);
  if (fills_in_order_.size() > kFillsKept) {
    fills_.erase(fills_in_order_.front());
    fills_in_order_.pop_front();
  }
  return true;
}

void OrderMemory::forget_old(Timestamp steady) {
  std::erase_if(records_, [&](const auto& item) {
    const Record& known = item.second;
    if (known.touched + kKept > steady) return false;
    if (known.number != 0) numbers_.erase(known.number);
    return true;
  });
}

}  // namespace tranchet

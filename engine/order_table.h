// Orders by id, as a map has them, for books in which few orders live and thousands are remembered.
//
//   orders.emplace(id, order)   lives
//   orders.retire(id)           is remembered: found as before, out of the way of those that live
//   orders.erase(id)            is forgotten
//
// Ids mostly grow and the oldest are forgotten first, so both indexes change near their ends: an
// order costs the same whether ten are remembered or a hundred thousand. An order does not move:
// references to it stay valid until it is forgotten. A copy is a copy, and iteration is by id.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <utility>
#include <vector>

#include "events/ensure.h"
#include "events/ids.h"

namespace tranchet {

template <class Order>
class OrderTable {
  struct Entry {
    OrderId id{};
    std::uint32_t slot = 0;
  };

 public:
  using value_type = std::pair<OrderId, Order>;

  template <class Table, class Value>
  class Iterator {
   public:
    using iterator_category = std::bidirectional_iterator_tag;
    using difference_type = std::ptrdiff_t;
    using value_type = OrderTable::value_type;
    using pointer = Value*;
    using reference = Value&;

    Iterator() = default;
    Iterator(Table* table, std::size_t live, std::size_t kept)
        : table_(table), live_(live), kept_(kept) {}

    Value& operator*() const {
      return table_->slots_[is_live() ? table_->live_[live_].slot : table_->kept_[kept_].slot];
    }
    Value* operator->() const { return &**this; }
    Iterator& operator++() {
      ++(is_live() ? live_ : kept_);
      return *this;
    }
    Iterator& operator--() {
      const bool after_live =
          kept_ == 0 || (live_ > 0 && table_->live_[live_ - 1].id > table_->kept_[kept_ - 1].id);
      --(after_live ? live_ : kept_);
      return *this;
    }
    Iterator operator++(int) {
      const Iterator before = *this;
      ++*this;
      return before;
    }
    Iterator operator--(int) {
      const Iterator before = *this;
      --*this;
      return before;
    }
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    bool is_live() const {
      return kept_ == table_->kept_.size() ||
             (live_ < table_->live_.size() && table_->live_[live_].id < table_->kept_[kept_].id);
    }

    Table* table_ = nullptr;
    std::size_t live_ = 0;  // The next one of each index.
    std::size_t kept_ = 0;
  };
  using iterator = Iterator<OrderTable, value_type>;
  using const_iterator = Iterator<const OrderTable, const value_type>;

  bool empty() const { return live_.empty() && kept_.empty(); }
  std::size_t size() const { return live_.size() + kept_.size(); }
  iterator begin() { return {this, 0, 0}; }
  iterator end() { return {this, live_.size(), kept_.size()}; }
  const_iterator begin() const { return {this, 0, 0}; }
  const_iterator end() const { return {this, live_.size(), kept_.size()}; }
  auto rbegin() const { return std::reverse_iterator(end()); }
  auto rend() const { return std::reverse_iterator(begin()); }

  // Null: there is none of that id.
  Order* look_up(OrderId id) { return const_cast<Order*>(std::as_const(*this).look_up(id)); }
  const Order* look_up(OrderId id) const {
    if (const Entry* entry = find_live(id)) return &slots_[entry->slot].second;
    const auto at = kept_place(id);
    return at != kept_.end() && at->id == id ? &slots_[at->slot].second : nullptr;
  }
  bool contains(OrderId id) const { return look_up(id) != nullptr; }
  iterator find(OrderId id) { return find_in<iterator>(*this, id); }
  const_iterator find(OrderId id) const { return find_in<const_iterator>(*this, id); }

  // As of a map: false where there is one of that id already, which stays.
  std::pair<iterator, bool> emplace(OrderId id, Order order) {
    const bool is_newest =
        (live_.empty() || live_.back().id < id) && (kept_.empty() || kept_.back().id < id);
    if (!is_newest && contains(id)) return {find(id), false};
    const std::uint32_t slot = take_slot();
    slots_[slot].first = id;
    slots_[slot].second = std::move(order);
    live_.insert(live_place(id), Entry{id, slot});
    if (is_newest) return {iterator(this, live_.size() - 1, kept_.size()), true};
    return {find(id), true};
  }
  // A live order of that id is remembered from now on.
  void retire(OrderId id) {
    const auto at = live_place(id);
    ENSURE(at != live_.end() && at->id == id);
    const Entry entry = *at;
    live_.erase(at);
    kept_.insert(kept_place(id), entry);
  }
  // Nothing where there is none.
  void erase(OrderId id) {
    if (const auto at = live_place(id); at != live_.end() && at->id == id) {
      free_.push_back(at->slot);
      live_.erase(at);
    } else if (const auto kept = kept_place(id); kept != kept_.end() && kept->id == id) {
      free_.push_back(kept->slot);
      kept_.erase(kept);
    }
  }
  void clear() { *this = OrderTable(); }

 private:
  static bool is_before(const Entry& entry, OrderId id) { return entry.id < id; }

  auto live_place(OrderId id) const {
    return std::lower_bound(live_.begin(), live_.end(), id, is_before);
  }
  const Entry* find_live(OrderId id) const {
    const auto at = live_place(id);
    return at != live_.end() && at->id == id ? &*at : nullptr;
  }
  // Looked for near the ends first.
  auto kept_place(OrderId id) const {
    constexpr std::ptrdiff_t kNear = 32;
    auto first = kept_.begin(), last = kept_.end();
    if (last - first > 2 * kNear) {
      if (id <= first[kNear].id) {
        last = first + kNear;
      } else if (last[-kNear].id < id) {
        first = last - kNear;
      }
    }
    return std::lower_bound(first, last, id, is_before);
  }
  template <class It, class Table>
  static It find_in(Table& table, OrderId id) {
    const auto live = static_cast<std::size_t>(table.live_place(id) - table.live_.begin());
    const auto kept = static_cast<std::size_t>(table.kept_place(id) - table.kept_.begin());
    const bool found = (live < table.live_.size() && table.live_[live].id == id) ||
                       (kept < table.kept_.size() && table.kept_[kept].id == id);
    return found ? It(&table, live, kept) : table.end();
  }
  std::uint32_t take_slot() {
    if (free_.empty()) {
      slots_.emplace_back();
      return static_cast<std::uint32_t>(slots_.size() - 1);
    }
    const std::uint32_t slot = free_.back();
    free_.pop_back();
    return slot;
  }

  std::deque<value_type> slots_;
  std::vector<std::uint32_t> free_;
  std::vector<Entry> live_;  // Both by id.
  std::deque<Entry> kept_;
};

}  // namespace tranchet

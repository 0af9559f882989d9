// Orders by id, as a map has them, for books in which few orders live and thousands are remembered.
//
//   orders.emplace(id, order)   lives
//   orders.retire(id)           is remembered: found as before, out of the way of those that live
//   orders.erase(id)            is forgotten
//
// Ids mostly grow and the oldest are forgotten first, so both indexes change near their ends: an
// order costs the same whether ten are remembered or a hundred thousand. Those that live are asked
// for dozens of times an event, so that each is also found by its id at once. An order does not
// move: references to it stay valid until it is forgotten. A copy is a copy, and iteration is by
// id.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
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
    std::pair<OrderId, Order>* held = nullptr;
  };

  // Entries by id, in one piece. Taking one away moves those on its nearer side.
  class Index {
   public:
    bool empty() const { return first_ == room_.size(); }
    std::size_t size() const { return room_.size() - first_; }
    const Entry* begin() const { return room_.data() + first_; }
    const Entry* end() const { return room_.data() + room_.size(); }
    const Entry& operator[](std::size_t index) const { return begin()[index]; }
    bool all_are_before(OrderId id) const { return empty() || room_.back().id < id; }

    // The first entry that is not before `id`; looked for near the ends first, entry by entry.
    const Entry* place(OrderId id) const {
      constexpr std::size_t kNear = 16;
      const Entry *first = begin(), *last = end();
      const Entry* const near_last = last - std::min(kNear, size());
      while (last != near_last && id <= last[-1].id) --last;
      if (last != near_last) return last;
      const Entry* const near_first =
          first + std::min(kNear, static_cast<std::size_t>(last - first));
      while (first != near_first && first->id < id) ++first;
      if (first != near_first) return first;
      return std::lower_bound(first, last, id,
                              [](const Entry& entry, OrderId wanted) { return entry.id < wanted; });
    }
    // Null: there is none of that id.
    const Entry* find(OrderId id) const {
      if (all_are_before(id)) return nullptr;
      const Entry* at = place(id);
      return at->id == id ? at : nullptr;
    }
    void insert(Entry entry) {
      const std::ptrdiff_t at = place(entry.id) - room_.data();
      room_.push_back(entry);
      if (room_.data() + at == end() - 1) return;
      std::copy_backward(room_.data() + at, room_.data() + room_.size() - 1,
                         room_.data() + room_.size());
      room_[static_cast<std::size_t>(at)] = entry;
    }
    void erase(const Entry* entry) {
      Entry* const first = room_.data() + first_;
      Entry* const hole = first + (entry - first);
      if (entry - first >= end() - entry) {
        std::copy(entry + 1, end(), hole);
        room_.pop_back();
        return;
      }
      std::copy_backward(first, hole, hole + 1);
      if (++first_ <= room_.size() / 2) return;
      room_.erase(room_.begin(), room_.begin() + static_cast<std::ptrdiff_t>(first_));
      first_ = 0;
    }

   private:
    std::vector<Entry> room_;
    std::size_t first_ = 0;
  };

  // Entries by id without an order, at most half of the room taken: one stands where its hash says,
  // or in the next free place after it.
  class Places {
   public:
    std::pair<OrderId, Order>* find(OrderId id) const {
      if (count_ == 0) return nullptr;
      const Entry* const room = room_.data();
      for (std::size_t at = home(id);; at = (at + 1) & mask_) {
        if (room[at].held == nullptr || room[at].id == id) return room[at].held;
      }
    }
    void insert(Entry entry) {
      if (2 * ++count_ > room_.size()) grow();
      put(entry);
    }
    // What came after it because its own place was taken moves up.
    void erase(OrderId id) {
      Entry* const room = room_.data();
      std::size_t hole = home(id);
      while (room[hole].id != id || room[hole].held == nullptr) hole = (hole + 1) & mask_;
      --count_;
      for (std::size_t at = (hole + 1) & mask_; room[at].held != nullptr; at = (at + 1) & mask_) {
        if (((at - home(room[at].id)) & mask_) < ((at - hole) & mask_)) continue;
        room[hole] = room[at];
        hole = at;
      }
      room[hole] = Entry();
    }

   private:
    std::size_t home(OrderId id) const {
      return (static_cast<std::uint64_t>(id) * 0x9E37'79B9'7F4A'7C15) >> shift_;
    }
    void put(Entry entry) {
      std::size_t at = home(entry.id);
      while (room_[at].held != nullptr) at = (at + 1) & mask_;
      room_[at] = entry;
    }
    void grow() {
      const std::vector<Entry> before = std::move(room_);
      room_.assign(std::max<std::size_t>(2 * before.size(), 64), Entry());
      mask_ = room_.size() - 1;
      shift_ = static_cast<unsigned>(std::countl_zero(mask_));
      for (const Entry& entry : before) {
        if (entry.held != nullptr) put(entry);
      }
    }

    std::vector<Entry> room_;
    std::size_t mask_ = 0;
    unsigned shift_ = 0;
    std::size_t count_ = 0;
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
      return *(is_live() ? table_->live_[live_] : table_->kept_[kept_]).held;
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
  OrderTable() = default;
  OrderTable(const OrderTable& other) { take_from(other); }
  OrderTable(OrderTable&& other) = default;
  OrderTable& operator=(const OrderTable& other) {
    if (this != &other) *this = OrderTable(other);
    return *this;
  }
  OrderTable& operator=(OrderTable&& other) = default;
  ~OrderTable() = default;

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
    if (const value_type* held = places_.find(id)) return &held->second;
    const Entry* entry = kept_.find(id);
    return entry == nullptr ? nullptr : &entry->held->second;
  }
  Order* look_up_live(OrderId id) {
    value_type* held = places_.find(id);
    return held == nullptr ? nullptr : &held->second;
  }
  bool contains(OrderId id) const { return look_up(id) != nullptr; }
  iterator find(OrderId id) { return find_in<iterator>(*this, id); }
  const_iterator find(OrderId id) const { return find_in<const_iterator>(*this, id); }

  // The order that is held under the id from now on: the one that was before, if there was one;
  // else one as Order() is.
  Order& emplace(OrderId id) {
    if (Order* held = look_up(id)) return *held;
    value_type& slot = take_slot();
    slot.first = id;
    live_.insert({id, &slot});
    places_.insert({id, &slot});
    return slot.second;
  }
  Order& emplace(OrderId id, const Order& order) {
    if (Order* held = look_up(id)) return *held;
    return emplace(id) = order;
  }
  // A live order of that id is remembered from now on.
  void retire(OrderId id) {
    const Entry* at = live_.find(id);
    ENSURE(at != nullptr);
    kept_.insert(*at);
    live_.erase(at);
    places_.erase(id);
  }
  // False: there is none.
  bool erase(OrderId id) {
    const bool is_live = places_.find(id) != nullptr;
    Index& index = is_live ? live_ : kept_;
    if (is_live) places_.erase(id);
    const Entry* at = index.find(id);
    if (at == nullptr) return false;
    free_.push_back(at->held);
    fetch(*at->held);
    index.erase(at);
    return true;
  }
  void clear() { *this = OrderTable(); }

  template <class Visit>
  void for_each_live(Visit&& visit) {
    for (const Entry& entry : live_) visit(entry.held->second);
  }
  template <class Visit>
  void for_each_live(Visit&& visit) const {
    for (const Entry& entry : live_) visit(std::as_const(entry.held->second));
  }

  // Those that live alone, as a map of their own.
  class Live {
   public:
    explicit Live(const OrderTable& table) : table_(&table) {}
    bool empty() const { return table_->live_.empty(); }
    std::size_t size() const { return table_->live_.size(); }
    bool contains(OrderId id) const { return table_->places_.find(id) != nullptr; }
    const_iterator begin() const { return {table_, 0, table_->kept_.size()}; }
    const_iterator end() const { return table_->end(); }
    const_iterator find(OrderId id) const {
      const Entry* entry = table_->live_.find(id);
      if (entry == nullptr) return end();
      return {table_, static_cast<std::size_t>(entry - table_->live_.begin()),
              table_->kept_.size()};
    }

   private:
    const OrderTable* table_;
  };
  Live live() const { return Live(*this); }

 private:
  template <class It, class Table>
  static It find_in(Table& table, OrderId id) {
    if (!table.contains(id)) return table.end();
    return It(&table, static_cast<std::size_t>(table.live_.place(id) - table.live_.begin()),
              static_cast<std::size_t>(table.kept_.place(id) - table.kept_.begin()));
  }
  // What the next order will be written into has not been touched for a week: asked for now, it is
  // there by then.
  static void fetch(const value_type& slot) {
    const auto* bytes = static_cast<const char*>(static_cast<const void*>(&slot));
    for (std::size_t at = 0; at < sizeof(value_type); at += 64) __builtin_prefetch(bytes + at, 1);
  }
  value_type& take_slot() {
    if (free_.empty()) return new_slot();
    value_type& slot = *free_.back();
    free_.pop_back();
    slot.second = Order{};
    return slot;
  }
  value_type& new_slot() {
    constexpr std::size_t kPiece = 64;
    if (pieces_.empty() || pieces_.back().size() == kPiece) pieces_.emplace_back().reserve(kPiece);
    return pieces_.back().emplace_back();
  }
  // What another table holds, in slots of this one.
  void take_from(const OrderTable& other) {
    const auto copy = [this](const Index& theirs, Index& mine) {
      for (const Entry& entry : theirs) {
        value_type& slot = new_slot();
        slot = *entry.held;
        mine.insert({entry.id, &slot});
      }
    };
    copy(other.live_, live_);
    copy(other.kept_, kept_);
    for (const Entry& entry : live_) places_.insert(entry);
  }

  std::vector<std::vector<value_type>> pieces_;  // None grows beyond its room: slots do not move.
  std::vector<value_type*> free_;
  Index live_;
  Index kept_;
  Places places_;  // Of those that live.
};

}  // namespace tranchet

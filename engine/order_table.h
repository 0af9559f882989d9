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
  struct Slot {
    std::pair<OrderId, Order> held;
    Slot* before = nullptr;  // While it lives: the next lower and the next higher id that does.
    Slot* after = nullptr;
  };
  struct Entry {
    OrderId id{};
    Slot* slot = nullptr;
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
    std::size_t size() const { return count_; }
    Slot* find(OrderId id) const {
      if (count_ == 0) return nullptr;
      const Entry* const room = room_.data();
      std::size_t at = home(id);
      while (room[at].slot != nullptr && room[at].id != id) at = (at + 1) & mask_;
      return room[at].slot;
    }
    void insert(Entry entry) {
      if (2 * ++count_ > room_.size()) grow();
      put(entry);
    }
    // It is there. What came after it because its own place was taken moves up.
    void erase(OrderId id) {
      Entry* const room = room_.data();
      std::size_t hole = home(id);
      while (room[hole].id != id || room[hole].slot == nullptr) hole = (hole + 1) & mask_;
      --count_;
      for (std::size_t at = (hole + 1) & mask_; room[at].slot != nullptr; at = (at + 1) & mask_) {
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
      Entry* const room = room_.data();
      std::size_t at = home(entry.id);
      while (room[at].slot != nullptr) at = (at + 1) & mask_;
      room[at] = entry;
    }
    void grow() {
      const std::vector<Entry> before = std::move(room_);
      room_.assign(std::max<std::size_t>(2 * before.size(), 64), Entry());
      mask_ = room_.size() - 1;
      shift_ = static_cast<unsigned>(std::countl_zero(mask_));
      for (const Entry& entry : before) {
        if (entry.slot != nullptr) put(entry);
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
    Iterator(Table* table, Slot* live, std::size_t kept)
        : table_(table), live_(live), kept_(kept) {}

    Value& operator*() const { return (is_live() ? live_ : table_->kept_[kept_].slot)->held; }
    Value* operator->() const { return &**this; }
    Iterator& operator++() {
      if (is_live()) {
        live_ = live_->after;
      } else {
        ++kept_;
      }
      return *this;
    }
    Iterator& operator--() {
      Slot* const live = live_ == nullptr ? table_->newest_ : live_->before;
      if (kept_ == 0 || (live != nullptr && live->held.first > table_->kept_[kept_ - 1].id)) {
        live_ = live;
      } else {
        --kept_;
      }
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
             (live_ != nullptr && live_->held.first < table_->kept_[kept_].id);
    }

    Table* table_ = nullptr;
    Slot* live_ = nullptr;  // The next one of each; none: all have been.
    std::size_t kept_ = 0;
  };
  OrderTable() = default;
  OrderTable(const OrderTable& other) { take_from(other); }
  OrderTable(OrderTable&& other) noexcept { *this = std::move(other); }
  OrderTable& operator=(const OrderTable& other) {
    if (this != &other) *this = OrderTable(other);
    return *this;
  }
  OrderTable& operator=(OrderTable&& other) noexcept {
    pieces_ = std::move(other.pieces_);
    free_ = std::move(other.free_);
    kept_ = std::move(other.kept_);
    places_ = std::exchange(other.places_, Places());
    oldest_ = std::exchange(other.oldest_, nullptr);
    newest_ = std::exchange(other.newest_, nullptr);
    return *this;
  }
  ~OrderTable() = default;

  using iterator = Iterator<OrderTable, value_type>;
  using const_iterator = Iterator<const OrderTable, const value_type>;

  bool empty() const { return oldest_ == nullptr && kept_.empty(); }
  std::size_t size() const { return places_.size() + kept_.size(); }
  iterator begin() { return {this, oldest_, 0}; }
  iterator end() { return {this, nullptr, kept_.size()}; }
  const_iterator begin() const { return {this, oldest_, 0}; }
  const_iterator end() const { return {this, nullptr, kept_.size()}; }
  auto rbegin() const { return std::reverse_iterator(end()); }
  auto rend() const { return std::reverse_iterator(begin()); }

  // Null: there is none of that id.
  Order* look_up(OrderId id) { return const_cast<Order*>(std::as_const(*this).look_up(id)); }
  const Order* look_up(OrderId id) const {
    if (const Slot* slot = places_.find(id)) return &slot->held.second;
    const Entry* entry = kept_.find(id);
    return entry == nullptr ? nullptr : &entry->slot->held.second;
  }
  Order* look_up_live(OrderId id) {
    Slot* slot = places_.find(id);
    return slot == nullptr ? nullptr : &slot->held.second;
  }
  bool contains(OrderId id) const { return look_up(id) != nullptr; }
  iterator find(OrderId id) { return find_in<iterator>(*this, id); }
  const_iterator find(OrderId id) const { return find_in<const_iterator>(*this, id); }

  // The order that is held under the id from now on: the one that was before, if there was one;
  // else one as Order() is.
  Order& emplace(OrderId id) {
    if (Order* held = look_up(id)) return *held;
    Slot& slot = take_slot();
    slot.held.first = id;
    begin_life(slot);
    return slot.held.second;
  }
  Order& emplace(OrderId id, const Order& order) {
    if (Order* held = look_up(id)) return *held;
    return emplace(id) = order;
  }
  // A live order of that id is remembered from now on.
  void retire(OrderId id) {
    Slot* slot = places_.find(id);
    ENSURE(slot != nullptr);
    end_life(*slot);
    kept_.insert({id, slot});
  }
  // False: there is none.
  bool erase(OrderId id) {
    Slot* slot = places_.find(id);
    if (slot != nullptr) {
      end_life(*slot);
    } else if (const Entry* entry = kept_.find(id)) {
      slot = entry->slot;
      kept_.erase(entry);
    } else {
      return false;
    }
    free_.push_back(slot);
    fetch(*slot);
    return true;
  }
  void clear() { *this = OrderTable(); }

  // In the order of ids.
  template <class Visit>
  void for_each_live(Visit&& visit) {
    for (Slot* slot = oldest_; slot != nullptr; slot = slot->after) visit(slot->held.second);
  }
  template <class Visit>
  void for_each_live(Visit&& visit) const {
    for (const Slot* slot = oldest_; slot != nullptr; slot = slot->after) visit(slot->held.second);
  }

  // Those that live alone, as a map of their own.
  class Live {
   public:
    explicit Live(const OrderTable& table) : table_(&table) {}
    bool empty() const { return table_->oldest_ == nullptr; }
    std::size_t size() const { return table_->places_.size(); }
    bool contains(OrderId id) const { return table_->places_.find(id) != nullptr; }
    const_iterator begin() const { return {table_, table_->oldest_, table_->kept_.size()}; }
    const_iterator end() const { return table_->end(); }
    const_iterator find(OrderId id) const {
      return {table_, table_->places_.find(id), table_->kept_.size()};
    }

   private:
    const OrderTable* table_;
  };
  Live live() const { return Live(*this); }

 private:
  template <class It, class Table>
  static It find_in(Table& table, OrderId id) {
    if (!table.contains(id)) return table.end();
    Slot* live = table.oldest_;
    while (live != nullptr && live->held.first < id) live = live->after;
    return It(&table, live, static_cast<std::size_t>(table.kept_.place(id) - table.kept_.begin()));
  }
  void begin_life(Slot& slot) {
    const OrderId id = slot.held.first;
    places_.insert({id, &slot});
    Slot* after = nullptr;
    Slot* before = newest_;
    for (; before != nullptr && id < before->held.first; before = before->before) after = before;
    slot.before = before;
    slot.after = after;
    (before == nullptr ? oldest_ : before->after) = &slot;
    (after == nullptr ? newest_ : after->before) = &slot;
  }
  void end_life(Slot& slot) {
    places_.erase(slot.held.first);
    (slot.before == nullptr ? oldest_ : slot.before->after) = slot.after;
    (slot.after == nullptr ? newest_ : slot.after->before) = slot.before;
  }
  // What the next order will be written into has not been touched for a week: asked for now, it is
  // there by then.
  static void fetch(const Slot& slot) {
    const auto* bytes = static_cast<const char*>(static_cast<const void*>(&slot));
    for (std::size_t at = 0; at < sizeof(Slot); at += 64) __builtin_prefetch(bytes + at, 1);
  }
  Slot& take_slot() {
    if (free_.empty()) return new_slot();
    Slot& slot = *free_.back();
    free_.pop_back();
    slot.held.second = Order{};
    return slot;
  }
  Slot& new_slot() {
    constexpr std::size_t kPiece = 64;
    if (pieces_.empty() || pieces_.back().size() == kPiece) pieces_.emplace_back().reserve(kPiece);
    return pieces_.back().emplace_back();
  }
  // What another table holds, in slots of this one.
  void take_from(const OrderTable& other) {
    for (const Slot* slot = other.oldest_; slot != nullptr; slot = slot->after) {
      Slot& mine = new_slot();
      mine.held = slot->held;
      begin_life(mine);
    }
    for (const Entry& entry : other.kept_) {
      Slot& mine = new_slot();
      mine.held = entry.slot->held;
      kept_.insert({entry.id, &mine});
    }
  }

  std::vector<std::vector<Slot>> pieces_;  // None grows beyond its room: slots do not move.
  std::vector<Slot*> free_;
  Slot* oldest_ = nullptr;  // Of those that live.
  Slot* newest_ = nullptr;
  Places places_;  // Of the same, by id.
  Index kept_;     // Those that are remembered.
};

}  // namespace tranchet

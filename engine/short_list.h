// A list of mostly one or two: up to N items lie in place, once they were more they lie on the
// heap. Every event makes and drops such lists, and asking the heap for each would cost more than
// the rest.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <type_traits>

namespace tranchet {

template <class T, std::size_t N>
class ShortList {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  using value_type = T;
  using iterator = T*;
  using const_iterator = const T*;

  // What has no item yet is given no value where that would cost more than it is worth: the long
  // lists of a turn, of which most is never used, and which nobody moves.
  ShortList() {
    if constexpr (sizeof(T) * N <= 32) place_ = {};
  }
  ShortList(std::initializer_list<T> items) : ShortList() {
    for (const T& item : items) push_back(item);
  }
  ShortList(const ShortList& other) : ShortList() {
    make_room(other.size_);
    size_ = other.size_;
    std::copy(other.begin(), other.end(), begin());
  }
  ShortList(ShortList&& other) noexcept { take_from(other); }
  ShortList& operator=(const ShortList& other) {
    if (this != &other) *this = ShortList(other);
    return *this;
  }
  ShortList& operator=(ShortList&& other) noexcept {
    if (this == &other) return *this;
    leave_heap();
    take_from(other);
    return *this;
  }
  ~ShortList() { leave_heap(); }

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  T* begin() { return room_ > N ? heap_ : place_.data(); }
  T* end() { return begin() + size_; }
  const T* begin() const { return room_ > N ? heap_ : place_.data(); }
  const T* end() const { return begin() + size_; }
  T& front() { return *begin(); }
  T& back() { return end()[-1]; }
  T& operator[](std::size_t index) { return begin()[index]; }
  const T& front() const { return *begin(); }
  const T& back() const { return end()[-1]; }
  const T& operator[](std::size_t index) const { return begin()[index]; }

  T& emplace_back() {
    push_back(T());
    return back();
  }
  void push_back(const T& item) {
    const T copy = item;  // It may lie in this list.
    if (size_ == room_) make_room(2 * size_);
    begin()[size_++] = copy;
  }
  void insert(const T* before, const T& item) {
    const std::ptrdiff_t index = before - begin();
    push_back(item);
    std::rotate(begin() + index, end() - 1, end());
  }
  void erase(const T* at) {
    T* const hole = begin() + (at - begin());
    std::copy(hole + 1, end(), hole);
    --size_;
  }
  // Every item that equals this one.
  void remove(const T& item) {
    for (std::size_t index = size_; index-- > 0;) {
      if (begin()[index] == item) erase(begin() + index);
    }
  }
  bool contains(const T& item) const {
    for (const T& held : *this) {
      if (held == item) return true;
    }
    return false;
  }
  void clear() { size_ = 0; }

  friend bool operator==(const ShortList& a, const ShortList& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  void make_room(std::uint32_t items) {
    if (items <= room_) return;
    T* const wider = new T[items];
    std::copy(begin(), end(), wider);
    leave_heap();
    heap_ = wider;
    room_ = items;
  }
  void leave_heap() {
    if (room_ <= N) return;
    delete[] heap_;
    room_ = N;
  }
  // What this list holds is gone already. Items and pointer share one place, and go over as one.
  void take_from(ShortList& other) {
    static_assert(sizeof(heap_) <= sizeof(place_));
    size_ = other.size_;
    room_ = other.room_;
    std::memcpy(static_cast<void*>(&place_), &other.place_, sizeof(place_));
    if (other.room_ <= N) return;
    other.room_ = N;
    other.size_ = 0;
  }

  std::uint32_t size_ = 0;
  std::uint32_t room_ = N;  // More than N: on the heap.
  union {
    std::array<T, N> place_;
    T* heap_;
  };
};

}  // namespace tranchet

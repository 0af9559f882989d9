// A list of mostly one or two: up to N items lie in place, more of them on the heap. Every event
// makes and drops such lists, and asking the heap for each would cost more than the rest.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <type_traits>
#include <vector>

namespace tranchet {

template <class T, std::size_t N>
class ShortList {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  using value_type = T;
  using iterator = T*;
  using const_iterator = const T*;

  // What has no item yet is given no value where that would cost more than it is worth: the long
  // lists of a turn, of which most is never used, and which nobody copies.
  ShortList() {
    if constexpr (sizeof(T) * N <= 32) place_ = {};
  }
  ShortList(std::initializer_list<T> items) {
    for (const T& item : items) push_back(item);
  }

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  T* begin() { return size_ > N ? heap_.data() : place_.data(); }
  T* end() { return begin() + size_; }
  const T* begin() const { return size_ > N ? heap_.data() : place_.data(); }
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
    if (size_ < N) {
      place_[size_] = copy;
    } else {
      if (size_ == N) heap_.assign(place_.begin(), place_.end());
      heap_.push_back(copy);
    }
    ++size_;
  }
  void insert(const T* before, const T& item) {
    const std::ptrdiff_t index = before - begin();
    push_back(item);
    std::rotate(begin() + index, end() - 1, end());
  }
  void erase(const T* at) {
    T* const hole = begin() + (at - begin());
    std::copy(hole + 1, end(), hole);
    if (size_ == N + 1) std::copy_n(heap_.begin(), N, place_.begin());
    --size_;
    if (size_ >= N) heap_.resize(size_ > N ? size_ : 0);
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
  void clear() {
    heap_.clear();
    size_ = 0;
  }

  friend bool operator==(const ShortList& a, const ShortList& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  std::uint32_t size_ = 0;
  union {
    std::array<T, N> place_;
  };
  std::vector<T> heap_;  // All of them, when they are more than N.
};

}  // namespace tranchet

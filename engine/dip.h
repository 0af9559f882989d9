// The highest and the lowest price of the last `window`, and whether the newest price has fallen
// (risen) far enough from it. Amortized constant time: a price that a newer, higher one makes
// irrelevant is dropped when that one arrives.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "events/decimal.h"
#include "events/time.h"

namespace tranchet {

class DipWindow {
 public:
  struct Point {
    Timestamp time;
    Price price;
    friend bool operator==(const Point&, const Point&) = default;
  };

  // A queue, oldest first, that lies in one piece: every price of a run goes through two of them.
  class Points {
   public:
    bool empty() const { return first_ == points_.size(); }
    std::size_t size() const { return points_.size() - first_; }
    const Point& front() const { return points_[first_]; }
    const Point& back() const { return points_.back(); }
    auto begin() const { return points_.begin() + static_cast<std::ptrdiff_t>(first_); }
    auto end() const { return points_.end(); }

    void push_back(const Point& point) { points_.push_back(point); }
    void pop_back() { points_.pop_back(); }
    // What was popped leaves the memory when it is more than what stands.
    void pop_front() {
      ++first_;
      if (first_ < kLeastCut || first_ <= size()) return;
      points_.erase(points_.begin(), begin());
      first_ = 0;
    }

   private:
    static constexpr std::size_t kLeastCut = 64;
    std::vector<Point> points_;
    std::size_t first_ = 0;  // What is before was popped.
  };

  // Takes a price in. What is older than `window` is forgotten.
  void add(Price price, Timestamp time, Duration window) {
    const Timestamp oldest = time - window;
    while (!highs_.empty() && highs_.front().time <= oldest) highs_.pop_front();
    while (!lows_.empty() && lows_.front().time <= oldest) lows_.pop_front();
    while (!highs_.empty() && highs_.back().price <= price) highs_.pop_back();
    while (!lows_.empty() && lows_.back().price >= price) lows_.pop_back();
    highs_.push_back({time, price});
    lows_.push_back({time, price});
  }

  // price <= highest x (1 - drop), exactly.
  bool has_fallen(Price price, Ppm drop) const {
    return !highs_.empty() &&
           static_cast<Int128>(price.raw()) * kPpmOne <=
               static_cast<Int128>(highs_.front().price.raw()) * (kPpmOne - drop);
  }
  // price >= lowest x (1 + rise), exactly.
  bool has_risen(Price price, Ppm rise) const {
    return !lows_.empty() && static_cast<Int128>(price.raw()) * kPpmOne >=
                                 static_cast<Int128>(lows_.front().price.raw()) * (kPpmOne + rise);
  }

  const Points& highs() const { return highs_; }
  const Points& lows() const { return lows_; }

 private:
  Points highs_;  // Falling prices: the front is the highest of the window.
  Points lows_;   // Rising prices: the front is the lowest.
};

}  // namespace tranchet

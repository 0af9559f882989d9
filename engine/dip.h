// The highest and the lowest price of the last `window`, and whether the newest price has fallen
// (risen) far enough from it. Amortized constant time: a price that a newer, higher one makes
// irrelevant is dropped when that one arrives.
#pragma once

#include <cstdint>
#include <deque>

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

  const std::deque<Point>& highs() const { return highs_; }
  const std::deque<Point>& lows() const { return lows_; }

 private:
  std::deque<Point> highs_;  // Falling prices: the front is the highest of the window.
  std::deque<Point> lows_;   // Rising prices: the front is the lowest.
};

}  // namespace tranchet

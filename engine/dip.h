// The highest and the lowest price of the last `window`, and whether the newest price has fallen
// (risen) far enough from it. Amortized constant time: a price that a newer, higher one makes
// irrelevant is dropped when that one arrives.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "events/decimal.h"
#include "events/time.h"

namespace tranchet {

struct PricePoint {
  Timestamp time;
  Price price;
  friend bool operator==(const PricePoint&, const PricePoint&) = default;
};

// The four prices that stand for a bar, in order of time: open, one extreme, the other, close.
struct PricePath {
  std::array<PricePoint, 4> points;
  Price low;
  Price high;
};

class DipWindow {
 public:
  using Point = PricePoint;

  // A queue, oldest first, that lies in one piece: every price of a run goes through two of them.
  class Points {
   public:
    bool empty() const { return first_ == end_; }
    std::size_t size() const { return end_ - first_; }
    const Point& front() const { return room_.data()[first_]; }
    const Point& back() const { return room_.data()[end_ - 1]; }
    const Point* begin() const { return room_.data() + first_; }
    const Point* end() const { return room_.data() + end_; }

    // By its parts: a point that was just made would be read back as a whole, which has to wait.
    void push_back(Timestamp time, Price price) {
      if (end_ == room_.size()) make_room();
      room_.data()[end_++] = {time, price};
    }
    void pop_back() { --end_; }
    void pop_front() { ++first_; }

   private:
    // Moves what stands to the front when that frees half of the room; else doubles the room.
    void make_room() {
      if (first_ <= room_.size() / 2) room_.resize(std::max<std::size_t>(64, room_.size() * 2));
      std::copy(room_.begin() + static_cast<std::ptrdiff_t>(first_),
                room_.begin() + static_cast<std::ptrdiff_t>(end_), room_.begin());
      end_ -= first_;
      first_ = 0;
    }

    std::vector<Point> room_;
    std::size_t first_ = 0;
    std::size_t end_ = 0;
  };

  DipWindow() = default;
  // One that holds these, each oldest first.
  DipWindow(const std::vector<Point>& highs, const std::vector<Point>& lows) {
    for (const Point& point : highs) highs_.push_back(point.time, point.price);
    for (const Point& point : lows) lows_.push_back(point.time, point.price);
  }

  // Takes a price in. What is older than `window` is forgotten.
  void add(Price price, Timestamp time, Duration window) {
    const Timestamp oldest = time - window;
    while (!highs_.empty() && highs_.front().time <= oldest) highs_.pop_front();
    while (!lows_.empty() && lows_.front().time <= oldest) lows_.pop_front();
    while (!highs_.empty() && highs_.back().price <= price) highs_.pop_back();
    while (!lows_.empty() && lows_.back().price >= price) lows_.pop_back();
    highs_.push_back(time, price);
    lows_.push_back(time, price);
  }

  // The same as adding its prices one by one. All but the extremes and the last is made irrelevant
  // by what follows it, so a bar costs what one price does.
  void add(const PricePath& path, Duration window) {
    const PricePoint& middle = path.points[1];
    const PricePoint& later = path.points[2];
    const PricePoint& last = path.points[3];
    const bool high_first = middle.price == path.high;
    const Timestamp high_time = high_first ? middle.time : later.time;
    const Timestamp low_time = high_first ? later.time : middle.time;
    while (!highs_.empty() && highs_.back().price <= path.high) highs_.pop_back();
    while (!lows_.empty() && lows_.back().price >= path.low) lows_.pop_back();
    if (last.price != path.high) highs_.push_back(high_time, path.high);
    if (last.price != path.low) lows_.push_back(low_time, path.low);
    highs_.push_back(last.time, last.price);
    lows_.push_back(last.time, last.price);
    const Timestamp oldest = last.time - window;
    while (highs_.front().time <= oldest) highs_.pop_front();
    while (lows_.front().time <= oldest) lows_.pop_front();
  }

  // Whether one of these prices, taken in, may make has_fallen() true; false is a promise.
  bool may_fall(const PricePath& path, Ppm drop) const {
    const Price highest = highs_.empty() ? path.high : std::max(path.high, highs_.front().price);
    return is_fall(path.low, highest, drop);
  }
  bool may_rise(const PricePath& path, Ppm rise) const {
    const Price lowest = lows_.empty() ? path.low : std::min(path.low, lows_.front().price);
    return is_rise(path.high, lowest, rise);
  }

  // price <= highest x (1 - drop), exactly.
  bool has_fallen(Price price, Ppm drop) const {
    return !highs_.empty() && is_fall(price, highs_.front().price, drop);
  }
  // price >= lowest x (1 + rise), exactly.
  bool has_risen(Price price, Ppm rise) const {
    return !lows_.empty() && is_rise(price, lows_.front().price, rise);
  }

  const Points& highs() const { return highs_; }
  const Points& lows() const { return lows_; }

 private:
  static bool is_fall(Price price, Price highest, Ppm drop) {
    return static_cast<Int128>(price.raw()) * kPpmOne <=
           static_cast<Int128>(highest.raw()) * (kPpmOne - drop);
  }
  static bool is_rise(Price price, Price lowest, Ppm rise) {
    return static_cast<Int128>(price.raw()) * kPpmOne >=
           static_cast<Int128>(lowest.raw()) * (kPpmOne + rise);
  }

  Points highs_;  // Falling prices: the front is the highest of the window.
  Points lows_;   // Rising prices: the front is the lowest.
};

}  // namespace tranchet

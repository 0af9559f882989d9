// The extremes and swings of a few prices as offsets of their column: the inner loop of making
// summaries and of searching.
#pragma once

#include <algorithm>
#include <cstdint>

namespace tranchet {

// As PriceSummary, in offsets. Without branches that depend on prices, because a walk of prices is
// what a processor guesses worst.
struct ColumnFold {
  std::int64_t low = 0;
  std::int64_t high = 0;
  std::int64_t fall = 0;
  std::int64_t fall_from = 0;
  std::int64_t rise = 0;
  std::int64_t rise_from = 0;

  static ColumnFold of(std::int64_t first) { return {first, first, 0, first, 0, first}; }

  void add(std::int64_t price) {
    take(high - price, high, fall, fall_from);
    take(price - low, low, rise, rise_from);
    low = std::min(low, price);
    high = std::max(high, price);
  }

  void append(const ColumnFold& later) {
    take(high - later.low, high, fall, fall_from);
    take(later.fall, later.fall_from, fall, fall_from);
    take(later.high - low, low, rise, rise_from);
    take(later.rise, later.rise_from, rise, rise_from);
    low = std::min(low, later.low);
    high = std::max(high, later.high);
  }

 private:
  static void take(std::int64_t size, std::int64_t from, std::int64_t& best, std::int64_t& start) {
    const bool larger = size > best;
    best = larger ? size : best;
    start = larger ? from : start;
  }
};

}  // namespace tranchet

// What a stretch of prices has come to, in a few numbers that add up: the summary of two stretches
// is the merge of their summaries, exactly, however a tape is cut. So that somebody who may skip
// prices still knows the extremes, the largest drawdown and the peak it fell from.
#pragma once

#include <algorithm>
#include <cstdint>

namespace tranchet {

// The largest way from one price to a later one. Nothing has moved: size 0, from the first price.
struct PriceSwing {
  std::int64_t size = 0;  // >= 0.
  std::int64_t from = 0;  // The peak it fell from, or the trough it rose from.
  friend constexpr bool operator==(const PriceSwing&, const PriceSwing&) = default;
};

// Prices are counts of 1e-8, times epoch nanoseconds. A swing is the first of its size to be
// complete: what somebody sees who looks at one price after the other, keeps the highest and notes
// every fall from it that is larger than all before.
//
// Worked: 100, 103, 99, 103, 101 has low 99, high 103, the largest fall 4 from 103 and the largest
// rise 4 from 99.
struct PriceSummary {
  std::uint64_t count = 0;  // 0: there was no price, and the rest says nothing.
  std::int64_t first_time = 0;
  std::int64_t last_time = 0;
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::int64_t low = 0;
  std::int64_t high = 0;
  PriceSwing fall;
  PriceSwing rise;

  constexpr void add(std::int64_t price, std::int64_t time) {
    if (count++ == 0) {
      first_time = time;
      first = low = high = fall.from = rise.from = price;
    }
    last_time = time;
    last = price;
    if (high - price > fall.size) fall = {high - price, high};
    if (price - low > rise.size) rise = {price - low, low};
    low = std::min(low, price);
    high = std::max(high, price);
  }

  // The prices of `later` come after these. On equal swings the earlier one stays: the one within
  // the left part, then the one across the border, then the one within the right part.
  constexpr void append(const PriceSummary& later) {
    if (later.count == 0) return;
    if (count == 0) {
      *this = later;
      return;
    }
    count += later.count;
    last_time = later.last_time;
    last = later.last;
    if (high - later.low > fall.size) fall = {high - later.low, high};
    if (later.fall.size > fall.size) fall = later.fall;
    if (later.high - low > rise.size) rise = {later.high - low, low};
    if (later.rise.size > rise.size) rise = later.rise;
    low = std::min(low, later.low);
    high = std::max(high, later.high);
  }

  friend constexpr bool operator==(const PriceSummary&, const PriceSummary&) = default;
};

}  // namespace tranchet

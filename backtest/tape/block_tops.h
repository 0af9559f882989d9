// The highest price of any ticks of a block, and those that no later one reaches: found in the
// summaries of groups and stretches, so that few ticks are read. The lowest in the same way, upside
// down: a tick has a height, which is its price, or the price with the other sign.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "backtest/tape/tick_block.h"

namespace tranchet {

enum class Extreme : std::uint8_t { Highest, Lowest };

// Lower than the height of any price: of no ticks at all.
inline constexpr std::int64_t kNoHeight = std::numeric_limits<std::int64_t>::min();

class BlockTops {
 public:
  using GroupHeights = std::array<std::int64_t, kGroupTicks>;

  explicit BlockTops(Extreme which) : which_(which) {}

  // A block of trades or marks, all of it sound, as long as anything below is asked.
  void look_at(const TickBlock& block);

  std::int64_t height(Price price) const { return turn(price.raw()); }
  Price price(std::int64_t height) const { return Price::from_raw(turn(height)); }

  // Of the ticks [from, to); kNoHeight where there are none.
  std::int64_t top(std::uint32_t from, std::uint32_t to) const;
  // The last tick of [from, to) that is as high as `top`, their top.
  std::uint32_t last_at(std::int64_t top, std::uint32_t from, std::uint32_t to) const;
  // At most the least height of the ticks [from, to): exact for whole groups, stretches and blocks.
  std::int64_t bottom(std::uint32_t from, std::uint32_t to) const;
  // The heights from `from` on, as many as `out` holds.
  void heights(std::uint32_t from, std::span<std::int64_t> out) const;
  // Calls `take` with each tick of [from, to) that is higher than all later ones: the last first.
  template <class Take>
  void tail(std::uint32_t from, std::uint32_t to, const Take& take) const {
    std::int64_t top = kNoHeight;
    while (to > from) {
      if (const std::uint32_t first = to - 1; stretch_top(first) <= top) {
        to = std::max(from, first / kStretchTicks * kStretchTicks);
      } else if (const std::uint32_t begin = std::max(from, first / kGroupTicks * kGroupTicks);
                 tops_[first / kGroupTicks] <= top) {
        to = begin;
      } else {
        GroupHeights group;
        heights(begin, std::span(group).first(to - begin));
        for (; to > begin; --to) {
          const std::int64_t height = group[to - 1 - begin];
          if (height <= top) continue;
          top = height;
          take(to - 1, height);
        }
      }
    }
  }

 private:
  std::int64_t turn(std::int64_t value) const {
    return which_ == Extreme::Highest ? value : -value;
  }
  std::int64_t stretch_top(std::uint32_t at) const { return tops_[groups_ + at / kStretchTicks]; }
  void fill(const ColumnView& summaries, std::vector<std::int64_t>& out) const;

  Extreme which_;
  std::uint32_t size_ = 0;
  ColumnView prices_;
  std::uint32_t groups_ = 0;
  // Of each group, then of each stretch.
  std::vector<std::int64_t> tops_;
  std::vector<std::int64_t> bottoms_;
};

}  // namespace tranchet

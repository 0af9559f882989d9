#include "backtest/tape/block_tops.h"

#include <algorithm>

#include "events/ensure.h"

namespace tranchet {

void BlockTops::look_at(const TickBlock& block) {
  size_ = block.size();
  prices_ = block.prices();
  groups_ = (size_ + kGroupTicks - 1) / kGroupTicks;
  const bool highest = which_ == Extreme::Highest;
  fill(block.column(highest ? TickColumn::High : TickColumn::Low), tops_);
  fill(block.column(highest ? TickColumn::Low : TickColumn::High), bottoms_);
}

// Summaries are offsets of the prices' column.
void BlockTops::fill(const ColumnView& summaries, std::vector<std::int64_t>& out) const {
  out.resize(summaries.size());
  summaries.widen(0, out);
  for (std::int64_t& value : out) value = turn(prices_.base() + prices_.unit() * value);
}

std::int64_t BlockTops::top(std::uint32_t from, std::uint32_t to) const {
  std::int64_t top = kNoHeight;
  while (from < to) {
    const std::uint32_t stretch_end = std::min(from + kStretchTicks, size_);
    const std::uint32_t group_end = std::min((from / kGroupTicks + 1) * kGroupTicks, size_);
    if (from % kStretchTicks == 0 && stretch_end <= to) {
      top = std::max(top, stretch_top(from));
      from = stretch_end;
    } else if (from % kGroupTicks == 0 && group_end <= to) {
      top = std::max(top, tops_[from / kGroupTicks]);
      from = group_end;
    } else {
      const std::uint32_t end = std::min(group_end, to);
      GroupHeights group;
      const auto part = std::span(group).first(end - from);
      heights(from, part);
      for (const std::int64_t height : part) top = std::max(top, height);
      from = end;
    }
  }
  return top;
}

std::uint32_t BlockTops::last_at(std::int64_t top, std::uint32_t from, std::uint32_t to) const {
  while (true) {
    ENSURE(from < to);
    const std::uint32_t last = to - 1;
    if (stretch_top(last) < top) {
      to = last / kStretchTicks * kStretchTicks;
    } else if (tops_[last / kGroupTicks] < top) {
      to = last / kGroupTicks * kGroupTicks;
    } else if (turn(prices_[last]) == top) {
      return last;
    } else {
      to = last;
    }
  }
}

std::int64_t BlockTops::bottom(std::uint32_t from, std::uint32_t to) const {
  std::int64_t bottom = std::numeric_limits<std::int64_t>::max();
  while (from < to) {
    const bool stretch = from % kStretchTicks == 0 && from + kStretchTicks <= to;
    const std::uint32_t summary = stretch ? groups_ + from / kStretchTicks : from / kGroupTicks;
    bottom = std::min(bottom, bottoms_[summary]);
    from = stretch ? from + kStretchTicks : (from / kGroupTicks + 1) * kGroupTicks;
  }
  return bottom;
}

void BlockTops::heights(std::uint32_t from, std::span<std::int64_t> out) const {
  prices_.widen(from, out);
  for (std::int64_t& height : out) height = turn(height);
}

}  // namespace tranchet

#include "backtest/signal_index.h"

#include <algorithm>
#include <array>

namespace tranchet {
namespace {

using Runs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

void note(Runs& runs, std::uint32_t from, std::uint32_t to) {
  if (!runs.empty() && runs.back().second == from) {
    runs.back().second = to;
  } else {
    runs.emplace_back(from, to);
  }
}

}  // namespace

SignalIndex::SignalIndex(const Settings& settings)
    : drop_(settings.percent(Setting::DipDrop)),
      length_(settings.duration(Setting::DipWindow)),
      trades_are_marks_(settings.choice<MarkSourceChoice>(Setting::MarkSource) ==
                        MarkSourceChoice::Trade) {}

void SignalIndex::take(const HistoryPiece& piece) {
  before_ = window_;
  falls_.runs.clear();
  rises_.runs.clear();
  block_.reset();
  size_ = piece.block ? piece.block->size() : 0;
  if (!piece.block) return take_rows(piece.rows);
  if (!sees(piece.block->kind())) return;
  for (std::uint32_t stretch = 0; piece.guard != nullptr && stretch * kStretchTicks < size_;
       ++stretch) {
    if (!piece.guard->is_sound(stretch)) return;
  }
  block_ = piece.block;
  steps_.reset();
  falls_.tops.look_at(*block_);
  rises_.tops.look_at(*block_);
  find(falls_, 0, size_, kBlockTicks);
  find(rises_, 0, size_, kBlockTicks);
  window_ = window_before(size_);
}

void SignalIndex::take_rows(std::span<const Occurrence> rows) {
  for (const Occurrence& row : rows) {
    const std::int64_t time = row.time.nanoseconds();
    if (const auto* mark = std::get_if<MarkPrice>(&row.body)) {
      add(window_, mark->price, time);
    } else if (const auto* trade = std::get_if<TradePrinted>(&row.body);
               trade != nullptr && trades_are_marks_) {
      add(window_, trade->price, time);
    }
  }
}

std::uint32_t SignalIndex::next(Side side, std::uint32_t at) const {
  const Runs& runs = side == Side::Buy ? falls_.runs : rises_.runs;
  const auto run = std::ranges::upper_bound(runs, at, {}, &Runs::value_type::second);
  return run == runs.end() ? size_ : std::max(at, run->first);
}

// ---- Signals.

// The strategy's rule, asked of a window that holds nothing but the two prices.
bool SignalIndex::is_signal(const Direction& direction, std::int64_t height,
                            std::int64_t top) const {
  const Price price = direction.tops.price(height), extreme = direction.tops.price(top);
  return direction.extreme == Extreme::Highest
             ? DipWindow().may_fall({.points = {}, .low = price, .high = extreme}, drop_)
             : DipWindow().may_rise({.points = {}, .low = extreme, .high = price}, drop_);
}

// The first tick of the block that is younger than `oldest`.
std::uint32_t SignalIndex::first_after(std::int64_t oldest) const {
  return oldest < block_->head().summary[0].first_time ? 0 : block_->first_at(0, oldest + 1);
}

// What the window holds of the time before the block that is younger than `oldest`. It falls with
// time: the first is the highest.
std::span<const PricePoint> SignalIndex::earlier(const Direction& direction,
                                                 std::int64_t oldest) const {
  const DipWindow::Points& points =
      direction.extreme == Extreme::Highest ? before_.highs() : before_.lows();
  const auto* const first = std::partition_point(
      points.begin(), points.end(),
      [&](const PricePoint& point) { return point.time.nanoseconds() <= oldest; });
  return {first, points.end()};
}

// Of all prices after `oldest`, of this block and of those before, up to the tick `end`.
std::int64_t SignalIndex::top_since(const Direction& direction, std::int64_t oldest,
                                    std::uint32_t end) const {
  const auto before = earlier(direction, oldest);
  const std::int64_t top = direction.tops.top(first_after(oldest), end);
  return before.empty() ? top : std::max(top, direction.tops.height(before.front().price));
}

// Signals in [from, to), which is a block, a stretch or a group: `part` is the ticks of a full one.
void SignalIndex::find(Direction& direction, std::uint32_t from, std::uint32_t to,
                       std::uint32_t part) {
  const BlockTops& tops = direction.tops;
  const std::int64_t top = tops.top(from, to);
  const std::int64_t most = std::max(top, top_since(direction, oldest_at(from), from));
  if (!is_signal(direction, tops.bottom(from, to), most)) return;
  const std::int64_t least = top_since(direction, oldest_at(to - 1), from);
  if (least != kNoHeight && is_signal(direction, top, least)) {
    return note(direction.runs, from, to);
  }
  if (part == kGroupTicks) return read(direction, from, to);
  // Where the window is shorter than a stretch its groups tell too little.
  if (part == kStretchTicks && oldest_at(to - 1) >= block_->time(from)) {
    return step(direction, from, to);
  }
  const std::uint32_t smaller = part == kBlockTicks ? kStretchTicks : kGroupTicks;
  for (std::uint32_t at = from; at < to; at += smaller) {
    find(direction, at, std::min(to, at + smaller), smaller);
  }
}

// A group tick by tick. Mostly the top of the window stays in it for as long.
void SignalIndex::read(Direction& direction, std::uint32_t from, std::uint32_t to) {
  const std::int64_t oldest = oldest_at(to - 1);
  std::int64_t top = top_since(direction, oldest, from);
  if (oldest >= block_->time(from) || top != top_since(direction, oldest_at(from), from)) {
    return step(direction, from, to);
  }
  BlockTops::GroupHeights heights;
  direction.tops.heights(from, std::span(heights).first(to - from));
  for (std::uint32_t at = from; at < to; ++at) {
    const std::int64_t height = heights[at - from];
    top = std::max(top, height);
    if (is_signal(direction, height, top)) note(direction.runs, at, at + 1);
  }
}

// [from, to) as the strategy itself does it.
void SignalIndex::step(Direction& direction, std::uint32_t from, std::uint32_t to) {
  if (!steps_ || steps_->at != from) steps_ = Steps{window_before(from), from};
  std::array<std::int64_t, kStretchTicks> prices, times;
  block_->prices().widen(from, std::span(prices).first(to - from));
  block_->widen_times(from, std::span(times).first(to - from));
  for (std::uint32_t at = from; at < to; ++at) {
    const Price price = Price::from_raw(prices[at - from]);
    add(steps_->window, price, times[at - from]);
    const bool signals = direction.extreme == Extreme::Highest
                             ? steps_->window.has_fallen(price, drop_)
                             : steps_->window.has_risen(price, drop_);
    if (signals) note(direction.runs, at, at + 1);
  }
  steps_->at = to;
}

// ---- The window.

// What it holds of one direction before the tick `at`, oldest first.
std::vector<PricePoint> SignalIndex::points(const Direction& direction, std::uint32_t at) const {
  const BlockTops& tops = direction.tops;
  const std::int64_t oldest = oldest_at(at - 1);
  const std::uint32_t first = first_after(oldest);
  const std::int64_t top = tops.top(first, at);
  const auto before = earlier(direction, oldest);
  std::vector<PricePoint> points;
  points.reserve(before.size() + kStretchTicks);
  for (const PricePoint& point : before) {
    if (tops.height(point.price) <= top) break;
    points.push_back(point);
  }
  const auto own = static_cast<std::ptrdiff_t>(points.size());
  tops.tail(first, at, [&](std::uint32_t tick, std::int64_t height) {
    points.push_back({Timestamp::from_nanoseconds(block_->time(tick)), tops.price(height)});
  });
  std::reverse(points.begin() + own, points.end());
  return points;
}

// The highest price before the tick `at` that is still in its window.
std::vector<PricePoint> SignalIndex::extreme(const Direction& direction, std::uint32_t at) const {
  const BlockTops& tops = direction.tops;
  const std::int64_t oldest = oldest_at(at);
  const std::uint32_t first = first_after(oldest);
  const std::int64_t top = tops.top(first, at);
  const auto before = earlier(direction, oldest);
  if (!before.empty() && tops.height(before.front().price) > top) return {before.front()};
  if (top == kNoHeight) return {};
  const std::uint32_t tick = tops.last_at(top, first, at);
  return {{Timestamp::from_nanoseconds(block_->time(tick)), tops.price(top)}};
}

DipWindow SignalIndex::extremes_before(std::uint32_t at) const {
  if (!block_) return before_;
  return DipWindow(extreme(falls_, at), extreme(rises_, at));
}

DipWindow SignalIndex::window_before(std::uint32_t at) const {
  if (!block_ || at == 0) return before_;
  return DipWindow(points(falls_, at), points(rises_, at));
}

}  // namespace tranchet

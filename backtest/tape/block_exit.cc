#include "backtest/tape/block_exit.h"

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>

#include "backtest/tape/column_fold.h"
#include "events/ensure.h"

namespace tranchet {
namespace {

// Bounds as offsets of the price column: inside are `width` of them from `first` on.
struct OffsetBounds {
  std::uint64_t first = 0;
  std::uint64_t width = 0;

  // One comparison: what is below `first` wraps around to a number that is far too large.
  bool contain(std::int64_t offset) const {
    return static_cast<std::uint64_t>(offset) - first < width;
  }
};

// Worked: base 44999.9 and unit 0.1; low 45000.05 is 1 (45000.0 is at or below it, 45000.1 is not),
// high 45000.05 is 2.
OffsetBounds bounds_of(const ColumnView& prices, std::int64_t low, std::int64_t high) {
  const auto base = static_cast<std::uint64_t>(prices.base());
  const auto unit = static_cast<std::uint64_t>(prices.unit());
  if (high <= prices.base()) return {};
  // Differences of 64-bit numbers, the larger first, fit without a sign; so does one more than the
  // quotient of a positive one.
  const std::uint64_t above = (static_cast<std::uint64_t>(high) - base - 1) / unit + 1;
  if (low < prices.base()) return {0, above};
  const std::uint64_t below = (static_cast<std::uint64_t>(low) - base) / unit;
  return {below + 1, above > below ? above - below - 1 : 0};
}

// The fold of those for whom no swing matters.
struct ExtremesFold {
  std::int64_t low = 0;
  std::int64_t high = 0;

  static ExtremesFold of(std::int64_t first) { return {first, first}; }
  void add(std::int64_t price) {
    low = std::min(low, price);
    high = std::max(high, price);
  }
  void append(const ExtremesFold& later) {
    low = std::min(low, later.low);
    high = std::max(high, later.high);
  }
};

// One search in one block, compiled for the width of its prices and for where it looks.
template <class Offset, Looks looks>
class ExitSearch {
 public:
  using Fold = std::conditional_t<looks == Looks::AtExtremes, ExtremesFold, ColumnFold>;

  ExitSearch(const TickBlock& block, OffsetBounds bounds, StretchGuard* guard)
      : block_(block),
        bounds_(bounds),
        guard_(guard),
        prices_(column(TickColumn::Prices)),
        low_(column(TickColumn::Low)),
        high_(column(TickColumn::High)),
        stretches_(groups_of(block.size())) {}

  // The exit in [from, end); the fold is that of the ticks before it.
  std::uint32_t find(std::uint32_t from, std::uint32_t end) {
    constexpr std::uint32_t kPiece = looks == Looks::AtEveryPrice ? kStretchTicks : kGroupTicks;
    const std::uint32_t count = block_.size();
    std::uint32_t at = from;
    while (at < end) {
      const std::uint32_t stop = std::min((at / kPiece + 1) * kPiece, count);
      if constexpr (looks != Looks::AtEveryPrice) {
        if (at % kStretchTicks == 0) {
          const std::uint32_t ends = std::min(at + kStretchTicks, count);
          if (ends <= end && pass(stretches_ + at / kStretchTicks)) {
            at = ends;
            continue;
          }
        }
        if (at % kGroupTicks == 0 && stop <= end && pass(at / kGroupTicks)) {
          at = stop;
          continue;
        }
      }
      if (!may_read(at)) return from;
      const std::uint32_t last = std::min(stop, end);
      at = scan(at, last);
      if (at < last) break;
    }
    // The ends are told by their own prices, and those may lie in a stretch that was passed over.
    if (at > from && !(may_read(from) && may_read(at - 1))) return from;
    return at;
  }
  const Fold& fold() const { return fold_; }

 private:
  // Where the offsets of a column lie that is as wide as the prices.
  const Offset* column(TickColumn which) const { return block_.column(which).offsets<Offset>(); }

  // Whether a summary says that no price is outside; takes it then.
  bool pass(std::uint32_t summary) {
    const auto low = static_cast<std::int64_t>(low_[summary]);
    const auto high = static_cast<std::int64_t>(high_[summary]);
    if (!bounds_.contain(low) || !bounds_.contain(high)) return false;
    if constexpr (looks == Looks::AtExtremes) {
      take({low, high});
    } else {
      const auto value = [&](TickColumn which) {
        return static_cast<std::int64_t>(column(which)[summary]);
      };
      take({low, high, value(TickColumn::Fall), value(TickColumn::FallFrom),
            value(TickColumn::Rise), value(TickColumn::RiseFrom)});
    }
    return true;
  }

  std::uint32_t scan(std::uint32_t at, std::uint32_t last) {
    const auto price = [this](std::uint32_t index) {
      return static_cast<std::int64_t>(prices_[index]);
    };
    const OffsetBounds bounds = bounds_;
    if (at == last || !bounds.contain(price(at))) return at;
    Fold fold = Fold::of(price(at));
    for (++at; at < last && bounds.contain(price(at)); ++at) fold.add(price(at));
    take(fold);
    return at;
  }

  void take(const Fold& later) {
    if (is_empty_) {
      fold_ = later;
      is_empty_ = false;
    } else {
      fold_.append(later);
    }
  }

  bool may_read(std::uint32_t at) {
    return guard_ == nullptr || guard_->is_sound(at / kStretchTicks);
  }

  const TickBlock& block_;
  OffsetBounds bounds_;
  StretchGuard* guard_;
  const Offset* prices_;
  const Offset* low_;
  const Offset* high_;
  std::uint32_t stretches_;  // Where the summaries of stretches begin.
  Fold fold_;
  bool is_empty_ = true;
};

template <class Offset, Looks looks>
BlockExit search(const TickBlock& block, std::uint32_t from, std::uint32_t end, OffsetBounds bounds,
                 StretchGuard* guard) {
  ExitSearch<Offset, looks> search(block, bounds, guard);
  BlockExit exit{.at = search.find(from, end)};
  if (exit.at == from) return exit;
  const ColumnView prices = block.prices();
  const auto price = [&](std::int64_t offset) { return prices.base() + prices.unit() * offset; };
  const auto& fold = search.fold();
  exit.passed.count = exit.at - from;
  exit.passed.first_time = block.time(from);
  exit.passed.last_time = block.time(exit.at - 1);
  exit.passed.first = prices[from];
  exit.passed.last = prices[exit.at - 1];
  exit.passed.low = price(fold.low);
  exit.passed.high = price(fold.high);
  if constexpr (looks != Looks::AtExtremes) {
    exit.passed.fall = {prices.unit() * fold.fall, price(fold.fall_from)};
    exit.passed.rise = {prices.unit() * fold.rise, price(fold.rise_from)};
  }
  return exit;
}

template <Looks looks>
BlockExit search(const TickBlock& block, std::uint32_t from, std::uint32_t end, OffsetBounds bounds,
                 StretchGuard* guard) {
  switch (block.prices().bits()) {
    case 8:
      return search<std::uint8_t, looks>(block, from, end, bounds, guard);
    case 16:
      return search<std::uint16_t, looks>(block, from, end, bounds, guard);
    case 32:
      return search<std::uint32_t, looks>(block, from, end, bounds, guard);
    default:
      return search<std::uint64_t, looks>(block, from, end, bounds, guard);
  }
}

}  // namespace

BlockExit find_exit(const TickBlock& block, std::uint32_t from, std::uint32_t end, std::int64_t low,
                    std::int64_t high, StretchGuard* guard, Looks looks) {
  ENSURE(from <= end && end <= block.size());
  const OffsetBounds bounds = bounds_of(block.prices(), low, high);
  switch (looks) {
    case Looks::AtEveryPrice:
      return search<Looks::AtEveryPrice>(block, from, end, bounds, guard);
    case Looks::AtSummaries:
      return search<Looks::AtSummaries>(block, from, end, bounds, guard);
    case Looks::AtExtremes:
      return search<Looks::AtExtremes>(block, from, end, bounds, guard);
  }
  std::unreachable();
}

namespace {

// The bars before the exit as prices, for their swings.
PriceSummary walk_bars(const TickBlock& block, std::uint32_t from, std::uint32_t end,
                       bool high_first) {
  PriceSummary walked;
  for (std::uint32_t at = from; at < end; ++at) {
    const Bar bar = block.bar(at);
    walked.add(bar.open.raw(), bar.open_time.nanoseconds());
    walked.add((high_first ? bar.high : bar.low).raw(), 0);
    walked.add((high_first ? bar.low : bar.high).raw(), 0);
    walked.add(bar.close.raw(), bar.close_time.nanoseconds());
  }
  return walked;
}

}  // namespace

BlockExit find_bar_exit(const TickBlock& block, std::uint32_t from, std::uint32_t end,
                        std::int64_t low, std::int64_t high, bool high_first, Looks looks) {
  ENSURE(from <= end && end <= block.size());
  constexpr std::uint32_t kBarsAtOnce = 64;
  std::array<std::int64_t, kBarsAtOnce> lows, highs;
  const ColumnView low_column = block.column(BarColumn::Low);
  const ColumnView high_column = block.column(BarColumn::High);
  BlockExit exit{.at = from};
  auto lowest = std::numeric_limits<std::int64_t>::max();
  auto highest = std::numeric_limits<std::int64_t>::min();
  for (bool found = false; exit.at < end && !found;) {
    const std::uint32_t size = std::min(kBarsAtOnce, end - exit.at);
    low_column.widen(exit.at, std::span(lows).first(size));
    high_column.widen(exit.at, std::span(highs).first(size));
    for (std::uint32_t at = 0; at < size; ++at, ++exit.at) {
      found = lows[at] <= low || highs[at] >= high;
      if (found) break;
      lowest = std::min(lowest, lows[at]);
      highest = std::max(highest, highs[at]);
    }
  }
  if (exit.at == from) return exit;
  if (looks == Looks::AtExtremes) {
    const Bar first = block.bar(from), last = block.bar(exit.at - 1);
    exit.passed.first_time = first.open_time.nanoseconds();
    exit.passed.last_time = last.close_time.nanoseconds();
    exit.passed.first = first.open.raw();
    exit.passed.last = last.close.raw();
    exit.passed.low = lowest;
    exit.passed.high = highest;
  } else {
    exit.passed = walk_bars(block, from, exit.at, high_first);
  }
  exit.passed.count = exit.at - from;
  return exit;
}

}  // namespace tranchet

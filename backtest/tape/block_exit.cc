#include "backtest/tape/block_exit.h"

#include <algorithm>

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

// One search in one block, compiled for the width of its prices.
template <class Offset>
class ExitSearch {
 public:
  ExitSearch(const TickBlock& block, OffsetBounds bounds, StretchGuard* guard, Looks looks)
      : count_(block.size()),
        bounds_(bounds),
        guard_(guard),
        at_every_price_(looks == Looks::AtEveryPrice),
        prices_(block.prices().offsets<Offset>()),
        low_(block.column(TickColumn::Low).offsets<Offset>()),
        high_(block.column(TickColumn::High).offsets<Offset>()),
        fall_(block.column(TickColumn::Fall).offsets<Offset>()),
        fall_from_(block.column(TickColumn::FallFrom).offsets<Offset>()),
        rise_(block.column(TickColumn::Rise).offsets<Offset>()),
        rise_from_(block.column(TickColumn::RiseFrom).offsets<Offset>()),
        stretches_((count_ + kGroupTicks - 1) / kGroupTicks) {}

  // The exit in [from, end); the fold is that of the ticks before it.
  std::uint32_t find(std::uint32_t from, std::uint32_t end) {
    std::uint32_t at = from;
    const std::uint32_t piece = at_every_price_ ? kStretchTicks : kGroupTicks;
    while (at < end) {
      const std::uint32_t stop = std::min((at / piece + 1) * piece, count_);
      if (!at_every_price_) {
        if (at % kStretchTicks == 0) {
          const std::uint32_t ends = std::min(at + kStretchTicks, count_);
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
  const ColumnFold& fold() const { return fold_; }

 private:
  // Whether a summary says that no price is outside; takes it then.
  bool pass(std::uint32_t summary) {
    const auto low = static_cast<std::int64_t>(low_[summary]);
    const auto high = static_cast<std::int64_t>(high_[summary]);
    if (!bounds_.contain(low) || !bounds_.contain(high)) return false;
    take({low, high, static_cast<std::int64_t>(fall_[summary]),
          static_cast<std::int64_t>(fall_from_[summary]), static_cast<std::int64_t>(rise_[summary]),
          static_cast<std::int64_t>(rise_from_[summary])});
    return true;
  }

  std::uint32_t scan(std::uint32_t at, std::uint32_t last) {
    const auto price = [this](std::uint32_t index) {
      return static_cast<std::int64_t>(prices_[index]);
    };
    const OffsetBounds bounds = bounds_;
    if (at == last || !bounds.contain(price(at))) return at;
    auto fold = ColumnFold::of(price(at));
    for (++at; at < last && bounds.contain(price(at)); ++at) fold.add(price(at));
    take(fold);
    return at;
  }

  void take(const ColumnFold& later) {
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

  std::uint32_t count_;
  OffsetBounds bounds_;
  StretchGuard* guard_;
  bool at_every_price_;
  const Offset* prices_;
  const Offset* low_;
  const Offset* high_;
  const Offset* fall_;
  const Offset* fall_from_;
  const Offset* rise_;
  const Offset* rise_from_;
  std::uint32_t stretches_;  // Where the summaries of stretches begin.
  ColumnFold fold_;
  bool is_empty_ = true;
};

template <class Offset>
BlockExit search(const TickBlock& block, std::uint32_t from, std::uint32_t end, OffsetBounds bounds,
                 StretchGuard* guard, Looks looks) {
  ExitSearch<Offset> search(block, bounds, guard, looks);
  BlockExit exit{.at = search.find(from, end)};
  if (exit.at == from) return exit;
  const ColumnView prices = block.prices();
  const auto price = [&](std::int64_t offset) { return prices.base() + prices.unit() * offset; };
  const ColumnFold& fold = search.fold();
  exit.passed.count = exit.at - from;
  exit.passed.first_time = block.time(from);
  exit.passed.last_time = block.time(exit.at - 1);
  exit.passed.first = prices[from];
  exit.passed.last = prices[exit.at - 1];
  exit.passed.low = price(fold.low);
  exit.passed.high = price(fold.high);
  exit.passed.fall = {prices.unit() * fold.fall, price(fold.fall_from)};
  exit.passed.rise = {prices.unit() * fold.rise, price(fold.rise_from)};
  return exit;
}

}  // namespace

BlockExit find_exit(const TickBlock& block, std::uint32_t from, std::uint32_t end, std::int64_t low,
                    std::int64_t high, StretchGuard* guard, Looks looks) {
  ENSURE(from <= end && end <= block.size());
  const ColumnView prices = block.prices();
  const OffsetBounds bounds = bounds_of(prices, low, high);
  switch (prices.bits()) {
    case 8:
      return search<std::uint8_t>(block, from, end, bounds, guard, looks);
    case 16:
      return search<std::uint16_t>(block, from, end, bounds, guard, looks);
    case 32:
      return search<std::uint32_t>(block, from, end, bounds, guard, looks);
    default:
      return search<std::uint64_t>(block, from, end, bounds, guard, looks);
  }
}

BlockExit find_bar_exit(const TickBlock& block, std::uint32_t from, std::uint32_t end,
                        std::int64_t low, std::int64_t high, bool high_first) {
  ENSURE(from <= end && end <= block.size());
  BlockExit exit{.at = from};
  for (; exit.at < end; ++exit.at) {
    const Bar bar = block.bar(exit.at);
    if (bar.low.raw() <= low || bar.high.raw() >= high) break;
    exit.passed.add(bar.open.raw(), bar.open_time.nanoseconds());
    exit.passed.add((high_first ? bar.high : bar.low).raw(), 0);
    exit.passed.add((high_first ? bar.low : bar.high).raw(), 0);
    exit.passed.add(bar.close.raw(), bar.close_time.nanoseconds());
  }
  exit.passed.count = exit.at - from;
  return exit;
}

}  // namespace tranchet

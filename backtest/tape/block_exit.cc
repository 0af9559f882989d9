#include "backtest/tape/block_exit.h"

#include <algorithm>

#include "backtest/tape/column_fold.h"
#include "events/ensure.h"

namespace tranchet {
namespace {

// Bounds as offsets of the price column: outside is offset <= low or >= high.
struct OffsetBounds {
  std::int64_t low = -1;
  std::int64_t high = std::numeric_limits<std::int64_t>::max();
};

// Worked: base 44999.9 and unit 0.1; low 45000.05 is 1 (45000.0 is at or below it, 45000.1 is not),
// high 45000.05 is 2.
OffsetBounds bounds_of(const ColumnView& prices, std::int64_t low, std::int64_t high) {
  const Int128 base = prices.base(), unit = prices.unit();
  const auto floor = [&](Int128 value) {
    const Int128 quotient = value / unit;
    return value % unit < 0 ? quotient - 1 : quotient;
  };
  constexpr Int128 kMost = std::numeric_limits<std::int64_t>::max();
  const Int128 below = floor(Int128{low} - base);
  const Int128 above = -floor(base - Int128{high});
  return {static_cast<std::int64_t>(std::clamp<Int128>(below, -1, kMost)),
          static_cast<std::int64_t>(std::clamp<Int128>(above, 0, kMost))};
}

// One search in one block, compiled for the width of its prices.
template <class Offset>
class ExitSearch {
 public:
  ExitSearch(const TickBlock& block, OffsetBounds bounds, StretchGuard* guard)
      : count_(block.size()),
        bounds_(bounds),
        guard_(guard),
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
    while (at < end) {
      if (at % kStretchTicks == 0) {
        const std::uint32_t stop = std::min(at + kStretchTicks, count_);
        if (stop <= end && pass(stretches_ + at / kStretchTicks)) {
          at = stop;
          continue;
        }
      }
      const std::uint32_t stop = std::min((at / kGroupTicks + 1) * kGroupTicks, count_);
      if (at % kGroupTicks == 0 && stop <= end && pass(at / kGroupTicks)) {
        at = stop;
        continue;
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
  bool is_inside(std::int64_t price) const { return price > bounds_.low && price < bounds_.high; }

  // Whether a summary says that no price is outside; takes it then.
  bool pass(std::uint32_t summary) {
    const auto low = static_cast<std::int64_t>(low_[summary]);
    const auto high = static_cast<std::int64_t>(high_[summary]);
    if (low <= bounds_.low || high >= bounds_.high) return false;
    take({low, high, static_cast<std::int64_t>(fall_[summary]),
          static_cast<std::int64_t>(fall_from_[summary]), static_cast<std::int64_t>(rise_[summary]),
          static_cast<std::int64_t>(rise_from_[summary])});
    return true;
  }

  std::uint32_t scan(std::uint32_t at, std::uint32_t last) {
    if (at == last || !is_inside(static_cast<std::int64_t>(prices_[at]))) return at;
    auto fold = ColumnFold::of(static_cast<std::int64_t>(prices_[at]));
    for (++at; at < last; ++at) {
      const auto price = static_cast<std::int64_t>(prices_[at]);
      if (!is_inside(price)) break;
      fold.add(price);
    }
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
                 StretchGuard* guard) {
  ExitSearch<Offset> search(block, bounds, guard);
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
                    std::int64_t high, StretchGuard* guard) {
  ENSURE(from <= end && end <= block.size());
  const ColumnView prices = block.prices();
  const OffsetBounds bounds = bounds_of(prices, low, high);
  switch (prices.bits()) {
    case 8:
      return search<std::uint8_t>(block, from, end, bounds, guard);
    case 16:
      return search<std::uint16_t>(block, from, end, bounds, guard);
    case 32:
      return search<std::uint32_t>(block, from, end, bounds, guard);
    default:
      return search<std::uint64_t>(block, from, end, bounds, guard);
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

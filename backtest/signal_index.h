// At which ticks of a piece of history the strategy `dip` has its signal. It depends on the prices,
// the drop and the window, not on tranches: found once, for every lane that has these two settings.
//
//   index.take(piece);             // In order, every piece of the history.
//   index.next(Side::Buy, at);     // The first signal of that side from a tick on.
//   index.extremes_before(at);     // What the strategy needs to remember when that tick comes.
//
// What holds for a whole block, stretch or group is told by its summary: no price of it is far
// enough from the extreme of the window, or each one is. Ticks are read where neither is so.
//
// Worked: drop 1 %, the highest of the last hour is 100 and stays so. A group with its low at 99.01
// has no signal; one with its high at 98.99 is all signal; one from 98.9 to 99.1 is read.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "backtest/history.h"
#include "backtest/tape/block_tops.h"
#include "engine/dip.h"
#include "events/settings.h"

namespace tranchet {

class SignalIndex {
 public:
  // Of these settings' drop and window. Marks are the trades where settings say so.
  explicit SignalIndex(const Settings& settings);

  // The next piece. The results below are of the newest one, as long as it is valid.
  void take(const HistoryPiece& piece);

  // The first tick from `at` on with a signal to buy (the price has fallen) or to sell; the block's
  // size where there is none. None among rows, whose prices the strategy is shown itself.
  std::uint32_t next(Side side, std::uint32_t at) const;

  // The window as it is before the tick `at`, which may be the block's size.
  DipWindow window_before(std::uint32_t at) const;
  const DipWindow& window() const { return window_; }  // Behind the piece.
  // Of that window the highest and the lowest price alone that still count at the tick `at`, which
  // is one of the block: enough to decide by at that tick, and quickly found.
  DipWindow extremes_before(std::uint32_t at) const;

 private:
  using Runs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;  // [from, to), in order.

  // One direction: prices below the window's highest, or above its lowest.
  struct Direction {
    Extreme extreme;
    BlockTops tops{extreme};
    Runs runs{};
  };
  // The window before a tick, for those that have to go tick by tick.
  struct Steps {
    DipWindow window;
    std::uint32_t at;
  };

  void add(DipWindow& window, Price price, std::int64_t time) const {
    window.add(price, Timestamp::from_nanoseconds(time), length_);
  }
  bool sees(BlockKind kind) const {
    return kind == BlockKind::Marks || (kind == BlockKind::Trades && trades_are_marks_);
  }
  void take_rows(std::span<const Occurrence> rows);
  bool is_signal(const Direction& direction, std::int64_t height, std::int64_t top) const;
  std::int64_t top_since(const Direction& direction, std::int64_t oldest, std::uint32_t end) const;
  void find(Direction& direction, std::uint32_t from, std::uint32_t to, std::uint32_t part);
  void read(Direction& direction, std::uint32_t from, std::uint32_t to);
  void step(Direction& direction, std::uint32_t from, std::uint32_t to);
  std::vector<PricePoint> points(const Direction& direction, std::uint32_t at) const;
  std::vector<PricePoint> extreme(const Direction& direction, std::uint32_t at) const;
  std::span<const PricePoint> earlier(const Direction& direction, std::int64_t oldest) const;
  std::int64_t oldest_at(std::uint32_t at) const { return block_->time(at) - length_.count(); }
  std::uint32_t first_after(std::int64_t oldest) const;

  Ppm drop_;
  Duration length_;
  bool trades_are_marks_;
  DipWindow window_;  // Behind the piece.
  DipWindow before_;  // In front of it.
  std::uint32_t size_ = 0;
  std::optional<TickBlock> block_;  // One of marks.
  Direction falls_{Extreme::Highest};
  Direction rises_{Extreme::Lowest};
  std::optional<Steps> steps_;
};

}  // namespace tranchet

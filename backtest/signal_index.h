// At which ticks of a piece of history the strategy `dip` has its signal. It depends on the prices, the drop
// and the window, not on tranches: found once, for every lane that has these two settings.
//
//   index.take(piece);             // In order, every piece of the history.
//   index.next(Side::Buy, at);     // The first signal of that side from a tick on.
//   index.window_before(at);       // What the strategy remembers when that tick comes.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "backtest/history.h"
#include "engine/dip.h"
#include "events/settings.h"

namespace tranchet {

class SignalIndex {
 public:
  // Of these settings' drop and window. Marks are the trades where settings say so.
  explicit SignalIndex(const Settings& settings);

  // The next piece. The results below are of the newest one.
  void take(const HistoryPiece& piece);

  // The first tick from `at` on with a signal to buy (the price has fallen) or to sell; the block's
  // size where there is none. None among rows, whose prices the strategy is shown itself.
  std::uint32_t next(Side side, std::uint32_t at) const;
  bool is_signal(std::uint32_t at) const {
    return next(Side::Buy, at) == at || next(Side::Sell, at) == at;
  }

  // The window as it is before the tick `at`, which may be the block's size.
  DipWindow window_before(std::uint32_t at) const;
  const DipWindow& window() const { return window_; }  // Behind the block.

 private:
  using Runs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;  // [from, to), in order.

  void add(Price price, std::int64_t time) {
    window_.add(price, Timestamp::from_nanoseconds(time), length_);
  }
  bool sees(BlockKind kind) const {
    return kind == BlockKind::Marks || (kind == BlockKind::Trades && trades_are_marks_);
  }
  void take_rows(std::span<const Occurrence> rows);
  void take_block(const TickBlock& block);

  Ppm drop_;
  Duration length_;
  bool trades_are_marks_;
  DipWindow window_;  // Behind the piece.
  DipWindow before_;  // In front of it.
  std::uint32_t size_ = 0;
  bool seen_ = false;  // The block is one of marks.
  std::vector<std::int64_t> prices_;
  std::vector<std::int64_t> times_;
  Runs falls_;
  Runs rises_;
};

}  // namespace tranchet

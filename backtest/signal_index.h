// At which ticks of a block the strategy `dip` has its signal. It depends on the prices, the drop
// and the window, not on tranches: found once, for every lane that has these two settings.
//
//   index.take(block);             // In order, every block of the history.
//   index.next(Side::Buy, at);     // The first signal of that side from a tick on.
//   index.window_before(at);       // What the strategy remembers when that tick comes.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "backtest/tape/tick_block.h"
#include "engine/dip.h"
#include "events/settings.h"

namespace tranchet {

class SignalIndex {
 public:
  // Of these settings' drop and window. Marks are the trades where settings say so.
  explicit SignalIndex(const Settings& settings);

  // The next block: of trades, marks or a mixture. The results below are of the newest one.
  void take(const TickBlock& block);

  // The first tick from `at` on with a signal to buy (the price has fallen) or to sell; the block's
  // size where there is none. None in a mixed block, whose prices the strategy is shown itself.
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
  void take_mixed(const TickBlock& block);

  Ppm drop_;
  Duration length_;
  bool trades_are_marks_;
  DipWindow window_;   // Behind the block.
  DipWindow before_;   // In front of it.
  std::uint32_t size_ = 0;
  bool seen_ = false;  // The block is one of marks.
  std::vector<std::int64_t> prices_;
  std::vector<std::int64_t> times_;
  Runs falls_;
  Runs rises_;
  Block rows_;  // Of a mixed block; kept for its memory.
};

}  // namespace tranchet

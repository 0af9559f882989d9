// Where a price leaves a range, and what the prices before it have come to.
#pragma once

#include <cstdint>

#include "backtest/tape/tick_block.h"

namespace tranchet {

// The first tick of [from, end) with a price <= low or >= high, end if there is none; and what the
// ticks before it have come to. Prices are counts of 1e-8.
struct BlockExit {
  std::uint32_t at = 0;
  PriceSummary passed;
};

// Is asked before ticks of a stretch are read, for bytes that nobody has checked yet.
class StretchGuard {
 public:
  virtual ~StretchGuard() = default;
  // False: the stretch is damaged. The search ends there, with a result that means nothing.
  virtual bool is_sound(std::uint32_t stretch) = 0;
};

// Where a search looks. All find the same, but for the swings that the last leaves out.
enum class Looks : std::uint8_t {
  AtEveryPrice,
  AtSummaries,  // Of stretches and groups first, so that of the ticks it reads a group at each end.
  AtExtremes,   // Of summaries and ticks: for whom no swing matters. The swings are of size 0.
};

// For blocks of trades or marks. Without a guard the block is taken for sound.
BlockExit find_exit(const TickBlock& block, std::uint32_t from, std::uint32_t end, std::int64_t low,
                    std::int64_t high, StretchGuard* guard = nullptr,
                    Looks looks = Looks::AtSummaries);

// For blocks of bars: the first bar with its low <= `low` or its high >= `high`. `high_first`: in
// which order a bar's extremes come in the summary.
BlockExit find_bar_exit(const TickBlock& block, std::uint32_t from, std::uint32_t end,
                        std::int64_t low, std::int64_t high, bool high_first);

}  // namespace tranchet

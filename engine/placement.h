// Which tranche an entry joins, and what happens at the cap. The one place that decides it.
#pragma once

#include "engine/turn.h"

namespace tranchet {

struct Placement {
  enum class Kind : std::uint8_t {
    Join,          // `tranche` takes it.
    Open,          // A new tranche, `ordinal`.
    MergeAndOpen,  // First merge `from` into `tranche`; then as Open with the ordinal after it.
    Refuse,        // TrancheCap.
  };
  Kind kind{};
  TrancheId tranche{};
  TrancheId from{};
  std::uint32_t ordinal = 0;
};

// Rule 1 and the cap, for an entry that is about to be sent at `price` (limit, or mark).
Placement place_entry(const State& state, const Position& position, Price price);

// Rule 1 for a fill whose tranche is gone: never refused, never merges, joins the newest at the
// cap.
Placement place_fill(const State& state, const Position& position, Price price);

// A tranche that lives from now on, with the percentages, or the ATR, in force. Quantity comes with
// its fills.
Tranche& open_tranche(Turn& turn, Position& position, std::uint32_t ordinal);

// All of `from` becomes `into`'s: quantity, exact cost, live and finished orders. `from` is gone.
void absorb(Turn& turn, Position& position, TrancheId from, TrancheId into);

// Tranches that hold or await something, closing ones too. Dust is not counted for the cap.
inline std::uint32_t live_count(const Position& position) {
  std::uint32_t count = 0;
  for (const Tranche& tranche : position.tranches) {
    count += tranche.is_live() && !tranche.dust ? 1U : 0U;
  }
  return count;
}
std::uint32_t ordinal_after_highest(const Position& position);

}  // namespace tranchet

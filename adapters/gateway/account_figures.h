// The money of a moment: what is open at the newest prices, and the account around it.
#pragma once

#include <optional>

#include "adapters/gateway/screen.h"

namespace tranchet {

struct AccountFigures {
  std::optional<Money> balance;  // Empty: the venue never said.
  std::optional<Money> equity;   // Balance and what is open.
  Money unrealized_pnl;
  Money exposure;  // Both sides added, at the price they are valued at.
  Money margin;    // Exposure / leverage.
  Quantity naked;  // Open quantity that ought to have a stop and has none.
  std::uint64_t positions = 0;
  std::uint64_t tranches = 0;
};

AccountFigures account_figures(const Screen& screen);

}  // namespace tranchet

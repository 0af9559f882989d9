// One point of a sweep and what came of it.
#pragma once

#include <cstdint>
#include <vector>

#include "backtest/sweep/equity_series.h"
#include "backtest/sweep/figures.h"
#include "backtest/sweep/space.h"

namespace tranchet {

struct Trial {
  std::uint64_t number = 0;  // From 1, in the order in which the search proposed.
  Point point;
};

struct TrialResult {
  Trial trial;
  Figures figures;
  std::optional<Value> objective;
  std::uint64_t state_digest = 0;  // As a backtest of the same settings prints them.
  std::uint64_t command_digest = 0;
  std::vector<EquityPoint> equity;  // Empty: no statistics were asked for.
};

}  // namespace tranchet

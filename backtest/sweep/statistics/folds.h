// Which periods a choice is made on, and on which others it is judged.
//
// A test period never lies among its own training periods, and what was held across the border is
// purged: Lopez de Prado, "Advances in Financial Machine Learning" (2018), chapter 7.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "backtest/sweep/validation.h"
#include "events/time.h"

namespace tranchet {

struct Fold {
  std::vector<std::size_t> train;  // Places of periods.
  std::vector<std::size_t> test;   // One stretch.
};

// `ends[i]` is when period i ends; `start` is when the first begins. The periods in folds + 1
// stretches; each but the first is tested once, after training on all before it, less `purge`.
std::vector<Fold> walk_forward(Timestamp start, std::span<const Timestamp> ends,
                               const ValidationOptions& options);
// In `folds` stretches; each is tested once, after training on all others, less `purge` before it
// and `embargo` after it.
std::vector<Fold> purged_cross_validation(Timestamp start, std::span<const Timestamp> ends,
                                          const ValidationOptions& options);

}  // namespace tranchet

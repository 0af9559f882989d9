// The results of a sweep as one page that needs nothing else: the best trial and what to think of
// it, a heat map, parallel coordinates, how firm a result is among its neighbours, and the table.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "backtest/sweep/results_file.h"
#include "backtest/sweep/search.h"
#include "backtest/sweep/statistics/honesty.h"

namespace tranchet {

std::string sweep_page(const SweepIdentity& identity, const SearchSpace& space,
                       const Search& search, const std::map<std::uint64_t, TrialResult>& results,
                       const Honesty& honesty);

}  // namespace tranchet

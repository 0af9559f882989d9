// The parts of the page of a sweep that are text: they need no script.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "backtest/sweep/results_file.h"
#include "backtest/sweep/search.h"
#include "backtest/sweep/statistics/honesty.h"

namespace tranchet {

// What was swept, the best trial and its parameters.
std::string sweep_header(const SweepIdentity& identity, const SearchSpace& space,
                         const Search& search, const std::map<std::uint64_t, TrialResult>& results,
                         const Honesty& honesty);
// How much of the best result is luck.
std::string honesty_section(const Honesty& honesty);
// The digests and the grid, to repeat it.
std::string provenance_section(const SweepIdentity& identity);

// An objective or another figure, rounded for people: "1,234.57", "-0.1235".
std::string rounded(Value value);
// "93.4 %"
std::string percent_of_one(double share);
// With `places` decimals: "1.274".
std::string fixed(double value, int places);

}  // namespace tranchet

// How many trials were ever run on a data set: a file that outlives single sweeps, since whoever
// tries again and again until something shines must count all of it.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>

#include "backtest/sweep/results_file.h"

namespace tranchet {

// Notes that the sweep ran `trials`, and returns how many all sweeps on this data have run. A sweep
// that is noted again counts once. The error names the file.
std::expected<std::uint64_t, std::string> count_trials(const std::filesystem::path& file,
                                                       const SweepIdentity& identity,
                                                       std::uint64_t trials);

}  // namespace tranchet

// The results of a sweep as a table: a row a trial, in the order of their numbers.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <map>
#include <string>

#include "backtest/sweep/trial.h"

namespace tranchet {

// trial, objective, a column a parameter, a column a figure, both digests. What a trial does not
// have is empty. Replaces the file as a whole; the error names it.
std::expected<void, std::string> write_results_csv(
    const std::filesystem::path& file, const SearchSpace& space,
    const std::map<std::uint64_t, TrialResult>& results);

// Writes beside the file and renames, so that a reader sees the old one or the new one.
std::expected<void, std::string> replace_file(const std::filesystem::path& file,
                                              const std::string& text);

}  // namespace tranchet

// What a sweep leaves behind beside its SQLite file, and what it says at the end.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <iosfwd>
#include <map>
#include <string>

#include "adapters/cli/grid_file.h"
#include "backtest/sweep/results_file.h"

namespace tranchet {

struct SweepOutput {
  const Grid& grid;
  const SweepIdentity& identity;
  const std::map<std::uint64_t, TrialResult>& results;
  std::filesystem::path out;      // The SQLite file: X.sqlite has X.csv and X.html beside it.
  std::filesystem::path history;  // Empty: trials.sqlite in the folder of `out`.
};

// Empty, or why a sweep cannot write to this file.
std::string sweep_output_error(const std::filesystem::path& out);

// The CSV; of a whole sweep (not a shard's) the page with its statistics too, and the trials are
// counted in the history. The error names the file.
std::expected<void, std::string> write_sweep_output(const SweepOutput& output, std::ostream& say);

}  // namespace tranchet

// summary.json and report.html of a run, beside its CSV files.
#pragma once

#include <expected>
#include <filesystem>
#include <string>

#include "backtest/report/row_sample.h"
#include "backtest/report/summary.h"
#include "events/names.h"

namespace tranchet {

// The folder exists. The error names the file that could not be written.
std::expected<void, std::string> write_results(const std::filesystem::path& folder,
                                               const Summary& summary, const RowSample& sample,
                                               const Names& names);

}  // namespace tranchet

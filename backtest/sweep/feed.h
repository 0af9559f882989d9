// The one place where a sweep reads market data: blocks of one data set, handed to many lanes.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <span>
#include <vector>

#include "backtest/lane_pair.h"

namespace tranchet {

// What a sweep knows of its data before it begins: read once as a whole, every row checked.
struct DataSurvey {
  DataReport report;
  std::uint64_t digest = 0;  // Over every row as it was decoded, whatever file it came from.
};
// `on_rows` is told of rows as they are read; false from it ends the survey with an empty report.
std::expected<DataSurvey, InputError> survey_data(
    const DataOptions& options, const std::function<bool(std::uint64_t)>& on_rows);

// Feeds the whole data to all lanes, block by block, so that a block is read and decoded once for
// all of them. False: `on_rows`, called after each block with its rows, wanted no more.
std::expected<bool, BacktestError> feed(const DataOptions& options, std::span<LanePair> lanes,
                                        const std::function<bool(std::uint64_t)>& on_rows);

}  // namespace tranchet

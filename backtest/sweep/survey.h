// What a sweep knows of its data before it begins: read once as a whole, every row checked.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>

#include "backtest/market_data/market_data.h"

namespace tranchet {

struct DataSurvey {
  DataReport report;
  std::uint64_t digest = 0;  // Over every row as it was decoded, whatever file it came from.
};

// `on_rows` is told of rows as they are read; false from it ends the survey with an empty report.
std::expected<DataSurvey, InputError> survey_data(
    const DataOptions& options, const std::function<bool(std::uint64_t)>& on_rows);

}  // namespace tranchet

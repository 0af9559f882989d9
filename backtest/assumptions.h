// What a backtest assumes of its venue, in words for the report.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "backtest/venue/parameters.h"

namespace tranchet {

std::vector<std::pair<std::string, std::string>> assumptions_of(const SimulationParameters& venue,
                                                                bool from_bars);

}  // namespace tranchet

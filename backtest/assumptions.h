// What a backtest assumes of its venue, in words for the report.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "backtest/venue/parameters.h"

namespace tranchet {

std::vector<std::pair<std::string, std::string>> assumptions_of(const SimulationParameters& venue,
                                                                bool from_bars);

// A note: targets are measured by candles that the data cannot make.
inline constexpr const char* kBarsBeyondCandles =
    "bars are longer than candle_interval: a candle made of a part of a bar has too small a range";

// By name, in the order of a contract note.
std::vector<std::pair<std::string, Money>> charges_by_name(const Charges& charges);

}  // namespace tranchet

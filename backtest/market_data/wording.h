// How this folder words what is wrong with an input.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "backtest/market_data/market_data.h"

namespace tranchet {

// The text in quotes, cut after 60 characters, with what a terminal should not see as '?'.
std::string in_quotes(std::string_view text);

std::unexpected<InputError> input_error(std::string file, std::uint64_t line, std::string message);

std::string lower_case(std::string_view text);

}  // namespace tranchet

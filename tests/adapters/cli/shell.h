// Lines of a shell, run as a user would, and what they say.
#pragma once

#include <string>

#include "tests/backtest/market_data/input_files.h"
#include "tests/support/ran.h"

namespace tranchet {

// Runs `lines` by bash in that folder, where $T is the program.
Ran run_shell(const InputFolder& folder, const std::string& lines);

}  // namespace tranchet

// From the words of a command line and a configuration to the options of a run.
#pragma once

#include <expected>

#include "adapters/cli/backtest_command.h"
#include "adapters/cli/configuration.h"
#include "backtest/run.h"

namespace tranchet {

// The error is about bad usage (it names no file) or a bad file.
std::expected<BacktestOptions, InputError> backtest_options(const BacktestArguments& arguments,
                                                             const Configuration& configuration,
                                                             Names& names);

}  // namespace tranchet

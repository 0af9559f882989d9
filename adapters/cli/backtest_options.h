// From the words of a command line and a configuration to the options of a run.
#pragma once

#include <expected>
#include <vector>

#include "adapters/cli/backtest_command.h"
#include "adapters/cli/configuration.h"
#include "backtest/run.h"

namespace tranchet {

// What --data names, at least one: an instrument each, and for data of different kinds more than
// one. The error, here and below, is about bad usage (it names no file) or a bad file.
std::expected<std::vector<DataOptions>, InputError> data_sources(
    const BacktestArguments& arguments);

std::expected<BacktestOptions, InputError> backtest_options(
    const BacktestArguments& arguments, const std::vector<DataOptions>& sources,
    const Configuration& configuration, Names& names);

}  // namespace tranchet

// A backtest of several sources: one engine, one venue, one account and one log for all of them, so
// that limits over all positions bind as they do live.
#pragma once

#include <expected>
#include <vector>

#include "backtest/run.h"

namespace tranchet {

// The data set in as few sources as it can be read: files that follow one another are one, files of
// another kind (liquidations beside bars, marks beside trades) are one of their own.
std::expected<std::vector<DataOptions>, InputError> apart_by_kind(const DataOptions& data);

// `options.beside` is not empty. Shows venue and engine moment by moment, as JoinedHistory has
// them. The instruments all have marks, or none has.
std::expected<Summary, BacktestError> run_joined(const BacktestOptions& options, Names& names);

}  // namespace tranchet

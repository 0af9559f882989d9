// One history for many lanes: each piece is read once, and the signals of a strategy are found once
// for all lanes that have the same settings of it.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <span>

#include "backtest/lane_pair.h"

namespace tranchet {

// From the first piece to the last. False: `on_rows`, called after each piece with its rows, wanted
// no more.
std::expected<bool, BacktestError> feed(History& history, std::span<LanePair> lanes,
                                        const std::function<bool(std::uint64_t)>& on_rows);

}  // namespace tranchet

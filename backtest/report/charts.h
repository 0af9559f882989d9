// Charts as SVG elements, drawn with integers. Colors come from the page's classes. Each is there
// twice, for a wide page and for a phone: the page shows one.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backtest/report/row_sample.h"

namespace tranchet {

// Equity over time with the band of its extremes, and the drawdown under it. "" of less than two
// points.
std::string equity_chart(std::span<const RowSample::Stretch> stretches, Money initial_balance);

// The price with the band of its extremes, and the fills on it: triangles up for buys, down for
// sells. "" of less than two stretches.
std::string price_chart(std::span<const PriceSample::Stretch> stretches,
                        std::span<const RowSample::Mark> marks);

// A bar a row: what and how many.
std::string bar_list(std::span<const std::pair<std::string_view, std::uint64_t>> bars);

}  // namespace tranchet

// Rows for tapes, the same for the same seed, and how to compare them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "backtest/market_data/market_data.h"

namespace tranchet {

// How the rows vary. The defaults are a quiet market of whole ticks and milliseconds.
struct RowVariety {
  std::uint64_t seed = 1;
  std::int64_t tick = 10'000'000;  // 0.1, in counts of 1e-8.
  std::int64_t most_step = 2;      // Ticks from a price to the next.
  std::int64_t time_unit = 1'000'000;
  std::int64_t most_wait = 3;  // Time units from a row to the next.
  bool odd_values = false;     // Now and then a price, size or time that is no multiple.
};

std::vector<Occurrence> made_up_trades(std::size_t count, const RowVariety& variety);
std::vector<Occurrence> made_up_marks(std::size_t count, const RowVariety& variety);
// Trades, marks, best prices, liquidations and funding rates.
std::vector<Occurrence> made_up_capture(std::size_t count, const RowVariety& variety);
std::vector<Bar> made_up_bars(std::size_t count, const RowVariety& variety);

// Of a trade or a mark, in counts of 1e-8.
std::int64_t price_of(const Occurrence& event);

// As the text of an aggTrades file: trades of whole tenths and milliseconds.
std::string agg_trades_text(const std::vector<Occurrence>& trades);

// Empty: the same. Else where they first differ.
std::string difference(const std::vector<Occurrence>& a, const std::vector<Occurrence>& b);
std::string difference(const std::vector<Bar>& a, const std::vector<Bar>& b);

}  // namespace tranchet

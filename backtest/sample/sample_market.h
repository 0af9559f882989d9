// A made-up market, the same bytes from the same seed on every machine: minutes of a coin that
// trends, rests and crashes, in the shape of a venue's kline file. For the demo and for tests that
// need a history that may be published.
#pragma once

#include <cstdint>
#include <string>

namespace tranchet {

struct SampleMarket {
  std::uint64_t seed = 20'260'105;
  int days = 7;                                      // 1 .. 7: the script of the market has seven.
  std::int64_t first_open_time = 1'767'571'200'000;  // Milliseconds: 2026-01-05T00:00:00Z.
};

// A header and one line a minute: open_time, open, high, low, close, volume, close_time,
// quote_volume, count, taker_buy_volume, taker_buy_quote_volume, ignore. Prices have three
// decimals, volumes one.
std::string sample_csv(const SampleMarket& market);

}  // namespace tranchet

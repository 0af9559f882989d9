// Rows of aggTrades, the largest files there are, read 64 characters at a time.
//
// Every character of a row is looked at once, in parallel: which are commas, which are no digits.
// Where the fields and their points are follows from the two masks, and so does that everything
// else is a digit. The six numbers of eight digits that a row is made of are then converted side by
// side. As the readers of field_scan.h, it gives up on anything unusual and decides nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "backtest/market_data/market_data.h"

namespace tranchet {

// A row of aggTrades that is nothing but digits, commas and points where they belong.
struct AggTrade {
  PlainTrade row;  // Price and quantity are positive.
  std::uint64_t id = 0;
  std::uint32_t price_decimals = 0;  // As written.
  std::uint32_t quantity_decimals = 0;
};

// agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker
class AggTradeScan {
 public:
  // Reads lines from `at` on, which ends up behind the last of them: as many as `trades` holds, up
  // to `end` or to a row that has to be read another way. Looks at 64 characters past the end of a
  // row, as a line reader allows. How many were read.
  std::size_t scan(const char*& at, const char* end, std::span<AggTrade> trades);
  // The same on any processor.
  std::size_t scan_plainly(const char*& at, const char* end, std::span<AggTrade> trades);

  // What the first digits of ids and times were worth in the row before. Those of successive rows
  // are nearly always the same, and then a comparison is all.
  struct Fronts {
    std::uint64_t id_text = 0;
    std::int64_t id_start = 0;
    std::uint64_t time_text = 0;
    std::int64_t time_start = 0;  // Epoch nanoseconds.
    std::int64_t time_unit = 0;
  };

 private:
  Fronts fronts_;
};

}  // namespace tranchet

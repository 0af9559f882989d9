// Candles of one instrument, counted from its prices: by the minute, and from those by everything
// longer.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

#include "events/decimal.h"
#include "events/time.h"

namespace tranchet::venue_server {

struct Candle {
  std::int64_t open_time = 0;   // Milliseconds, like the two below.
  std::int64_t close_time = 0;  // The last of it.
  Price open;
  Price high;
  Price low;
  Price close;
  Quantity volume;
  Money quote_volume;
  Quantity taker_buy_volume;
  Money taker_buy_quote_volume;
  std::int64_t trades = 0;
  std::int64_t first_trade = 0;
  std::int64_t last_trade = 0;
};

// Milliseconds; nullopt: no interval of the venue. "1m" to "1w"; months are not kept.
std::optional<std::int64_t> interval_length(std::string_view interval);
// When the candle that holds `time` has opened. Weeks open on Mondays.
std::int64_t candle_open(std::int64_t time, std::int64_t length);

struct CandleTrade {
  Price price;
  Quantity quantity;
  bool taker_buys = false;
  std::int64_t id = 0;
};

class Candles {
 public:
  void add(const CandleTrade& trade, std::int64_t time);
  // Of this length, opened within [from, until], the newest `limit` of them, in order of time.
  std::vector<Candle> series(std::int64_t length, std::int64_t from, std::int64_t until,
                             std::size_t limit) const;
  // What happened from `from` on, as one; nullopt: nothing.
  std::optional<Candle> since(std::int64_t from) const;

 private:
  std::deque<Candle> minutes_;  // The newest two weeks of them.
};

}  // namespace tranchet::venue_server

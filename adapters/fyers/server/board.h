// What the venue tells everybody of one symbol, from the prices it has been shown.
//
// There is no order book in the data. Where there is no best bid and ask either, they are made: the
// last price and one tick above it, and the levels behind, a tick apart.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "adapters/fyers/server/listing.h"
#include "adapters/fyers/server/market_clock.h"
#include "adapters/venue_server/candles.h"
#include "events/event.h"

namespace tranchet::fyers_venue {

inline constexpr std::size_t kDepthLevels = 5;

struct BoardLevel {
  Price price;
  Quantity quantity;
};
using BoardLevels = std::array<BoardLevel, kDepthLevels>;  // The best one first.

class Board {
 public:
  explicit Board(Listing listing) : listing_(std::move(listing)) {}

  // `market`: the market's clock. A price of a new day begins a new day.
  void observe(const EventBody& body, Timestamp market);

  const Listing& listing() const { return listing_; }
  bool has_price() const { return last_.has_value(); }
  Price last() const { return last_.value_or(Price()); }
  Price bid() const;
  Price ask() const;
  Price upper() const;  // Circuit limits.
  Price lower() const;
  Price previous_close() const { return previous_close_.value_or(last()); }
  Price open() const { return open_; }
  Price high() const { return high_; }
  Price low() const { return low_; }
  Price average() const;  // Of the day's trades, weighted.
  Quantity volume() const { return volume_; }
  Quantity last_quantity() const { return last_quantity_; }
  Timestamp last_time() const { return last_time_; }
  Timestamp feed_time() const { return feed_time_; }
  BoardLevels levels(Side side) const;
  Quantity total(Side side) const;  // Of the levels.
  // Since the previous close, as a number of two decimals.
  std::string change_percent() const;

  // ---- Bodies of answers.
  std::string quote() const;  // The object of one symbol in quotes.
  std::string depth() const;  // Likewise in depth.
  std::string master() const;
  // Rows of [epoch, o, h, l, c, v]; `seconds` >= 60; by the day: 86'400. The last one may still be
  // growing.
  std::vector<std::string> history(std::int64_t seconds, Timestamp from, Timestamp until) const;

 private:
  void on_trade(const TradePrinted& trade, Timestamp market);
  void begin_day(Price first);
  Price change() const { return last() - previous_close(); }

  Listing listing_;
  Maybe<Price> last_;
  Quantity last_quantity_;
  Timestamp last_time_;
  Timestamp feed_time_;
  Maybe<Price> bid_;
  Maybe<Price> ask_;
  Quantity bid_quantity_;
  Quantity ask_quantity_;
  std::int64_t day_ = -1;
  Maybe<Price> previous_close_;
  Price open_;
  Price high_;
  Price low_;
  Quantity volume_;
  Value value_ = 0;
  venue_server::Candles candles_;
};

}  // namespace tranchet::fyers_venue

// What the venue tells everybody of one instrument: REST bodies and the messages of streams, from
// the prices it has been shown.
//
// There is no order book in the data. Where there is no best bid and ask either, they are made: the
// last price and one tick above it. Depth is the best pair and the levels behind, a tick apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/aster/server/venue_error.h"
#include "adapters/venue_server/candles.h"
#include "backtest/venue/parameters.h"
#include "events/event.h"

namespace tranchet::aster_venue {

using venue_server::Candle;
using venue_server::candle_open;
using venue_server::Candles;
using venue_server::interval_length;

inline constexpr std::int64_t kMillisecondsOfDay = 24 * 60 * 60 * 1'000;

struct ListedSymbol {
  std::string symbol;
  InstrumentListed rules;  // With instrument.
  VenueTerms terms;
  std::string info;  // Its object in exchangeInfo, as downloaded; empty: made from the rules.
  std::string status = "TRADING";

  // "BTC" of BTCUSDT.
  std::string base() const {
    return symbol.ends_with("USDT") ? symbol.substr(0, symbol.size() - 4) : symbol;
  }
};

struct BoardTrade {
  std::int64_t id = 0;
  std::int64_t time = 0;
  Price price;
  Quantity quantity;
  bool buyer_is_maker = false;
};

class MarketBoard {
 public:
  explicit MarketBoard(ListedSymbol listed);

  void observe(const EventBody& market, std::int64_t time);
  void relist(const InstrumentListed& rules, const std::string& status);

  const ListedSymbol& listed() const { return listed_; }
  bool has_price() const { return last_ || mark_; }
  Price last_price() const { return last_ ? *last_ : mark_.value_or(Price()); }
  Price mark_price() const { return mark_ ? *mark_ : last_price(); }
  Maybe<Price> bid() const;
  Maybe<Price> ask() const;
  const std::deque<BoardTrade>& recent_trades() const { return trades_; }

  // ---- REST.
  std::string exchange_info() const;
  std::string ticker_24h(std::int64_t now) const;
  std::string price_ticker(std::int64_t now) const;
  std::string book_ticker(std::int64_t now) const;
  std::string premium_index(std::int64_t now) const;
  std::string depth(std::size_t limit, std::int64_t now) const;
  std::string trades(std::size_t limit, std::int64_t from_id) const;
  std::string agg_trades(std::size_t limit, std::int64_t from_id, std::int64_t from,
                         std::int64_t until) const;
  enum class Source : std::uint8_t { Contract = 1, Mark };
  std::string klines(Source source, std::int64_t length, std::int64_t from, std::int64_t until,
                     std::size_t limit) const;
  void append_funding(std::vector<std::string>& rows, std::int64_t from, std::int64_t until) const;

  // ---- Streams: the inner object of a message.
  std::string mark_update(std::int64_t now) const;
  std::string agg_trade_event(const BoardTrade& trade, std::int64_t now) const;
  std::string trade_event(const BoardTrade& trade, std::int64_t now) const;
  std::string book_event(std::int64_t now) const;
  std::string kline_event(std::string_view interval, std::int64_t now) const;
  std::string ticker_event(std::int64_t now) const;
  std::string mini_ticker_event(std::int64_t now) const;
  std::string partial_depth_event(std::size_t levels, std::int64_t now) const;
  // What has changed in the book since the last call; empty: nothing.
  std::string depth_change(std::int64_t now);

 private:
  struct Funding {
    std::int64_t time = 0;
    std::int64_t rate = 0;
  };
  using Levels = std::map<Price, Quantity>;

  Levels levels(Side side, std::size_t count) const;
  Quantity lot() const;
  std::int64_t next_funding(std::int64_t now) const;

  ListedSymbol listed_;
  Maybe<Price> last_;
  Maybe<Price> mark_;
  Maybe<Price> bid_;
  Maybe<Price> ask_;
  Quantity bid_quantity_;
  Quantity ask_quantity_;
  std::int64_t rate_ = 0;  // Counts of 1e-8.
  std::deque<Funding> funding_;
  std::deque<BoardTrade> trades_;  // The newest thousand.
  std::int64_t trade_count_ = 0;
  std::int64_t book_id_ = 1;   // Of the newest book.
  std::int64_t depth_id_ = 0;  // Of the newest depth_change().
  Levels sent_bids_;
  Levels sent_asks_;
  Candles candles_;
  Candles mark_candles_;
};

}  // namespace tranchet::aster_venue

// What is told of one instrument's trades and prices, to whoever asks and to whoever listens.
#include "adapters/aster/server/market_board.h"

namespace tranchet::aster_venue {
namespace {

// Of the last 24 hours; where nothing was traded, the price there is.
Candle day_of(const Candles& candles, Price price, std::int64_t now) {
  const auto day = candles.since(now - kMillisecondsOfDay);
  if (day) return *day;
  return {.open_time = now - kMillisecondsOfDay,
          .close_time = now,
          .open = price,
          .high = price,
          .low = price,
          .close = price};
}

Price weighted_average(const Candle& day) {
  if (!day.volume.is_positive()) return day.close;
  return Price::from_wide(divide_half_away(
      static_cast<Int128>(day.quote_volume.raw()) * kDecimalOne, day.volume.raw()));
}

std::string percent_change(const Candle& day) {
  if (!day.open.is_positive()) return "0";
  const Int128 change = static_cast<Int128>(day.close.raw() - day.open.raw()) * kPpmOne;
  return percent_text(static_cast<Ppm>(divide_half_away(change, day.open.raw())));
}

}  // namespace

std::string MarketBoard::ticker_24h(std::int64_t now) const {
  const Candle day = day_of(candles_, last_price(), now);
  const Quantity last_quantity = trades_.empty() ? Quantity() : trades_.back().quantity;
  return JsonObject()
      .text("symbol", listed_.symbol)
      .decimal("priceChange", day.close - day.open)
      .text("priceChangePercent", percent_change(day))
      .decimal("weightedAvgPrice", weighted_average(day))
      .decimal("prevClosePrice", day.open)
      .decimal("lastPrice", last_price())
      .decimal("lastQty", last_quantity)
      .decimal("openPrice", day.open)
      .decimal("highPrice", day.high)
      .decimal("lowPrice", day.low)
      .decimal("volume", day.volume)
      .decimal("quoteVolume", day.quote_volume)
      .number("openTime", now - kMillisecondsOfDay)
      .number("closeTime", now)
      .number("firstId", day.first_trade)
      .number("lastId", day.last_trade)
      .number("count", day.trades)
      .text("baseAsset", listed_.base())
      .text("quoteAsset", "USDT")
      .str();
}

std::string MarketBoard::ticker_event(std::int64_t now) const {
  const Candle day = day_of(candles_, last_price(), now);
  const Quantity last_quantity = trades_.empty() ? Quantity() : trades_.back().quantity;
  return JsonObject()
      .text("e", "24hrTicker")
      .number("E", now)
      .text("s", listed_.symbol)
      .decimal("p", day.close - day.open)
      .text("P", percent_change(day))
      .decimal("w", weighted_average(day))
      .decimal("c", last_price())
      .decimal("Q", last_quantity)
      .decimal("o", day.open)
      .decimal("h", day.high)
      .decimal("l", day.low)
      .decimal("v", day.volume)
      .decimal("q", day.quote_volume)
      .number("O", now - kMillisecondsOfDay)
      .number("C", now)
      .number("F", day.first_trade)
      .number("L", day.last_trade)
      .number("n", day.trades)
      .str();
}

std::string MarketBoard::mini_ticker_event(std::int64_t now) const {
  const Candle day = day_of(candles_, last_price(), now);
  return JsonObject()
      .text("e", "24hrMiniTicker")
      .number("E", now)
      .text("s", listed_.symbol)
      .decimal("c", last_price())
      .decimal("o", day.open)
      .decimal("h", day.high)
      .decimal("l", day.low)
      .decimal("v", day.volume)
      .decimal("q", day.quote_volume)
      .str();
}

std::string MarketBoard::price_ticker(std::int64_t now) const {
  return JsonObject()
      .text("symbol", listed_.symbol)
      .decimal("price", last_price())
      .number("time", now)
      .str();
}

std::string MarketBoard::book_ticker(std::int64_t now) const {
  return JsonObject()
      .text("symbol", listed_.symbol)
      .decimal("bidPrice", bid().value_or(Price()))
      .decimal("bidQty", bid_quantity_.is_positive() ? bid_quantity_ : lot())
      .decimal("askPrice", ask().value_or(Price()))
      .decimal("askQty", ask_quantity_.is_positive() ? ask_quantity_ : lot())
      .number("time", now)
      .str();
}

std::string MarketBoard::book_event(std::int64_t now) const {
  return JsonObject()
      .text("e", "bookTicker")
      .number("u", book_id_)
      .number("E", now)
      .number("T", now)
      .text("s", listed_.symbol)
      .decimal("b", bid().value_or(Price()))
      .decimal("B", bid_quantity_.is_positive() ? bid_quantity_ : lot())
      .decimal("a", ask().value_or(Price()))
      .decimal("A", ask_quantity_.is_positive() ? ask_quantity_ : lot())
      .str();
}

std::string MarketBoard::premium_index(std::int64_t now) const {
  return JsonObject()
      .text("symbol", listed_.symbol)
      .decimal("markPrice", mark_price())
      .decimal("indexPrice", mark_price())
      .decimal("estimatedSettlePrice", mark_price())
      .text("lastFundingRate", decimal_text(rate_))
      .text("interestRate", "0.00010000")
      .number("nextFundingTime", next_funding(now))
      .number("time", now)
      .str();
}

std::string MarketBoard::mark_update(std::int64_t now) const {
  return JsonObject()
      .text("e", "markPriceUpdate")
      .number("E", now)
      .text("s", listed_.symbol)
      .decimal("p", mark_price())
      .decimal("i", mark_price())
      .decimal("P", mark_price())
      .text("r", decimal_text(rate_))
      .number("T", next_funding(now))
      .str();
}

std::string MarketBoard::trades(std::size_t limit, std::int64_t from_id) const {
  std::vector<std::string> rows;
  for (const BoardTrade& trade : trades_) {
    if (trade.id < from_id) continue;
    rows.push_back(JsonObject()
                       .number("id", trade.id)
                       .decimal("price", trade.price)
                       .decimal("qty", trade.quantity)
                       .decimal("quoteQty", to_money(value_of(trade.price, trade.quantity)))
                       .number("time", trade.time)
                       .flag("isBuyerMaker", trade.buyer_is_maker)
                       .str());
  }
  const bool from_the_end = from_id == 0;
  if (rows.size() > limit) {
    const auto surplus = static_cast<std::ptrdiff_t>(rows.size() - limit);
    rows.erase(from_the_end ? rows.begin() : rows.end() - surplus,
               from_the_end ? rows.begin() + surplus : rows.end());
  }
  return json_array(rows);
}

std::string MarketBoard::agg_trades(std::size_t limit, std::int64_t from_id, std::int64_t from,
                                    std::int64_t until) const {
  std::vector<std::string> rows;
  for (const BoardTrade& trade : trades_) {
    if (trade.id < from_id || trade.time < from || trade.time > until) continue;
    rows.push_back(JsonObject()
                       .number("a", trade.id)
                       .decimal("p", trade.price)
                       .decimal("q", trade.quantity)
                       .number("f", trade.id)
                       .number("l", trade.id)
                       .number("T", trade.time)
                       .flag("m", trade.buyer_is_maker)
                       .str());
  }
  if (rows.size() > limit)
    rows.erase(rows.begin(), rows.end() - static_cast<std::ptrdiff_t>(limit));
  return json_array(rows);
}

std::string MarketBoard::agg_trade_event(const BoardTrade& trade, std::int64_t now) const {
  return JsonObject()
      .text("e", "aggTrade")
      .number("E", now)
      .text("s", listed_.symbol)
      .number("a", trade.id)
      .decimal("p", trade.price)
      .decimal("q", trade.quantity)
      .number("f", trade.id)
      .number("l", trade.id)
      .number("T", trade.time)
      .flag("m", trade.buyer_is_maker)
      .str();
}

std::string MarketBoard::trade_event(const BoardTrade& trade, std::int64_t now) const {
  return JsonObject()
      .text("e", "trade")
      .number("E", now)
      .number("T", trade.time)
      .text("s", listed_.symbol)
      .number("t", trade.id)
      .decimal("p", trade.price)
      .decimal("q", trade.quantity)
      .text("X", "MARKET")
      .flag("m", trade.buyer_is_maker)
      .str();
}

std::string MarketBoard::kline_event(std::string_view interval, std::int64_t now) const {
  const std::int64_t length = interval_length(interval).value_or(60'000);
  const auto found = candles_.series(length, candle_open(now, length), now, 1);
  if (found.empty()) return "";
  const Candle& candle = found.front();
  const std::string inner = JsonObject()
                                .number("t", candle.open_time)
                                .number("T", candle.close_time)
                                .text("s", listed_.symbol)
                                .text("i", interval)
                                .number("f", candle.first_trade)
                                .number("L", candle.last_trade)
                                .decimal("o", candle.open)
                                .decimal("c", candle.close)
                                .decimal("h", candle.high)
                                .decimal("l", candle.low)
                                .decimal("v", candle.volume)
                                .number("n", candle.trades)
                                .flag("x", now >= candle.close_time)
                                .decimal("q", candle.quote_volume)
                                .decimal("V", candle.taker_buy_volume)
                                .decimal("Q", candle.taker_buy_quote_volume)
                                .text("B", "0")
                                .str();
  return JsonObject()
      .text("e", "kline")
      .number("E", now)
      .text("s", listed_.symbol)
      .json("k", inner)
      .str();
}

}  // namespace tranchet::aster_venue

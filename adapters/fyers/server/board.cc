#include "adapters/fyers/server/board.h"

#include <algorithm>
#include <limits>

#include "adapters/venue_server/json_text.h"

namespace tranchet::fyers_venue {
namespace {

using venue_server::Candle;
using venue_server::JsonObject;

constexpr Ppm kCircuit = 200'000;  // 20 %
// Candles of a day begin with the session, 09:15 in India: 03:45 UTC.
constexpr std::int64_t kSessionOpen = (3 * 60 + 45) * 60;
constexpr std::int64_t kPaisa = kDecimalOne / 100;

Price to_paisa(Price price) {
  return Price::from_wide(divide_half_away(price.raw(), kPaisa) * kPaisa);
}

// When the candle that holds the second has opened: intraday ones count from the session's opening,
// a day's is at midnight UTC, as the venue has it.
std::int64_t candle_open(std::int64_t second, std::int64_t length) {
  const std::int64_t midnight = second / kSecondsOfDay * kSecondsOfDay;
  if (length >= kSecondsOfDay) return midnight;
  const std::int64_t since = second - midnight - kSessionOpen;
  return midnight + kSessionOpen + static_cast<std::int64_t>(divide_floor(since, length)) * length;
}

std::string candle_row(std::int64_t open_time, const Candle& candle) {
  return "[" + std::to_string(open_time) + "," + to_text(candle.open) + "," + to_text(candle.high) +
         "," + to_text(candle.low) + "," + to_text(candle.close) + "," + to_text(candle.volume) +
         "]";
}

std::string level_rows(const BoardLevels& levels) {
  std::vector<std::string> rows;
  for (const BoardLevel& level : levels) {
    rows.push_back(JsonObject()
                       .decimal_number("price", level.price)
                       .decimal_number("volume", level.quantity)
                       .number("ord", level.price.is_positive() ? 1 : 0)
                       .str());
  }
  return venue_server::json_array(rows);
}

}  // namespace

void Board::observe(const EventBody& body, Timestamp market) {
  if (const auto* trade = std::get_if<TradePrinted>(&body)) {
    on_trade(*trade, market);
  } else if (const auto* book = std::get_if<BookTop>(&body)) {
    bid_ = book->bid_price.is_positive() ? Maybe<Price>(book->bid_price) : std::nullopt;
    ask_ = book->ask_price.is_positive() ? Maybe<Price>(book->ask_price) : std::nullopt;
    bid_quantity_ = book->bid_quantity;
    ask_quantity_ = book->ask_quantity;
  } else {
    return;
  }
  feed_time_ = market;
}

void Board::begin_day(Price first) {
  previous_close_ = last_ ? last_ : listing_.previous_close;
  if (!previous_close_) previous_close_ = first;
  open_ = high_ = low_ = first;
  volume_ = Quantity();
  value_ = 0;
}

void Board::on_trade(const TradePrinted& trade, Timestamp market) {
  const std::int64_t day = india_day(market);
  if (day != day_) begin_day(trade.price);
  day_ = day;
  last_ = trade.price;
  last_time_ = market;
  // Shares are whole; a bar's volume is told in quarters.
  last_quantity_ = floor_to(trade.quantity.value_or(Quantity()), Quantity::from_raw(kDecimalOne));
  high_ = std::max(high_, trade.price);
  low_ = std::min(low_, trade.price);
  volume_ += last_quantity_;
  value_ += value_of(trade.price, last_quantity_);
  candles_.add({.price = trade.price,
                .quantity = last_quantity_,
                .taker_buys = trade.aggressor == 1,
                .id = 0},
               market.nanoseconds() / 1'000'000);
}

Price Board::bid() const {
  if (bid_ || !last_) return bid_.value_or(Price());
  return std::max(floor_to(last(), listing_.tick), listing_.tick);
}

Price Board::ask() const {
  if (ask_ || !last_) return ask_.value_or(Price());
  return bid() + listing_.tick;
}

Price Board::upper() const {
  if (listing_.upper) return *listing_.upper;
  const Int128 raw = static_cast<Int128>(previous_close().raw()) * (kPpmOne + kCircuit) / kPpmOne;
  return floor_to(Price::from_wide(raw), listing_.tick);
}

Price Board::lower() const {
  if (listing_.lower) return *listing_.lower;
  const Int128 raw = static_cast<Int128>(previous_close().raw()) * (kPpmOne - kCircuit) / kPpmOne;
  return ceil_to(Price::from_wide(raw), listing_.tick);
}

Price Board::average() const {
  if (!volume_.is_positive()) return last();
  return to_paisa(Price::from_wide(divide_half_away(value_, volume_.raw())));
}

BoardLevels Board::levels(Side side) const {
  BoardLevels result;
  Price price = side == Side::Buy ? bid() : ask();
  const Quantity top = side == Side::Buy ? bid_quantity_ : ask_quantity_;
  for (std::size_t level = 0; level < kDepthLevels && price.is_positive(); ++level) {
    const bool known = level == 0 && top.is_positive();
    result[level] = {price, known ? top : Quantity::from_raw(listing_.lot.raw() * 100)};
    price = side == Side::Buy ? price - listing_.tick : price + listing_.tick;
  }
  return result;
}

Quantity Board::total(Side side) const {
  Quantity sum;
  for (const BoardLevel& level : levels(side)) sum += level.quantity;
  return sum;
}

std::string Board::change_percent() const {
  if (!previous_close().is_positive()) return "0";
  const Int128 hundredths =
      divide_half_away(static_cast<Int128>(change().raw()) * 10'000, previous_close().raw());
  return decimal_text(static_cast<std::int64_t>(hundredths) * kPaisa);
}

std::string Board::quote() const {
  const std::string inner = JsonObject()
                                .decimal_number("ch", change())
                                .json("chp", change_percent())
                                .decimal_number("lp", last())
                                .decimal_number("spread", ask() - bid())
                                .decimal_number("ask", ask())
                                .decimal_number("bid", bid())
                                .decimal_number("open_price", open_)
                                .decimal_number("high_price", high_)
                                .decimal_number("low_price", low_)
                                .decimal_number("prev_close_price", previous_close())
                                .decimal_number("atp", average())
                                .decimal_number("volume", volume_)
                                .text("short_name", listing_.short_name())
                                .text("exchange", listing_.exchange_name())
                                .text("description", listing_.symbol)
                                .text("original_name", listing_.symbol)
                                .text("symbol", listing_.symbol)
                                .text("fyToken", listing_.fy_token)
                                .text("tt", std::to_string(india_day(last_time_) * kSecondsOfDay))
                                .str();
  return JsonObject().text("n", listing_.symbol).text("s", "ok").json("v", inner).str();
}

std::string Board::depth() const {
  return JsonObject()
      .decimal_number("totalbuyqty", total(Side::Buy))
      .decimal_number("totalsellqty", total(Side::Sell))
      .json("bids", level_rows(levels(Side::Buy)))
      .json("ask", level_rows(levels(Side::Sell)))
      .decimal_number("o", open_)
      .decimal_number("h", high_)
      .decimal_number("l", low_)
      .decimal_number("c", previous_close())
      .json("chp", change_percent())
      .decimal_number("tick_Size", listing_.tick)
      .decimal_number("ch", change())
      .decimal_number("ltq", last_quantity_)
      .number("ltt", epoch_seconds(last_time_))
      .decimal_number("ltp", last())
      .decimal_number("v", volume_)
      .decimal_number("atp", average())
      .decimal_number("lower_ckt", lower())
      .decimal_number("upper_ckt", upper())
      .text("expiry", "")
      .number("oi", 0)
      .flag("oiflag", false)
      .number("pdoi", 0)
      .json("oipercent", "0.0")
      .str();
}

std::string Board::master() const {
  return master_entry(listing_, has_price() ? upper() : Price(), has_price() ? lower() : Price(),
                      previous_close());
}

std::vector<std::string> Board::history(std::int64_t seconds, Timestamp from,
                                        Timestamp until) const {
  constexpr std::int64_t kMinute = 60'000;
  std::vector<std::string> rows;
  std::int64_t open_time = -1;
  Candle grown;
  const auto finish = [&] {
    const Timestamp time = Timestamp::from_nanoseconds(open_time * 1'000'000'000);
    if (open_time >= 0 && time >= from && time <= until) {
      rows.push_back(candle_row(open_time, grown));
    }
  };
  for (const Candle& minute : candles_.series(kMinute, 0, std::numeric_limits<std::int64_t>::max(),
                                              std::numeric_limits<std::size_t>::max() / 2)) {
    const std::int64_t opens = candle_open(minute.open_time / 1'000, seconds);
    if (opens != open_time) {
      finish();
      open_time = opens;
      grown = minute;
      continue;
    }
    grown.high = std::max(grown.high, minute.high);
    grown.low = std::min(grown.low, minute.low);
    grown.close = minute.close;
    grown.volume += minute.volume;
  }
  finish();
  return rows;
}

}  // namespace tranchet::fyers_venue

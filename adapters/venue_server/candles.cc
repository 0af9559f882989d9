#include "adapters/venue_server/candles.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tranchet::venue_server {
namespace {

constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kDay = 24 * 60 * kMinute;
constexpr std::int64_t kWeek = 7 * kDay;
constexpr std::size_t kMinutesKept = 14 * 24 * 60;

void extend(Candle& candle, const Candle& more) {
  candle.high = std::max(candle.high, more.high);
  candle.low = std::min(candle.low, more.low);
  candle.close = more.close;
  candle.volume += more.volume;
  candle.quote_volume += more.quote_volume;
  candle.taker_buy_volume += more.taker_buy_volume;
  candle.taker_buy_quote_volume += more.taker_buy_quote_volume;
  candle.trades += more.trades;
  candle.last_trade = more.last_trade;
}

}  // namespace

std::optional<std::int64_t> interval_length(std::string_view interval) {
  constexpr auto kLengths = std::to_array<std::pair<std::string_view, std::int64_t>>({
      {"1m", kMinute},
      {"3m", 3 * kMinute},
      {"5m", 5 * kMinute},
      {"15m", 15 * kMinute},
      {"30m", 30 * kMinute},
      {"1h", kDay / 24},
      {"2h", kDay / 12},
      {"4h", kDay / 6},
      {"6h", kDay / 4},
      {"8h", kDay / 3},
      {"12h", kDay / 2},
      {"1d", kDay},
      {"3d", 3 * kDay},
      {"1w", kWeek},
  });
  const auto* found =
      std::ranges::find(kLengths, interval, &std::pair<std::string_view, std::int64_t>::first);
  if (found == kLengths.end()) return std::nullopt;
  return found->second;
}

std::int64_t candle_open(std::int64_t time, std::int64_t length) {
  // 1970-01-05 was a Monday.
  const std::int64_t origin = length == kWeek ? 4 * kDay : 0;
  return (time - origin) / length * length + origin;
}

void Candles::add(const CandleTrade& trade, std::int64_t time) {
  const Money value = to_money(value_of(trade.price, trade.quantity));
  const std::int64_t open_time = candle_open(time, kMinute);
  const Candle single{.open_time = open_time,
                      .close_time = open_time + kMinute - 1,
                      .open = trade.price,
                      .high = trade.price,
                      .low = trade.price,
                      .close = trade.price,
                      .volume = trade.quantity,
                      .quote_volume = value,
                      .taker_buy_volume = trade.taker_buys ? trade.quantity : Quantity(),
                      .taker_buy_quote_volume = trade.taker_buys ? value : Money(),
                      .trades = 1,
                      .first_trade = trade.id,
                      .last_trade = trade.id};
  if (!minutes_.empty() && minutes_.back().open_time >= open_time) {
    extend(minutes_.back(), single);
    return;
  }
  minutes_.push_back(single);
  if (minutes_.size() > kMinutesKept) minutes_.pop_front();
}

std::vector<Candle> Candles::series(std::int64_t length, std::int64_t from, std::int64_t until,
                                    std::size_t limit) const {
  std::vector<Candle> result;
  for (const Candle& minute : minutes_) {
    const std::int64_t open_time = candle_open(minute.open_time, length);
    if (open_time < from || open_time > until) continue;
    if (!result.empty() && result.back().open_time == open_time) {
      extend(result.back(), minute);
      continue;
    }
    result.push_back(minute);
    result.back().open_time = open_time;
    result.back().close_time = open_time + length - 1;
  }
  if (result.size() > limit) {
    result.erase(result.begin(), result.end() - static_cast<std::ptrdiff_t>(limit));
  }
  return result;
}

std::optional<Candle> Candles::since(std::int64_t from) const {
  std::optional<Candle> whole;
  for (auto at = minutes_.rbegin(); at != minutes_.rend() && at->close_time >= from; ++at) {
    if (!whole) {
      whole = *at;
      continue;
    }
    Candle joined = *at;
    extend(joined, *whole);
    whole = joined;
  }
  return whole;
}

}  // namespace tranchet::venue_server

#include "backtest/sample/sample_market.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "events/ensure.h"

namespace tranchet {
namespace {

constexpr int kMinutesADay = 1'440;
constexpr int kTicksAMinute = 12;
constexpr int kDays = 7;
constexpr std::int64_t kMillisecondsAMinute = 60'000;
constexpr std::int64_t kMicro = 1'000'000;  // The price is walked in millionths ...
constexpr std::int64_t kTickSize = 1'000;   // ... and quoted in thousandths.
constexpr std::int64_t kFirstPrice = 42 * kMicro;

// What the market does from a minute on, until the next row.
struct Regime {
  int first_minute;
  std::int64_t drift;       // Parts per million an hour.
  std::int64_t volatility;  // Typical size of one of the twelve moves of a minute, in ppm.
  std::int64_t activity;    // Volume against a quiet minute, in percent.
};
constexpr int minute(int day, int hour, int minute_of_hour = 0) {
  return day * kMinutesADay + hour * 60 + minute_of_hour;
}
constexpr auto kScript = std::to_array<Regime>({
    {minute(0, 0), 300, 230, 100},            // A quiet Monday.
    {minute(1, 7), 3'500, 300, 160},          // A rise of 7 % until the evening.
    {minute(1, 20), -500, 220, 100},          //
    {minute(2, 13, 12), -150'000, 900, 900},  // First crash: 12 % in 45 minutes,
    {minute(2, 13, 57), 35'000, 550, 500},    // half of it back by the afternoon.
    {minute(2, 16), 0, 320, 200},             //
    {minute(3, 9), -2'500, 260, 130},         // A slow bleed: dips that pay, one after the other.
    {minute(4, 2), 1'500, 280, 120},          //
    {minute(5, 3, 30), -60'000, 650, 600},    // Second crash, in three legs:
    {minute(5, 4, 20), 40'000, 500, 400},     // a bounce that fools,
    {minute(5, 4, 50), -110'000, 1'000, 1'100},  // the fall,
    {minute(5, 5, 50), 12'000, 500, 400},        // and a recovery that lasts the day.
    {minute(5, 13), 1'500, 320, 200},            //
    {minute(6, 6), -1'000, 240, 100},            //
    {minute(6, 15), 25'000, 450, 350},    // A squeeze upward, so that shorts have a turn too.
    {minute(6, 16, 30), -500, 250, 120},  //
});

// A counter, well mixed (three xor-shift-multiply rounds). Integers only: a standard distribution
// differs between libraries.
class Random {
 public:
  explicit Random(std::uint64_t seed) : counter_(seed) {}
  std::uint64_t next() {
    counter_ += 0x9E37'79B9'7F4A'7C15;
    std::uint64_t mixed = counter_;
    mixed = (mixed ^ (mixed >> 32)) * 0xD6E8'FEB8'6659'FD93;
    mixed = (mixed ^ (mixed >> 29)) * 0xA24B'AED4'963E'E407;
    return mixed ^ (mixed >> 32);
  }
  std::int64_t below(std::int64_t bound) {
    return static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(bound));
  }
  // The sum of four even draws: a bell from -2,000 to 2,000 with a deviation of 577.
  std::int64_t bell() {
    std::int64_t sum = -2'000;
    for (int draw = 0; draw < 4; ++draw) sum += below(1'001);
    return sum;
  }

 private:
  std::uint64_t counter_;
};

struct Minute {
  std::int64_t open = 0;
  std::int64_t high = 0;
  std::int64_t low = 0;
  std::int64_t close = 0;
  std::int64_t volume = 0;        // Tenths of a coin.
  std::int64_t taker_volume = 0;  // The part of it that buyers took.
  std::int64_t trades = 0;
};

std::int64_t to_tick(std::int64_t price) {
  return price / kTickSize * kTickSize;
}

Minute walk_minute(const Regime& regime, std::int64_t& price, Random& random) {
  Minute result;
  result.open = result.high = result.low = to_tick(price);
  for (int tick = 0; tick < kTicksAMinute; ++tick) {
    // In parts per billion: a drift of 300 ppm an hour is less than one ppm a move.
    const std::int64_t noise = random.bell() * regime.volatility * 1'000 / 577;
    const std::int64_t move = noise + regime.drift * 1'000 / (60 * kTicksAMinute);
    price = std::max(price + price * move / (1'000 * kMicro), kTickSize);
    result.high = std::max(result.high, to_tick(price));
    result.low = std::min(result.low, to_tick(price));
  }
  result.close = to_tick(price);
  result.volume = (600 + random.below(4'000)) * regime.activity / 100;
  // Rising minutes are bought, falling ones sold.
  const std::int64_t share = 40 + random.below(11) + (result.close >= result.open ? 10 : 0);
  result.taker_volume = result.volume * share / 100;
  result.trades = 10 + result.volume / 40 + random.below(30);
  return result;
}

// `count` units of 10^-places, with all its decimals.
void append_decimal(std::int64_t count, int places, std::string& out) {
  std::int64_t one = 1;
  for (int place = 0; place < places; ++place) one *= 10;
  out += std::to_string(count / one);
  out += '.';
  const std::string decimals = std::to_string(count % one);
  out.append(static_cast<std::size_t>(places) - decimals.size(), '0');
  out += decimals;
}

void append_row(const Minute& row, std::int64_t open_time, std::string& out) {
  // Tenths of a coin x millionths, at the middle of the bar, cut to hundredths.
  const std::int64_t middle = (row.high + row.low) / 2;
  const auto quote = [middle](std::int64_t volume) { return volume * middle / 100'000; };
  out += std::to_string(open_time);
  for (const std::int64_t price : {row.open, row.high, row.low, row.close}) {
    out += ',';
    append_decimal(price / kTickSize, 3, out);
  }
  out += ',';
  append_decimal(row.volume, 1, out);
  out += ',' + std::to_string(open_time + kMillisecondsAMinute - 1) + ',';
  append_decimal(quote(row.volume), 2, out);
  out += ',' + std::to_string(row.trades) + ',';
  append_decimal(row.taker_volume, 1, out);
  out += ',';
  append_decimal(quote(row.taker_volume), 2, out);
  out += ",0\n";
}

}  // namespace

std::string sample_csv(const SampleMarket& market) {
  ENSURE(market.days >= 1 && market.days <= kDays);
  std::string out =
      "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,"
      "taker_buy_quote_volume,ignore\n";
  Random random(market.seed);
  std::int64_t price = kFirstPrice;
  std::size_t regime = 0;
  for (int at = 0; at < market.days * kMinutesADay; ++at) {
    if (regime + 1 < kScript.size() && kScript[regime + 1].first_minute == at) ++regime;
    const Minute row = walk_minute(kScript[regime], price, random);
    append_row(row, market.first_open_time + at * kMillisecondsAMinute, out);
  }
  return out;
}

}  // namespace tranchet

#include "adapters/gateway/candles.h"

#include <algorithm>
#include <array>

namespace tranchet {
namespace {

// Each divides the next, so that candles merge whole.
constexpr auto kSeconds = std::to_array<std::int64_t>(
    {1, 5, 15, 60, 300, 900, 3'600, 14'400, 86'400, 604'800, 6'048'000});

}  // namespace

Duration Candles::interval() const {
  return Duration::seconds(kSeconds[step_]);
}

Timestamp Candles::start_of(Timestamp time) const {
  const std::int64_t length = interval().count();
  return Timestamp::from_nanoseconds(time.nanoseconds() / length * length);
}

void Candles::widen() {
  if (step_ + 1 == kSeconds.size()) return;
  ++step_;
  std::vector<Candle> wider;
  for (const Candle& candle : candles_) {
    const Timestamp start = start_of(candle.start);
    if (wider.empty() || wider.back().start != start) {
      wider.push_back(candle);
      wider.back().start = start;
      continue;
    }
    Candle& last = wider.back();
    last.high = std::max(last.high, candle.high);
    last.low = std::min(last.low, candle.low);
    last.close = candle.close;
  }
  candles_ = std::move(wider);
  end_ = candles_.back().start + interval();
}

void Candles::add(Price price, Timestamp time) {
  if (!candles_.empty() && time < end_) {
    Candle& last = candles_.back();
    last.high = std::max(last.high, price);
    last.low = std::min(last.low, price);
    last.close = price;
    return;
  }
  const Timestamp start = start_of(time);
  candles_.push_back({.start = start, .open = price, .high = price, .low = price, .close = price});
  end_ = start + interval();
  while (candles_.size() > kMost && step_ + 1 < kSeconds.size()) widen();
}

}  // namespace tranchet

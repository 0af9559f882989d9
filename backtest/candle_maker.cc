#include "backtest/candle_maker.h"

#include <algorithm>

namespace tranchet {

void CandleMaker::add(Price price, Maybe<Quantity> quantity, Timestamp time) {
  if (!candle_) {
    const std::int64_t length = length_.count();
    const auto since = static_cast<std::int64_t>(divide_floor((time - origin_).count(), length));
    candle_ = CandleClosed{.instrument = instrument_,
                           .seconds = static_cast<std::uint32_t>(length / 1'000'000'000),
                           .opened = origin_ + Duration::nanoseconds(since * length),
                           .open = price,
                           .high = price,
                           .low = price,
                           .close = price};
  }
  ENSURE(time >= candle_->opened && time < *end());
  candle_->high = std::max(candle_->high, price);
  candle_->low = std::min(candle_->low, price);
  candle_->close = price;
  if (quantity) candle_->volume = candle_->volume.value_or(Quantity()) + *quantity;
}

std::optional<Timestamp> CandleMaker::end() const {
  if (!candle_) return std::nullopt;
  return candle_->opened + length_;
}

CandleClosed CandleMaker::take() {
  ENSURE(candle_.has_value());
  const CandleClosed candle = *candle_;
  candle_.reset();
  return candle;
}

}  // namespace tranchet

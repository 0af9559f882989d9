// Trades into candles.
#include <gtest/gtest.h>

#include "backtest/candle_maker.h"

namespace tranchet {
namespace {

using namespace literals;

constexpr InstrumentId kShare{1};

Timestamp at(const std::string& time) {
  return *parse_time("2024-01-02T" + time + "+05:30");
}

// The hour from 09:15, not that from 09:00: the grid goes through the start of the session.
TEST(CandleMaker, MakesCandlesOnTheGridOfTheSession) {
  CandleMaker maker(kShare, Duration::hours(1), Timestamp() + Duration::minutes(555 - 330));
  EXPECT_FALSE(maker.end());
  maker.add(600_px, 10_qty, at("09:15:00"));
  maker.add(605_px, {}, at("09:40:00"));
  maker.add(598_px, 5_qty, at("10:00:00"));
  maker.add(601_px, 1_qty, at("10:14:59.999"));
  ASSERT_EQ(maker.end(), at("10:15:00"));
  const CandleClosed candle = maker.take();
  EXPECT_EQ(candle.instrument, kShare);
  EXPECT_EQ(candle.seconds, 3'600U);
  EXPECT_EQ(candle.opened, at("09:15:00"));
  EXPECT_EQ(candle.open, 600_px);
  EXPECT_EQ(candle.high, 605_px);
  EXPECT_EQ(candle.low, 598_px);
  EXPECT_EQ(candle.close, 601_px);
  EXPECT_EQ(*candle.volume, 16_qty);
  EXPECT_FALSE(maker.end());
}

TEST(CandleMaker, AStretchWithoutTradesHasNone) {
  CandleMaker maker(kShare, Duration::minutes(5), Timestamp());
  maker.add(600_px, {}, at("09:16:00"));
  EXPECT_EQ(maker.take().opened, at("09:15:00"));
  maker.add(610_px, {}, at("11:59:59"));
  const CandleClosed next = maker.take();
  EXPECT_EQ(next.opened, at("11:55:00"));
  EXPECT_EQ(next.open, 610_px);
  EXPECT_FALSE(next.volume);
}

}  // namespace
}  // namespace tranchet

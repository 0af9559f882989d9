// How a lane turns prices into events: the four points of a bar, which extreme comes first, and
// that the venue sees a price before the engine does.
#include "backtest/lane.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/replay/memory_log.h"

namespace tranchet {
namespace {

using namespace literals;

class LaneTest : public testing::Test {
 protected:
  LaneTest() : coin_(names_.instrument("BTCUSDT")) {
    for (const auto& [setting, value] : std::initializer_list<std::pair<Setting, std::int64_t>>{
             {Setting::MarkSource, static_cast<std::int64_t>(MarkSourceChoice::Trade)},
             {Setting::InstantTakeProfitEnabled, 0},
             {Setting::BackstopEnabled, 0},
             {Setting::TakeProfit, kPpmOne / 100},
             {Setting::StopLoss, kPpmOne / 100 * 2}}) {
      settings_.set(setting, InstrumentId::None, value);
    }
  }

  std::unique_ptr<Lane> open(BarPath path) {
    log_ = MemoryLog();
    LaneOptions options{.opening = {.settings = settings_,
                                    .instruments = {{.tick_size = 0.1_px,
                                                     .step_size = 0.001_qty,
                                                     .symbol = names_.intern("BTCUSDT"),
                                                     .instrument = coin_}}},
                        .simulation = {.initial_balance = 10'000_usd,
                                       .latency = latency_,
                                       .mark_from_trades = true},
                        .path = path,
                        .journal = {.log = &log_, .durability = Durability::AtClose}};
    auto lane = std::make_unique<Lane>(options, names_);
    EXPECT_TRUE(lane->open(options.opening, minute(0), names_));
    return lane;
  }
  // A bar of the given minute.
  static Bar bar(int number, Price open, Price high, Price low, Price close) {
    return {.open_time = minute(number),
            .close_time = minute(number) + Duration::nanoseconds(59'999'000'000),
            .open = open,
            .high = high,
            .low = low,
            .close = close,
            .volume = 4_qty};
  }
  static Timestamp minute(int number) {
    return parse_time("2026-01-01T00:00:00Z").value() +
           Duration::nanoseconds(number * 60'000'000'000LL);
  }
  // Buys 0.01 at 45000 in the first minute, and is done with it before the next.
  void buy(Lane& lane) {
    ASSERT_TRUE(lane.take(coin_, bar(0, 45000_px, 45000_px, 45000_px, 45000_px)));
    ASSERT_TRUE(lane.take({minute(0) + Duration::nanoseconds(59'999'500'000),
                           EntrySignal{.quantity = 0.01_qty,
                                       .instrument = coin_,
                                       .side = Side::Buy,
                                       .order_type = OrderType::Market}}));
    ASSERT_TRUE(lane.take(coin_, bar(1, 45000_px, 45000_px, 45000_px, 45000_px)));
  }
  std::vector<Price> prices_of(int number) const {
    std::vector<Price> prices;
    for (const Event& event : log_.all<TradePrinted>()) {
      if (event.time >= minute(number)) {
        prices.push_back(std::get<TradePrinted>(event.body).price);
      }
    }
    return prices;
  }

  Names names_;
  Settings settings_;
  InstrumentId coin_;
  Duration latency_ = Duration::nanoseconds(50'000'000);
  MemoryLog log_;
};

TEST_F(LaneTest, ABarIsFourPricesAThirdOfItsTimeApartWithAQuarterOfItsVolume) {
  const auto lane = open(BarPath::Pessimistic);
  ASSERT_TRUE(lane->take(coin_, bar(0, 45000_px, 45100_px, 44900_px, 45050_px)));
  ASSERT_TRUE(lane->finish(minute(1)));
  const auto trades = log_.all<TradePrinted>();
  ASSERT_EQ(trades.size(), 4U);
  EXPECT_EQ(prices_of(0), (std::vector{45000_px, 44900_px, 45100_px, 45050_px}));
  EXPECT_EQ(to_text(trades[0].time), "2026-01-01T00:00:00Z");
  EXPECT_EQ(to_text(trades[1].time), "2026-01-01T00:00:19.999666666Z");
  EXPECT_EQ(to_text(trades[2].time), "2026-01-01T00:00:39.999333332Z");
  EXPECT_EQ(to_text(trades[3].time), "2026-01-01T00:00:59.999Z");
  for (const Event& trade : trades) {
    EXPECT_EQ(std::get<TradePrinted>(trade.body).quantity, Maybe<Quantity>(1_qty));
  }
}

TEST_F(LaneTest, TheOptimisticPathTakesTheOtherExtremeFirst) {
  const auto lane = open(BarPath::Optimistic);
  ASSERT_TRUE(lane->take(coin_, bar(0, 45000_px, 45100_px, 44900_px, 45050_px)));
  ASSERT_TRUE(lane->finish(minute(1)));
  EXPECT_EQ(prices_of(0), (std::vector{45000_px, 45100_px, 44900_px, 45050_px}));
}

// Take-profit 45450, stop 44100: a bar from 44000 to 45500 holds both.
TEST_F(LaneTest, ABarThatHoldsBothTargetsIsAmbiguousAndEndsByItsPath) {
  const auto exits = [&](BarPath path) {
    const auto lane = open(path);
    buy(*lane);
    EXPECT_EQ(lane->ambiguous_bars(), 0U);
    EXPECT_TRUE(lane->take(coin_, bar(2, 45000_px, 45500_px, 44000_px, 45000_px)));
    EXPECT_EQ(lane->ambiguous_bars(), 1U);
    auto result = lane->finish(minute(3));
    EXPECT_TRUE(result);
    return result.value_or(AccountResult());
  };
  const AccountResult pessimistic = exits(BarPath::Pessimistic);
  EXPECT_EQ(pessimistic.exits_by(ExitReason::StopLoss), 1U);
  EXPECT_EQ(pessimistic.trades, 1U);
  // The stop is a market order: it fills at the low that set it off.
  EXPECT_EQ(to_text(pessimistic.realized_pnl), "-10");
  const AccountResult optimistic = exits(BarPath::Optimistic);
  EXPECT_EQ(optimistic.exits_by(ExitReason::TakeProfit), 1U);
  EXPECT_EQ(optimistic.trades, 1U);
  EXPECT_EQ(to_text(optimistic.realized_pnl), "4.5");
}

TEST_F(LaneTest, ABarThatHoldsOneTargetIsNotAmbiguous) {
  const auto lane = open(BarPath::Pessimistic);
  buy(*lane);
  ASSERT_TRUE(lane->take(coin_, bar(2, 45000_px, 45500_px, 44900_px, 45000_px)));
  EXPECT_EQ(lane->ambiguous_bars(), 0U);
  EXPECT_EQ(lane->finish(minute(3)).value_or(AccountResult()).trades, 1U);
}

TEST_F(LaneTest, TheVenueSeesAPriceBeforeTheEngine) {
  latency_ = Duration();  // Else its word arrives after the price.
  const auto lane = open(BarPath::Optimistic);
  buy(*lane);
  ASSERT_TRUE(lane->take(coin_, bar(2, 45000_px, 45500_px, 45000_px, 45000_px)));
  ASSERT_TRUE(lane->finish(minute(3)));
  // The take-profit's fill, and the end of the stop, are in front of the price that filled it.
  const auto price = std::ranges::find_if(log_.kept, [](const Event& event) {
    const auto* trade = std::get_if<TradePrinted>(&event.body);
    return trade != nullptr && trade->price == 45500_px;
  });
  ASSERT_NE(price, log_.kept.end());
  const auto fills = log_.all<OrderFilled>();
  ASSERT_EQ(fills.size(), 2U);
  EXPECT_EQ(std::get<OrderFilled>(fills[1].body).price, 45450_px);
  EXPECT_EQ(fills[1].time, price->time);
  EXPECT_LT(fills[1].sequence, price->sequence);
}

TEST_F(LaneTest, ShortPositionsRiseFirstOnThePessimisticPath) {
  const auto lane = open(BarPath::Pessimistic);
  ASSERT_TRUE(lane->take(coin_, bar(0, 45000_px, 45000_px, 45000_px, 45000_px)));
  ASSERT_TRUE(lane->take({minute(0) + Duration::nanoseconds(59'999'500'000),
                          EntrySignal{.quantity = 0.01_qty,
                                      .instrument = coin_,
                                      .side = Side::Sell,
                                      .order_type = OrderType::Market}}));
  ASSERT_TRUE(lane->take(coin_, bar(1, 45000_px, 45000_px, 45000_px, 45000_px)));
  ASSERT_TRUE(lane->take(coin_, bar(2, 45000_px, 45100_px, 44900_px, 45050_px)));
  ASSERT_TRUE(lane->finish(minute(3)));
  EXPECT_EQ(prices_of(2), (std::vector{45000_px, 45100_px, 44900_px, 45050_px}));
}

}  // namespace
}  // namespace tranchet

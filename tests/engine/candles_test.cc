// The average true range against exact fractions, and what tranches make of it.
#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <random>
#include <vector>

#include "engine/engine.h"

namespace tranchet {
namespace {

using namespace literals;
using Fraction = boost::multiprecision::cpp_rational;

constexpr InstrumentId kShare{1};

Settings with_targets(TargetsChoice targets) {
  Settings settings;
  settings.set(Setting::Targets, InstrumentId::None, static_cast<std::int64_t>(targets));
  settings.set(Setting::TradeValue, InstrumentId::None, 100'000 * kDecimalOne);
  settings.set(Setting::MaxPositionValue, InstrumentId::None, 10'000'000 * kDecimalOne);
  settings.set(Setting::MaxTotalValue, InstrumentId::None, 10'000'000 * kDecimalOne);
  return settings;
}

class Desk {
 public:
  explicit Desk(const Settings& settings) : engine_(settings, 1) {
    apply(RunStarted{.account = 1});
    apply(InstrumentListed{.tick_size = 0.05_px, .step_size = 1_qty, .instrument = kShare});
  }
  std::vector<Command> apply(const EventBody& body) {
    Output output;
    engine_.apply({next(engine_.last_sequence()), now_, body}, output);
    return output.commands;
  }
  void candle(Price high, Price low, Price close, std::uint32_t seconds = 300) {
    opened_ = opened_ + Duration::seconds(seconds);
    apply(CandleClosed{.instrument = kShare,
                       .seconds = seconds,
                       .opened = opened_,
                       .open = close,
                       .high = high,
                       .low = low,
                       .close = close});
  }
  // Fourteen candles of 2 each: the ATR is 2.
  void warm_up() {
    for (int n = 0; n < 14; ++n) candle(601_px, 599_px, 600_px);
  }
  std::vector<Command> buy(Quantity quantity, TargetChoice choice = TargetChoice::Keep,
                           Maybe<Price> target = {}, Maybe<Price> stop = {}) {
    return apply(EntrySignal{.quantity = quantity,
                             .take_profit_price = target,
                             .stop_loss_price = stop,
                             .instrument = kShare,
                             .side = Side::Buy,
                             .order_type = OrderType::Market,
                             .take_profit = choice,
                             .stop_loss = choice});
  }
  void fill(const std::vector<Command>& commands, Price price) {
    for (const Command& command : commands) {
      const auto* order = std::get_if<SubmitOrder>(&command);
      if (order == nullptr || order->purpose != Purpose::Entry) continue;
      apply(OrderFilled{.order = order->order,
                        .trade = TradeId{++trades_},
                        .quantity = order->quantity,
                        .price = price});
    }
  }
  const Tranche& tranche(std::size_t index = 0) const {
    return state().position({kShare, PositionSide::Long}).tranches.at(index);
  }
  const State& state() const { return engine_.state(); }
  std::optional<Value> range() const { return average_true_range(state(), kShare); }

 private:
  Engine engine_;
  Timestamp now_ = Timestamp::from_nanoseconds(1'700'000'000'000'000'000);
  Timestamp opened_;
  std::uint64_t trades_ = 0;
};

std::optional<EntryRefusal> refusal_in(const std::vector<Command>& commands) {
  for (const Command& command : commands) {
    if (const auto* refused = std::get_if<EntryRefused>(&command)) return refused->reason;
  }
  return std::nullopt;
}

// Wilder's definition, word for word, in fractions that lose nothing.
std::vector<Fraction> exact_ranges(const std::vector<std::array<std::int64_t, 3>>& candles,
                                   int period) {
  std::vector<Fraction> ranges;
  Fraction average = 0;
  for (std::size_t at = 0; at < candles.size(); ++at) {
    const auto [high, low, close] = candles[at];
    std::int64_t range = high - low;
    if (at > 0) {
      const std::int64_t before = candles[at - 1][2];
      range = std::max({range, std::abs(high - before), std::abs(low - before)});
    }
    const int seen = static_cast<int>(at) + 1;
    if (seen <= period) {
      average += Fraction(range) / period;
    } else {
      average = (average * (period - 1) + range) / period;
    }
    ranges.push_back(average);
  }
  return ranges;
}

TEST(AverageTrueRange, IsWildersToWithinHalfAPeriodOfItsLastPlace) {
  for (const int period : {1, 2, 14, 100}) {
    Settings settings;
    settings.set(Setting::AtrPeriod, InstrumentId::None, period);
    Desk desk(settings);
    std::mt19937_64 random(static_cast<unsigned>(period));
    const auto below = [&](std::int64_t limit) {
      return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(limit));
    };
    std::vector<std::array<std::int64_t, 3>> candles;
    std::vector<std::optional<Value>> ranges;
    std::int64_t price = 60'000'000'000;
    for (int n = 0; n < 260; ++n) {
      price += below(600'000'001) - 300'000'000;
      const std::int64_t low = price - below(400'000'001), high = price + below(400'000'001);
      candles.push_back({high, low, low + below(high - low + 1)});
      price = candles.back()[2];
      desk.candle(Price::from_raw(high), Price::from_raw(low), Price::from_raw(price));
      ranges.push_back(desk.range());
    }
    const std::vector<Fraction> exact = exact_ranges(candles, period);
    for (std::size_t n = 0; n < ranges.size(); ++n) {
      ASSERT_EQ(ranges[n].has_value(), n + 1 >= static_cast<std::size_t>(period)) << n;
      if (!ranges[n]) continue;
      const Fraction ours{boost::multiprecision::cpp_int(*ranges[n])};
      EXPECT_LE(abs(ours - exact[n] * kDecimalOne), Fraction(period + 1, 2))
          << "period " << period << ", candle " << n;
    }
  }
}

TEST(AverageTrueRange, CountsTheGapToTheCandleBefore) {
  Settings settings;
  settings.set(Setting::AtrPeriod, InstrumentId::None, 1);
  Desk desk(settings);
  desk.candle(601_px, 599_px, 600_px);
  EXPECT_EQ(*desk.range(), Value{2} * kDecimalOne * kDecimalOne);
  desk.candle(611_px, 610_px, 610_px);
  EXPECT_EQ(*desk.range(), Value{11} * kDecimalOne * kDecimalOne);
}

TEST(AverageTrueRange, TakesEachCandleOnceAndOnlyThoseOfItsLength) {
  Desk desk{Settings()};
  desk.warm_up();
  const Value before = *desk.range();
  desk.candle(700_px, 500_px, 600_px, 60);
  EXPECT_EQ(*desk.range(), before);
  CandleClosed again{.instrument = kShare,
                     .seconds = 300,
                     .opened = desk.state().instrument(kShare).candles.opened,
                     .open = 600_px,
                     .high = 900_px,
                     .low = 100_px,
                     .close = 600_px};
  desk.apply(again);
  EXPECT_EQ(*desk.range(), before);
  again.opened = again.opened + Duration::minutes(5);
  desk.apply(again);
  EXPECT_GT(*desk.range(), before);
}

TEST(AverageTrueRange, BeginsAnewUnderAnotherPeriodOrLength) {
  Desk desk{Settings()};
  desk.warm_up();
  desk.apply(ConfigChanged{.setting = Setting::AtrPeriod, .value = 2});
  EXPECT_FALSE(desk.range());
  desk.candle(601_px, 599_px, 600_px);
  EXPECT_FALSE(desk.range());
  desk.candle(603_px, 599_px, 600_px);
  EXPECT_EQ(*desk.range(), Value{3} * kDecimalOne * kDecimalOne);
  desk.apply(ConfigChanged{.setting = Setting::CandleInterval, .value = 60'000'000'000});
  EXPECT_FALSE(desk.range());
}

// ATR 2: the stop 1.5 x 2 below, the take-profit 3 x 2 above.
TEST(TargetsByRange, StandTheirMultiplesAwayFromTheAverage) {
  Desk desk(with_targets(TargetsChoice::Atr));
  desk.warm_up();
  desk.apply(MarkPrice{kShare, 600_px});
  desk.fill(desk.buy(100_qty), 600_px);
  EXPECT_EQ(*desk.tranche().stop.price, 597_px);
  EXPECT_EQ(*desk.tranche().target.price, 606_px);
}

// They move with the average; the distance stays that of the opening whatever the candles do.
TEST(TargetsByRange, KeepTheDistanceOfTheOpening) {
  Desk desk(with_targets(TargetsChoice::Atr));
  desk.warm_up();
  desk.apply(MarkPrice{kShare, 600_px});
  desk.fill(desk.buy(100_qty), 600_px);
  for (int n = 0; n < 50; ++n) desk.candle(620_px, 580_px, 600_px);
  desk.apply(MarkPrice{kShare, 599_px});
  desk.fill(desk.buy(100_qty), 599_px);
  EXPECT_EQ(desk.tranche().quantity, 200_qty);
  EXPECT_EQ(*desk.tranche().stop.price, 596.5_px);
  EXPECT_EQ(*desk.tranche().target.price, 605.5_px);
}

TEST(TargetsByRange, ANewTrancheHasTheRangeOfItsOwnOpening) {
  Desk desk(with_targets(TargetsChoice::Atr));
  desk.warm_up();
  desk.apply(MarkPrice{kShare, 600_px});
  desk.fill(desk.buy(100_qty), 600_px);
  for (int n = 0; n < 14; ++n) desk.candle(604_px, 600_px, 602_px);
  desk.apply(MarkPrice{kShare, 560_px});
  const Value range = *desk.range();
  desk.fill(desk.buy(100_qty), 560_px);
  ASSERT_GT(desk.tranche(1).ordinal, 0U);
  EXPECT_EQ(*desk.tranche(1).stop_loss_distance, distance_of(range, 1'500'000));
  EXPECT_EQ(*desk.tranche(0).stop_loss_distance, 3_px);
}

TEST(TargetsByRange, TooFewCandlesRefuseTheEntryByName) {
  Desk desk(with_targets(TargetsChoice::Atr));
  desk.apply(MarkPrice{kShare, 600_px});
  for (int n = 0; n < 13; ++n) desk.candle(601_px, 599_px, 600_px);
  EXPECT_EQ(refusal_in(desk.buy(100_qty)), EntryRefusal::MissingCandles);
  desk.candle(601_px, 599_px, 600_px);
  EXPECT_EQ(refusal_in(desk.buy(100_qty)), std::nullopt);
}

// A market that does not move says nothing about where a stop belongs.
TEST(TargetsByRange, CandlesThatDoNotMoveAreNone) {
  Desk desk(with_targets(TargetsChoice::Atr));
  desk.apply(MarkPrice{kShare, 600_px});
  for (int n = 0; n < 20; ++n) desk.candle(600_px, 600_px, 600_px);
  EXPECT_EQ(refusal_in(desk.buy(100_qty)), EntryRefusal::MissingCandles);
}

TEST(TargetsByRange, HandSetTargetsNeedNoCandles) {
  Desk desk(with_targets(TargetsChoice::Atr));
  desk.apply(MarkPrice{kShare, 600_px});
  const auto commands = desk.buy(100_qty, TargetChoice::AtPrice, 610_px, 595_px);
  EXPECT_EQ(refusal_in(commands), std::nullopt);
}

TEST(TargetsByRange, OrByPercentageWhileThereAreTooFewCandles) {
  Desk desk(with_targets(TargetsChoice::AtrOrPercent));
  desk.apply(MarkPrice{kShare, 600_px});
  desk.fill(desk.buy(100_qty), 600_px);
  EXPECT_EQ(*desk.tranche().stop.price, 570_px);
  EXPECT_EQ(*desk.tranche().target.price, 606_px);
}

TEST(TargetsByRange, AShortStandsMirrored) {
  Desk desk(with_targets(TargetsChoice::Atr));
  desk.warm_up();
  desk.apply(MarkPrice{kShare, 600_px});
  const auto commands = desk.apply(EntrySignal{.quantity = 10_qty,
                                               .instrument = kShare,
                                               .side = Side::Sell,
                                               .order_type = OrderType::Market});
  desk.fill(commands, 600.02_px);
  const Tranche& tranche = desk.state().position({kShare, PositionSide::Short}).tranches.at(0);
  EXPECT_EQ(*tranche.stop.price, 603_px);    // 603.02 to the nearest tick.
  EXPECT_EQ(*tranche.target.price, 594_px);  // 594.02.
}

}  // namespace
}  // namespace tranchet

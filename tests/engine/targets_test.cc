// Where targets stand and how orders are sliced, as tables whose numbers were worked out by hand.
#include "engine/targets.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tranchet {
namespace {

using namespace literals;

struct TargetRow {
  const char* shows;
  Price average;
  Quantity quantity;
  bool above;
  Ppm fraction;
  Price tick;
  const char* price;  // "": below one tick.
};

class TargetPrice : public testing::TestWithParam<TargetRow> {};

TEST_P(TargetPrice, IsOnTheTickByTheRule) {
  const TargetRow& row = GetParam();
  const auto price = target_price(value_of(row.average, row.quantity), row.quantity, row.above,
                                  row.fraction, row.tick);
  EXPECT_EQ(price ? to_text(*price) : "", row.price) << row.shows;
}

INSTANTIATE_TEST_SUITE_P(
    Rows, TargetPrice,
    testing::Values(
        TargetRow{"the worked example", 45'000_px, 0.1_qty, true, 10'000, 0.1_px, "45450"},
        TargetRow{"its stop", 45'000_px, 0.1_qty, false, 500'000, 0.1_px, "22500"},
        TargetRow{"averaged in", 44'850_px, 0.15_qty, true, 10'000, 0.1_px, "45298.5"},
        TargetRow{"its stop", 44'850_px, 0.15_qty, false, 500'000, 0.1_px, "22425"},
        TargetRow{"down to the nearest", 100.2_px, 1_qty, true, 10'000, 0.1_px, "101.2"},
        TargetRow{"up to the nearest", 100.7_px, 1_qty, true, 10'000, 0.1_px, "101.7"},
        TargetRow{"a tie above goes down, toward the average: 95.95", 95_px, 1_qty, true, 10'000,
                  0.1_px, "95.9"},
        TargetRow{"a tie below goes up, toward the average: 90.25", 95_px, 1_qty, false, 50'000,
                  0.1_px, "90.3"},
        TargetRow{"one count above a tie is none: 95.95000001", 95.00000001_px, 1_qty, true, 10'000,
                  0.1_px, "96"},
        TargetRow{"rounds onto the average from above: one tick out", 100_px, 1_qty, true, 10'000,
                  5_px, "105"},
        TargetRow{"rounds onto the average from below: one tick out", 100_px, 1_qty, false, 10'000,
                  5_px, "95"},
        TargetRow{"101.01 rounds to 100, across 100.01: one tick out", 100.01_px, 1_qty, true,
                  10'000, 5_px, "105"},
        TargetRow{"102.96 rounds to 105, across 104: one tick out", 104_px, 1_qty, false, 10'000,
                  5_px, "100"},
        TargetRow{"the least fraction, 0.0001 %, is one tick", 100_px, 1_qty, true, 1, 0.1_px,
                  "100.1"},
        TargetRow{"half a tick rounds toward the average, that is up", 1_px, 1_qty, false, 950'000,
                  0.1_px, "0.1"},
        TargetRow{"below one tick there is none", 0.3_px, 1_qty, false, 990'000, 0.1_px, ""},
        TargetRow{"one tick out of 1 tick is 0: none", 0.1_px, 1_qty, false, 10'000, 0.1_px, ""},
        TargetRow{"large counts: 80 billion at 0.001", 80'000'000'000_px, 0.001_qty, true, 10'000,
                  1_px, "80800000000"},
        TargetRow{"above what a price holds: none", 90'000'000'000_px, 0.001_qty, true, 500'000,
                  1_px, ""}));

TEST(TargetPriceOfAnAverageBetweenCounts, IsExact) {
  // 100, 100, 100.00000001: the average is 100.00000000333..., TP 1 % is 101.00000000336... At a
  // tick of 1e-8 the nearest is 101; a rounded average would say the same, a truncated product
  // would not.
  const Value cost = value_of(100_px, 2_qty) + value_of(100.00000001_px, 1_qty);
  EXPECT_EQ(to_text(*target_price(cost, 3_qty, true, 10'000, 0.00000001_px)), "101");
  // The stop 0.0001 % below: 99.9999000033..., to 99.9999.
  EXPECT_EQ(to_text(*target_price(cost, 3_qty, false, 1, 0.00000001_px)), "99.9999");
}

TEST(PriceByHand, GoesToTheNearestTickTieTowardTheAverage) {
  const Value cost = value_of(100_px, 2_qty);
  EXPECT_EQ(rounded_toward(103.27_px, cost, 2_qty, 0.1_px), 103.3_px);
  EXPECT_EQ(rounded_toward(103.25_px, cost, 2_qty, 0.1_px), 103.2_px);
  EXPECT_EQ(rounded_toward(94.35_px, cost, 2_qty, 0.1_px), 94.4_px);
  EXPECT_EQ(rounded_toward(0.04_px, cost, 2_qty, 0.1_px), std::nullopt);
}

TEST(AverageForPeople, RoundsHalfAwayFromZero) {
  EXPECT_EQ(rounded_average(value_of(100_px, 2_qty) + value_of(100.00000001_px, 1_qty), 3_qty),
            100_px);
  EXPECT_EQ(rounded_average(value_of(100_px, 1_qty) + value_of(100.00000001_px, 1_qty), 2_qty),
            100.00000001_px);
  EXPECT_EQ(rounded_average(0, Quantity()), Price());
}

TEST(Reaches, EqualityCounts) {
  EXPECT_TRUE(reaches_target(PositionSide::Long, 101_px, 101_px));
  EXPECT_FALSE(reaches_target(PositionSide::Long, 100.9_px, 101_px));
  EXPECT_TRUE(reaches_target(PositionSide::Short, 99_px, 99_px));
  EXPECT_FALSE(reaches_target(PositionSide::Short, 99.1_px, 99_px));
  EXPECT_TRUE(reaches_stop(PositionSide::Long, 95_px, 95_px));
  EXPECT_FALSE(reaches_stop(PositionSide::Long, 95.1_px, 95_px));
  EXPECT_TRUE(reaches_stop(PositionSide::Short, 105_px, 105_px));
  EXPECT_FALSE(reaches_stop(PositionSide::Short, 104.9_px, 105_px));
  // 95 x 0.995 = 94.525; 105 x 1.005 = 105.525.
  EXPECT_TRUE(reaches_backstop(PositionSide::Long, 94.525_px, 95_px, 5'000));
  EXPECT_FALSE(reaches_backstop(PositionSide::Long, 94.52500001_px, 95_px, 5'000));
  EXPECT_TRUE(reaches_backstop(PositionSide::Short, 105.525_px, 105_px, 5'000));
  EXPECT_FALSE(reaches_backstop(PositionSide::Short, 105.52499999_px, 105_px, 5'000));
}

std::string text_of(const Slices& quantities) {
  std::string text;
  for (const Quantity quantity : quantities) {
    text += (text.empty() ? "" : " ") + to_text(quantity);
  }
  return text;
}

TEST(LeastQuantity, IsTheLargestOfStepMinimumAndNotional) {
  const InstrumentListed rules{
      .step_size = 0.1_qty, .min_quantity = 0.25_qty, .min_notional = 5_usd};
  EXPECT_EQ(least_quantity(rules, 100_px), 0.3_qty);  // 0.25 up to the step.
  EXPECT_EQ(least_quantity(rules, 10_px), 0.5_qty);   // 5 USDT at 10.
  EXPECT_EQ(least_quantity(rules, 9_px), 0.6_qty);    // 0.5556 up to the step.
  EXPECT_EQ(least_quantity({.step_size = 0.1_qty}, 10_px), 0.1_qty);
}

TEST(Slices, AreAtMostTheLargestAndTheLastBorrows) {
  const InstrumentListed rules{.step_size = 0.5_qty, .min_quantity = 1_qty};
  const auto sliced = [&](Quantity quantity, Quantity largest) {
    return text_of(slices(quantity, largest, rules, 100_px));
  };
  EXPECT_EQ(sliced(240.5_qty, 120_qty), "120 119.5 1");
  EXPECT_EQ(sliced(240_qty, 120_qty), "120 120");
  EXPECT_EQ(sliced(120_qty, 120_qty), "120");
  EXPECT_EQ(sliced(0.5_qty, 120_qty), "0.5");
  EXPECT_EQ(sliced(500_qty, 0_qty), "500");    // No limit.
  EXPECT_EQ(sliced(500_qty, 0.4_qty), "500");  // None in whole steps.
  // A largest that is no whole number of steps: 120 of 120.4.
  EXPECT_EQ(sliced(120_qty, 120.4_qty), "120");
  EXPECT_EQ(sliced(120.5_qty, 120.4_qty), "119.5 1");
  EXPECT_EQ(sliced(120.25_qty, 120.4_qty), "119 1.25");
  // Borrowing would empty the slice before: the last stays as it is.
  EXPECT_EQ(text_of(slices(1.5_qty, 1_qty, {.step_size = 0.5_qty, .min_quantity = 2_qty}, 100_px)),
            "1 0.5");
}

}  // namespace
}  // namespace tranchet

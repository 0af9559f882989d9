// What the database says of positions against what the venue holds: the venue wins.
#include "adapters/legacy/adoption_plan.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace tranchet::legacy {
namespace {

using namespace literals;

BotTranche stored(std::uint32_t ordinal, Quantity quantity, Price average,
                  std::optional<PositionSide> side = PositionSide::Long,
                  const std::string& symbol = "BTCUSDT") {
  return {.symbol = symbol,
          .side = side,
          .ordinal = ordinal,
          .quantity = quantity,
          .average = average,
          .row = "row " + symbol + " " + std::to_string(ordinal)};
}

class Case {
 public:
  Case& ladder(std::vector<BotTranche> tranches) {
    database_.tranches = std::move(tranches);
    return *this;
  }
  Case& venue(Quantity quantity, Price average, PositionSide side = PositionSide::Long) {
    survey_.positions.push_back(
        {.symbol = "BTCUSDT", .side = side, .quantity = quantity, .average = average});
    return *this;
  }
  Case& order(std::int64_t number, const std::string& symbol = "BTCUSDT", OrderId id = {}) {
    survey_.orders.push_back({.number = number,
                              .id = id,
                              .symbol = symbol,
                              .position_side = PositionSide::Long,
                              .side = Side::Sell,
                              .type = OrderType::StopMarket,
                              .remaining = 1_qty,
                              .stop_price = 90_px});
    return *this;
  }
  Case& named(std::int64_t number, const std::string& symbol = "BTCUSDT") {
    database_.orders[number] = {number, symbol, BotOrderRole::StopLoss};
    return *this;
  }
  // "0: 0.15 at 44850; 1: 0.08 at 42300"
  std::string tranches() {
    ExchangeInfo rules;
    rules.symbols.push_back({.symbol = "BTCUSDT", .status = "TRADING", .rules = {}});
    rules.symbols.back().rules.step_size = 0.001_qty;
    plan = plan_adoption(&database_, &survey_, &rules);
    std::string text;
    for (const PlannedTranche& tranche : plan.tranches) {
      text += (text.empty() ? "" : "; ") + std::to_string(tranche.ordinal) +
              (tranche.side == PositionSide::Short ? " short" : "") + ": " +
              to_text(tranche.quantity) + " at " + to_text(tranche.average);
    }
    return text;
  }
  bool tells(std::string_view what) const {
    return std::ranges::any_of(plan.remarks, [what](const std::string& remark) {
      return remark.find(what) != std::string::npos;
    });
  }

  AdoptionPlan plan;

 private:
  BotDatabase database_;
  aster::AccountSurvey survey_;
};

TEST(AdoptionPlan, ALadderThatTheVenueAgreesWithIsTakenAsItIs) {
  Case world;
  world.ladder({stored(1, 0.08_qty, 42300_px), stored(0, 0.15_qty, 44850_px)})
      .venue(0.23_qty, 43963.0435_px);
  EXPECT_EQ(world.tranches(), "0: 0.15 at 44850; 1: 0.08 at 42300");
  EXPECT_TRUE(world.plan.remarks.empty()) << world.plan.remarks.front();
}

TEST(AdoptionPlan, TheVenueHoldsLess) {
  Case world;
  world.ladder({stored(0, 0.15_qty, 44850_px), stored(1, 0.08_qty, 44800_px)})
      .venue(0.2_qty, 44837.5_px);
  EXPECT_EQ(world.tranches(), "0: 0.15 at 44850; 1: 0.05 at 44800");
  EXPECT_TRUE(world.tells("the database says 0.23, the venue holds 0.2"));
}

TEST(AdoptionPlan, TheVenueHoldsMore) {
  Case world;
  // 0.3 at 43000 in all; what is not in the ladder cost 41150.
  world.ladder({stored(0, 0.15_qty, 44850_px)}).venue(0.3_qty, 43000_px);
  EXPECT_EQ(world.tranches(), "0: 0.15 at 44850; 1: 0.15 at 41150");
  EXPECT_TRUE(world.tells("0.15 at 41150 is not in the database: it becomes tranche 1"));
}

// After a restart the bot takes the plain mean of its entries' limit prices (D15).
TEST(AdoptionPlan, AveragesThatAreMadeUpAreNotBelieved) {
  Case world;
  world.ladder({stored(0, 0.15_qty, 44850_px), stored(1, 0.08_qty, 44850_px)})
      .venue(0.23_qty, 43963_px);
  EXPECT_EQ(world.tranches(), "0: 0.23 at 43963");
  EXPECT_TRUE(world.tells("do not come out at the venue's entry price"));
}

// An update that was meant for another symbol (D7): no price of the rest makes sense.
TEST(AdoptionPlan, ALadderWithAnotherSymbolsNumbersIsNotBelieved) {
  Case world;
  world.ladder({stored(0, 0.001_qty, 3000_px)}).venue(0.002_qty, 45000_px);
  EXPECT_EQ(world.tranches(), "0: 0.002 at 45000");
}

TEST(AdoptionPlan, OnlyOneOfTheTwoKnowsThePosition) {
  Case world;
  world
      .ladder({stored(0, 0.1_qty, 45000_px, PositionSide::Short),
               stored(2, 7_qty, 3_px, PositionSide::Long, "GONEUSDT")})
      .venue(0.4_qty, 44000_px);
  EXPECT_EQ(world.tranches(), "0: 0.4 at 44000");
  EXPECT_TRUE(world.tells("BTCUSDT Long: 0.4 at 44000 is not in the database"));
  EXPECT_TRUE(world.tells("row BTCUSDT 0: 0.1 at 45000 is not held by the venue: dropped"));
  EXPECT_TRUE(world.tells("row GONEUSDT 2: 7 at 3 is not held by the venue: dropped"));
}

TEST(AdoptionPlan, InOneWayModeTheVenueSaysTheSide) {
  Case world;
  world.ladder({stored(0, 0.1_qty, 45000_px, std::nullopt)})
      .venue(0.1_qty, 45000_px, PositionSide::Short);
  EXPECT_EQ(world.tranches(), "0 short: 0.1 at 45000");
}

TEST(AdoptionPlan, FloatingPointNeverMakesAnOddLot) {
  Case world;
  world.ladder({stored(0, 0.14999999_qty, 44850_px), stored(1, 0.0004_qty, 44850_px)})
      .venue(0.15_qty, 44850_px);
  EXPECT_EQ(world.tranches(), "0: 0.15 at 44850");
  EXPECT_TRUE(world.tells("0.0004 is less than the venue's step"));
}

TEST(AdoptionPlan, OrdersAreTheBotsOnlyIfItsDatabaseNamesThem) {
  Case world;
  world.order(1).order(2).order(3).order(4, "BTCUSDT",
                                         make_order_id({.account = 1, .sequence = Sequence{9}}));
  world.named(1).named(3, "ETHUSDT").named(77);
  world.tranches();
  ASSERT_EQ(world.plan.bots_orders.size(), 1u);
  EXPECT_EQ(world.plan.bots_orders[0].number, 1);
  EXPECT_EQ(world.plan.bots_orders[0].text, "Sell 1 StopMarket at 90");
  ASSERT_EQ(world.plan.others_orders.size(), 2u);
  EXPECT_TRUE(world.tells("order 3: is of BTCUSDT, and the database has it under ETHUSDT"));
  ASSERT_EQ(world.plan.own_orders.size(), 1u);
  EXPECT_EQ(world.plan.own_orders[0].number, 4);
}

TEST(AdoptionPlan, WithoutTheVenueTheLadderIsAClaim) {
  BotDatabase database;
  database.tranches = {stored(1, 0.1_qty, 45000_px), stored(0, 0.1_qty, 45000_px),
                       stored(0, 0.1_qty, 45000_px, std::nullopt)};
  const AdoptionPlan plan = plan_adoption(&database, nullptr, nullptr);
  ASSERT_EQ(plan.tranches.size(), 2u);
  EXPECT_EQ(plan.tranches[0].ordinal, 0u);
  ASSERT_EQ(plan.remarks.size(), 1u);
  EXPECT_NE(plan.remarks[0].find("only the venue can say"), std::string::npos);
}

}  // namespace
}  // namespace tranchet::legacy

// Other people on the same account, and the venue that takes from it.
#include <gtest/gtest.h>

#include <vector>

#include "tests/backtest/venue/venue_story.h"

namespace tranchet {
namespace {

using namespace literals;

constexpr PositionKey kShort{kCoin, PositionSide::Short};

std::vector<OrderFilled> fills_of(VenueStory& story) {
  std::vector<Occurrence> out;
  story.venue().advance(story.now(), out);
  std::vector<OrderFilled> fills;
  for (const Occurrence& occurrence : out) {
    if (const auto* fill = std::get_if<OrderFilled>(&occurrence.body)) fills.push_back(*fill);
  }
  return fills;
}

// ---- At once.

TEST(ForeignMarket, InHedgeModeOpensItsBookAndFillsNoMoreThanIsHeld) {
  VenueStory story;
  EXPECT_TRUE(story.venue().foreign_market(kLong, Side::Buy, 2_qty, story.now()));
  EXPECT_TRUE(story.venue().foreign_market(kShort, Side::Sell, 1_qty, story.now()));
  EXPECT_EQ(story.answers(), "Foreign Buy Long 2 @ 100; Foreign Sell Short 1 @ 100");
  EXPECT_TRUE(story.venue().foreign_market(kLong, Side::Sell, 3_qty, story.now()));
  EXPECT_EQ(story.answers(), "Foreign Sell Long 2 @ 100");
  EXPECT_FALSE(story.venue().foreign_market(kLong, Side::Sell, 1_qty, story.now()));
  EXPECT_EQ(story.answers(), "");
  EXPECT_EQ(story.venue().position(kShort).quantity, 1_qty);
}

// Each row changes one book, so what turns the position is two.
TEST(ForeignMarket, InOneWayModeATurnIsToldBookByBook) {
  VenueStory story(story_parameters(PositionMode::OneWay));
  EXPECT_TRUE(story.venue().foreign_market(kLong, Side::Buy, 2_qty, story.now()));
  EXPECT_TRUE(story.venue().foreign_market(kLong, Side::Sell, 3_qty, story.now()));
  const std::vector<OrderFilled> fills = fills_of(story);
  ASSERT_EQ(fills.size(), 3U);
  EXPECT_EQ(told(fills[0]), "Foreign Buy Long 2 @ 100");
  EXPECT_EQ(told(fills[1]), "Foreign Sell Long 2 @ 100");
  EXPECT_EQ(told(fills[2]), "Foreign Sell Short 1 @ 100");
  EXPECT_NE(fills[1].trade, fills[2].trade);
  EXPECT_EQ(fills[1].fee, 0.1_usd);
  EXPECT_EQ(fills[2].fee, 0.05_usd);
  EXPECT_EQ(story.venue().position(kLong).quantity, 0_qty);
  EXPECT_EQ(story.venue().position(kShort).quantity, 1_qty);
  EXPECT_EQ(story.venue().balance(), 10'000_usd - 0.25_usd);
}

TEST(ForeignMarket, FillsAreOfNoOrderAndPayTheirFee) {
  VenueStory story;
  story.venue().foreign_market(kLong, Side::Buy, 2_qty, story.now());
  const std::vector<OrderFilled> fills = fills_of(story);
  ASSERT_EQ(fills.size(), 1U);
  EXPECT_EQ(fills[0].order, OrderId::None);
  EXPECT_EQ(fills[0].origin, FillOrigin::Foreign);
  EXPECT_EQ(fills[0].instrument, kCoin);
  EXPECT_EQ(fills[0].trade, TradeId{1});
  EXPECT_EQ(fills[0].fee, 0.1_usd);
  EXPECT_EQ(story.venue().balance(), 10'000_usd - 0.1_usd);
  EXPECT_EQ(story.venue().position(kLong), (VenuePosition{2_qty, value_of(100_px, 2_qty)}));
}

TEST(ForeignMarket, KeepsTheRulesOfTheVenue) {
  VenueStory story;
  EXPECT_FALSE(story.venue().foreign_market(kLong, Side::Buy, 0.05_qty, story.now()));
  EXPECT_FALSE(story.venue().foreign_market(kLong, Side::Buy, 100.1_qty, story.now()));
  for (int count = 0; count < 9; ++count) {
    EXPECT_TRUE(story.venue().foreign_market(kLong, Side::Buy, 100_qty, story.now()));
  }
  EXPECT_FALSE(story.venue().foreign_market(kLong, Side::Buy, 100_qty, story.now()));  // Margin.
  EXPECT_FALSE(story.venue().foreign_market({InstrumentId{9}, PositionSide::Long}, Side::Buy, 1_qty,
                                            story.now()));
}

// 50 ms there and back: our order of 1 ms arrives at 26 ms, before somebody sells at 26 ms.
TEST(ForeignMarket, ComesAfterWhatHasArrivedAndIsHeardOfLater) {
  SimulationParameters parameters = story_parameters();
  parameters.latency = Duration::milliseconds(50);
  VenueStory story(parameters);
  story.send("Buy Long Market 1");
  story.wait(Duration::milliseconds(25));
  EXPECT_TRUE(story.venue().foreign_market(kLong, Side::Sell, 1_qty, story.now()));
  EXPECT_EQ(story.timed_answers(), "");
  story.wait(Duration::milliseconds(25));
  EXPECT_EQ(story.timed_answers(),
            "51 Accepted; 51 Filled 1 @ 100 Taker; 51 Foreign Sell Long 1 @ 100");
}

// Long 90 at 100, 995.5 left, mark 89.5. 20 sold at 85 leave 995.5 - 300 - 0.85 - 70 x 10.5 < 0.
TEST(ForeignMarket, MayBringAboutALiquidation) {
  SimulationParameters parameters = story_parameters();
  parameters.initial_balance = 1'000_usd;
  VenueStory story(parameters);
  story.send("Buy Long Market 90");
  story.prices("m89.5 t85");
  EXPECT_EQ(story.answers(), "Accepted; Filled 90 @ 100 Taker");
  EXPECT_TRUE(story.venue().foreign_market(kLong, Side::Sell, 20_qty, story.now()));
  EXPECT_EQ(story.answers(), "Foreign Sell Long 20 @ 85; Liquidated Long 70 @ 89.5");
}

// ---- Resting.

TEST(ForeignOrders, RestBesideOursAndFillUnderNoOrder) {
  VenueStory story;
  EXPECT_TRUE(story.foreign("Buy Long Limit 2 at 99"));
  story.send("Buy Long Limit 1 at 99");
  EXPECT_EQ(story.answers(), "Accepted");
  EXPECT_EQ(story.venue().open_orders().size(), 1U);
  story.prices("t99");
  EXPECT_EQ(story.answers(), "Foreign Buy Long 2 @ 99; Filled 1 @ 99 Maker");
  EXPECT_EQ(story.venue().acceptances(OrderId::None), 0U);
}

TEST(ForeignOrders, AreShownByASnapshotUnderNoOrder) {
  VenueStory story;
  story.send("Buy Long Market 1");
  story.foreign("Sell Long TakeProfitMarket 1 stop 105");
  const OrderId ours = story.send("Buy Long Limit 1 at 98");
  story.foreign("Buy Long Limit 2 at 97");
  story.answers();
  story.send_command(Command{RequestSnapshot{}});
  EXPECT_EQ(story.answers(), "Snapshot; Position Long 1 @ 100; Order " + to_text(ours) +
                                 " Buy Long Limit 0/1 limit 98 stop -; "
                                 "Order foreign Sell Long TakeProfitMarket 0/1 limit - stop 105; "
                                 "Order foreign Buy Long Limit 0/2 limit 97 stop -; "
                                 "Balance 9999.95; End");
}

// Taken, triggered, expired, canceled or liquidated: only the fills are heard of.
TEST(ForeignOrders, HaveNoAnswersButFills) {
  VenueStory story;
  EXPECT_TRUE(story.foreign("Buy Long Limit 1 at 99 IOC"));
  EXPECT_TRUE(story.foreign("Buy Long Limit 1 at 101"));
  EXPECT_TRUE(story.foreign("Sell Long StopMarket 3 stop 95"));
  EXPECT_TRUE(story.foreign("Buy Long Limit 1 at 90"));
  EXPECT_FALSE(story.foreign("Buy Long Limit 1 at 90.05"));
  story.prices("t95");
  story.venue().cancel_foreign_orders(story.now());
  story.prices("t90");
  EXPECT_EQ(story.answers(), "Foreign Buy Long 1 @ 100; Foreign Sell Long 1 @ 95");
}

TEST(ForeignOrders, GoWithALiquidationUnheard) {
  SimulationParameters parameters = story_parameters();
  parameters.initial_balance = 1'000_usd;
  VenueStory story(parameters);
  story.send("Buy Long Market 90");
  story.foreign("Sell Long Limit 90 at 120");
  story.send("Sell Long Limit 90 at 121");
  story.answers();
  story.prices("m89.2");
  EXPECT_EQ(story.answers(), "Canceled; Liquidated Long 90 @ 89.2");
  story.send_command(Command{RequestSnapshot{}});
  EXPECT_EQ(story.answers(), "Snapshot; Balance 0; End");
}

TEST(ForeignOrders, CancelingThemLeavesOurs) {
  VenueStory story;
  story.foreign("Buy Long Limit 1 at 99");
  story.send("Buy Long Limit 1 at 98");
  story.answers();
  story.venue().cancel_foreign_orders(story.now());
  story.prices("t98");
  EXPECT_EQ(story.answers(), "Filled 1 @ 98 Maker");
}

TEST(ForeignOrders, AreOutOfReachOfOurRequests) {
  VenueStory story;
  story.foreign("Buy Long Limit 1 at 99");
  for (std::uint64_t id = 0; id < 4; ++id) {
    story.cancel(OrderId{id});
    story.amend(OrderId{id}, "2", "98");
    story.query(OrderId{id});
    EXPECT_EQ(story.answers(),
              "CancelRejected NotFound; AmendRejected NotFound; "
              "Query NotFound -/- average - limit -");
  }
  story.prices("t99");
  EXPECT_EQ(story.answers(), "Foreign Buy Long 1 @ 99");
}

TEST(ForeignOrders, UseUpTheCaps) {
  SimulationParameters parameters = story_parameters();
  parameters.open_orders_max = 12;
  VenueStory story(parameters);
  story.send("Buy Long Market 1");
  for (int count = 0; count < 10; ++count) {
    EXPECT_TRUE(story.foreign("Sell Long TakeProfitMarket 1 stop 105"));
  }
  EXPECT_FALSE(story.foreign("Sell Long StopMarket 1 stop 95"));
  story.answers();
  story.send("Sell Long StopMarket 1 stop 95");
  story.send("Buy Long Limit 1 at 99");
  EXPECT_TRUE(story.foreign("Buy Long Limit 1 at 99"));
  story.send("Buy Long Limit 1 at 99");
  EXPECT_EQ(story.answers(), "Rejected TooManyConditional; Accepted; Rejected Other");
  story.venue().cancel_foreign_orders(story.now());
  story.send("Sell Long StopMarket 1 stop 95");
  EXPECT_EQ(story.answers(), "Accepted");
}

TEST(ForeignOrders, TakeThePositionFromUnderOurExits) {
  VenueStory story;
  story.send("Buy Long Market 2");
  story.send("Sell Long StopMarket 2 stop 95");
  story.foreign("Sell Long StopMarket 2 stop 96");
  story.answers();
  story.prices("t94");
  EXPECT_EQ(story.answers(), "Foreign Sell Long 2 @ 94; Triggered; Expired");
}

// 900 coins at 100 and leverage 10 use 9'000 of 9'955; 955 are left for both of us.
TEST(ForeignOrders, ShareTheMargin) {
  VenueStory story;
  for (int count = 0; count < 9; ++count) story.send("Buy Long Market 100");
  story.answers();
  EXPECT_TRUE(story.foreign("Buy Long Limit 90 at 99.9"));
  story.send("Buy Long Limit 10 at 99.9");
  story.send("Buy Long Limit 5 at 99.9");
  EXPECT_EQ(story.answers(), "Rejected Margin; Accepted");
}

// Half of every print is ours, and nobody else has a part in that half.
TEST(ForeignOrders, NeedNoShareOfAPrint) {
  SimulationParameters parameters = story_parameters();
  parameters.take_share = 500'000;
  VenueStory story(parameters);
  story.foreign("Buy Long Limit 5 at 99");
  story.send("Buy Long Limit 5 at 99");
  story.prices("t99*2");
  EXPECT_EQ(story.answers(), "Accepted; Foreign Buy Long 5 @ 99; Filled 1 @ 99 Maker");
}

TEST(ForeignOrders, HaveNoReduceOnlyWhereTheVenueHasNone) {
  SimulationParameters parameters = story_parameters(PositionMode::OneWay);
  parameters.reduce_only = false;
  VenueStory story(parameters);
  EXPECT_TRUE(story.foreign("Buy Long Market 1"));
  EXPECT_TRUE(story.foreign("Sell Long Market 3 reduce"));
  EXPECT_EQ(story.answers(),
            "Foreign Buy Long 1 @ 100; Foreign Sell Long 1 @ 100; Foreign Sell Short 2 @ 100");
}

TEST(ForeignOrders, BoundTheQuietBand) {
  VenueStory story;
  story.foreign("Buy Long Limit 1 at 97");
  story.foreign("Buy Long StopMarket 1 stop 103");
  EXPECT_EQ(story.venue().quiet_band(kCoin), (PriceBand{97_px, 103_px}));
}

// ---- The venue itself.

TEST(Deleveraging, TakesOffAtTheMarkWithoutAFee) {
  VenueStory story;
  story.send("Buy Long Market 3");
  story.prices("m90 t95");
  story.answers();
  const Money before = story.venue().balance();
  story.venue().deleverage(kLong, 2_qty, story.now());
  const std::vector<OrderFilled> fills = fills_of(story);
  ASSERT_EQ(fills.size(), 1U);
  EXPECT_EQ(told(fills[0]), "Deleveraged Long 2 @ 90");
  EXPECT_EQ(fills[0].order, OrderId::None);
  EXPECT_EQ(fills[0].side, Side::Sell);
  EXPECT_EQ(fills[0].fee, 0_usd);
  EXPECT_EQ(story.venue().balance(), before - 20_usd);
  EXPECT_EQ(story.venue().position(kLong).quantity, 1_qty);
}

TEST(Deleveraging, TakesNoMoreThanThereIsAndLeavesOrdersAlone) {
  VenueStory story(story_parameters(PositionMode::OneWay));
  story.venue().deleverage(kShort, 1_qty, story.now());
  story.send("Sell Short Market 2");
  story.send("Buy Short StopMarket 2 stop 105 reduce");
  story.answers();
  story.venue().deleverage(kLong, 1_qty, story.now());
  story.venue().deleverage(kShort, 5_qty, story.now());
  EXPECT_EQ(story.answers(), "Deleveraged Short 2 @ 100");
  EXPECT_TRUE(story.venue().positions().empty());
  EXPECT_EQ(story.venue().open_orders().size(), 1U);
  story.prices("t105");
  EXPECT_EQ(story.answers(), "Triggered; Expired");
}

}  // namespace
}  // namespace tranchet

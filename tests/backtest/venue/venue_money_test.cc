// What the venue books: fees, equity, funding, and liquidation.
#include <gtest/gtest.h>

#include "backtest/venue/matching.h"
#include "tests/backtest/venue/venue_story.h"

namespace tranchet {
namespace {

using namespace literals;

TEST(VenueMoney, FeesAreRoundedHalfAwayFromZero) {
  EXPECT_EQ(rated(value_of(44'850_px, 0.15_qty), 50'000), 3.36375_usd);
  EXPECT_EQ(rated(value_of(0.00000001_px, 1_qty), 50'000'000), 0.00000001_usd);  // 0.5e-8.
  EXPECT_EQ(rated(value_of(0.00000001_px, 1_qty), 49'999'999), 0_usd);
  EXPECT_EQ(rated(value_of(0.00000001_px, 1_qty), -50'000'000), -(0.00000001_usd));
}

TEST(VenueMoney, MakerAndTakerPayTheirOwnRates) {
  VenueStory story;
  story.send("Buy Long Market 1");         // 5 bp of 100.
  story.send("Sell Long Limit 1 at 110");  // 1 bp of 110.
  story.prices("t110");
  story.answers();
  EXPECT_EQ(story.venue().balance(), 10'000_usd + 10_usd - 0.05_usd - 0.011_usd);
}

TEST(VenueMoney, EquityAddsWhatIsUnrealizedAtTheMark) {
  VenueStory story;
  story.send("Buy Long Market 2");
  story.send("Sell Short Market 1");
  story.answers();
  story.prices("m110");
  EXPECT_EQ(story.venue().equity(), story.venue().balance() + 20_usd - 10_usd);
}

TEST(VenueMoney, FundingIsOfTheValueAtTheMark) {
  VenueStory story;
  story.send("Buy Long Market 2");
  story.send("Sell Short Market 1");
  story.prices("m110 f0.0001");
  EXPECT_EQ(story.answers(),
            "Accepted; Filled 2 @ 100 Taker; Accepted; Filled 1 @ 100 Taker; "
            "Funding Long -0.022; Funding Short 0.011");
  story.prices("f-0.0001");
  EXPECT_EQ(story.answers(), "Funding Long 0.022; Funding Short -0.011");
  EXPECT_EQ(story.venue().balance(), 10'000_usd - 0.15_usd);
}

// Balance 1'000, long 90 at 100, fees 4.5: equity 995.5 + 90 x (m - 100) is under 0.4 % of 90 x m
// up to m = (9'000 - 995.5) / (90 x 0.996) = 89.296073181....
TEST(VenueLiquidation, ComesWhereEquityFallsUnderTheMaintenanceMargin) {
  SimulationParameters parameters = story_parameters();
  parameters.initial_balance = 1'000_usd;
  VenueStory story(parameters);
  story.send("Buy Long Market 90");
  story.send("Sell Long Limit 90 at 120");
  story.send("Sell Long StopMarket 50 stop 80");
  story.answers();
  EXPECT_EQ(story.venue().quiet_band(kCoin).low, 89.29607318_px);
  story.prices("m89.29607319");
  EXPECT_EQ(story.answers(), "");
  story.prices("t85");  // By the mark, not by the last trade.
  EXPECT_EQ(story.answers(), "");
  story.prices("m89.29607318");
  EXPECT_EQ(story.answers(), "Canceled; Canceled; Liquidated Long 90 @ 89.29607318");
  EXPECT_TRUE(story.venue().positions().empty());
  EXPECT_TRUE(story.venue().open_orders().empty());
  EXPECT_EQ(story.venue().balance(), 0_usd);  // 2.5 % of 8'036 is more than the 32 left.
}

SimulationParameters poor_and_free_of_fees() {
  SimulationParameters parameters = story_parameters();
  parameters.initial_balance = 1'000_usd;
  parameters.taker_fee = 0;
  return parameters;
}

// Short 50 at 100: 1'000 + 50 x (100 - m) is under 0.4 % of 50 x m from m = 6'000 / 50.2 =
// 119.5219123505... up.
TEST(VenueLiquidation, OfAShortComesAboveItsEntry) {
  VenueStory story(poor_and_free_of_fees());
  story.send("Sell Short Market 50");
  story.answers();
  EXPECT_EQ(story.venue().quiet_band(kCoin), (PriceBand{0_px, 119.52191236_px}));
  story.prices("m119.52191235");
  EXPECT_EQ(story.answers(), "");
  story.prices("m119.52191236");
  EXPECT_EQ(story.answers(), "Liquidated Short 50 @ 119.52191236");
}

// Two instruments share the balance half and half: 500 + 50 x (m - 100) is 0.4 % of 50 x m at m =
// 4'500 / 49.8 = 90.361445783... Once one of them has lost more than its half, neither is quiet.
TEST(VenueLiquidation, TwoInstrumentsShareTheBalanceInTheirBands) {
  VenueStory story(poor_and_free_of_fees());
  const InstrumentId other{2};
  story.venue().list(coin_rules(other));
  story.venue().observe(MarkPrice{other, 100_px}, story.now());
  story.send("Buy Long Market 50");
  story.send_command(order_from("Buy Long Market 50", OrderId{50}, other));
  story.answers();
  EXPECT_EQ(story.venue().quiet_band(kCoin), (PriceBand{90.36144578_px, Price::max()}));
  EXPECT_EQ(story.venue().quiet_band(other), (PriceBand{90.36144578_px, Price::max()}));
  story.prices("m120");
  story.venue().observe(MarkPrice{other, 90_px}, story.now());
  EXPECT_EQ(story.answers(), "");
  EXPECT_EQ(story.venue().quiet_band(kCoin), PriceBand());
  EXPECT_EQ(story.venue().quiet_band(other), PriceBand());
}

TEST(VenueLiquidation, TakesBothSidesAndEveryInstrument) {
  SimulationParameters parameters = story_parameters();
  parameters.initial_balance = 1'000_usd;
  VenueStory story(parameters);
  const InstrumentId other{2};
  story.venue().list(coin_rules(other));
  story.venue().observe(MarkPrice{other, 10_px}, story.now());
  story.send("Buy Long Market 80");
  story.send("Sell Short Market 10");
  story.send_command(order_from("Buy Long Market 10", OrderId{50}, other));
  story.answers();
  story.prices("m80");
  EXPECT_EQ(story.answers(),
            "Liquidated Long 80 @ 80; Liquidated Short 10 @ 80; "
            "Liquidated Long 10 @ 10");
  EXPECT_TRUE(story.venue().positions().empty());
}

TEST(VenueLiquidation, CanBeTurnedOff) {
  SimulationParameters parameters = story_parameters();
  parameters.initial_balance = 1'000_usd;
  parameters.liquidation = false;
  VenueStory story(parameters);
  story.send("Buy Long Market 90");
  story.answers();
  story.prices("p50");
  EXPECT_EQ(story.answers(), "");
  EXPECT_EQ(story.venue().position(kLong).quantity, 90_qty);
}

TEST(VenueLiquidation, FundingMayBringItAboutWithoutAPrice) {
  SimulationParameters parameters = story_parameters();
  parameters.initial_balance = 1'000_usd;
  VenueStory story(parameters);
  story.send("Buy Long Market 90");
  story.answers();
  story.prices("f0.11");
  EXPECT_EQ(story.answers(), "Funding Long -990; Liquidated Long 90 @ 100");
}

TEST(VenueLiquidation, ComesByTradesWhereTheyAreTheMark) {
  SimulationParameters parameters = poor_and_free_of_fees();
  parameters.mark_from_trades = true;
  VenueStory story(parameters);
  story.send("Buy Long Market 50");
  story.answers();
  story.prices("t80");
  EXPECT_EQ(story.answers(), "Liquidated Long 50 @ 80");
}

// 1'000 - 450 of equity are under 20 % of 4'550: no price has to move.
TEST(VenueLiquidation, ComesByOtherTermsWithTheNextRequest) {
  VenueStory story(poor_and_free_of_fees());
  story.send("Buy Long Market 50");
  story.prices("m91");
  story.answers();
  VenueTerms terms;
  terms.maintenance_margin = 200'000;
  story.venue().set_terms(kCoin, terms);
  story.query(OrderId{7});
  EXPECT_EQ(story.answers(), "Query NotFound -/- average - limit -; Liquidated Long 50 @ 91");
}

}  // namespace
}  // namespace tranchet

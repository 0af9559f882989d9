// One story a rule: amendments, paths, partial fills, caps, margin, queries, snapshots.
#include <gtest/gtest.h>

#include "backtest/venue/matching.h"
#include "tests/backtest/venue/venue_story.h"

namespace tranchet {
namespace {

using namespace literals;

constexpr PositionKey kShort{kCoin, PositionSide::Short};

// ---- Amendments.

TEST(VenueAmend, QuantityIsTheTotalFilledIncluded) {
  SimulationParameters parameters = story_parameters();
  parameters.take_share = 500'000;
  VenueStory story(parameters);
  const OrderId order = story.send("Buy Long Limit 3 at 99");
  story.prices("t99*2");
  EXPECT_EQ(story.answers(), "Accepted; Filled 1 @ 99 Maker");
  story.amend(order, "1.5", "99");
  story.prices("t99*2");
  EXPECT_EQ(story.answers(), "Amended 1.5 @ 99; Filled 0.5 @ 99 Maker");
}

TEST(VenueAmend, RefusedAmendmentsLeaveTheOrderAsItWas) {
  VenueStory story;
  story.send("Buy Long Market 1");
  const OrderId limit = story.send("Buy Long Limit 1 at 99");
  const OrderId stop = story.send("Sell Long StopMarket 1 stop 95");
  story.answers();
  story.amend(limit, "1", "98.05");
  story.amend(limit, "0", "98");
  story.amend(limit, "0.05", "98");
  story.amend(stop, "2", "94");
  EXPECT_EQ(story.answers(),
            "AmendRejected Other; AmendRejected Other; AmendRejected BelowMinimum; "
            "AmendRejected Other");
  story.prices("t99");
  EXPECT_EQ(story.answers(), "Filled 1 @ 99 Maker");
}

TEST(VenueAmend, APriceMovedAcrossTheMarketTakes) {
  VenueStory story;
  const OrderId order = story.send("Buy Long Limit 1 at 99");
  story.amend(order, "1", "101");
  EXPECT_EQ(story.answers(), "Accepted; Amended 1 @ 101; Filled 1 @ 100 Taker");
}

TEST(VenueAmend, TheOrderWaitsForItsNewPriceAndNoLongerForTheOld) {
  VenueStory story;
  const OrderId order = story.send("Buy Long Limit 1 at 95");
  story.amend(order, "1", "98");
  story.answers();
  EXPECT_EQ(story.venue().quiet_band(kCoin), (PriceBand{98_px, Price::max()}));
  story.amend(order, "1", "96");
  story.prices("t97 t96");
  EXPECT_EQ(story.answers(), "Amended 1 @ 96; Filled 1 @ 96 Maker");
  EXPECT_EQ(story.venue().quiet_band(kCoin).low, 0_px);
}

// ---- What a price meets on its way.

TEST(VenuePath, AGapThroughAStopFillsAtThePriceBehindIt) {
  VenueStory story;
  story.send("Buy Long Market 2");
  story.send("Sell Long StopMarket 2 stop 95");
  story.answers();
  story.prices("t80");
  EXPECT_EQ(story.answers(), "Triggered; Filled 2 @ 80 Taker");
  // 2 x (80 - 100) - 5 bp of 200 and of 160.
  EXPECT_EQ(story.venue().balance(), 10'000_usd - 40_usd - 0.1_usd - 0.08_usd);
}

TEST(VenuePath, OrdersActInTheOrderThePriceMeetsThem) {
  VenueStory story;
  story.send("Buy Long Market 2");
  story.send("Buy Long Limit 1 at 95");
  story.send("Sell Long StopMarket 2 stop 97");
  story.send("Buy Long Limit 1 at 98");
  story.answers();
  story.prices("t90");
  EXPECT_EQ(story.answers(),
            "Filled 1 @ 98 Maker; Triggered; Filled 2 @ 90 Taker; Filled 1 @ 95 Maker");
}

TEST(VenuePath, OneExitTakesThePositionAndTheOtherExpires) {
  VenueStory story;
  story.send("Buy Long Market 2");
  story.send("Sell Long StopMarket 2 stop 95");
  story.send("Sell Long StopMarket 2 stop 94");
  story.answers();
  story.prices("t93");
  EXPECT_EQ(story.answers(), "Triggered; Filled 2 @ 93 Taker; Triggered; Expired");
}

TEST(VenuePath, AnExitLeftBehindMeetsTheNextPosition) {
  VenueStory story;
  story.send("Buy Long Market 1");
  story.send("Sell Long StopMarket 1 stop 95");
  story.send("Sell Long Market 1");
  story.send("Buy Long Market 1");
  story.answers();
  story.prices("t95");
  EXPECT_EQ(story.answers(), "Triggered; Filled 1 @ 95 Taker");
}

TEST(VenuePath, ThroughFillsOnlyBeyondTheLimit) {
  SimulationParameters parameters = story_parameters();
  parameters.queue = QueueAssumption::Through;
  VenueStory story(parameters);
  story.send("Buy Long Limit 1 at 99");
  story.prices("t99");
  EXPECT_EQ(story.answers(), "Accepted");
  story.prices("t98.9");
  EXPECT_EQ(story.answers(), "Filled 1 @ 99 Maker");
}

TEST(VenuePath, DataWithMarksOnlyTradesAtTheMark) {
  SimulatedVenue venue(story_parameters());
  venue.list(coin_rules());
  venue.observe(MarkPrice{kCoin, 100_px}, Timestamp::from_nanoseconds(1));
  const std::vector<Command> commands = {order_from("Buy Long Market 1", OrderId{1}),
                                         order_from("Sell Long StopMarket 1 stop 95", OrderId{2}),
                                         order_from("Buy Long Limit 1 at 97", OrderId{3})};
  venue.submit(commands, Timestamp::from_nanoseconds(1));
  venue.observe(MarkPrice{kCoin, 94_px}, Timestamp::from_nanoseconds(2));
  std::vector<Occurrence> out;
  venue.advance(Timestamp::from_nanoseconds(2), out);
  std::string text;
  for (const Occurrence& occurrence : out) text += told(occurrence.body) + "; ";
  EXPECT_EQ(text,
            "Accepted; Filled 1 @ 100 Taker; Accepted; Accepted; Filled 1 @ 97 Maker; Triggered; "
            "Filled 1 @ 94 Taker; ");
}

TEST(VenuePath, EveryTradeIsTheMarkWhereTheDataHasNone) {
  SimulationParameters parameters = story_parameters();
  parameters.mark_from_trades = true;
  VenueStory story(parameters);
  story.send("Buy Long Market 1");
  story.send("Sell Long StopMarket 1 stop 95 mark");
  story.answers();
  story.prices("t94");
  EXPECT_EQ(story.answers(), "Triggered; Filled 1 @ 94 Taker");
}

TEST(VenuePath, PriceProtectionHoldsAStopWhileTradeAndMarkAreApart) {
  SimulationParameters parameters = story_parameters();
  parameters.terms.trigger_protect = 20'000;  // 2 %.
  VenueStory story(parameters);
  story.send("Buy Long Market 1");
  story.send("Sell Long StopMarket 1 stop 95");
  story.answers();
  story.prices("t94");
  EXPECT_EQ(story.answers(), "");
  EXPECT_EQ(story.venue().quiet_band(kCoin), PriceBand());
  story.prices("m95.9");  // 1.9 / 95.9 = 1.98 %.
  EXPECT_EQ(story.answers(), "Triggered; Filled 1 @ 94 Taker");
}

TEST(VenuePath, PriceProtectionHoldsAMarkStopUntilATradeComesNear) {
  SimulationParameters parameters = story_parameters();
  parameters.terms.trigger_protect = 20'000;  // 2 %.
  VenueStory story(parameters);
  story.send("Buy Long Market 1");
  story.send("Sell Long StopMarket 1 stop 95 mark");
  story.answers();
  story.prices("m94");
  EXPECT_EQ(story.answers(), "");
  EXPECT_EQ(story.venue().quiet_band(kCoin), PriceBand());
  story.prices("t95.8");  // 1.8 / 94 = 1.91 %.
  EXPECT_EQ(story.answers(), "Triggered; Filled 1 @ 95.8 Taker");
}

TEST(VenuePath, SlippageIsRoundedToTheWorseTick) {
  SimulationParameters parameters = story_parameters();
  parameters.market_slippage = 300;  // 3 bp: 100.03 and 99.97.
  VenueStory story(parameters);
  story.send("Buy Long Market 1");
  story.send("Sell Short Market 1");
  story.send("Buy Long Limit 1 at 101");
  EXPECT_EQ(story.answers(),
            "Accepted; Filled 1 @ 100.1 Taker; Accepted; Filled 1 @ 99.9 Taker; "
            "Accepted; Filled 1 @ 100 Taker");
}

TEST(VenuePath, BeyondTheTakeBoundAMarketOrderExpires) {
  SimulationParameters parameters = story_parameters();
  parameters.terms.market_take_bound = 20'000;  // 2 %.
  VenueStory story(parameters);
  story.send("Buy Long Market 1");
  story.send("Sell Long StopMarket 1 stop 99");
  story.answers();
  story.prices("t97.9");
  EXPECT_EQ(story.answers(), "Triggered; Expired");
  story.prices("t98");
  story.send("Sell Long Market 1");
  EXPECT_EQ(story.answers(), "Accepted; Filled 1 @ 98 Taker");
}

// ---- Partial fills: half of every print is ours.

SimulationParameters half_of_every_print() {
  SimulationParameters parameters = story_parameters();
  parameters.take_share = 500'000;
  return parameters;
}

TEST(VenuePartialFills, ALimitTakesItsShareOfEachPrint) {
  VenueStory story(half_of_every_print());
  story.send("Buy Long Limit 2 at 99");
  story.prices("t99*1 t100*9 t98*0.5 t99*10");
  EXPECT_EQ(story.answers(),
            "Accepted; Filled 0.5 @ 99 Maker; Filled 0.2 @ 99 Maker; Filled 1.3 @ 99 Maker");
}

TEST(VenuePartialFills, AStopThatHasTriggeredTakesFromPrintsAboveItToo) {
  VenueStory story(half_of_every_print());
  story.send("Buy Long Market 1");
  story.send("Sell Long StopMarket 1 stop 95");
  story.prices("t100*2");
  story.answers();
  story.prices("t94*1 t99*1");
  EXPECT_EQ(story.answers(), "Triggered; Filled 0.5 @ 94 Taker; Filled 0.5 @ 99 Taker");
}

TEST(VenuePartialFills, TwoOrdersShareOnePrintByPriceThenTime) {
  VenueStory story(half_of_every_print());
  story.send("Buy Long Limit 1 at 98");
  story.send("Buy Long Limit 1 at 99");
  story.prices("t97*3");
  EXPECT_EQ(story.answers(), "Accepted; Accepted; Filled 1 @ 99 Maker; Filled 0.5 @ 98 Maker");
}

TEST(VenuePartialFills, AMarketOrderWorksOnAtTheNextPrints) {
  VenueStory story(half_of_every_print());
  story.prices("t100*1");
  const OrderId order = story.send("Buy Long Market 2");
  story.prices("t101*2 t102*2");
  story.query(order);
  EXPECT_EQ(story.answers(),
            "Accepted; Filled 0.5 @ 100 Taker; Filled 1 @ 101 Taker; Filled 0.5 @ 102 Taker; "
            "Query Filled 2/2 average 101 limit -");
}

TEST(VenuePartialFills, IocExpiresItsRestAndFokTakesNothing) {
  VenueStory story(half_of_every_print());
  story.prices("t100*1");
  story.send("Buy Long Limit 2 at 100 FOK");
  story.send("Buy Long Limit 2 at 100 IOC");
  EXPECT_EQ(story.answers(), "Accepted; Expired; Accepted; Filled 0.5 @ 100 Taker; Expired");
}

TEST(VenuePartialFills, APrintWithoutAQuantityFillsEverything) {
  VenueStory story(half_of_every_print());
  story.send("Buy Long Limit 2 at 99");
  story.prices("t99");
  EXPECT_EQ(story.answers(), "Accepted; Filled 2 @ 99 Maker");
}

// ---- Caps and margin.

TEST(VenueCaps, TheEleventhStopIsRefusedUntilOneIsGone) {
  VenueStory story;
  story.send("Buy Long Market 1");
  story.answers();
  OrderId last{};
  for (int count = 0; count < 10; ++count) {
    last = story.send("Sell Long StopMarket 1 stop 95");
    EXPECT_EQ(story.answers(), "Accepted");
  }
  story.send("Sell Long StopMarket 1 stop 95");
  EXPECT_EQ(story.answers(), "Rejected TooManyConditional");
  story.send("Sell Long Limit 1 at 105");
  story.cancel(last);
  story.send("Sell Long StopMarket 1 stop 95");
  EXPECT_EQ(story.answers(), "Accepted; Canceled; Accepted");
}

TEST(VenueCaps, OpenOrdersAreCapped) {
  SimulationParameters parameters = story_parameters();
  parameters.open_orders_max = 2;
  VenueStory story(parameters);
  for (int count = 0; count < 3; ++count) story.send("Buy Long Limit 1 at 99");
  story.send("Buy Long Market 1");
  EXPECT_EQ(story.answers(), "Accepted; Accepted; Rejected Other; Accepted; Filled 1 @ 100 Taker");
}

TEST(VenueCaps, ExitCapacityCountsStopsAndLimitsApart) {
  SimulationParameters parameters = story_parameters(PositionMode::OneWay);
  parameters.exit_capacity = true;
  VenueStory story(parameters);
  story.send("Buy Long Market 2");
  story.send("Sell Long StopMarket 2 stop 95 reduce");
  story.send("Sell Long Limit 2 at 105 reduce");
  EXPECT_EQ(story.answers(), "Accepted; Filled 2 @ 100 Taker; Accepted; Accepted");
  story.send("Sell Long StopMarket 1 stop 96 reduce");
  story.send("Sell Long Limit 1 at 106 reduce");
  EXPECT_EQ(story.answers(), "Rejected ReduceOnlyCapacity; Rejected ReduceOnlyCapacity");
}

// 900 coins at 100 and leverage 10 use 9'000 of 9'955 (5 bp of 90'000 is 45): 955 carry 95.5 more.
TEST(VenueMargin, PositionsAndRestingOrdersShareTheEquity) {
  VenueStory story;
  for (int count = 0; count < 9; ++count) story.send("Buy Long Market 100");
  story.answers();
  story.send("Buy Long Limit 95.6 at 100 GTX");
  EXPECT_EQ(story.answers(), "Rejected Margin");
  story.send("Buy Long Limit 95.5 at 99.9");
  EXPECT_EQ(story.answers(), "Accepted");
  story.send("Buy Long Limit 1 at 99.9");
  story.send("Sell Long Limit 900 at 110");
  story.send("Sell Long StopMarket 100 stop 95");
  EXPECT_EQ(story.answers(), "Rejected Margin; Accepted; Accepted");
}

// 900 at 120 would tie up 10'800 of 10'000 if what is beyond the one coin held were an entry.
TEST(VenueMargin, ExitsTieUpNothingHoweverLarge) {
  VenueStory story;
  story.send("Buy Long Market 1");
  story.send("Sell Long Limit 900 at 120");
  story.answers();
  story.send("Buy Long Limit 1 at 98");
  EXPECT_EQ(story.answers(), "Accepted");
}

// Orders rest at 99.9 and 94.9; from then on only whole coins at whole prices are traded.
TEST(VenueRules, NewFiltersLeaveWhatRestsAsItIs) {
  VenueStory story;
  const OrderId limit = story.send("Buy Long Limit 1.5 at 99.9");
  story.send("Buy Long Market 1");
  story.send("Sell Long StopMarket 1.5 stop 94.9");
  story.answers();
  InstrumentListed rules = coin_rules();
  rules.tick_size = 1_px;
  rules.step_size = 1_qty;
  rules.max_conditional_orders = 1;
  story.venue().list(rules);
  story.send("Buy Long Limit 1 at 99.5");
  story.send("Buy Long Limit 1.5 at 99");
  story.send("Sell Long StopMarket 1 stop 94");
  story.amend(limit, "1.5", "99");
  EXPECT_EQ(story.answers(),
            "Rejected Other; Rejected Other; Rejected TooManyConditional; AmendRejected Other");
  EXPECT_EQ(story.venue().quiet_band(kCoin).low, 99.9_px);
  story.prices("t99.9 t94.9");
  EXPECT_EQ(story.answers(), "Filled 1.5 @ 99.9 Maker; Triggered; Filled 1.5 @ 94.9 Taker");
  story.prices("t95 m95");
  story.send("Buy Long Limit 1 at 95");
  EXPECT_EQ(story.answers(), "Accepted; Filled 1 @ 95 Taker");
}

TEST(VenueRules, NewFiltersKeepPricesTermsAndTradeNumbers) {
  VenueStory story;
  story.venue().set_terms(kCoin, {.market_take_bound = 1});
  story.send("Buy Long Market 1");
  story.answers();
  story.venue().list(coin_rules());
  EXPECT_EQ(story.venue().mark(kCoin), 100_px);
  story.prices("t101");
  story.send("Buy Long Market 1");
  EXPECT_EQ(story.answers(), "Accepted; Expired");
}

TEST(VenueReduceOnly, WithoutSupportAnExitMayFlip) {
  SimulationParameters parameters = story_parameters(PositionMode::OneWay);
  parameters.reduce_only = false;
  VenueStory story(parameters);
  story.send("Buy Long Market 1");
  story.send("Sell Long Market 3 reduce");
  EXPECT_EQ(story.answers(), "Accepted; Filled 1 @ 100 Taker; Accepted; Filled 3 @ 100 Taker");
  EXPECT_EQ(story.venue().position(kLong).quantity, 0_qty);
  EXPECT_EQ(story.venue().position(kShort).quantity, 2_qty);
}

TEST(VenueCaps, ATakeProfitSharesTheCapOfTheStopsAndTheRoomOfTheLimits) {
  SimulationParameters parameters = story_parameters();
  parameters.exit_capacity = true;
  VenueStory story(parameters);
  story.send("Buy Long Market 2");
  story.send("Sell Long StopMarket 2 stop 95");
  story.send("Sell Long TakeProfitMarket 2 stop 105");
  EXPECT_EQ(story.answers(), "Accepted; Filled 2 @ 100 Taker; Accepted; Accepted");
  story.send("Sell Long Limit 1 at 105");
  story.send("Sell Long TakeProfitMarket 1 stop 105");
  story.send("Sell Long StopMarket 1 stop 95");
  EXPECT_EQ(story.answers(),
            "Rejected ReduceOnlyCapacity; Rejected ReduceOnlyCapacity; "
            "Rejected ReduceOnlyCapacity");
  for (int count = 0; count < 8; ++count) story.send("Buy Long TakeProfitMarket 1 stop 90");
  story.answers();
  story.send("Buy Long TakeProfitMarket 1 stop 90");
  story.send("Buy Long StopMarket 1 stop 110");
  EXPECT_EQ(story.answers(), "Rejected TooManyConditional; Rejected TooManyConditional");
}

TEST(VenueReduceOnly, TheFlagExemptsFromTheMinimumNotional) {
  VenueStory story(story_parameters(PositionMode::OneWay));
  story.send("Buy Long Market 1");
  story.prices("p49");
  story.send("Sell Long Market 0.1 reduce");
  story.send("Sell Long Market 0.1");
  EXPECT_EQ(story.answers(),
            "Accepted; Filled 1 @ 100 Taker; Accepted; Filled 0.1 @ 49 Taker; "
            "Rejected BelowMinimum");
}

TEST(VenueReduceOnly, HedgeModeHoldsBothSidesAtOnce) {
  VenueStory story;
  story.send("Buy Long Market 2");
  story.send("Sell Short Market 3");
  story.send("Buy Short Market 1");
  story.answers();
  EXPECT_EQ(story.venue().position(kLong).quantity, 2_qty);
  EXPECT_EQ(story.venue().position(kShort).quantity, 2_qty);
}

// ---- Questions.

TEST(VenueQueries, AnswerWithTheWholeOrder) {
  VenueStory story(half_of_every_print());
  const OrderId limit = story.send("Buy Long Limit 2 at 99");
  story.query(limit);
  story.prices("t99*1");
  story.query(limit);
  story.cancel(limit);
  story.query(limit);
  const OrderId rejected = story.send("Buy Long Limit 1 at 99.95");
  story.query(rejected);
  EXPECT_EQ(story.answers(),
            "Accepted; Query New 0/2 average - limit 99; Filled 0.5 @ 99 Maker; "
            "Query PartiallyFilled 0.5/2 average 99 limit 99; Canceled; "
            "Query Canceled 0.5/2 average 99 limit 99; Rejected Other; "
            "Query NotFound -/- average - limit -");
}

TEST(VenueQueries, FinishedOrdersAreForgottenAfterSevenDays) {
  VenueStory story;
  const OrderId first = story.send("Buy Long Limit 1 at 99 IOC");
  story.answers();
  story.wait(Duration::hours(7 * 24));
  story.send("Buy Long Limit 1 at 99 IOC");
  story.query(first);
  EXPECT_EQ(story.answers(), "Accepted; Expired; Query Expired 0/1 average - limit 99");
  story.wait(Duration::milliseconds(1));
  story.send("Buy Long Limit 1 at 99 IOC");
  story.query(first);
  EXPECT_EQ(story.answers(), "Accepted; Expired; Query NotFound -/- average - limit -");
}

TEST(VenueSnapshot, ShowsPositionsOrdersAndBalanceOfOneMoment) {
  VenueStory story;
  story.send("Buy Long Market 2");
  story.prices("t101");
  story.send("Buy Long Market 1");
  story.send("Sell Short Market 1");
  story.send("Sell Long Limit 3 at 110");
  story.send("Sell Long StopMarket 3 stop 90");
  story.answers();
  story.send_command(Command{RequestSnapshot{}});
  EXPECT_EQ(story.answers(),
            "Snapshot; Position Long 3 @ 100.33333333; Position Short 1 @ 101; "
            "Order " +
                to_text(OrderId{4}) +
                " Sell Long Limit 0/3 limit 110 stop -; "
                "Order " +
                to_text(OrderId{5}) +
                " Sell Long StopMarket 0/3 limit - stop 90; "
                "Balance 9999.799; End");
}

TEST(VenueSnapshot, TradeIdsCountUpPerInstrument) {
  VenueStory story;
  const InstrumentId other{2};
  story.venue().list(coin_rules(other));
  story.venue().observe(MarkPrice{other, 100_px}, story.now());
  std::vector<Command> commands;
  for (std::uint64_t id = 1; id <= 4; ++id) {
    const InstrumentId instrument = id % 2 == 1 ? kCoin : other;
    commands.push_back(order_from("Buy Long Market 1", OrderId{id}, instrument));
  }
  story.venue().submit(commands, story.now());
  std::vector<Occurrence> out;
  story.venue().advance(story.now(), out);
  std::vector<std::uint64_t> trades;
  for (const Occurrence& occurrence : out) {
    if (const auto* fill = std::get_if<OrderFilled>(&occurrence.body)) {
      trades.push_back(static_cast<std::uint64_t>(fill->trade));
    }
  }
  EXPECT_EQ(trades, (std::vector<std::uint64_t>{1, 1, 2, 2}));
}

// ---- The quiet band.

TEST(VenueQuietBand, LiesBetweenTheNearestOrders) {
  VenueStory story;
  EXPECT_EQ(story.venue().quiet_band(kCoin), (PriceBand{0_px, Price::max()}));
  story.send("Buy Long Market 1");
  story.send("Buy Long Limit 1 at 97");
  story.send("Sell Long StopMarket 1 stop 95");
  story.send("Sell Long Limit 1 at 104");
  story.send("Buy Long StopMarket 1 stop 103");
  story.answers();
  EXPECT_EQ(story.venue().quiet_band(kCoin), (PriceBand{97_px, 103_px}));
}

TEST(VenueQuietBand, ATakeProfitBoundsItOnTheOtherSide) {
  VenueStory story;
  story.send("Buy Long Market 1");
  story.send("Sell Long TakeProfitMarket 1 stop 106");
  story.send("Buy Long TakeProfitMarket 1 stop 94");
  story.answers();
  EXPECT_EQ(story.venue().quiet_band(kCoin), (PriceBand{94_px, 106_px}));
}

TEST(VenueQuietBand, UnderThroughTheLimitItselfIsQuiet) {
  SimulationParameters parameters = story_parameters();
  parameters.queue = QueueAssumption::Through;
  VenueStory story(parameters);
  story.send("Buy Long Limit 1 at 97");
  story.answers();
  EXPECT_TRUE(story.venue().quiet_band(kCoin).contains(97_px));
  EXPECT_FALSE(story.venue().quiet_band(kCoin).contains(96.99999999_px));
}

TEST(VenueQuietBand, IsEmptyWherePrintsHaveToBeCounted) {
  VenueStory story(half_of_every_print());
  EXPECT_EQ(story.venue().quiet_band(kCoin), PriceBand());
}

}  // namespace
}  // namespace tranchet

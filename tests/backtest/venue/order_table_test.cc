// Every kind of order against every way a price can meet it, with the venue's rule for each. The
// rules are those of Aster's futures API documentation (V3), named by section or error code.
#include <gtest/gtest.h>

#include <string>

#include "tests/backtest/venue/venue_story.h"

namespace tranchet {
namespace {

constexpr PositionMode kHedge = PositionMode::Hedge;
constexpr PositionMode kOneWay = PositionMode::OneWay;

// Trade and mark stand at 100. `held` is bought or sold there first ("Long 2"), `before` happens
// before the order is sent, `after` afterwards; what the venue answers to the order is expected.
struct OrderRow {
  PositionMode mode;
  const char* held;
  const char* before;
  const char* order;
  const char* after;
  const char* answers;
  const char* rule;
};

constexpr const char* kTakes = "MARKET: fills at the counterparty's best price";
constexpr const char* kCounterparty = "bookTicker: a buyer takes the ask, a seller the bid";
constexpr const char* kGtc = "timeInForce GTC: rests until filled or canceled";
constexpr const char* kIoc = "timeInForce IOC: what does not fill at once expires";
constexpr const char* kFok = "timeInForce FOK: all at once or EXPIRED";
constexpr const char* kGtx = "timeInForce GTX: post only, EXPIRED if it would take";
constexpr const char* kStopBuy = "STOP_MARKET BUY: latest price >= stopPrice";
constexpr const char* kStopSell = "STOP_MARKET SELL: latest price <= stopPrice";
constexpr const char* kProfitBuy = "TAKE_PROFIT_MARKET BUY: latest price <= stopPrice";
constexpr const char* kProfitSell = "TAKE_PROFIT_MARKET SELL: latest price >= stopPrice";
constexpr const char* kWorking = "workingType: CONTRACT_PRICE (default) or MARK_PRICE triggers";
constexpr const char* kAtOnce = "-2021 ORDER_WOULD_IMMEDIATELY_TRIGGER";
constexpr const char* kSides = "positionSide: LONG and SHORT are two positions in Hedge Mode";
constexpr const char* kNoFlag = "-1106: reduceOnly cannot be sent in Hedge Mode";
constexpr const char* kReduce = "-2022 REDUCE_ONLY_REJECT";
constexpr const char* kNotSufficient = "-2024 POSITION_NOT_SUFFICIENT";
constexpr const char* kNet = "positionSide BOTH: one net position in One-way Mode";

const OrderRow kOrderRows[] = {
    // Market orders.
    {kHedge, "", "", "Buy Long Market 1", "", "Accepted; Filled 1 @ 100 Taker", kTakes},
    {kHedge, "", "", "Sell Short Market 1", "", "Accepted; Filled 1 @ 100 Taker", kTakes},
    {kHedge, "", "t101 m99", "Buy Long Market 1", "", "Accepted; Filled 1 @ 101 Taker", kTakes},
    {kHedge, "", "b99/101", "Buy Long Market 1", "", "Accepted; Filled 1 @ 101 Taker",
     kCounterparty},
    {kHedge, "", "b99/101", "Sell Short Market 1", "", "Accepted; Filled 1 @ 99 Taker",
     kCounterparty},
    {kHedge, "", "b99/101 t102", "Buy Long Market 1", "", "Accepted; Filled 1 @ 102 Taker",
     kCounterparty},
    {kHedge, "Long 2", "", "Sell Long Market 1", "", "Accepted; Filled 1 @ 100 Taker", kSides},
    {kHedge, "Long 2", "", "Sell Long Market 3", "", "Accepted; Filled 2 @ 100 Taker; Expired",
     kNotSufficient},
    {kHedge, "Long 2", "", "Buy Short Market 1", "", "Rejected NoPosition", kSides},
    {kHedge, "", "", "Sell Long Market 1", "", "Rejected NoPosition", kReduce},
    {kHedge, "Long 2", "", "Sell Long Market 1 reduce", "", "Rejected Other", kNoFlag},
    {kOneWay, "", "", "Buy Long Market 1", "", "Accepted; Filled 1 @ 100 Taker", kTakes},
    {kOneWay, "Long 2", "", "Sell Long Market 1 reduce", "", "Accepted; Filled 1 @ 100 Taker",
     kNet},
    {kOneWay, "Long 2", "", "Sell Long Market 3 reduce", "",
     "Accepted; Filled 2 @ 100 Taker; Expired", kReduce},
    {kOneWay, "Long 2", "", "Sell Short Market 3", "", "Accepted; Filled 3 @ 100 Taker", kNet},
    {kOneWay, "Short 2", "", "Sell Long Market 1 reduce", "", "Rejected NoPosition", kReduce},
    {kOneWay, "", "", "Sell Long Market 1 reduce", "", "Rejected NoPosition", kReduce},
    // Limit orders: good till canceled.
    {kHedge, "", "", "Buy Long Limit 1 at 99", "t99.1", "Accepted", kGtc},
    {kHedge, "", "", "Buy Long Limit 1 at 99", "t99", "Accepted; Filled 1 @ 99 Maker", kGtc},
    {kHedge, "", "", "Buy Long Limit 1 at 99", "t95", "Accepted; Filled 1 @ 99 Maker", kGtc},
    {kHedge, "", "", "Buy Long Limit 1 at 99", "m95", "Accepted", kGtc},
    {kHedge, "", "b98/100", "Buy Long Limit 1 at 99", "b97/98", "Accepted; Filled 1 @ 99 Maker",
     kGtc},
    {kHedge, "", "", "Sell Short Limit 1 at 101", "t101", "Accepted; Filled 1 @ 101 Maker", kGtc},
    {kHedge, "", "", "Buy Long Limit 1 at 101", "", "Accepted; Filled 1 @ 100 Taker", kGtc},
    {kHedge, "", "b99/100.5", "Buy Long Limit 1 at 101", "", "Accepted; Filled 1 @ 100.5 Taker",
     kCounterparty},
    {kHedge, "", "b99/101", "Buy Long Limit 1 at 100", "", "Accepted", kCounterparty},
    {kHedge, "Long 2", "", "Sell Long Limit 2 at 101", "t102", "Accepted; Filled 2 @ 101 Maker",
     kSides},
    {kHedge, "Long 2", "", "Sell Long Limit 3 at 101", "t102",
     "Accepted; Filled 2 @ 101 Maker; Expired", kNotSufficient},
    {kOneWay, "Long 2", "", "Sell Long Limit 2 at 101 reduce", "t101",
     "Accepted; Filled 2 @ 101 Maker", kNet},
    {kOneWay, "Long 2", "", "Sell Long Limit 3 at 101 reduce", "t101",
     "Accepted; Filled 2 @ 101 Maker; Expired", kReduce},
    {kOneWay, "", "", "Sell Long Limit 1 at 101 reduce", "", "Rejected NoPosition", kReduce},
    // Limit orders: the other times in force.
    {kHedge, "", "", "Buy Long Limit 1 at 99 IOC", "t98", "Accepted; Expired", kIoc},
    {kHedge, "", "", "Buy Long Limit 1 at 101 IOC", "", "Accepted; Filled 1 @ 100 Taker", kIoc},
    {kHedge, "Long 2", "", "Sell Long Limit 3 at 99 IOC", "",
     "Accepted; Filled 2 @ 100 Taker; Expired", kIoc},
    {kHedge, "", "", "Buy Long Limit 1 at 99 FOK", "t98", "Accepted; Expired", kFok},
    {kHedge, "", "", "Buy Long Limit 1 at 101 FOK", "", "Accepted; Filled 1 @ 100 Taker", kFok},
    {kHedge, "Long 2", "", "Sell Long Limit 3 at 99 FOK", "", "Accepted; Expired", kFok},
    {kHedge, "", "", "Buy Long Limit 1 at 101 GTX", "", "Accepted; Expired", kGtx},
    {kHedge, "", "", "Buy Long Limit 1 at 99 GTX", "t98", "Accepted; Filled 1 @ 99 Maker", kGtx},
    {kOneWay, "", "", "Sell Short Limit 1 at 100 GTX", "", "Accepted; Expired", kGtx},
    {kOneWay, "", "", "Sell Short Limit 1 at 100 FOK", "", "Accepted; Filled 1 @ 100 Taker", kFok},
    {kOneWay, "", "", "Sell Short Limit 1 at 101 IOC", "", "Accepted; Expired", kIoc},
    // Stops by contract price.
    {kHedge, "Long 1", "", "Sell Long StopMarket 1 stop 95", "t95.1", "Accepted", kStopSell},
    {kHedge, "Long 1", "", "Sell Long StopMarket 1 stop 95", "t95",
     "Accepted; Triggered; Filled 1 @ 95 Taker", kStopSell},
    {kHedge, "Long 1", "", "Sell Long StopMarket 1 stop 95", "t90",
     "Accepted; Triggered; Filled 1 @ 90 Taker", kStopSell},
    {kHedge, "Long 1", "", "Sell Long StopMarket 1 stop 95", "b94.9/95.2 t95",
     "Accepted; Triggered; Filled 1 @ 95 Taker", kWorking},
    {kHedge, "Long 1", "", "Sell Long StopMarket 1 stop 95", "m90", "Accepted", kWorking},
    {kHedge, "Short 1", "", "Buy Short StopMarket 1 stop 105", "t105",
     "Accepted; Triggered; Filled 1 @ 105 Taker", kStopBuy},
    {kHedge, "Short 1", "", "Buy Short StopMarket 1 stop 105", "t104.9", "Accepted", kStopBuy},
    {kHedge, "", "", "Buy Long StopMarket 1 stop 105", "t106",
     "Accepted; Triggered; Filled 1 @ 106 Taker", kStopBuy},
    {kOneWay, "Long 1", "", "Sell Long StopMarket 1 stop 95 reduce", "t95",
     "Accepted; Triggered; Filled 1 @ 95 Taker", kStopSell},
    {kOneWay, "Short 1", "", "Buy Short StopMarket 1 stop 105 reduce", "t105",
     "Accepted; Triggered; Filled 1 @ 105 Taker", kStopBuy},
    {kHedge, "Long 1", "", "Sell Long StopMarket 1 stop 100", "", "Rejected WouldTrigger", kAtOnce},
    {kHedge, "Long 1", "", "Sell Long StopMarket 1 stop 101", "", "Rejected WouldTrigger", kAtOnce},
    {kHedge, "Short 1", "", "Buy Short StopMarket 1 stop 99", "", "Rejected WouldTrigger", kAtOnce},
    {kHedge, "Long 1", "m94", "Sell Long StopMarket 1 stop 95", "", "Accepted", kWorking},
    // Stops by mark price.
    {kHedge, "Long 1", "", "Sell Long StopMarket 1 stop 95 mark", "t94", "Accepted", kWorking},
    {kHedge, "Long 1", "", "Sell Long StopMarket 1 stop 95 mark", "m95",
     "Accepted; Triggered; Filled 1 @ 100 Taker", kWorking},
    {kHedge, "Short 1", "", "Buy Short StopMarket 1 stop 105 mark", "t104 m105",
     "Accepted; Triggered; Filled 1 @ 104 Taker", kWorking},
    {kHedge, "Short 1", "", "Buy Short StopMarket 1 stop 105 mark", "t106", "Accepted", kWorking},
    {kOneWay, "Long 1", "", "Sell Long StopMarket 1 stop 95 mark reduce", "t94", "Accepted",
     kWorking},
    {kOneWay, "Long 1", "", "Sell Long StopMarket 1 stop 95 mark reduce", "m94",
     "Accepted; Triggered; Filled 1 @ 100 Taker", kWorking},
    {kHedge, "Long 1", "m94", "Sell Long StopMarket 1 stop 95 mark", "", "Rejected WouldTrigger",
     kAtOnce},
    // Take-profits: stops with the sides exchanged.
    {kHedge, "Long 1", "", "Sell Long TakeProfitMarket 1 stop 105", "t104.9", "Accepted",
     kProfitSell},
    {kHedge, "Long 1", "", "Sell Long TakeProfitMarket 1 stop 105", "t105",
     "Accepted; Triggered; Filled 1 @ 105 Taker", kProfitSell},
    {kHedge, "Long 1", "", "Sell Long TakeProfitMarket 1 stop 105", "t110",
     "Accepted; Triggered; Filled 1 @ 110 Taker", kProfitSell},
    {kHedge, "Long 1", "", "Sell Long TakeProfitMarket 1 stop 105", "t90", "Accepted", kProfitSell},
    {kHedge, "Long 1", "", "Sell Long TakeProfitMarket 1 stop 105", "m110", "Accepted", kWorking},
    {kHedge, "Long 1", "", "Sell Long TakeProfitMarket 1 stop 105 mark", "t110", "Accepted",
     kWorking},
    {kHedge, "Long 1", "", "Sell Long TakeProfitMarket 1 stop 105 mark", "m105",
     "Accepted; Triggered; Filled 1 @ 100 Taker", kWorking},
    {kHedge, "Short 1", "", "Buy Short TakeProfitMarket 1 stop 95", "t95.1", "Accepted",
     kProfitBuy},
    {kHedge, "Short 1", "", "Buy Short TakeProfitMarket 1 stop 95", "t95",
     "Accepted; Triggered; Filled 1 @ 95 Taker", kProfitBuy},
    {kHedge, "", "", "Buy Long TakeProfitMarket 1 stop 95", "t94",
     "Accepted; Triggered; Filled 1 @ 94 Taker", kProfitBuy},
    {kHedge, "Long 1", "", "Sell Long TakeProfitMarket 1 stop 100", "", "Rejected WouldTrigger",
     kAtOnce},
    {kHedge, "Long 1", "", "Sell Long TakeProfitMarket 1 stop 99", "", "Rejected WouldTrigger",
     kAtOnce},
    {kHedge, "Short 1", "", "Buy Short TakeProfitMarket 1 stop 101", "", "Rejected WouldTrigger",
     kAtOnce},
    {kHedge, "Short 1", "m102", "Buy Short TakeProfitMarket 1 stop 101 mark", "", "Accepted",
     kWorking},
    {kOneWay, "Long 1", "", "Sell Long TakeProfitMarket 1 stop 105 reduce", "t105",
     "Accepted; Triggered; Filled 1 @ 105 Taker", kProfitSell},
    {kHedge, "", "", "Sell Long TakeProfitMarket 1 stop 105", "", "Rejected NoPosition", kReduce},
    {kHedge, "Long 1", "", "Sell Long TakeProfitMarket 3 stop 105", "t105",
     "Accepted; Triggered; Filled 1 @ 105 Taker; Expired", kNotSufficient},
    // Stops and the position.
    {kHedge, "", "", "Sell Long StopMarket 1 stop 95", "", "Rejected NoPosition", kReduce},
    {kHedge, "Long 1", "", "Sell Long StopMarket 3 stop 95", "t95",
     "Accepted; Triggered; Filled 1 @ 95 Taker; Expired", kNotSufficient},
    {kOneWay, "Long 1", "", "Sell Long StopMarket 3 stop 95 reduce", "t95",
     "Accepted; Triggered; Filled 1 @ 95 Taker; Expired", kReduce},
};

TEST(VenueOrderTable, AnswersAsTheVenueDocuments) {
  for (const OrderRow& row : kOrderRows) {
    SCOPED_TRACE(testing::Message()
                 << (row.mode == kHedge ? "hedge" : "one-way") << " | " << row.held << " | "
                 << row.before << " | " << row.order << " | " << row.after << " | " << row.rule);
    VenueStory story(story_parameters(row.mode));
    const std::string held = row.held;
    if (!held.empty()) {
      const bool is_long = held.starts_with("Long");
      const std::string quantity = held.substr(held.find(' '));
      story.send((is_long ? "Buy Long Market" : "Sell Short Market") + quantity);
      ASSERT_EQ(story.answers(), "Accepted; Filled" + quantity + " @ 100 Taker");
    }
    story.prices(row.before);
    story.send(row.order);
    std::string answers = story.answers();
    story.prices(row.after);
    if (const std::string later = story.answers(); !later.empty()) answers += "; " + later;
    EXPECT_EQ(answers, row.answers);
  }
}

// What is refused on sight. `Long 5` is held; the terms are those of BTCUSDT's exchangeInfo where
// they differ from the story's: PERCENT_PRICE 1.02/0.98, marketTakeBound 0.02.
struct FilterRow {
  const char* before;
  const char* order;
  const char* answers;
  const char* rule;
};

const FilterRow kFilterRows[] = {
    {"", "Buy Long Limit 1 at 99.95", "Rejected Other", "-4014 PRICE_NOT_INCREASED_BY_TICK_SIZE"},
    {"", "Sell Long StopMarket 1 stop 95.05", "Rejected Other", "-4014"},
    {"", "Buy Long Limit 0 at 99", "Rejected BelowMinimum", "-4003 QTY_LESS_THAN_ZERO"},
    {"", "Buy Long Limit 0.05 at 99", "Rejected BelowMinimum", "-4003, LOT_SIZE minQty"},
    {"", "Buy Long Limit 1.05 at 99", "Rejected Other", "-4023 QTY_NOT_INCREASED_BY_STEP_SIZE"},
    {"", "Buy Long Limit 1000.1 at 99", "Rejected Other", "-4005, LOT_SIZE maxQty"},
    {"", "Buy Long Limit 1000 at 99", "Accepted", "LOT_SIZE maxQty, equality passes"},
    {"", "Buy Long Market 100.1", "Rejected Other", "-4005, MARKET_LOT_SIZE maxQty"},
    {"", "Sell Long StopMarket 100.1 stop 95", "Rejected Other", "-4005, MARKET_LOT_SIZE maxQty"},
    {"", "Sell Long TakeProfitMarket 1 stop 105.05", "Rejected Other", "-4014"},
    {"", "Sell Long TakeProfitMarket 100.1 stop 105", "Rejected Other", "-4005, MARKET_LOT_SIZE"},
    {"", "Buy Long TakeProfitMarket 0.1 stop 49", "Rejected BelowMinimum", "-4164 MIN_NOTIONAL"},
    {"", "Sell Long TakeProfitMarket 1 stop 150", "Accepted", "-4183 is of TAKE_PROFIT's limit"},
    {"", "Sell Long TakeProfitMarket 1", "Rejected Other", "-1102 stopPrice is mandatory"},
    {"m40 t40", "Buy Long Limit 0.1 at 40", "Rejected BelowMinimum", "-4164 MIN_NOTIONAL"},
    {"m50 t50", "Buy Long Limit 0.1 at 50", "Accepted; Filled 0.1 @ 50 Taker", "-4164, equality"},
    {"m40 t60", "Buy Long Market 0.1", "Rejected OutOfBand", "-4131 before -4164"},
    {"m49 t49.5", "Buy Long Market 0.1", "Rejected BelowMinimum", "-4164, MARKET uses the mark"},
    {"m49 t49", "Sell Long Market 0.1", "Rejected BelowMinimum", "-4164, no flag in Hedge Mode"},
    {"", "Buy Long Limit 1 at 102.1", "Rejected OutOfBand", "-4016, BUY price <= mark x up"},
    {"", "Buy Long Limit 1 at 102", "Accepted; Filled 1 @ 100 Taker", "-4016, equality passes"},
    {"", "Buy Long Limit 1 at 50", "Accepted", "PERCENT_PRICE binds one side only"},
    {"", "Sell Long Limit 1 at 97.9", "Rejected OutOfBand", "-4024, SELL price >= mark x down"},
    {"", "Sell Long Limit 1 at 150", "Accepted", "PERCENT_PRICE binds one side only"},
    {"", "Sell Long StopMarket 1 stop 50", "Accepted", "-4184 is of STOP's limit price only"},
    {"t103", "Buy Long Market 1", "Rejected OutOfBand", "-4131 MARKET outside PERCENT_PRICE"},
    {"t97", "Buy Long Market 1", "Accepted; Filled 1 @ 97 Taker", "-4131 binds one side only"},
    {"", "Buy Long Limit 1", "Rejected Other", "-1102 price is mandatory for LIMIT"},
};

TEST(VenueOrderTable, FiltersRefuseAsTheVenueDocuments) {
  for (const FilterRow& row : kFilterRows) {
    SCOPED_TRACE(testing::Message() << row.before << " | " << row.order << " | " << row.rule);
    SimulationParameters parameters = story_parameters();
    parameters.initial_balance = Money::from_raw(1'000'000 * kDecimalOne);
    parameters.terms.multiplier_up = 1'020'000;
    parameters.terms.multiplier_down = 980'000;
    parameters.terms.market_take_bound = 20'000;
    VenueStory story(parameters);
    story.send("Buy Long Market 5");
    ASSERT_EQ(story.answers(), "Accepted; Filled 5 @ 100 Taker");
    story.prices(row.before);
    story.send(row.order);
    EXPECT_EQ(story.answers(), row.answers);
  }
}

}  // namespace
}  // namespace tranchet

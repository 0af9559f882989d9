// What becomes of orders, by the bytes that the venue says.
#include "tests/adapters/fyers/core_shell.h"

namespace tranchet::fyers {
namespace {

using namespace literals;

using FyersOrders = FyersShell;

TEST_F(FyersOrders, AReplyIsNoAcceptanceTheOrderStreamIs) {
  connect();
  const OrderId stop = submit(1, Purpose::StopLoss);
  const HttpRequest request = answer("POST orders", taken_body("26113000000001"));
  EXPECT_EQ(request.target, "/api/v3/orders/sync");
  EXPECT_NE(request.body.find(R"("qty":10,"type":3,"side":-1,"productType":"INTRADAY")"),
            std::string::npos)
      << request.body;
  EXPECT_NE(request.body.find(R"("orderTag":"T1S1N0A0")"), std::string::npos);
  EXPECT_TRUE(events().empty());
  hear(order_news(stop, {.status = 4}));
  EXPECT_TRUE(events().empty());  // On its way to the exchange.
  hear(order_news(stop, {}));
  const auto accepted = only<OrderAccepted>();
  ASSERT_EQ(accepted.size(), 1U);
  EXPECT_EQ(accepted[0].order, stop);
  hear(order_news(stop, {}));
  pass(Duration::seconds(5));
  EXPECT_TRUE(events().empty());
}

TEST_F(FyersOrders, AStreamThatIsFasterThanTheReplyIsEnough) {
  connect();
  const OrderId stop = submit(1, Purpose::StopLoss);
  hear(order_news(stop, {}));
  EXPECT_EQ(only<OrderAccepted>().size(), 1U);
  answer("POST orders", taken_body("26113000000001"));
  pass(Duration::seconds(5));
  EXPECT_TRUE(events().empty());
}

TEST_F(FyersOrders, ATakenOrderThatNothingIsHeardOfIsAskedAbout) {
  connect();
  const OrderId stop = submit(1, Purpose::StopLoss);
  answer("POST orders", taken_body("26113000000001"));
  pass(Duration::seconds(2));
  const auto unknown = only<OutcomeUnknown>();
  ASSERT_EQ(unknown.size(), 1U);
  EXPECT_EQ(unknown[0].order, stop);
  ask<QueryOrder>(stop);
  const HttpRequest question = answer("GET orders by tag", book(book_row(stop, {})));
  EXPECT_EQ(question.target, "/api/v3/orders?order_tag=1%3AT1S1N0A0");
  const auto answered = only<QueryAnswered>();
  ASSERT_EQ(answered.size(), 1U);
  EXPECT_EQ(answered[0].status, QueryStatus::New);
  hear(order_news(stop, {}));
  EXPECT_TRUE(events().empty());
}

TEST_F(FyersOrders, NoAcknowledgementIsUnknownAndNeverSentAgain) {
  connect();
  const OrderId stop = submit(1, Purpose::StopLoss);
  answer("POST orders", R"({"s":"error","code":201,"message":"no acknowledgement"})");
  EXPECT_EQ(only<OutcomeUnknown>().size(), 1U);
  ask<QueryOrder>(stop);
  EXPECT_FALSE(is_sent("POST orders"));
  answer("GET orders by tag", book(book_row(stop, {})));
  EXPECT_EQ(only<QueryAnswered>()[0].status, QueryStatus::New);
}

TEST_F(FyersOrders, ATimeOutIsUnknownAndNotFoundIsSaidOnlyWhenItIsFinal) {
  connect();
  const OrderId stop = submit(1, Purpose::StopLoss);
  take("POST orders");
  pass(Duration::seconds(6));
  EXPECT_EQ(only<OutcomeUnknown>().size(), 1U);
  ask<QueryOrder>(stop);
  answer("GET orders by tag", book(""));
  EXPECT_TRUE(events().empty());
  pass(Duration::seconds(5));
  EXPECT_FALSE(is_sent("GET orders by tag"));
  pass(Duration::seconds(1));
  answer("GET orders by tag", book(""));
  const auto answered = only<QueryAnswered>();
  ASSERT_EQ(answered.size(), 1U);
  EXPECT_EQ(answered[0].status, QueryStatus::NotFound);
}

TEST_F(FyersOrders, ARefusalOfTheRiskSystemIsAReasonAndIsTold) {
  connect();
  struct Row {
    Purpose purpose;
    std::string text;
    RejectReason reason;
  };
  const std::vector<Row> rows = {
      {Purpose::Entry, "RMS: margin exceeds, required 5000", RejectReason::Margin},
      {Purpose::Entry, "price outside circuit limits", RejectReason::OutOfBand},
      // A target out of reach today is none that the price has passed.
      {Purpose::TakeProfit, "price outside circuit limits", RejectReason::Other},
      // A second stop looks like a new position to the broker.
      {Purpose::StopLoss, "RMS: margin exceeds", RejectReason::ReduceOnlyCapacity},
      {Purpose::StopLoss, "trigger price above the last price", RejectReason::WouldTrigger},
  };
  std::uint64_t sequence = 0;
  for (const Row& row : rows) {
    submit(++sequence, row.purpose);
    answer("POST orders", R"({"s":"error","code":-99,"message":")" + row.text + "\"}");
    const auto all = events();
    ASSERT_EQ(only<OrderRejected>(all).size(), 1U) << row.text;
    EXPECT_EQ(only<OrderRejected>(all)[0].reason, row.reason) << row.text;
    pass(Duration::minutes(1));
    // The same, when the exchange refuses what the broker has taken.
    const OrderId order = submit(++sequence, row.purpose);
    answer("POST orders", taken_body("26113000000001"));
    hear(order_news(order, {.status = 5, .message = row.text}));
    const auto later = events();
    ASSERT_EQ(only<OrderRejected>(later).size(), 1U) << row.text;
    EXPECT_EQ(only<OrderRejected>(later)[0].reason, row.reason) << row.text;
    EXPECT_NE(faults(later).find(row.text), std::string::npos) << faults(later);
    pass(Duration::minutes(1));
    events();
  }
}

// The venue says no fee of a fill. 60,150 rupees sold in two fills: brokerage 18.05 (0.03 %), tax
// 15.04 (0.025 %), exchange 1.79, regulator 0.06, GST 3.58 (18 % of 19.90): 38.52 together.
TEST_F(FyersOrders, AFillBearsWhatItAddsToTheChargesOfItsOrder) {
  options_.symbols[0].charges = charge_rates(Segment::Intraday);
  connect();
  const OrderId order = submit(1, Purpose::StopLoss);
  answer("POST orders", taken_body("26113000000001"));
  hear(trade_news(order, "1", 40));
  hear(trade_news(order, "2", 60));
  const auto fills = only<OrderFilled>();
  ASSERT_EQ(fills.size(), 2U);
  EXPECT_TRUE(fills[0].fee.is_positive());
  EXPECT_EQ(fills[0].fee + fills[1].fee, 38.52_usd);
}

TEST_F(FyersOrders, OrdersThatLeaveTogetherAreABatchAnsweredOneByOne) {
  connect();
  const SubmitOrder stop = made(1, Purpose::StopLoss, 0);
  const SubmitOrder target = made(1, Purpose::TakeProfit, 1);
  submit({stop, target});
  const HttpRequest request = answer(
      "POST multi-order",
      R"({"s":"ok","code":200,"message":"","data":[)"
      R"({"statusCode":200,"body":{"s":"ok","code":1101,"message":"","id":"26113000000001"}},)"
      R"({"statusCode":400,"body":{"s":"error","code":-99,"message":"minimum quantity"}}]})");
  EXPECT_EQ(request.target, "/api/v3/multi-order/sync");
  const auto rejected = only<OrderRejected>();
  ASSERT_EQ(rejected.size(), 1U);
  EXPECT_EQ(rejected[0].order, target.order);
  EXPECT_EQ(rejected[0].reason, RejectReason::BelowMinimum);
  hear(order_news(stop.order, {}));
  EXPECT_EQ(only<OrderAccepted>().size(), 1U);
}

TEST_F(FyersOrders, ABatchWithARowTooFewIsUnknown) {
  connect();
  submit({made(1, Purpose::StopLoss, 0), made(1, Purpose::TakeProfit, 1)});
  answer("POST multi-order",
         R"({"s":"ok","code":200,"message":"","data":[)"
         R"({"statusCode":200,"body":{"s":"ok","code":1101,"message":"","id":"1"}}]})");
  EXPECT_EQ(only<OutcomeUnknown>().size(), 2U);
}

TEST_F(FyersOrders, FillsAreTradesAndATradeCountsOnce) {
  connect();
  const OrderId close = submit(1, Purpose::Close);
  answer("POST orders", taken_body("26113000000001"));
  hear(order_news(close, {.status = 2, .filled = 10, .type = 2}));
  hear(trade_news(close, "21726639", 4));
  hear(trade_news(close, "21726639", 4));
  hear(trade_news(close, "21726640", 6));
  const auto all = events();
  EXPECT_EQ(only<OrderAccepted>(all).size(), 1U);
  const auto fills = only<OrderFilled>(all);
  ASSERT_EQ(fills.size(), 2U);
  EXPECT_EQ(fills[0].order, close);
  EXPECT_EQ(fills[0].trade, TradeId{21'726'639});
  EXPECT_EQ(fills[0].price, 601.5_px);
  EXPECT_EQ(fills[1].quantity, 6_qty);
  pass(Duration::seconds(2));
  EXPECT_TRUE(events().empty());
}

TEST_F(FyersOrders, AFilledStopHasTriggered) {
  connect();
  const OrderId stop = submit(1, Purpose::StopLoss);
  hear(order_news(stop, {}));
  hear(trade_news(stop, "1", 10));
  EXPECT_EQ(only<OrderTriggered>().size(), 1U);
}

TEST_F(FyersOrders, ATradeThatIsNotToldIsCountedAsATotal) {
  connect();
  const OrderId close = submit(1, Purpose::Close);
  hear(order_news(close, {.status = 2, .filled = 10, .type = 2}));
  hear(trade_news(close, "1", 4));
  events();
  pass(Duration::milliseconds(500));
  const auto answered = only<QueryAnswered>();
  ASSERT_EQ(answered.size(), 1U);
  EXPECT_EQ(answered[0].status, QueryStatus::Filled);
  EXPECT_EQ(answered[0].filled_quantity, Maybe<Quantity>(10_qty));
  EXPECT_EQ(answered[0].average_price, Maybe<Price>(601.5_px));
}

TEST_F(FyersOrders, AnEndSaysWhatWasFilledBeforeIt) {
  connect();
  const OrderId target = submit(1, Purpose::TakeProfit);
  hear(order_news(target, {.type = 1, .limit = "620"}));
  hear(order_news(target, {.status = 1, .filled = 4, .type = 1, .limit = "620"}));
  const auto all = events();
  EXPECT_TRUE(only<OrderCanceled>(all).empty());
  ASSERT_EQ(only<QueryAnswered>(all).size(), 1U);
  EXPECT_EQ(only<QueryAnswered>(all)[0].status, QueryStatus::Canceled);
  EXPECT_EQ(only<QueryAnswered>(all)[0].filled_quantity, Maybe<Quantity>(4_qty));
  // What comes late is no news.
  hear(order_news(target, {.type = 1, .limit = "620"}));
  EXPECT_TRUE(events().empty());
}

TEST_F(FyersOrders, AnAmendmentIsDoneWhenTheStreamShowsIt) {
  connect();
  const OrderId target = submit(1, Purpose::TakeProfit);
  answer("POST orders", taken_body("26113000000001"));
  hear(order_news(target, {.type = 1, .limit = "620"}));
  events();
  AmendOrder amend{.order = target, .quantity = 15_qty, .limit_price = 625_px};
  amend.instrument = InstrumentId{1};
  submit({amend});
  const HttpRequest request = answer("PATCH orders", taken_body("26113000000001"));
  EXPECT_NE(request.body.find(R"("id":"26113000000001")"), std::string::npos) << request.body;
  EXPECT_TRUE(events().empty());
  hear(order_news(target, {.quantity = 15, .type = 1, .limit = "625"}));
  const auto amended = only<OrderAmended>();
  ASSERT_EQ(amended.size(), 1U);
  EXPECT_EQ(amended[0].quantity, 15_qty);
  EXPECT_EQ(amended[0].limit_price, 625_px);
  pass(Duration::seconds(3));
  EXPECT_TRUE(events().empty());
}

TEST_F(FyersOrders, AnAmendmentThatTheExchangeDidNotTakeIsAskedAbout) {
  connect();
  const OrderId target = submit(1, Purpose::TakeProfit);
  answer("POST orders", taken_body("26113000000001"));
  hear(order_news(target, {.type = 1, .limit = "620"}));
  events();
  AmendOrder amend{.order = target, .quantity = 15_qty, .limit_price = 625_px};
  amend.instrument = InstrumentId{1};
  submit({amend});
  answer("PATCH orders", taken_body("26113000000001"));
  hear(order_news(target, {.type = 1, .limit = "620"}));
  pass(Duration::seconds(2));
  EXPECT_EQ(only<OutcomeUnknown>().size(), 1U);
}

TEST_F(FyersOrders, ACancellationIsDoneWhenTheStreamShowsIt) {
  connect();
  const OrderId target = submit(1, Purpose::TakeProfit);
  answer("POST orders", taken_body("26113000000001"));
  hear(order_news(target, {.type = 1, .limit = "620"}));
  events();
  ask<CancelOrder>(target);
  const HttpRequest request =
      answer("DELETE orders", R"({"s":"ok","code":1103,"message":"","id":"26113000000001"})");
  EXPECT_EQ(request.body, R"({"id":"26113000000001"})");
  EXPECT_TRUE(events().empty());
  hear(order_news(target, {.status = 1, .type = 1, .limit = "620"}));
  EXPECT_EQ(only<OrderCanceled>().size(), 1U);
}

// Its number at the venue is not known: nothing is sent that could name another order.
TEST_F(FyersOrders, AnOrderWithoutAVenueIdIsAskedAboutFirst) {
  connect();
  const OrderId order = made(7, Purpose::TakeProfit).order;
  ask<CancelOrder>(order);
  EXPECT_FALSE(is_sent("DELETE orders"));
  const auto rejected = only<CancelRejected>();
  ASSERT_EQ(rejected.size(), 1U);
  EXPECT_EQ(rejected[0].reason, RejectReason::NotFound);
  ask<QueryOrder>(order);
  answer("GET orders by tag", book(book_row(order, {.type = 1, .limit = "620"})));
  events();
  ask<CancelOrder>(order);
  EXPECT_TRUE(is_sent("DELETE orders"));
}

TEST_F(FyersOrders, RequestsOfOneOrderWaitForOneAnother) {
  connect();
  const OrderId stop = submit(1, Purpose::StopLoss);
  ask<CancelOrder>(stop);
  EXPECT_FALSE(is_sent("DELETE orders"));
  answer("POST orders", taken_body("26113000000001"));
  EXPECT_TRUE(is_sent("DELETE orders"));
}

// ---- What the venue would refuse.

TEST_F(FyersOrders, BeyondTheCircuitLimitsNothingIsSent) {
  connect();
  core_->on_circuit_limits({InstrumentId{1}, 590_px, 610_px});
  submit(1, Purpose::StopLoss);    // At 580.
  submit(2, Purpose::TakeProfit);  // At 620.
  SubmitOrder entry = made(3, Purpose::Entry);
  entry.order_type = OrderType::Limit;
  entry.limit_price = 589_px;
  submit({entry});
  EXPECT_TRUE(sent_.empty());
  const auto all = events();
  const auto rejected = only<OrderRejected>(all);
  ASSERT_EQ(rejected.size(), 3U);
  EXPECT_EQ(rejected[0].reason, RejectReason::Other);
  EXPECT_EQ(rejected[1].reason, RejectReason::Other);
  EXPECT_EQ(rejected[2].reason, RejectReason::OutOfBand);
  EXPECT_NE(faults(all).find("at 580 is below the lower circuit limit 590"), std::string::npos)
      << faults(all);
}

TEST_F(FyersOrders, AboveTheFreezeQuantityNothingIsSent) {
  options_.listed[0].max_quantity = options_.listed[0].market_max_quantity = 9_qty;
  connect();
  submit(1, Purpose::TakeProfit);
  EXPECT_TRUE(sent_.empty());
  const auto all = events();
  EXPECT_EQ(only<OrderRejected>(all).size(), 1U);
  EXPECT_NE(faults(all).find("above the freeze quantity"), std::string::npos) << faults(all);
}

TEST_F(FyersOrders, AStopOfAnOptionIsAStopLimitBeyondItsTrigger) {
  InstrumentListed option = options_.listed[0];
  option.symbol = names_.intern("NSE:NIFTY26DEC24500CE");
  option.instrument = names_.instrument("NSE:NIFTY26DEC24500CE");
  options_.listed.push_back(option);
  options_.symbols.push_back({.symbol = "NSE:NIFTY26DEC24500CE"});
  options_.stop_limit_offset = 10'000;  // 1 %.
  connect();
  SubmitOrder stop = made(1, Purpose::StopLoss);
  stop.instrument = option.instrument;
  stop.stop_price = 101.05_px;
  submit({stop});
  // 101.05 less 1 % is 100.0395: the tick below is 100.
  EXPECT_NE(
      take("POST orders")
          .body.find(
              R"("type":4,"side":-1,"productType":"INTRADAY","limitPrice":100,"stopPrice":101.05)"),
      std::string::npos);
  stop = made(2, Purpose::StopLoss);
  stop.instrument = option.instrument;
  stop.side = Side::Buy;
  stop.stop_price = 101.05_px;
  submit({stop});
  // 102.0605: the tick above is 102.1.
  EXPECT_NE(take("POST orders").body.find(R"("limitPrice":102.1,"stopPrice":101.05)"),
            std::string::npos);
}

// ---- Too often.

TEST_F(FyersOrders, WithoutBudgetEntriesAreRefusedAndExitsWait) {
  options_.limits = {.per_second = 10, .per_minute = 20, .per_day = 100'000};
  connect();
  std::uint64_t sequence = 0;
  for (int count = 0; count < 20; ++count) {
    submit(++sequence, Purpose::Entry);
    pass(Duration::milliseconds(500));
  }
  const auto refused = only<OrderRejected>();
  ASSERT_FALSE(refused.empty());
  EXPECT_EQ(refused.back().reason, RejectReason::RateLimited);
  sent_.clear();
  submit(++sequence, Purpose::Close);
  EXPECT_TRUE(is_sent("POST orders"));  // There is a reserve.
  for (int count = 0; count < 10; ++count) submit(++sequence, Purpose::Close);
  for (const EventBody& body : events()) {
    EXPECT_FALSE(std::holds_alternative<OrderRejected>(body));
  }
}

TEST_F(FyersOrders, TooManyRequestsIsARefusalAndIsTold) {
  connect();
  submit(1, Purpose::StopLoss);
  answer("POST orders", R"({"s":"error","code":-429,"message":"request limit reached"})", 429);
  const auto all = events();
  ASSERT_EQ(only<OrderRejected>(all).size(), 1U);
  EXPECT_EQ(only<OrderRejected>(all)[0].reason, RejectReason::RateLimited);
  EXPECT_NE(faults(all).find("too many requests"), std::string::npos) << faults(all);
  submit(2, Purpose::Entry);
  EXPECT_EQ(only<OrderRejected>().size(), 1U);
  submit(3, Purpose::StopLoss);
  pass(Duration::minutes(2));
  EXPECT_TRUE(is_sent("POST orders"));
}

}  // namespace
}  // namespace tranchet::fyers

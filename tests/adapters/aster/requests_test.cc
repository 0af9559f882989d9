// What leaves, how often it may, and what refusals mean.
#include <gtest/gtest.h>

#include <map>

#include "adapters/aster/account_snapshot.h"
#include "adapters/port/backoff.h"
#include "adapters/aster/budget.h"
#include "adapters/aster/error_map.h"
#include "adapters/port/order_memory.h"
#include "adapters/aster/requests.h"
#include "adapters/aster/venue_clock.h"

namespace tranchet::aster {
namespace {

using namespace literals;

Timestamp at(std::int64_t milliseconds) {
  return Timestamp() + Duration::milliseconds(milliseconds);
}

SubmitOrder stop() {
  SubmitOrder order;
  order.order = make_order_id({.account = 1, .sequence = Sequence{4}});
  order.quantity = 0.015_qty;
  order.stop_price = 0.0000123_px;
  order.instrument = InstrumentId{1};
  order.side = Side::Sell;
  order.position_side = PositionSide::Long;
  order.order_type = OrderType::StopMarket;
  order.purpose = Purpose::StopLoss;
  return order;
}

TEST(Requests, OrdersOfBothModes) {
  SubmitOrder order = stop();
  EXPECT_EQ(submit_call(order, "AUSDT", PositionMode::Hedge).parameters,
            "symbol=AUSDT&side=SELL&type=STOP_MARKET&positionSide=LONG&stopPrice=0.0000123&"
            "workingType=CONTRACT_PRICE&quantity=0.015&newClientOrderId=T1S4N0A0");
  order.reduce_only = true;
  order.working_type = WorkingType::MarkPrice;
  EXPECT_EQ(submit_call(order, "AUSDT", PositionMode::OneWay).parameters,
            "symbol=AUSDT&side=SELL&type=STOP_MARKET&positionSide=BOTH&reduceOnly=true&"
            "stopPrice=0.0000123&workingType=MARK_PRICE&quantity=0.015&newClientOrderId=T1S4N0A0");
  order.order_type = OrderType::Limit;
  order.limit_price = 45'298.5_px;
  order.time_in_force = TimeInForce::GTX;
  EXPECT_EQ(submit_call(order, "AUSDT", PositionMode::Hedge).parameters,
            "symbol=AUSDT&side=SELL&type=LIMIT&positionSide=LONG&timeInForce=GTX&price=45298.5&"
            "quantity=0.015&newClientOrderId=T1S4N0A0");
}

TEST(Requests, BatchesAreEncodedJson) {
  const SymbolOrder orders[] = {{stop(), "AUSDT"}, {stop(), "BUSDT"}};
  const Call call = batch_call(orders, PositionMode::Hedge);
  EXPECT_EQ(call.cost.weight, 5U);
  EXPECT_EQ(call.cost.orders, 2U);
  EXPECT_TRUE(call.parameters.starts_with("batchOrders=%5B%7B%22symbol%22%3A%22AUSDT%22%2C"));
  EXPECT_EQ(call.parameters.find_first_of("\"{[ +"), std::string::npos);
}

TEST(Requests, AmendCancelQuery) {
  AmendOrder amend;
  amend.order = stop().order;
  amend.quantity = 2_qty;
  amend.limit_price = 1.5_px;
  amend.purpose = Purpose::TakeProfit;
  amend.position_side = PositionSide::Short;
  EXPECT_EQ(amend_call(amend, "AUSDT").parameters,
            "symbol=AUSDT&origClientOrderId=T1S4N0A0&side=BUY&quantity=2&price=1.5");
  EXPECT_EQ(query_call(stop().order, "AUSDT").parameters,
            "symbol=AUSDT&origClientOrderId=T1S4N0A0");
  EXPECT_EQ(positions_call("/fapi/v1").path, "/fapi/v2/positionRisk");
  EXPECT_EQ(positions_call("/fapi/v3").path, "/positionRisk");
}

TEST(Requests, AConnectionHasAtMost200Streams) {
  std::size_t left_out = 0;
  std::vector<MarketWish> wishes = {{"AUSDT", true, true}};
  EXPECT_EQ(market_target(wishes, true, left_out),
            "/stream?streams=!markPrice@arr@1s/!forceOrder@arr/ausdt@aggTrade/ausdt@bookTicker");
  wishes.assign(250, {"AUSDT", true, false});
  market_target(wishes, false, left_out);
  EXPECT_EQ(left_out, 51U);
}

// ---- Refusals.

TEST(ErrorMap, EveryCodeOfTheVocabulary) {
  const std::map<std::int64_t, RejectReason> refused = {{-2021, RejectReason::WouldTrigger},
                                                        {-4142, RejectReason::WouldTrigger},
                                                        {-2022, RejectReason::NoPosition},
                                                        {-2024, RejectReason::NoPosition},
                                                        {-4118, RejectReason::ReduceOnlyCapacity},
                                                        {-4045, RejectReason::TooManyConditional},
                                                        {-4016, RejectReason::OutOfBand},
                                                        {-4024, RejectReason::OutOfBand},
                                                        {-4131, RejectReason::OutOfBand},
                                                        {-4183, RejectReason::OutOfBand},
                                                        {-4184, RejectReason::OutOfBand},
                                                        {-4164, RejectReason::BelowMinimum},
                                                        {-4003, RejectReason::BelowMinimum},
                                                        {-5076, RejectReason::BelowMinimum},
                                                        {-2018, RejectReason::Margin},
                                                        {-2019, RejectReason::Margin},
                                                        {-4169, RejectReason::Margin},
                                                        {-2011, RejectReason::NotFound},
                                                        {-2013, RejectReason::NotFound},
                                                        {-4061, RejectReason::Other},
                                                        {-1111, RejectReason::Other},
                                                        {-2010, RejectReason::Other},
                                                        {-9999, RejectReason::Other}};
  for (const auto& [code, reason] : refused) {
    EXPECT_EQ(judge(400, code), (Verdict{Meaning::Refused, reason})) << code;
  }
  for (const std::int64_t code : {-1000, -1001, -1006, -1007, -4116}) {
    EXPECT_EQ(judge(400, code).meaning, Meaning::Unknown) << code;
  }
  for (const std::int64_t code : {-1003, -1015})
    EXPECT_EQ(judge(400, code).meaning, Meaning::NotNow);
  for (const std::int64_t code : {-1021, -4225}) {
    EXPECT_EQ(judge(400, code).meaning, Meaning::BadClock);
  }
  for (const std::int64_t code : {-1002, -1022, -2014, -2015, -4088}) {
    EXPECT_EQ(judge(401, code).meaning, Meaning::BadKeys);
  }
  for (const std::int64_t code : {-4046, -4059})
    EXPECT_EQ(judge(400, code).meaning, Meaning::NoChange);
}

TEST(ErrorMap, Statuses) {
  for (const int status : {429, 418, 403}) EXPECT_EQ(judge(status, {}).meaning, Meaning::NotNow);
  for (const int status : {500, 502, 503, 504}) {
    EXPECT_EQ(judge(status, {}).meaning, Meaning::Unknown);
    EXPECT_EQ(judge(status, -2019).meaning, Meaning::Unknown);
  }
  EXPECT_EQ(judge(404, {}), (Verdict{Meaning::Refused, RejectReason::Other}));
}

// ---- Budget.

TEST(Budget, EntriesLeaveAShareToProtection) {
  Budget budget(
      {.weight_per_minute = 100, .orders_per_minute = 1'000, .orders_per_10_seconds = 10});
  budget.spend({.weight = 70}, at(0));
  EXPECT_TRUE(budget.fits({.weight = 2}, Rank::Spare, at(0)));
  EXPECT_FALSE(budget.fits({.weight = 3}, Rank::Spare, at(0)));
  EXPECT_TRUE(budget.fits({.weight = 20}, Rank::Protection, at(0)));
  EXPECT_FALSE(budget.fits({.weight = 21}, Rank::Protection, at(0)));
  EXPECT_FALSE(budget.fits({.weight = 21}, Rank::Protection, at(60'000)));
  EXPECT_TRUE(budget.fits({.weight = 21}, Rank::Protection, at(61'001)));
}

TEST(Budget, OrdersOfTenSeconds) {
  Budget budget({.weight_per_minute = 2'400, .orders_per_minute = 20, .orders_per_10_seconds = 10});
  budget.spend({.weight = 5, .orders = 5}, at(0));
  EXPECT_TRUE(budget.fits({.weight = 4, .orders = 4}, Rank::Protection, at(0)));
  EXPECT_FALSE(budget.fits({.weight = 5, .orders = 5}, Rank::Protection, at(0)));
  EXPECT_TRUE(budget.fits({.weight = 5, .orders = 5}, Rank::Protection, at(11'001)));
}

TEST(Budget, WhatOthersUseCountsAndRefusalsPause) {
  Budget budget({.weight_per_minute = 100, .orders_per_minute = 100, .orders_per_10_seconds = 100});
  budget.spend({.weight = 10}, at(0));
  const HttpHeader headers[] = {{"x-mbx-used-weight-1m", "95"}, {"Content-Type", "text/html"}};
  budget.note_usage(headers, at(1));
  EXPECT_EQ(budget.weight_used(), 95U);
  budget.note_usage(headers, at(2));
  EXPECT_EQ(budget.weight_used(), 95U);
  budget.refused(429, {}, at(0));
  EXPECT_EQ(budget.blocked_until(), at(2'000));
  const HttpHeader retry[] = {{"Retry-After", "17"}};
  budget.refused(429, retry, at(0));
  EXPECT_EQ(budget.blocked_until(), at(17'000));
  budget.refused(418, {}, at(0));
  EXPECT_EQ(budget.blocked_until(), at(120'000));
  EXPECT_FALSE(budget.fits({.weight = 1}, Rank::Protection, at(119'999)));
}

// ---- Clocks and backoff.

TEST(VenueClock, NoncesRiseAndAreNeverAhead) {
  VenueClock clock;
  clock.note(at(1'000'000), at(500));  // The answer took 500 ms: 400 of it on the way back.
  clock.note(at(1'000'900), at(1'000));
  EXPECT_EQ(*clock.offset(), Duration::milliseconds(999'900));
  clock.note(at(1'001'000), at(1'500));  // A slow answer says less.
  EXPECT_EQ(*clock.offset(), Duration::milliseconds(999'900));
  const std::uint64_t first = clock.nonce(at(2'000));
  EXPECT_EQ(first, 1'001'900'000U);
  EXPECT_EQ(clock.nonce(at(2'000)), first + 1);
  clock.forget();
  EXPECT_FALSE(clock.offset().has_value());
  EXPECT_EQ(clock.nonce(at(2'000)), first + 2);
}

TEST(Backoff, DoublesWithJitterUpToHalfAMinute) {
  Backoff one(1, "a"), same(1, "a"), other(2, "a");
  bool differs = false;
  Duration most = Duration::milliseconds(250);
  for (int attempt = 0; attempt < 12; ++attempt) {
    const Duration wait = one.next();
    EXPECT_GE(wait + wait, most);
    EXPECT_LE(wait, most);
    EXPECT_EQ(wait, same.next());
    differs |= wait != other.next();
    most = std::min(most + most, Duration::seconds(30));
  }
  EXPECT_TRUE(differs);
  one.succeeded();
  EXPECT_LE(one.next(), Duration::milliseconds(250));
}

// ---- Old news.

TEST(OrderMemory, AnEndIsNewerThanAnythingElse) {
  OrderMemory memory;
  const OrderId order{7};
  EXPECT_TRUE(memory.take(order, {.time = 10, .kind = 0}, at(0)));
  EXPECT_FALSE(memory.take(order, {.time = 10, .kind = 0}, at(0)));
  EXPECT_TRUE(memory.take(order, {.time = 10, .kind = 1}, at(0)));
  EXPECT_TRUE(memory.take(order, {.is_final = true, .time = 9, .kind = 2}, at(0)));
  EXPECT_FALSE(memory.take(order, {.time = 11, .kind = 1}, at(0)));
  EXPECT_TRUE(memory.is_overtaken(order, {.time = 11}));
}

TEST(OrderMemory, AFillIsTakenOnce) {
  OrderMemory memory;
  EXPECT_TRUE(memory.take_fill(InstrumentId{1}, 5, 9));
  EXPECT_FALSE(memory.take_fill(InstrumentId{1}, 5, 9));
  EXPECT_TRUE(memory.take_fill(InstrumentId{1}, 6, 9));  // The other side of the same trade.
  EXPECT_TRUE(memory.take_fill(InstrumentId{2}, 5, 9));
}

TEST(AccountSnapshot, RowsOfDifferentMomentsAreAskedForAgain) {
  using Next = AccountSnapshot::Next;
  const PositionRow row{.symbol = "AUSDT", .amount = 1_qty, .time = 5};
  PositionRow moved = row;
  moved.time = 6;
  for (const bool moves : {false, true}) {
    for (const std::int64_t news : {0, 99, 100}) {
      AccountSnapshot snapshot;
      snapshot.begin(100);
      EXPECT_EQ(snapshot.take_positions({row}), Next::OrdersAndBalance);
      EXPECT_EQ(snapshot.take_balance(1_usd), Next::Wait);
      EXPECT_EQ(snapshot.take_orders({}), Next::PositionsAgain);
      if (news > 0) snapshot.note_news(news);
      const bool is_good = !moves && news < 100;
      EXPECT_EQ(snapshot.take_positions({moves ? moved : row}), is_good ? Next::Done : Next::Again);
    }
  }
}

}  // namespace
}  // namespace tranchet::aster

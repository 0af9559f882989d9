// What is sent over REST, to the letter.
#include <gtest/gtest.h>

#include <type_traits>

#include "adapters/fyers/requests.h"

namespace tranchet::fyers {
namespace {

using namespace literals;

SubmitOrder stop() {
  SubmitOrder order;
  order.order = make_order_id({.account = 1, .sequence = Sequence{4}});
  order.quantity = 15_qty;
  order.stop_price = 595.05_px;
  order.instrument = InstrumentId{1};
  order.side = Side::Sell;
  order.position_side = PositionSide::Long;
  order.order_type = OrderType::StopMarket;
  order.purpose = Purpose::StopLoss;
  return order;
}

TEST(FyersRequests, AStopAMarketAndALimitOrder) {
  const auto call = place_call(stop(), "NSE:SBIN-EQ", Product::Intraday);
  ASSERT_TRUE(call.has_value()) << call.error();
  EXPECT_EQ(call->method, HttpMethod::Post);
  EXPECT_EQ(call->target, "/api/v3/orders/sync");
  EXPECT_EQ(call->body,
            R"({"symbol":"NSE:SBIN-EQ","qty":15,"type":3,"side":-1,"productType":"INTRADAY",)"
            R"("limitPrice":0,"stopPrice":595.05,"validity":"DAY","disclosedQty":0,)"
            R"("offlineOrder":false,"stopLoss":0,"takeProfit":0,"orderTag":"T1S4N0A0"})");
  SubmitOrder order = stop();
  order.order_type = OrderType::Market;
  order.stop_price = std::nullopt;
  EXPECT_NE(place_call(order, "NSE:M&M-EQ", Product::Cnc)
                ->body.find(R"("symbol":"NSE:M&M-EQ","qty":15,"type":2,"side":-1,)"
                            R"("productType":"CNC","limitPrice":0,"stopPrice":0,)"),
            std::string::npos);
  order.order_type = OrderType::Limit;
  order.limit_price = 601.5_px;
  EXPECT_NE(place_call(order, "A:B", Product::Margin)->body.find(R"("limitPrice":601.5,)"),
            std::string::npos);
  order.time_in_force = TimeInForce::IOC;
  EXPECT_NE(place_call(order, "A:B", Product::Margin)->body.find(R"("validity":"IOC")"),
            std::string::npos);
}

TEST(FyersRequests, WhatTheVenueDoesNotHaveIsSaid) {
  SubmitOrder order = stop();
  const auto error = [&](Product product = Product::Intraday) {
    const auto call = place_call(order, "NSE:SBIN-EQ", product);
    return call ? std::string() : call.error();
  };
  EXPECT_NE(error(Product::Bracket).find("BO orders bring stops of their own"), std::string::npos);
  order.quantity = 0.5_qty;
  EXPECT_EQ(error(), "a quantity of 0.5 is not a whole number above 0");
  order.quantity = 0_qty;
  EXPECT_EQ(error(), "a quantity of 0 is not a whole number above 0");
  order = stop();
  order.order_type = OrderType::TakeProfitMarket;
  EXPECT_EQ(error(), "there is no take-profit order that becomes a market order");
  order = stop();
  order.order_type = OrderType::Limit;
  order.limit_price = 5_px;
  order.time_in_force = TimeInForce::GTX;
  EXPECT_EQ(error(), "there is no time in force GTX");
  EXPECT_FALSE(place_call(stop(), "", Product::Cnc).has_value());
  EXPECT_FALSE(place_call(stop(), "A\",\"qty\":9", Product::Cnc).has_value());
}

TEST(FyersRequests, ABatchCountsEachOrder) {
  const std::vector<SymbolOrder> orders = {{stop(), "A:B"}, {stop(), "A:C"}};
  const auto call = place_batch_call(orders, Product::Intraday);
  ASSERT_TRUE(call.has_value());
  EXPECT_EQ(call->target, "/api/v3/multi-order/sync");
  EXPECT_EQ(call->cost.requests, 2U);
  EXPECT_TRUE(call->body.starts_with(R"([{"symbol":"A:B")"));
  EXPECT_NE(call->body.find(R"(},{"symbol":"A:C")"), std::string::npos);
  EXPECT_TRUE(call->body.ends_with("}]"));
}

TEST(FyersRequests, ChangingAndCancellingNeedTheVenuesId) {
  const AmendOrder amend{.quantity = 20_qty, .limit_price = 612.3_px};
  const auto call = modify_call(amend, "809229222111");
  EXPECT_EQ(call->method, HttpMethod::Patch);
  EXPECT_EQ(call->body, R"({"id":"809229222111","type":1,"limitPrice":612.3,"qty":20})");
  EXPECT_EQ(to_text(call->method), "PATCH");
  EXPECT_EQ(cancel_call("52009227353")->body, R"({"id":"52009227353"})");
  EXPECT_EQ(cancel_call("52009227353")->target, "/api/v3/orders/sync");
  EXPECT_FALSE(cancel_call("").has_value());
  EXPECT_FALSE(modify_call(amend, "").has_value());
  EXPECT_FALSE(order_by_id_call("").has_value());
  EXPECT_FALSE(cancel_gtt_call("a\"b").has_value());
}

TEST(FyersRequests, Questions) {
  EXPECT_EQ(orders_by_tag_call(stop().order).target, "/api/v3/orders?order_tag=1%3AT1S4N0A0");
  EXPECT_EQ(order_by_id_call("808")->target, "/api/v3/orders?id=808");
  const std::vector<std::string> symbols = {"NSE:SBIN-EQ", "NSE:M&M-EQ"};
  EXPECT_EQ(quotes_call(symbols).target, "/data/quotes?symbols=NSE%3ASBIN-EQ%2CNSE%3AM%26M-EQ");
  EXPECT_EQ(symbol_tokens_call(symbols).body, R"({"symbols":["NSE:SBIN-EQ","NSE:M&M-EQ"]})");
  EXPECT_EQ(history_call("NSE:SBIN-EQ", 5, Timestamp() + Duration::seconds(300),
                         Timestamp() + Duration::seconds(600))
                .target,
            "/data/history?symbol=NSE%3ASBIN-EQ&resolution=5&date_format=0&range_from=300"
            "&range_to=600&cont_flag=1");
}

// tests/compile_fail/exit_without_a_position.cc is the other half of this.
TEST(FyersRequests, LeavingAPositionNamesItBeyondDoubt) {
  static_assert(!std::is_default_constructible_v<PositionId>);
  static_assert(!std::is_constructible_v<PositionId, std::string>);
  for (const std::string_view none : {"", ":", "NSE:", ":SBIN", "SBIN", "A:B\"", "A:B C"}) {
    EXPECT_FALSE(PositionId::of(none, Product::Intraday).has_value()) << none;
  }
  const auto position = PositionId::of("NSE:SBIN-EQ", Product::Intraday);
  const Call call = exit_position_call(position.value());
  EXPECT_EQ(call.method, HttpMethod::Delete);
  EXPECT_EQ(call.target, "/api/v3/positions");
  EXPECT_EQ(call.body, R"({"id":"NSE:SBIN-EQ-INTRADAY"})");
}

GttTerms around(Price above, Price below, Product product = Product::Cnc) {
  return {.symbol = "NSE:SBIN-EQ",
          .product = product,
          .side = Side::Sell,
          .quantity = 1_qty,
          .above = GttLeg{.trigger = above, .limit = above},
          .below = GttLeg{.trigger = below, .limit = below}};
}

TEST(FyersRequests, GoodTillTriggeredHasOneLegOrTwo) {
  const auto call = place_gtt_call(around(1'000_px, 500_px));
  ASSERT_TRUE(call.has_value()) << call.error();
  EXPECT_EQ(call->body, R"({"side":-1,"symbol":"NSE:SBIN-EQ","productType":"CNC","orderInfo":{)"
                        R"("leg1":{"price":1000,"triggerPrice":1000,"qty":1},)"
                        R"("leg2":{"price":500,"triggerPrice":500,"qty":1}}})");
  GttTerms stop = around(1'000_px, 500_px);
  stop.above.reset();
  stop.below->limit = 485_px;
  EXPECT_EQ(place_gtt_call(stop)->body,
            R"({"side":-1,"symbol":"NSE:SBIN-EQ","productType":"CNC","orderInfo":{)"
            R"("leg1":{"price":485,"triggerPrice":500,"qty":1}}})");
  EXPECT_EQ(place_gtt_call(around(2_px, 1_px, Product::Intraday)).error(),
            "there is no GTT for INTRADAY");
  EXPECT_EQ(place_gtt_call(around(1_px, 2_px)).error(),
            "a GTT at 1 and 2 does not lie around a price");
}

}  // namespace
}  // namespace tranchet::fyers

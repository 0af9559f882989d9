// The order stream, REST bodies, the symbol master and the venue's codes, read.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "adapters/fyers/error_map.h"
#include "adapters/fyers/order_stream.h"
#include "adapters/fyers/rest_messages.h"
#include "adapters/fyers/symbol_master.h"
#include "tests/support/market_history.h"

namespace tranchet::fyers {
namespace {

using namespace literals;

std::string order_json(std::string_view status = R"("ord_status":90,"org_ord_status":2)",
                       std::string_view rest = "") {
  return R"({"orders":{"id":"25080400000001","symbol":"NSE:SBIN-EQ","ord_type":2,"tran_side":1,)"
         R"("ordertag":"1:T1S4N0A0","price_limit":0,"price_stop":0,"price_traded":606.4,)"
         R"("product_type":"INTRADAY","qty":3,"qty_filled":1,"qty_remaining":2,)"
         R"("time_oms":"04-Aug-2025 10:12:58",)" +
         std::string(status) + std::string(rest) + "}}";
}

std::string flaw_of(std::string_view text) {
  const auto message = read_stream_message(text);
  return message ? std::string() : message.error();
}

TEST(OrderStream, AnOrder) {
  const auto message = read_stream_message(order_json());
  ASSERT_TRUE(message.has_value()) << message.error();
  const auto& order = std::get<OrderNews>(*message);
  EXPECT_EQ(order.id, "25080400000001");
  EXPECT_EQ(order.tag, "T1S4N0A0");
  EXPECT_EQ(order.status, OrderStatus::Filled);
  EXPECT_EQ(order.side, Side::Buy);
  EXPECT_EQ(order.type, VenueOrderType::Market);
  EXPECT_EQ(order.quantity, 3_qty);
  EXPECT_EQ(order.filled, 1_qty);
  EXPECT_EQ(order.remaining, 2_qty);
  EXPECT_FALSE(order.limit_price.has_value());
  EXPECT_EQ(order.traded_price, Maybe<Price>(606.4_px));
  EXPECT_EQ(to_text(*order.time), "2025-08-04T04:42:58Z");
}

TEST(OrderStream, ThePublicStatusCountsAndTheBrokersWhereItIsAlone) {
  const auto status = [](std::string_view text) {
    return std::get<OrderNews>(*read_stream_message(order_json(text))).status;
  };
  EXPECT_EQ(status(R"("ord_status":20,"org_ord_status":6)"), OrderStatus::Pending);
  for (const auto& [number, expected] :
       std::vector<std::pair<int, OrderStatus>>{{11, OrderStatus::Transit},
                                                {20, OrderStatus::Transit},
                                                {21, OrderStatus::Transit},
                                                {90, OrderStatus::Filled},
                                                {91, OrderStatus::Cancelled},
                                                {73, OrderStatus::Cancelled},
                                                {92, OrderStatus::Rejected},
                                                {94, OrderStatus::Rejected},
                                                {22, OrderStatus::Pending},
                                                {26, OrderStatus::Pending},
                                                {51, OrderStatus::Pending},
                                                {64, OrderStatus::Pending},
                                                {72, OrderStatus::Pending}}) {
    EXPECT_EQ(status("\"ord_status\":" + std::to_string(number)), expected) << number;
  }
  EXPECT_EQ(flaw_of(order_json(R"("ord_status":27)")),
            "orders.ord_status 27 is no status of an order");
  EXPECT_EQ(flaw_of(order_json(R"("ord_status":90,"org_ord_status":3)")),
            "orders.org_ord_status 3 is no status of an order");
}

TEST(OrderStream, ATagIsOursOnlyBehindOne) {
  EXPECT_EQ(tag_of("1:T1S4N0A0"), "T1S4N0A0");
  EXPECT_EQ(tag_of("2:Untagged"), "");
  EXPECT_EQ(tag_of(""), "");
}

TEST(OrderStream, ATradeAndAPosition) {
  const auto trade = read_stream_message(
      R"({"trades":{"id_fill":"25080400000001-21","id":"25080400000001","qty_traded":2,)"
      R"("price_traded":606.45,"product_type":"INTRADAY","tran_side":-1,"symbol":"NSE:SBIN-EQ",)"
      R"("fill_time":"04-08-2025 10:12:58","ordertag":"2:Untagged"}})");
  ASSERT_TRUE(trade.has_value()) << trade.error();
  const auto& news = std::get<TradeNews>(*trade);
  EXPECT_EQ(news.order, "25080400000001");
  EXPECT_EQ(news.trade, "25080400000001-21");
  EXPECT_EQ(news.side, Side::Sell);
  EXPECT_EQ(news.quantity, 2_qty);
  EXPECT_EQ(news.price, 606.45_px);
  EXPECT_EQ(to_text(*news.time), "2025-08-04T04:42:58Z");
  // An average that the venue computed in floating point is rounded at the eighth decimal.
  const auto position = read_stream_message(
      R"({"positions":{"symbol":"NSE:SBIN-EQ","id":"NSE:SBIN-EQ-INTRADAY","net_qty":-2,)"
      R"("net_avg":606.41666666666663,"pl_realized":-0.30000000000000004,)"
      R"("product_type":"INTRADAY"}})");
  ASSERT_TRUE(position.has_value()) << position.error();
  const auto& held = std::get<PositionNews>(*position);
  EXPECT_EQ(held.net, -2_qty);
  EXPECT_EQ(held.average, Maybe<Price>(606.41666667_px));
  EXPECT_EQ(held.realized, -0.3_usd);
}

TEST(OrderStream, OtherMessages) {
  EXPECT_TRUE(std::holds_alternative<StreamPong>(*read_stream_message("pong")));
  const auto answer =
      read_stream_message(R"({"code":1605,"message":"Successfully subscribed","s":"ok"})");
  EXPECT_TRUE(std::get<StreamAnswer>(*answer).ok);
  EXPECT_EQ(std::get<OtherStreamMessage>(*read_stream_message(R"({"edis":{}})")).kind, "edis");
  EXPECT_EQ(std::get<OtherStreamMessage>(*read_stream_message("[]")).kind, "");
}

TEST(OrderStream, AFlawNamesItsField) {
  const auto with = [](std::string_view from, std::string_view to) {
    std::string text = order_json();
    return flaw_of(text.replace(text.find(from), from.size(), to));
  };
  EXPECT_EQ(with(R"("qty":3)", R"("qty":"x")"), R"(orders.qty "x" is not a number)");
  EXPECT_EQ(with(R"("qty":3)", R"("qty":-3)"), "orders.qty -3 is below 0");
  EXPECT_EQ(with(R"("qty":3)", R"("q":3)"), "orders.qty is missing");
  EXPECT_EQ(with(R"("qty_filled":1)", R"("qty_filled":4)"),
            "orders.qty_filled 4 is more than the order's 3");
  EXPECT_EQ(with(R"("tran_side":1)", R"("tran_side":0)"), "orders.tran_side 0 is neither 1 nor -1");
  EXPECT_EQ(with(R"("ord_type":2)", R"("ord_type":9)"), "orders.ord_type 9 is no type of an order");
  EXPECT_EQ(with(R"("id":"25080400000001")", R"("id":"")"), "orders.id is empty");
  EXPECT_EQ(flaw_of(R"({"orders":[]})"), "orders is not an object");
  EXPECT_TRUE(flaw_of("{").starts_with("not JSON"));
  EXPECT_EQ(flaw_of(R"({"trades":{"id_fill":"1","id":"2","symbol":"S","tran_side":1,)"
                    R"("product_type":"CNC","qty_traded":0,"price_traded":5}})"),
            "trades.qty_traded is 0");
}

TEST(IndianTime, IsFiveAndAHalfHoursAhead) {
  EXPECT_EQ(to_text(*indian_time("01-Mar-2024 05:29:59")), "2024-02-29T23:59:59Z");
  EXPECT_EQ(to_text(*indian_time("29-02-2024 12:00:00")), "2024-02-29T06:30:00Z");
  for (const std::string_view bad :
       {"29-02-2023 12:00:00", "31-Apr-2024 12:00:00", "01-Foo-2024 12:00:00",
        "01-13-2024 12:00:00", "01-01-2024 24:00:00", "01-01-2024 12:60:00", "1-01-2024 12:00:00",
        "01-01-2024T12:00:00", "", "01-01-2024 12:00:0x"}) {
    EXPECT_FALSE(indian_time(bad).has_value()) << bad;
  }
  EXPECT_EQ(indian_day(*indian_time("04-Aug-2025 00:00:00")),
            indian_day(*indian_time("03-Aug-2025 23:59:59")) + 1);
  EXPECT_EQ(start_of_indian_day(indian_day(*indian_time("04-Aug-2025 10:00:00"))),
            *indian_time("04-Aug-2025 00:00:00"));
}

// ---- REST.

TEST(FyersRest, AnEnvelope) {
  const auto envelope =
      read_envelope(R"({"s":"ok","code":1101,"message":"Order submitted.","id":"808058117761"})");
  ASSERT_TRUE(envelope.has_value());
  EXPECT_TRUE(envelope->ok && envelope->code == 1101 && envelope->id == "808058117761");
  EXPECT_FALSE(read_envelope(R"({"code":-16,"message":"no","s":"error"})")->ok);
  EXPECT_EQ(read_envelope("{}").error(), "s is missing");
  EXPECT_EQ(read_envelope("[]").error(), "is not an object");
  EXPECT_FALSE(read_envelope("<html>").has_value());
}

TEST(FyersRest, RowsAreNamedWhenTheyAreWrong) {
  EXPECT_EQ(read_orders(R"({"s":"ok"})").error(), "orderBook is missing");
  EXPECT_EQ(read_positions(R"({"netPositions":{}})").error(), "netPositions is no array");
  EXPECT_EQ(read_positions(R"({"netPositions":[{"id":"A-CNC","symbol":"A","productType":"CNC",)"
                           R"("netQty":1},{"id":"A-CNC","symbol":"A","productType":"CNC"}]})")
                .error(),
            "netPositions row 2: netQty is missing");
  EXPECT_TRUE(read_orders(R"({"orderBook":[]})")->empty());
}

TEST(FyersRest, TheAvailableBalanceIsFoundByItsIdOrItsTitle) {
  EXPECT_EQ(read_funds(R"({"fund_limit":[{"id":10,"equityAmount":58.15}]})")->available, 58.15_usd);
  EXPECT_EQ(read_funds(R"({"fund_limit":[{"title":"Available Balance","equityAmount":5},)"
                       R"({"id":1,"equityAmount":9}]})")
                ->available,
            5_usd);
  EXPECT_EQ(read_funds(R"({"fund_limit":[{"id":1,"equityAmount":9}]})").error(),
            "fund_limit names no Available Balance");
}

TEST(FyersRest, ABatchAQuoteAndACandle) {
  const auto batch =
      read_batch(R"({"data":[{"statusCode":200,"body":{"s":"ok","code":1101,"id":"7"}},)"
                 R"({"statusCode":400,"body":{"s":"error","code":-50,"message":"qty"}}]})");
  ASSERT_TRUE(batch.has_value()) << batch.error();
  EXPECT_EQ(batch->at(0).answer.id, "7");
  EXPECT_EQ(batch->at(1).status, 400);
  EXPECT_EQ(batch->at(1).answer.code, -50);
  const auto quotes =
      read_quotes(R"({"d":[{"n":"A","s":"error","v":{"code":-300,"errmsg":"no"}}]})");
  EXPECT_EQ(quotes->at(0).error.code, -300);
  const auto candles =
      read_history(R"({"s":"ok","candles":[[1621814400,417.0,419.2,405.3,412.05,5]]})");
  ASSERT_TRUE(candles.has_value()) << candles.error();
  EXPECT_EQ(candles->at(0).low, 405.3_px);
  EXPECT_EQ(read_history(R"({"candles":[[1621814400,417,400,405,412,5]]})").error(),
            "candles row 1: its prices contradict one another");
  EXPECT_EQ(read_history(R"({"candles":[[1621814400,417]]})").error(),
            "candles row 1: is not an array of six");
}

// ---- The symbol master.

constexpr std::string_view kMaster =
    R"({"NSE:SBIN-EQ":{"fyToken":"10100000003045","exToken":3045,"minLotSize":1,)"
    R"("tickSize":0.05,"upperPrice":667.05,"lowerPrice":545.75,"qtyFreeze":"","tradeStatus":1},)"
    R"("NSE:NIFTY25AUGFUT":{"fyToken":"101125082835001","minLotSize":75,"tickSize":0.1,)"
    R"("upperPrice":"27000","lowerPrice":"22000","qtyFreeze":"1801","tradeStatus":0},)"
    R"("NSE:NIFTY50-INDEX":{"fyToken":"101000000026000","minLotSize":0,"tickSize":0.05},)"
    R"("NSE:BAD-EQ":{"fyToken":"10100000000001","minLotSize":1}})";

std::expected<SymbolMaster, std::string> master(std::vector<std::string> wanted) {
  return read_symbol_master(kMaster, "NSE.json", wanted);
}

TEST(SymbolMaster, RulesOfAShareAFutureAndAnIndex) {
  const auto rows = master({"NSE:SBIN-EQ", "NSE:NIFTY25AUGFUT", "NSE:NIFTY50-INDEX"});
  ASSERT_TRUE(rows.has_value()) << rows.error();
  Names names;
  const SymbolRow& share = rows->at("NSE:SBIN-EQ");
  EXPECT_EQ(share.upper, Maybe<Price>(667.05_px));
  EXPECT_TRUE(share.trades);
  const InstrumentListed listed_share = listed(share, names);
  EXPECT_EQ(listed_share.tick_size, 0.05_px);
  EXPECT_EQ(listed_share.step_size, 1_qty);
  EXPECT_TRUE(listed_share.max_quantity.is_zero());
  const SymbolRow& future = rows->at("NSE:NIFTY25AUGFUT");
  EXPECT_FALSE(future.trades);
  const InstrumentListed rules = listed(future, names);
  EXPECT_EQ(rules.step_size, 75_qty);
  EXPECT_EQ(rules.max_quantity, 1'800_qty);  // 24 lots: below the freeze quantity.
  EXPECT_EQ(names.symbol(rules.instrument), "NSE:NIFTY25AUGFUT");
  EXPECT_EQ(segment_of_token(future.fy_token), "NSE_FO");
}

TEST(SymbolMaster, AFreezeQuantityOfWholeLotsIsNotReached) {
  SymbolRow row{.symbol = "NSE:X", .tick_size = 0.05_px, .lot = 75_qty, .freeze = 1'800_qty};
  Names names;
  EXPECT_EQ(listed(row, names).max_quantity, 1'725_qty);
}

TEST(SymbolMaster, WhatIsNotThereOrWrongIsNamed) {
  EXPECT_EQ(master({"NSE:SBIN-EQ", "NSE:NOPE-EQ", "NSE:GONE-EQ"}).error(),
            "NSE.json: has no symbol NSE:NOPE-EQ, NSE:GONE-EQ; the exchange may have renamed or "
            "delisted it, or it is in the file of another segment");
  EXPECT_EQ(master({"NSE:BAD-EQ"}).error(), "NSE.json: NSE:BAD-EQ: tickSize is not above 0");
  const std::vector<std::string> wanted = {"NSE:SBIN-EQ"};
  EXPECT_EQ(read_symbol_master("[]", "NSE.json", wanted).error(), "NSE.json: is not a JSON object");
  EXPECT_EQ(read_symbol_master(R"({"NSE:SBIN-EQ":5})", "NSE.json", wanted).error(),
            "NSE.json: NSE:SBIN-EQ is not an object");
  for (std::size_t size = 1; size < kMaster.size(); ++size) {
    const auto cut = read_symbol_master(kMaster.substr(0, size), "NSE.json", wanted);
    EXPECT_TRUE(cut || cut.error().starts_with("NSE.json: ")) << cut.error();
  }
  EXPECT_EQ(read_symbol_master(std::filesystem::path("/no/such.json"), wanted).error(),
            "/no/such.json: cannot be read");
}

// ---- What codes mean.

Verdict verdict(int status, std::string_view body) {
  const auto envelope = read_envelope(body);
  return judge(status, envelope ? std::optional(*envelope) : std::nullopt);
}

std::string error_body(int code, std::string_view message = "") {
  return R"({"s":"error","code":)" + std::to_string(code) + R"(,"message":")" +
         std::string(message) + "\"}";
}

TEST(FyersCodes, AreCarriedOutRefusedOrNotKnown) {
  EXPECT_EQ(verdict(200, R"({"s":"ok","code":1101})").meaning, Meaning::Accepted);
  EXPECT_EQ(verdict(200, R"({"s":"ok"})").meaning, Meaning::Accepted);
  // 201 is "no acknowledgement", whoever says it and however friendly.
  EXPECT_EQ(verdict(200, R"({"s":"ok","code":201})").meaning, Meaning::Unknown);
  EXPECT_EQ(verdict(201, R"({"s":"ok","code":1101})").meaning, Meaning::Unknown);
  EXPECT_EQ(verdict(200, R"({"s":"error","code":201})").meaning, Meaning::Unknown);
  for (const int status : {500, 502, 503, 504, 302}) {
    EXPECT_EQ(verdict(status, "<html>").meaning, Meaning::Unknown) << status;
  }
  EXPECT_EQ(verdict(500, error_body(-99)).meaning, Meaning::Unknown);
  EXPECT_EQ(verdict(200, "<html>").meaning, Meaning::Unknown);
  EXPECT_EQ(verdict(429, "").meaning, Meaning::NotNow);
  EXPECT_EQ(verdict(200, error_body(-429)).meaning, Meaning::NotNow);
  for (const int code : {-8, -15, -16, -17}) {
    EXPECT_EQ(verdict(401, error_body(code)).meaning, Meaning::BadToken) << code;
    EXPECT_EQ(verdict(500, error_body(code)).meaning, Meaning::BadToken) << code;
  }
  EXPECT_EQ(verdict(401, "").meaning, Meaning::BadToken);
  EXPECT_EQ(verdict(403, "").meaning, Meaning::Refused);
}

TEST(FyersCodes, RefusalsHaveReasons) {
  const auto reason = [](int status, const std::string& body) {
    const Verdict given = verdict(status, body);
    EXPECT_EQ(given.meaning, Meaning::Refused) << body;
    return given.reason;
  };
  EXPECT_EQ(reason(400, error_body(-51)), RejectReason::NotFound);
  EXPECT_EQ(reason(400, error_body(-53)), RejectReason::NoPosition);
  EXPECT_EQ(reason(400, error_body(-352)), RejectReason::NoPosition);
  EXPECT_EQ(reason(400, error_body(-99, "RED:Margin Shortfall:INR 400.00")), RejectReason::Margin);
  EXPECT_EQ(reason(200, error_body(-99, "Price is outside the circuit limits")),
            RejectReason::OutOfBand);
  EXPECT_EQ(reason(400, error_body(-50, "Trigger price should be above LTP")),
            RejectReason::WouldTrigger);
  EXPECT_EQ(reason(400, error_body(-50, "Quantity should be a multiple of lot size")),
            RejectReason::BelowMinimum);
  EXPECT_EQ(reason(400, error_body(-99, "Order is already traded")), RejectReason::NotFound);
  EXPECT_EQ(reason(400, error_body(-99, "RED:The market is closed")), RejectReason::NotTrading);
  EXPECT_EQ(reason(400, error_body(-99, "Trading halted: market-wide circuit breaker")),
            RejectReason::NotTrading);
  EXPECT_EQ(reason(400, error_body(-300, "Invalid symbol provided")), RejectReason::Other);
}

// ---- The samples of the documentation, beside the market data.

class FyersSamples : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = venue_samples("fyers-samples");
    if (!std::filesystem::exists(folder_ / "rest/GET_orders.ok.json")) {
      GTEST_SKIP() << "no samples in " << folder_ << "; set TRANCHET_MARKET_DATA";
    }
  }
  std::string text(const std::string& name) const {
    std::ifstream in(folder_ / (name + ".json"));
    std::stringstream content;
    content << in.rdbuf();
    EXPECT_FALSE(content.str().empty()) << name;
    return content.str();
  }
  std::filesystem::path folder_;
};

TEST_F(FyersSamples, OfTheOrderStream) {
  const auto order = read_stream_message(text("order_ws/s2c_raw_order"));
  ASSERT_TRUE(order.has_value()) << order.error();
  EXPECT_EQ(std::get<OrderNews>(*order).status, OrderStatus::Filled);
  EXPECT_EQ(std::get<OrderNews>(*order).tag, "");
  const auto trade = read_stream_message(text("order_ws/s2c_raw_trade"));
  ASSERT_TRUE(trade.has_value()) << trade.error();
  EXPECT_EQ(std::get<TradeNews>(*trade).price, 606.4_px);
  const auto position = read_stream_message(text("order_ws/s2c_raw_position"));
  ASSERT_TRUE(position.has_value()) << position.error();
  EXPECT_EQ(std::get<PositionNews>(*position).id, "NSE:SBIN-EQ-INTRADAY");
  EXPECT_TRUE(std::get<StreamAnswer>(*read_stream_message(text("order_ws/s2c_subscribed"))).ok);
}

TEST_F(FyersSamples, OfRest) {
  const auto orders = read_orders(text("rest/GET_orders.ok"));
  ASSERT_TRUE(orders.has_value()) << orders.error();
  EXPECT_EQ(orders->at(0).tag, "Ordertag");
  EXPECT_EQ(orders->at(0).side, Side::Sell);
  EXPECT_EQ(orders->at(0).limit_price, Maybe<Price>(6.95_px));
  const auto trades = read_trades(text("rest/GET_tradebook.ok"));
  ASSERT_TRUE(trades.has_value()) << trades.error();
  EXPECT_EQ(trades->at(0).order, "120080789075");
  EXPECT_EQ(trades->at(0).quantity, 10_qty);
  const auto positions = read_positions(text("rest/GET_positions.ok"));
  ASSERT_TRUE(positions.has_value()) << positions.error();
  EXPECT_EQ(positions->at(0).id, "MCX:SILVERMIC20AUGFUT-MARGIN");
  EXPECT_EQ(positions->at(0).average, Maybe<Price>(72'256_px));
  EXPECT_EQ(read_funds(text("rest/GET_funds.ok"))->available, 58.15_usd);
  EXPECT_EQ(read_quotes(text("rest/GET_quotes.ok"))->at(0).last, Maybe<Price>(426.9_px));
  EXPECT_EQ(read_history(text("rest/GET_history.ok"))->size(), 1U);
  EXPECT_EQ(read_batch(text("rest/multi-order_sync.ok"))->at(0).answer.id, "120080778988");
  const auto tokens = read_symbol_tokens(text("rest/POST_symbol-token.ok"));
  ASSERT_TRUE(tokens.has_value()) << tokens.error();
  EXPECT_EQ(tokens->tokens.at("NSE:SBIN-EQ"), "10100000003045");
  EXPECT_EQ(tokens->unknown, std::vector<std::string>{"NSE:NOPE-EQ"});
}

TEST_F(FyersSamples, OfErrors) {
  for (const auto& [name, meaning] :
       std::vector<std::pair<std::string, Meaning>>{{"POST_orders_sync.ok", Meaning::Accepted},
                                                    {"PATCH_orders_sync.ok", Meaning::Accepted},
                                                    {"DELETE_orders_sync.ok", Meaning::Accepted},
                                                    {"DELETE_positions.ok", Meaning::Accepted},
                                                    {"gtt.place_ok", Meaning::Accepted},
                                                    {"auth.err", Meaning::BadToken},
                                                    {"orders.invalid", Meaning::Refused},
                                                    {"orders.reject", Meaning::Refused},
                                                    {"symbol.err", Meaning::Refused},
                                                    {"co.bad_tick", Meaning::Refused},
                                                    {"ratelimit.err_shape", Meaning::NotNow}}) {
    EXPECT_EQ(verdict(200, text("rest/" + name)).meaning, meaning) << name;
  }
}

}  // namespace
}  // namespace tranchet::fyers

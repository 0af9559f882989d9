// Orders, positions and the hours of a day at the twin, without sockets.
#include <gtest/gtest.h>

#include "tests/adapters/fyers/server/desk_client.h"

namespace tranchet::fyers_venue {
namespace {

#define EXPECT_HAS(text, part) EXPECT_NE((text).find(part), std::string::npos) << text

std::string position(DeskClient& client) {
  return client.ask("GET", "/api/v3/positions").body;
}

TEST(FyersOrders, LimitRestsFillsAndIsTold) {
  DeskClient client;
  client.listen();
  const std::string id =
      client.place(DeskClient::order("1", "10", "1", "599.5", "0", R"("orderTag":"T1S4N0A0",)"));
  EXPECT_EQ(id, "23070300000001");
  std::string row = client.order_row(id);
  EXPECT_EQ(member_of(row, "status"), "6");
  EXPECT_EQ(member_of(row, "limitPrice"), "599.5");
  EXPECT_EQ(member_of(row, "remainingQuantity"), "10");
  EXPECT_EQ(member_of(row, "orderTag"), "1:T1S4N0A0");
  EXPECT_EQ(member_of(row, "orderDateTime"), "03-Jul-2023 10:00:00");
  client.show("599.5");
  row = client.order_row(id);
  EXPECT_EQ(member_of(row, "status"), "2");
  EXPECT_EQ(member_of(row, "filledQty"), "10");
  EXPECT_EQ(member_of(row, "tradedPrice"), "599.5");
  const std::vector<std::string> told = client.take_texts();
  ASSERT_EQ(told.size(), 5U);
  EXPECT_EQ(member_of(told[0], "org_ord_status"), "4");
  EXPECT_EQ(member_of(told[0], "ord_status"), "20");
  EXPECT_EQ(member_of(told[1], "org_ord_status"), "6");
  EXPECT_EQ(member_of(told[2], "org_ord_status"), "2");
  EXPECT_EQ(member_of(told[2], "ord_status"), "90");
  EXPECT_EQ(member_of(told[3], "id_fill"), id + "-1");
  EXPECT_EQ(member_of(told[3], "fill_time"), "03-07-2023 10:00:00");
  EXPECT_EQ(member_of(told[4], "net_qty"), "10");
  EXPECT_EQ(member_of(told[4], "id"), "NSE:SBIN-EQ-INTRADAY");
}

TEST(FyersOrders, BooksAreAskedByIdAndTag) {
  DeskClient client;
  const std::string first =
      client.place(DeskClient::order("1", "1", "1", "590", "0", R"("orderTag":"one",)"));
  const std::string second = client.place(DeskClient::order("1", "2", "2"));
  const std::string by_tag = client.ask("GET", "/api/v3/orders?order_tag=1%3Aone").body;
  EXPECT_HAS(by_tag, first);
  EXPECT_EQ(by_tag.find(second), std::string::npos);
  EXPECT_HAS(client.order_row(second), "2:Untagged");
  EXPECT_EQ(client.ask("GET", "/api/v3/orders?order_tag=1:none").body,
            R"({"s":"ok","code":200,"message":"","orderBook":[]})");
  const std::string trades = client.ask("GET", "/api/v3/tradebook").body;
  EXPECT_EQ(member_of(trades, "orderNumber"), second);
  EXPECT_EQ(member_of(trades, "tradeValue"), "1200");
}

// Each would be a loss for somebody if it were taken.
TEST(FyersOrders, WhatIsWrongIsRefused) {
  DeskClient client;
  struct Row {
    std::string body;
    std::string code;
    std::string words;
  };
  const auto order = [](auto... parts) { return DeskClient::order(parts...); };
  const Row rows[] = {
      {order("1", "1", "1", "600.02"), "-50", "limitPrice not a multiple of tick size 0.0500"},
      {order("1", "0", "2"), "-50", "qty"},
      {order("1", "1.5", "2"), "-50", "qty"},
      {order("2", "1", "2"), "-50", "side"},
      {order("1", "1", "5"), "-50", "type"},
      {order("1", "1", "2", "600"), "-50", "limitPrice must be 0"},
      {order("1", "1", "1"), "-50", "limitPrice must be above 0"},
      {order("1", "1", "4", "595", "600"), "-50", "less than limit price"},
      {order("1", "1", "2", "0", "0", R"("orderTag":"a-b",)"), "-50", "orderTag"},
      {order("1", "1", "2", "0", "0", R"("isSliceOrder":true,)"), "-50", "isSliceOrder"},
      {R"({"symbol":"NSE:SBIN-EQ"})", "-50", "Invalid input"},
      {"[1", "-50", "Invalid input"},
      {R"({"symbol":"NSE:NOPE-EQ"})", "-300", "Invalid symbol provided"},
      {R"({"symbol":"NSE:NIFTY50-INDEX"})", "-300", "Invalid symbol provided"},
      {order("1", "5001", "2"), "-99", "freeze quantity 5000"},
      {order("1", "1", "1", "720.05"), "-99", "circuit limits 480 to 720"},
      {order("1", "1", "3", "0", "599.95"), "-99", "Trigger price"},
      {order("-1", "1", "3", "0", "600.05"), "-99", "Trigger price"},
      {order("1", "2000", "2", "0", "0", "", "CNC"), "-99", "Margin Shortfall"},
  };
  for (const Row& row : rows) {
    const DeskAnswer answer = client.ask("POST", "/api/v3/orders/sync", row.body);
    EXPECT_EQ(answer.status, 400U) << row.body;
    EXPECT_EQ(member_of(answer.body, "code"), row.code) << row.body << answer.body;
    EXPECT_HAS(answer.body, row.words);
  }
  // What was rejected is in the book; what was refused was never an order.
  const std::string book = client.ask("GET", "/api/v3/orders").body;
  EXPECT_EQ(client.desk().account(0).orders().size(), 5U) << book;
  EXPECT_EQ(member_of(book, "status"), "5");
  EXPECT_EQ(position(client).find("netQty"), std::string::npos);
}

TEST(FyersOrders, StopsWaitAndFire) {
  DeskClient client;
  const std::string entry = client.place(DeskClient::order("1", "5", "2"));
  EXPECT_EQ(member_of(client.order_row(entry), "status"), "2");
  const std::string market = client.place(DeskClient::order("-1", "2", "3", "0", "598"));
  const std::string limit = client.place(DeskClient::order("-1", "3", "4", "596", "597"));
  client.show("598.05");
  EXPECT_EQ(member_of(client.order_row(market), "status"), "6");
  client.show("597.5");
  EXPECT_EQ(member_of(client.order_row(market), "tradedPrice"), "597.5");
  EXPECT_EQ(member_of(client.order_row(limit), "status"), "6");
  client.show("597");
  EXPECT_EQ(member_of(client.order_row(limit), "status"), "2");
  EXPECT_EQ(member_of(position(client), "netQty"), "0");
}

TEST(FyersOrders, ModifyKeepsTheOrderOrLeavesItAlone) {
  DeskClient client;
  const std::string id = client.place(DeskClient::order("1", "5", "1", "590"));
  const auto modify = [&](const std::string& members) {
    return client.ask("PATCH", "/api/v3/orders/sync", R"({"id":")" + id + "\"," + members + "}")
        .body;
  };
  EXPECT_EQ(member_of(modify(R"("type":1,"limitPrice":591.5,"qty":7)"), "code"), "1102");
  EXPECT_EQ(member_of(client.order_row(id), "limitPrice"), "591.5");
  EXPECT_EQ(member_of(modify(R"("limitPrice":591.52)"), "code"), "-50");
  EXPECT_EQ(member_of(modify(R"("limitPrice":800)"), "code"), "-99");
  EXPECT_EQ(member_of(modify(R"("qty":5000,"limitPrice":1200)"), "code"), "-99");
  // More than the account can pay for: it stays as it was.
  EXPECT_EQ(member_of(modify(R"("qty":5000,"limitPrice":719)"), "code"), "1102");
  EXPECT_EQ(member_of(client.order_row(id), "status"), "2");

  DeskClient poor;
  const std::string kept = poor.place(DeskClient::order("1", "100", "1", "590", "0", "", "CNC"));
  const std::string refused =
      poor.ask("PATCH", "/api/v3/orders/sync", R"({"id":")" + kept + R"(","qty":4000})").body;
  EXPECT_HAS(refused, "Margin Shortfall");
  EXPECT_EQ(member_of(poor.order_row(kept), "qty"), "100");
  EXPECT_EQ(member_of(poor.order_row(kept), "status"), "6");
  // To the market.
  EXPECT_EQ(
      member_of(
          poor.ask("PATCH", "/api/v3/orders/sync", R"({"id":")" + kept + R"(","type":2})").body,
          "code"),
      "1102");
  EXPECT_EQ(member_of(poor.order_row(kept), "status"), "2");
  EXPECT_EQ(member_of(poor.ask("DELETE", "/api/v3/orders/sync", R"({"id":")" + kept + "\"}").body,
                      "code"),
            "-99");
  EXPECT_EQ(member_of(poor.ask("DELETE", "/api/v3/orders/sync", R"({"id":"7"})").body, "code"),
            "-51");
}

TEST(FyersOrders, ListsAnswerOneByOne) {
  DeskClient client;
  const std::string body = "[" + DeskClient::order("1", "1", "1", "590") + "," +
                           DeskClient::order("1", "1", "1", "590.01") + "]";
  const std::string answer = client.ask("POST", "/api/v3/multi-order/sync", body).body;
  EXPECT_HAS(answer, R"({"statusCode":200,"body":{"s":"ok","code":1101)");
  EXPECT_HAS(answer, R"({"statusCode":400,"body":{"s":"error","code":-50)");
  EXPECT_EQ(member_of(client.ask("POST", "/api/v3/multi-order/sync", "[]").body, "code"), "-50");
}

// 2 at 600, 1 sold at 612: net average 588, and what Fyers calls realized is 12.
TEST(FyersPositions, AreNettedBySymbolAndProduct) {
  DeskClient client;
  client.place(DeskClient::order("1", "2", "2"));
  client.place(DeskClient::order("1", "3", "2", "0", "0", "", "CNC"));
  client.show("612");
  client.place(DeskClient::order("-1", "1", "2"));
  client.show("610");
  const std::string body = position(client);
  EXPECT_HAS(body, "NSE:SBIN-EQ-CNC");
  const std::string intraday = body.substr(body.rfind("{\"netQty\""));
  EXPECT_EQ(member_of(intraday, "netQty"), "1");
  EXPECT_EQ(member_of(intraday, "avgPrice"), "600");
  EXPECT_EQ(member_of(intraday, "netAvg"), "588");
  EXPECT_EQ(member_of(intraday, "realized_profit"), "12");
  EXPECT_EQ(member_of(intraday, "unrealized_profit"), "10");
  EXPECT_EQ(member_of(body, "pl_total"), "52");
  const std::string funds = client.ask("GET", "/api/v3/funds").body;
  EXPECT_HAS(funds, R"("title":"Total Balance","equityAmount":1000012)");
  EXPECT_HAS(funds, R"("title":"Utilized Amount","equityAmount":1952)");
}

TEST(FyersPositions, ExitTakesEveryForm) {
  const auto held = [](DeskClient& client) {
    client.place(DeskClient::order("1", "2", "2"));
    client.place(DeskClient::order("1", "1", "2", "0", "0", "", "CNC"));
    client.place(DeskClient::order("1", "1", "1", "500"));
  };
  const auto count = [](DeskClient& client) { return member_of(position(client), "count_open"); };
  const auto exit = [](DeskClient& client, const std::string& body) {
    return member_of(client.ask("DELETE", "/api/v3/positions", body).body, "code");
  };
  DeskClient by_id;
  held(by_id);
  EXPECT_EQ(exit(by_id, R"({"id":"NSE:SBIN-EQ-INTRADAY"})"), "200");
  EXPECT_EQ(count(by_id), "1");
  EXPECT_EQ(exit(by_id, R"({"id":"NSE:SBIN-EQ-INTRADAY"})"), "-352");
  EXPECT_EQ(exit(by_id, R"({"id":"NSE:SBIN-EQ"})"), "-53");
  EXPECT_EQ(exit(by_id, R"({"id":["NSE:SBIN-EQ-CNC"]})"), "200");
  EXPECT_EQ(count(by_id), "0");
  DeskClient by_filter;
  held(by_filter);
  EXPECT_EQ(exit(by_filter, R"({"segment":[10],"side":[1]})"), "-50");
  EXPECT_EQ(exit(by_filter, R"({"segment":[10],"side":[-1],"productType":["ALL"]})"), "-352");
  EXPECT_EQ(exit(by_filter, R"({"segment":[10],"side":[1,-1],"productType":["CNC"]})"), "200");
  EXPECT_EQ(count(by_filter), "1");
  EXPECT_EQ(exit(by_filter, R"({"pending_orders_cancel":1})"), "200");
  EXPECT_EQ(count(by_filter), "1");
  EXPECT_EQ(member_of(by_filter.order_row("23070300000003"), "status"), "1");
  // The dangerous one: so is the venue.
  DeskClient all;
  held(all);
  EXPECT_EQ(exit(all, "{}"), "200");
  EXPECT_EQ(count(all), "0");
  EXPECT_EQ(member_of(all.order_row("23070300000003"), "status"), "6");
  EXPECT_EQ(exit(all, R"({"exit_all":1})"), "-352");
  held(all);
  EXPECT_EQ(exit(all, R"({"id":""})"), "200");
  EXPECT_EQ(count(all), "0");
}

TEST(FyersPositions, ExitOfManyIsCutAtTheFreezeQuantity) {
  DeskOptions options = example_options();
  options.listings[0].freeze = Quantity::from_raw(400 * kDecimalOne);
  DeskClient client(options);
  for (int time = 0; time < 3; ++time) client.place(DeskClient::order("1", "400", "2"));
  EXPECT_EQ(member_of(client.ask("DELETE", "/api/v3/positions", "{}").body, "code"), "200");
  EXPECT_EQ(client.desk().account(0).orders().size(), 6U);
  EXPECT_EQ(member_of(position(client), "count_open"), "0");
}

TEST(FyersPositions, PartialFillsLeaveTheExitOpen) {
  DeskOptions options = example_options();
  options.simulation.take_share = 100'000;  // A tenth of each print.
  DeskClient client(options);
  client.show("600", 0, "1000");
  const std::string entry = client.place(DeskClient::order("1", "150", "2"));
  EXPECT_EQ(member_of(client.order_row(entry), "filledQty"), "100");
  EXPECT_EQ(member_of(client.order_row(entry), "status"), "6");
  client.show("600", 0, "1000");
  EXPECT_EQ(member_of(client.order_row(entry), "status"), "2");
  client.show("600", 0, "1000");
  const std::string body = client.ask("DELETE", "/api/v3/positions", "{}").body;
  EXPECT_EQ(member_of(body, "code"), "201") << body;
  EXPECT_EQ(member_of(position(client), "netQty"), "50");
}

TEST(FyersPositions, ConvertMovesAPart) {
  DeskClient client;
  client.place(DeskClient::order("1", "3", "2"));
  client.show("610");
  const auto convert = [&](const std::string& quantity) {
    return member_of(
        client
            .ask("POST", "/api/v3/positions",
                 R"({"symbol":"NSE:SBIN-EQ-INTRADAY","positionSide":1,"convertQty":)" + quantity +
                     R"(,"convertFrom":"INTRADAY","convertTo":"CNC","overnight":0})")
            .body,
        "code");
  };
  EXPECT_EQ(convert("4"), "-53");
  EXPECT_EQ(convert("2"), "200");
  const std::string body = position(client);
  const std::string cnc = body.substr(body.find("{\"netQty\""));
  EXPECT_EQ(member_of(cnc, "netQty"), "2");
  EXPECT_EQ(member_of(cnc, "buyAvg"), "600");
  EXPECT_EQ(member_of(body, "pl_total"), "30");
  EXPECT_EQ(member_of(client.ask("DELETE", "/api/v3/positions", "{}").body, "code"), "200");
  EXPECT_HAS(client.ask("GET", "/api/v3/funds").body,
             R"("title":"Total Balance","equityAmount":1000030)");
}

TEST(FyersLegs, CoverHasAStopAndBracketBoth) {
  DeskClient client;
  const std::string cover = client.place(
      DeskClient::order("1", "1", "2", "0", "0", R"("stopLoss":2,"takeProfit":0,)", "CO"));
  EXPECT_EQ(member_of(client.order_row("23070300000002"), "stopPrice"), "598");
  EXPECT_EQ(member_of(client.order_row("23070300000002"), "parentId"), cover);
  EXPECT_HAS(client.place(DeskClient::order("1", "1", "2", "0", "0",
                                            R"("stopLoss":2.02,"takeProfit":0,)", "CO")),
             "StopLoss not a multiple of tick size 0.0500");
  client.place(
      DeskClient::order("-1", "1", "2", "0", "0", R"("stopLoss":5,"takeProfit":10,)", "BO"));
  client.show("590");
  EXPECT_EQ(member_of(client.order_row("23070300000005"), "status"), "2");  // The target at 590.
  EXPECT_EQ(member_of(client.order_row("23070300000004"), "status"), "1");  // Its stop.
  EXPECT_EQ(member_of(client.order_row("23070300000002"), "status"), "2");
  EXPECT_EQ(member_of(position(client), "count_open"), "0");
}

TEST(FyersGtt, OneCancelsTheOther) {
  DeskClient client;
  client.place(DeskClient::order("1", "1", "2", "0", "0", "", "CNC"));
  const auto place = [&](const std::string& product, const std::string& legs) {
    return client
        .ask("POST", "/api/v3/gtt/orders/sync",
             R"({"side":-1,"symbol":"NSE:SBIN-EQ","productType":")" + product +
                 R"(","orderInfo":{)" + legs + "}}")
        .body;
  };
  const std::string legs = R"("leg1":{"price":650,"triggerPrice":650,"qty":1},)"
                           R"("leg2":{"price":550,"triggerPrice":550,"qty":1})";
  EXPECT_EQ(member_of(place("INTRADAY", legs), "code"), "-50");
  EXPECT_EQ(member_of(place("CNC", R"("leg1":{"price":550,"triggerPrice":550,"qty":1},)"
                                   R"("leg2":{"price":650,"triggerPrice":650,"qty":1})"),
                      "code"),
            "-50");
  const std::string placed = place("CNC", legs);
  EXPECT_EQ(member_of(placed, "code"), "1101") << placed;
  client.show("549.5");
  const std::string book = client.ask("GET", "/api/v3/gtt/orders").body;
  EXPECT_EQ(member_of(book, "ord_status"), "2");
  // A limit at 550 when the price is below it: it rests until somebody pays that.
  EXPECT_EQ(member_of(position(client), "count_open"), "1");
  client.show("550");
  EXPECT_EQ(member_of(position(client), "count_open"), "0");
  client.show("651");
  EXPECT_EQ(member_of(position(client), "count_open"), "0");
  const std::string id = member_of(placed, "id");
  EXPECT_EQ(
      member_of(client.ask("DELETE", "/api/v3/gtt/orders/sync", R"({"id":")" + id + "\"}").body,
                "code"),
      "-99");
}

// ---- The hours.

TEST(FyersHours, OrdersWaitForTheOpening) {
  DeskClient client;
  client.go_to(at(15, 31));
  EXPECT_HAS(client.ask("GET", "/data/marketStatus").body, "CLOSED");
  EXPECT_HAS(client.place(DeskClient::order("1", "1", "2", "0", "0", "", "CNC")),
             "The market is closed");
  std::string after = DeskClient::order("1", "1", "2", "0", "0", "", "CNC");
  after.replace(after.find("\"offlineOrder\":false"), 20, "\"offlineOrder\":true");
  const std::string id = client.place(after);
  EXPECT_EQ(member_of(client.order_row(id), "status"), "6") << id;
  client.go_to(at(9, 14, 4));
  EXPECT_EQ(member_of(client.order_row(id), "status"), "6");
  client.go_to(at(9, 15, 4));
  EXPECT_EQ(member_of(client.order_row(id), "status"), "2");
  EXPECT_HAS(client.place(after), "After-market");
}

TEST(FyersHours, IntradayIsSquaredOffAndTheRestCarriedOver) {
  DeskClient client;
  client.place(DeskClient::order("1", "2", "2"));
  const std::string stop = client.place(DeskClient::order("-1", "2", "3", "0", "590"));
  client.place(DeskClient::order("1", "1", "2", "0", "0", "", "CNC"));
  const std::string resting = client.place(DeskClient::order("1", "1", "1", "500", "0", "", "CNC"));
  client.listen();
  client.go_to(at(15, 20));
  EXPECT_EQ(member_of(client.order_row(stop), "status"), "1");
  std::string told;
  for (const std::string& text : client.take_texts()) told += text + "\n";
  EXPECT_HAS(told, "auto square-off");
  EXPECT_HAS(told, R"("net_qty":0)");
  EXPECT_EQ(member_of(position(client), "count_open"), "1");
  EXPECT_HAS(client.place(DeskClient::order("1", "1", "2")), "not allowed after square-off");
  EXPECT_EQ(member_of(client.order_row(resting), "status"), "6");
  client.go_to(at(15, 30));
  EXPECT_EQ(member_of(client.order_row(resting), "status"), "7");
  client.go_to(at(9, 15, 4));
  client.show("601");
  const std::string body = position(client);
  EXPECT_EQ(member_of(body, "count_total"), "1");
  EXPECT_EQ(member_of(body, "cfBuyQty"), "1");
  EXPECT_EQ(member_of(body, "dayBuyQty"), "0");
  EXPECT_EQ(member_of(body, "buyAvg"), "600");
  EXPECT_EQ(client.ask("GET", "/api/v3/orders").body,
            R"({"s":"ok","code":200,"message":"","orderBook":[]})");
}

// A tape that jumps over a night still ends the day before it.
TEST(FyersHours, NoDayEndsUnnoticed) {
  DeskClient client;
  client.place(DeskClient::order("1", "2", "2"));
  client.place(DeskClient::order("1", "1", "1", "500", "0", "", "CNC"));
  client.listen();
  client.go_to(at(11, 0, 5));
  EXPECT_EQ(member_of(position(client), "count_open"), "0");
  EXPECT_EQ(client.desk().account(0).orders().size(), 0U);
  EXPECT_HAS(client.take_texts().back(), "Expired: end of the day");
}

TEST(FyersHours, AlwaysOpenSquaresNothingOff) {
  DeskOptions options = example_options();
  options.hours.always = true;
  DeskClient client(options);
  client.place(DeskClient::order("1", "2", "2"));
  client.go_to(at(23, 0, 5));
  client.show("600");
  client.place(DeskClient::order("1", "2", "2"));
  EXPECT_EQ(member_of(position(client), "netQty"), "4");
}

}  // namespace
}  // namespace tranchet::fyers_venue

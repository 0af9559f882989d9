// The core by its bytes: streams that end and come back, and what was missed meanwhile.
#include "tests/adapters/aster/aster_shell.h"

namespace tranchet::aster {
namespace {

using namespace literals;

TEST_F(AsterShell, AnExpiredKeyIsReplaced) {
  begin();
  connect();
  const std::uint64_t first = attempt(Stream::User);
  core_->on_stream_message(Stream::User, first, R"({"e":"listenKeyExpired","E":1})", now());
  EXPECT_EQ(only<Disconnected>().size(), 1U);
  EXPECT_FALSE(core_->wanted(Stream::User).has_value());
  pass(Duration::seconds(1));
  open_user();
  EXPECT_GT(attempt(Stream::User), first);
  EXPECT_EQ(only<Connected>().size(), 1U);
}

TEST_F(AsterShell, AKeyThatCannotBeKeptIsReplaced) {
  begin();
  connect();
  pass(Duration::minutes(30));
  answer("PUT listenKey", R"({"code":-1125,"msg":"This listenKey does not exist."})", 400);
  EXPECT_EQ(only<Disconnected>().size(), 1U);
  pass(Duration::seconds(1));
  EXPECT_TRUE(is_sent("POST listenKey"));
}

TEST_F(AsterShell, ASilentUserStreamIsDead) {
  begin();
  connect();
  pongs_ = false;
  pass(Duration::seconds(59));
  EXPECT_TRUE(events().empty());
  pass(Duration::seconds(2));
  EXPECT_EQ(only<Disconnected>().size(), 1U);
}

TEST_F(AsterShell, StreamsAreRenewedBeforeTheVenueEndsThem) {
  begin();
  connect();
  const std::uint64_t first = attempt(Stream::Market);
  for (int hour = 0; hour < 24; ++hour) {
    pass(Duration::hours(1));
    while (!sent_.empty()) {
      const std::string label(sent_.front().label);
      answer(label, label == "GET time"           ? time_body()
                    : label == "GET exchangeInfo" ? rules_body()
                    : label == "POST listenKey"   ? R"({"listenKey":"abc"})"
                                                  : "{}");
    }
  }
  for (int second = 0; second < 31 && attempt(Stream::Market) == 0; ++second) {
    pass(Duration::seconds(1));
  }
  EXPECT_GT(attempt(Stream::Market), first);
}

TEST_F(AsterShell, ACallForMarginIsTold) {
  begin();
  connect();
  core_->on_stream_message(Stream::User, attempt(Stream::User),
                           R"({"e":"MARGIN_CALL","E":1,"cw":"3.1","p":[{"s":"AUSDT","ps":"LONG"},)"
                           R"({"s":"BUSDT","ps":"SHORT"}]})",
                           now());
  EXPECT_EQ(only_fault(), "margin call: AUSDT BUSDT");
}

TEST_F(AsterShell, WithoutPricesForHalfAMinuteTheyAreAskedFor) {
  begin();
  connect();
  prices_ = false;
  pass(Duration::seconds(29));
  EXPECT_FALSE(is_sent("GET premiumIndex"));
  events();
  pass(Duration::seconds(2));
  EXPECT_TRUE(only_fault().starts_with("no market data for 30 s"));
  answer("GET premiumIndex",
         R"([{"symbol":"AUSDT","markPrice":"99.5"},{"symbol":"X","markPrice":"1"}])");
  std::vector<Occurrence> prices;
  core_->take_market(prices);
  ASSERT_EQ(prices.size(), 1U);
  EXPECT_EQ(std::get<MarkPrice>(prices[0].body).price, 99.5_px);
}

TEST_F(AsterShell, MissedFillsAreFetchedAndTheirOrdersAskedFor) {
  options_.known_until = Timestamp() + Duration::milliseconds(kVenueStart);
  options_.traded = {"AUSDT"};
  begin();
  connect();
  const std::string row =
      R"([{"id":5,"orderId":78,"symbol":"AUSDT","side":"SELL","positionSide":"LONG","qty":"1",)"
      R"("price":"90","commission":"0.1","commissionAsset":"USDT","maker":false,"time":)" +
      std::to_string(venue_now()) + "}]";
  answer("GET userTrades", row);
  EXPECT_TRUE(events().empty());
  EXPECT_FALSE(core_->is_idle());
  const OrderId order = make_order_id({.account = 1, .sequence = Sequence{9}});
  answer("GET order", order_body(order, "FILLED", 5, "1"));
  const auto fills = only<OrderFilled>();
  ASSERT_EQ(fills.size(), 1U);
  EXPECT_EQ(fills[0].order, order);
  EXPECT_EQ(fills[0].trade, TradeId{5});
}

// The position that it made is in the books already, by a snapshot that had no trade ids.
TEST_F(AsterShell, WhatOthersTradedBeforeTheLogsEndIsNotCountedAgain) {
  skew_ = Duration::seconds(20);  // The log's times are of a clock that is wrong.
  options_.known_until = Timestamp() + Duration::milliseconds(kVenueStart + 20'000);
  options_.traded = {"AUSDT"};
  begin();
  connect();
  const auto row = [](int trade, std::int64_t time) {
    return R"({"id":)" + std::to_string(trade) + R"(,"orderId":)" + std::to_string(70 + trade) +
           R"(,"symbol":"AUSDT","side":"BUY","positionSide":"LONG","qty":"1","price":"90",)"
           R"("commission":"0.1","commissionAsset":"USDT","maker":false,"time":)" +
           std::to_string(time) + "}";
  };
  answer("GET userTrades", "[" + row(5, kVenueStart - 60'000) + "," + row(6, kVenueStart) + "," +
                               row(7, kVenueStart + 1) + "]");
  const OrderId theirs = make_order_id({.account = 2, .sequence = Sequence{9}});
  for (int order = 0; order < 3; ++order) answer("GET order", order_body(theirs, "FILLED", 5, "1"));
  const auto fills = only<OrderFilled>();
  ASSERT_EQ(fills.size(), 1U);
  EXPECT_EQ(fills[0].order, OrderId::None);
  EXPECT_EQ(fills[0].trade, TradeId{7});
}

// Nor what others traded before the first start, when the stream is cut before the first snapshot.
TEST_F(AsterShell, WithoutALogTheFirstSnapshotSaysWhatWasBefore) {
  begin();
  connect();
  EXPECT_FALSE(is_sent("GET userTrades"));
  hear("TRADE", "FILLED", make_order_id({.account = 2, .sequence = Sequence{9}}), venue_now() - 1,
       R"(,"l":"1","L":"90","t":3,"n":"0.1","N":"USDT")");
  EXPECT_TRUE(only<OrderFilled>().empty());
  hear("TRADE", "FILLED", make_order_id({.account = 2, .sequence = Sequence{10}}), venue_now() + 1,
       R"(,"l":"1","L":"90","t":4,"n":"0.1","N":"USDT")");
  EXPECT_EQ(only<OrderFilled>().size(), 1U);
}

TEST_F(AsterShell, AnotherAccountsOrdersAreForeign) {
  begin();
  connect();
  hear("TRADE", "FILLED", make_order_id({.account = 2, .sequence = Sequence{9}}), venue_now(),
       R"(,"l":"1","L":"90","t":3,"n":"0.1","N":"USDT")");
  const auto fills = only<OrderFilled>();
  ASSERT_EQ(fills.size(), 1U);
  EXPECT_EQ(fills[0].order, OrderId::None);
  EXPECT_EQ(fills[0].origin, FillOrigin::Foreign);
}

TEST_F(AsterShell, AnUnlistedSymbolThatIsHeldIsListed) {
  begin();
  answer("GET time", time_body());
  answer("GET exchangeInfo", R"({"symbols":[{"symbol":"BUSDT","status":"TRADING","filters":[)"
                             R"({"filterType":"PRICE_FILTER","tickSize":"0.5"},)"
                             R"({"filterType":"LOT_SIZE","stepSize":"1"}]}]})");
  answer("GET positionSide/dual", R"({"dualSidePosition":true})");
  open_user();
  events();
  const Command snapshot = RequestSnapshot{};
  core_->submit({&snapshot, 1}, now().wall);
  pump();
  const std::string rows =
      R"([{"symbol":"BUSDT","positionAmt":"3","entryPrice":"7","positionSide":"LONG"}])";
  answer("GET positionRisk", rows);
  answer("GET openOrders", "[]");
  answer("GET balance", R"([{"asset":"USDT","balance":"10"}])");
  answer("GET positionRisk", rows);
  const auto all = events();
  ASSERT_EQ(all.size(), 5U);
  EXPECT_EQ(std::get<InstrumentListed>(all[0]).tick_size, 0.5_px);
  EXPECT_EQ(std::get<PositionReported>(all[2]).quantity, 3_qty);
  EXPECT_EQ(std::get<BalanceReported>(all[3]).balance, 10_usd);
}

}  // namespace
}  // namespace tranchet::aster

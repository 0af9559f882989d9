// The core by its bytes: connections, the token, snapshots and prices.
#include <cstdint>

#include "tests/adapters/fyers/core_shell.h"

namespace tranchet::fyers {
namespace {

using namespace literals;

using FyersCoreTest = FyersShell;

// ---- Connections.

TEST_F(FyersCoreTest, TheOrderStreamStandsWhenItsSubscriptionIsConfirmed) {
  begin();
  ASSERT_TRUE(core_->wanted(Stream::User).has_value());
  EXPECT_EQ(core_->wanted(Stream::User)->target, "/trade/v3");
  core_->on_stream_open(Stream::User, attempt(Stream::User), now());
  pump();
  ASSERT_EQ(said_.size(), 1U);
  EXPECT_NE(said_[0].bytes.reveal().find("SUB_ORD"), std::string_view::npos);
  EXPECT_TRUE(events().empty());
  hear(R"({"code":1605,"message":"Successfully subscribed","s":"ok"})");
  EXPECT_EQ(only<Connected>().size(), 1U);
}

TEST_F(FyersCoreTest, TheOrderStreamIsPingedAndASilentOneIsGivenUp) {
  connect();
  pass(Duration::seconds(10));
  ASSERT_FALSE(said_.empty());
  EXPECT_EQ(said_.back().bytes.reveal(), "ping");
  pongs_ = false;
  const std::uint64_t before = attempt(Stream::User);
  pass(Duration::seconds(31));
  EXPECT_EQ(only<Disconnected>().size(), 1U);
  EXPECT_GT(attempt(Stream::User), before);
}

TEST_F(FyersCoreTest, WhatIsSaidOfAnOldConnectionIsIgnored) {
  connect();
  const std::uint64_t old = attempt(Stream::User);
  core_->on_stream_closed(Stream::User, old, now());
  events();
  core_->on_stream_message(Stream::User, old, order_news(made(1, Purpose::StopLoss).order, {}),
                           now());
  EXPECT_TRUE(events().empty());
}

TEST_F(FyersCoreTest, SymbolsAreLookedUpBeforeTheMarketIsConnected) {
  begin();
  EXPECT_FALSE(core_->wanted(Stream::Market).has_value());
  const HttpRequest request = answer(
      "POST symbol-token",
      R"({"s":"ok","code":200,"message":"","validSymbol":{},"invalidSymbol":["NSE:SBIN-EQ"]})");
  EXPECT_EQ(request.target, "/data/symbol-token");
  EXPECT_NE(faults().find("NSE:SBIN-EQ is no symbol of the venue"), std::string::npos);
}

// ---- The token.

TEST_F(FyersCoreTest, ATokenThatEndsClosesTheStreamsAndTheNextOneOpensThem) {
  connect();
  const Timestamp end = core_->token().expires();
  pass(end - now().wall);
  const auto all = events();
  EXPECT_EQ(only<Disconnected>(all).size(), 1U);  // The market had not stood.
  EXPECT_NE(faults(all).find("the access token has ended"), std::string::npos) << faults(all);
  EXPECT_TRUE(only<EntriesHalted>(all).empty());
  pass(Duration::minutes(5));
  EXPECT_FALSE(core_->wanted(Stream::User).has_value());
  EXPECT_FALSE(core_->wanted(Stream::Market).has_value());
  core_->renew(token_until(now().wall + Duration::hours(20), now().wall, "next"), now());
  pump();
  EXPECT_TRUE(core_->wanted(Stream::User).has_value());
  open_user();
  EXPECT_EQ(only<Connected>().size(), 1U);
}

TEST_F(FyersCoreTest, ATokenThatTheVenueDoesNotTakeHaltsEntriesAndProtectionGoesOn) {
  connect();
  for (const auto& [code, status] : {std::pair{-8, 401}, {-15, 401}, {-16, 401}, {-17, 401}}) {
    submit(static_cast<std::uint64_t>(-code), Purpose::StopLoss);
    answer("POST orders",
           R"({"s":"error","code":)" + std::to_string(code) + R"(,"message":"expired"})", status);
    const auto all = events();
    EXPECT_EQ(only<EntriesHalted>(all).size(), code == -8 ? 1U : 0U);
    ASSERT_EQ(only<OrderRejected>(all).size(), 1U);
    EXPECT_EQ(only<OrderRejected>(all)[0].reason, RejectReason::Other);
  }
  core_->renew(token_until(now().wall + Duration::hours(20), now().wall), now());
  submit(99, Purpose::StopLoss);
  EXPECT_TRUE(is_sent("POST orders"));
}

TEST_F(FyersCoreTest, NoTokenIsInAnythingButTheHeader) {
  connect();
  submit(1, Purpose::StopLoss);
  const HttpRequest request = take("POST orders");
  EXPECT_EQ(request.target.find("e30."), std::string::npos);
  EXPECT_EQ(request.body.find("e30."), std::string::npos);
  ASSERT_FALSE(request.headers.empty());
  EXPECT_EQ(request.headers[0].name, "Authorization");
  EXPECT_TRUE(request.headers[0].value.starts_with("ABCD1234-100:e30."));
}

// ---- Snapshots.

TEST_F(FyersCoreTest, ASnapshotIsRowsThatBelongTogether) {
  connect();
  const OrderId stop = made(1, Purpose::StopLoss).order;
  submit({RequestSnapshot{}});
  answer_snapshot(position_row(10), book_row(stop, {}));
  const auto all = events();
  const auto held = only<PositionReported>(all);
  ASSERT_EQ(held.size(), 1U);
  EXPECT_EQ(held[0].quantity, 10_qty);
  EXPECT_EQ(held[0].position_side, PositionSide::Long);
  EXPECT_EQ(held[0].average_price, 600_px);
  const auto orders = only<OrderReported>(all);
  ASSERT_EQ(orders.size(), 1U);
  EXPECT_EQ(orders[0].order, stop);
  EXPECT_EQ(orders[0].position_side, PositionSide::Long);
  EXPECT_EQ(orders[0].order_type, OrderType::StopMarket);
  EXPECT_EQ(only<BalanceReported>(all)[0].balance, Money::from_raw(5'000 * kDecimalOne));
  EXPECT_TRUE(std::holds_alternative<SnapshotEnded>(all.back()));
}

TEST_F(FyersCoreTest, ASnapshotThatNewsHaveOvertakenIsAskedForAgain) {
  connect();
  submit({RequestSnapshot{}});
  answer("GET positions", positions(position_row(10)));
  answer("GET orders", book(""));
  hear(trade_news(OrderId::None, "5", 3));
  answer("GET tradebook", trades(""));
  answer("GET funds", funds());
  answer("GET positions", positions(position_row(10)));
  EXPECT_TRUE(only<SnapshotStarted>().empty());
  pass(Duration::seconds(2));
  answer_snapshot(position_row(7), "", trade_row(OrderId::None, "5", 3));
  EXPECT_EQ(only<PositionReported>()[0].quantity, 7_qty);
}

TEST_F(FyersCoreTest, ASnapshotWhosePositionsMovedIsAskedForAgain) {
  connect();
  submit({RequestSnapshot{}});
  answer("GET positions", positions(position_row(10)));
  answer("GET orders", book(""));
  answer("GET tradebook", trades(""));
  answer("GET funds", funds());
  answer("GET positions", positions(position_row(-4)));
  EXPECT_TRUE(only<SnapshotStarted>().empty());
  pass(Duration::seconds(2));
  answer_snapshot(position_row(-4));
  const auto held = only<PositionReported>();
  ASSERT_EQ(held.size(), 1U);
  EXPECT_EQ(held[0].quantity, 4_qty);
  EXPECT_EQ(held[0].position_side, PositionSide::Short);
}

// What a broken stream has swallowed: our fills are told before the rows, ends as well; somebody
// else's are in the positions.
TEST_F(FyersCoreTest, AfterAGapTheBooksTellWhatTheStreamDidNot) {
  connect();
  const OrderId close = submit(1, Purpose::Close);
  answer("POST orders", taken_body("26113000000001"));
  hear(order_news(close, {.type = 2}));
  core_->on_stream_closed(Stream::User, attempt(Stream::User), now());
  pass(Duration::seconds(1));
  open_user();
  events();
  submit({RequestSnapshot{}});
  answer_snapshot("", book_row(close, {.status = 2, .filled = 10, .type = 2}),
                  trade_row(close, "21", 10) + "," + trade_row(OrderId::None, "22", 3));
  const auto all = events();
  const auto fills = only<OrderFilled>(all);
  ASSERT_EQ(fills.size(), 1U);
  EXPECT_EQ(fills[0].order, close);
  EXPECT_TRUE(std::holds_alternative<OrderFilled>(all.front()));
  // The stream's late copies are no news.
  hear(trade_news(close, "21", 10));
  hear(trade_news(OrderId::None, "22", 3));
  EXPECT_TRUE(events().empty());
}

// The exchange squares off: trades of an order that is nobody's here.
TEST_F(FyersCoreTest, ASquareOffIsAForeignFillOfWhatIsHeld) {
  connect();
  submit({RequestSnapshot{}});
  answer_snapshot(position_row(10));
  events();
  hear(trade_news(OrderId::None, "9", 10));
  const auto fills = only<OrderFilled>();
  ASSERT_EQ(fills.size(), 1U);
  EXPECT_EQ(fills[0].order, OrderId::None);
  EXPECT_EQ(fills[0].origin, FillOrigin::Foreign);
  EXPECT_EQ(fills[0].position_side, PositionSide::Long);
  EXPECT_EQ(fills[0].quantity, 10_qty);
}

TEST_F(FyersCoreTest, AForeignFillThroughZeroIsTwo) {
  connect();
  submit({RequestSnapshot{}});
  answer_snapshot(position_row(10));
  events();
  hear(trade_news(OrderId::None, "9", 14));
  const auto fills = only<OrderFilled>();
  ASSERT_EQ(fills.size(), 2U);
  EXPECT_EQ(fills[0].position_side, PositionSide::Long);
  EXPECT_EQ(fills[0].quantity, 10_qty);
  EXPECT_EQ(fills[1].position_side, PositionSide::Short);
  EXPECT_EQ(fills[1].quantity, 4_qty);
  EXPECT_NE(fills[0].trade, fills[1].trade);
}

TEST_F(FyersCoreTest, AnotherProductIsAnotherPosition) {
  connect();
  submit({RequestSnapshot{}});
  answer_snapshot(position_row(10, "CNC"));
  EXPECT_TRUE(only<PositionReported>().empty());
  hear(trade_news(OrderId::None, "9", 4, "-1", "CNC"));
  EXPECT_TRUE(only<OrderFilled>().empty());
}

// Positions that stay other than the trades add up to: some were not told.
TEST_F(FyersCoreTest, APositionThatNoTradeExplainsIsLookedInto) {
  connect();
  submit({RequestSnapshot{}});
  answer_snapshot(position_row(10));
  events();
  hear(R"({"positions":{"symbol":"NSE:SBIN-EQ","id":"NSE:SBIN-EQ-INTRADAY","net_qty":4,)"
       R"("net_avg":600,"pl_realized":0,"product_type":"INTRADAY"}})");
  EXPECT_FALSE(is_sent("GET positions"));
  pass(Duration::seconds(2));
  answer_snapshot(position_row(4));
  EXPECT_EQ(only<PositionReported>()[0].quantity, 4_qty);
}

// Adopted without a price, a target that was passed would be sent as it is, and close the position.
TEST_F(FyersCoreTest, ThePriceOfWhatIsHeldComesBeforeTheFirstSnapshot) {
  connect();
  submit({RequestSnapshot{}});
  std::string row = position_row(10);
  row.insert(row.size() - 1, R"(,"ltp":641.25)");
  answer_snapshot(row);
  const auto all = events();
  ASSERT_GE(all.size(), 2U);
  ASSERT_TRUE(std::holds_alternative<MarkPrice>(all[0]));
  EXPECT_EQ(std::get<MarkPrice>(all[0]).price, 641.25_px);
  EXPECT_TRUE(std::holds_alternative<SnapshotStarted>(all[1]));
  // From then on the market's stream has newer ones.
  submit({RequestSnapshot{}});
  answer_snapshot(row);
  EXPECT_TRUE(only<MarkPrice>().empty());
}

// Shares of yesterday are in the holdings; what was sold of them today is a position below 0.
TEST_F(FyersCoreTest, SharesOfYesterdayAreHeld) {
  options_.symbols[0].product = Product::Cnc;
  connect();
  submit({RequestSnapshot{}});
  answer("GET positions", positions(position_row(-3, "CNC")));
  answer("GET orders", book(""));
  answer("GET tradebook", trades(""));
  answer("GET funds", funds());
  answer("GET holdings",
         R"({"s":"ok","code":200,"message":"","holdings":[{"symbol":"NSE:SBIN-EQ","quantity":10,)"
         R"("remainingQuantity":7,"costPrice":555.5},{"symbol":"NSE:NOPE-EQ","quantity":1,)"
         R"("costPrice":1}]})");
  answer("GET positions", positions(position_row(-3, "CNC")));
  const auto held = only<PositionReported>();
  ASSERT_EQ(held.size(), 1U);
  EXPECT_EQ(held[0].quantity, 7_qty);
  EXPECT_EQ(held[0].average_price, 555.5_px);
}

TEST_F(FyersCoreTest, AnAnswerThatCannotBeReadIsAskedForAgainAndTold) {
  connect();
  submit({RequestSnapshot{}});
  answer("GET positions", R"({"s":"ok","code":200,"message":"","netPositions":[{"symbol":"X"}]})");
  EXPECT_NE(faults().find("GET positions: "), std::string::npos);
  pass(Duration::seconds(2));
  answer_snapshot(position_row(1));
  EXPECT_EQ(only<SnapshotEnded>().size(), 1U);
}

// ---- Rules.

TEST_F(FyersCoreTest, ASymbolMasterThatSaysOtherRulesListsThem) {
  options_.master[std::string(kSymbol)] = {.symbol = std::string(kSymbol),
                                           .fy_token = "10100000003045",
                                           .tick_size = 0.1_px,
                                           .lot = 1_qty,
                                           .freeze = {},
                                           .upper = 660_px,
                                           .lower = 540_px,
                                           .trades = true};
  begin();
  const auto listed = only<InstrumentListed>();
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0].tick_size, 0.1_px);
  open_user();
  SubmitOrder stop = made(1, Purpose::StopLoss);
  stop.stop_price = 539_px;
  submit({stop});
  EXPECT_FALSE(is_sent("POST orders"));  // Below the day's lower circuit limit.
}

// ---- The market.

std::string number(std::uint64_t value, int bytes) {
  std::string text;
  for (int at = bytes - 1; at >= 0; --at) text += static_cast<char>(value >> (8 * at) & 0xFF);
  return text;
}
std::string counted(std::string_view text) {
  return number(text.size(), 1) + std::string(text);
}
// A snapshot of sf|nse_cm|3045 with these fields, in paise; the others are 0.
std::string snapshot_frame(std::uint32_t message, const std::map<int, std::uint32_t>& fields) {
  std::string item = "S" + number(1, 2) + counted("sf|nse_cm|3045") + number(21, 1);
  for (int field = 0; field < 21; ++field) {
    const auto found = fields.find(field);
    item += number(found == fields.end() ? 0 : found->second, 4);
  }
  item += number(0, 2) + number(1, 2) + number(2, 1) + counted("nse_cm") + counted("3045") +
          counted("SBIN-EQ");
  return number(0, 2) + number(6, 1) + number(message, 4) + number(1, 2) + item;
}
std::string lite_frame(std::uint32_t message, std::uint32_t price) {
  return number(0, 2) + number(6, 1) + number(message, 4) + number(1, 2) + "L" + number(1, 2) +
         number(price, 4);
}
std::string let_in(std::uint32_t acknowledge_every) {
  return number(0, 2) + number(1, 1) + number(2, 1) + number(1, 1) + number(1, 2) + "K" +
         number(2, 1) + number(4, 2) + number(acknowledge_every, 4);
}

TEST_F(FyersCoreTest, PricesAreTradesAndMarksAndFramesAreAcknowledged) {
  connect();
  const auto say = [&](const std::string& frame) {
    core_->on_stream_message(Stream::Market, attempt(Stream::Market), frame, now());
    pump();
  };
  say(let_in(2));
  EXPECT_EQ(only<Connected>().size(), 1U);
  ASSERT_EQ(said_.size(), 3U);  // Mode, resume, and the topics.
  EXPECT_NE(said_[2].bytes.reveal().find("sf|nse_cm|3045"), std::string_view::npos);
  said_.clear();
  say(snapshot_frame(7, {{0, 60'150}, {1, 1'000}, {8, 25}, {17, 54'000}, {18, 66'000}}));
  say(lite_frame(8, 60'150));
  say(lite_frame(9, 60'200));
  std::vector<Occurrence> market;
  core_->take_market(market);
  ASSERT_EQ(market.size(), 4U);
  EXPECT_EQ(std::get<TradePrinted>(market[0].body).price, 601.5_px);
  EXPECT_EQ(std::get<TradePrinted>(market[0].body).quantity, Maybe<Quantity>(25_qty));
  EXPECT_EQ(std::get<MarkPrice>(market[1].body).price, 601.5_px);
  EXPECT_EQ(std::get<TradePrinted>(market[2].body).price, 602_px);
  EXPECT_EQ(std::get<MarkPrice>(market[3].body).price, 602_px);
  ASSERT_EQ(said_.size(), 1U);
  EXPECT_EQ(said_[0].bytes.reveal().substr(said_[0].bytes.reveal().size() - 4), number(8, 4));
  // The limits of the day came with it.
  SubmitOrder stop = made(1, Purpose::StopLoss);
  stop.stop_price = 539_px;
  submit({stop});
  EXPECT_FALSE(is_sent("POST orders"));
  // A mark that stays is told again each second, while the venue speaks of it.
  pass(Duration::seconds(1));
  market.clear();
  say(lite_frame(10, 60'200));
  core_->take_market(market);
  ASSERT_EQ(market.size(), 1U);
  EXPECT_EQ(std::get<MarkPrice>(market[0].body).price, 602_px);
}

TEST_F(FyersCoreTest, AMarketThatRefusesUsIsTriedAgain) {
  connect();
  const std::uint64_t before = attempt(Stream::Market);
  core_->on_stream_message(
      Stream::Market, before,
      number(6, 2) + number(1, 1) + number(1, 1) + number(1, 1) + number(1, 2) + "N", now());
  EXPECT_NE(faults().find("does not take our key"), std::string::npos);
  pass(Duration::seconds(1));
  EXPECT_GT(attempt(Stream::Market), before);
}

TEST_F(FyersCoreTest, WithoutAMarketStreamQuotesAreAskedFor) {
  connect();
  core_->on_stream_closed(Stream::Market, attempt(Stream::Market), now());
  prices_ = false;
  pass(Duration::seconds(31));
  EXPECT_NE(faults().find("no market data for 30 s"), std::string::npos);
  answer("GET quotes", R"({"s":"ok","code":200,"message":"","d":[{"n":"NSE:SBIN-EQ","s":"ok",)"
                       R"("v":{"lp":601.5,"bid":601,"ask":602,"symbol":"NSE:SBIN-EQ"}}]})");
  std::vector<Occurrence> market;
  core_->take_market(market);
  ASSERT_EQ(market.size(), 1U);
  EXPECT_EQ(std::get<MarkPrice>(market[0].body).price, 601.5_px);
}

TEST_F(FyersCoreTest, WhatTheStreamsSayThatCannotBeReadIsTold) {
  connect();
  hear(R"({"orders":{"id":"1"}})");
  EXPECT_NE(faults().find("order stream: "), std::string::npos);
  hear("pong");
  hear(R"({"edis":{}})");
  EXPECT_TRUE(events().empty());
}

}  // namespace
}  // namespace tranchet::fyers

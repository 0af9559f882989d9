// The core by its bytes: what it asks for, and what it makes of the answers.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "adapters/aster/core.h"

namespace tranchet::aster {
namespace {

using namespace literals;

constexpr std::int64_t kVenueStart = 1'700'000'000'000;  // Milliseconds.

// A shell without sockets: keeps what the core wants sent, and answers as a test says.
class AsterShell : public testing::Test {
 protected:
  AsterShell() {
    auto signer = make_wallet_signer(
        "0x63DD5aCC6b1aa0f563956C0e534DD30B6dcF7C4e", {},
        Secret("4fd0a42218f3eae43a6ce26d22544e986139a01e5b34a62db53757ffca81bae1"), kMainnetChain);
    signer_ = std::move(*signer);
    InstrumentListed listed{.tick_size = 0.1_px, .step_size = 0.001_qty};
    listed.symbol = names_.intern("AUSDT");
    listed.instrument = names_.instrument("AUSDT");
    options_.listed = {listed};
    options_.instruments = {{.symbol = "AUSDT"}};
  }

  Moment now() const {
    return {
        .steady = steady_,
        .wall = Timestamp() + Duration::seconds(1'700'000'000) + (steady_ - Timestamp()) + skew_};
  }
  std::int64_t venue_now() const { return kVenueStart + steady_.nanoseconds() / 1'000'000; }
  void pump() {
    std::vector<HttpRequest> out;
    core_->take_requests(out);
    for (HttpRequest& request : out) sent_.push_back(std::move(request));
  }
  void pass(Duration time) {
    const Timestamp end = steady_ + time;
    while (true) {
      const auto due = core_->next_tick();
      if (!due || *due > end) break;
      steady_ = std::max(steady_, *due);
      tick();
    }
    steady_ = end;
    tick();
  }
  void tick() {
    if (pings_) core_->on_stream_alive(Stream::User, attempt(Stream::User), now());
    if (prices_) core_->on_market_alive(now());
    core_->tick(now());
    pump();
  }
  std::uint64_t attempt(Stream stream) const {
    const auto wish = core_->wanted(stream);
    return wish ? wish->attempt : 0;
  }
  bool is_sent(std::string_view label) const {
    return std::ranges::find(sent_, label, &HttpRequest::label) != sent_.end();
  }
  HttpRequest take(std::string_view label) {
    const auto found = std::ranges::find(sent_, label, &HttpRequest::label);
    if (found == sent_.end()) {
      ADD_FAILURE() << label << " was not sent";
      return {};
    }
    HttpRequest request = std::move(*found);
    sent_.erase(found);
    return request;
  }
  void answer(std::string_view label, std::string_view body, int status = 200,
              std::vector<HttpHeader> headers = {}) {
    const HttpRequest request = take(label);
    core_->on_answer(request.id, {status, headers, body}, now());
    pump();
  }
  std::vector<EventBody> events() {
    std::vector<Occurrence> out;
    while (core_->next_wakeup()) core_->advance(now().wall + Duration::hours(1), out);
    std::vector<EventBody> bodies;
    for (const Occurrence& one : out) bodies.push_back(one.body);
    return bodies;
  }
  template <class Event>
  std::vector<Event> only() {
    std::vector<Event> found;
    for (const EventBody& body : events()) {
      if (const auto* event = std::get_if<Event>(&body)) found.push_back(*event);
    }
    return found;
  }
  std::string only_fault() {
    const auto faults = only<AdapterFault>();
    EXPECT_EQ(faults.size(), 1U);
    return faults.empty() ? "" : std::string(names_.text(faults[0].text));
  }

  void begin() {
    core_.emplace(options_, *signer_, names_);
    core_->start(now());
    pump();
  }
  std::string time_body() const { return R"({"serverTime":)" + std::to_string(venue_now()) + "}"; }
  std::string rules_body() const {
    return R"({"symbols":[{"symbol":"AUSDT","status":"TRADING","filters":[)"
           R"({"filterType":"PRICE_FILTER","tickSize":"0.1"},)"
           R"({"filterType":"LOT_SIZE","stepSize":"0.001"}]}]})";
  }
  void connect() {
    answer("GET time", time_body());
    answer("GET exchangeInfo", rules_body());
    answer("GET positionSide/dual", R"({"dualSidePosition":true})");
    open_user();
    core_->on_stream_open(Stream::Market, attempt(Stream::Market), now());
    pump();
    events();
  }
  void open_user() {
    answer("POST listenKey", R"({"listenKey":"abc"})");
    core_->on_stream_open(Stream::User, attempt(Stream::User), now());
    pump();
  }
  OrderId submit(std::uint64_t sequence, Purpose purpose = Purpose::StopLoss) {
    const SubmitOrder order = made(sequence, purpose);
    const Command command = order;
    core_->submit({&command, 1}, now().wall);
    pump();
    return order.order;
  }
  static SubmitOrder made(std::uint64_t sequence, Purpose purpose) {
    SubmitOrder order;
    order.order = make_order_id({.account = 1, .sequence = Sequence{sequence}});
    order.quantity = 1_qty;
    order.stop_price = 90_px;
    order.instrument = InstrumentId{1};
    order.side = Side::Sell;
    order.position_side = PositionSide::Long;
    order.order_type = OrderType::StopMarket;
    order.purpose = purpose;
    return order;
  }
  template <class Asked>
  void ask(OrderId order) {
    Asked asked{};
    asked.order = order;
    asked.instrument = InstrumentId{1};
    const Command command = asked;
    core_->submit({&command, 1}, now().wall);
    pump();
  }
  std::string order_body(OrderId order, std::string_view status, std::int64_t time,
                         std::string_view filled = "0") const {
    return R"({"symbol":"AUSDT","clientOrderId":")" + to_text(order) +
           R"(","orderId":77,"side":"SELL","positionSide":"LONG","type":"STOP_MARKET",)"
           R"("origType":"STOP_MARKET","status":")" +
           std::string(status) + R"(","origQty":"1","executedQty":")" + std::string(filled) +
           R"(","price":"0","stopPrice":"90","avgPrice":"0","updateTime":)" + std::to_string(time) +
           "}";
  }
  void hear(std::string_view execution, std::string_view status, OrderId order, std::int64_t time,
            std::string_view fill = {}) {
    const std::string text =
        R"({"e":"ORDER_TRADE_UPDATE","E":1,"T":)" + std::to_string(time) +
        R"(,"o":{"s":"AUSDT","c":")" + to_text(order) + R"(","S":"SELL","o":"STOP_MARKET",)" +
        R"("ot":"STOP_MARKET","ps":"LONG","x":")" + std::string(execution) + R"(","X":")" +
        std::string(status) + R"(","i":77,"q":"1","p":"0","z":")" +
        std::string(fill.empty() ? "0" : "1") + "\"" + std::string(fill) + "}}";
    core_->on_stream_text(Stream::User, attempt(Stream::User), text, now());
    pump();
  }

  Names names_;
  CoreOptions options_;
  std::unique_ptr<Signer> signer_;
  std::optional<AsterCore> core_;
  std::deque<HttpRequest> sent_;
  Timestamp steady_ = Timestamp() + Duration::seconds(100);
  Duration skew_;
  bool pings_ = true;
  bool prices_ = true;
};

// ---- Start.

TEST_F(AsterShell, NothingSignedLeavesBeforeTheVenuesClockIsKnown) {
  skew_ = Duration::seconds(20);  // The wall clock is wrong; nonces are by the venue's.
  begin();
  EXPECT_TRUE(is_sent("GET time"));
  EXPECT_FALSE(is_sent("GET positionSide/dual"));
  answer("GET time", time_body());
  const HttpRequest request = take("GET positionSide/dual");
  const std::string wanted = "nonce=" + std::to_string(venue_now() * 1'000) + "&user=0x63DD";
  EXPECT_NE(request.target.find(wanted), std::string::npos) << request.target;
}

TEST_F(AsterShell, TheUserStreamFollowsTheListenKey) {
  begin();
  answer("GET time", time_body());
  EXPECT_FALSE(core_->wanted(Stream::User).has_value());
  answer("GET positionSide/dual", R"({"dualSidePosition":true})");
  answer("POST listenKey", R"({"listenKey":"abc"})");
  ASSERT_TRUE(core_->wanted(Stream::User).has_value());
  EXPECT_EQ(core_->wanted(Stream::User)->target, "/ws/abc");
  core_->on_stream_open(Stream::User, attempt(Stream::User), now());
  EXPECT_EQ(only<Connected>().size(), 1U);
  pass(Duration::minutes(31));
  EXPECT_TRUE(is_sent("PUT listenKey"));
}

TEST_F(AsterShell, AWrongPositionModeHaltsEntries) {
  begin();
  answer("GET time", time_body());
  answer("GET positionSide/dual", R"({"dualSidePosition":false})");
  const auto all = events();
  EXPECT_EQ(
      std::ranges::count_if(
          all, [](const EventBody& body) { return std::holds_alternative<EntriesHalted>(body); }),
      1);
  EXPECT_FALSE(is_sent("POST positionSide/dual"));
}

TEST_F(AsterShell, ThePositionModeIsSetWhereThatIsAllowed) {
  options_.set_position_mode = true;
  begin();
  answer("GET time", time_body());
  answer("GET positionSide/dual", R"({"dualSidePosition":false})");
  answer("POST positionSide/dual", R"({"code":200,"msg":"success"})");
  EXPECT_TRUE(is_sent("POST listenKey"));
  EXPECT_TRUE(only<EntriesHalted>().empty());
}

TEST_F(AsterShell, WrongKeysHaltEntriesAndAreTold) {
  begin();
  answer("GET time", time_body());
  answer("GET positionSide/dual", R"({"code":-1022,"msg":"Signature is not valid."})", 401);
  const auto all = events();
  EXPECT_EQ(
      std::ranges::count_if(
          all, [](const EventBody& body) { return std::holds_alternative<EntriesHalted>(body); }),
      1);
}

TEST_F(AsterShell, ARefusedTimeIsReadAgainBeforeAnythingElseLeaves) {
  begin();
  connect();
  const OrderId order = submit(4);
  steady_ = steady_ + Duration::seconds(1);
  answer("POST order", R"({"code":-4225,"msg":"Nonce Expired"})", 400);
  EXPECT_EQ(only<OutcomeUnknown>().size(), 1U);
  ask<QueryOrder>(order);
  EXPECT_FALSE(is_sent("GET order"));
  answer("GET time", time_body());
  EXPECT_TRUE(is_sent("GET order"));
}

// Filters change in the middle of a day; a refusal that they explain has them read at once.
TEST_F(AsterShell, ARefusalForARuleHasTheRulesReadAgain) {
  begin();
  connect();
  pass(Duration::seconds(3));
  submit(4);
  answer("POST order", R"({"code":-4014,"msg":"Price not increased by tick size."})", 400);
  EXPECT_EQ(only<OrderRejected>().size(), 1U);
  std::string changed = rules_body();
  changed.replace(changed.find("\"0.1\""), 5, "\"0.5\"");
  answer("GET exchangeInfo", changed);
  const auto listed = only<InstrumentListed>();
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0].tick_size, 0.5_px);
  // The next one so soon waits for a moment, and one for another reason changes nothing.
  submit(5);
  answer("POST order", R"({"code":-4014,"msg":"Price not increased by tick size."})", 400);
  EXPECT_FALSE(is_sent("GET exchangeInfo"));
  pass(Duration::seconds(3));
  answer("GET exchangeInfo", changed);
  pass(Duration::seconds(3));
  submit(6);
  answer("POST order", R"({"code":-2019,"msg":"Margin is insufficient."})", 400);
  EXPECT_FALSE(is_sent("GET exchangeInfo"));
}

TEST_F(AsterShell, AMarginTypeThatDiffersIsSetAndARefusalIsTold) {
  options_.instruments[0].margin = MarginType::Isolated;
  begin();
  connect();
  const Command snapshot = RequestSnapshot{};
  core_->submit({&snapshot, 1}, now().wall);
  pump();
  const std::string rows =
      R"([{"symbol":"AUSDT","positionAmt":"0","entryPrice":"0","marginType":"cross"}])";
  answer("GET positionRisk", rows);
  ASSERT_TRUE(is_sent("POST marginType"));
  const auto set = std::ranges::find(sent_, "POST marginType", &HttpRequest::label);
  EXPECT_NE(set->body.find("symbol=AUSDT&marginType=ISOLATED&nonce="), std::string::npos);
  answer("POST marginType", R"({"code":-4047,"msg":"There are open orders."})", 400);
  EXPECT_EQ(only_fault(),
            "AUSDT: margin type isolated was refused, it stays as it was: There are open orders.");
}

TEST_F(AsterShell, AMarginTypeThatIsRightIsLeftAlone) {
  options_.instruments[0].margin = MarginType::Isolated;
  begin();
  connect();
  const Command snapshot = RequestSnapshot{};
  core_->submit({&snapshot, 1}, now().wall);
  pump();
  answer("GET positionRisk",
         R"([{"symbol":"AUSDT","positionAmt":"0","entryPrice":"0","marginType":"isolated"}])");
  EXPECT_FALSE(is_sent("POST marginType"));
}

TEST_F(AsterShell, LeverageThatSomebodyChangesIsTold) {
  options_.instruments[0].leverage = 5;
  begin();
  connect();
  core_->on_stream_text(Stream::User, attempt(Stream::User),
                        R"({"e":"ACCOUNT_CONFIG_UPDATE","E":1,"T":1,"ac":{"s":"AUSDT","l":50}})",
                        now());
  EXPECT_EQ(only_fault(), "AUSDT: somebody set its leverage to 50; 5 is configured");
}

TEST_F(AsterShell, LeverageThatDiffersIsSet) {
  options_.instruments[0].leverage = 5;
  begin();
  connect();
  const Command snapshot = RequestSnapshot{};
  core_->submit({&snapshot, 1}, now().wall);
  pump();
  answer("GET positionRisk",
         R"([{"symbol":"AUSDT","positionAmt":"0","entryPrice":"0","leverage":"20"}])");
  EXPECT_NE(take("POST leverage").body.find("symbol=AUSDT&leverage=5&nonce="), std::string::npos);
}

// ---- Orders.

TEST_F(AsterShell, AnOrderIsAcceptedOnceByAnswerAndStream) {
  begin();
  connect();
  const OrderId order = submit(4);
  hear("NEW", "NEW", order, 1'000);
  answer("POST order", order_body(order, "NEW", 1'000));
  EXPECT_EQ(only<OrderAccepted>().size(), 1U);
}

TEST_F(AsterShell, OldNewsAreDropped) {
  begin();
  connect();
  const OrderId order = submit(4);
  answer("POST order", order_body(order, "NEW", 1'000));
  hear("CANCELED", "CANCELED", order, 2'000);
  EXPECT_EQ(only<OrderCanceled>().size(), 1U);
  hear("CANCELED", "CANCELED", order, 2'000);
  hear("NEW", "NEW", order, 1'000);
  EXPECT_TRUE(events().empty());
}

TEST_F(AsterShell, UnknownOutcomes) {
  begin();
  connect();
  for (const auto& [status, body] : {std::pair(503, R"(<html>)"),
                                     {400, R"({"code":-1007,"msg":"Timeout"})"},
                                     {500, R"({"code":-1006,"msg":"?"})"},
                                     {200, R"({"orderId":1})"},
                                     {200, "{"}}) {
    static std::uint64_t sequence = 10;
    submit(++sequence);
    answer("POST order", body, status);
    EXPECT_EQ(only<OutcomeUnknown>().size(), 1U) << status << " " << body;
  }
  submit(50);
  pass(Duration::seconds(7));
  EXPECT_EQ(only<OutcomeUnknown>().size(), 1U);
  EXPECT_FALSE(is_sent("GET order"));  // Asking is the engine's.
}

TEST_F(AsterShell, WhatNeverLeftIsSentAgainUnlessItIsAnEntry) {
  begin();
  connect();
  submit(4);
  core_->on_no_answer(take("POST order").id, false, now());
  EXPECT_TRUE(events().empty());
  pass(Duration::seconds(2));
  EXPECT_TRUE(is_sent("POST order"));
  sent_.clear();
  pass(Duration::seconds(7));
  EXPECT_EQ(only<OutcomeUnknown>().size(), 1U);
  submit(5, Purpose::Entry);
  core_->on_no_answer(take("POST order").id, false, now());
  EXPECT_EQ(only<OrderRejected>().size(), 1U);
}

TEST_F(AsterShell, ABatchIsAnsweredOneByOne) {
  begin();
  connect();
  const std::vector<Command> orders = {made(4, Purpose::StopLoss), made(5, Purpose::StopLoss),
                                       made(6, Purpose::StopLoss)};
  core_->submit(orders, now().wall);
  pump();
  answer("POST batchOrders", "[" + order_body(std::get<SubmitOrder>(orders[0]).order, "NEW", 1) +
                                 R"(,{"code":-2021,"msg":"."},{"code":-1007,"msg":"."}])");
  const auto all = events();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_TRUE(std::holds_alternative<OrderAccepted>(all[0]));
  EXPECT_EQ(std::get<OrderRejected>(all[1]).reason, RejectReason::WouldTrigger);
  EXPECT_TRUE(std::holds_alternative<OutcomeUnknown>(all[2]));
}

TEST_F(AsterShell, ABatchThatFailsAsAWholeGoesOneByOne) {
  begin();
  connect();
  const std::vector<Command> orders = {made(4, Purpose::StopLoss), made(5, Purpose::StopLoss)};
  core_->submit(orders, now().wall);
  pump();
  answer("POST batchOrders", R"({"code":-4082,"msg":"Invalid number of batch place orders."})",
         400);
  EXPECT_TRUE(events().empty());
  EXPECT_EQ(std::ranges::count(sent_, std::string_view("POST order"), &HttpRequest::label), 2);
}

TEST_F(AsterShell, RequestsOfOneOrderWaitForOneAnother) {
  begin();
  connect();
  const OrderId order = submit(4);
  ask<CancelOrder>(order);
  EXPECT_FALSE(is_sent("DELETE order"));
  answer("POST order", order_body(order, "NEW", 1'000));
  EXPECT_TRUE(is_sent("DELETE order"));
}

TEST_F(AsterShell, NotFoundIsFinalOnlyAfterTwelveSeconds) {
  begin();
  connect();
  const OrderId order = submit(4);
  answer("POST order", "", 503);
  events();
  ask<QueryOrder>(order);
  answer("GET order", R"({"code":-2013,"msg":"Order does not exist."})", 400);
  EXPECT_TRUE(events().empty());
  pass(Duration::seconds(11));
  EXPECT_FALSE(is_sent("GET order"));
  pass(Duration::seconds(1));
  answer("GET order", R"({"code":-2013,"msg":"Order does not exist."})", 400);
  const auto answered = only<QueryAnswered>();
  ASSERT_EQ(answered.size(), 1U);
  EXPECT_EQ(answered[0].status, QueryStatus::NotFound);
}

TEST_F(AsterShell, AnAnswerThatIsOlderThanTheStreamIsAskedForAgain) {
  begin();
  connect();
  const OrderId order = submit(4);
  answer("POST order", order_body(order, "NEW", 1'000));
  ask<QueryOrder>(order);
  hear("CANCELED", "CANCELED", order, 2'000);
  answer("GET order", order_body(order, "NEW", 1'000));
  EXPECT_EQ(only<QueryAnswered>().size(), 0U);
  answer("GET order", order_body(order, "CANCELED", 2'000));
  EXPECT_EQ(only<QueryAnswered>().size(), 1U);
}

TEST_F(AsterShell, ABanHoldsEverythingAndEntriesAreRefused) {
  begin();
  connect();
  submit(4);
  answer("POST order", R"({"code":-1003,"msg":"Way too many requests."})", 418,
         {{"Retry-After", "60"}});
  EXPECT_EQ(only<OrderRejected>().at(0).reason, RejectReason::RateLimited);
  submit(5, Purpose::Entry);
  EXPECT_EQ(only<OrderRejected>().at(0).reason, RejectReason::RateLimited);
  submit(6);
  pass(Duration::seconds(59));
  EXPECT_FALSE(is_sent("POST order"));
  pass(Duration::seconds(2));
  EXPECT_TRUE(is_sent("POST order"));
}

// ---- Streams.

TEST_F(AsterShell, AnExpiredKeyIsReplaced) {
  begin();
  connect();
  const std::uint64_t first = attempt(Stream::User);
  core_->on_stream_text(Stream::User, first, R"({"e":"listenKeyExpired","E":1})", now());
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
  pings_ = false;
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

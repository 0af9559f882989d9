// The core by its bytes: what it asks for before it trades, and what it makes of the answers.
#include "tests/adapters/aster/aster_shell.h"

namespace tranchet::aster {
namespace {

using namespace literals;

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

// Somebody names an instrument and leaves its rules to the venue.
TEST_F(AsterShell, WhatIsToBeTradedIsListedAtTheStart) {
  options_.listed.clear();
  options_.instruments = {{.symbol = "AUSDT"}, {.symbol = "BUSDT"}};
  begin();
  answer("GET time", time_body());
  std::string rules = rules_body();
  rules.replace(rules.find("TRADING"), 7, "SETTLING");
  answer("GET exchangeInfo", rules);
  const auto all = events();
  const auto first = [&]<class Event>(const Event*) {
    for (const EventBody& body : all) {
      if (const auto* event = std::get_if<Event>(&body)) return *event;
    }
    ADD_FAILURE() << "an event is missing";
    return Event{};
  };
  const auto listed = first(static_cast<const InstrumentListed*>(nullptr));
  EXPECT_EQ(names_.text(listed.symbol), "AUSDT");
  EXPECT_EQ(listed.tick_size, 0.1_px);
  const auto changed = first(static_cast<const ConfigChanged*>(nullptr));
  EXPECT_EQ(changed.setting, Setting::EntriesAllowed);
  EXPECT_EQ(changed.value, 0);
  const auto fault = first(static_cast<const AdapterFault*>(nullptr));
  EXPECT_EQ(names_.text(fault.text), "BUSDT is not a listed symbol");
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

// A market stream that lives need not have told the mark of what is held.
TEST_F(AsterShell, MarksAreAskedForBeforeTheFirstSnapshotOfWhatIsHeld) {
  begin();
  connect();
  core_->on_market_alive(now());
  const Command snapshot = RequestSnapshot{};
  core_->submit({&snapshot, 1}, now().wall);
  pump();
  const std::string rows =
      R"([{"symbol":"AUSDT","positionAmt":"3","entryPrice":"7","positionSide":"LONG"}])";
  answer("GET positionRisk", rows);
  ASSERT_TRUE(is_sent("GET premiumIndex"));
  answer("GET premiumIndex", R"([{"symbol":"AUSDT","markPrice":"9"}])");
  answer("GET openOrders", "[]");
  answer("GET balance", R"([{"asset":"USDT","balance":"10"}])");
  EXPECT_TRUE(only<SnapshotEnded>().empty()) << "not before the marks";
  answer("GET positionRisk", rows);
  EXPECT_EQ(only<SnapshotEnded>().size(), 1U);
  core_->submit({&snapshot, 1}, now().wall);
  pump();
  answer("GET positionRisk", rows);
  EXPECT_FALSE(is_sent("GET premiumIndex")) << "the stream has newer ones by now";
}

TEST_F(AsterShell, LeverageThatSomebodyChangesIsTold) {
  options_.instruments[0].leverage = 5;
  begin();
  connect();
  core_->on_stream_message(Stream::User, attempt(Stream::User),
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

}  // namespace
}  // namespace tranchet::aster

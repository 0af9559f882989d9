// The messages of the front ends in use, walked through their own cases: opening, a result that
// moves, exits that fail and succeed; and a replay that says the same.
#include "adapters/gateway/front_end.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/adapters/gateway/peer.h"
#include "tests/adapters/gateway/traded_session.h"

namespace tranchet {
namespace {

constexpr std::string_view kBuy =
    R"("type":"EntrySignal","instrument":"BTCUSDT","side":"Buy","order_type":"Market","quantity":"0.1")";

class FrontEndTest : public testing::Test {
 protected:
  FrontEndTest() : session_(folder_.path() / "log"), front_end_({.trading_mode = "PAPER"}) {
    // The events before anybody watched, as a follower reads them.
    session_.finish();
    read_log([this](const Event& event, const Names& names) { take(event, names); });
    told_.clear();
    session_.watch = [this](const Event& event, const Output&) { take(event, session_.names()); };
  }

  void take(const Event& event, const Names& names) {
    if (!screen_) screen_.emplace(*Screen::begin(event, names));
    const Output& output = screen_->apply(event);
    front_end_.take(event, output, *screen_, names, told_);
  }
  void read_log(const std::function<void(const Event&, const Names&)>& visit) const {
    auto log = LogReader::open(folder_.path() / "log");
    ASSERT_TRUE(log);
    ASSERT_TRUE((*log)->scan(Sequence{1}, [&](const Event& event) {
      visit(event, (*log)->names());
      return true;
    }));
  }

  // What was told since the last call, of one type; "" means all.
  std::vector<std::string> heard(std::string_view type) {
    std::vector<std::string> found;
    for (const std::string& text : told_) {
      if (type.empty() || text.starts_with("{\"type\":\"" + std::string(type) + "\"")) {
        found.push_back(text);
      }
    }
    return found;
  }
  void forget() { told_.clear(); }
  void close_position(std::string_view reason = "ModelClose") {
    session_.say(R"("type":"CloseRequested","instrument":"BTCUSDT","reason":")" +
                 std::string(reason) + "\"");
  }

  ScratchFolder folder_;
  TradedSession session_;
  FrontEnd front_end_;
  std::optional<Screen> screen_;
  std::vector<std::string> told_;
};

TEST_F(FrontEndTest, APositionThatOpensHasEveryFieldThatClientsRead) {
  session_.say(std::string(kBuy));
  const auto updates = heard("position_update");
  ASSERT_FALSE(updates.empty());
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"instrument", "\"BTCUSDT\""},
                                                        {"direction", "\"Long\""},
                                                        {"entryPrice", "45000"},
                                                        {"quantity", "0.1"},
                                                        {"stopLoss", "42750"},
                                                        {"targetPrice", "45450"},
                                                        {"currentPnl", "0"},
                                                        {"tradeType", "\"Automated\""},
                                                        {"isOpen", "true"},
                                                        {"tradingMode", "\"PAPER\""},
                                                        {"tranche", "0"},
                                                        {"trancheId", "1"}}) {
    EXPECT_EQ(json_field(updates.back(), name), value) << name << " in " << updates.back();
  }
  EXPECT_NE(json_field(updates.back(), "entryTime"), "");
  // A tick is another thing: clients tell them apart by these two.
  EXPECT_EQ(json_field(updates.back(), "symbol"), "");
  EXPECT_EQ(json_field(updates.back(), "volume"), "");
  const auto fills = heard("trade_executed");
  ASSERT_EQ(fills.size(), 1U);
  EXPECT_EQ(json_field(fills[0], "action"), "\"BUY\"");
  EXPECT_EQ(json_field(fills[0], "price"), "45000");
}

TEST_F(FrontEndTest, ResultsFollowPricesButNotEveryOne) {
  session_.say(std::string(kBuy));
  forget();
  session_.price("BTCUSDT", "45010");
  session_.price("BTCUSDT", "45020");
  auto updates = heard("position_update");
  ASSERT_EQ(updates.size(), 2U);
  EXPECT_EQ(json_field(updates[0], "currentPnl"), "1");
  EXPECT_EQ(json_field(updates[1], "currentPnl"), "2");
  forget();
  session_.price("BTCUSDT", "45020");
  session_.price("ETHUSDT", "2510");
  EXPECT_TRUE(heard("position_update").empty()) << "no result has changed";
  EXPECT_EQ(heard("tick").size(), 2U) << "one for each price, not for each event";
}

TEST_F(FrontEndTest, ChangedTargetsAreTold) {
  session_.say(std::string(kBuy));
  forget();
  session_.say(
      R"("type":"ProtectionRequested","instrument":"BTCUSDT","tranche":0,"stop_loss":"44000")");
  const auto updates = heard("position_update");
  ASSERT_EQ(updates.size(), 1U);
  EXPECT_EQ(json_field(updates[0], "stopLoss"), "44000");
  EXPECT_EQ(json_field(updates[0], "targetPrice"), "45450");
}

TEST_F(FrontEndTest, AClosedPositionIsToldWithItsStateIntact) {
  session_.say(std::string(kBuy));
  session_.price("BTCUSDT", "45100");
  forget();
  close_position();
  const auto updates = heard("position_update");
  ASSERT_EQ(updates.size(), 1U);
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"entryPrice", "45000"},
                                                        {"quantity", "0.1"},
                                                        {"stopLoss", "42750"},
                                                        {"targetPrice", "45450"},
                                                        {"tradeType", "\"Automated\""},
                                                        {"isOpen", "false"},
                                                        {"exitPrice", "45100"},
                                                        {"pnl", "10"},
                                                        {"currentPnl", "10"},
                                                        {"reason", "\"Model Close\""}}) {
    EXPECT_EQ(json_field(updates[0], name), value) << name << " in " << updates[0];
  }
  EXPECT_EQ(heard("stats_update").size(), 1U);
  EXPECT_TRUE(heard("error").empty());
}

TEST_F(FrontEndTest, TargetAndStopSayTheirNames) {
  session_.say(std::string(kBuy));
  session_.price("BTCUSDT", "45450");
  auto updates = heard("position_update");
  ASSERT_FALSE(updates.empty());
  EXPECT_EQ(json_field(updates.back(), "reason"), "\"TP Hit\"");
  forget();
  session_.say(std::string(kBuy));
  session_.price("BTCUSDT", "43000");
  updates = heard("position_update");
  ASSERT_FALSE(updates.empty());
  EXPECT_EQ(json_field(updates.back(), "reason"), "\"SL Hit\"");
  EXPECT_EQ(json_field(updates.back(), "isOpen"), "false");
}

// ---- The front end's own cases of exits.

TEST_F(FrontEndTest, FailFailSucceed) {
  session_.say(std::string(kBuy));
  forget();
  session_.venue().refuse = 2;
  close_position();
  session_.wait(Duration::seconds(10));
  EXPECT_EQ(session_.venue().closes_seen, 3U);
  ASSERT_EQ(heard("position_update").size(), 1U) << "one, when it is closed";
  EXPECT_EQ(json_field(heard("position_update")[0], "isOpen"), "false");
  EXPECT_TRUE(heard("error").empty());
  // Closing, each retry, and the end.
  std::vector<std::string> states;
  for (const std::string& text : heard("exit_update")) {
    states.push_back(json_field(text, "state") + " " + json_field(text, "attempt"));
  }
  const std::vector<std::string> expected = {"\"closing\" 0", "\"closing\" 1",  "\"retrying\" 1",
                                             "\"closing\" 2", "\"retrying\" 2", "\"closing\" 3",
                                             "\"closed\" "};
  EXPECT_EQ(states, expected);
}

TEST_F(FrontEndTest, ThreeFailuresLeaveThePositionItsStopAndOneError) {
  session_.say(std::string(kBuy));
  forget();
  session_.venue().refuse = 3;
  close_position();
  session_.wait(Duration::seconds(10));
  EXPECT_EQ(session_.venue().closes_seen, 3U);
  EXPECT_TRUE(heard("position_update").empty());
  const std::vector<std::string> expected = {
      R"({"type":"error","message":"Failed to close position for BTCUSDT. Please check manually."})"};
  EXPECT_EQ(heard("error"), expected);
  const Position& position = screen_->state().instruments[0].position(PositionSide::Long);
  ASSERT_EQ(position.tranches.size(), 1U);
  EXPECT_TRUE(position.tranches[0].stop.price.has_value());
  EXPECT_TRUE(covered_quantity(screen_->state(), position.tranches[0]).is_positive());
  // A new attempt is a new story, with its own error if it fails again.
  forget();
  session_.venue().refuse = 3;
  close_position();
  session_.wait(Duration::seconds(10));
  EXPECT_EQ(heard("error").size(), 1U);
}

TEST_F(FrontEndTest, OneErrorHoweverManyTranchesFail) {
  session_.say(std::string(kBuy) + R"(,"stop_loss":"40000")");
  session_.price("BTCUSDT", "42300");  // -6 %: the next is a tranche of its own.
  session_.say(std::string(kBuy));
  ASSERT_EQ(screen_->state().instruments[0].position(PositionSide::Long).tranches.size(), 2U);
  forget();
  session_.venue().refuse = 6;
  close_position();
  session_.wait(Duration::seconds(10));
  EXPECT_EQ(heard("error").size(), 1U);
}

TEST_F(FrontEndTest, TwoTriggersAtOnceCloseOnce) {
  session_.say(std::string(kBuy));
  forget();
  const std::string line = R"("type":"CloseRequested","instrument":"BTCUSDT","reason":"Manual")";
  session_.say_without_waiting(line);
  session_.say_without_waiting(line);
  session_.wait(Duration::seconds(1));
  EXPECT_EQ(session_.venue().closes_seen, 1U);
  ASSERT_EQ(heard("position_update").size(), 1U);
  EXPECT_EQ(json_field(heard("position_update")[0], "reason"), "\"Manual\"");
}

TEST_F(FrontEndTest, AReplaySaysTheSame) {
  std::vector<std::string> live;
  session_.say(std::string(kBuy));
  session_.price("BTCUSDT", "44000");
  session_.say(R"("type":"EntriesHalted","reason":"lunch","author":"anna/r1")");
  session_.say(std::string(kBuy));  // Refused.
  session_.say(R"("type":"EntriesResumed","author":"anna/r2")");
  session_.venue().refuse = 1;
  close_position("Manual");
  session_.wait(Duration::seconds(10));
  session_.price("BTCUSDT", "44100");
  session_.finish();
  live = heard("");
  ASSERT_GT(live.size(), 15U);
  EXPECT_EQ(heard("stopped").size(), 1U);
  EXPECT_EQ(heard("started").size(), 1U);
  EXPECT_EQ(heard("alert").size(), 1U);

  std::vector<std::string> again;
  FrontEnd front_end({.trading_mode = "PAPER"});
  std::optional<Screen> screen;
  read_log([&](const Event& event, const Names& names) {
    if (!screen) screen.emplace(*Screen::begin(event, names));
    const Output& output = screen->apply(event);
    front_end.take(event, output, *screen, names, again);
  });
  ASSERT_GE(again.size(), live.size());
  again.erase(again.begin(), again.end() - static_cast<std::ptrdiff_t>(live.size()));
  EXPECT_EQ(again, live);
}

TEST_F(FrontEndTest, ANewSocketHearsTheStatusAndWhatIsOpen) {
  EXPECT_EQ(front_end_.greeting(*screen_, session_.names()).size(), 1U);
  session_.say(std::string(kBuy));
  session_.price("BTCUSDT", "45010");
  const auto greeting = front_end_.greeting(*screen_, session_.names());
  ASSERT_EQ(greeting.size(), 2U);
  EXPECT_TRUE(greeting[0].starts_with(R"({"type":"status","data":{"status":"running")"))
      << greeting[0];
  EXPECT_EQ(json_field(greeting[1], "currentPnl"), "1");
}

}  // namespace
}  // namespace tranchet

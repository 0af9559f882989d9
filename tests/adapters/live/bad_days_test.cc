// Bad days, end to end: what a venue, a disk or a person can do to a program that holds a position.
// Each has an outcome that is told, and what protects goes last (`adapters/aster/README.md`).
#include <gtest/gtest.h>

#include <csignal>

#include "tests/adapters/live/live_session.h"
#include "tests/adapters/net/simple_client.h"

namespace tranchet {
namespace {

using namespace literals;

std::string text_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

class BadDays : public LiveSession {
 protected:
  bool is_told(const std::string& text) { return stage_->notes().find(text) != std::string::npos; }
  void wait_told(const std::string& text) {
    ASSERT_TRUE(stage_->until("told: " + text, [&](const Engine&) { return is_told(text); }));
  }
  void hold(Quantity quantity) {
    stage_->price("45000");
    wait_for_mark(45000_px);
    stage_->enter("Buy", to_text(quantity));
    wait_protected(0, quantity);
  }
  std::string wish_entry() {
    return stage_->wish(R"("type":"EntrySignal","instrument":"BTCUSDT","order_type":"Market",)"
                        R"("side":"Buy","quantity":"0.05")");
  }
  void finish() {
    EXPECT_EQ(stage_->stop(), 0) << stage_->notes();
    EXPECT_EQ(replay_verify(), 0);
    expect_no_canary();
  }
};

// From the start on, and by a jump while a position is held. A jump of our own wall changes
// nothing: nonces count from the venue's clock by the steady one.
TEST_F(BadDays, TheVenuesClockIsTwentySecondsOff) {
  begin({});
  hold(0.1_qty);
  stage_->set_clock_ahead(Duration::seconds(20));
  EXPECT_TRUE(close_all("ModelClose").starts_with("{\"ok\":true"));
  wait_flat();
  wait_told("the venue refused the time of a request; its clock is read again");
  EXPECT_EQ(stage_->venue_quantity(PositionSide::Long), Quantity());
  EXPECT_EQ(stage_->stop(), 0) << stage_->notes();
  stage_->start();
  ready();
  hold(0.1_qty);
  EXPECT_EQ(stage_->venue_quantity(PositionSide::Long), 0.1_qty);
  finish();
}

// The same day with keys of V1, whose time stamps must be within 5 s.
TEST_F(BadDays, TheVenuesClockIsOffAndTheKeysAreOfV1) {
  begin({.aster = {.hmac = true}});
  hold(0.1_qty);
  stage_->set_clock_ahead(Duration::seconds(20));
  EXPECT_TRUE(close_all("ModelClose").starts_with("{\"ok\":true"));
  wait_flat();
  wait_told("the venue refused the time of a request; its clock is read again");
  EXPECT_EQ(stage_->venue_quantity(PositionSide::Long), Quantity());
  finish();
}

// What the target is rounded to has changed: the refusal has the rules read, and the target placed.
TEST_F(BadDays, FiltersChangeWhileAPositionIsHeld) {
  begin({});
  hold(0.1_qty);
  stage_->rules("tick_size=5");
  stage_->price("44550");
  wait_for_mark(44550_px);
  stage_->enter("Buy", "0.05");
  wait_protected(0, 0.15_qty);
  EXPECT_EQ(tranche_of(*stage_->engine(), 0)->target.price, 45300_px);  // 45298.5 by the old tick.
  EXPECT_EQ(stage_->engine()->state().instrument(kLong.instrument).rules.tick_size, 5_px);
  finish();
}

TEST_F(BadDays, AnInstrumentIsDelistedWhileItIsHeld) {
  begin({});
  hold(0.1_qty);
  stage_->rules("status=SETTLING");
  EXPECT_TRUE(wish_entry().starts_with("{\"ok\":true"));
  wait_told("BTCUSDT is SETTLING: no more entries; what is held stays protected");
  ASSERT_TRUE(stage_->until("no entries", [](const Engine& engine) {
    return engine.state().settings.get(Setting::EntriesAllowed, kLong.instrument) == 0;
  }));
  wait_protected(0, 0.1_qty);
  EXPECT_TRUE(close_all("ModelClose").starts_with("{\"ok\":true"));
  wait_flat();
  EXPECT_EQ(stage_->venue_quantity(PositionSide::Long), Quantity());
  // A restart finds it as it is.
  EXPECT_EQ(stage_->stop(), 0) << stage_->notes();
  stage_->start();
  ready();
  EXPECT_EQ(stage_->engine()->state().settings.get(Setting::EntriesAllowed, kLong.instrument), 0);
  finish();
}

// "0" is in the venue's real list: the precision of its prices is the tick.
TEST_F(BadDays, ATickSizeOfZeroIsThePrecision) {
  begin({.aster = {.tick_size = "0"}});
  hold(0.1_qty);
  EXPECT_EQ(stage_->engine()->state().instrument(kLong.instrument).rules.tick_size, 0.01_px);
  finish();
}

TEST_F(BadDays, KeysAreRevokedWhileAPositionIsHeld) {
  begin({});
  hold(0.1_qty);
  stage_->fault("revoke-keys");
  EXPECT_TRUE(wish_entry().starts_with("{\"ok\":true"));
  wait_told("the venue does not take our keys");
  ASSERT_TRUE(stage_->until("halted", [](const Engine& engine) {
    return is_settled(engine) && engine.state().entries_halted;
  }));
  // What rests at the venue needs no keys.
  stage_->trade("22400");
  wait_flat();
  EXPECT_EQ(stage_->closed().back().reason, ExitReason::StopLoss);
  // Repaired, and a person says that entries may go on.
  stage_->fault("calm");
  EXPECT_TRUE(
      stage_->wish(R"("type":"EntriesResumed","reason":"new keys")").starts_with("{\"ok\""));
  hold(0.1_qty);
  finish();
}

TEST_F(BadDays, WrongKeysAtTheStartAreTold) {
  begin({});
  hold(0.1_qty);
  EXPECT_EQ(stage_->stop(), 0) << stage_->notes();
  stage_->write_keys("user = \"0x63DD5aCC6b1aa0f563956C0e534DD30B6dcF7C4e\"\nkey = \"0x" +
                     std::string(64, '7') + "\"\n");
  stage_->start();
  wait_told("the venue does not take our keys");
  ASSERT_TRUE(stage_->until("halted", [](const Engine& engine) {
    return engine.state().entries_halted && !engine.state().reconciled;
  }));
  EXPECT_EQ(stage_->venue_quantity(PositionSide::Long), 0.1_qty);
  stage_->kill();
  stage_->write_keys(stage_->right_keys());
  stage_->start();
  ready();
  wait_protected(0, 0.1_qty);
  finish();
}

// A second program on the log of one that trades, and a configuration that is edited meanwhile.
TEST_F(BadDays, ASecondProgramAndAnEditedConfiguration) {
  begin({});
  hold(0.1_qty);
  Child second(stage_->arguments(), folder_ / "second-errors");
  EXPECT_EQ(second.wait(), 3);
  const std::string why = text_of(folder_ / "second-errors");
  EXPECT_NE(why.find("another program of this machine trades on this account"), std::string::npos)
      << why;
  stage_->write_configuration("tranche_increment_pct = \"a lot\"\n");
  stage_->program().signal(SIGHUP);
  wait_told("event=configuration_refused");
  EXPECT_TRUE(is_protected(*stage_->engine(), 0, 0.1_qty));
  stage_->write_configuration("max_tranches = 3\n");
  stage_->program().signal(SIGHUP);
  wait_told("event=configuration_changed key=defaults.max_tranches");
  EXPECT_TRUE(is_protected(*stage_->engine(), 0, 0.1_qty));
  finish();
}

// Screens and readers of a log that grows, and what the system shows of a process: no secret is in
// any of it, nor in a core. Nor is what the program finds in its environment.
TEST_F(BadDays, WhatOthersSeeOfASessionHasNoSecret) {
  constexpr std::string_view kSurrounding = "canary0of0the0environment";
  ::setenv("API_SECRET", std::string(kSurrounding).c_str(), 1);
  begin({.gateway = true});
  ::unsetenv("API_SECRET");
  const fs::path process = "/proc/" + std::to_string(stage_->program().id());
  EXPECT_NE(text_of(process / "cmdline").find("live.toml"), std::string::npos);
  for (const char* shown : {"cmdline", "environ", "comm", "stat"}) {
    for (const std::string_view canary : {kCanaryKey, kToken}) {
      EXPECT_EQ(text_of(process / shown).find(canary), std::string::npos) << shown;
    }
  }
  Child follower({TRANCHET_PROGRAM, "log", "cat", "--follow", stage_->log().string()},
                 folder_ / "follow-errors");
  hold(0.1_qty);
  std::string seen;
  while (seen.find("OrderFilled") == std::string::npos) {
    const auto line = follower.line();
    ASSERT_TRUE(line.has_value());
    seen += *line + "\n";
  }
  ASSERT_NE(stage_->gateway_port(), 0);
  SimpleClient screen(stage_->gateway_port(), "");
  EXPECT_EQ(screen.ask("GET", "/api/state").status, 401);
  const std::string who = "Authorization: Bearer " + std::string(kToken) + "\r\n";
  SimpleAnswer state;
  // The gateway follows the log, as the reader does.
  while (state.body.find("45450") == std::string::npos) {
    state = screen.ask("GET", "/api/state", "", who);
    ASSERT_EQ(state.status, 200) << state.body;
  }
  seen += state.body + screen.ask("GET", "/metrics", "", who).body;
  for (const std::string_view canary : {kCanaryKey, kToken}) {
    EXPECT_EQ(seen.find(canary), std::string::npos);
  }
  const SimpleAnswer closes =
      screen.ask("POST", "/api/close",
                 R"({"request_id":"1","instrument":"BTCUSDT","position_side":"Long",)"
                 R"("tranche":0,"reason":"Manual"})",
                 who + "Content-Type: application/json\r\n");
  EXPECT_EQ(closes.status, 202) << closes.body;
  wait_flat();
  EXPECT_EQ(stage_->closed().back().reason, ExitReason::Manual);
  hold(0.1_qty);
  follower.signal(SIGTERM);
  follower.wait();
  // It must not leave a core, whatever ends it: a program without keys does.
  stage_->program().signal(SIGABRT);
  EXPECT_EQ(stage_->program().wait(), -SIGABRT);
  EXPECT_FALSE(stage_->program().has_dumped());
  stage_->start();
  ready();
  wait_protected(0, 0.1_qty);
  finish();
  expect_in_no_file(kSurrounding);
}

TEST(Cores, AChildWithoutKeysLeavesOne) {
  const fs::path folder =
      fs::temp_directory_path() / ("tranchet-core-" + std::to_string(::getpid()));
  fs::create_directories(folder);
  Child sleeper({"/bin/sh", "-c", "echo up; exec sleep 60"}, folder / "errors");
  EXPECT_EQ(sleeper.line(), "up");
  sleeper.signal(SIGABRT);
  EXPECT_EQ(sleeper.wait(), -SIGABRT);
  fs::remove_all(folder);
  if (!sleeper.has_dumped()) GTEST_SKIP() << "this machine writes no cores at all";
}

}  // namespace
}  // namespace tranchet

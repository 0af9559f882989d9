// The way over, step by step as adapters/beside/README.md has it: on paper, with one instrument for
// real, with all of them. Each step is a change of the configuration and an event of the log, and
// what is open stays protected through all of them.
#include <gtest/gtest.h>

#include <csignal>

#include "tests/adapters/live/live_session.h"

namespace tranchet {
namespace {

using namespace literals;

constexpr PositionKey kOne = kLong;
constexpr PositionKey kOther{InstrumentId{2}, PositionSide::Long};
const std::string kOnlyOne = "instruments = [\"BTCUSDT\"]\n";

// One tranche holds so much, and one stop and one target rest for it.
bool is_guarded(const Engine& engine, PositionKey key, Quantity quantity) {
  const Position& position = engine.state().position(key);
  if (position.tranches.size() != 1) return false;
  const Tranche& tranche = position.tranches.front();
  const auto rests = [&](const auto& orders) {
    return orders.size() == 1 && !engine.state().order(orders.front()).is_unanswered() &&
           engine.state().order(orders.front()).remaining() == quantity;
  };
  return tranche.quantity == quantity && rests(tranche.stops) && rests(tranche.targets);
}

class Rollout : public LiveSession {
 protected:
  void ready_with_both() {
    ready();
    ASSERT_TRUE(stage_->until("a price of the other", [](const Engine& engine) {
      return engine.state().knows(kOther.instrument) &&
             engine.state().instrument(kOther.instrument).mark.has_value();
    }));
  }
  void enter(const std::string& symbol, const std::string& quantity) {
    const std::string answer =
        stage_->wish(R"("type":"EntrySignal","order_type":"Market","side":"Buy","instrument":")" +
                     symbol + R"(","quantity":")" + quantity + "\"");
    ASSERT_TRUE(answer.starts_with("{\"ok\":true")) << answer;
  }
  void wait_guarded(PositionKey key, Quantity quantity) {
    ASSERT_TRUE(stage_->until(
        "guarded", [&](const Engine& engine) { return is_guarded(engine, key, quantity); }));
  }
  static bool lets_in(const Engine& engine, PositionKey key) {
    return engine.state().settings.flag(Setting::EntriesAllowed, key.instrument);
  }
  // An entry in the other is refused, and the program says so.
  void expect_only_one() {
    EXPECT_TRUE(lets_in(*stage_->engine(), kOne));
    EXPECT_FALSE(lets_in(*stage_->engine(), kOther));
    enter(kOtherSymbol, "0.1");
    ASSERT_TRUE(stage_->until("a refusal", [this](const Engine&) {
      return stage_->notes().find("instrument=C100USDT reason=NotTrading") != std::string::npos;
    }));
    EXPECT_TRUE(stage_->engine()->state().position(kOther).tranches.empty());
  }

  static constexpr const char* kOtherSymbol = "C100USDT";
};

TEST_F(Rollout, FromPaperToOneInstrumentToAllOfThem) {
  begin({.live = false, .aster = {.crowd = 1}});
  ready_with_both();
  EXPECT_TRUE(lets_in(*stage_->engine(), kOther));
  enter(kOtherSymbol, "0.1");
  wait_guarded(kOther, 0.1_qty);
  // What is on paper is not at the venue; the next step is tried out there first.
  EXPECT_EQ(stage_->venue_quantity(PositionSide::Long), Quantity());
  const auto before = stage_->count<ConfigChanged>();
  stage_->write_configuration("", kOnlyOne);
  stage_->program().signal(SIGHUP);
  ASSERT_TRUE(stage_->until("entries in one alone",
                            [](const Engine& engine) { return !lets_in(engine, kOther); }));
  EXPECT_GT(stage_->count<ConfigChanged>(), before);
  EXPECT_TRUE(is_guarded(*stage_->engine(), kOther, 0.1_qty)) << "what is open keeps its orders";
  EXPECT_EQ(stage_->stop(), 0) << stage_->notes();
  EXPECT_EQ(replay_verify(), 0);

  // One for real, with a log of its own.
  stage_->go_live();
  stage_->start();
  ready_with_both();
  expect_only_one();
  enter("BTCUSDT", "0.1");
  wait_guarded(kOne, 0.1_qty);
  EXPECT_EQ(stage_->venue_quantity(PositionSide::Long), 0.1_qty);
  EXPECT_EQ(stage_->stop(), 0) << stage_->notes();

  // All of them, by a restart.
  const auto when_one = stage_->count<ConfigChanged>();
  stage_->write_configuration("");
  stage_->start();
  ready_with_both();
  EXPECT_GT(stage_->count<ConfigChanged>(), when_one);
  EXPECT_TRUE(lets_in(*stage_->engine(), kOther));
  EXPECT_TRUE(is_guarded(*stage_->engine(), kOne, 0.1_qty));
  enter(kOtherSymbol, "0.1");
  wait_guarded(kOther, 0.1_qty);

  // And after a death it is all still so.
  const auto changes = stage_->count<ConfigChanged>();
  stage_->kill();
  stage_->start();
  ready_with_both();
  wait_guarded(kOne, 0.1_qty);
  wait_guarded(kOther, 0.1_qty);
  EXPECT_EQ(stage_->count<ConfigChanged>(), changes);
  EXPECT_EQ(stage_->venue_quantity(PositionSide::Long), 0.1_qty);
  EXPECT_EQ(stage_->stop(), 0) << stage_->notes();
  EXPECT_EQ(replay_verify(), 0);
}

}  // namespace
}  // namespace tranchet

// The real `tranchet live` is killed at moments that a seed decides, while it trades, and started
// again: LIVE_KILLS rounds from LIVE_SEED on, 3 rounds and seed 1 in the suite. After every start:
// whatever it had acknowledged is in the log, nothing was sent twice, books equal the venue's, and
// what is open has its stop.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <random>
#include <set>
#include <string>

#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/adapters/live/stage.h"

namespace tranchet {
namespace {

namespace fs = std::filesystem;

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

bool is_at_rest(const Engine& engine) {
  const State& state = engine.state();
  if (!state.reconciled || !state.knows(InstrumentId{1}) || state.snapshot) return false;
  for (const auto& [id, order] : state.orders) {
    if (order.is_unanswered()) return false;
  }
  for (const Position& position : state.instrument(InstrumentId{1}).positions) {
    for (const Tranche& tranche : position.tranches) {
      if (!tranche.ended && naked_quantity(state, tranche).is_positive()) return false;
      if (tranche.closing) return false;
    }
  }
  return state.instrument(InstrumentId{1}).mark.has_value();
}

class Killer {
 public:
  explicit Killer(std::uint64_t seed) : random_(seed) {
    folder_ = fs::temp_directory_path() / ("tranchet-kills-" + std::to_string(::getpid()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    stage_ = std::make_unique<Stage>(folder_, Stage::Options{});
    stage_->start_venue();
    stage_->start();
  }
  ~Killer() {
    stage_.reset();
    if (!testing::Test::HasFailure()) fs::remove_all(folder_);
  }

  void round(std::uint64_t number) {
    SCOPED_TRACE("round " + std::to_string(number));
    for (int act = 0, acts = below(4); act <= acts; ++act) do_something();
    stage_->program().rest(std::chrono::milliseconds(below(60)));
    stage_->kill();
    stage_->start();
    ASSERT_TRUE(stage_->until("settled", [this](const Engine& engine) {
      return stage_->has_compared() && is_at_rest(engine);
    }));
    check_acknowledged();
    check_books();
  }

  void end() {
    EXPECT_EQ(stage_->stop(), 0) << stage_->notes();
    Child replay({TRANCHET_PROGRAM, "replay", stage_->log().string(), "--verify"},
                 folder_ / "replay-errors");
    EXPECT_EQ(replay.wait(), 0);
  }

 private:
  int below(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }

  void do_something() {
    switch (below(5)) {
      case 0:
      case 1:
        remember(
            stage_->wish(R"("type":"EntrySignal","instrument":"BTCUSDT","order_type":"Market",)"
                         R"("side":")" +
                         std::string(below(2) == 0 ? "Buy" : "Sell") + R"(","quantity":"0.01")"));
        break;
      case 2:
        remember(
            stage_->wish(R"("type":"CloseRequested","instrument":"BTCUSDT","reason":"Manual")"));
        break;
      case 3:
        stage_->price(std::to_string(44000 + below(2000)));
        break;
      case 4:
        stage_->trade(std::to_string(44000 + below(2000)));
        break;
    }
  }

  void remember(const std::string& answer) {
    constexpr std::string_view kYes = "{\"ok\":true,\"seq\":";
    if (!answer.starts_with(kYes)) return;
    acknowledged_ = std::max<std::uint64_t>(
        acknowledged_, std::strtoull(answer.c_str() + kYes.size(), nullptr, 10));
  }

  void check_acknowledged() { EXPECT_GE(number(stage_->engine()->last_sequence()), acknowledged_); }

  // What the venue said last of its positions is what the engine holds.
  void check_books() {
    const Engine& engine = *stage_->engine();
    for (const PositionSide side : {PositionSide::Long, PositionSide::Short}) {
      EXPECT_EQ(held(engine, side), stage_->venue_quantity(side));
    }
  }

  std::mt19937_64 random_;
  fs::path folder_;
  std::unique_ptr<Stage> stage_;
  std::uint64_t acknowledged_ = 0;
};

TEST(LiveKills, NothingIsDoubledAndNothingForgotten) {
  const std::uint64_t rounds = from_environment("LIVE_KILLS", 3);
  Killer killer(from_environment("LIVE_SEED", 1));
  for (std::uint64_t number = 1; number <= rounds && !HasFailure(); ++number) killer.round(number);
  if (!HasFailure()) killer.end();
}

}  // namespace
}  // namespace tranchet

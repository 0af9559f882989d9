// What the tests of whole sessions share: a stage of their own, and what to wait for.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include <unistd.h>

#include "tests/adapters/live/stage.h"

namespace tranchet {

namespace fs = std::filesystem;

inline constexpr PositionKey kLong{InstrumentId{1}, PositionSide::Long};

inline const Tranche* tranche_of(const Engine& engine, std::uint32_t ordinal,
                                 PositionSide side = PositionSide::Long) {
  if (!engine.state().knows(kLong.instrument)) return nullptr;
  for (const Tranche& tranche :
       engine.state().instrument(kLong.instrument).position(side).tranches) {
    if (tranche.ordinal == ordinal && !tranche.ended && tranche.quantity.is_positive()) {
      return &tranche;
    }
  }
  return nullptr;
}

// Holds so much, and one stop and one target rest for all of it.
inline bool is_protected(const Engine& engine, std::uint32_t ordinal, Quantity quantity) {
  const Tranche* tranche = tranche_of(engine, ordinal);
  if (tranche == nullptr || tranche->quantity != quantity) return false;
  if (tranche->stops.size() != 1 || tranche->targets.size() != 1) return false;
  const Order& stop = engine.state().order(tranche->stops.front());
  const Order& target = engine.state().order(tranche->targets.front());
  return !stop.is_unanswered() && !target.is_unanswered() && stop.quantity == quantity &&
         target.remaining() == quantity && target.limit_price == tranche->target.price &&
         stop.stop_price == tranche->stop.price;
}

inline bool is_flat(const Engine& engine) {
  return tranche_of(engine, 0) == nullptr && tranche_of(engine, 1) == nullptr;
}

inline bool is_settled(const Engine& engine) {
  return std::ranges::none_of(engine.state().orders,
                              [](const auto& order) { return order.second.is_unanswered(); });
}

class LiveSession : public testing::Test {
 protected:
  void begin(const Stage::Options& options) {
    folder_ = fs::temp_directory_path() / ("tranchet-live-" + std::to_string(::getpid()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    stage_ = std::make_unique<Stage>(folder_, options);
    stage_->start_venue();
    stage_->start();
    ready();
  }
  void TearDown() override {
    stage_.reset();
    if (!HasFailure()) fs::remove_all(folder_);
  }

  // Reconciled, and a price is known.
  void ready() {
    ASSERT_TRUE(stage_->until("ready", [this](const Engine& engine) {
      return stage_->has_compared() && engine.state().reconciled &&
             engine.state().knows(kLong.instrument) &&
             engine.state().instrument(kLong.instrument).mark.has_value() && is_settled(engine);
    }));
  }

  // The mark as the program knows it.
  void wait_for_mark(Price mark) {
    ASSERT_TRUE(stage_->until("mark " + to_text(mark), [&](const Engine& engine) {
      return engine.state().instrument(kLong.instrument).mark == mark;
    }));
  }
  void wait_protected(std::uint32_t ordinal, Quantity quantity) {
    ASSERT_TRUE(stage_->until("protected", [&](const Engine& engine) {
      return is_protected(engine, ordinal, quantity);
    }));
  }
  void wait_flat() { ASSERT_TRUE(stage_->until("flat", is_flat)); }

  int replay_verify() {
    Child replay({TRANCHET_PROGRAM, "replay", stage_->log().string(), "--verify"},
                 folder_ / "replay-errors");
    return replay.wait();
  }

  void expect_no_canary() {
    for (const std::string_view canary : {kCanaryKey, kHmacKey, kHmacSecret, kToken}) {
      expect_in_no_file(canary);
    }
  }
  // In none but those that a person wrote.
  void expect_in_no_file(std::string_view canary) {
    for (const auto& entry : fs::recursive_directory_iterator(folder_)) {
      const std::string name = entry.path().filename().string();
      if (!entry.is_regular_file() || name.ends_with(".toml") || name == "users") continue;
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes((std::istreambuf_iterator<char>(file)), {});
      EXPECT_EQ(bytes.find(canary), std::string::npos) << entry.path();
    }
  }

  std::string close_all(const std::string& reason) {
    return stage_->wish(R"("type":"CloseRequested","instrument":")" + stage_->symbol() +
                        R"(","reason":")" + reason + "\"");
  }

  fs::path folder_;
  std::unique_ptr<Stage> stage_;
};

}  // namespace tranchet

// The liquidation hunter end to end: the venue's own stream of liquidations, over TLS, to an order.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>

#include "tests/adapters/live/stage.h"
#include "tests/support/coin.h"

namespace tranchet {
namespace {

using namespace literals;
namespace fs = std::filesystem;

class HunterSession : public testing::TestWithParam<bool> {
 protected:
  HunterSession()
      : folder_(fs::temp_directory_path() / ("tranchet-hunter-" + std::to_string(::getpid()))) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~HunterSession() override {
    stage_.reset();
    if (!HasFailure()) fs::remove_all(folder_);
  }

  fs::path folder_;
  std::unique_ptr<Stage> stage_;
};

TEST_P(HunterSession, EntersAgainstThoseWhoAreLiquidated) {
  const std::string strategy =
      "trade_value = 450\n[strategy]\nname = \"liquidation_hunter\"\ncooldown = \"0s\"\n";
  stage_ =
      std::make_unique<Stage>(folder_, Stage::Options{.live = GetParam(), .settings = strategy});
  stage_->start_venue();
  stage_->start();
  ASSERT_TRUE(stage_->until("ready", [this](const Engine& engine) {
    return stage_->has_compared() && engine.state().reconciled && engine.state().knows(kCoin) &&
           engine.state().instrument(kCoin).mark.has_value() && stage_->count<Connected>() >= 2;
  }));
  // 9,000 of longs are too little; 1,125 more are above the threshold.
  stage_->liquidate("SELL", "0.2", "45000");
  stage_->liquidate("BUY", "0.2", "45000");
  ASSERT_TRUE(stage_->until("two liquidations", [this](const Engine&) {
    return stage_->count<LiquidationPrinted>() == 2;
  }));
  EXPECT_TRUE(held(*stage_->engine(), PositionSide::Long).is_zero());
  stage_->liquidate("SELL", "0.025", "44999.9");
  ASSERT_TRUE(stage_->until(
      "long", [](const Engine& engine) { return held(engine, PositionSide::Long) == 0.01_qty; }));
  EXPECT_TRUE(held(*stage_->engine(), PositionSide::Short).is_zero());
  EXPECT_EQ(stage_->stop(), 0);
}

INSTANTIATE_TEST_SUITE_P(LiveAndPaper, HunterSession, testing::Bool(),
                         [](const auto& live) { return live.param ? "Live" : "Paper"; });

}  // namespace
}  // namespace tranchet

// The log of a program that trades: begun, gone on with, and refused.
#include "adapters/live/run_log.h"

#include <gtest/gtest.h>

#include <fstream>

#include <unistd.h>

#include "adapters/cli/configuration.h"
#include "adapters/live/stop_distance.h"
#include "replay/opening.h"
#include "tests/support/coin.h"

namespace tranchet {
namespace {

namespace fs = std::filesystem;

class RunLogTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("tranchet-run-log-" + std::to_string(::getpid()));
    fs::remove_all(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  fs::path folder_;
};

TEST_F(RunLogTest, BeginsThenGoesOn) {
  {
    auto run = open_run_log(folder_, "paper", {});
    ASSERT_TRUE(run) << run.error().message;
    EXPECT_EQ(run->engine, nullptr);
    Engine engine{Settings()};
    std::vector<Event> events;
    for (const EventBody& body : opening_events({}, run->names)) {
      events.push_back({.sequence = Sequence{events.size() + 1}, .body = body});
    }
    ASSERT_TRUE(run->writer->append(events, run->names));
    ASSERT_TRUE(run->writer->close());
  }
  auto run = open_run_log(folder_, "paper", {});
  ASSERT_TRUE(run) << run.error().message;
  ASSERT_NE(run->engine, nullptr);
  EXPECT_EQ(run->replayed, 1U);
}

TEST_F(RunLogTest, APaperRunDoesNotGoOnWithALiveLog) {
  ASSERT_TRUE(open_run_log(folder_, "live", {}));
  const auto run = open_run_log(folder_, "paper", {});
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().exit_status, 2);
  EXPECT_NE(run.error().message.find("is the log of a live run"), std::string::npos);
}

TEST_F(RunLogTest, ASecondWriterIsTurnedAway) {
  auto first = open_run_log(folder_, "paper", {});
  ASSERT_TRUE(first);
  const auto second = open_run_log(folder_, "paper", {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().exit_status, 3);
}

TEST_F(RunLogTest, DamageIsNamed) {
  { ASSERT_TRUE(open_run_log(folder_, "paper", {})); }
  std::ofstream(folder_ / "data.mdb", std::ios::trunc) << "not a log";
  const auto run = open_run_log(folder_, "paper", {});
  ASSERT_FALSE(run);
  EXPECT_NE(run.error().exit_status, 0);
  EXPECT_FALSE(run.error().message.empty());
}

TEST(ChangedSettings, AreEventsWhereTheValueDiffers) {
  Settings before, now;
  EXPECT_TRUE(changed_settings(before, now).empty());
  now.set(Setting::TakeProfit, InstrumentId::None, 20'000);
  now.set(Setting::StopLoss, kCoin, 30'000);
  const auto changes = changed_settings(before, now);
  ASSERT_EQ(changes.size(), 2U);
  for (const ConfigChanged& change : changes)
    before.set(change.setting, change.instrument, change.value);
  EXPECT_TRUE(changed_settings(before, now).empty());
  // An override that is taken back is one with the default's value.
  Settings without = now;
  without = Settings();
  without.set(Setting::TakeProfit, InstrumentId::None, 20'000);
  const auto back = changed_settings(now, without);
  ASSERT_EQ(back.size(), 1U);
  EXPECT_EQ(back.front().setting, Setting::StopLoss);
  EXPECT_EQ(back.front().value, without.get(Setting::StopLoss));
}

// One instrument for real, then all: what a reload, or the next start, writes into the log.
TEST(ChangedSettings, EveryStepOfARolloutIsAnEvent) {
  const auto settings_of = [](const std::string& instruments) {
    Names names;
    const std::vector<std::string> sets = {"account.instruments=" + instruments,
                                           "instrument.COIN.tick_size=0.1",
                                           "instrument.GOLD.tick_size=0.1"};
    const auto configuration =
        load_configuration(TRANCHET_SOURCE_DIR "/data/example.toml", sets, names);
    EXPECT_TRUE(configuration);
    EXPECT_EQ(names.symbol(kCoin), "COIN");
    return configuration ? configuration->settings : Settings();
  };
  const Settings none = settings_of("OTHER"), one = settings_of("COIN"), all = settings_of("");
  EXPECT_FALSE(none.flag(Setting::EntriesAllowed, kCoin));
  const auto first = changed_settings(none, one);
  ASSERT_FALSE(first.empty());
  Settings now = none;
  for (const ConfigChanged& change : first) {
    EXPECT_EQ(change.setting, Setting::EntriesAllowed);
    now.set(change.setting, change.instrument, change.value);
  }
  EXPECT_TRUE(now.flag(Setting::EntriesAllowed, kCoin));
  EXPECT_FALSE(now.flag(Setting::EntriesAllowed, InstrumentId{2}));
  for (const ConfigChanged& change : changed_settings(one, all)) {
    now.set(change.setting, change.instrument, change.value);
  }
  EXPECT_TRUE(now.flag(Setting::EntriesAllowed, kCoin));
  EXPECT_TRUE(now.flag(Setting::EntriesAllowed, InstrumentId{2}));
}

TEST(StopDistance, IsThatOfTheLeverage) {
  EXPECT_EQ(liquidation_distance(10, 4'000), 96'000);  // 10 % - 0.4 %.
  EXPECT_EQ(liquidation_distance(125, 10'000), 0);
  Settings settings;
  settings.set(Setting::StopLoss, InstrumentId::None, 95'999);
  EXPECT_FALSE(is_stop_beyond_liquidation(settings, InstrumentId{1}, 4'000));
  settings.set(Setting::StopLoss, InstrumentId::None, 96'000);
  EXPECT_TRUE(is_stop_beyond_liquidation(settings, InstrumentId{1}, 4'000));
  settings.set(Setting::StopLossEnabled, InstrumentId::None, 0);
  EXPECT_FALSE(is_stop_beyond_liquidation(settings, InstrumentId{1}, 4'000));
}

}  // namespace
}  // namespace tranchet

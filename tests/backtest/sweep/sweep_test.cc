// Trials against single backtests of the same settings: a sweep shares reading, blocks and signals
// among its lanes, and none of it may show.
#include <gtest/gtest.h>

#include "backtest/sweep/sweep.h"
#include "backtest/tape/tape_import.h"
#include "tests/backtest/market_data/input_files.h"

namespace tranchet {
namespace {

class Watch final : public SweepWatch {
 public:
  void on_plan(std::uint64_t trials, std::uint64_t done) override { planned = trials - done; }
  bool on_work(std::uint64_t row_trials) override {
    work += row_trials;
    return work < stop_after;
  }
  std::expected<void, ResultsError> on_results(std::span<const TrialResult> results) override {
    for (const TrialResult& result : results) by_number[result.trial.number] = result;
    return {};
  }
  std::map<std::uint64_t, TrialResult> by_number;
  std::uint64_t planned = 0;
  std::uint64_t work = 0;
  std::uint64_t stop_after = ~std::uint64_t{0};
};

Parameter parameter(const std::string& key, const std::vector<std::string>& texts) {
  Parameter made{key, {}};
  for (const std::string& text : texts) made.values.push_back(parameter_value(text));
  return made;
}

class SweepTrials : public testing::Test {
 protected:
  SweepTrials() {
    std::string rows =
        "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n";
    std::int64_t price = 100'000;
    std::uint64_t chance = 1;
    for (int i = 0; i < 30'000; ++i) {
      chance = chance * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
      price += static_cast<std::int64_t>(chance >> 60) * 10 - 75;
      const std::string id = std::to_string(i + 1);
      rows += id + "," + std::to_string(price / 1'000) + "." +
              std::to_string(1'000 + price % 1'000).substr(1) + ",0.5," + id + "," + id + "," +
              std::to_string(1'767'225'600'000 + i * 1'000LL) + ",true\n";
    }
    options_.data = {.paths = {files_.text("trades.csv", rows)}, .symbol = "DEMOUSDT"};
    options_.space.parameters = {parameter("take profit", {"0.4", "0.8"}),
                                 parameter("drop", {"0.5", "1"}),
                                 parameter("strategy", {"dip", "refill"})};
    options_.search.objective = *parse_objective("net_pnl", true);
    options_.period = Duration::hours(1);
    options_.options_of = [this](const Point& point, Names&) { return settings_of(point); };
    survey();
  }

  BacktestOptions settings_of(const Point& point) const {
    BacktestOptions backtest{.data = options_.data};
    const auto set = [&](Setting setting, std::int64_t value) {
      backtest.settings.set(setting, InstrumentId::None, value);
    };
    set(Setting::TakeProfit, point[0] == 0 ? 4'000 : 8'000);
    set(Setting::DipDrop, point[1] == 0 ? 5'000 : 10'000);
    set(Setting::Strategy,
        static_cast<std::int64_t>(point[2] == 0 ? StrategyName::Dip : StrategyName::Refill));
    return backtest;
  }
  void survey() {
    auto survey = survey_data(options_.data, [](std::uint64_t) { return true; });
    ASSERT_TRUE(survey) << to_text(survey.error());
    options_.survey = std::move(*survey);
  }
  Watch run(std::map<std::uint64_t, TrialResult> done = {}) {
    Watch watch;
    const auto ended = run_sweep(options_, std::move(done), watch);
    EXPECT_TRUE(ended && *ended == SweepEnd::Complete);
    return watch;
  }
  void expect_backtests(const Watch& watch) const {
    ASSERT_EQ(watch.by_number.size(), 8U);
    std::uint64_t trades = 0;
    for (const auto& [number, result] : watch.by_number) {
      Names names;
      const auto summary = run_backtest(settings_of(result.trial.point), names);
      ASSERT_TRUE(summary);
      EXPECT_EQ(result.figures, figures_of(*summary)) << "trial " << number;
      EXPECT_EQ(result.state_digest, summary->state_digest);
      EXPECT_EQ(result.command_digest, summary->command_digest);
      EXPECT_EQ(result.equity.back().equity, summary->account.final_equity);
      EXPECT_EQ(result.equity.size(), 10U);  // The beginning, eight hours, and a third of one.
      trades += summary->account.trades;
    }
    EXPECT_GT(trades, 100U);
  }

  InputFolder files_;
  SweepOptions options_;
};

TEST_F(SweepTrials, AreBacktests) {
  const Watch alone = run();
  EXPECT_EQ(alone.work, 8U * 30'000);
  expect_backtests(alone);
  options_.jobs = 2;
  options_.group = 3;
  expect_backtests(run());
}

TEST_F(SweepTrials, OfATapeToo) {
  const std::uint64_t digest = options_.survey.digest;
  const auto tape = files_.path("trades.tape");
  ASSERT_TRUE(import_tape(options_.data, tape));
  options_.data.paths = {tape};
  survey();
  EXPECT_EQ(options_.survey.digest, digest);
  expect_backtests(run());
}

TEST_F(SweepTrials, WhatIsDoneIsNotRunAgain) {
  const Watch whole = run();
  options_.shard = {2, 3};
  const Watch shard = run();
  EXPECT_EQ(shard.by_number.size(), 3U);  // 2, 5 and 8.
  EXPECT_EQ(shard.by_number.at(5).figures, whole.by_number.at(5).figures);
  auto done = shard.by_number;
  done.erase(5);
  const Watch rest = run(done);
  EXPECT_EQ(rest.planned, 1U);
  EXPECT_EQ(rest.by_number.size(), 1U);
  EXPECT_TRUE(rest.by_number.contains(5));
}

TEST_F(SweepTrials, StopsBetweenBlocks) {
  Watch watch;
  watch.stop_after = 1;
  const auto ended = run_sweep(options_, {}, watch);
  ASSERT_TRUE(ended);
  EXPECT_EQ(*ended, SweepEnd::Stopped);
  EXPECT_TRUE(watch.by_number.empty());
  EXPECT_LT(watch.work, 8U * 30'000);
}

TEST_F(SweepTrials, AnErrorOfASettingIsSaid) {
  options_.options_of = [](const Point&, Names&) -> std::expected<BacktestOptions, std::string> {
    return std::unexpected("does not fit");
  };
  Watch watch;
  const auto ended = run_sweep(options_, {}, watch);
  ASSERT_FALSE(ended);
  EXPECT_EQ(std::get<std::string>(ended.error()), "does not fit");
}

}  // namespace
}  // namespace tranchet

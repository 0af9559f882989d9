// The statistics beside a sweep, against numbers that their papers print.
#include <gtest/gtest.h>

#include <cmath>

#include "backtest/sweep/statistics/folds.h"
#include "backtest/sweep/statistics/honesty.h"
#include "backtest/sweep/statistics/normal.h"
#include "backtest/wargame/random.h"

namespace tranchet {
namespace {

TEST(Normal, QuantileIsTheInverse) {
  EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-12);
  for (const double p : {1e-9, 0.01, 0.5, 0.9, 0.999999}) {
    EXPECT_NEAR(normal_probability(normal_quantile(p)), p, 1e-12);
  }
}

// Bailey and Lopez de Prado 2014, "A numerical example": an annual Sharpe ratio of 2.5 is the best
// of 100 trials, whose annual ratios have variance 1/2, over five years of 250 daily returns with
// skewness -3 and kurtosis 10. Luck alone: 0.1132 a day; deflated Sharpe ratio: 0.9004.
TEST(Sharpe, DeflatesAsInThePaper) {
  const double year = std::sqrt(250.0);
  const Moments moments{.skewness = -3, .kurtosis = 10, .sharpe = 2.5 / year};
  const double luck = expected_maximum_sharpe(0.5 / 250, 100);
  EXPECT_NEAR(luck, 0.1132, 0.00005);
  EXPECT_NEAR(probabilistic_sharpe(moments, luck, 1'250), 0.9004, 0.00005);
  // And with normal returns the same investor would have accepted after 88 trials: 0.9505 there.
  const Moments normal{.sharpe = 2.5 / year};
  EXPECT_NEAR(probabilistic_sharpe(normal, expected_maximum_sharpe(0.5 / 250, 88), 1'250), 0.9505,
              0.00005);
}

TEST(Sharpe, MomentsByHand) {
  const std::vector<double> returns = {1, 2, 3, 6};
  const Moments moments = moments_of(returns);
  EXPECT_DOUBLE_EQ(moments.mean, 3);
  EXPECT_NEAR(moments.deviation, std::sqrt(14.0 / 3), 1e-12);
  EXPECT_NEAR(moments.skewness, 4.5 / std::pow(3.5, 1.5), 1e-12);  // (-8 - 1 + 0 + 27) / 4.
  EXPECT_NEAR(moments.kurtosis, 24.5 / (3.5 * 3.5), 1e-12);        // (16 + 1 + 0 + 81) / 4.
  EXPECT_EQ(moments_of(std::vector<double>{0, 0, 0}).sharpe, 0);
  EXPECT_EQ(expected_maximum_sharpe(1, 1), 0);
}

// About normal: the sum of twelve uniform numbers.
std::vector<double> noise(std::size_t count, Random& random) {
  std::vector<double> values(count);
  for (double& value : values) {
    value = -6;
    for (int i = 0; i < 12; ++i) value += static_cast<double>(random.below(1'000'000)) / 1e6;
  }
  return values;
}

// Bailey, Borwein, Lopez de Prado, Zhu 2017, first test case: 100 trials of 1,000 random returns,
// each centred and scaled to the same Sharpe ratio over the whole, so that what is good in-sample
// must be bad out-of-sample. PBO there: 1.
TEST(Overfitting, FullOverfittingAsInThePaper) {
  Random random(1, "pbo");
  ReturnTable table;
  for (int trial = 0; trial < 100; ++trial) {
    std::vector<double> row = noise(1'000, random);
    const Moments moments = moments_of(row);
    for (double& value : row) value = (value - moments.mean) / moments.deviation + 1 / 16.0;
    table.push_back(std::move(row));
  }
  const Overfitting overfitting = probability_of_overfitting(table, 8);
  EXPECT_EQ(overfitting.splits, 70U);
  EXPECT_EQ(overfitting.probability, 1);
}

TEST(Overfitting, SkillIsSeen) {
  Random random(2, "pbo");
  ReturnTable table;
  for (int trial = 0; trial < 20; ++trial) {
    std::vector<double> row = noise(400, random);
    if (trial == 7) {
      for (double& value : row) value += 0.5;
    }
    table.push_back(std::move(row));
  }
  // The paper takes 16 partitions, 16 over 8 = 12,870 ways.
  const Overfitting overfitting = probability_of_overfitting(table, 16);
  EXPECT_EQ(overfitting.splits, 12'870U);
  EXPECT_EQ(overfitting.probability, 0);
  EXPECT_EQ(overfitting.loss, 0);
  EXPECT_EQ(probability_of_overfitting({table[0]}, 16).splits, 0U);
  EXPECT_EQ(probability_of_overfitting({{1, 2}, {2, 1}}, 4).splits, 0U);
}

Timestamp day(std::int64_t number) {
  return Timestamp::from_nanoseconds(0) + Duration::hours(24) * number;
}

TEST(Folds, TrainOnlyOnWhatIsKnownAndPurged) {
  std::vector<Timestamp> ends;
  for (int i = 1; i <= 12; ++i) ends.push_back(day(i));
  const ValidationOptions options{
      .folds = 3, .purge = Duration::hours(24), .embargo = Duration::hours(48)};
  const std::vector<Fold> forward = walk_forward(day(0), ends, options);
  ASSERT_EQ(forward.size(), 3U);
  EXPECT_EQ(forward[0].train, (std::vector<std::size_t>{0, 1}));  // Day 2 is purged.
  EXPECT_EQ(forward[0].test, (std::vector<std::size_t>{3, 4, 5}));
  EXPECT_EQ(forward[2].train.size(), 8U);
  EXPECT_EQ(forward[2].test, (std::vector<std::size_t>{9, 10, 11}));
  const std::vector<Fold> crossed = purged_cross_validation(day(0), ends, options);
  ASSERT_EQ(crossed.size(), 3U);
  EXPECT_EQ(crossed[1].test, (std::vector<std::size_t>{4, 5, 6, 7}));
  // Without day 3, purged, and days 8 and 9, under embargo.
  EXPECT_EQ(crossed[1].train, (std::vector<std::size_t>{0, 1, 2, 10, 11}));
  EXPECT_TRUE(walk_forward(day(0), std::span(ends).first(3), options).empty());
}

// Two trials: one earns early, one late. Walk-forward must choose by the past alone.
TEST(Honesty, ChoosesInSampleAndReportsOutOfSample) {
  std::map<std::uint64_t, TrialResult> results;
  for (const std::uint64_t number : {std::uint64_t{1}, std::uint64_t{2}}) {
    TrialResult& result = results[number];
    result.trial = {number, {}};
    result.figures.resize(all_figures().size());
    result.objective = static_cast<Value>(number);
    Money equity = Money::from_raw(1'000 * kDecimalOne);
    result.equity.push_back({day(0), equity});
    for (int i = 1; i <= 8; ++i) {
      const bool earns = (number == 1) == (i <= 4);
      equity += Money::from_raw((earns ? 10 + i % 2 : -10 - i % 2) * kDecimalOne);
      result.equity.push_back({day(i), equity});
    }
  }
  const Objective objective{.text = "net_pnl"};
  const Honesty honesty = judge(results, objective, {.folds = 1, .partitions = 4}, 50);
  EXPECT_EQ(honesty.best, 2U);
  EXPECT_EQ(honesty.trials_counted, 50U);
  ASSERT_EQ(honesty.walk_forward.size(), 1U);
  EXPECT_EQ(honesty.walk_forward[0].chosen, 1U);
  EXPECT_GT(honesty.walk_forward[0].in_sample_sharpe, 0);
  EXPECT_NEAR(honesty.walk_forward[0].out_of_sample_return, -0.042, 1e-12);
  EXPECT_EQ(honesty.walk_forward[0].better_share, 0.5);
  EXPECT_FALSE(judge(results, objective, {.period = Duration()}, 2).missing.empty());
}

}  // namespace
}  // namespace tranchet

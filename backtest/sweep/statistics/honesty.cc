#include "backtest/sweep/statistics/honesty.h"

#include <algorithm>
#include <cmath>

#include "backtest/sweep/statistics/folds.h"

namespace tranchet {
namespace {

// Splits x trials that are worked in seconds.
constexpr double kOverfittingWork = 3e7;
constexpr double kNanosecondsPerYear = 365.0 * 24 * 3'600 * 1e9;

struct Returns {
  std::vector<std::uint64_t> numbers;  // Of the trials, as the rows of the table.
  ReturnTable table;
  Timestamp start;
  std::vector<Timestamp> ends;
};

Returns returns_of(const std::map<std::uint64_t, TrialResult>& results) {
  Returns returns;
  for (const auto& [number, result] : results) {
    const std::vector<EquityPoint>& equity = result.equity;
    if (equity.size() < 2 || !equity.front().equity.is_positive()) continue;
    if (returns.ends.empty()) {
      returns.start = equity.front().time;
      for (std::size_t i = 1; i < equity.size(); ++i) returns.ends.push_back(equity[i].time);
    }
    if (equity.size() != returns.ends.size() + 1) continue;
    const auto capital = static_cast<double>(equity.front().equity.raw());
    std::vector<double>& row = returns.table.emplace_back();
    for (std::size_t i = 1; i < equity.size(); ++i) {
      row.push_back(static_cast<double>((equity[i].equity - equity[i - 1].equity).raw()) / capital);
    }
    returns.numbers.push_back(number);
  }
  return returns;
}

std::vector<double> chosen(const std::vector<double>& row, const std::vector<std::size_t>& places) {
  std::vector<double> values;
  for (const std::size_t place : places) values.push_back(row[place]);
  return values;
}

double sum_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum;
}

FoldResult judge_fold(const Returns& returns, const Fold& fold) {
  FoldResult result;
  result.test_from = fold.test.front() == 0 ? returns.start : returns.ends[fold.test.front() - 1];
  result.test_to = returns.ends[fold.test.back()];
  result.train_periods = fold.train.size();
  result.test_periods = fold.test.size();
  std::size_t best = 0;
  for (std::size_t trial = 0; trial < returns.table.size(); ++trial) {
    const double sharpe = moments_of(chosen(returns.table[trial], fold.train)).sharpe;
    if (trial == 0 || sharpe > result.in_sample_sharpe) {
      best = trial;
      result.in_sample_sharpe = sharpe;
    }
  }
  const std::vector<double> test = chosen(returns.table[best], fold.test);
  result.chosen = returns.numbers[best];
  result.out_of_sample_sharpe = moments_of(test).sharpe;
  result.out_of_sample_return = sum_of(test);
  const auto better = std::ranges::count_if(returns.table, [&](const std::vector<double>& row) {
    return sum_of(chosen(row, fold.test)) > result.out_of_sample_return;
  });
  result.better_share = static_cast<double>(better) / static_cast<double>(returns.table.size());
  return result;
}

std::vector<FoldResult> judge_folds(const Returns& returns, const std::vector<Fold>& folds) {
  std::vector<FoldResult> results;
  for (const Fold& fold : folds) {
    if (fold.train.size() >= 2 && !fold.test.empty()) {
      results.push_back(judge_fold(returns, fold));
    }
  }
  return results;
}

// Of the Sharpe ratios of all trials, divided by count - 1.
double variance_of_sharpe(const ReturnTable& table) {
  std::vector<double> ratios;
  for (const std::vector<double>& row : table) ratios.push_back(moments_of(row).sharpe);
  const double deviation = moments_of(ratios).deviation;
  return deviation * deviation;
}

void judge_overfitting(const ReturnTable& table, std::uint32_t partitions, Honesty& honesty) {
  const double splits =
      std::exp(std::lgamma(partitions + 1.0) - 2 * std::lgamma(partitions / 2.0 + 1));
  if (splits * static_cast<double>(table.size()) > kOverfittingWork) {
    honesty.overfitting_missing = "too many trials for " + std::to_string(partitions) +
                                  " partitions; give fewer in [statistics]";
    return;
  }
  honesty.overfitting = probability_of_overfitting(table, partitions);
  if (honesty.overfitting.splits == 0) {
    honesty.overfitting_missing =
        "needs two trials and as many periods as partitions, " + std::to_string(partitions);
  }
}

}  // namespace

std::uint64_t best_trial(const std::map<std::uint64_t, TrialResult>& results,
                         const Objective& objective) {
  std::uint64_t best = 0;
  std::optional<Value> value;
  for (const auto& [number, result] : results) {
    if (best != 0 && !objective.better(result.objective, value)) continue;
    best = number;
    value = result.objective;
  }
  return best;
}

Honesty judge(const std::map<std::uint64_t, TrialResult>& results, const Objective& objective,
              const ValidationOptions& options, std::uint64_t trials_counted) {
  Honesty honesty{.best = best_trial(results, objective), .trials_counted = trials_counted};
  if (options.period.count() == 0) {
    honesty.missing = "turned off: period = \"0h\" in [statistics]";
    return honesty;
  }
  const Returns returns = returns_of(results);
  const auto found = std::ranges::find(returns.numbers, honesty.best);
  // Of fewer than four returns there is no kurtosis worth the name.
  constexpr std::size_t kFewest = 4;
  if (found == returns.numbers.end() || returns.ends.size() < kFewest) {
    honesty.missing = "the data has fewer than 4 periods of " + to_text(options.period) +
                      "; give a shorter period in [statistics]";
    return honesty;
  }
  const auto row = static_cast<std::size_t>(found - returns.numbers.begin());
  honesty.periods = returns.ends.size();
  honesty.periods_per_year = kNanosecondsPerYear / static_cast<double>(options.period.count());
  honesty.moments = moments_of(returns.table[row]);
  honesty.sharpe_variance = variance_of_sharpe(returns.table);
  honesty.expected_maximum = expected_maximum_sharpe(honesty.sharpe_variance, trials_counted);
  honesty.probabilistic = probabilistic_sharpe(honesty.moments, 0, honesty.periods);
  honesty.deflated =
      probabilistic_sharpe(honesty.moments, honesty.expected_maximum, honesty.periods);
  judge_overfitting(returns.table, options.partitions, honesty);
  honesty.walk_forward = judge_folds(returns, walk_forward(returns.start, returns.ends, options));
  honesty.cross_validation =
      judge_folds(returns, purged_cross_validation(returns.start, returns.ends, options));
  return honesty;
}

}  // namespace tranchet

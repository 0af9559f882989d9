// What stands beside the best result of a sweep, so that nobody takes luck for skill. All of it
// looks at returns a period (a day, say) of each trial's one continuous run, on a fixed capital:
// the change of equity over the balance it began with. In-sample and out-of-sample never share a
// number.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "backtest/sweep/statistics/overfitting.h"
#include "backtest/sweep/statistics/sharpe.h"
#include "backtest/sweep/trial.h"
#include "backtest/sweep/validation.h"

namespace tranchet {

// A choice by the Sharpe ratio of the training periods, and how it fared on the test periods.
struct FoldResult {
  Timestamp test_from, test_to;
  std::uint64_t train_periods = 0;
  std::uint64_t test_periods = 0;
  std::uint64_t chosen = 0;     // Number of the trial.
  double in_sample_sharpe = 0;  // Per period, as all of these.
  double out_of_sample_sharpe = 0;
  double out_of_sample_return = 0;  // Of the capital; 0.01 is 1 %.
  double better_share = 0;          // Of the trials, those that were better on the test periods.
};

struct Honesty {
  std::string missing;  // Why there are no statistics; empty: here they are.
  std::uint64_t periods = 0;
  double periods_per_year = 0;
  std::uint64_t best = 0;            // The trial they are about: the best by the objective.
  Moments moments;                   // Of its returns.
  std::uint64_t trials_counted = 0;  // All that were ever run on this data, as far as known.
  double sharpe_variance = 0;        // Among the trials of this sweep.
  double expected_maximum = 0;
  double probabilistic = 0;  // The probability that its true Sharpe ratio is above 0,
  double deflated = 0;       // and above the best that luck alone would bring.
  Overfitting overfitting;
  std::string overfitting_missing;
  std::vector<FoldResult> walk_forward;
  std::vector<FoldResult> cross_validation;
};

// `trials_counted` at least as many as there are results.
Honesty judge(const std::map<std::uint64_t, TrialResult>& results, const Objective& objective,
              const ValidationOptions& options, std::uint64_t trials_counted);

// The number of the best trial; of equals the first. 0: there is none.
std::uint64_t best_trial(const std::map<std::uint64_t, TrialResult>& results,
                         const Objective& objective);

}  // namespace tranchet

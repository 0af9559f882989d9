// The probability of backtest overfitting, by combinatorially symmetric cross-validation:
// Bailey, Borwein, Lopez de Prado, Zhu, "The Probability of Backtest Overfitting", Journal of
// Computational Finance 20 (2017).
#pragma once

#include <cstdint>
#include <vector>

namespace tranchet {

// Returns a period: one row a trial, all of the same length.
using ReturnTable = std::vector<std::vector<double>>;

struct Overfitting {
  std::uint64_t splits = 0;  // Ways to choose half of the partitions; 12,870 of 16.
  // How often the trial with the best Sharpe ratio in-sample was in the lower half out-of-sample:
  // its logit ln(w / (1 - w)) was 0 or less, w its rank over (trials + 1).
  double probability = 0;
  double loss = 0;             // How often that trial lost out-of-sample.
  std::vector<double> logits;  // One a split.
};

// `partitions` is even; periods that do not fill a partition are left out at the beginning. No
// splits where there are fewer periods than partitions, or fewer than two trials.
Overfitting probability_of_overfitting(const ReturnTable& returns, std::uint32_t partitions);

}  // namespace tranchet

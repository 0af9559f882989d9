#include "backtest/sweep/statistics/normal.h"

#include <cmath>
#include <numbers>

namespace tranchet {

double normal_probability(double x) {
  return std::erfc(-x / std::numbers::sqrt2) / 2;
}

double normal_quantile(double p) {
  // Halving: slow, exact to the last bits, and called a handful of times.
  double low = -40;
  double high = 40;
  for (int step = 0; step < 80; ++step) {
    const double middle = (low + high) / 2;
    (normal_probability(middle) < p ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace tranchet

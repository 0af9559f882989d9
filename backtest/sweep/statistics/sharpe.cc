#include "backtest/sweep/statistics/sharpe.h"

#include <cmath>
#include <numbers>

#include "backtest/sweep/statistics/normal.h"

namespace tranchet {

Moments moments_of(std::span<const double> returns) {
  Moments moments;
  const auto count = static_cast<double>(returns.size());
  if (returns.size() < 2) return moments;
  for (const double value : returns) moments.mean += value / count;
  double second = 0;
  double third = 0;
  double fourth = 0;
  for (const double value : returns) {
    const double off = value - moments.mean;
    second += off * off / count;
    third += off * off * off / count;
    fourth += off * off * off * off / count;
  }
  // Below this the returns are all the same, up to the rounding of a double.
  constexpr double kNothing = 1e-30;
  if (second < kNothing) return moments;
  moments.deviation = std::sqrt(second * count / (count - 1));
  moments.skewness = third / std::pow(second, 1.5);
  moments.kurtosis = fourth / (second * second);
  moments.sharpe = moments.mean / moments.deviation;
  return moments;
}

double expected_maximum_sharpe(double variance, std::uint64_t trials) {
  if (trials < 2) return 0;
  const auto count = static_cast<double>(trials);
  return std::sqrt(variance) *
         ((1 - std::numbers::egamma) * normal_quantile(1 - 1 / count) +
          std::numbers::egamma * normal_quantile(1 - 1 / (count * std::numbers::e)));
}

double probabilistic_sharpe(const Moments& moments, double benchmark, std::uint64_t count) {
  const double ratio = moments.sharpe;
  const double spread = 1 - moments.skewness * ratio + (moments.kurtosis - 1) / 4 * ratio * ratio;
  if (spread <= 0 || count < 2) return 0;
  return normal_probability((ratio - benchmark) * std::sqrt(static_cast<double>(count - 1)) /
                            std::sqrt(spread));
}

}  // namespace tranchet

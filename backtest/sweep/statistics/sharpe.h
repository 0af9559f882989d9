// Sharpe ratios, and how much of the best one of many trials is luck.
#pragma once

#include <cstdint>
#include <span>

namespace tranchet {

// Of returns a period: all "per period", nothing annualized.
struct Moments {
  double mean = 0;
  double deviation = 0;  // Of the sample, divided by count - 1.
  double skewness = 0;   // 0 of a normal distribution.
  double kurtosis = 3;   // 3 of a normal distribution.
  double sharpe = 0;     // mean / deviation; 0 where nothing moves.
};
Moments moments_of(std::span<const double> returns);

// The Sharpe ratio that the best of `trials` independent trials without any skill is expected to
// have, when Sharpe ratios vary by `variance` among trials:
//   sqrt(V) ((1 - g) Z(1 - 1/N) + g Z(1 - 1/(N e))),  g: Euler-Mascheroni, Z: normal quantile
// Bailey, Lopez de Prado, "The Deflated Sharpe Ratio", Journal of Portfolio Management 40 (2014),
// equation 1. One trial: 0.
double expected_maximum_sharpe(double variance, std::uint64_t trials);

// The probability that the true Sharpe ratio is above `benchmark`, from one estimated over `count`
// returns that need not be normal:
//   P((SR - SR*) sqrt(T - 1) / sqrt(1 - skew SR + (kurtosis - 1)/4 SR^2))
// With the expected maximum as benchmark it is the deflated Sharpe ratio; same paper, equation 2.
double probabilistic_sharpe(const Moments& moments, double benchmark, std::uint64_t count);

}  // namespace tranchet

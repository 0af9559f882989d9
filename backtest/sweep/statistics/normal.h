// The standard normal distribution.
#pragma once

namespace tranchet {

double normal_probability(double x);  // P(Z <= x).
double normal_quantile(double p);     // Its inverse, for 0 < p < 1.

}  // namespace tranchet

#include "backtest/sweep/statistics/overfitting.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "events/ensure.h"

namespace tranchet {
namespace {

// What a Sharpe ratio over several stretches is made of.
struct Sums {
  double count = 0;
  double sum = 0;
  double squares = 0;
  Sums& operator+=(const Sums& other) {
    count += other.count;
    sum += other.sum;
    squares += other.squares;
    return *this;
  }
  double sharpe() const {
    const double mean = sum / count;
    const double variance = (squares - sum * mean) / (count - 1);
    constexpr double kNothing = 1e-30;
    return variance < kNothing ? 0 : mean / std::sqrt(variance);
  }
};

std::vector<std::vector<Sums>> partition(const ReturnTable& returns, std::uint32_t partitions) {
  const std::size_t length = returns.front().size() / partitions;
  const std::size_t first = returns.front().size() - length * partitions;
  std::vector<std::vector<Sums>> parts;
  for (const std::vector<double>& row : returns) {
    ENSURE(row.size() == returns.front().size());
    std::vector<Sums>& sums = parts.emplace_back(partitions);
    for (std::size_t place = first; place < row.size(); ++place) {
      sums[(place - first) / length] += Sums{1, row[place], row[place] * row[place]};
    }
  }
  return parts;
}

// The rank of `value` among `values`, 1 the lowest; equals share the middle of their ranks.
double rank_of(double value, const std::vector<double>& values) {
  double lower = 0;
  double equal = 0;
  for (const double other : values) {
    if (other < value) ++lower;
    if (other == value) ++equal;
  }
  return lower + (equal + 1) / 2;
}

}  // namespace

Overfitting probability_of_overfitting(const ReturnTable& returns, std::uint32_t partitions) {
  ENSURE(partitions >= 2 && partitions % 2 == 0 && partitions <= 20);
  Overfitting result;
  // Two periods a half, or there is no deviation.
  if (returns.size() < 2 || returns.front().size() < std::max(partitions, 4U)) return result;
  const auto parts = partition(returns, partitions);
  const auto half = static_cast<int>(partitions / 2);
  std::vector<double> outside(returns.size());
  for (std::uint32_t chosen = 0; chosen < (1U << partitions); ++chosen) {
    if (std::popcount(chosen) != half) continue;
    std::size_t best = 0;
    double best_inside = 0;
    for (std::size_t trial = 0; trial < parts.size(); ++trial) {
      Sums in;
      Sums out;
      for (std::uint32_t part = 0; part < partitions; ++part) {
        (((chosen >> part) & 1U) != 0 ? in : out) += parts[trial][part];
      }
      outside[trial] = out.sharpe();
      const double inside = in.sharpe();
      if (trial == 0 || inside > best_inside) {
        best = trial;
        best_inside = inside;
      }
    }
    const double rank = rank_of(outside[best], outside) / (static_cast<double>(outside.size()) + 1);
    result.logits.push_back(std::log(rank / (1 - rank)));
    if (outside[best] < 0) ++result.loss;
  }
  result.splits = result.logits.size();
  const auto splits = static_cast<double>(result.splits);
  result.loss /= splits;
  result.probability =
      static_cast<double>(std::ranges::count_if(result.logits, [](double x) { return x <= 0; })) /
      splits;
  return result;
}

}  // namespace tranchet

#include "backtest/sweep/parzen.h"

#include <algorithm>
#include <numeric>

namespace tranchet {
namespace {

constexpr std::uint64_t kOneTrial = std::uint64_t{1} << 32;
constexpr int kCandidates = 24;  // As in the paper's experiments.

std::uint32_t draw(const std::vector<std::uint64_t>& weights, std::uint64_t total, Random& random) {
  std::uint64_t place = random.below(total);
  for (std::uint32_t value = 0; value + 1 < weights.size(); ++value) {
    if (place < weights[value]) return value;
    place -= weights[value];
  }
  return static_cast<std::uint32_t>(weights.size() - 1);
}

}  // namespace

Parzen::Parzen(std::size_t values, bool ordered)
    : reach_(ordered ? std::max<std::size_t>(values / 16, 1) : 0),
      good_(values, std::max<std::uint64_t>(kOneTrial / 8 / values, 1)),
      other_(good_) {}

void Parzen::observe(std::uint32_t value, bool good) {
  std::vector<std::uint64_t>& weights = good ? good_ : other_;
  const std::uint64_t low = value > reach_ ? value - reach_ : 0;
  const std::uint64_t high = std::min<std::uint64_t>(value + reach_, weights.size() - 1);
  // The heights of a triangle with reach r add up to (r + 1)^2: 1, 2, 1 with a reach of 1.
  const std::uint64_t unit = kOneTrial / ((reach_ + 1) * (reach_ + 1));
  for (std::uint64_t place = low; place <= high; ++place) {
    const std::uint64_t distance = place > value ? place - value : value - place;
    weights[place] += unit * (reach_ + 1 - distance);
  }
}

std::uint32_t Parzen::propose(Random& random) const {
  const std::uint64_t total = std::accumulate(good_.begin(), good_.end(), std::uint64_t{0});
  std::uint32_t best = draw(good_, total, random);
  for (int tries = 1; tries < kCandidates; ++tries) {
    const std::uint32_t value = draw(good_, total, random);
    // good / other of `value` against that of `best`, without a division.
    if (static_cast<UInt128>(good_[value]) * other_[best] >
        static_cast<UInt128>(good_[best]) * other_[value]) {
      best = value;
    }
  }
  return best;
}

}  // namespace tranchet

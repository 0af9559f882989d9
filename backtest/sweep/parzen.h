// The two densities of a tree-structured Parzen estimator over the values of one parameter: where
// good trials were, and where the others were. Weights are whole numbers, so that the same results
// propose the same values everywhere.
#pragma once

#include <cstdint>
#include <vector>

#include "backtest/wargame/random.h"
#include "events/decimal.h"

namespace tranchet {

class Parzen {
 public:
  // Before any trial all `values` weigh the same, an eighth of a trial together. Ordered values
  // share what they learn with their neighbours, in a triangle a sixteenth of the range to each
  // side.
  Parzen(std::size_t values, bool ordered);
  void observe(std::uint32_t value, bool good);
  std::uint32_t propose(Random& random) const;

 private:
  std::uint64_t reach_;
  std::vector<std::uint64_t> good_;
  std::vector<std::uint64_t> other_;
};

}  // namespace tranchet

#include "backtest/sweep/statistics/folds.h"

namespace tranchet {
namespace {

// Where stretch `index` of `count` begins.
std::size_t border(std::size_t periods, std::size_t index, std::size_t count) {
  return periods * index / count;
}

Fold fold_of(Timestamp start, std::span<const Timestamp> ends, std::size_t first, std::size_t last,
             bool trains_later, const ValidationOptions& options) {
  Fold fold;
  const Timestamp test_start = first == 0 ? start : ends[first - 1];
  const Timestamp test_end = ends[last - 1];
  for (std::size_t period = 0; period < ends.size(); ++period) {
    const Timestamp begins = period == 0 ? start : ends[period - 1];
    if (period >= first && period < last) {
      fold.test.push_back(period);
    } else if (period < first) {
      if (ends[period] <= test_start - options.purge) fold.train.push_back(period);
    } else if (trains_later && begins >= test_end + options.embargo) {
      fold.train.push_back(period);
    }
  }
  return fold;
}

}  // namespace

std::vector<Fold> walk_forward(Timestamp start, std::span<const Timestamp> ends,
                               const ValidationOptions& options) {
  std::vector<Fold> folds;
  const std::size_t stretches = std::size_t{options.folds} + 1;
  if (options.folds == 0 || ends.size() < stretches) return folds;
  for (std::size_t index = 1; index < stretches; ++index) {
    folds.push_back(fold_of(start, ends, border(ends.size(), index, stretches),
                            border(ends.size(), index + 1, stretches), false, options));
  }
  return folds;
}

std::vector<Fold> purged_cross_validation(Timestamp start, std::span<const Timestamp> ends,
                                          const ValidationOptions& options) {
  std::vector<Fold> folds;
  if (options.folds < 2 || ends.size() < options.folds) return folds;
  for (std::size_t index = 0; index < options.folds; ++index) {
    folds.push_back(fold_of(start, ends, border(ends.size(), index, options.folds),
                            border(ends.size(), index + 1, options.folds), true, options));
  }
  return folds;
}

}  // namespace tranchet

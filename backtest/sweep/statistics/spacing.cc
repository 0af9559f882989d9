#include "backtest/sweep/statistics/spacing.h"

#include <cmath>

namespace tranchet {

std::int64_t log_spaced(std::int64_t from, std::int64_t to, std::uint64_t index,
                        std::uint64_t count) {
  if (index == 0) return from;
  if (index + 1 == count) return to;
  const double ratio = static_cast<double>(to) / static_cast<double>(from);
  const double place = static_cast<double>(index) / static_cast<double>(count - 1);
  return std::llround(static_cast<double>(from) * std::pow(ratio, place));
}

}  // namespace tranchet

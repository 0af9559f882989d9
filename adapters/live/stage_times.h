// How long the stages of the program take, counted in classes that double: 1 us, 2 us, 4 us, ...
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "events/time.h"

namespace tranchet {

class StageTimes {
 public:
  void add(Duration time) {
    const std::int64_t micros = time.count() / 1'000;
    const auto at = static_cast<std::size_t>(
        std::bit_width(static_cast<std::uint64_t>(micros < 0 ? 0 : micros)));
    ++counts_[at < counts_.size() ? at : counts_.size() - 1];
    ++total_;
  }
  std::uint64_t count() const { return total_; }
  // The upper end of the class in which the `share`-th in a thousand lies, microseconds; 0: none.
  std::uint64_t at_most(std::uint64_t share) const {
    std::uint64_t seen = 0;
    for (std::size_t at = 0; at < counts_.size(); ++at) {
      seen += counts_[at];
      if (seen > 0 && seen * 1'000 >= total_ * share) return std::uint64_t{1} << at;
    }
    return 0;
  }

 private:
  std::array<std::uint64_t, 32> counts_{};
  std::uint64_t total_ = 0;
};

}  // namespace tranchet

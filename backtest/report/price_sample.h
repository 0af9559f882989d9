// The price of a run as a few hundred stretches, however long the run: what the report draws its
// entries and exits on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "events/decimal.h"
#include "events/time.h"

namespace tranchet {

class PriceSample {
 public:
  struct Stretch {
    Timestamp time;  // Of its first price.
    Price low;
    Price high;
    Price close;
  };
  static constexpr std::size_t kStretches = 1'200;  // At most; at least half of it in a long run.

  // Prices between two moments; a single one is its own low, high and close. Times never run back.
  void add(Timestamp time, Price low, Price high, Price close) {
    if (in_last_ < per_stretch_ && !stretches_.empty()) {
      Stretch& last = stretches_.back();
      if (low < last.low) last.low = low;
      if (high > last.high) last.high = high;
      last.close = close;
      ++in_last_;
      return;
    }
    begin({time, low, high, close});
  }

  const std::vector<Stretch>& stretches() const { return stretches_; }

 private:
  void begin(const Stretch& stretch);

  std::vector<Stretch> stretches_;
  std::uint64_t per_stretch_ = 1;
  std::uint64_t in_last_ = 0;
};

}  // namespace tranchet

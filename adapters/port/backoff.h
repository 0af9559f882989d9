// How long to wait before the next attempt: 250 ms, doubling to 30 s, of which a random half is
// taken off, so that many programs do not come back at once.
#pragma once

#include <algorithm>
#include <cstdint>

#include "backtest/wargame/random.h"
#include "events/time.h"

namespace tranchet {

class Backoff {
 public:
  Backoff(std::uint64_t seed, std::string_view stream) : random_(seed, stream) {}

  Duration next() {
    const Duration whole = std::min(kMost, kFirst * (std::int64_t{1} << std::min(failures_, 10)));
    ++failures_;
    const std::int64_t half = whole.count() / 2;
    return Duration::nanoseconds(half + random_.between(std::int64_t{0}, half));
  }
  void succeeded() { failures_ = 0; }
  int failures() const { return failures_; }

 private:
  static constexpr Duration kFirst = Duration::milliseconds(250);
  static constexpr Duration kMost = Duration::seconds(30);

  Random random_;
  int failures_ = 0;
};

}  // namespace tranchet

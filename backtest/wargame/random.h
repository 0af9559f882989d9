// Chance that a seed decides: the same numbers on every machine and by every compiler.
//
// Each part of a world draws from a stream of its own, named by a word, so that a part that draws
// more, or one that is new, does not shift the others.
#pragma once

#include <cstdint>
#include <string_view>

#include "events/ensure.h"
#include "events/time.h"

namespace tranchet {

class Random {
 public:
  Random(std::uint64_t seed, std::string_view stream) : state_(mixed(seed)) {
    for (const char c : stream) state_ = mixed(state_ ^ static_cast<unsigned char>(c));
  }

  // SplitMix64: a Weyl sequence through a mixing function.
  std::uint64_t next() { return mixed(state_ += kGolden); }
  // 0 .. limit - 1. The bias is below 2^-32 for the limits in use.
  std::uint64_t below(std::uint64_t limit) {
    ENSURE(limit > 0);
    return next() % limit;
  }
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low + 1)));
  }
  bool percent(std::uint32_t chance) { return below(100) < chance; }
  bool per_mille(std::uint32_t chance) { return below(1'000) < chance; }
  Duration between(Duration low, Duration high) {
    return Duration::nanoseconds(between(low.count(), high.count()));
  }

 private:
  static constexpr std::uint64_t kGolden = 0x9E37'79B9'7F4A'7C15;
  static constexpr std::uint64_t mixed(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58'476D'1CE4'E5B9;
    z = (z ^ (z >> 27)) * 0x94D0'49BB'1331'11EB;
    return z ^ (z >> 31);
  }

  std::uint64_t state_;
};

}  // namespace tranchet

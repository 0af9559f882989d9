// How much longer a message takes than it must. A number decides: the same on every machine.
#pragma once

#include <cstdint>

#include "events/ensure.h"
#include "events/time.h"

namespace tranchet {

class Jitter {
 public:
  // Draws are 0 .. `most`, both included. Streams of one seed have nothing to do with each other.
  Jitter(Duration most, std::uint64_t seed, std::uint64_t stream)
      : most_(most), state_(mixed(seed ^ mixed(stream))) {
    ENSURE(most >= Duration());
  }

  bool is_none() const { return most_ == Duration(); }
  Duration draw() {
    if (is_none()) return Duration();
    state_ += 0x9E37'79B9'7F4A'7C15;  // SplitMix64.
    const auto choices = static_cast<std::uint64_t>(most_.count()) + 1;
    return Duration::nanoseconds(static_cast<std::int64_t>(mixed(state_) % choices));
  }

 private:
  static constexpr std::uint64_t mixed(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58'476D'1CE4'E5B9;
    z = (z ^ (z >> 27)) * 0x94D0'49BB'1331'11EB;
    return z ^ (z >> 31);
  }

  Duration most_;
  std::uint64_t state_;
};

}  // namespace tranchet

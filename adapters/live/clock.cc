#include "adapters/live/clock.h"

#include <chrono>

namespace tranchet {
namespace {

template <class Clock>
Timestamp reading() {
  const auto since = Clock::now().time_since_epoch();
  return Timestamp::from_nanoseconds(
      std::chrono::duration_cast<std::chrono::nanoseconds>(since).count());
}

}  // namespace

ClockReading read_clocks() {
  return {.steady = reading<std::chrono::steady_clock>(),
          .wall = reading<std::chrono::system_clock>()};
}

}  // namespace tranchet

// The clocks of this machine.
#pragma once

#include "events/time.h"

namespace tranchet {

struct ClockReading {
  Timestamp steady;  // For waits and time-outs: never set, begins anywhere.
  Timestamp wall;    // For events: may be wrong, and may be set.
};
ClockReading read_clocks();

}  // namespace tranchet

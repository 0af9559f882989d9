// The instrument of tests that need one and no other.
#pragma once

#include "events/ids.h"

namespace tranchet {

inline constexpr InstrumentId kCoin{1};

}  // namespace tranchet

// How every run begins: RunStarted with build and settings, then the rules of each instrument.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "events/event.h"
#include "events/names.h"

namespace tranchet {

// Program version and compiler, "tranchet 0.1.0 gcc 12.2.0".
std::string_view build_name();

struct Opening {
  std::uint8_t account = 1;
  Settings settings;
  std::vector<InstrumentListed> instruments;
};

// The bodies in order; `names` gets the texts they refer to.
std::vector<EventBody> opening_events(const Opening& opening, Names& names);

}  // namespace tranchet

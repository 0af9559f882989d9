// The real core of the adapter in a world of the wargame: it speaks HTTP and JSON, and this end
// reads its requests and writes the venue's answers, so that they pass through the same network,
// front door, venue and faults as a VenueLink's.
//
//   run_world(plan, {.make_end = aster_end()});
#pragma once

#include <vector>

#include "adapters/aster/core.h"
#include "backtest/wargame/twins/process_end.h"

namespace tranchet::aster {

// `calls`, where there is one, is what the newest process has called so far; it must outlive the
// world.
EndMaker aster_end(std::vector<CallCount>* calls = nullptr);

}  // namespace tranchet::aster

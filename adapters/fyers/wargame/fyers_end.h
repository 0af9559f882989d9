// The real core of the adapter in a world of the wargame: it speaks HTTP, JSON and binary frames,
// and this end reads its requests and writes the venue's answers, so that they pass through the
// same network, front door, venue and faults as a VenueLink's. Position messages are not written:
// what they are for, the core's second look at its sum of trades, no world shows.
//
//   run_world(plan_for(seed, events, profile, {}, Exchange::Shares), {.make_end = fyers_end()});
#pragma once

#include "backtest/wargame/twins/process_end.h"

namespace tranchet::fyers {

EndMaker fyers_end();

}  // namespace tranchet::fyers

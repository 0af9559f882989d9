// Orders at the venue that carry our number, and a log that never gave it.
#pragma once

#include <string>
#include <vector>

#include "engine/state.h"
#include "replay/venue.h"

namespace tranchet {

// Of what a venue is about to tell a log that began with this run, from `first` on: why it must not
// be told, and then it is taken out. Ids count from 1 again in a new log, so an order of ours that
// the engine never gave is another log's. Empty: fine.
std::string take_out_lost_orders(std::vector<Occurrence>& told, std::size_t first,
                                 const State& state);

}  // namespace tranchet

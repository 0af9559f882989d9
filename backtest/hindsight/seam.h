// From a log to a simulation: the venue as the log's engine knows it at one moment.
#pragma once

#include <span>
#include <vector>

#include "backtest/venue/simulated_venue.h"
#include "engine/state.h"

namespace tranchet {

struct Seam {
  VenueStanding standing;
  // What was asked for and not answered yet, in order of the ids: it is taken to be sent at the
  // moment of the seam. `asked_now` comes after it.
  std::vector<Command> under_way;
};

// `state` after an event that caused `asked_now`. The venue's own books may be ahead of it by what
// is on its way to us: nobody but the venue knows that.
Seam seam_at(const State& state, std::span<const Command> asked_now, bool snapshot_asked_for);

}  // namespace tranchet

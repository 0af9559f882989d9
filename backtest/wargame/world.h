// One world: the engine and its log in a process, and twins of all that is outside of it, on one
// thread and one virtual clock. First the faults, then they end and the world must come to rest
// with the books equal to the venue's and everything protected.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "backtest/wargame/invariants/invariants.h"
#include "backtest/wargame/marks/marks.h"
#include "backtest/wargame/plan.h"
#include "backtest/wargame/protection_times.h"
#include "backtest/wargame/twins/process_end.h"

namespace tranchet {

struct WorldOptions {
  InvariantSet checks = InvariantSet::all();
  // Sees every line of the world's story as it happens: events and commands as JSON, and what was
  // done to the world in words. May be empty.
  std::function<void(std::string_view)> tell = {};
  // Sees our books and the venue's after every event of the living process. May be empty.
  std::function<void(const State&, const SimulatedVenue&)> inspect = {};
  // The process's end of the wire; empty: a VenueLink.
  EndMaker make_end = {};
};

struct WorldResult {
  std::uint64_t events = 0;    // Applied and checked.
  std::uint64_t intents = 0;   // Orders the engine asked for.
  std::uint64_t accepted = 0;  // Of these, taken by the venue.
  std::uint64_t restarts = 0;
  Duration simulated;
  std::uint64_t digest = 0;            // Of everything that was told; the same on every machine.
  std::optional<Violation> violation;  // The first; the world ends with it.
  InvariantCounts checked{};
  MarkSet marks;
  // From each fill that wants a stop to the stop's acceptance, in healthy worlds.
  std::vector<ProtectionTime> to_protection;
};

WorldResult run_world(const Plan& plan, const WorldOptions& options);

}  // namespace tranchet

// Many worlds, one a seed, on several threads. What comes out does not depend on how many.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "backtest/wargame/tally.h"
#include "backtest/wargame/twins/process_end.h"

namespace tranchet {

struct RunOptions {
  std::uint64_t first = 1;
  std::uint64_t seeds = 1;  // first .. first + seeds - 1; must not overflow.
  std::uint64_t events = 2'000;
  Profile profile = Profile::Everything;
  std::optional<FaultSet> only;
  int check = 0;  // The only invariant that is looked at; 0: all are.
  unsigned jobs = 2;
  std::string core;   // What speaks to the venue, by name; empty: the model, VenueLink.
  EndMaker make_end;  // The same.
  Exchange exchange = Exchange::Coins;
  std::size_t violations_max = 10;  // The run ends with that many.

  InvariantSet checks() const {
    return check == 0 ? InvariantSet::all() : InvariantSet::only(check);
  }
};

// Worlds that `so_far` already has are not run again. `on_world` is called after each, in the order
// of the seeds and never by two threads at once; may be empty.
Tally run_worlds(const RunOptions& options, Tally so_far,
                 const std::function<void(const Tally&)>& on_world);

// The seed whose world the calling thread is in, for whoever must say where the program broke;
// nullopt: in none.
std::optional<std::uint64_t> seed_under_way();

}  // namespace tranchet

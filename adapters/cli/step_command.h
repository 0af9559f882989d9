// `tranchet step`: the engine as a filter. Events in, commands out, JSON lines.
#pragma once

#include <iosfwd>

#include "events/names.h"
#include "replay/opening.h"

namespace tranchet {

struct StepOptions {
  Opening opening;    // The run that step starts itself, as sequences 1, 2, ...
  bool done = false;  // After each line's commands, one line Done with the state digest.
};

// Reads lines until the end. Returns the exit status: 0, or 2 with the line number on `err`.
int run_step(std::istream& in, std::ostream& out, std::ostream& err, const StepOptions& options,
             Names& names);

}  // namespace tranchet

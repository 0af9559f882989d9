// `tranchet replay`: a log through the engine again, and whether it decides the same. With other
// settings: what would have been (what_if_command.h); with --follow and without --serve: a shadow
// behind a live log (follow_command.h).
#pragma once

#include <iosfwd>
#include <string>

#include "adapters/cli/hindsight_options.h"

namespace tranchet {

struct ReplayArguments {
  std::string log;
  bool verify = false;
  std::string until;  // A sequence or a time; empty: to the end.
  bool from_snapshot = false;
  bool json = false;
  std::string serve;    // HOST:PORT: the dashboard over this log instead, until it is interrupted.
  bool follow = false;  // And over what is appended.
  HindsightArguments other;
  std::string from;     // With other settings: a sequence or a time; empty: from the beginning.
  std::string against;  // With follow and without serve.
  std::string alert;    // The same.
};

// Returns the exit status: 0; 1 a verify that differs; 2 not a log; 4 a damaged one; 5 the address
// cannot be listened on.
int run_replay_command(const ReplayArguments& arguments, std::ostream& out, std::ostream& err);

}  // namespace tranchet

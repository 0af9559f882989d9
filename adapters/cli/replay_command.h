// `tranchet replay`: a log through the engine again, and whether it decides the same.
#pragma once

#include <iosfwd>
#include <string>

namespace tranchet {

struct ReplayArguments {
  std::string log;
  bool verify = false;
  std::string until;  // A sequence or a time; empty: to the end.
  bool from_snapshot = false;
  bool json = false;
};

// Returns the exit status: 0; 1 a verify that differs; 2 not a log; 4 a damaged one.
int run_replay_command(const ReplayArguments& arguments, std::ostream& out, std::ostream& err);

}  // namespace tranchet

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
  std::string serve;    // HOST:PORT: the dashboard over this log instead, until it is interrupted.
  bool follow = false;  // With serve: and over what is appended.
};

// Returns the exit status: 0; 1 a verify that differs; 2 not a log; 4 a damaged one; 5 the address
// cannot be listened on.
int run_replay_command(const ReplayArguments& arguments, std::ostream& out, std::ostream& err);

}  // namespace tranchet

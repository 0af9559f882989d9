// `tranchet wargame`: worlds full of faults, and whether everything that must hold did.
#pragma once

#include <iosfwd>
#include <string>

namespace tranchet {

// As written on the command line; empty: not given.
struct WargameArguments {
  std::string seed;
  std::string seeds;
  std::string events;
  std::string profile;
  std::string faults;      // "kill,stream_cut" or "none": these and no others.
  std::string check;       // "I-07": this one alone.
  std::string jobs;        // Threads.
  std::string core;        // "aster", "fyers": an adapter's core in place of the model.
  std::string resume;      // File that a long run goes on from.
  std::string regression;  // File of a world that once failed.
  std::string save;        // File for the world that fails now.
  bool transcript = false;
  bool shrink = false;
  bool json = false;
};

// Returns the exit status: 0 everything held; 1 something did not, or a long run never came to some
// check or mark; 2 bad usage or input; 5 a file could not be written.
int run_wargame_command(const WargameArguments& arguments, std::ostream& out, std::ostream& err);

}  // namespace tranchet

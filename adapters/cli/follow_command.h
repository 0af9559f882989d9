// `tranchet replay LOG --follow`: a second engine behind a log that grows, and an alarm when it
// would have decided otherwise. It has no venue, and no way to one.
//
//   with other settings     the first decision that differs, both sides of it
//   with this program       whether it decides what the log's program did; with --against that
//                           program, the event and both sides of it, found by `log bisect`
#pragma once

#include <functional>
#include <iosfwd>
#include <string>

#include "adapters/cli/hindsight_options.h"

namespace tranchet {

struct FollowArguments {
  std::string log;
  HindsightArguments other;
  bool from_snapshot = false;
  std::string against;  // The program that writes the log; empty: not at hand.
  std::string alert;    // A program, run with the alarm as its one argument; empty: none.
};

// `wait` is called when there is nothing more, returns after a while, and says whether to go on.
// 0: it said no, and nothing differed. 1: something differs; the alarm is on `err`. 2: not a log,
// or a setting that there is not. 4: damaged.
int run_follow_command(const FollowArguments& arguments, const std::function<bool()>& wait,
                       std::ostream& out, std::ostream& err);

// Half a second, or until SIGINT or SIGTERM: then it says no.
std::function<bool()> until_interrupted();

}  // namespace tranchet

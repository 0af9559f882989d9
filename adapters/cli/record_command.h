// `tranchet record`: the market streams of a venue onto tapes, until SIGTERM or SIGINT.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace tranchet {

struct RecordArguments {
  std::string config;
  std::vector<std::string> sets;  // KEY=VALUE
  std::string into;               // A tape; of several instruments, a folder of tapes.
};

int run_record_command(const RecordArguments& arguments, std::ostream& out, std::ostream& err);

}  // namespace tranchet

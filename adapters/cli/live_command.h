// `tranchet live`: trades, on paper unless asked for by name to trade for real.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace tranchet {

struct LiveArguments {
  std::string config;
  std::vector<std::string> sets;  // KEY=VALUE
  bool live = false;
  bool print_config = false;  // Print the effective configuration, and do nothing else.
};

// Until SIGTERM or SIGINT. Exit status as exit_status.h says.
int run_live_command(const LiveArguments& arguments, std::ostream& out, std::ostream& err);

}  // namespace tranchet

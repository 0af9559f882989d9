// `tranchet parity LOG`: why a live or paper log earned other than a backtest of the same period.
#pragma once

#include <iosfwd>
#include <string>

#include "adapters/cli/hindsight_options.h"

namespace tranchet {

struct ParityArguments {
  std::string log;
  HindsightArguments backtest;
  bool json = false;
};

// 0: told. 1: this program decides otherwise than the one that wrote the log. 2: not a log, or a
// setting that there is not. 4: damaged.
int run_parity_command(const ParityArguments& arguments, std::ostream& out, std::ostream& err);

}  // namespace tranchet

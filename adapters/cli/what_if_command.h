// `tranchet replay LOG --set KEY=VALUE [--from SEQ]`: what would have been, beside what was.
#pragma once

#include <iosfwd>
#include <string>

#include "adapters/cli/hindsight_options.h"

namespace tranchet {

struct WhatIfArguments {
  std::string log;
  HindsightArguments other;
  std::string from;  // A sequence or a time; empty: from the log's beginning.
  bool json = false;
};

// 0: told. 1: this program decides otherwise than the one that wrote the log. 2: not a log, or a
// setting or place that there is not. 4: damaged.
int run_what_if_command(const WhatIfArguments& arguments, std::ostream& out, std::ostream& err);

}  // namespace tranchet

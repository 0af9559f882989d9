// The summary as a screenful for people.
#pragma once

#include <ostream>

#include "backtest/report/summary.h"

namespace tranchet {

// `color`: with ANSI colors, for a terminal.
void print_summary(std::ostream& out, const Summary& summary, bool color = false);

}  // namespace tranchet

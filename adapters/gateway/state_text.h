// A moment of a run as people read it in a terminal.
#pragma once

#include <iosfwd>

#include "adapters/gateway/screen.h"
#include "events/names.h"

namespace tranchet {

void print_state(std::ostream& out, const Screen& screen, const Names& names);

}  // namespace tranchet

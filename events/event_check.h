// Whether an event's values are such that a venue or a person can mean them. Checked where events
// enter (lines, imports, adapters): past that point a bad value is a fault of the program.
#pragma once

#include <string>

#include "events/event.h"

namespace tranchet {

// Empty: fine. Otherwise the flaw, naming the field: `price must be above 0`.
std::string flaw_in(const EventBody& body);

}  // namespace tranchet

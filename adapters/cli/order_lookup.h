// Which order a line means that names it by what it is for: scripts need not know ids in advance.
#pragma once

#include "engine/state.h"
#include "events/log/json.h"

namespace tranchet {

// The newest order matching the reference that awaits this kind of answer, else the newest that is
// active, else the newest. None: no order of the run ever matched.
OrderId find_order(const State& state, const OrderReference& reference, const EventBody& answer);

}  // namespace tranchet

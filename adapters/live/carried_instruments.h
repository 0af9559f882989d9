// What the engine holds of instruments that are closed, as the Fyers core is told of it.
#pragma once

#include <vector>

#include "adapters/fyers/core.h"
#include "engine/state.h"

namespace tranchet {

// None while the engine's books have not been compared with the venue's: what they say may have
// been sold since.
std::vector<fyers::CarriedInstrument> carried_instruments(const State& state);

}  // namespace tranchet

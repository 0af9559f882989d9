// What a configuration makes of the simulated venue.
#pragma once

#include "adapters/cli/configuration.h"
#include "backtest/venue/parameters.h"

namespace tranchet {

// Terms are those of all instruments together; who knows better has more to say.
SimulationParameters simulation_of(const Configuration& configuration);

// Those of one instrument.
VenueTerms terms_of(const Configuration& configuration, InstrumentId instrument);

}  // namespace tranchet

// What a configuration makes of the simulated venue.
#pragma once

#include <optional>

#include "adapters/cli/configuration.h"
#include "backtest/venue/parameters.h"
#include "backtest/venue/trading_hours.h"

namespace tranchet {

// Terms are those of all instruments together; who knows better has more to say.
SimulationParameters simulation_of(const Configuration& configuration);

// When the exchange takes orders; none: always.
std::optional<TradingHours> hours_of(const Configuration& configuration);

// None: maker and taker fees instead. `intraday`: not held over night.
std::optional<ChargeRates> charges_of(const ChargeSettings& from, bool intraday);

// Those of one instrument.
VenueTerms terms_of(const Configuration& configuration, InstrumentId instrument);

}  // namespace tranchet

// The rules of the instruments that a configuration names.
#pragma once

#include <optional>
#include <vector>

#include "adapters/cli/configuration.h"
#include "events/event.h"

namespace tranchet {

// What [instrument.SYM] says, over `base` (a venue's rules, or what the data shows).
InstrumentListed configured_rules(const ConfiguredInstrument& configured, InstrumentListed base);

// An event for each configured instrument that says both tick_size and step_size.
std::vector<InstrumentListed> listed_instruments(const Configuration& configuration, Names& names);

}  // namespace tranchet

// Whether a stop can do its work before the venue liquidates the position.
#pragma once

#include "events/settings.h"

namespace tranchet {

// How far the price may run against a position, in parts of the entry price, until a margin of
// 1/leverage is down to the maintenance margin: at leverage 10 and 0.4 %, 9.6 %. Of isolated
// margin; with cross margin the rest of the balance moves it away.
Ppm liquidation_distance(std::int64_t leverage, Ppm maintenance_margin);

// True: the stop of the settings lies at or beyond that distance, so the liquidation comes first.
bool is_stop_beyond_liquidation(const Settings& settings, InstrumentId instrument,
                                Ppm maintenance_margin);

}  // namespace tranchet

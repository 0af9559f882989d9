#include "adapters/live/stop_distance.h"

#include <algorithm>

namespace tranchet {

Ppm liquidation_distance(std::int64_t leverage, Ppm maintenance_margin) {
  return std::max<Ppm>(kPpmOne / std::max<std::int64_t>(leverage, 1) - maintenance_margin, 0);
}

bool is_stop_beyond_liquidation(const Settings& settings, InstrumentId instrument,
                                Ppm maintenance_margin) {
  if (!settings.flag(Setting::StopLossEnabled, instrument)) return false;
  const std::int64_t leverage = settings.get(Setting::Leverage, instrument);
  return settings.percent(Setting::StopLoss, instrument) >=
         liquidation_distance(leverage, maintenance_margin);
}

}  // namespace tranchet

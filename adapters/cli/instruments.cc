#include "adapters/cli/instruments.h"

namespace tranchet {

InstrumentListed configured_rules(const ConfiguredInstrument& configured, InstrumentListed base) {
  base.tick_size = configured.tick_size.value_or(base.tick_size);
  base.step_size = configured.step_size.value_or(base.step_size);
  base.min_quantity = configured.min_quantity.value_or(base.min_quantity);
  base.max_quantity = configured.max_quantity.value_or(base.max_quantity);
  base.market_max_quantity = configured.market_max_quantity.value_or(base.market_max_quantity);
  base.min_notional = configured.min_notional.value_or(base.min_notional);
  base.max_conditional_orders =
      configured.max_conditional_orders.value_or(base.max_conditional_orders);
  return base;
}

std::vector<InstrumentListed> listed_instruments(const Configuration& configuration, Names& names) {
  std::vector<InstrumentListed> listed;
  for (const ConfiguredInstrument& configured : configuration.instruments) {
    if (!configured.tick_size || !configured.step_size) continue;
    listed.push_back(configured_rules(configured, {.symbol = names.intern(configured.symbol),
                                                   .instrument = configured.instrument}));
  }
  return listed;
}

}  // namespace tranchet

#include "adapters/cli/simulation_parameters.h"

namespace tranchet {

SimulationParameters simulation_of(const Configuration& configuration) {
  const SimulationSettings& from = configuration.simulation;
  SimulationParameters to;
  to.initial_balance = from.initial_balance;
  to.position_mode = configuration.settings.choice<PositionMode>(Setting::PositionModeChoice);
  to.maker_fee = from.maker_fee;
  to.taker_fee = from.taker_fee;
  to.latency = from.latency;
  to.queue = from.queue == QueueChoice::Through ? QueueAssumption::Through : QueueAssumption::Touch;
  to.market_slippage = from.slippage;
  to.take_share = from.partial_fill;
  to.reduce_only = configuration.settings.flag(Setting::ReduceOnly);
  to.liquidation = from.liquidation;
  to.terms.maintenance_margin = from.maintenance_margin;
  to.terms.leverage = configuration.settings.get(Setting::Leverage);
  return to;
}

}  // namespace tranchet

#include "adapters/live/carried_instruments.h"

namespace tranchet {
namespace {

bool has_orders(const Tranche& tranche) {
  return !tranche.entries.empty() || !tranche.stops.empty() || !tranche.targets.empty() ||
         !tranche.closes.empty();
}

void add(const Position& position, fyers::CarriedInstrument& carried) {
  carried.has_orders =
      carried.has_orders || !position.entries.empty() || !position.corrections.empty();
  for (const Tranche& tranche : position.tranches) {
    carried.has_orders = carried.has_orders || has_orders(tranche);
    if (tranche.ended || tranche.dust || !tranche.quantity.is_positive()) continue;
    carried.tranches.push_back({.position_side = position.key.side,
                                .quantity = tranche.quantity,
                                .target = tranche.target.price,
                                .stop = tranche.stop.price});
  }
}

}  // namespace

std::vector<fyers::CarriedInstrument> carried_instruments(const State& state) {
  std::vector<fyers::CarriedInstrument> all;
  if (!state.reconciled) return all;
  for (const InstrumentState& instrument : state.instruments) {
    if (!instrument.session_closed) continue;
    fyers::CarriedInstrument carried{.instrument = instrument.positions[0].key.instrument,
                                     .has_orders = false,
                                     .last = instrument.trade ? instrument.trade : instrument.mark,
                                     .tranches = {}};
    for (const Position& position : instrument.positions) add(position, carried);
    all.push_back(std::move(carried));
  }
  return all;
}

}  // namespace tranchet

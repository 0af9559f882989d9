#include "adapters/gateway/account_figures.h"

namespace tranchet {

AccountFigures account_figures(const Screen& screen) {
  const State& state = screen.state();
  AccountFigures figures{.balance = screen.ledger().balance()};
  for (const InstrumentState& instrument : state.instruments) {
    const Maybe<Price> price = valuation_price(instrument);
    for (const Position& position : instrument.positions) {
      const Quantity open = open_quantity(position);
      if (!open.is_positive()) continue;
      ++figures.positions;
      for (const Tranche& tranche : position.tranches) {
        if (!tranche.quantity.is_positive()) continue;
        ++figures.tranches;
        figures.naked += naked_quantity(state, tranche);
      }
      if (!price) continue;
      const Money worth = exposure(open, *price);
      const std::int64_t leverage =
          std::max<std::int64_t>(state.settings.get(Setting::Leverage, position.key.instrument), 1);
      figures.exposure += worth;
      figures.margin += Money::from_wide(divide_half_away(worth.raw(), leverage));
      figures.unrealized_pnl +=
          unrealized_pnl(position.key.side, open, open_cost(position), *price);
    }
  }
  if (figures.balance) figures.equity = *figures.balance + figures.unrealized_pnl;
  return figures;
}

}  // namespace tranchet

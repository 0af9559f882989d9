#include "engine/publish.h"

#include "engine/targets.h"

namespace tranchet {
namespace {

Maybe<Price> lower(Maybe<Price> a, Maybe<Price> b) {
  return !a || (b && *b < *a) ? b : a;
}
Maybe<Price> higher(Maybe<Price> a, Maybe<Price> b) {
  return !a || (b && *b > *a) ? b : a;
}

Maybe<Price> shown_target(const Tranche& tranche) {
  return tranche.dust || tranche.closing ? Maybe<Price>() : tranche.target.price;
}
Maybe<Price> shown_stop(const Tranche& tranche) {
  return tranche.dust ? Maybe<Price>() : tranche.stop.price;
}

}  // namespace

void publish_position(Turn& turn, const Position& position) {
  const bool is_long = position.key.side == PositionSide::Long;
  PositionUpdate update{.instrument = position.key.instrument,
                        .position_side = position.key.side,
                        .trade_type = position.trade_type};
  Value cost = 0;
  for (const Tranche& tranche : position.tranches) {
    if (!tranche.quantity.is_positive()) continue;
    update.quantity += tranche.quantity;
    cost += tranche.cost;
    ++update.tranches;
    // Long: the lowest take-profit and the highest stop fire first.
    const Maybe<Price> target = shown_target(tranche), stop = shown_stop(tranche);
    update.take_profit =
        is_long ? lower(update.take_profit, target) : higher(update.take_profit, target);
    update.stop_loss = is_long ? higher(update.stop_loss, stop) : lower(update.stop_loss, stop);
  }
  if (update.quantity.is_positive()) {
    update.average_entry = rounded_average(cost, update.quantity);
  }
  for (const TradeClosed& closed : turn.closed) {
    if (closed.instrument != position.key.instrument || closed.position_side != position.key.side) {
      continue;
    }
    update.exit_price = closed.average_exit;
    update.realized_pnl = update.realized_pnl.value_or(Money()) + closed.realized_pnl;
    update.reason = static_cast<std::uint8_t>(closed.reason);
  }
  turn.position_update(position.key, update);
  for (const Tranche& tranche : position.tranches) {
    if (!tranche.quantity.is_positive()) continue;
    TrancheState& row = turn.position_row(position.key);
    row.tranche_id = tranche.id;
    row.quantity = tranche.quantity;
    row.average_entry = tranche.average;
    row.take_profit = shown_target(tranche);
    row.stop_loss = shown_stop(tranche);
    row.tranche = tranche.ordinal;
  }
}

}  // namespace tranchet

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
  const PositionKey key = position.key;
  const bool is_long = key.side == PositionSide::Long;
  Quantity quantity;
  Value cost = 0;
  std::uint8_t tranches = 0;
  Maybe<Price> first_target, first_stop;
  for (const Tranche& tranche : position.tranches) {
    if (!tranche.quantity.is_positive()) continue;
    quantity += tranche.quantity;
    cost += tranche.cost;
    ++tranches;
    // Long: the lowest take-profit and the highest stop fire first.
    const Maybe<Price> target = shown_target(tranche), stop = shown_stop(tranche);
    first_target = is_long ? lower(first_target, target) : higher(first_target, target);
    first_stop = is_long ? higher(first_stop, stop) : lower(first_stop, stop);
  }
  PositionUpdate& update = turn.position_update(key);
  update.quantity = quantity;
  if (quantity.is_positive()) update.average_entry = rounded_average(cost, quantity);
  update.take_profit = first_target;
  update.stop_loss = first_stop;
  update.instrument = key.instrument;
  update.position_side = key.side;
  update.trade_type = position.trade_type;
  update.tranches = tranches;
  for (const TradeClosed& closed : turn.closed) {
    if (closed.instrument != key.instrument || closed.position_side != key.side) continue;
    update.exit_price = closed.average_exit;
    update.realized_pnl = update.realized_pnl.value_or(Money()) + closed.realized_pnl;
    update.reason = static_cast<std::uint8_t>(closed.reason);
  }
  for (const Tranche& tranche : position.tranches) {
    if (!tranche.quantity.is_positive()) continue;
    turn.position_row(key, tranche.id, tranche.quantity, tranche.average, shown_target(tranche),
                      shown_stop(tranche), tranche.ordinal);
  }
}

}  // namespace tranchet

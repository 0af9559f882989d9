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

}  // namespace

void publish_position(Turn& turn, const Position& position) {
  const bool is_long = position.key.side == PositionSide::Long;
  PositionUpdate update{.quantity = open_quantity(position),
                        .instrument = position.key.instrument,
                        .position_side = position.key.side,
                        .trade_type = position.trade_type};
  ShortList<TrancheState, 8> rows;
  for (const Tranche& tranche : position.tranches) {
    if (!tranche.quantity.is_positive()) continue;
    const bool bare = tranche.dust;
    const TrancheState row{
        .tranche_id = tranche.id,
        .quantity = tranche.quantity,
        .average_entry = rounded_average(tranche.cost, tranche.quantity),
        .take_profit = bare || tranche.closing ? Maybe<Price>() : tranche.target.price,
        .stop_loss = bare ? Maybe<Price>() : tranche.stop.price,
        .tranche = tranche.ordinal};
    // Long: the lowest take-profit and the highest stop fire first.
    update.take_profit = is_long ? lower(update.take_profit, row.take_profit)
                                 : higher(update.take_profit, row.take_profit);
    update.stop_loss =
        is_long ? higher(update.stop_loss, row.stop_loss) : lower(update.stop_loss, row.stop_loss);
    rows.push_back(row);
  }
  update.tranches = static_cast<std::uint8_t>(rows.size());
  if (update.quantity.is_positive()) {
    update.average_entry = rounded_average(open_cost(position), update.quantity);
  }
  for (const TradeClosed& closed : turn.closed) {
    if (closed.instrument != position.key.instrument || closed.position_side != position.key.side) {
      continue;
    }
    update.exit_price = closed.average_exit;
    update.realized_pnl = update.realized_pnl.value_or(Money()) + closed.realized_pnl;
    update.reason = static_cast<std::uint8_t>(closed.reason);
  }
  turn.position_update(position.key, update, {rows.begin(), rows.end()});
}

}  // namespace tranchet

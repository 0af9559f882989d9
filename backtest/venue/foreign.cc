// What happens on the account without a request of ours: other people, and the venue itself.
#include <algorithm>

#include "backtest/venue/simulated_venue.h"

namespace tranchet {

bool SimulatedVenue::foreign_market(const PositionKey& key, Side side, Quantity quantity,
                                    Timestamp now) {
  SubmitOrder request;
  request.quantity = quantity;
  request.instrument = key.instrument;
  request.side = side;
  request.position_side = key.side;
  request.order_type = OrderType::Market;
  return foreign_order(request, now);
}

bool SimulatedVenue::foreign_order(SubmitOrder request, Timestamp now) {
  process_requests(now);
  request.order = OrderId::None;
  if (!parameters_.reduce_only) request.reduce_only = false;
  if (refusal(request)) return false;
  take(request);
  liquidate_if_due();
  return true;
}

void SimulatedVenue::cancel_foreign_orders(Timestamp now) {
  process_requests(now);
  orders_.finish_foreign();
}

void SimulatedVenue::deleverage(const PositionKey& key, Quantity quantity, Timestamp now) {
  ENSURE(quantity.is_positive());
  process_requests(now);
  const Quantity held = account_.position(key).quantity;
  if (held.is_zero()) return;
  close_by_force(key, std::min(quantity, held), FillOrigin::Adl);
  liquidate_if_due();
}

}  // namespace tranchet

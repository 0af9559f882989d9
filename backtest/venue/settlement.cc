// Margin, funding and liquidation: what the marks do to the account.
#include <algorithm>
#include <vector>

#include "backtest/venue/filters.h"
#include "backtest/venue/matching.h"
#include "backtest/venue/simulated_venue.h"

namespace tranchet {
namespace {

Value as_value(Money money) {
  return static_cast<Value>(money.raw()) * kDecimalOne;
}

Value gain_of(PositionSide side, Value rise) {
  return side == PositionSide::Long ? rise : -rise;
}

}  // namespace

// A position is at cost until there is a price.
Value SimulatedVenue::equity_value() const {
  Value equity = as_value(account_.balance());
  for (const auto& [key, position] : account_.positions()) {
    const Maybe<Price> mark = find_market(key.instrument)->mark_price();
    if (mark) equity += gain_of(key.side, value_of(*mark, position.quantity) - position.cost);
  }
  return equity;
}

Money SimulatedVenue::equity() const {
  return to_money(equity_value());
}

// What `quantity` of an order that is no exit would tie up if it opened: notional / leverage. The
// part that meets an opposite position opens nothing.
Value SimulatedVenue::entry_margin(const SubmitOrder& request, Quantity quantity) const {
  const VenueMarket& market = *find_market(request.instrument);
  const Quantity reduces = reducible(request);
  const Maybe<Price> price = valuation_price(request, market);
  if (!price || quantity <= reduces) return 0;
  return divide_ceil(value_of(*price, quantity - reduces), market.terms.leverage);
}

// Of an order that is no exit. Cross margin: equity covers the initial margin of all positions at
// the mark, of all open limit orders, and of this one. Exits tie up nothing, and stops not until
// they trigger.
bool SimulatedVenue::margin_suffices(const SubmitOrder& request) const {
  const Value wanted = entry_margin(request, request.quantity);
  if (wanted == 0) return true;
  Value used = 0;
  for (const auto& [key, position] : account_.positions()) {
    const VenueMarket& market = *find_market(key.instrument);
    const Maybe<Price> mark = market.mark_price();
    const Value notional = mark ? value_of(*mark, position.quantity) : position.cost;
    used += divide_ceil(notional, market.terms.leverage);
  }
  for (const Wait& wait : orders_.waits()) {
    if (wait.conditional || wait.exit) continue;
    const VenueOrder& order = orders_.order_of(wait);
    used += entry_margin(order.request, order.remaining());
  }
  return used + wanted <= equity_value();
}

// Longs pay shorts at a positive rate, on the value at the mark of that moment.
void SimulatedVenue::on(const FundingRate& funding) {
  const Maybe<Price> mark = market_of(funding.instrument).mark_price();
  if (!mark) return;
  for (const auto& [key, position] : account_.positions()) {
    if (key.instrument != funding.instrument) continue;
    const Money due = rated(value_of(*mark, position.quantity), funding.rate);
    const Money received = key.side == PositionSide::Long ? -due : due;
    account_.credit(received);
    answer(
        FundingPaid{.instrument = key.instrument, .position_side = key.side, .amount = received});
  }
}

// Cross margin: when equity is below the maintenance margin of all positions, all of them go. Both
// sides in millionths of 1e-16, exact, so that quiet_band() can promise the very same border.
void SimulatedVenue::check_maintenance() {
  if (!parameters_.liquidation || account_.positions().empty()) return;
  Value equity = as_value(account_.balance());
  Value maintenance = 0;
  for (const auto& [key, position] : account_.positions()) {
    const VenueMarket& market = *find_market(key.instrument);
    const Maybe<Price> mark = market.mark_price();
    if (!mark) continue;
    const Value notional = value_of(*mark, position.quantity);
    equity += gain_of(key.side, notional - position.cost);
    maintenance += notional * market.terms.maintenance_margin;
  }
  if (equity * kPpmOne >= maintenance) {
    solvent_at_ = account_.changes();
    return;
  }
  std::vector<InstrumentId> held;
  for (const auto& [key, position] : account_.positions()) {
    if (held.empty() || held.back() != key.instrument) held.push_back(key.instrument);
  }
  for (const InstrumentId instrument : held) liquidate(instrument);
}

void SimulatedVenue::cancel_all(InstrumentId instrument) {
  std::vector<VenueOrder*> resting;
  orders_.for_each_open([&](VenueOrder& order) {
    if (order.request.instrument == instrument) resting.push_back(&order);
  });
  for (VenueOrder* order : resting) {
    answer(*order, OrderCanceled{order->request.order});
    orders_.finish(*order, QueryStatus::Canceled, now_);
  }
}

// The open orders of the instrument go first, then its positions, at the mark.
void SimulatedVenue::liquidate(InstrumentId instrument) {
  cancel_all(instrument);
  for (const PositionSide side : {PositionSide::Long, PositionSide::Short}) {
    const PositionKey key{instrument, side};
    const Quantity held = account_.position(key).quantity;
    if (held.is_positive()) close_by_force(key, held, FillOrigin::Liquidation);
  }
}

// A liquidation costs its fee, ADL nothing; and charges are due on whatever is traded.
void SimulatedVenue::close_by_force(const PositionKey& key, Quantity quantity, FillOrigin origin) {
  VenueMarket& market = market_of(key.instrument);
  const Price price = market.mark_price().value_or(average_price(account_.position(key)));
  const Side side = exit_side(key.side);
  account_.fill(key.instrument, side, key.side, price, quantity, Money());
  Money fee;
  if (origin == FillOrigin::Liquidation) {
    const Money charged = rated(value_of(price, quantity), parameters_.liquidation_fee);
    fee = std::max(Money(), std::min(charged, account_.balance()));
  } else if (market.terms.charges && origin != FillOrigin::Adl) {
    const Charges charged = charges_on(*market.terms.charges, side, value_of(price, quantity));
    charges_ += charged;
    fee = charged.total();
  }
  account_.credit(-fee);
  answer(OrderFilled{.order = OrderId::None,
                     .trade = TradeId{++market.trades},
                     .quantity = quantity,
                     .price = price,
                     .fee = fee,
                     .instrument = key.instrument,
                     .position_side = key.side,
                     .side = side,
                     .liquidity = Liquidity::Taker,
                     .origin = origin});
}

}  // namespace tranchet

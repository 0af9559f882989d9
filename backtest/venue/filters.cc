#include "backtest/venue/filters.h"

namespace tranchet {
namespace {

std::optional<RejectReason> failed_quantity(const SubmitOrder& request,
                                            const InstrumentListed& rules) {
  const bool limit = request.order_type == OrderType::Limit;
  const Quantity max = limit ? rules.max_quantity : rules.market_max_quantity;
  if (!request.quantity.is_positive()) return RejectReason::BelowMinimum;               // -4003
  if (request.quantity < rules.min_quantity) return RejectReason::BelowMinimum;         // -4003
  if (max.is_positive() && request.quantity > max) return RejectReason::Other;          // -4005
  if (request.quantity.raw() % rules.step_size.raw() != 0) return RejectReason::Other;  // -4023
  return std::nullopt;
}

bool outside_percent_price(Side side, Price price, const VenueMarket& market) {
  const Maybe<Price> mark = market.mark_price();
  if (!mark) return false;
  const Ppm multiplier =
      side == Side::Buy ? market.terms.multiplier_up : market.terms.multiplier_down;
  if (multiplier == 0) return false;
  const Int128 scaled = static_cast<Int128>(price.raw()) * kPpmOne;
  const Int128 bound = static_cast<Int128>((*mark).raw()) * multiplier;
  return side == Side::Buy ? scaled > bound : scaled < bound;  // One side only: never both.
}

// The stop price of a conditional order is in no band: -4183 and -4184 are of the limit price
// against the stop price, which such an order has not.
std::optional<RejectReason> failed_price(const SubmitOrder& request, const VenueMarket& market) {
  if (request.order_type == OrderType::Market) {
    const Maybe<Price> best = market.taking_price(request.side);
    if (!best) return RejectReason::Other;  // -2020: nothing to fill against.
    const bool outside = outside_percent_price(request.side, *best, market);
    return outside ? std::optional(RejectReason::OutOfBand) : std::nullopt;  // -4131
  }
  const bool limit = request.order_type == OrderType::Limit;
  const Maybe<Price> price = limit ? request.limit_price : request.stop_price;
  if (!price || !(*price).is_positive()) return RejectReason::Other;  // -1102, -4013
  if ((*price).raw() % market.rules.tick_size.raw() != 0) return RejectReason::Other;  // -4014
  if (limit && outside_percent_price(request.side, *price, market)) {
    return RejectReason::OutOfBand;  // -4016, -4024
  }
  return std::nullopt;
}

}  // namespace

Maybe<Price> valuation_price(const SubmitOrder& request, const VenueMarket& market) {
  switch (request.order_type) {
    case OrderType::Limit:
      return request.limit_price;
    case OrderType::StopMarket:
    case OrderType::TakeProfitMarket:
      return request.stop_price;
    case OrderType::Market:
      break;
  }
  const Maybe<Price> mark = market.mark_price();
  return mark ? mark : market.taking_price(request.side);
}

std::optional<RejectReason> failed_filter(const SubmitOrder& request, const VenueMarket& market) {
  if (const auto reason = failed_quantity(request, market.rules)) return reason;
  if (const auto reason = failed_price(request, market)) return reason;
  // "Unless reduce only" is what -4164 says. Hedge exits cannot carry the flag, and whether they
  // are exempt too is not documented: here they are not, which is the harder case for an engine.
  if (request.reduce_only) return std::nullopt;
  const Maybe<Price> price = valuation_price(request, market);
  ENSURE(price.has_value());  // failed_price() has seen one.
  const Value minimum = static_cast<Value>(market.rules.min_notional.raw()) * kDecimalOne;
  if (value_of(*price, request.quantity) < minimum) return RejectReason::BelowMinimum;  // -4164
  return std::nullopt;
}

}  // namespace tranchet

// What the venue refuses on sight: the exchangeInfo filters of one instrument. Rules that need the
// account (position, caps, margin) are the venue's own.
#pragma once

#include <optional>

#include "backtest/venue/venue_market.h"
#include "events/command.h"

namespace tranchet {

// The first filter an order fails, in this order: the shape of the request and its quantity
// (LOT_SIZE, MARKET_LOT_SIZE), PRICE_FILTER, PERCENT_PRICE, MIN_NOTIONAL.
std::optional<RejectReason> failed_filter(const SubmitOrder& request, const VenueMarket& market);

// The price that filters and margin value an order at: its limit, its stop, else the mark ("MARKET
// uses mark"). Absent: a market order before any price.
Maybe<Price> valuation_price(const SubmitOrder& request, const VenueMarket& market);

}  // namespace tranchet

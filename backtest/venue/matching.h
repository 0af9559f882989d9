// When an order trades and at what price. Pure rules; none of them knows an account.
#pragma once

#include "backtest/venue/parameters.h"
#include "backtest/venue/venue_market.h"
#include "events/enums.h"

namespace tranchet {

// Whether a conditional order is set off by a price at or above its stop, or by one at or below:
// a stop protects from what a take-profit waits for.
bool waits_for_rise(OrderType type, Side side);

// A conditional order of this side has been reached. A stop: BUY price >= stop, SELL price <= stop;
// a take-profit the other way round.
bool stop_reached(OrderType type, Side side, Price stop, Price price);

// The price is the limit or better for this side: an order arriving now would take.
bool reaches_limit(Side side, Price limit, Price price);

// A resting order of this side and limit fills when the market is at `price`.
bool fills_resting(Side side, Price limit, Price price, QueueAssumption queue);

// The price a market order of this side gets: worse by `slippage`, on the worse tick, one tick at
// least. 100 with 0.1 % and tick 0.1: a buy pays 100.1, a sell gets 99.9. 0: the price itself.
Price slipped(Side side, Price price, Ppm slippage, Price tick);

// A market order may fill at `price` (marketTakeBound). True where there is no bound or no mark.
bool within_take_bound(Side side, Price price, Maybe<Price> mark, Ppm bound);

// Stops may trigger (triggerProtect): trade and mark are near enough, or one is not known.
bool trigger_allowed(const VenueMarket& market);

// `rate` in counts of 1e-8 of the value, rounded half away from zero.
// 6'727.5 at 50'000 (5 bp): 3.36375.
Money rated(Value value, std::int64_t rate);

}  // namespace tranchet

// What a simulated venue is told about itself: fees, delays, how prices fill orders, and where it
// is stricter or laxer than the default.
#pragma once

#include <cstdint>
#include <optional>

#include "backtest/venue/charges.h"
#include "backtest/venue/trading_hours.h"
#include "events/decimal.h"
#include "events/settings.h"
#include "events/time.h"

namespace tranchet {

// When a resting limit order fills: our place in the queue is not in the data.
enum class QueueAssumption : std::uint8_t {
  Touch = 1,    // The price trades at the limit: we are first in the queue.
  Through = 2,  // It trades beyond the limit: we are last.
};

// What holds for one instrument beside its InstrumentListed. 0: no such rule, but for leverage.
struct VenueTerms {
  Ppm multiplier_up = 0;           // PERCENT_PRICE: a buy's price <= mark x this. 1'020'000: 1.02.
  Ppm multiplier_down = 0;         // PERCENT_PRICE: a sell's price >= mark x this.
  Ppm market_take_bound = 0;       // How far from the mark a market order may fill.
  Ppm trigger_protect = 0;         // A stop waits while trade and mark are further apart.
  Ppm maintenance_margin = 4'000;  // Of the notional at the mark.
  std::int64_t leverage = 10;      // >= 1. Notional / leverage is the initial margin.
  std::optional<ChargeRates> charges;  // In place of maker and taker fees.
  bool intraday = false;               // Positions are closed by the venue before the session ends.
};

struct SimulationParameters {
  Money initial_balance = Money::from_raw(10'000 * kDecimalOne);
  PositionMode position_mode = PositionMode::Hedge;

  // Counts of 1e-8 of the notional: 1 bp is 10'000. Negative: a rebate.
  std::int64_t maker_fee = 10'000;
  std::int64_t taker_fee = 50'000;
  // Of a liquidation (exchangeInfo liquidationFee 0.025), never more than the balance that is left.
  std::int64_t liquidation_fee = 2'500'000;

  // There and back. Half of it passes before a request is processed, the rest before its answer.
  Duration latency = Duration::milliseconds(50);
  // At most this much comes on top, half of it on either way, drawn anew for every request and
  // every answer. What concerns one order may overtake what concerns another; nothing overtakes
  // within an order, and what concerns none (a snapshot, funding, a liquidation) keeps its place.
  Duration latency_jitter;
  std::uint64_t seed = 0;  // Of the draws.

  QueueAssumption queue = QueueAssumption::Touch;
  Ppm market_slippage = 0;  // Market orders fill this much worse, rounded to the worse tick.
  // Partial fills: the share of a printed quantity that our orders get together. 0: all they want.
  Ppm take_share = 0;

  bool reduce_only = true;     // One-way mode: the flag is honored. False: an exit may flip.
  bool exit_capacity = false;  // Refuse a limit exit when limit exits would exceed the position
                               // together, a stop likewise among the stops (ReduceOnlyCapacity).
  bool liquidation = true;
  bool mark_from_trades = false;        // The data has no mark: every trade price is also the mark.
  std::uint32_t open_orders_max = 200;  // Of an instrument, MAX_NUM_ORDERS.
  // An id is refused as long as the venue knows it. False: while an order of that id is open, as at
  // real venues (newClientOrderId is "unique among open orders").
  bool ids_unique_for_ever = true;

  std::optional<TradingHours> hours;  // None: orders are taken at any time.

  VenueTerms terms;  // Of every instrument that has none of its own.
};

// A price range, both ends excluded. The default holds no price.
struct PriceBand {
  Price low;
  Price high;
  constexpr bool contains(Price price) const { return low < price && price < high; }
  friend bool operator==(const PriceBand&, const PriceBand&) = default;
};

}  // namespace tranchet

// What an order waits for at the desk before the simulated venue hears of it. The simulated venue
// has stops of its own for a fixed quantity at the market; the desk holds the others: STOP and
// TAKE_PROFIT (a limit order afterwards), TRAILING_STOP_MARKET, and whatever closes a position.
#pragma once

#include <cstdint>

#include "events/command.h"

namespace tranchet::aster_venue {

enum class TriggerKind : std::uint8_t { None, Stop, TakeProfit, Trailing };

struct Trigger {
  TriggerKind kind = TriggerKind::None;
  Price stop;               // Of Stop and TakeProfit.
  Maybe<Price> activation;  // Of Trailing; nullopt: it follows from the start.
  Ppm callback = 0;         // Of Trailing: how far back from the best price.
  Maybe<Price> best;        // Of Trailing, since it follows.
};

// A price of the order's working type has come: does it trigger? A trailing one notes it.
//   Stop: a buy at or above its price, a sell at or below. TakeProfit: the other way round.
//   Trailing: a sell follows the highest price from the activation on (at or above it), and
//   triggers `callback` below; a buy mirrors it. 5 % below 110.0 is 104.5.
bool triggers(Trigger& trigger, Side side, Price price);

}  // namespace tranchet::aster_venue

// The strategy `liquidation_hunter`: enters against people who are being liquidated. A liquidation
// order that sells closes a long, and leads to Long at the market; one that buys leads to Short.
//
// `trigger = "volume"`: when the liquidations of a side within the volume_window are worth its
// threshold. `trigger = "single"`: when one liquidation is. Worth is average price x accumulated
// quantity: what was traded, where the limit price of a liquidation can be 9 % from it. A venue may
// show fewer liquidations than there are (Aster: the newest of each second and symbol), never more,
// so a threshold that is reached was reached.
//
// Each liquidation is looked at once, when it is heard of, and counts for one entry at most: what
// an entry was made of is forgotten, and the side then rests for the cooldown, whether the entry
// was taken or refused. What is liquidated meanwhile counts for the next one.
//
// Two filters, for either trigger; what they hold back is kept and costs no cooldown:
//   mark_ratio_pct   a liquidation this far or farther above the mark does not make it buy, nor one
//                    this far below sell: it says nothing of the price of now
//   vwap_filter      buys only while the mark is under the volume-weighted average price of the
//                    vwap_window, sells only while it is over. Before a trade with a size: neither
#pragma once

#include <optional>

#include "engine/turn.h"

namespace tranchet {

bool hunts_liquidations(const Settings& settings);
// Whether it looks at every trade, for the average price.
bool hunts_by_vwap(const Settings& settings);

// A trade, for the average price.
void remember_trade(State& state, const TradePrinted& trade);

void consider_liquidation(Turn& turn, const LiquidationPrinted& printed);

// What is remembered and no setting asks for any more.
void forget_unasked(State& state);

// Value of the liquidations that count for this side now.
Value liquidated_value(const State& state, InstrumentId instrument, PositionSide side,
                       Timestamp now);
// Rounded down; nullopt: no trade with a size in the window.
std::optional<Price> vwap(const State& state, InstrumentId instrument);

}  // namespace tranchet

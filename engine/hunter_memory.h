// What the strategy `liquidation_hunter` remembers of one instrument. Empty under every other one.
#pragma once

#include <array>
#include <utility>
#include <vector>

#include "events/decimal.h"
#include "events/enums.h"
#include "events/time.h"

namespace tranchet {

struct HunterMemory {
  using Liquidations = std::vector<std::pair<Timestamp, Value>>;  // Price x quantity; oldest first.

  // The trades of one minute.
  struct Minute {
    Timestamp start;
    Value value = 0;      // Sum of price x quantity.
    Int128 quantity = 0;  // Sum, counts of 1e-8; > 0.
    friend bool operator==(const Minute&, const Minute&) = default;
  };

  // Liquidations of the volume_window that no entry was made of yet, by the side they make enter:
  // those of longs lead to Long.
  std::array<Liquidations, 2> liquidated;
  // Of the vwap_window, oldest first.
  std::vector<Minute> traded;

  Liquidations& of(PositionSide side) { return liquidated[side == PositionSide::Long ? 0 : 1]; }
  const Liquidations& of(PositionSide side) const {
    return liquidated[side == PositionSide::Long ? 0 : 1];
  }
  friend bool operator==(const HunterMemory&, const HunterMemory&) = default;
};

}  // namespace tranchet

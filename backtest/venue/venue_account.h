// The books of the account at the venue: wallet balance and positions, changed by fills, funding
// and fees only. Exact: cost is price x quantity in counts of 1e-16.
#pragma once

#include <map>

#include "events/command.h"
#include "events/settings.h"

namespace tranchet {

struct VenuePosition {
  Quantity quantity;  // > 0, on either side.
  Value cost = 0;
  friend bool operator==(const VenuePosition&, const VenuePosition&) = default;
};

// Rounded half away from zero. The position must not be empty.
Price average_price(const VenuePosition& position);

class VenueAccount {
 public:
  VenueAccount(Money balance, PositionMode mode) : balance_(balance), mode_(mode) {}

  Money balance() const { return balance_; }
  PositionMode mode() const { return mode_; }
  // By instrument, then Long before Short. No empty positions.
  const std::map<PositionKey, VenuePosition>& positions() const { return positions_; }
  VenuePosition position(const PositionKey& key) const;  // Empty where there is none.

  // What an order of these sides finds to reduce: in hedge mode its position if it is an exit, in
  // one-way mode whatever is held against its side.
  Quantity reducible(InstrumentId instrument, Side side, PositionSide position_side) const;

  // Books a fill and its fee; returns the realized profit, gross. In hedge mode a fill reduces at
  // most its position; in one-way mode what is beyond the opposite position opens the other side.
  Money fill(InstrumentId instrument, Side side, PositionSide position_side, Price price,
             Quantity quantity, Money fee);

  // A position that was opened elsewhere.
  void hold(const PositionKey& key, const VenuePosition& position) { positions_[key] = position; }
  void credit(Money amount) { balance_ += amount; }

 private:
  Money reduce(const PositionKey& key, Price price, Quantity quantity);
  void increase(const PositionKey& key, Price price, Quantity quantity);

  Money balance_;
  PositionMode mode_;
  std::map<PositionKey, VenuePosition> positions_;
};

}  // namespace tranchet

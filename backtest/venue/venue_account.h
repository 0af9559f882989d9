// The books of the account at the venue: wallet balance and positions, changed by fills, funding
// and fees only. Exact: cost is price x quantity in counts of 1e-16.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "events/command.h"
#include "events/settings.h"

namespace tranchet {

struct VenuePosition {
  Quantity quantity;  // > 0, on either side.
  Value cost = 0;
  friend bool operator==(const VenuePosition&, const VenuePosition&) = default;
};

// A handful at most, by instrument, then Long before Short: looked through, not searched.
using VenuePositions = std::vector<std::pair<PositionKey, VenuePosition>>;

// Rounded half away from zero. The position must not be empty.
Price average_price(const VenuePosition& position);

class VenueAccount {
 public:
  VenueAccount(Money balance, PositionMode mode, VenuePositions positions = {})
      : balance_(balance), mode_(mode), positions_(std::move(positions)) {}

  Money balance() const { return balance_; }
  PositionMode mode() const { return mode_; }
  const VenuePositions& positions() const { return positions_; }  // No empty ones.
  // Empty where there is none.
  VenuePosition position(const PositionKey& key) const {
    for (const auto& [held, position] : positions_) {
      if (held == key) return position;
    }
    return {};
  }

  // What an order of these sides finds to reduce: in hedge mode its position if it is an exit, in
  // one-way mode whatever is held against its side.
  Quantity reducible(InstrumentId instrument, Side side, PositionSide position_side) const {
    if (mode_ == PositionMode::OneWay) {
      return position({instrument, position_side_of_entry(opposite(side))}).quantity;
    }
    if (side == entry_side(position_side)) return {};
    return position({instrument, position_side}).quantity;
  }

  // Books a fill and its fee; returns the realized profit, gross. In hedge mode a fill reduces at
  // most its position; in one-way mode what is beyond the opposite position opens the other side.
  Money fill(InstrumentId instrument, Side side, PositionSide position_side, Price price,
             Quantity quantity, Money fee);

  void credit(Money amount) {
    balance_ += amount;
    ++changes_;
  }

  // Counts fills and credits: while it stands still, so do balance and positions.
  std::uint64_t changes() const { return changes_; }

 private:
  Money reduce(const PositionKey& key, Price price, Quantity quantity);
  void increase(const PositionKey& key, Price price, Quantity quantity);

  Money balance_;
  PositionMode mode_;
  VenuePositions positions_;
  std::uint64_t changes_ = 0;
};

}  // namespace tranchet

#include "backtest/venue/venue_account.h"

#include <algorithm>

namespace tranchet {

Price average_price(const VenuePosition& position) {
  return Price::from_wide(divide_half_away(position.cost, position.quantity.raw()));
}

Money VenueAccount::fill(InstrumentId instrument, Side side, PositionSide position_side,
                         Price price, Quantity quantity, Money fee) {
  const bool hedge = mode_ == PositionMode::Hedge;
  const Quantity reduced = std::min(quantity, reducible(instrument, side, position_side));
  // A hedge exit has nowhere else to go: whoever sends the fill has cut it to the position.
  ENSURE(!hedge || side == entry_side(position_side) || reduced == quantity);
  Money realized;
  if (reduced.is_positive()) {
    const PositionSide held = position_side_of_entry(opposite(side));
    realized = reduce({instrument, held}, price, reduced);
  }
  if (quantity > reduced) {
    increase({instrument, position_side_of_entry(side)}, price, quantity - reduced);
  }
  balance_ += realized - fee;
  ++changes_;
  return realized;
}

Money VenueAccount::reduce(const PositionKey& key, Price price, Quantity quantity) {
  const auto found = std::ranges::find(positions_, key, &VenuePositions::value_type::first);
  ENSURE(found != positions_.end());
  VenuePosition& position = found->second;
  const Value taken = share_floor(position.cost, quantity, position.quantity);
  const Value gain = value_of(price, quantity) - taken;
  position.cost -= taken;
  position.quantity -= quantity;
  if (position.quantity.is_zero()) positions_.erase(found);
  return to_money(key.side == PositionSide::Long ? gain : -gain);
}

void VenueAccount::increase(const PositionKey& key, Price price, Quantity quantity) {
  auto place = std::ranges::lower_bound(positions_, key, {}, &VenuePositions::value_type::first);
  if (place == positions_.end() || place->first != key) {
    place = positions_.insert(place, {key, VenuePosition()});
  }
  VenuePosition& position = place->second;
  position.quantity += quantity;
  position.cost += value_of(price, quantity);
}

}  // namespace tranchet

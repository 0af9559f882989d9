#include "backtest/venue/venue_account.h"

#include <algorithm>

namespace tranchet {

Price average_price(const VenuePosition& position) {
  return Price::from_wide(divide_half_away(position.cost, position.quantity.raw()));
}

Money VenueAccount::fill(InstrumentId instrument, Side side, PositionSide position_side,
                         Price price, Quantity quantity, Money fee) {
  const bool hedge = mode_ == PositionMode::Hedge;
  const bool opens = hedge && side == entry_side(position_side);
  Money realized;
  Quantity reduced;
  if (!opens) {
    const PositionKey key{instrument, position_side_of_entry(opposite(side))};
    const auto held = std::ranges::find(positions_, key, &VenuePositions::value_type::first);
    if (held != positions_.end()) {
      reduced = std::min(quantity, held->second.quantity);
      realized = reduce(held, price, reduced);
    }
    // A hedge exit has nowhere else to go: whoever sends the fill has cut it to the position.
    ENSURE(!hedge || reduced == quantity);
  }
  if (quantity > reduced) {
    increase({instrument, position_side_of_entry(side)}, price, quantity - reduced);
  }
  balance_ += realized - fee;
  ++changes_;
  return realized;
}

Money VenueAccount::reduce(VenuePositions::iterator held, Price price, Quantity quantity) {
  auto& [key, position] = *held;
  const Value taken = share_floor(position.cost, quantity, position.quantity);
  const Value gain = value_of(price, quantity) - taken;
  const Money realized = to_money(key.side == PositionSide::Long ? gain : -gain);
  position.cost -= taken;
  position.quantity -= quantity;
  if (position.quantity.is_zero()) positions_.erase(held);
  return realized;
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

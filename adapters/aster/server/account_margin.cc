// Margin types, the margin of isolated positions, and the call for more. The venue behind counts
// all margin as cross: these are the books that clients see.
#include <algorithm>

#include "adapters/aster/server/account_desk.h"
#include "adapters/aster/server/account_messages.h"

namespace tranchet::aster_venue {

Answer<void> AccountDesk::set_isolated(InstrumentId instrument, bool isolated) {
  if (this->isolated(instrument) == isolated) {
    return std::unexpected(VenueError{-4046, "No need to change margin type."});
  }
  const bool has_orders = std::ranges::any_of(orders_, [&](const auto& item) {
    return item.second.is_open() && item.second.request.instrument == instrument;
  });
  if (has_orders) {
    return std::unexpected(
        VenueError{-4047, "Margin type cannot be changed if there exists open orders."});
  }
  const bool is_held = std::ranges::any_of(
      venue_->positions(), [&](const auto& item) { return item.first.instrument == instrument; });
  if (is_held) {
    return std::unexpected(
        VenueError{-4048, "Margin type cannot be changed if there exists position."});
  }
  isolated_[static_cast<std::size_t>(instrument)] = isolated;
  return {};
}

bool AccountDesk::isolated(InstrumentId instrument) const {
  return isolated_[static_cast<std::size_t>(instrument)];
}

Money AccountDesk::isolated_wallet(const PositionKey& key, const VenuePosition& position) const {
  if (!isolated(key.instrument) || !position.quantity.is_positive()) return Money();
  const auto added = added_margin_.find(key);
  return to_money(divide_ceil(position.cost, leverage(key.instrument))) +
         (added == added_margin_.end() ? Money() : added->second);
}

Answer<void> AccountDesk::move_margin(MarginMove move, Timestamp now) {
  if (!move.amount.is_positive()) {
    return std::unexpected(VenueError{-4055, "Amount must be positive."});
  }
  if (!isolated(move.instrument)) {
    return std::unexpected(VenueError{-4049, "Add margin only support for isolated position."});
  }
  PositionKey key{move.instrument, PositionSide::Long};
  const bool is_short = move.position_side == "SHORT" ||
                        (move.position_side == "BOTH" && books_.position(key).quantity.is_zero());
  if (is_short) key.side = PositionSide::Short;
  if (!books_.position(key).quantity.is_positive()) {
    return std::unexpected(VenueError{-4054, "Cannot add position margin: position is 0."});
  }
  Money& added = added_margin_[key];
  if (move.adds) {
    if (move.amount > available_balance(*this)) {
      return std::unexpected(VenueError{-4050, "Cross balance insufficient."});
    }
    added += move.amount;
  } else {
    if (move.amount > std::min(added, spare_margin(*this, key))) {
      return std::unexpected(VenueError{-4051, "Isolated balance insufficient."});
    }
    added -= move.amount;
  }
  events_.push_back(account_event(*this, books_, "MARGIN_TRANSFER", key.instrument, Money(), now));
  move.time = milliseconds(now);
  margin_moves_.push_back(std::move(move));
  if (margin_moves_.size() > kHistoryKept) margin_moves_.pop_front();
  return {};
}

// What is closed takes its share of the added margin with it.
void AccountDesk::release_margin(const PositionKey& key, Quantity before) {
  const auto found = added_margin_.find(key);
  if (found == added_margin_.end()) return;
  const Quantity after = books_.position(key).quantity;
  if (after.is_zero()) {
    added_margin_.erase(found);
  } else if (after < before) {
    const Int128 kept = static_cast<Int128>(found->second.raw()) * after.raw() / before.raw();
    found->second = Money::from_wide(kept);
  }
}

// A warning at 80 % of the way to liquidation; the next one only after the account was below that.
void AccountDesk::watch_margin(Timestamp now) {
  constexpr std::int64_t kCallPercent = 80;
  const MarginState state = margin_state(*this);
  const bool is_near = state.maintenance.is_positive() &&
                       static_cast<Int128>(state.maintenance.raw()) * 100 >=
                           static_cast<Int128>(state.equity.raw()) * kCallPercent;
  if (is_near && !margin_is_called_) events_.push_back(margin_call_event(*this, now));
  margin_is_called_ = is_near;
}

}  // namespace tranchet::aster_venue

// What the log claims of what the venue holds: I-07. Claims are met in the order of their ordinals,
// at their own price, before anything else is made of the quantity.
#include <algorithm>

#include "backtest/wargame/invariants/watch.h"

namespace tranchet {
namespace {

// Quantity that a snapshot has brought, not the fills of an order.
bool is_adopted(const Booking& booking, PositionKey key) {
  const auto* booked = std::get_if<FillBooked>(&booking);
  return booked != nullptr && booked->key == key && booked->order == OrderId::None &&
         booked->purpose == Purpose::Entry;
}

}  // namespace

// After the bookings.
void Invariants::Watch::judge_adoptions(const Event& event, const Output& output,
                                        const State& state) {
  if (const auto* claim = std::get_if<AdoptionRequested>(&event.body)) {
    const auto place = std::ranges::upper_bound(
        claims_, claim->tranche, {}, [](const Claim& other) { return other.what.tranche; });
    claims_.insert(place, {.what = *claim, .claimed_in = event.sequence});
    return;
  }
  if (!std::holds_alternative<SnapshotEnded>(event.body)) return;
  for (const SeenInstrument& seen : chronicle_.instruments()) {
    for (const SeenBook& book : seen.books) judge_claims(book.key, output, state);
  }
}

void Invariants::Watch::judge_claims(PositionKey key, const Output& output, const State& state) {
  if (!state.knows(key.instrument) || state.position(key).difference) return;
  const bool can_protect = state.instrument(key.instrument).listed;
  auto booking = output.bookings.begin();
  for (Claim& claim : claims_) {
    const AdoptionRequested& what = claim.what;
    if (claim.decided_in != Sequence{} || PositionKey{what.instrument, what.position_side} != key) {
      continue;
    }
    claim.decided_in = newest_;
    if (!can_protect) continue;
    booking = std::find_if(booking, output.bookings.end(),
                           [key](const Booking& b) { return is_adopted(b, key); });
    if (booking == output.bookings.end()) {
      const Quantity ignored = state.position(key).ignored;
      expect(7, ignored.is_zero(), key, " ignores ", ignored, ", and tranche ordinal ",
             what.tranche, " claims ", what.quantity);
      continue;
    }
    const auto& booked = std::get<FillBooked>(*booking++);
    const SeenTranche* tranche = chronicle_.find(booked.tranche_id);
    const bool is_whole = booked.quantity == what.quantity;
    const bool more_follows = std::any_of(booking, output.bookings.end(),
                                          [key](const Booking& b) { return is_adopted(b, key); });
    expect(7,
           booked.price == what.average_price && tranche != nullptr &&
               tranche->ordinal == what.tranche &&
               (is_whole || (booked.quantity < what.quantity && !more_follows)),
           key, ": tranche ordinal ", what.tranche, " claims ", what.quantity, " at ",
           what.average_price, ", and ", booked.quantity, " at ", booked.price, " went to ",
           booked.tranche_id);
  }
}

// The log turned out to end here.
void Invariants::Watch::forget_claims(Sequence last) {
  std::erase_if(claims_, [last](const Claim& claim) { return claim.claimed_in > last; });
  for (Claim& claim : claims_) {
    if (claim.decided_in > last) claim.decided_in = {};
  }
}

}  // namespace tranchet

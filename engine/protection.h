// Protection: what each tranche wants against what exists or is on its way, and the commands that
// make up the difference. Nothing else touches a protective order.
//
//   Stop: place the new one, and cancel the old when the new one is accepted. Cancel first only
//   when
//         no conditional order is free, or the venue refused a second one.
//   Take-profit: amend; else cancel and place, for two that rest would both fill.
#pragma once

#include <optional>

#include "engine/turn.h"

namespace tranchet {

// The difference for one tranche. One change a leg is in flight; the rest waits for its answer.
void settle_protection(Turn& turn, const Position& position, Tranche& tranche);

// The venue refused a take-profit or a stop that was to be placed.
void note_refused(Turn& turn, Position& position, Tranche& tranche, const Order& order,
                  RejectReason reason);

// A cancel was refused for a reason other than NotFound: tried again like a refused take-profit.
void note_change_refused(Turn& turn, Position& position, Tranche& tranche, Purpose purpose);
// A cancel or amend took.
void note_changed(Tranche& tranche, Purpose purpose);

// The venue ended a resting order that nobody asked it to end. It is placed again at once, but not
// twice within ten seconds: a venue that ends each one would be an endless loop of orders.
void note_lost(Turn& turn, Position& position, Tranche& tranche, Purpose purpose);

// A stop or take-profit stands.
void note_accepted(Turn& turn, Position& position, Tranche& tranche, Purpose purpose);

// What the venue will not take an exit for: into the newest other tranche, or it stays as dust.
void handle_dust(Turn& turn, Position& position, Tranche& tranche);

// ProtectionRequested, each leg for itself.
void request_protection(Turn& turn, const ProtectionRequested& request);

// Hand-set targets of a tranche that an entry is about to open. `average` is what it is expected to
// be: the limit price or the mark.
struct HandTarget {
  TargetChoice choice = TargetChoice::Keep;
  Maybe<Price> price;
};
void set_target_by_hand(Turn& turn, const Position& position, Tranche& tranche, bool is_stop,
                        const HandTarget& wanted, Price average);

// Conditional orders of the instrument that stand or are on their way, both sides.
std::uint32_t conditional_orders(const State& state, const InstrumentState& instrument);
// How many stops `quantity` needs, each at most a market order.
std::uint32_t stops_needed(const InstrumentState& instrument, Quantity quantity);

}  // namespace tranchet

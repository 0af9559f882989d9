// Entries: the checks, in their fixed order, and the orders that pass them.
#pragma once

#include "engine/turn.h"

namespace tranchet {

// An entry signal, from outside or from a strategy. Answered by orders or by one EntryRefused.
void consider_entry(Turn& turn, const EntrySignal& signal);

// No entry of the key is in flight and, in one-way mode, nothing stands or comes on the other side.
bool side_is_free(const State& state, PositionKey key);

// Sends the cancels that entries wait for.
void settle_entries(Turn& turn, Position& position);

// It has ended, or its first entry came to nothing, and no order of it lives: it is dropped.
bool has_no_orders(const Tranche& tranche);
inline bool has_come_to_nothing(const Tranche& tranche) {
  return (tranche.ended || !tranche.opened) && has_no_orders(tranche);
}

// An entry that is over. One that the venue refused or never got is said.
void note_entry_over(Turn& turn, const Order& order, std::optional<RejectReason> reason);

// Resting entries of every book are cancelled (KillSwitch).
void cancel_all_entries(Turn& turn);

}  // namespace tranchet

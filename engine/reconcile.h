// The venue's books against ours. A pure function of the state and one snapshot, whose rows come as
// events between SnapshotStarted and SnapshotEnded.
//
//   own orders ahead of us       their fills are booked
//   own orders the venue lacks   queried; nothing replaces them before the answer
//   own orders we do not want    cancelled; foreign orders are never touched
//   less quantity than ours      leaves the newest tranches, at the mark, reason Venue
//   more quantity than ours      first the tranches that AdoptionRequested named; the rest is
//                                adopted, ignored or a reason to halt, as set
#pragma once

#include "engine/turn.h"

namespace tranchet {

void start_snapshot(Turn& turn);
void add_to_snapshot(Turn& turn, const PositionReported& row);
void add_to_snapshot(Turn& turn, const OrderReported& row);
void end_snapshot(Turn& turn);

// A remembered difference asks for a second snapshot as soon as nothing of the book is unanswered.
void settle_difference(Turn& turn, Position& position);

// More quantity than our orders made, at this price: adopted, ignored or a halt.
void take_foreign_quantity(Turn& turn, Position& position, Quantity quantity, Price price,
                           TradeId trade);

}  // namespace tranchet

// Faults on demand: what a client must survive, made to happen. Written as
// adapters/venue_server/faults.h says.
//
//   201-placed, 201-lost           an order request (place, modify, cancel, exit) is answered with
//                                  code 201; it was carried out, or not
//   hangup-executed, hangup-refused   the connection ends without an answer; the same
//   reject                         an order is rejected (code=N, -99 otherwise), and in the book
//   exit-fails                     DELETE /positions is answered -99, and nothing happens
//   late-answer, late-event        ms=N late, 1000 otherwise. A late answer comes after the events
//                                  of what it answers, a late event after the answer
//   duplicate-event, lose-event    a message of the order stream comes twice, or never
//   reorder-events                 one comes after the next one
//   too-many                       429
//   hsm-refused                    the data stream answers 'N' to a key
//   reuse-topics                   the next topic gets the number of an older one, which gets
//                                  another
//   lite-frames                    data comes as lite frames, whatever the mode is
//
// and at once: disconnect-orders, disconnect-data (every such stream; what happens meanwhile is
// told to nobody), refuse-streams (none may open for ms=N), expire-token (-8 for all that were
// given out), block-day (429 until tomorrow), maintenance (503 for ms=N), halt (for ms=N no order
// is taken, and marketStatus says so; cancels are), end-day (orders of the day expire, whatever the
// hour), calm (no faults any more).
#pragma once

#include <cstdint>
#include <string_view>

#include "adapters/venue_server/faults.h"

namespace tranchet::fyers_venue {

enum class FaultKind : std::uint8_t {
  NoWordPlaced = 1,
  NoWordLost,
  HangupExecuted,
  HangupRefused,
  Reject,
  ExitFails,
  LateAnswer,
  LateEvent,
  DuplicateEvent,
  LoseEvent,
  ReorderEvents,
  TooMany,
  KeyRefused,
  ReuseTopics,
  LiteFrames,
  DisconnectOrders,
  DisconnectData,
  RefuseStreams,
  ExpireToken,
  BlockDay,
  Maintenance,
  Halt,
  EndDay,
  Calm,
};

using FaultOrder = venue_server::FaultOrder<FaultKind>;
using Faults = venue_server::Faults<FaultKind>;

}  // namespace tranchet::fyers_venue

namespace tranchet {
template <>
struct Spelling<fyers_venue::FaultKind> {
  static constexpr auto names =
      std::to_array<std::string_view>({"201-placed",      "201-lost",
                                       "hangup-executed", "hangup-refused",
                                       "reject",          "exit-fails",
                                       "late-answer",     "late-event",
                                       "duplicate-event", "lose-event",
                                       "reorder-events",  "too-many",
                                       "hsm-refused",     "reuse-topics",
                                       "lite-frames",     "disconnect-orders",
                                       "disconnect-data", "refuse-streams",
                                       "expire-token",    "block-day",
                                       "maintenance",     "halt",
                                       "end-day",         "calm"});
};
}  // namespace tranchet

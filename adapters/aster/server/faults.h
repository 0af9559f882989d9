// Faults on demand: what a client must survive, made to happen.
//
//   503-executed, 503-refused      an order request is answered 503; it was carried out, or not
//   1007-executed, 1007-refused    the same with code -1007
//   hangup-executed, hangup-refused   the connection ends without an answer
//   reject                         an order is rejected (code=N, -2010 otherwise)
//   late-answer, late-event        ms=N late, 1000 otherwise
//   duplicate-event, lose-event    a message of the user stream comes twice, or never
//   reorder-events                 one comes after the next one
//
// and at once: disconnect (every stream), expire-keys, ban (418 for ms=N), too-many (429 for the
// next count=N), maintenance (503 for ms=N), revoke-keys (-2015 to whatever is signed, until calm),
// clock (the venue's clock is ms=N ahead of where it was), calm (no faults any more).
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "adapters/venue_server/faults.h"

namespace tranchet::aster_venue {

enum class FaultKind : std::uint8_t {
  UnknownExecuted = 1,
  UnknownRefused,
  TimeoutExecuted,
  TimeoutRefused,
  HangupExecuted,
  HangupRefused,
  Reject,
  LateAnswer,
  LateEvent,
  DuplicateEvent,
  LoseEvent,
  ReorderEvents,
  Disconnect,
  ExpireKeys,
  Ban,
  TooMany,
  Maintenance,
  Calm,
  RevokeKeys,
  Clock,
};

using FaultOrder = venue_server::FaultOrder<FaultKind>;
using Faults = venue_server::Faults<FaultKind>;
std::expected<FaultOrder, std::string> parse_fault(std::string_view text);

}  // namespace tranchet::aster_venue

namespace tranchet {
template <>
struct Spelling<aster_venue::FaultKind> {
  static constexpr auto names = std::to_array<std::string_view>(
      {"503-executed",   "503-refused",    "1007-executed", "1007-refused", "hangup-executed",
       "hangup-refused", "reject",         "late-answer",   "late-event",   "duplicate-event",
       "lose-event",     "reorder-events", "disconnect",    "expire-keys",  "ban",
       "too-many",       "maintenance",    "calm",          "revoke-keys",  "clock"});
};
}  // namespace tranchet

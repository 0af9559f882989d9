// What the venue's codes mean for a request. Source: Fyers API v3, "Errors", and what the published
// clients' users have seen.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "adapters/fyers/rest_messages.h"
#include "events/enums.h"

namespace tranchet::fyers {

enum class Meaning : std::uint8_t {
  Accepted = 1,  // Carried out: 200, 1101, 1102, 1103.
  Refused,       // Not carried out, for the reason.
  Unknown,   // Carried out, or not: 201, 5xx, no readable body. Ask before anything is sent again.
  NotNow,    // Not carried out: too often. May be sent again later.
  BadToken,  // The token is wrong or has ended: nothing can be carried out with it.
};

struct Verdict {
  Meaning meaning{};
  RejectReason reason = RejectReason::Other;  // Of Refused.
  friend bool operator==(const Verdict&, const Verdict&) = default;
};

// `answer`: none where the body could not be read.
//
//   code 201 or HTTP 201                          Unknown: "check the orderbook before placing
//   again" "s" is "ok"                                   Accepted 5xx, or 2xx without a readable
//   body           Unknown 429, -429                                     NotNow -8, -15, -16, -17,
//   401                        BadToken -352 of an exit, -53                          Refused,
//   NoPosition -51                                           Refused, NotFound -99, -50 and others
//   Refused; the text tells margin, halts, circuit limits, a
//                                                 passed trigger and minimums from one another
Verdict judge(int status, const std::optional<Envelope>& answer);

// What the broker's risk system or the exchange wrote, as a reason. Other: not known.
RejectReason reason_in(std::string_view message);

}  // namespace tranchet::fyers

// What the venue's error codes and statuses mean for a request. Source: Aster finance futures API
// v3, "Error Codes", and codes seen in the field that it does not list.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "events/enums.h"

namespace tranchet::aster {

enum class Meaning : std::uint8_t {
  Refused = 1,  // Not carried out, for the reason.
  Unknown,      // Carried out, or not.
  NotNow,       // Not carried out: too often, or banned. May be sent again later.
  BadClock,     // Its nonce or time stamp was not taken; whether a copy was before, nobody knows.
  BadKeys,      // Signature, key or permission: nothing can be carried out.
  NoChange,     // What was to be set is set already.
};

struct Verdict {
  Meaning meaning{};
  RejectReason reason = RejectReason::Other;  // Of Refused.
  friend bool operator==(const Verdict&, const Verdict&) = default;
};

// Of a status that is not 2xx and the code in the body, if there is one.
//
//   429, 418, 403                        NotNow
//   5xx, -1000, -1001, -1006, -1007      Unknown: the venue says so itself of 503 and -1007
//   a code below, whatever the status    as listed
//   any other 4xx                        Refused, Other
Verdict judge(int status, std::optional<std::int64_t> code);

struct KnownCode {
  std::int64_t code = 0;
  Verdict verdict;
};
std::span<const KnownCode> known_codes();  // By code, descending.

// Refused for what exchangeInfo says (tick, step, limits, status): that may have changed since it
// was read.
bool hints_at_rules(std::int64_t code);

}  // namespace tranchet::aster

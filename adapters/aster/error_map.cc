#include "adapters/aster/error_map.h"

#include <algorithm>
#include <array>

namespace tranchet::aster {
namespace {

constexpr Verdict kUnknown{Meaning::Unknown};
constexpr Verdict kNotNow{Meaning::NotNow, RejectReason::RateLimited};
constexpr Verdict kBadClock{Meaning::BadClock};
constexpr Verdict kBadKeys{Meaning::BadKeys};
constexpr Verdict kNoChange{Meaning::NoChange};
constexpr Verdict refused(RejectReason reason) {
  return {Meaning::Refused, reason};
}
constexpr Verdict kOther = refused(RejectReason::Other);

constexpr auto kCodes = std::to_array<KnownCode>({
    {-1000, kUnknown},  // An unknown error occurred while processing the request.
    {-1001, kUnknown},  // Disconnected: internal error.
    {-1002, kBadKeys},
    {-1003, kNotNow},
    {-1006, kUnknown},
    {-1007, kUnknown},
    {-1013, kOther},  // Invalid message.
    {-1015, kNotNow},
    {-1016, kUnknown},  // The service is shutting down.
    {-1020, kOther},
    {-1021, kBadClock},
    {-1022, kBadKeys},
    {-1102, kOther},
    {-1103, kOther},
    {-1104, kOther},
    {-1106, kOther},
    {-1111, kOther},
    {-1116, kOther},
    {-1117, kOther},
    {-1121, kOther},
    {-1125, kOther},
    {-1130, kOther},
    {-2010, kOther},
    {-2011, refused(RejectReason::NotFound)},
    {-2013, refused(RejectReason::NotFound)},
    {-2014, kBadKeys},
    {-2015, kBadKeys},
    {-2018, refused(RejectReason::Margin)},
    {-2019, refused(RejectReason::Margin)},
    {-2020, kOther},
    {-2021, refused(RejectReason::WouldTrigger)},
    {-2022, refused(RejectReason::NoPosition)},
    {-2023, kOther},
    {-2024, refused(RejectReason::NoPosition)},
    {-2025, kOther},
    {-2026, kOther},
    {-2027, refused(RejectReason::Margin)},  // Above the largest position of the leverage.
    {-2028, refused(RejectReason::Margin)},
    {-4003, refused(RejectReason::BelowMinimum)},
    {-4004, refused(RejectReason::BelowMinimum)},
    {-4005, kOther},  // Quantity above the maximum.
    {-4013, kOther},
    {-4014, kOther},
    {-4015, kOther},
    {-4016, refused(RejectReason::OutOfBand)},
    {-4023, kOther},
    {-4024, refused(RejectReason::OutOfBand)},
    {-4028, kOther},
    {-4032, kOther},
    {-4045, refused(RejectReason::TooManyConditional)},
    {-4046, kNoChange},
    {-4047, kOther},
    {-4048, kOther},
    {-4059, kNoChange},
    {-4061, kOther},
    {-4062, kOther},
    {-4067, kOther},
    {-4068, kOther},
    {-4082, kOther},
    {-4083, kOther},
    {-4087, kOther},
    {-4088, kBadKeys},
    // The client id is taken: by a copy of this very request, for ids are never used twice.
    {-4116, kUnknown},
    {-4118, refused(RejectReason::ReduceOnlyCapacity)},
    {-4131, refused(RejectReason::OutOfBand)},
    {-4137, kOther},
    {-4138, kOther},
    {-4140, kOther},
    {-4141, kOther},
    {-4142, refused(RejectReason::WouldTrigger)},
    {-4161, kOther},
    {-4164, refused(RejectReason::BelowMinimum)},
    {-4168, kOther},
    {-4169, refused(RejectReason::Margin)},
    {-4183, refused(RejectReason::OutOfBand)},
    {-4184, refused(RejectReason::OutOfBand)},
    {-4225, kBadClock},
    {-5060, kOther},
    {-5076, refused(RejectReason::BelowMinimum)},
});
static_assert(std::ranges::is_sorted(kCodes, std::ranges::greater(), &KnownCode::code));

}  // namespace

std::span<const KnownCode> known_codes() {
  return kCodes;
}

bool hints_at_rules(std::int64_t code) {
  // Unknown symbol, precision, quantities, prices, steps, symbol status, closed, minimum value.
  constexpr auto kHints = std::to_array<std::int64_t>(
      {-1013, -1111, -1121, -4003, -4004, -4005, -4013, -4014, -4023, -4140, -4141, -4164});
  return std::ranges::find(kHints, code) != kHints.end();
}

Verdict judge(int status, std::optional<std::int64_t> code) {
  // A web server in front of the venue refuses without a code.
  if (status == 429 || status == 418 || status == 403) return kNotNow;
  // 503 with a message that says "executed or not" comes with a code that says otherwise.
  if (status >= 500) return kUnknown;
  if (code) {
    const auto* known = std::ranges::find(kCodes, *code, &KnownCode::code);
    if (known != kCodes.end()) return known->verdict;
  }
  if (status >= 400) return kOther;
  return code ? kOther : kUnknown;
}

}  // namespace tranchet::aster

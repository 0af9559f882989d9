#include "adapters/fyers/error_map.h"

#include <algorithm>
#include <array>
#include <string>

namespace tranchet::fyers {
namespace {

constexpr std::int64_t kNotAcknowledged = 201;

struct Known {
  std::int64_t code;
  Verdict verdict;
};
constexpr auto kCodes = std::to_array<Known>({
    {-8, {.meaning = Meaning::BadToken}},   // Token expired.
    {-15, {.meaning = Meaning::BadToken}},  // Invalid token.
    {-16, {.meaning = Meaning::BadToken}},  // Cannot authenticate the user.
    {-17, {.meaning = Meaning::BadToken}},  // Token invalid or expired.
    {-429, {.meaning = Meaning::NotNow}},   // Too often.
    {-51, {.meaning = Meaning::Refused, .reason = RejectReason::NotFound}},     // Order id.
    {-53, {.meaning = Meaning::Refused, .reason = RejectReason::NoPosition}},   // Position id.
    {-352, {.meaning = Meaning::Refused, .reason = RejectReason::NoPosition}},  // Or the app id.
});

struct Phrase {
  std::string_view text;  // In small letters.
  RejectReason reason;
};
// The first that is found. What brokers' risk systems and the exchanges write, in their words.
constexpr auto kPhrases = std::to_array<Phrase>({
    {"market is closed", RejectReason::NotTrading},
    {"market closed", RejectReason::NotTrading},
    {"markets are closed", RejectReason::NotTrading},
    {"market is not open", RejectReason::NotTrading},
    {"market hours", RejectReason::NotTrading},
    {"trading hours", RejectReason::NotTrading},
    {"halt", RejectReason::NotTrading},  // "Trading halted: market-wide circuit breaker".
    {"trading is suspended", RejectReason::NotTrading},
    {"suspended from trading", RejectReason::NotTrading},
    {"margin", RejectReason::Margin},
    {"insufficient fund", RejectReason::Margin},
    {"insufficient balance", RejectReason::Margin},
    {"circuit", RejectReason::OutOfBand},
    {"price band", RejectReason::OutOfBand},
    {"price range", RejectReason::OutOfBand},
    {"execution range", RejectReason::OutOfBand},
    {"dpr", RejectReason::OutOfBand},  // Daily price range.
    {"trigger price", RejectReason::WouldTrigger},
    {"stop price", RejectReason::WouldTrigger},
    {"no position", RejectReason::NoPosition},
    {"insufficient holding", RejectReason::NoPosition},
    {"minimum", RejectReason::BelowMinimum},
    {"multiple of lot", RejectReason::BelowMinimum},
    {"lot size", RejectReason::BelowMinimum},
    {"not found", RejectReason::NotFound},
    {"already", RejectReason::NotFound},  // "Order is already traded", "... already cancelled".
    {"too many requests", RejectReason::RateLimited},
    {"request limit", RejectReason::RateLimited},
});

}  // namespace

RejectReason reason_in(std::string_view message) {
  std::string small(message);
  std::ranges::transform(small, small.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
  });
  for (const Phrase& phrase : kPhrases) {
    if (small.find(phrase.text) != std::string::npos) return phrase.reason;
  }
  return RejectReason::Other;
}

Verdict judge(int status, const std::optional<Envelope>& answer) {
  if (status == kNotAcknowledged || (answer && answer->code == kNotAcknowledged)) {
    return {.meaning = Meaning::Unknown};
  }
  const bool is_ok = status >= 200 && status < 300;
  if (is_ok && answer && answer->ok) return {.meaning = Meaning::Accepted};
  if (answer && !answer->ok) {
    const auto known = std::ranges::find(kCodes, answer->code, &Known::code);
    if (known != kCodes.end()) return known->verdict;
  }
  if (status == 429) return {.meaning = Meaning::NotNow};
  if (status == 401) return {.meaning = Meaning::BadToken};
  if (status < 400 || status >= 500) {
    // An error in a 2xx is the venue's word; nothing readable is not.
    if (!is_ok || !answer) return {.meaning = Meaning::Unknown};
  }
  return {.meaning = Meaning::Refused,
          .reason = answer ? reason_in(answer->message) : RejectReason::Other};
}

}  // namespace tranchet::fyers

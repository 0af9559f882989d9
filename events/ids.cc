#include "events/ids.h"

#include <limits>

#include "events/ensure.h"

namespace tranchet {
namespace {

constexpr int kSequenceShift = 26, kIndexShift = 12, kAttemptShift = 8;
constexpr std::uint64_t kSequenceMax = (std::uint64_t{1} << 38) - 1;
constexpr std::uint64_t kIndexMax = (1U << 14) - 1, kAttemptMax = 15, kAccountMax = 255;

// Reads digits at the front of `text`, removing them. Nullopt: none, a leading zero, or above
// `max`.
std::optional<std::uint64_t> take_number(std::string_view& text, std::uint64_t max) {
  std::uint64_t value = 0;
  std::size_t count = 0;
  while (count < text.size() && text[count] >= '0' && text[count] <= '9') {
    const auto digit = static_cast<std::uint64_t>(text[count] - '0');
    if (value > (max - digit) / 10) return std::nullopt;
    value = value * 10 + digit;
    ++count;
  }
  if (count == 0 || (count > 1 && text[0] == '0')) return std::nullopt;
  text.remove_prefix(count);
  return value;
}

bool take_char(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

OrderId make_order_id(const OrderIdParts& parts) {
  ENSURE(number(parts.sequence) >= 1 && number(parts.sequence) <= kSequenceMax);
  ENSURE(parts.index <= kIndexMax && parts.attempt <= kAttemptMax);
  return OrderId{(number(parts.sequence) << kSequenceShift) |
                 (std::uint64_t{parts.index} << kIndexShift) |
                 (std::uint64_t{parts.attempt} << kAttemptShift) | parts.account};
}

OrderIdParts parts_of(OrderId id) {
  const auto bits = static_cast<std::uint64_t>(id);
  return {.account = static_cast<std::uint8_t>(bits & kAccountMax),
          .sequence = Sequence{bits >> kSequenceShift},
          .index = static_cast<std::uint16_t>((bits >> kIndexShift) & kIndexMax),
          .attempt = static_cast<std::uint8_t>((bits >> kAttemptShift) & kAttemptMax)};
}

std::string to_text(OrderId id) {
  const OrderIdParts parts = parts_of(id);
  return "T" + std::to_string(parts.account) + "S" + std::to_string(number(parts.sequence)) + "N" +
         std::to_string(parts.index) + "A" + std::to_string(parts.attempt);
}

std::optional<OrderId> parse_order_id(std::string_view text) {
  if (!take_char(text, 'T')) return std::nullopt;
  const auto account = take_number(text, kAccountMax);
  if (!account || !take_char(text, 'S')) return std::nullopt;
  const auto sequence = take_number(text, kSequenceMax);
  if (!sequence || *sequence == 0 || !take_char(text, 'N')) return std::nullopt;
  const auto index = take_number(text, kIndexMax);
  if (!index || !take_char(text, 'A')) return std::nullopt;
  const auto attempt = take_number(text, kAttemptMax);
  if (!attempt || !text.empty()) return std::nullopt;
  return make_order_id({.account = static_cast<std::uint8_t>(*account),
                        .sequence = Sequence{*sequence},
                        .index = static_cast<std::uint16_t>(*index),
                        .attempt = static_cast<std::uint8_t>(*attempt)});
}

std::string to_text(const TimerId& timer) {
  return std::string(to_text(timer.kind)) + ":" +
         (timer.kind == TimerKind::EntryTimeout ? to_text(OrderId{timer.subject})
                                                : std::to_string(timer.subject));
}

std::optional<TimerId> parse_timer_id(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto kind = parse_enum<TimerKind>(text.substr(0, colon));
  if (!kind) return std::nullopt;
  std::string_view rest = text.substr(colon + 1);
  if (*kind == TimerKind::EntryTimeout) {
    const auto order = parse_order_id(rest);
    if (!order) return std::nullopt;
    return TimerId{*kind, static_cast<std::uint64_t>(*order)};
  }
  const auto subject = take_number(rest, std::numeric_limits<std::uint64_t>::max());
  if (!subject || !rest.empty()) return std::nullopt;
  return TimerId{*kind, *subject};
}

}  // namespace tranchet

#include "adapters/legacy/loose_decimal.h"

#include <limits>

#include "events/decimal.h"

namespace tranchet::legacy {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// A signed whole number, to the end; nullopt: none, or beyond anything that can be a power of ten.
std::optional<int> read_exponent(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || text.size() > 3) return std::nullopt;
  int value = 0;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return is_negative ? -value : value;
}

}  // namespace

std::optional<std::int64_t> read_loose_decimal(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative) text.remove_prefix(1);
  int exponent = 0;
  if (const std::size_t at = text.find_first_of("eE"); at != std::string_view::npos) {
    const auto read = read_exponent(text.substr(at + 1));
    if (!read) return std::nullopt;
    exponent = *read;
    text = text.substr(0, at);
  }
  // The digits as a whole number, and how many of its places are decimals. 30 digits are more than
  // any of these files can mean; what is beyond them only shifts.
  constexpr Int128 kMost = static_cast<Int128>(1'000'000'000'000'000) * 1'000'000'000'000'000;
  Int128 digits = 0;
  int decimals = 0;
  bool has_digit = false, has_point = false;
  for (const char c : text) {
    if (c == '.' && !has_point) {
      has_point = true;
    } else if (is_digit(c)) {
      has_digit = true;
      if (digits >= kMost) {
        if (!has_point) --decimals;
        continue;
      }
      digits = digits * 10 + (c - '0');
      if (has_point) ++decimals;
    } else {
      return std::nullopt;
    }
  }
  if (!has_digit) return std::nullopt;
  // Counts of 1e-8: shift by 8 + exponent - decimals places.
  int shift = kDecimalPlaces + exponent - decimals;
  constexpr Int128 kLimit = std::numeric_limits<std::int64_t>::max();
  for (; shift > 0 && digits <= kLimit && digits > 0; --shift) digits *= 10;
  Int128 divisor = 1;
  for (; shift < 0 && divisor <= kMost; ++shift) divisor *= 10;
  const Int128 counts = shift < 0 ? 0 : divide_half_away(digits, divisor);
  if (counts > kLimit) return std::nullopt;
  return static_cast<std::int64_t>(is_negative ? -counts : counts);
}

}  // namespace tranchet::legacy

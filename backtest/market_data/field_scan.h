// The inner loop of reading CSV: one field at a time, eight bytes at a time.
//
// These readers take only what files are nearly all made of ("45298.50", "1711929600000", "true")
// and give up on anything else; the caller then reads the whole line again the slow and exact way.
// So they decide how fast a row is read, never how. All of them look at 16 bytes past their start,
// which the line reader guarantees to be there.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "events/decimal.h"

namespace tranchet::field_scan {

// The first character in the lowest byte.
inline std::uint64_t load_eight(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  return word;
}

// How many of the eight characters are digits before the first that is not. A byte is a digit when
// xor '0' leaves at most 9; adding 0x76 carries into the top bit from 10 on. A carry out of a byte
// can only disturb characters after the one that caused it.
inline int leading_digits(std::uint64_t word) {
  const std::uint64_t low = word ^ 0x3030'3030'3030'3030;
  const std::uint64_t other = ((low + 0x7676'7676'7676'7676) | low) & 0x8080'8080'8080'8080;
  return other == 0 ? 8 : std::countr_zero(other) / 8;
}

// Eight digits as a number: pairs, then fours, then all, one multiplication each.
inline std::int64_t eight_digits(std::uint64_t word) {
  word = ((word & 0x0F0F'0F0F'0F0F'0F0F) * 2'561) >> 8;
  word = ((word & 0x00FF'00FF'00FF'00FF) * 6'553'601) >> 16;
  word = ((word & 0x0000'FFFF'0000'FFFF) * 42'949'672'960'001) >> 32;
  return static_cast<std::int64_t>(word);
}

// The first `digits` characters (0 to 8) as a whole number: "123," with 3 is 123.
inline std::int64_t whole_part(std::uint64_t word, int digits) {
  if (digits == 0) return 0;
  return eight_digits(word << (64 - 8 * digits));  // The zero bytes shifted in read as digits 0.
}

// The first `digits` characters (0 to 8) as decimals, in counts of 1e-8: "25," with 2 is
// 25'000'000.
inline std::int64_t decimal_part(std::uint64_t word, int digits) {
  if (digits < 8) word &= (std::uint64_t{1} << (8 * digits)) - 1;
  return eight_digits(word);
}

inline constexpr std::array<std::int64_t, 9> kPowersOfTen{
    1, 10, 100, 1'000, 10'000, 100'000, 1'000'000, 10'000'000, 100'000'000};

// 1 to 16 digits, of which there may be more: the caller sees that no field ends there. Returns
// where they end; nullptr: not of that form.
inline const char* integer(const char* at, std::int64_t& value) {
  const std::uint64_t first = load_eight(at);
  const int digits = leading_digits(first);
  if (digits == 0) return nullptr;
  value = whole_part(first, digits);
  if (digits < 8) return at + digits;
  const std::uint64_t second = load_eight(at + 8);
  const int more = leading_digits(second);
  value = value * kPowersOfTen[static_cast<std::size_t>(more)] + whole_part(second, more);
  return at + 8 + more;
}

// 1 to 9 digits, then optionally a point and 1 to 8 digits, in counts of 1e-8. Returns where they
// end; nullptr: not of that form. Nine digits leave room: 999,999,999 x 1e8 is below 2^63.
inline const char* decimal(const char* at, std::int64_t& count) {
  const std::uint64_t first = load_eight(at);
  const int digits = leading_digits(first);
  if (digits == 0) return nullptr;
  std::int64_t whole = whole_part(first, digits);
  at += digits;
  if (digits == 8 && *at >= '0' && *at <= '9') {
    whole = whole * 10 + (*at++ - '0');
    if (*at >= '0' && *at <= '9') return nullptr;
  }
  count = whole * kDecimalOne;
  if (*at != '.') return at;
  const std::uint64_t second = load_eight(++at);
  const int decimals = leading_digits(second);
  if (decimals == 0) return nullptr;
  count += decimal_part(second, decimals);
  at += decimals;
  return decimals == 8 && *at >= '0' && *at <= '9' ? nullptr : at;
}

// "true", "True", "false", "False", "1", "0". Returns where it ends; nullptr: neither.
inline const char* flag(const char* at, std::int64_t& value) {
  constexpr std::uint64_t kLowerCase = 0x2020'2020;
  const std::uint64_t word = load_eight(at);
  const std::uint64_t four = (word & 0xFFFF'FFFF) | kLowerCase;
  if (four == 0x6575'7274) {  // "true"
    value = 1;
    return at + 4;
  }
  if (four == 0x736C'6166 && (at[4] == 'e' || at[4] == 'E')) {  // "fals"
    value = 0;
    return at + 5;
  }
  if (*at == '0' || *at == '1') {
    value = *at - '0';
    return at + 1;
  }
  return nullptr;
}

}  // namespace tranchet::field_scan

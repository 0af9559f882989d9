// Natural numbers of 256 bits for the oracle: slow, and too simple to be wrong. The books of the
// oracle need sum x quantity, up to 1e27 x 1e19 counts, which 128 bits do not hold.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>

#include "events/decimal.h"

namespace tranchet::oracle {

// Bits, the least significant first.
struct Wide {
  std::array<bool, 256> bits{};
};

constexpr Wide widen(Int128 value) {
  ENSURE(value >= 0);
  Wide result;
  for (std::size_t place = 0; place < 127; ++place)
    result.bits[place] = ((value >> place) & 1) != 0;
  return result;
}

constexpr std::strong_ordering compare(const Wide& a, const Wide& b) {
  for (std::size_t place = 256; place-- > 0;) {
    if (a.bits[place] != b.bits[place]) return a.bits[place] <=> b.bits[place];
  }
  return std::strong_ordering::equal;
}

constexpr Wide sum(const Wide& a, const Wide& b) {
  Wide result;
  bool carry = false;
  for (std::size_t place = 0; place < 256; ++place) {
    const int ones = int{a.bits[place]} + int{b.bits[place]} + int{carry};
    result.bits[place] = ones % 2 == 1;
    carry = ones >= 2;
  }
  ENSURE(!carry);
  return result;
}

constexpr Wide doubled(const Wide& a) {
  ENSURE(!a.bits[255]);
  Wide result;
  for (std::size_t place = 1; place < 256; ++place) result.bits[place] = a.bits[place - 1];
  return result;
}

constexpr Wide difference(const Wide& a, const Wide& b) {
  ENSURE(compare(a, b) >= 0);
  Wide result;
  bool borrow = false;
  for (std::size_t place = 0; place < 256; ++place) {
    const int ones = int{a.bits[place]} - int{b.bits[place]} - int{borrow};
    result.bits[place] = ones == 1 || ones == -1;
    borrow = ones < 0;
  }
  return result;
}

// As on paper: for every binary digit of `b`, `a` shifted and added.
constexpr Wide product(Int128 a, Int128 b) {
  Wide shifted = widen(a), result;
  for (; b != 0; b >>= 1) {
    if ((b & 1) != 0) result = sum(result, shifted);
    if (b > 1) shifted = doubled(shifted);
  }
  return result;
}

// As on paper: the digits come down one by one, from the top. The quotient must fit 127 bits.
struct Quotient {
  Int128 whole = 0;
  Wide rest;
};
constexpr Quotient divide(const Wide& numerator, Int128 denominator) {
  ENSURE(denominator > 0);
  const Wide divisor = widen(denominator);
  Quotient result;
  for (std::size_t place = 256; place-- > 0;) {
    result.rest = doubled(result.rest);
    result.rest.bits[0] = numerator.bits[place];
    ENSURE(result.whole >> 125 == 0);
    result.whole *= 2;
    if (compare(result.rest, divisor) >= 0) {
      result.rest = difference(result.rest, divisor);
      result.whole += 1;
    }
  }
  return result;
}

}  // namespace tranchet::oracle

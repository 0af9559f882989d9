// share_floor against a long division on 32-bit limbs, as on paper.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <vector>

#include "events/decimal.h"

namespace tranchet {
namespace {

using Limbs = std::vector<std::uint32_t>;  // Least first.

Limbs limbs_of(UInt128 value) {
  Limbs limbs;
  for (; value != 0; value >>= 32) limbs.push_back(static_cast<std::uint32_t>(value));
  return limbs;
}

Limbs product(const Limbs& a, const Limbs& b) {
  Limbs result(a.size() + b.size(), 0);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::uint64_t carry = 0;
    for (std::size_t j = 0; j < b.size() || carry != 0; ++j) {
      const std::uint64_t digit = j < b.size() ? b[j] : 0;
      const std::uint64_t sum = result[i + j] + carry + std::uint64_t{a[i]} * digit;
      result[i + j] = static_cast<std::uint32_t>(sum);
      carry = sum >> 32;
    }
  }
  return result;
}

// Bit by bit; the quotient is known to fit.
UInt128 quotient(const Limbs& numerator, UInt128 denominator) {
  UInt128 rest = 0, result = 0;
  for (std::size_t at = numerator.size() * 32; at-- > 0;) {
    rest = (rest << 1) | ((numerator[at / 32] >> (at % 32)) & 1U);
    result <<= 1;
    if (rest >= denominator) {
      rest -= denominator;
      result |= 1;
    }
  }
  return result;
}

RC_GTEST_PROP(ShareFloor, AgreesWithLongDivision, ()) {
  const auto high = *rc::gen::inRange<std::uint64_t>(0, std::uint64_t{1} << 60);
  const auto low = *rc::gen::arbitrary<std::uint64_t>();
  const int shift = *rc::gen::inRange(0, 120);
  const auto value = static_cast<Value>(((UInt128{high} << 64) | low) >> shift);
  const auto whole = *rc::gen::inRange<std::int64_t>(1, std::numeric_limits<std::int64_t>::max());
  // Now and then all of it.
  const std::int64_t drawn = *rc::gen::inRange<std::int64_t>(0, whole);
  const std::int64_t part = *rc::gen::inRange(0, 8) == 0 ? whole : drawn;
  const UInt128 expected =
      quotient(product(limbs_of(static_cast<UInt128>(value)), limbs_of(static_cast<UInt128>(part))),
               static_cast<UInt128>(whole));
  const Value share = share_floor(value, Quantity::from_raw(part), Quantity::from_raw(whole));
  RC_ASSERT(share == static_cast<Value>(expected));
}

TEST(ShareFloor, OfAMillionDollarsOfACoinOfATenthOfACent) {
  // 1 M USDT at 0.001: 1e9 coins, 1e17 counts; the value is 1e22 counts. A third of it.
  const auto whole = Quantity::from_raw(100'000'000'000'000'000);
  const auto part = Quantity::from_raw(33'333'333'333'333'333);
  const Value value = value_of(Price::from_raw(100'000), whole);
  EXPECT_EQ(value_text(share_floor(value, part, whole)), "333333.33333333333");
}

}  // namespace
}  // namespace tranchet

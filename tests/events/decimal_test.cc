// Decimals: what is read, what is written, what is refused, and that arithmetic never wraps.
#include "events/decimal.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>
#include <random>
#include <string>

namespace tranchet {
namespace {

using namespace literals;

struct Reading {
  const char* text;
  std::int64_t count;
};
class DecimalIsRead : public testing::TestWithParam<Reading> {};

TEST_P(DecimalIsRead, AsCountsOf1e8) {
  const ParsedDecimal parsed = parse_decimal(GetParam().text);
  EXPECT_FALSE(parsed.error) << GetParam().text;
  EXPECT_EQ(parsed.count, GetParam().count) << GetParam().text;
}

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

INSTANTIATE_TEST_SUITE_P(
    Texts, DecimalIsRead,
    testing::Values(Reading{"0", 0}, Reading{"-0", 0}, Reading{"1", 100'000'000},
                    Reading{"1.50", 150'000'000}, Reading{".5", 50'000'000},
                    Reading{"5.", 500'000'000}, Reading{"-3", -300'000'000},
                    Reading{"+3", 300'000'000}, Reading{"0.00000001", 1}, Reading{"1e-05", 1'000},
                    Reading{"4.5E+2", 45'000'000'000}, Reading{"1e0", 100'000'000},
                    Reading{"10e-9", 1}, Reading{"1.000000000000000000000000", 100'000'000},
                    Reading{"000000000000000000000000000000000000001", 100'000'000},
                    Reading{"0e400", 0}, Reading{"0.0000000000000000000000000000000000000", 0},
                    Reading{"92233720368.54775807", kMost},
                    Reading{"-92233720368.54775807", -kMost}));

struct Refusal {
  const char* text;
  DecimalError error;
};
class DecimalIsRefused : public testing::TestWithParam<Refusal> {};

TEST_P(DecimalIsRefused, WithItsReason) {
  const ParsedDecimal parsed = parse_decimal(GetParam().text);
  ASSERT_TRUE(parsed.error) << GetParam().text;
  EXPECT_EQ(*parsed.error, GetParam().error) << GetParam().text;
}

using enum DecimalError;
INSTANTIATE_TEST_SUITE_P(
    Texts, DecimalIsRefused,
    testing::Values(
        Refusal{"", NotANumber}, Refusal{"-", NotANumber}, Refusal{".", NotANumber},
        Refusal{"abc", NotANumber}, Refusal{"NaN", NotANumber}, Refusal{"inf", NotANumber},
        Refusal{"1.2.3", NotANumber}, Refusal{"1,5", NotANumber}, Refusal{" 1", NotANumber},
        Refusal{"1 ", NotANumber}, Refusal{"0x10", NotANumber}, Refusal{"--1", NotANumber},
        Refusal{"1e", NotANumber}, Refusal{"1e+", NotANumber}, Refusal{"1e5x", NotANumber},
        Refusal{"0.000000001", TooManyDecimals}, Refusal{"1.123456789012", TooManyDecimals},
        Refusal{"1e-9", TooManyDecimals}, Refusal{"92233720368.54775808", OutOfRange},
        Refusal{"1e400", OutOfRange}, Refusal{"1e99999999999999999999", OutOfRange},
        Refusal{"123456789012345678901234567890123", OutOfRange}));

RC_GTEST_PROP(DecimalText, ReadsBackAsTheSameCount, ()) {
  const auto drawn = *rc::gen::arbitrary<std::int64_t>();
  const int shift = *rc::gen::inRange(0, 63);
  const std::int64_t count = std::max(drawn >> shift, -kMost);
  const ParsedDecimal parsed = parse_decimal(decimal_text(count));
  RC_ASSERT(!parsed.error);
  RC_ASSERT(parsed.count == count);
}

RC_GTEST_PROP(DecimalText, OfAnyBytesIsReadOrRefusedAndNeverWraps, ()) {
  const auto text =
      *rc::gen::container<std::string>(rc::gen::elementOf(std::string("0123456789.eE+-,x ")));
  const ParsedDecimal parsed = parse_decimal(text);
  if (parsed.error) return;
  const ParsedDecimal again = parse_decimal(decimal_text(parsed.count));
  RC_ASSERT(!again.error);
  RC_ASSERT(again.count == parsed.count);
}

TEST(DecimalText, HasNoTrailingZerosAndNoExponent) {
  EXPECT_EQ(to_text(45'298.5_px), "45298.5");
  EXPECT_EQ(to_text(Price::from_raw(-1)), "-0.00000001");
  EXPECT_EQ(to_text(100_qty), "100");
  EXPECT_EQ(to_text(Quantity()), "0");
  EXPECT_EQ(decimal_text(std::numeric_limits<std::int64_t>::min()), "-92233720368.54775808");
  EXPECT_EQ(value_text(value_of(0.00000001_px, 0.00000001_qty)), "0.0000000000000001");
  EXPECT_EQ(percent_text(10'000), "1");
  EXPECT_EQ(percent_text(1), "0.0001");
}

TEST(DecimalPlaces, FewerMayBeAsked) {
  EXPECT_EQ(parse_decimal("0.8", 4).count, 8'000);
  EXPECT_EQ(parse_decimal("0.00001", 4).error, TooManyDecimals);
  EXPECT_EQ(parse_decimal("3", 0).count, 3);
  EXPECT_EQ(parse_decimal("3.5", 0).error, TooManyDecimals);
}

// Short texts are read by a way of their own; a sign in front sends them the long one.
TEST(DecimalText, IsTheSameReadEitherWay) {
  std::mt19937_64 random(1);
  constexpr std::string_view kLetters = "0123456789012345678900000...-e ";
  std::uint64_t numbers = 0;
  for (int round = 0; round < 200'000; ++round) {
    std::string text;
    const std::size_t letters = round % 3 == 0 ? kLetters.size() : 25;
    for (std::size_t count = random() % 22; count > 0; --count) {
      text += kLetters[random() % letters];
    }
    if (!text.empty() && text.size() > 1 && round % 2 == 0) text[text.size() / 2] = '.';
    const int places = round % 5 == 0 ? 4 : kDecimalPlaces;
    if (text.starts_with('-')) continue;
    const ParsedDecimal parsed = parse_decimal(text, places);
    const ParsedDecimal signed_one = parse_decimal("+" + text, places);
    ASSERT_EQ(parsed.count, signed_one.count) << text;
    ASSERT_EQ(parsed.error, signed_one.error) << text;
    numbers += parsed.error ? 0U : 1U;
  }
  EXPECT_GT(numbers, 50'000U);
}

TEST(Rounding, HasANameAndADirection) {
  EXPECT_EQ(static_cast<int>(divide_floor(-7, 2)), -4);
  EXPECT_EQ(static_cast<int>(divide_ceil(-7, 2)), -3);
  EXPECT_EQ(static_cast<int>(divide_ceil(7, 2)), 4);
  EXPECT_EQ(static_cast<int>(divide_half_away(5, 2)), 3);
  EXPECT_EQ(static_cast<int>(divide_half_away(-5, 2)), -3);
  EXPECT_EQ(static_cast<int>(divide_half_away(4, 3)), 1);
  EXPECT_EQ(floor_to(1.29_qty, 0.1_qty), 1.2_qty);
  EXPECT_EQ(ceil_to(1.21_qty, 0.1_qty), 1.3_qty);
  EXPECT_EQ(ceil_to(1.2_qty, 0.1_qty), 1.2_qty);
  EXPECT_EQ(to_money(5), Money());
  EXPECT_EQ(to_money(50'000'000), Money::from_raw(1));
  EXPECT_EQ(to_money(-50'000'000), Money::from_raw(-1));
}

// Numbers of every length, so that the quotient is now one of 64 bits and now a longer one.
Int128 drawn_wide() {
  const UInt128 high = *rc::gen::arbitrary<std::uint64_t>();
  const UInt128 low = *rc::gen::arbitrary<std::uint64_t>();
  return static_cast<Int128>((high << 64) | low) >> *rc::gen::inRange(1, 128);
}

RC_GTEST_PROP(Rounding, IsThatOfTheLanguagesOwnDivision, ()) {
  Int128 numerator = drawn_wide();
  Int128 denominator = drawn_wide();
  RC_PRE(denominator != 0);
  if (*rc::gen::arbitrary<bool>()) {  // Halfway between two.
    denominator = (denominator >> 70) * 2 + 2;
    RC_PRE(denominator != 0);
    numerator = (numerator >> 70) * denominator + denominator / 2;
  }
  const Int128 quotient = numerator / denominator;
  const Int128 rest = numerator % denominator;
  const bool is_below_zero = (numerator < 0) != (denominator < 0);
  RC_ASSERT(divide_floor(numerator, denominator) ==
            quotient - (rest != 0 && is_below_zero ? 1 : 0));
  RC_ASSERT(divide_ceil(numerator, denominator) ==
            quotient + (rest != 0 && !is_below_zero ? 1 : 0));
  const Int128 rest_size = rest < 0 ? -rest : rest;
  const Int128 size = denominator < 0 ? -denominator : denominator;
  const bool is_half = rest_size >= size - rest_size;
  RC_ASSERT(divide_half_away(numerator, denominator) == quotient + (!is_half        ? 0
                                                                    : is_below_zero ? -1
                                                                                    : 1));
}

RC_GTEST_PROP(Rounding, ToAStepIsThatOfTheLanguagesOwnDivision, ()) {
  const auto count = *rc::gen::arbitrary<std::int64_t>() >> *rc::gen::inRange(2, 63);
  const auto step = *rc::gen::inRange<std::int64_t>(1, 1'000'000'000'000);
  const Int128 steps = divide_floor(count, step);
  RC_ASSERT(floor_to(Price::from_raw(count), Price::from_raw(step)).raw() == steps * step);
  RC_ASSERT(ceil_to(Price::from_raw(count), Price::from_raw(step)).raw() ==
            (steps + (count % step != 0 ? 1 : 0)) * step);
}

TEST(MaybeDecimal, IsEmptyOrAValue) {
  const Maybe<Price> empty;
  EXPECT_FALSE(empty);
  EXPECT_EQ(empty.value_or(1_px), 1_px);
  EXPECT_EQ(*Maybe<Price>(0_px), 0_px);
  EXPECT_NE(Maybe<Price>(0_px), empty);
  static_assert(sizeof(Maybe<Price>) == 8);
}

TEST(DecimalDeathTest, OverflowStopsTheProgram) {
  EXPECT_DEATH(static_cast<void>(Price::max() + Price::from_raw(1)), "");
  EXPECT_DEATH(static_cast<void>(Price::from_raw(-2) - Price::max()), "");
  EXPECT_DEATH(static_cast<void>(Price::from_wide(static_cast<Int128>(1) << 63)), "");
  EXPECT_DEATH(static_cast<void>(*Maybe<Price>()), "");
}

}  // namespace
}  // namespace tranchet

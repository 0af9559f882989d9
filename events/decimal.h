// Exact decimal numbers: an int64 count of 1e-8, tagged with what it measures.
//
//   Price + Price, Quantity - Quantity, <=>     within a unit
//   value_of(price, quantity)                   crosses units, exact, in counts of 1e-16
//   to_money(value)                             back to 1e-8, rounded half away from zero
//
// One scale for everything: +-92 billion, which covers a satoshi and any notional a person trades.
// There is no way in or out through floating point.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "events/ensure.h"

namespace tranchet {

__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 UInt128;

inline constexpr std::int64_t kDecimalOne = 100'000'000;  // 1 in counts of 1e-8.
inline constexpr int kDecimalPlaces = 8;

template <class Unit>
class Decimal {
 public:
  constexpr Decimal() = default;
  static constexpr Decimal from_raw(std::int64_t count) {
    Decimal result;
    result.count_ = count;
    return result;
  }
  // Aborts when the value does not fit: inputs are checked where they enter.
  static constexpr Decimal from_wide(Int128 count) {
    ENSURE(count >= std::numeric_limits<std::int64_t>::min() &&
           count <= std::numeric_limits<std::int64_t>::max());
    return from_raw(static_cast<std::int64_t>(count));
  }
  static constexpr Decimal max() { return from_raw(std::numeric_limits<std::int64_t>::max()); }

  constexpr std::int64_t raw() const { return count_; }
  constexpr bool is_zero() const { return count_ == 0; }
  constexpr bool is_positive() const { return count_ > 0; }

  friend constexpr auto operator<=>(Decimal, Decimal) = default;
  friend constexpr Decimal operator+(Decimal a, Decimal b) {
    std::int64_t sum = 0;
    ENSURE(!__builtin_add_overflow(a.count_, b.count_, &sum));
    return from_raw(sum);
  }
  friend constexpr Decimal operator-(Decimal a, Decimal b) {
    std::int64_t difference = 0;
    ENSURE(!__builtin_sub_overflow(a.count_, b.count_, &difference));
    return from_raw(difference);
  }
  friend constexpr Decimal operator-(Decimal a) { return Decimal() - a; }
  constexpr Decimal& operator+=(Decimal b) { return *this = *this + b; }
  constexpr Decimal& operator-=(Decimal b) { return *this = *this - b; }

 private:
  std::int64_t count_ = 0;
};

using Price = Decimal<struct PriceUnit>;        // Quote currency for one unit of base.
using Quantity = Decimal<struct QuantityUnit>;  // Base units, or contracts.
using Money = Decimal<struct MoneyUnit>;        // Quote currency.

// Price x quantity, exact, in counts of 1e-16 of the quote currency.
using Value = Int128;

constexpr Value value_of(Price price, Quantity quantity) {
  return static_cast<Int128>(price.raw()) * quantity.raw();
}

// ---- Rounding. All of it is integer division with a name.

// Neither is negative and the quotient fits 64 bits, as that of a cost by a quantity does: one
// instruction of the processor. The compiler knows only the general way, which is a call.
constexpr bool divides_at_once(Int128 numerator, Int128 denominator) {
  return denominator >> 63 == 0 &&
         static_cast<std::uint64_t>(numerator >> 64) < static_cast<std::uint64_t>(denominator);
}
struct Division {
  std::uint64_t quotient = 0;
  std::uint64_t rest = 0;
};
constexpr Division divide_at_once(Int128 numerator, Int128 denominator) {
  const auto high = static_cast<std::uint64_t>(numerator >> 64);
  const auto low = static_cast<std::uint64_t>(numerator);
  const auto divisor = static_cast<std::uint64_t>(denominator);
  // Known to the compiler, which multiplies where the divisor is a constant.
  if (high == 0) return {.quotient = low / divisor, .rest = low % divisor};
#if defined(__x86_64__)
  if (!std::is_constant_evaluated()) {
    Division result;
    asm("divq %4"
        : "=a"(result.quotient), "=d"(result.rest)
        : "0"(low), "1"(high), "r"(divisor)
        : "cc");
    return result;
  }
#endif
  return {.quotient = static_cast<std::uint64_t>(numerator / denominator),
          .rest = static_cast<std::uint64_t>(numerator % denominator)};
}
// Toward minus infinity. 7 / 2 = 3, -7 / 2 = -4.
constexpr Int128 divide_floor(Int128 numerator, Int128 denominator) {
  if (divides_at_once(numerator, denominator)) {
    return divide_at_once(numerator, denominator).quotient;
  }
  Int128 quotient = numerator / denominator;
  if (numerator % denominator != 0 && ((numerator < 0) != (denominator < 0))) --quotient;
  return quotient;
}
constexpr Int128 divide_ceil(Int128 numerator, Int128 denominator) {
  return -divide_floor(-numerator, denominator);
}
// To the nearest, a half away from zero. 5 / 2 = 3, -5 / 2 = -3.
constexpr Int128 divide_half_away(Int128 numerator, Int128 denominator) {
  if (divides_at_once(numerator, denominator)) {
    const auto [quotient, rest] = divide_at_once(numerator, denominator);
    const bool up = rest >= static_cast<std::uint64_t>(denominator) - rest;
    return static_cast<Int128>(quotient) + (up ? 1 : 0);
  }
  Int128 quotient = numerator / denominator;
  const Int128 rest = numerator % denominator;
  const Int128 rest_size = rest < 0 ? -rest : rest;
  const Int128 size = denominator < 0 ? -denominator : denominator;
  // Not 2 x rest >= size: that could pass 128 bits.
  if (rest_size >= size - rest_size) quotient += (numerator < 0) == (denominator < 0) ? 1 : -1;
  return quotient;
}
static_assert(divide_floor(-7, 2) == -4 && divide_ceil(-7, 2) == -3 && divide_ceil(7, 2) == 4);
static_assert(divide_half_away(5, 2) == 3 && divide_half_away(-5, 2) == -3);
static_assert(divide_half_away(4, 3) == 1 && divide_half_away(-4, 3) == -1);

// floor(value x part / whole) for 0 <= part <= whole, 0 <= value. The product can pass 128 bits
// (1 M USDT of a 0.001 coin: 1e22 counts x 1e17 counts), so it is formed in two halves.
constexpr Value share_floor(Value value, Quantity part, Quantity whole) {
  ENSURE(value >= 0 && part.raw() >= 0 && part <= whole && whole.is_positive());
  if (part == whole) return value;
  const auto v = static_cast<UInt128>(value);
  const auto p = static_cast<UInt128>(part.raw());
  const auto w = static_cast<UInt128>(whole.raw());
  const UInt128 low_product = (v & ~std::uint64_t{0}) * p;
  const UInt128 high_product = (v >> 64) * p + (low_product >> 64);  // Top 128 of 192 bits.
  const UInt128 high_quotient = high_product / w;
  const UInt128 rest = high_product % w;  // < 2^63, so that the next line fits.
  const UInt128 low = (rest << 64) | (low_product & ~std::uint64_t{0});
  return static_cast<Value>((high_quotient << 64) + low / w);
}
static_assert(share_floor(10, Quantity::from_raw(1), Quantity::from_raw(3)) == 3);
static_assert(share_floor(static_cast<Value>(1) << 90, Quantity::from_raw(1LL << 60),
                          Quantity::from_raw(1LL << 60)) == static_cast<Value>(1) << 90);

// A value in counts of 1e-16 as money in counts of 1e-8, half away from zero.
constexpr Money to_money(Value value) {
  return Money::from_wide(divide_half_away(value, kDecimalOne));
}

// ---- Steps: the tick of a price, the step of a quantity.

template <class Unit>
constexpr Decimal<Unit> floor_to(Decimal<Unit> value, Decimal<Unit> step) {
  ENSURE(step.is_positive());
  const std::int64_t rest = value.raw() % step.raw();
  return value - Decimal<Unit>::from_raw(rest < 0 ? rest + step.raw() : rest);
}
template <class Unit>
constexpr Decimal<Unit> ceil_to(Decimal<Unit> value, Decimal<Unit> step) {
  ENSURE(step.is_positive());
  const std::int64_t rest = value.raw() % step.raw();
  return value + Decimal<Unit>::from_raw(rest > 0 ? step.raw() - rest : -rest);
}

// ---- Fractions: parts per million. 1 % is 10'000, 0.0001 % is 1.
using Ppm = std::int64_t;
inline constexpr Ppm kPpmOne = 1'000'000;

// ---- An optional decimal in eight bytes, so that events stay small. The empty state is the one
// count that checked arithmetic never produces from valid input, and it is not reachable as a
// value.
template <class T>
class Maybe {
 public:
  constexpr Maybe() = default;
  constexpr Maybe(T value) : value_(value) { ENSURE(value.raw() != kEmpty); }
  constexpr Maybe(std::nullopt_t) {}
  constexpr bool has_value() const { return value_.raw() != kEmpty; }
  constexpr explicit operator bool() const { return has_value(); }
  constexpr T operator*() const {
    ENSURE(has_value());
    return value_;
  }
  constexpr T value_or(T other) const { return has_value() ? value_ : other; }
  friend constexpr bool operator==(Maybe, Maybe) = default;

 private:
  static constexpr std::int64_t kEmpty = std::numeric_limits<std::int64_t>::min();
  T value_ = T::from_raw(kEmpty);
};

// ---- Text. "45298.5", "-0.00000001"; never an exponent, no trailing zeros.

std::string decimal_text(std::int64_t count);
template <class Unit>
std::string to_text(Decimal<Unit> value) {
  return decimal_text(value.raw());
}
// A value in counts of 1e-16, exact: up to 16 decimals.
std::string value_text(Value value);
// A fraction as a percentage: 10'000 ppm is "1".
std::string percent_text(Ppm fraction);

enum class DecimalError : std::uint8_t {
  NotANumber = 1,   // Empty, a letter, two points, "NaN", "inf".
  TooManyDecimals,  // More than eight after the point (zeros there do not count).
  OutOfRange,       // Does not fit +-92 billion; 1e400.
};
std::string_view describe(DecimalError error);

struct ParsedDecimal {
  std::int64_t count = 0;
  std::optional<DecimalError> error;
};
// Accepts what venues and people write: "1", "1.50", ".5", "-3", "+3", "1e-05", "4.5E+2".
ParsedDecimal parse_decimal(std::string_view text, int places = kDecimalPlaces);

template <class T>
std::optional<T> parse(std::string_view text) {
  const ParsedDecimal parsed = parse_decimal(text);
  if (parsed.error) return std::nullopt;
  return T::from_raw(parsed.count);
}

// ---- Literals, evaluated by the compiler: 45'298.5_px, 0.015_qty, 12_usd.
namespace literals {

template <char... Digits>
consteval std::int64_t literal_count() {
  std::int64_t count = 0;
  int places = -1;
  for (const char digit : {Digits...}) {
    if (digit == '\'') continue;
    if (digit == '.') {
      places = 0;
      continue;
    }
    ENSURE(digit >= '0' && digit <= '9');
    ENSURE(places < kDecimalPlaces);  // More than eight decimals do not compile.
    ENSURE(!__builtin_mul_overflow(count, 10, &count));
    ENSURE(!__builtin_add_overflow(count, digit - '0', &count));
    if (places >= 0) ++places;
  }
  for (int place = places < 0 ? 0 : places; place < kDecimalPlaces; ++place) {
    ENSURE(!__builtin_mul_overflow(count, 10, &count));
  }
  return count;
}
template <char... Digits>
consteval Price operator""_px() {
  return Price::from_raw(literal_count<Digits...>());
}
template <char... Digits>
consteval Quantity operator""_qty() {
  return Quantity::from_raw(literal_count<Digits...>());
}
template <char... Digits>
consteval Money operator""_usd() {
  return Money::from_raw(literal_count<Digits...>());
}
static_assert((45'298.5_px).raw() == 4'529'850'000'000);
static_assert(to_money(value_of(44'850_px, 0.15_qty)) == 6'727.5_usd);

}  // namespace literals

}  // namespace tranchet

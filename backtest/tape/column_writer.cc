#include "backtest/tape/column_writer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "backtest/market_data/processor.h"
#include "events/ensure.h"

namespace tranchet {
namespace {

template <class Offset>
void narrow(std::span<const std::uint64_t> from, std::uint64_t* to) {
  auto* const out = reinterpret_cast<std::byte*>(to);
  for (std::size_t at = 0; at < from.size(); ++at) {
    const auto offset = static_cast<Offset>(from[at]);
    std::memcpy(out + at * sizeof(Offset), &offset, sizeof(Offset));
  }
}

void pack_bits(std::span<const std::uint64_t> from, std::uint64_t* to) {
  for (std::size_t at = 0; at < from.size(); ++at) to[at / 64] |= from[at] << (at % 64);
}

constexpr int kMostPlaces = 9;

// Division by 10^n that is exact or fails, without dividing: 10^n is 2^n x 5^n; 5^n has an inverse
// modulo 2^64, and turning the product by n bits divides by 2^n. A number that is no multiple ends
// up above (2^64 - 1) / 10^n. See Hacker's Delight, second edition, section 10-17.
struct ExactDivisor {
  std::uint64_t unit = 1;
  std::uint64_t inverse = 1;  // Of 5^n.
  std::uint64_t most = ~std::uint64_t{0};
};

constexpr std::array<ExactDivisor, kMostPlaces + 1> make_divisors() {
  std::array<ExactDivisor, kMostPlaces + 1> divisors{};
  std::uint64_t five = 1, ten = 1;
  for (auto& divisor : divisors) {
    std::uint64_t inverse = five;  // Newton's step doubles the bits that are right, from 3 on.
    for (int step = 0; step < 5; ++step) inverse *= 2 - five * inverse;
    divisor = {ten, inverse, ~std::uint64_t{0} / ten};
    five *= 5;
    ten *= 10;
  }
  return divisors;
}
constexpr std::array<ExactDivisor, kMostPlaces + 1> kDivisors = make_divisors();
static_assert(kDivisors[9].inverse * 1'953'125 == 1);

// The offsets of `values` by one unit; the largest of them, which is above what the divisor allows
// where a value is no multiple. Then it may end early: a unit that is too large nearly always shows
// in the first few values, so that trying all of them from the largest down costs next to nothing.
[[gnu::always_inline]] inline std::uint64_t divide(std::span<const std::int64_t> values,
                                                   std::uint64_t base, int places,
                                                   std::span<std::uint64_t> offsets) {
  constexpr std::size_t kTried = 64;
  const ExactDivisor divisor = kDivisors[static_cast<std::size_t>(places)];
  const int left = (64 - places) & 63;
  std::uint64_t worst = 0;
  for (std::size_t from = 0; from < values.size() && worst <= divisor.most; from += kTried) {
    const std::size_t size = std::min(kTried, values.size() - from);
    const std::int64_t* const in = values.data() + from;
    std::uint64_t* const out = offsets.data() + from;
    for (std::size_t at = 0; at < size; ++at) {
      const std::uint64_t product = (static_cast<std::uint64_t>(in[at]) - base) * divisor.inverse;
      out[at] = product >> places | product << left;
      worst = std::max(worst, out[at]);
    }
  }
  return worst;
}

[[gnu::always_inline]] inline Scaled scale_plainly(std::span<const std::int64_t> values,
                                                   std::span<std::uint64_t> offsets) {
  std::int64_t least = values.front();
  for (const std::int64_t value : values) least = std::min(least, value);
  for (int places = kMostPlaces;; --places) {
    const std::uint64_t worst = divide(values, static_cast<std::uint64_t>(least), places, offsets);
    const ExactDivisor divisor = kDivisors[static_cast<std::size_t>(places)];
    if (worst > divisor.most) continue;  // 10^0 divides everything.
    return {.base = least, .unit = static_cast<std::int64_t>(divisor.unit), .most = worst};
  }
}

#if defined(TRANCHET_HAS_AVX2_BUILD)
TRANCHET_AVX2 Scaled scale_by_avx2(std::span<const std::int64_t> values,
                                   std::span<std::uint64_t> offsets) {
  return scale_plainly(values, offsets);
}
#endif

}  // namespace

std::uint64_t* ColumnWriter::extend(std::size_t words) {
  const std::size_t at = words_.size();
  words_.resize(at + words);
  return words_.data() + at;
}

ColumnLayout ColumnWriter::put(std::span<const std::uint64_t> offsets, std::uint64_t most,
                               std::int64_t base, std::int64_t unit) {
  ColumnLayout layout{.base = base, .unit = unit, .at = size()};
  const auto width = static_cast<std::uint32_t>(std::bit_width(most));
  layout.bits = width <= 1 ? width : std::max(8U, std::bit_ceil(width));
  std::uint64_t* const out = extend((layout.bits * offsets.size() + 63) / 64);
  switch (layout.bits) {
    case 0:
      break;
    case 1:
      pack_bits(offsets, out);
      break;
    case 8:
      narrow<std::uint8_t>(offsets, out);
      break;
    case 16:
      narrow<std::uint16_t>(offsets, out);
      break;
    case 32:
      narrow<std::uint32_t>(offsets, out);
      break;
    default:
      narrow<std::uint64_t>(offsets, out);
      break;
  }
  return layout;
}

Scaled scale(std::span<const std::int64_t> values, std::span<std::uint64_t> offsets) {
  ENSURE(!values.empty() && offsets.size() >= values.size());
#if defined(TRANCHET_HAS_AVX2_BUILD)
  if (has_avx2()) return scale_by_avx2(values, offsets);
#endif
  return scale_plainly(values, offsets);
}

}  // namespace tranchet

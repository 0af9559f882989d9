#include "backtest/market_data/agg_trade_scan.h"

#include <array>
#include <bit>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#include "backtest/market_data/field_scan.h"
#include "backtest/market_data/processor.h"
#include "backtest/market_data/row_time.h"

namespace tranchet {
namespace {

using field_scan::load_eight;
using Fronts = AggTradeScan::Fronts;

// A bit for each of 64 characters, the first in the lowest.
struct RowMasks {
  std::uint64_t commas = 0;
  std::uint64_t digits = 0;
};

// Numbers of eight digits each, as words that `eight_digits` takes.
using SixWords = std::array<std::uint64_t, 6>;
using SixNumbers = std::array<std::int64_t, 6>;

#if defined(__SSE2__)

struct PlainMasks {
  RowMasks operator()(const char* at) const {
    RowMasks masks;
    for (int part = 0; part < 4; ++part) {
      const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at) + part);
      const __m128i above = _mm_sub_epi8(text, _mm_set1_epi8('0'));
      const auto bits = [&](__m128i wanted) {
        return std::uint64_t{static_cast<unsigned>(_mm_movemask_epi8(wanted))} << (16 * part);
      };
      masks.commas |= bits(_mm_cmpeq_epi8(text, _mm_set1_epi8(',')));
      // As unsigned bytes at most 9 above '0'.
      masks.digits |= bits(_mm_cmpeq_epi8(_mm_min_epu8(above, _mm_set1_epi8(9)), above));
    }
    return masks;
  }
};

// As `eight_digits`, of two words: pairs of digits, then fours, in lanes of 32 bits.
inline __m128i four_digits(std::uint64_t first, std::uint64_t second) {
  __m128i text = _mm_set_epi64x(static_cast<long long>(second), static_cast<long long>(first));
  text = _mm_and_si128(text, _mm_set1_epi8(0x0F));
  const __m128i pairs = _mm_srli_epi16(_mm_mullo_epi16(text, _mm_set1_epi16(2'561)), 8);
  return _mm_madd_epi16(pairs, _mm_set1_epi32(1 << 16 | 100));
}

inline SixNumbers six_numbers(const SixWords& words) {
  // Fours fit in lanes of 16 bits, so that one more multiplication makes eights of four words.
  const __m128i weights = _mm_set1_epi32(1 << 16 | 10'000);
  const __m128i zero = _mm_setzero_si128();
  const __m128i four = _mm_madd_epi16(
      _mm_packs_epi32(four_digits(words[0], words[1]), four_digits(words[2], words[3])), weights);
  const __m128i two =
      _mm_madd_epi16(_mm_packs_epi32(four_digits(words[4], words[5]), zero), weights);
  SixNumbers numbers;
  const auto take = [&](std::size_t at, __m128i both) {
    const auto packed = static_cast<std::uint64_t>(_mm_cvtsi128_si64(both));
    numbers[at] = static_cast<std::int64_t>(packed & 0xFFFF'FFFF);
    numbers[at + 1] = static_cast<std::int64_t>(packed >> 32);
  };
  take(0, four);
  take(2, _mm_unpackhi_epi64(four, four));
  take(4, two);
  return numbers;
}

#else

struct PlainMasks {
  RowMasks operator()(const char* at) const {
    RowMasks masks;
    for (int bit = 0; bit < 64; ++bit) {
      masks.commas |= std::uint64_t{at[bit] == ','} << bit;
      masks.digits |= std::uint64_t{at[bit] >= '0' && at[bit] <= '9'} << bit;
    }
    return masks;
  }
};

inline SixNumbers six_numbers(const SixWords& words) {
  SixNumbers numbers;
  for (std::size_t at = 0; at < words.size(); ++at) {
    numbers[at] = field_scan::eight_digits(words[at]);
  }
  return numbers;
}

#endif

// The first so many characters (1 to 8; else anything) as digits behind zeros: "2000000000" with 2
// is "00000020". Texts of different length differ, since digits are not zero.
inline std::uint64_t first_digits(const char* at, int count) {
  return load_eight(at) << ((-8 * count) & 63);
}

// Of 9 to 16 digits. False: they are no time, or its unit hangs on the last eight.
[[gnu::noinline]] bool take_time_start(std::uint64_t text, Fronts& fronts) {
  constexpr std::int64_t kRest = 99'999'999;
  const std::int64_t first = field_scan::eight_digits(text) * (kRest + 1);
  const std::int64_t start = epoch_nanoseconds(first);
  if (start == 0 || epoch_nanoseconds(first + kRest) != start + start / first * kRest) return false;
  fronts.time_text = text;
  fronts.time_start = start;
  fronts.time_unit = start / first;
  return true;
}

// A decimal's field: digits, then perhaps a point and digits.
struct DecimalField {
  std::uint64_t whole = 0;
  std::uint64_t decimals = 0;
  unsigned size = 0;  // Of the decimals.
  // 0 to 7: there are 1 to 8 digits on either side of a point, or 1 to 8 and no point.
  unsigned excess = 0;
};

// `others`: the characters of the field that are no digits, as a mask. That there is one at most is
// the caller's to check.
inline DecimalField decimal_field(const char* at, int from, int end, std::uint64_t others) {
  DecimalField field;
  int point = end;
  if (others != 0) {
    point = std::countr_zero(others);
    field.size = static_cast<unsigned>(end - point - 1);
    const unsigned shift = (0 - 8 * field.size) & 63;
    field.decimals = load_eight(at + point + 1) << shift >> shift;
    field.excess = (field.size - 1) | (at[point] == '.' ? 0U : 8U);
  }
  field.whole = first_digits(at + from, point - from);
  field.excess |= static_cast<unsigned>(point - from - 1);
  return field;
}

// Reads the row at `at`. Returns the start of the next line; nullptr: read it another way.
[[gnu::always_inline]] inline const char* scan_row(const char* at, RowMasks masks, Fronts& fronts,
                                                   AggTrade& trade) {
  std::array<int, 6> ends;
  std::uint64_t commas = masks.commas;
  for (int& end : ends) {
    if (commas == 0) return nullptr;
    end = std::countr_zero(commas);
    commas &= commas - 1;
  }
  // The characters before the flag that are no digits: the point of the price, that of the quantity
  // and no other. One behind the quantity makes its decimals a negative number of digits.
  const std::uint64_t others = ~(masks.digits | masks.commas) & ((std::uint64_t{1} << ends[5]) - 1);
  const std::uint64_t of_price = others & ((std::uint64_t{1} << ends[1]) - 1);
  const std::uint64_t of_quantity = others ^ of_price;
  const std::uint64_t second = (of_price & (of_price - 1)) | (of_quantity & (of_quantity - 1));
  const int price_from = ends[0] + 1;
  const DecimalField price = decimal_field(at, price_from, ends[1], of_price);
  const DecimalField quantity = decimal_field(at, ends[1] + 1, ends[2], of_quantity);
  const auto id_digits = static_cast<unsigned>(ends[0]);
  const auto time_digits = static_cast<unsigned>(ends[5] - ends[4] - 1);
  if (second != 0 || (price.excess | quantity.excess | (time_digits - 9)) > 7 ||
      id_digits - 1 > 15) {
    return nullptr;
  }
  const char* const time = at + ends[4] + 1;
  const std::uint64_t time_text = first_digits(time, static_cast<int>(time_digits) - 8);
  if (time_text != fronts.time_text && !take_time_start(time_text, fronts)) return nullptr;
  std::int64_t id_start = 0;
  std::uint64_t id_end = 0;
  if (id_digits > 8) {
    const std::uint64_t id_text = first_digits(at, static_cast<int>(id_digits) - 8);
    if (id_text != fronts.id_text) {
      fronts.id_text = id_text;
      fronts.id_start = field_scan::eight_digits(id_text) * 100'000'000;
    }
    id_start = fronts.id_start;
    id_end = load_eight(at + id_digits - 8);
  } else {
    id_end = first_digits(at, static_cast<int>(id_digits));
  }
  const SixNumbers found = six_numbers({id_end, load_eight(time + time_digits - 8), price.whole,
                                        price.decimals, quantity.whole, quantity.decimals});
  const std::int64_t price_count = found[2] * kDecimalOne + found[3];
  const std::int64_t quantity_count = found[4] * kDecimalOne + found[5];
  if (price_count == 0 || quantity_count == 0) return nullptr;
  std::int64_t buyer_is_maker = 0;
  at = field_scan::flag(at + ends[5] + 1, buyer_is_maker);
  if (at == nullptr) return nullptr;
  if (*at == '\r') ++at;
  if (*at != '\n') return nullptr;
  trade.id = static_cast<std::uint64_t>(id_start + found[0]);
  trade.row = {Timestamp::from_nanoseconds(fronts.time_start + found[1] * fronts.time_unit),
               Price::from_raw(price_count), Quantity::from_raw(quantity_count),
               static_cast<std::uint8_t>(buyer_is_maker != 0 ? Side::Sell : Side::Buy)};
  trade.price_decimals = price.size;
  trade.quantity_decimals = quantity.size;
  return at + 1;
}

template <class Masks>
[[gnu::always_inline]] inline std::size_t scan_rows(const char*& at, const char* end,
                                                    std::span<AggTrade> trades, Fronts& fronts,
                                                    Masks masks_of) {
  std::size_t count = 0;
  const char* from = at;
  while (count < trades.size() && from < end) {
    const char* const next = scan_row(from, masks_of(from), fronts, trades[count]);
    if (next == nullptr) break;
    from = next;
    ++count;
  }
  at = from;
  return count;
}

#if defined(TRANCHET_HAS_AVX2_BUILD)

TRANCHET_AVX2 inline RowMasks masks_by_avx2(const char* at) {
  RowMasks masks;
  for (int part = 0; part < 2; ++part) {
    const __m256i text = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at) + part);
    const __m256i above = _mm256_sub_epi8(text, _mm256_set1_epi8('0'));
    const auto commas =
        static_cast<unsigned>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(text, _mm256_set1_epi8(','))));
    const auto digits = static_cast<unsigned>(_mm256_movemask_epi8(
        _mm256_cmpeq_epi8(_mm256_min_epu8(above, _mm256_set1_epi8(9)), above)));
    masks.commas |= std::uint64_t{commas} << (32 * part);
    masks.digits |= std::uint64_t{digits} << (32 * part);
  }
  return masks;
}

TRANCHET_AVX2 std::size_t scan_rows_by_avx2(const char*& at, const char* end,
                                            std::span<AggTrade> trades, Fronts& fronts) {
  return scan_rows(at, end, trades, fronts, masks_by_avx2);
}

#endif

}  // namespace

std::size_t AggTradeScan::scan(const char*& at, const char* end, std::span<AggTrade> trades) {
#if defined(TRANCHET_HAS_AVX2_BUILD)
  if (has_avx2()) return scan_rows_by_avx2(at, end, trades, fronts_);
#endif
  return scan_plainly(at, end, trades);
}

std::size_t AggTradeScan::scan_plainly(const char*& at, const char* end,
                                       std::span<AggTrade> trades) {
  return scan_rows(at, end, trades, fronts_, PlainMasks());
}

}  // namespace tranchet

// Where the fields of a line of CSV end, 64 characters at a time.
//
// Fields that are found first and read afterwards can be read side by side: when each begins where
// the one before it turned out to end, a processor waits for every length in turn, which for a row
// of seven numbers is most of the time.
#pragma once

#include <bit>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "backtest/market_data/field_scan.h"

namespace tranchet::field_scan {

// A bit for each of 64 characters, the first in the lowest.
struct Delimiters {
  std::uint64_t commas = 0;
  std::uint64_t line_ends = 0;
};

#if defined(__SSE2__)

inline Delimiters delimiters(const char* at) {
  const __m128i comma = _mm_set1_epi8(',');
  const __m128i line_end = _mm_set1_epi8('\n');
  Delimiters found;
  for (int part = 0; part < 4; ++part) {
    const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at) + part);
    const auto bits = [&](__m128i wanted) {
      const auto mask = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(text, wanted)));
      return static_cast<std::uint64_t>(mask) << (16 * part);
    };
    found.commas |= bits(comma);
    found.line_ends |= bits(line_end);
  }
  return found;
}

#else

inline Delimiters delimiters(const char* at) {
  // The top bit of every byte that equals `byte`, gathered into eight bits by one multiplication.
  const auto bits = [](std::uint64_t word, std::uint64_t byte) {
    constexpr std::uint64_t kLow = 0x7F7F'7F7F'7F7F'7F7F;
    const std::uint64_t other = word ^ (byte * 0x0101'0101'0101'0101);
    const std::uint64_t tops = ~(((other & kLow) + kLow) | other | kLow);
    return (tops >> 7) * 0x0102'0408'1020'4080 >> 56;
  };
  Delimiters found;
  for (int part = 0; part < 8; ++part) {
    const std::uint64_t word = load_eight(at + 8 * part);
    found.commas |= bits(word, ',') << (8 * part);
    found.line_ends |= bits(word, '\n') << (8 * part);
  }
  return found;
}

#endif

}  // namespace tranchet::field_scan

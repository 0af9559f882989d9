// The spellings of time in market data, all to UTC nanoseconds.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "events/time.h"

namespace tranchet {

// A whole number since 1970 in seconds, milli-, micro- or nanoseconds: the four ranges that mean
// the years 1990 to 2099 do not touch, so the number itself says its unit. 0 for a number in none
// of them (a price in the wrong column, for one). Worked: 1711929600000 is milliseconds,
// 2024-04-01T00:00:00Z; 28145 is no time.
constexpr std::int64_t epoch_nanoseconds(std::int64_t number) {
  constexpr std::int64_t kFrom = 631'152'000;     // 1990-01-01T00:00:00Z
  constexpr std::int64_t kUntil = 4'102'444'800;  // 2100-01-01T00:00:00Z
  for (std::int64_t unit = 1; unit <= 1'000'000'000; unit *= 1'000) {
    if (number >= kFrom * unit && number < kUntil * unit) return number * (1'000'000'000 / unit);
  }
  return 0;
}

// Whether a time without an offset is taken as UTC or refused: read in the wrong zone it would
// shift everything by hours, silently.
enum class Offset : std::uint8_t { Required = 1, UtcWithout };

// "1711929600000", "1626992741.06217" (seconds), "2025-05-29 19:00:00+00:00".
std::optional<Timestamp> parse_row_time(std::string_view text, Offset offset);

// "20240101" or "2024-01-01", and "09:15" or "09:15:00", in India (UTC+5:30, no summer time).
std::optional<Timestamp> parse_india_time(std::string_view date, std::string_view clock);

// Midnight of "20131008" as days since 1970.
std::optional<std::int64_t> parse_day(std::string_view text);

// A clock reading in New York, in milliseconds after midnight (below 24 h). By the United States'
// rule, changes at 02:00: summer time (UTC-4) since 2007 from the second Sunday of March to the
// first Sunday of November, before that from the first Sunday of April to the last of October.
// Days since 1970.
Timestamp new_york_time(std::int64_t day, std::int64_t milliseconds);

}  // namespace tranchet

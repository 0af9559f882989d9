#include "backtest/market_data/row_time.h"

#include <algorithm>
#include <string>

#include "events/decimal.h"

namespace tranchet {
namespace {

constexpr std::int64_t kSecondsOfDay = 86'400;

// Before 2100, as for numbers: so that a time plus the length of a bar fits.
std::optional<Timestamp> before_2100(std::optional<Timestamp> time) {
  constexpr std::int64_t kUntil = 4'102'444'800'000'000'000;
  return time && time->nanoseconds() < kUntil ? time : std::nullopt;
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::int64_t digits_value(std::string_view text) {
  std::int64_t value = 0;
  for (const char c : text) value = value * 10 + (c - '0');
  return value;
}

// The day of the first Sunday on or after a date. 1970-01-04 was a Sunday.
std::int64_t sunday_from(std::int64_t year, int month, int day) {
  const std::int64_t date = days_from_civil(year, month, day);
  return date + (3 - date % 7 + 7) % 7;
}

}  // namespace

std::optional<Timestamp> parse_row_time(std::string_view text, Offset offset) {
  if (all_digits(text) && text.size() <= 19) {
    // 19 digits can pass 2^63, but not within the range of nanoseconds, which begins with 0 to 4.
    if (text.size() == 19 && text[0] > '4') return std::nullopt;
    const std::int64_t time = epoch_nanoseconds(digits_value(text));
    return time == 0 ? std::nullopt : std::optional(Timestamp::from_nanoseconds(time));
  }
  const std::size_t point = text.find('.');
  if (point != std::string_view::npos && all_digits(text.substr(0, point))) {
    const ParsedDecimal seconds = parse_decimal(text, 9);
    // Only where nanoseconds are what the number means: the point makes it seconds.
    if (seconds.error || point > 10 || seconds.count < 0) return std::nullopt;
    const std::int64_t whole = epoch_nanoseconds(seconds.count / 1'000'000'000);
    if (whole == 0) return std::nullopt;
    return Timestamp::from_nanoseconds(seconds.count);
  }
  if (const std::optional<Timestamp> time = parse_time(text)) return before_2100(time);
  if (offset == Offset::UtcWithout) return before_2100(parse_time(std::string(text) + "Z"));
  return std::nullopt;
}

std::optional<std::int64_t> parse_day(std::string_view text) {
  std::string day(text);
  if (day.size() == 8 && all_digits(day)) {
    day.insert(6, "-");
    day.insert(4, "-");
  }
  const std::optional<Timestamp> midnight = parse_time(day + "T00:00:00Z");
  if (!midnight || day.size() != 10) return std::nullopt;
  return midnight->nanoseconds() / 1'000'000'000 / kSecondsOfDay;
}

std::optional<Timestamp> parse_india_time(std::string_view date, std::string_view clock) {
  std::string day(date);
  if (day.size() == 8 && all_digits(day)) {
    day.insert(6, "-");
    day.insert(4, "-");
  }
  const std::string_view seconds = clock.size() == 5 ? ":00" : "";
  if (clock.size() + seconds.size() != 8) return std::nullopt;
  return before_2100(parse_time(day + "T" + std::string(clock) + std::string(seconds) + "+05:30"));
}

Timestamp new_york_time(std::int64_t day, std::int64_t milliseconds) {
  std::int64_t year = 1970 + day / 366;
  while (days_from_civil(year + 1, 1, 1) <= day) ++year;
  const bool since_2007 = year >= 2007;
  const std::int64_t starts = since_2007 ? sunday_from(year, 3, 8) : sunday_from(year, 4, 1);
  const std::int64_t ends = since_2007 ? sunday_from(year, 11, 1) : sunday_from(year, 10, 25);
  constexpr std::int64_t kChange = 2 * 3'600 * 1'000;
  const bool after_start = day > starts || (day == starts && milliseconds >= kChange);
  const bool before_end = day < ends || (day == ends && milliseconds < kChange);
  const std::int64_t behind = after_start && before_end ? 4 * 3'600 : 5 * 3'600;
  return Timestamp::from_nanoseconds((day * kSecondsOfDay + behind) * 1'000'000'000 +
                                     milliseconds * 1'000'000);
}

}  // namespace tranchet

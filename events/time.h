// Points in time and durations: int64 nanoseconds. There is no way to ask for "now": time enters
// with events.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tranchet {

class Duration {
 public:
  constexpr Duration() = default;
  static constexpr Duration nanoseconds(std::int64_t count) {
    Duration result;
    result.count_ = count;
    return result;
  }
  static constexpr Duration milliseconds(std::int64_t n) { return nanoseconds(n * 1'000'000); }
  static constexpr Duration seconds(std::int64_t n) { return nanoseconds(n * 1'000'000'000); }
  static constexpr Duration minutes(std::int64_t n) { return seconds(n * 60); }
  static constexpr Duration hours(std::int64_t n) { return minutes(n * 60); }
  constexpr std::int64_t count() const { return count_; }
  friend constexpr auto operator<=>(Duration, Duration) = default;
  friend constexpr Duration operator+(Duration a, Duration b) {
    return nanoseconds(a.count_ + b.count_);
  }
  friend constexpr Duration operator-(Duration a, Duration b) {
    return nanoseconds(a.count_ - b.count_);
  }
  friend constexpr Duration operator*(Duration a, std::int64_t n) {
    return nanoseconds(a.count_ * n);
  }

 private:
  std::int64_t count_ = 0;
};

// Nanoseconds since 1970-01-01T00:00:00Z. Range: years 1970 to 2261.
class Timestamp {
 public:
  constexpr Timestamp() = default;
  static constexpr Timestamp from_nanoseconds(std::int64_t count) {
    Timestamp result;
    result.count_ = count;
    return result;
  }
  constexpr std::int64_t nanoseconds() const { return count_; }
  friend constexpr auto operator<=>(Timestamp, Timestamp) = default;
  friend constexpr Timestamp operator+(Timestamp a, Duration b) {
    return from_nanoseconds(a.count_ + b.count());
  }
  friend constexpr Timestamp operator-(Timestamp a, Duration b) {
    return from_nanoseconds(a.count_ - b.count());
  }
  friend constexpr Duration operator-(Timestamp a, Timestamp b) {
    return Duration::nanoseconds(a.count_ - b.count_);
  }

 private:
  std::int64_t count_ = 0;
};

// RFC 3339 in UTC, with as many of nine decimals of the second as are not zero:
// "2024-04-12T19:31:00Z", "2024-04-12T19:31:00.25Z".
std::string to_text(Timestamp time);

// Nullopt unless the text is an RFC 3339 time with Z or an offset ("2025-05-29 19:00:00+00:00"
// too).
std::optional<Timestamp> parse_time(std::string_view text);

// Days since 1970-01-01 of a civil date, by the proleptic Gregorian calendar.
std::int64_t days_from_civil(std::int64_t year, int month, int day);

// "250ms", "10s", "60m", "1h", "7d". Nullopt for anything else.
std::optional<Duration> parse_duration(std::string_view text);
// The same spelling with the largest unit that divides it.
std::string to_text(Duration duration);

}  // namespace tranchet

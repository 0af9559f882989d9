// The hours of an Indian exchange. A twin has two clocks: the wall, by which it waits and counts
// requests, and the market's, which is that of the tape unless the wall is asked for.
#pragma once

#include <cstdint>
#include <string>

#include "events/time.h"

namespace tranchet::fyers_venue {

struct Moment {
  Timestamp now;
  Timestamp market;
};

inline constexpr Duration kIndiaOffset = Duration::minutes(330);  // IST is UTC+05:30, all year.
inline constexpr std::int64_t kSecondsOfDay = 86'400;
inline constexpr std::int64_t kDayLength = Duration::hours(24).count();

// Days since 1970-01-01, as calendars in India have them.
constexpr std::int64_t india_day(Timestamp time) {
  return (time + kIndiaOffset).nanoseconds() / kDayLength;
}
// Since midnight in India.
constexpr Duration india_time(Timestamp time) {
  return Duration::nanoseconds((time + kIndiaOffset).nanoseconds() % kDayLength);
}
constexpr Timestamp india_moment(std::int64_t day, Duration time) {
  return Timestamp::from_nanoseconds(day * kDayLength) + time - kIndiaOffset;
}
constexpr std::int64_t epoch_seconds(Timestamp time) {
  return time.nanoseconds() / 1'000'000'000;
}

std::string order_time(Timestamp time);   // "04-Aug-2025 10:12:58"
std::string fill_time(Timestamp time);    // "04-08-2025 10:12:58"
std::string date_digits(Timestamp time);  // "250804"
std::string india_date(Timestamp time);   // "2025-08-04"

struct SessionHours {
  bool always = false;  // Open day and night; nothing is squared off.
  Duration opens = Duration::minutes(9 * 60 + 15);
  Duration closes = Duration::minutes(15 * 60 + 30);
  Duration square_off = Duration::minutes(15 * 60 + 20);  // Of INTRADAY, CO and BO.

  bool is_open(Timestamp market) const {
    return always || (india_time(market) >= opens && india_time(market) < closes);
  }
  bool is_squared_off(Timestamp market) const {
    return !always && india_time(market) >= square_off;
  }
};

}  // namespace tranchet::fyers_venue

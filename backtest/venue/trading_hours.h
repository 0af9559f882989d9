// When an exchange takes orders: its hours on the days it trades. Times of day are its own.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "events/time.h"

namespace tranchet {

struct TradingHours {
  Duration start;                      // Time of day of the first order.
  Duration end;                        // > start. Orders for the day expire.
  std::optional<Duration> square_off;  // The venue closes what is traded intraday.
  Duration utc_offset;                 // Its clock ahead of UTC.
  // Days since 1970: on which it stays closed, and weekends on which it does not.
  std::vector<std::int64_t> holidays;
  std::vector<std::int64_t> extra_days;

  bool is_trading_day(std::int64_t day) const;
  bool is_open(Timestamp time) const;

  enum class Bell : std::uint8_t { Opens = 1, SquaresOff, Closes };
  struct Ring {
    Timestamp at;
    Bell bell{};
  };
  // The first one after `time`. Nullopt: a year of holidays.
  std::optional<Ring> next(Timestamp time) const;
};

// "2024-01-26" as days since 1970; nullopt: no date.
std::optional<std::int64_t> parse_date(std::string_view text);

}  // namespace tranchet

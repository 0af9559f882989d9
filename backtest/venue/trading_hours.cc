#include "backtest/venue/trading_hours.h"

#include <algorithm>

namespace tranchet {
namespace {

constexpr std::int64_t kDay = Duration::hours(24).count();

struct Local {
  std::int64_t day = 0;
  Duration time;
};

Local local_of(const TradingHours& hours, Timestamp time) {
  const std::int64_t local = time.nanoseconds() + hours.utc_offset.count();
  return {.day = local / kDay, .time = Duration::nanoseconds(local % kDay)};
}

bool contains(const std::vector<std::int64_t>& days, std::int64_t day) {
  return std::ranges::find(days, day) != days.end();
}

}  // namespace

bool TradingHours::is_trading_day(std::int64_t day) const {
  const std::int64_t weekday = (day + 4) % 7;  // 1970 began on a Thursday; 0 is Sunday.
  if (weekday == 0 || weekday == 6) return contains(extra_days, day);
  return !contains(holidays, day);
}

bool TradingHours::is_open(Timestamp time) const {
  const Local local = local_of(*this, time);
  return local.time >= start && local.time < end && is_trading_day(local.day);
}

std::optional<TradingHours::Ring> TradingHours::next(Timestamp time) const {
  const Local local = local_of(*this, time);
  for (std::int64_t day = local.day; day < local.day + 366; ++day) {
    if (!is_trading_day(day)) continue;
    const auto at = [&](Duration time_of_day) {
      return Timestamp::from_nanoseconds(day * kDay) + time_of_day - utc_offset;
    };
    if (at(start) > time) return Ring{at(start), Bell::Opens};
    if (square_off && at(*square_off) > time) return Ring{at(*square_off), Bell::SquaresOff};
    if (at(end) > time) return Ring{at(end), Bell::Closes};
  }
  return std::nullopt;
}

std::optional<std::int64_t> parse_date(std::string_view text) {
  if (text.size() != 10) return std::nullopt;
  const auto time = parse_time(std::string(text) + "T00:00:00Z");
  if (!time) return std::nullopt;
  return time->nanoseconds() / kDay;
}

}  // namespace tranchet

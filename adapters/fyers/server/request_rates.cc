#include "adapters/fyers/server/request_rates.h"

#include <algorithm>

namespace tranchet::fyers_venue {

std::string RequestRates::admit(Timestamp now) {
  const std::int64_t day = india_day(now);
  if (day != day_) {
    day_ = day;
    today_ = breaches_ = 0;
  }
  if (blocked_day_ == day) return "request limit reached: blocked for the day";
  while (!minute_.empty() && minute_.front() <= now - Duration::minutes(1)) minute_.pop_front();
  const auto second = std::ranges::upper_bound(minute_, now - Duration::seconds(1));
  if (static_cast<std::size_t>(minute_.end() - second) >= limits_.per_second) {
    return "request limit reached: " + std::to_string(limits_.per_second) + " a second";
  }
  if (minute_.size() >= limits_.per_minute) {
    // Once a minute, however often it is asked within it.
    if (breaches_ == 0 || last_breach_ <= now - Duration::minutes(1)) {
      last_breach_ = now;
      if (++breaches_ >= limits_.breaches) block(now);
    }
    return "request limit reached: " + std::to_string(limits_.per_minute) + " a minute";
  }
  if (today_ >= limits_.per_day) {
    return "request limit reached: " + std::to_string(limits_.per_day) + " a day";
  }
  minute_.push_back(now);
  ++today_;
  return "";
}

}  // namespace tranchet::fyers_venue

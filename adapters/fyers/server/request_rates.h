// How often an app may ask: 10 a second, 200 a minute, 100,000 a day; who has passed the minute's
// limit three times is blocked for the rest of the day. By the wall's clock, over sliding windows:
// stricter than windows that begin with the minute, so that who keeps to these keeps to those.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "adapters/fyers/server/market_clock.h"

namespace tranchet::fyers_venue {

struct RateLimits {
  std::size_t per_second = 10;
  std::size_t per_minute = 200;
  std::size_t per_day = 100'000;
  std::size_t breaches = 3;
};

class RequestRates {
 public:
  explicit RequestRates(const RateLimits& limits) : limits_(limits) {}

  // Empty: admitted, and counted; else what 429 says.
  std::string admit(Timestamp now);
  void block(Timestamp now) { blocked_day_ = india_day(now); }
  void calm() {
    blocked_day_ = -1;
    breaches_ = 0;
  }

 private:
  RateLimits limits_;
  std::deque<Timestamp> minute_;
  std::int64_t day_ = -1;
  std::size_t today_ = 0;
  std::size_t breaches_ = 0;
  Timestamp last_breach_;
  std::int64_t blocked_day_ = -1;
};

}  // namespace tranchet::fyers_venue

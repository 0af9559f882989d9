#include "adapters/fyers/server/market_clock.h"

#include <array>
#include <cstddef>
#include <string_view>

namespace tranchet::fyers_venue {
namespace {

// "2025-08-04T10:12:58", as clocks in India show it.
std::string india_text(Timestamp time) {
  return to_text(time + kIndiaOffset).substr(0, 19);
}

}  // namespace

std::string order_time(Timestamp time) {
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::string text = india_text(time);
  const auto month = static_cast<std::size_t>((text[5] - '0') * 10 + (text[6] - '0') - 1);
  return text.substr(8, 2) + "-" + std::string(kMonths[month]) + "-" + text.substr(0, 4) + " " +
         text.substr(11);
}

std::string fill_time(Timestamp time) {
  const std::string text = india_text(time);
  return text.substr(8, 2) + "-" + text.substr(5, 2) + "-" + text.substr(0, 4) + " " +
         text.substr(11);
}

std::string date_digits(Timestamp time) {
  const std::string text = india_text(time);
  return text.substr(2, 2) + text.substr(5, 2) + text.substr(8, 2);
}

std::string india_date(Timestamp time) {
  return india_text(time).substr(0, 10);
}

}  // namespace tranchet::fyers_venue

// A moment as HTTP headers have it: "Sat, 28 Nov 2026 05:00:00 GMT". Source: RFC 9110, 5.6.7.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "events/time.h"

namespace tranchet::venue_server {

inline std::string http_date(Timestamp time) {
  constexpr std::array<std::string_view, 7> kDays = {"Thu", "Fri", "Sat", "Sun",
                                                     "Mon", "Tue", "Wed"};
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::string text = to_text(time);  // "2026-11-28T05:00:00..."
  const auto days = static_cast<std::size_t>(time.nanoseconds() / 86'400'000'000'000);
  const auto month = static_cast<std::size_t>((text[5] - '0') * 10 + (text[6] - '0') - 1);
  std::string result(kDays[days % 7]);
  result += ", " + text.substr(8, 2) + " ";
  result += kMonths[month];
  return result + " " + text.substr(0, 4) + " " + text.substr(11, 8) + " GMT";
}

}  // namespace tranchet::venue_server

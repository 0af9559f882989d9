#include "adapters/fyers/order_status.h"

#include <algorithm>
#include <array>
#include <string>

#include "events/ensure.h"

namespace tranchet::fyers {
namespace {

constexpr std::int64_t kSecondsOfDay = 86'400;
constexpr std::int64_t kIndiaAhead = 19'800;  // Seconds: UTC+05:30.

std::optional<int> digits(std::string_view text) {
  if (text.empty()) return std::nullopt;
  int number = 0;
  for (const char digit : text) {
    if (digit < '0' || digit > '9') return std::nullopt;
    number = number * 10 + (digit - '0');
  }
  return number;
}

std::optional<int> month_of(std::string_view text) {
  constexpr auto kMonths = std::to_array<std::string_view>(
      {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"});
  if (text.size() == 2) return digits(text);
  const auto found = std::ranges::find(kMonths, text);
  if (found == kMonths.end()) return std::nullopt;
  return static_cast<int>(found - kMonths.begin()) + 1;
}

int days_of(int year, int month) {
  constexpr auto kDays = std::to_array<int>({31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31});
  const bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return kDays[static_cast<std::size_t>(month - 1)] + (month == 2 && is_leap ? 1 : 0);
}

}  // namespace

std::optional<OrderStatus> order_status(std::int64_t number) {
  if (number < 1 || number > 7 || number == 3) return std::nullopt;
  return static_cast<OrderStatus>(number);
}

std::optional<OrderStatus> order_status_of_oms(std::int64_t number) {
  const auto within = [number](std::int64_t low, std::int64_t high) {
    return low <= number && number <= high;
  };
  if (number == 11 || number == 12 || number == 20 || number == 21) return OrderStatus::Transit;
  if (number == 90) return OrderStatus::Filled;
  if (number == 91 || number == 73) return OrderStatus::Cancelled;
  if (within(92, 94)) return OrderStatus::Rejected;
  if (within(22, 26) || within(51, 55) || within(61, 64) || within(71, 72)) {
    return OrderStatus::Pending;
  }
  return std::nullopt;
}

std::optional<VenueOrderType> venue_order_type(std::int64_t number) {
  if (number < 1 || number > 4) return std::nullopt;
  return static_cast<VenueOrderType>(number);
}

std::string_view to_text(Product product) {
  switch (product) {
    case Product::Intraday:
      return "INTRADAY";
    case Product::Cnc:
      return "CNC";
    case Product::Margin:
      return "MARGIN";
    case Product::Cover:
      return "CO";
    case Product::Bracket:
      return "BO";
    case Product::Mtf:
      return "MTF";
  }
  ENSURE(false);
}

std::optional<Product> product(std::string_view text) {
  for (const Product each : {Product::Intraday, Product::Cnc, Product::Margin, Product::Cover,
                             Product::Bracket, Product::Mtf}) {
    if (to_text(each) == text) return each;
  }
  return std::nullopt;
}

std::optional<Side> side_of(std::int64_t number) {
  if (number == 1) return Side::Buy;
  if (number == -1) return Side::Sell;
  return std::nullopt;
}

// DD-Mon-YYYY hh:mm:ss, or the month as two digits.
std::optional<Timestamp> indian_time(std::string_view text) {
  const std::size_t letters = text.size() == 20 ? 3 : 2;
  if (text.size() != 17 + letters) return std::nullopt;
  const std::string_view clock = text.substr(9 + letters);
  if (text[2] != '-' || text[3 + letters] != '-' || text[8 + letters] != ' ' || clock[2] != ':' ||
      clock[5] != ':') {
    return std::nullopt;
  }
  const auto day = digits(text.substr(0, 2));
  const auto month = month_of(text.substr(3, letters));
  const auto year = digits(text.substr(4 + letters, 4));
  const auto hour = digits(clock.substr(0, 2));
  const auto minute = digits(clock.substr(3, 2));
  const auto second = digits(clock.substr(6, 2));
  if (!day || !month || !year || !hour || !minute || !second) return std::nullopt;
  if (*year < 1971 || *year > 2260 || *month < 1 || *month > 12 || *day < 1 ||
      *day > days_of(*year, *month) || *hour > 23 || *minute > 59 || *second > 59) {
    return std::nullopt;
  }
  const std::int64_t seconds = days_from_civil(*year, *month, *day) * kSecondsOfDay +
                               *hour * 3'600 + *minute * 60 + *second - kIndiaAhead;
  return Timestamp() + Duration::seconds(seconds);
}

std::string indian_text(Timestamp time) {
  std::string text = to_text(time + Duration::seconds(kIndiaAhead));
  text.resize(std::min<std::size_t>(text.size(), 16));
  return text.replace(text.find('T'), 1, " ") + " IST";
}

std::int64_t indian_day(Timestamp time) {
  return (epoch_seconds(time) + kIndiaAhead) / kSecondsOfDay;
}

Timestamp start_of_indian_day(std::int64_t day) {
  return Timestamp() + Duration::seconds(day * kSecondsOfDay - kIndiaAhead);
}

bool is_plain_id(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char letter) {
    return (letter >= '0' && letter <= '9') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= 'a' && letter <= 'z') ||
           std::string_view(":-_&.").find(letter) != std::string_view::npos;
  });
}

std::string_view tag_of(std::string_view order_tag) {
  return order_tag.starts_with("1:") ? order_tag.substr(2) : std::string_view();
}

}  // namespace tranchet::fyers

#include "events/time.h"

#include <array>

namespace tranchet {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kDay = 86'400;

void append_padded(std::string& out, std::int64_t value, int width) {
  std::string digits = std::to_string(value);
  for (auto n = static_cast<int>(digits.size()); n < width; ++n) out.push_back('0');
  out += digits;
}

int days_in_month(std::int64_t year, int month) {
  constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

// Reads exactly `width` digits at `at`, moving past them; -1 when they are not there.
int read_digits(std::string_view text, std::size_t& at, int width) {
  int value = 0;
  for (int n = 0; n < width; ++n, ++at) {
    if (at >= text.size() || text[at] < '0' || text[at] > '9') return -1;
    value = value * 10 + (text[at] - '0');
  }
  return value;
}

bool read_char(std::string_view text, std::size_t& at, std::string_view any_of) {
  if (at >= text.size() || any_of.find(text[at]) == std::string_view::npos) return false;
  ++at;
  return true;
}

}  // namespace

// Howard Hinnant's day count: a year starts in March, an era is 400 years of 146,097 days.
std::int64_t days_from_civil(std::int64_t year, int month, int day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

std::string to_text(Timestamp time) {
  std::int64_t seconds = time.nanoseconds() / kSecond;
  std::int64_t fraction = time.nanoseconds() % kSecond;
  if (fraction < 0) {
    fraction += kSecond;
    --seconds;
  }
  std::int64_t days = seconds / kDay;
  std::int64_t second_of_day = seconds % kDay;
  if (second_of_day < 0) {
    second_of_day += kDay;
    --days;
  }
  // The inverse of days_from_civil.
  days += 719'468;
  const std::int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
  const std::int64_t day_of_era = days - era * 146'097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const std::int64_t day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
  const std::int64_t month = month_from_march + (month_from_march < 10 ? 3 : -9);
  const std::int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);

  std::string out;
  append_padded(out, year, 4);
  out.push_back('-');
  append_padded(out, month, 2);
  out.push_back('-');
  append_padded(out, day, 2);
  out.push_back('T');
  append_padded(out, second_of_day / 3'600, 2);
  out.push_back(':');
  append_padded(out, second_of_day / 60 % 60, 2);
  out.push_back(':');
  append_padded(out, second_of_day % 60, 2);
  if (fraction != 0) {
    out.push_back('.');
    append_padded(out, fraction, 9);
    while (out.back() == '0') out.pop_back();
  }
  out.push_back('Z');
  return out;
}

std::optional<Timestamp> parse_time(std::string_view text) {
  std::size_t at = 0;
  const int year = read_digits(text, at, 4);
  if (year < 1970 || year > 2261 || !read_char(text, at, "-")) return std::nullopt;
  const int month = read_digits(text, at, 2);
  if (month < 1 || month > 12 || !read_char(text, at, "-")) return std::nullopt;
  const int day = read_digits(text, at, 2);
  if (day < 1 || day > days_in_month(year, month) || !read_char(text, at, "Tt ")) {
    return std::nullopt;
  }
  const int hour = read_digits(text, at, 2);
  if (hour < 0 || hour > 23 || !read_char(text, at, ":")) return std::nullopt;
  const int minute = read_digits(text, at, 2);
  if (minute < 0 || minute > 59 || !read_char(text, at, ":")) return std::nullopt;
  const int second = read_digits(text, at, 2);
  if (second < 0 || second > 59) return std::nullopt;

  std::int64_t fraction = 0;
  if (read_char(text, at, ".")) {
    std::int64_t unit = kSecond / 10;
    const std::size_t start = at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, unit /= 10) {
      fraction += (text[at] - '0') * unit;
    }
    if (at == start) return std::nullopt;
  }
  std::int64_t offset = 0;
  if (!read_char(text, at, "Zz")) {
    const bool behind = at < text.size() && text[at] == '-';
    if (!read_char(text, at, "+-")) return std::nullopt;
    const int hours = read_digits(text, at, 2);
    if (hours < 0 || hours > 23 || !read_char(text, at, ":")) return std::nullopt;
    const int minutes = read_digits(text, at, 2);
    if (minutes < 0 || minutes > 59) return std::nullopt;
    offset = (hours * 60 + minutes) * (behind ? -60 : 60);
  }
  if (at != text.size()) return std::nullopt;
  const std::int64_t seconds =
      days_from_civil(year, month, day) * kDay + hour * 3'600 + minute * 60 + second - offset;
  if (seconds < 0) return std::nullopt;
  return Timestamp::from_nanoseconds(seconds * kSecond + fraction);
}

namespace {

struct TimeUnit {
  std::string_view name;
  std::int64_t nanoseconds;
};
constexpr std::array kTimeUnits{TimeUnit{"d", kDay* kSecond},
                                TimeUnit{"h", 3'600 * kSecond},
                                TimeUnit{"m", 60 * kSecond},
                                TimeUnit{"s", kSecond},
                                TimeUnit{"ms", 1'000'000},
                                TimeUnit{"us", 1'000},
                                TimeUnit{"ns", 1}};

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  std::size_t digits = 0;
  std::int64_t count = 0;
  for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
    if (digits >= 12) return std::nullopt;
    count = count * 10 + (text[digits] - '0');
  }
  if (digits == 0) return std::nullopt;
  for (const TimeUnit& unit : kTimeUnits) {
    if (text.substr(digits) != unit.name) continue;
    std::int64_t nanoseconds = 0;
    if (__builtin_mul_overflow(count, unit.nanoseconds, &nanoseconds)) return std::nullopt;
    return Duration::nanoseconds(nanoseconds);
  }
  return std::nullopt;
}

std::string to_text(Duration duration) {
  if (duration.count() == 0) return "0s";
  for (const TimeUnit& unit : kTimeUnits) {
    if (duration.count() % unit.nanoseconds == 0) {
      return std::to_string(duration.count() / unit.nanoseconds) + std::string(unit.name);
    }
  }
  return std::to_string(duration.count()) + "ns";
}

}  // namespace tranchet

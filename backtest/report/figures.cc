#include "backtest/report/figures.h"

#include <array>

namespace tranchet {
namespace {

constexpr std::int64_t kCent = kDecimalOne / 100;

std::string two_digits(std::uint64_t number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

// Hundredths as "1,234.56".
std::string hundredths_text(UInt128 hundredths) {
  return grouped(static_cast<std::uint64_t>(hundredths / 100)) + "." +
         two_digits(static_cast<std::uint64_t>(hundredths % 100));
}

std::string signed_hundredths(Int128 hundredths, std::string_view plus) {
  const std::string sign(hundredths < 0 ? "-" : hundredths > 0 ? plus : "");
  return sign + hundredths_text(static_cast<UInt128>(hundredths < 0 ? -hundredths : hundredths));
}

}  // namespace

std::string grouped(std::uint64_t count) {
  std::string text = std::to_string(count);
  for (std::size_t place = text.size(); place > 3;) {
    place -= 3;
    text.insert(place, 1, ',');
  }
  return text;
}

std::string cents(Money money) {
  return signed_hundredths(divide_half_away(money.raw(), kCent), "");
}

std::string signed_cents(Money money) {
  return signed_hundredths(divide_half_away(money.raw(), kCent), "+");
}

std::string share_text(Int128 part, Int128 whole) {
  if (whole == 0) return "-";
  return signed_hundredths(divide_half_away(part * 10'000, whole), "") + " %";
}

std::string day_and_minute(Timestamp time) {
  std::string text = to_text(time).substr(0, 16);
  text[10] = ' ';
  return text;
}

std::string length_text(Duration length) {
  const std::int64_t seconds = length.count() / 1'000'000'000;
  const auto two = [](std::int64_t large, const char* first, std::int64_t small,
                      const char* second) {
    return std::to_string(large) + first + (small == 0 ? "" : " " + std::to_string(small) + second);
  };
  if (seconds >= 86'400) return two(seconds / 86'400, " d", seconds % 86'400 / 3'600, " h");
  if (seconds >= 3'600) return two(seconds / 3'600, " h", seconds % 3'600 / 60, " min");
  if (seconds >= 60) return two(seconds / 60, " min", seconds % 60, " s");
  return std::to_string(seconds) + " s";
}

std::string rate_text(std::uint64_t per_second) {
  if (per_second >= 1'000'000) return hundredths_text(per_second / 10'000) + " M";
  if (per_second >= 1'000) return std::to_string(per_second / 1'000) + " k";
  return std::to_string(per_second);
}

std::string_view exit_words(ExitReason reason) {
  constexpr auto kWords = std::to_array<std::string_view>(
      {"take profit", "instant take profit", "stop loss", "model close", "manual", "emergency",
       "liquidation", "auto-deleveraging", "venue", "square-off"});
  static_assert(kWords.size() == Spelling<ExitReason>::names.size());
  return kWords[static_cast<std::size_t>(reason) - 1];
}

std::string period_text(const Summary& summary) {
  if (!summary.first_time || !summary.last_time) return "no data";
  return day_and_minute(*summary.first_time) + " to " + day_and_minute(*summary.last_time) +
         " UTC, " + length_text(*summary.last_time - *summary.first_time);
}

}  // namespace tranchet

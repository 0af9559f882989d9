#include "adapters/aster/budget.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace tranchet::aster {
namespace {

// A bit more than the venue's windows, for what is on its way counts when it arrives.
constexpr Duration kMinute = Duration::seconds(61);
constexpr Duration kTenSeconds = Duration::seconds(11);

bool same_letters(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::optional<std::uint32_t> number_in(std::span<const HttpHeader> headers, std::string_view name) {
  for (const HttpHeader& header : headers) {
    if (!same_letters(header.name, name)) continue;
    std::uint32_t number = 0;
    const char* const end = header.value.data() + header.value.size();
    const auto [stop, error] = std::from_chars(header.value.data(), end, number);
    if (error == std::errc() && stop == end) return number;
  }
  return std::nullopt;
}

std::uint32_t share(std::uint32_t limit, Rank rank) {
  const std::uint64_t percent = rank == Rank::Protection ? 90 : 72;
  return static_cast<std::uint32_t>(limit * percent / 100);
}

}  // namespace

void Budget::set_limits(const Limits& limits) {
  if (limits.weight_per_minute > 0) limits_.weight_per_minute = limits.weight_per_minute;
  if (limits.orders_per_minute > 0) limits_.orders_per_minute = limits.orders_per_minute;
  if (limits.orders_per_10_seconds > 0) {
    limits_.orders_per_10_seconds = limits.orders_per_10_seconds;
  }
}

void Budget::forget(Timestamp steady) {
  while (!spent_.empty() && spent_.front().time + kMinute <= steady) spent_.pop_front();
}

std::uint32_t Budget::weight_used() const {
  std::uint32_t weight = 0;
  for (const Spent& spent : spent_) weight += spent.cost.weight;
  return weight;
}

bool Budget::fits(const Cost& cost, Rank rank, Timestamp steady) {
  if (steady < blocked_until_) return false;
  forget(steady);
  if (weight_used() + cost.weight > share(limits_.weight_per_minute, rank)) return false;
  if (cost.orders == 0) return true;
  std::uint32_t minute = cost.orders;
  std::uint32_t recent = cost.orders;
  for (const Spent& spent : spent_) {
    minute += spent.cost.orders;
    if (spent.time + kTenSeconds > steady) recent += spent.cost.orders;
  }
  return minute <= share(limits_.orders_per_minute, rank) &&
         recent <= share(limits_.orders_per_10_seconds, rank);
}

void Budget::spend(const Cost& cost, Timestamp steady) {
  forget(steady);
  spent_.push_back({steady, cost});
}

void Budget::note_usage(std::span<const HttpHeader> headers, Timestamp steady) {
  forget(steady);
  Cost known{.weight = 0, .orders = 0};
  for (const Spent& spent : spent_) {
    known.weight += spent.cost.weight;
    known.orders += spent.cost.orders;
  }
  const std::uint32_t weight = number_in(headers, "X-MBX-USED-WEIGHT-1M").value_or(0);
  const std::uint32_t orders = number_in(headers, "X-MBX-ORDER-COUNT-1M").value_or(0);
  const Cost others{.weight = weight > known.weight ? weight - known.weight : 0,
                    .orders = orders > known.orders ? orders - known.orders : 0};
  if (others.weight > 0 || others.orders > 0) spent_.push_back({steady, others});
}

void Budget::refused(int status, std::span<const HttpHeader> headers, Timestamp steady) {
  const auto told = number_in(headers, "Retry-After");
  const std::int64_t seconds = told ? static_cast<std::int64_t>(*told) : status == 418 ? 120 : 2;
  blocked_until_ = std::max(blocked_until_, steady + Duration::seconds(seconds));
}

}  // namespace tranchet::aster

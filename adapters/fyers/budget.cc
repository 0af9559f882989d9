#include "adapters/fyers/budget.h"

#include <algorithm>

#include "adapters/fyers/order_status.h"
#include "events/ensure.h"

namespace tranchet::fyers {
namespace {

// Our seconds and the venue's may differ a little.
constexpr Duration kSecond = Duration::milliseconds(1'020);
constexpr Duration kMinute = Duration::milliseconds(60'500);
constexpr Duration kRecently = Duration::minutes(2);
constexpr Duration kShortWait = Duration::seconds(2);
// What an earlier life has sent may arrive until then.
constexpr Duration kLastArrival = Duration::seconds(1);
constexpr std::uint32_t kBreachesMost = 3;

}  // namespace

Budget::Budget(const Limits& limits, Moment started, std::optional<Timestamp> last_active)
    : limits_(limits), day_(indian_day(started.wall)) {
  ENSURE(limits.per_second > 0 && limits.per_minute > 0 && limits.per_day > 0);
  // A clock that was set back makes the last life one of the future: it counts.
  if (!last_active || *last_active + kRecently < started.wall) return;
  const Timestamp arrived = started.steady + kLastArrival;
  protection_blocked_ = spare_blocked_ = arrived + kSecond;
  const std::uint32_t left = limits_.per_minute / 10;
  const std::uint32_t ours = share(limits_.per_minute, Rank::Protection);
  spent_.push_back({.id = ++last_id_, .requests = ours - left, .arrived = arrived});
}

std::uint32_t Budget::share(std::uint32_t limit, Rank rank) const {
  const bool is_careful = breaches_ >= kBreachesMost;
  std::uint64_t percent = rank == Rank::Protection ? 80 : 50;
  if (is_careful) percent = rank == Rank::Protection ? 40 : 0;
  return static_cast<std::uint32_t>(limit * percent / 100);
}

void Budget::roll(Moment now) {
  while (!spent_.empty() && spent_.front().arrived + kMinute <= now.steady) spent_.pop_front();
  const std::int64_t day = indian_day(now.wall);
  if (day <= day_) return;  // A clock that is set back gives no day twice.
  day_ = day;
  today_ = 0;
  breaches_ = 0;
  if (!locked_) return;
  locked_ = false;
  protection_blocked_ = spare_blocked_ = now.steady;
}

std::uint32_t Budget::used(Duration window, Timestamp steady) const {
  std::uint32_t requests = 0;
  for (auto spent = spent_.rbegin(); spent != spent_.rend(); ++spent) {
    if (spent->arrived + window <= steady) break;
    requests += spent->requests;
  }
  return requests;
}

bool Budget::fits_at(const Cost& cost, Rank rank, Timestamp steady) const {
  return steady >= blocked_until(rank) &&
         used(kSecond, steady) + cost.requests <= share(limits_.per_second, rank) &&
         used(kMinute, steady) + cost.requests <= share(limits_.per_minute, rank);
}

// The newest stay the longest: whatever is beyond `most`, counted from them, must be gone.
Timestamp Budget::room_from(Duration window, std::uint32_t most) const {
  std::uint32_t requests = 0;
  for (auto spent = spent_.rbegin(); spent != spent_.rend(); ++spent) {
    requests += spent->requests;
    if (requests > most) return spent->arrived + window;
  }
  return Timestamp();
}

bool Budget::fits(const Cost& cost, Rank rank, Moment now) {
  roll(now);
  return !locked_ && today_ + cost.requests <= share(limits_.per_day, rank) &&
         fits_at(cost, rank, now.steady);
}

std::uint64_t Budget::spend(const Cost& cost, Moment now) {
  roll(now);
  today_ += cost.requests;
  spent_.push_back({.id = ++last_id_, .requests = cost.requests, .arrived = now.steady + kLate});
  return last_id_;
}

void Budget::settle(std::uint64_t request, Moment now, bool never_left) {
  const auto found = std::ranges::find(spent_, request, &Spent::id);
  if (found == spent_.end() || found->arrived <= now.steady) return;
  Spent settled = *found;
  spent_.erase(found);
  if (never_left) {
    today_ -= std::min(today_, settled.requests);
    return;
  }
  settled.arrived = now.steady;
  spent_.insert(std::ranges::upper_bound(spent_, settled.arrived, {}, &Spent::arrived), settled);
}

void Budget::refused(Moment now) {
  roll(now);
  const bool is_another = !last_breach_ || *last_breach_ + kMinute <= now.steady;
  if (is_another) {
    last_breach_ = now.steady;
    ++breaches_;
  }
  const Timestamp minute = now.steady + kMinute;
  spare_blocked_ = std::max(spare_blocked_, minute);
  protection_blocked_ =
      std::max(protection_blocked_, is_another ? now.steady + kShortWait : minute);
}

void Budget::locked_out(Moment now) {
  roll(now);
  locked_ = true;
}

Timestamp Budget::next_chance(const Cost& cost, Rank rank, Moment now) {
  roll(now);
  const Timestamp tomorrow = now.steady + (start_of_indian_day(day_ + 1) - now.wall);
  if (locked_ || today_ + cost.requests > share(limits_.per_day, rank) ||
      cost.requests > share(limits_.per_second, rank) ||
      cost.requests > share(limits_.per_minute, rank)) {
    return tomorrow;
  }
  // Neither window ever holds more than now if nothing else leaves, so each has a first moment.
  return std::max({now.steady, blocked_until(rank),
                   room_from(kSecond, share(limits_.per_second, rank) - cost.requests),
                   room_from(kMinute, share(limits_.per_minute, rank) - cost.requests)});
}

}  // namespace tranchet::fyers

#include "backtest/venue/front_door.h"

#include <algorithm>

namespace tranchet {
namespace {

// "timestamp < serverTime + 1000".
constexpr std::uint64_t kAhead = 1'000'000;

std::uint64_t microseconds(Duration duration) {
  return static_cast<std::uint64_t>(duration.count() / 1'000);
}

std::uint64_t microseconds(Timestamp time) {
  return static_cast<std::uint64_t>(time.nanoseconds() / 1'000);
}

}  // namespace

void FrontDoor::Window::add(Timestamp now, std::uint32_t amount) {
  entries_.emplace_back(now, amount);
  sum_ += amount;
}

std::uint64_t FrontDoor::Window::sum(Timestamp now) {
  while (!entries_.empty() && entries_.front().first + length_ <= now) {
    sum_ -= entries_.front().second;
    entries_.pop_front();
  }
  return sum_;
}

FrontDoor::FrontDoor(const DoorLimits& limits) {
  set_limits(limits);
}

void FrontDoor::set_limits(const DoorLimits& limits) {
  ENSURE(limits.nonces_kept >= 1);
  ENSURE(limits.receive_window >= Duration() && limits.nonce_window >= Duration());
  limits_ = limits;
  if (nonces_.size() > limits.nonces_kept) {
    nonces_.erase(nonces_.begin(), nonces_.end() - limits.nonces_kept);
  }
}

DoorAnswer FrontDoor::admit(const SignedRequest& request, Timestamp now) {
  ENSURE(now >= now_);
  now_ = now;
  if (now < banned_until_) return DoorAnswer::Banned;
  if (maintenance_) return DoorAnswer::Maintenance;
  if (exceeds_rates(request, now)) return refuse(now);
  weight_.add(now, request.weight);
  if (limits_.weight_per_second > 0) weight_second_.add(now, request.weight);
  const DoorAnswer answer = request.signing == Signing::Nonce ? check_nonce(request.nonce, now)
                                                              : check_time(request.nonce, now);
  if (answer == DoorAnswer::Admitted && request.is_order) {
    orders_minute_.add(now, 1);
    orders_10_seconds_.add(now, 1);
  }
  return answer;
}

bool FrontDoor::exceeds_rates(const SignedRequest& request, Timestamp now) {
  if (weight_.sum(now) + request.weight > limits_.weight_per_minute) return true;
  if (limits_.weight_per_second > 0 &&
      weight_second_.sum(now) + request.weight > limits_.weight_per_second) {
    return true;
  }
  return request.is_order && (orders_minute_.sum(now) >= limits_.orders_per_minute ||
                              orders_10_seconds_.sum(now) >= limits_.orders_per_10_seconds);
}

DoorAnswer FrontDoor::refuse(Timestamp now) {
  if (refusals_.sum(now) >= limits_.warnings) {
    banned_until_ = now + limits_.ban;
    return DoorAnswer::Banned;
  }
  refusals_.add(now, 1);
  return DoorAnswer::TooMany;
}

DoorAnswer FrontDoor::check_nonce(std::uint64_t nonce, Timestamp now) {
  const std::uint64_t clock = microseconds(now);
  const std::uint64_t apart = nonce > clock ? nonce - clock : clock - nonce;
  if (apart > microseconds(limits_.nonce_window)) return DoorAnswer::NonceOld;
  const auto at = std::ranges::lower_bound(nonces_, nonce);
  if (at != nonces_.end() && *at == nonce) return DoorAnswer::NonceUsed;
  const bool full = nonces_.size() == limits_.nonces_kept;
  if (full && at == nonces_.begin()) return DoorAnswer::NonceOld;
  nonces_.insert(at, nonce);
  if (full) nonces_.erase(nonces_.begin());
  return DoorAnswer::Admitted;
}

DoorAnswer FrontDoor::check_time(std::uint64_t time, Timestamp now) const {
  const std::uint64_t clock = microseconds(now);
  if (time > clock) return time - clock < kAhead ? DoorAnswer::Admitted : DoorAnswer::NonceOld;
  const bool recent = clock - time <= microseconds(limits_.receive_window);
  return recent ? DoorAnswer::Admitted : DoorAnswer::NonceOld;
}

DoorUsage FrontDoor::usage(Timestamp now) {
  return {.weight_1m = static_cast<std::uint32_t>(weight_.sum(now)),
          .orders_1m = static_cast<std::uint32_t>(orders_minute_.sum(now)),
          .orders_10s = static_cast<std::uint32_t>(orders_10_seconds_.sum(now))};
}

}  // namespace tranchet

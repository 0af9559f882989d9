// The venue's clock as seen from here, and nonces by it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

#include "events/time.h"

namespace tranchet::aster {

class VenueClock {
 public:
  // What the venue's clock showed when it answered is a little behind what it shows now, so the
  // highest of the recent samples is the best, and none is ahead: a nonce from the future would
  // live longer than the 12 s after which a request counts as lost.
  void note(Timestamp venue_time, Timestamp steady) {
    samples_.emplace_back(steady, venue_time - steady);
    while (samples_.front().first + kMemory < steady) samples_.pop_front();
    offset_ = samples_.front().second;
    for (const auto& [time, offset] : samples_) offset_ = std::max(*offset_, offset);
  }
  // The steady clock has stood still (the machine slept), or the venue's was set.
  void forget() {
    samples_.clear();
    offset_.reset();
  }

  const std::optional<Duration>& offset() const { return offset_; }
  // 0 where the offset is not known yet.
  Timestamp at(Timestamp steady) const { return offset_ ? steady + *offset_ : Timestamp(); }

  // Microseconds of the venue's clock, strictly increasing.
  std::uint64_t nonce(Timestamp steady) {
    last_nonce_ =
        std::max(last_nonce_ + 1, static_cast<std::uint64_t>(at(steady).nanoseconds() / 1'000));
    return last_nonce_;
  }

 private:
  // Clocks drift by up to 0.1 s in that time.
  static constexpr Duration kMemory = Duration::minutes(95);

  std::deque<std::pair<Timestamp, Duration>> samples_;  // When taken; venue minus steady.
  std::optional<Duration> offset_;
  std::uint64_t last_nonce_ = 0;
};

// Milliseconds since 1970, as the venue writes times.
constexpr std::int64_t to_milliseconds(Timestamp time) {
  return time.nanoseconds() / 1'000'000;
}
constexpr Timestamp from_milliseconds(std::int64_t count) {
  return Timestamp::from_nanoseconds(count * 1'000'000);
}

}  // namespace tranchet::aster

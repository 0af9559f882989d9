// What may still be sent without the venue refusing it for coming too often.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <utility>

#include "adapters/port/traffic.h"
#include "events/time.h"

namespace tranchet::aster {

struct Cost {
  std::uint32_t weight = 1;
  std::uint32_t orders = 0;  // Of placing and amending; cancels count as well, to be safe.
};

// Who may use the last of it. Nine tenths of what the venue allows are ours, for requests bunch up
// on their way; whatever is not protection leaves a fifth of that to protection and cancels.
enum class Rank : std::uint8_t { Spare = 1, Protection };

class Budget {
 public:
  struct Limits {
    std::uint32_t weight_per_minute = 0;
    std::uint32_t orders_per_minute = 0;
    std::uint32_t orders_per_10_seconds = 0;
  };
  explicit Budget(const Limits& limits) : limits_(limits) {}

  // 0 in `limits`: as before.
  void set_limits(const Limits& limits);

  bool fits(const Cost& cost, Rank rank, Timestamp steady);
  void spend(const Cost& cost, Timestamp steady);

  // What an answer's headers say has been used: other programs of the same address or account, and
  // an earlier life of this one, use it too.
  void note_usage(std::span<const HttpHeader> headers, Timestamp steady);

  // Refused for coming too often: 429, or 418, a ban. Waits as long as Retry-After says, else 2 s,
  // else the 2 minutes of the shortest ban.
  void refused(int status, std::span<const HttpHeader> headers, Timestamp steady);
  // Nothing may leave before.
  Timestamp blocked_until() const { return blocked_until_; }

  std::uint32_t weight_used() const;

 private:
  struct Spent {
    Timestamp time;
    Cost cost;
  };
  void forget(Timestamp steady);

  Limits limits_;
  Timestamp blocked_until_;
  std::deque<Spent> spent_;  // Of the last minute.
};

}  // namespace tranchet::aster

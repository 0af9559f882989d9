// What may still be sent without the venue refusing it for coming too often: 10 requests a second,
// 200 a minute, 100'000 a day. Who passes the minute's limit more than three times a day is locked
// out for the rest of it, with whatever is open: this must never happen.
//
// The venue counts when a request arrives, and how long one is on its way is not known. So a
// request counts from when it leaves until a second (a minute) after its answer: then, whatever the
// network does, no second at the venue sees more arrivals than the limit. Proof: of the arrivals in
// a second, look at when the last one left. Each other arrived less than a second before that or
// later, so its answer is less than a second old or not there: all were counted, and the limit held
// with them.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "adapters/port/traffic.h"
#include "events/time.h"

namespace tranchet::fyers {

struct Cost {
  std::uint32_t requests = 1;  // A batch counts as many as it has orders: how the venue counts it
                               // is not written anywhere.
};

// Who may use the last of it. Eight tenths of the limits are ours, as there may be other programs
// of the same user; of them whatever is not protection leaves three tenths to protection, exits,
// cancels and the questions about them.
enum class Rank : std::uint8_t { Spare = 1, Protection };

class Budget {
 public:
  struct Limits {
    std::uint32_t per_second = 10;
    std::uint32_t per_minute = 200;
    std::uint32_t per_day = 100'000;
  };
  // `last_active`: when the log says that a life of this program before this one was still there,
  // by the wall clock. One that may have sent something in the last two minutes leaves a tenth of
  // the minute's limit, and nothing of the first second's: then two restarts within a minute stay
  // below the limit, whatever was sent before them.
  Budget(const Limits& limits, Moment started, std::optional<Timestamp> last_active);

  bool fits(const Cost& cost, Rank rank, Moment now);
  // Of what fits. The number is for settle().
  std::uint64_t spend(const Cost& cost, Moment now);
  // It was answered, or it is certain that it never left. What is never answered counts as if it
  // had arrived `kLate` after it left.
  void settle(std::uint64_t request, Moment now, bool never_left = false);

  // 429 or -429: the venue has counted more than we have, for other programs use the account too.
  // Entries wait for a minute. So does protection if it was refused within the last minute as well,
  // else 2 s: the limit of a second is the likelier one. After the third such minute of a day only
  // protection leaves, at half its limits: the fourth would lock everything out.
  void refused(Moment now);
  // The venue says that the user is locked out for the day: until midnight in India.
  void locked_out(Moment now);
  bool is_locked_out() const { return locked_; }

  // When a request of this rank and cost may fit if nothing else leaves, by the steady clock; now
  // or earlier: it fits.
  Timestamp next_chance(const Cost& cost, Rank rank, Moment now);

  std::uint32_t breaches() const { return breaches_; }  // Of the day.
  std::uint32_t used_today() const { return today_; }

  static constexpr Duration kLate = Duration::seconds(30);

 private:
  struct Spent {
    std::uint64_t id = 0;
    std::uint32_t requests = 0;
    Timestamp arrived;  // At the latest, by the steady clock.
  };
  void roll(Moment now);
  std::uint32_t used(Duration window, Timestamp steady) const;
  std::uint32_t share(std::uint32_t limit, Rank rank) const;
  Timestamp blocked_until(Rank rank) const {
    return rank == Rank::Protection ? protection_blocked_ : spare_blocked_;
  }
  bool fits_at(const Cost& cost, Rank rank, Timestamp steady) const;
  // When at most so many of what is spent now are left in the window.
  Timestamp room_from(Duration window, std::uint32_t most) const;

  Limits limits_;
  Timestamp protection_blocked_;
  Timestamp spare_blocked_;
  std::deque<Spent> spent_;  // Of the last minute, and what is on its way, by arrival.
  std::uint64_t last_id_ = 0;
  std::int64_t day_ = 0;  // Of India.
  std::uint32_t today_ = 0;
  std::uint32_t breaches_ = 0;
  std::optional<Timestamp> last_breach_;  // Steady.
  bool locked_ = false;
};

}  // namespace tranchet::fyers

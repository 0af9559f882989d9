// What stands before the venue: who may come in, how often, and how old a request may be. It knows
// nothing of orders; whoever has passed is carried out by the venue behind it.
//
//   FrontDoor door(limits);
//   if (door.admit(request, now) == DoorAnswer::Admitted) venue.submit(...);
//   const DoorUsage usage = door.usage(now);   // What the response reports.
//
// Rates are counted over sliding windows: stricter than windows that begin with the minute, which
// is what the headers' names suggest, so that who keeps to these keeps to those.
#pragma once

#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "events/ensure.h"
#include "events/time.h"

namespace tranchet {

struct DoorLimits {
  std::uint32_t weight_per_minute = 2'400;  // REQUEST_WEIGHT, all requests.
  std::uint32_t weight_per_second = 0;      // 0: no such limit.
  std::uint32_t orders_per_minute = 1'200;  // ORDERS, both of them.
  std::uint32_t orders_per_10_seconds = 300;
  // How old a request signed by time may be when it arrives (recvWindow).
  Duration receive_window = Duration::seconds(5);
  // How far a nonce may be from the venue's clock, either way.
  Duration nonce_window = Duration::seconds(10);
  std::uint32_t nonces_kept = 100;  // The highest; >= 1.
  // So many refusals for coming too often within a minute; the one after them is a ban.
  std::uint32_t warnings = 10;
  Duration ban = Duration::minutes(2);
};

enum class Signing : std::uint8_t {
  Nonce = 1,  // V3: used once, and near the venue's clock.
  Time = 2,   // V1: no older than the receive window, at most 1 s ahead, and may be used again.
};

struct SignedRequest {
  std::uint64_t nonce = 0;  // Microseconds of the sender's clock.
  std::uint32_t weight = 1;
  bool is_order = false;  // Counts against the limits of orders.
  Signing signing = Signing::Nonce;
};

enum class DoorAnswer : std::uint8_t {
  Admitted = 1,
  TooMany,    // 429. Not carried out, and the nonce is not used up.
  Banned,     // 418: refusals were ignored. The same.
  NonceUsed,  // -4225: these bytes were admitted before.
  // -4225, -1021: outside the window, or below all nonces that are kept. Not carried out now; that
  // it was not before, this does not say: its nonce may have been kept, and forgotten.
  NonceOld,
  Maintenance,  // 503. Not carried out, not counted.
};

// What a response says has been used: of weight by whatever was let in to be looked at, of orders
// by the admitted ones.
struct DoorUsage {
  std::uint32_t weight_1m = 0;
  std::uint32_t orders_1m = 0;
  std::uint32_t orders_10s = 0;
  friend bool operator==(const DoorUsage&, const DoorUsage&) = default;
};

// How long a session lives at the venue; carried out by whoever keeps the connections.
struct SessionRules {
  Duration stream_life = Duration::hours(24);  // A stream is cut then, whatever it is doing.
  Duration key_life = Duration::minutes(60);   // Of a user stream's key since the last keep-alive.
};

class FrontDoor {
 public:
  explicit FrontDoor(const DoorLimits& limits);

  // Looked at in this order: ban, maintenance, rates, nonce. Times never run back.
  DoorAnswer admit(const SignedRequest& request, Timestamp now);

  // What has been used counts against the new limits; a ban that has begun goes on.
  void set_limits(const DoorLimits& limits);
  void set_maintenance(bool on) { maintenance_ = on; }

  DoorUsage usage(Timestamp now);

 private:
  // What happened within the last `length`, the beginning excluded.
  class Window {
   public:
    explicit Window(Duration length) : length_(length) {}
    void add(Timestamp now, std::uint32_t amount);
    std::uint64_t sum(Timestamp now);

   private:
    Duration length_;
    std::deque<std::pair<Timestamp, std::uint32_t>> entries_;
    std::uint64_t sum_ = 0;
  };

  bool exceeds_rates(const SignedRequest& request, Timestamp now);
  DoorAnswer refuse(Timestamp now);
  DoorAnswer check_nonce(std::uint64_t nonce, Timestamp now);
  DoorAnswer check_time(std::uint64_t time, Timestamp now) const;

  DoorLimits limits_;
  bool maintenance_ = false;
  Timestamp now_;
  Timestamp banned_until_;
  Window weight_{Duration::minutes(1)};
  Window weight_second_{Duration::seconds(1)};
  Window orders_minute_{Duration::minutes(1)};
  Window orders_10_seconds_{Duration::seconds(10)};
  Window refusals_{Duration::minutes(1)};
  std::vector<std::uint64_t> nonces_;  // Ascending.
};

}  // namespace tranchet

// The process's end of the wire: what the core of every venue adapter must do, without the bytes.
//
// It keeps the promises that the engine relies on (replay/venue.h):
//   - a request without an answer is OutcomeUnknown; nothing is ever sent twice on a guess;
//   - NotFound is said only when the order can no longer arrive;
//   - of what the venue says about one order, nothing older follows something newer, but fills and
//     triggers, which stay true;
//   - a snapshot that something newer has overtaken is not handed on, it is asked for again;
//   - a fill that a broken stream has swallowed is fetched from the trade history, for the engine
//     takes the next fills of an order to be those that a query or snapshot has counted before;
//   - a fill of no order of ours that a snapshot has included is not handed on after it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "backtest/venue/front_door.h"
#include "backtest/wargame/invariants/invariants.h"
#include "backtest/wargame/marks/mark_watch.h"
#include "backtest/wargame/twins/wire.h"
#include "replay/venue.h"

namespace tranchet {

// The clocks of a process: one that runs steadily, for time-outs and nonces, and the one on the
// wall, which is what events are stamped with and which may be wrong and may be set.
class ProcessClock {
 public:
  void move_to(Timestamp world) { world_ = world; }
  void set_skew(Duration skew) { skew_ = skew; }
  Timestamp steady() const { return world_; }
  // Never runs back: the loop would not take an event from the past.
  Timestamp wall() {
    last_ = std::max(last_, world_ + skew_);
    return last_;
  }
  Duration skew() const { return skew_; }

 private:
  Timestamp world_;
  Duration skew_;
  Timestamp last_;
};

// Where a link's requests go.
class Wire {
 public:
  virtual ~Wire() = default;
  virtual void send(const Request& request) = 0;
  virtual void connect(Stream stream, std::uint64_t incarnation) = 0;
  // The fills of the account from `since` on, as the venue's trade history has them.
  virtual void fetch_trades(Timestamp since, std::uint64_t incarnation) = 0;
};

class VenueLink final : public Venue {
 public:
  struct Options {
    std::uint64_t incarnation = 0;
    DoorLimits limits;      // As the venue publishes them.
    Timestamp known_until;  // What happened at the venue before, the log has, give or take clocks.
  };
  VenueLink(const Options& options, ProcessClock& clock, Wire& wire, MarkWatch& marks);

  // ---- The port.
  void submit(std::span<const Command> commands, Timestamp now) override;
  std::optional<Timestamp> next_wakeup() const override;
  void advance(Timestamp now, std::vector<Occurrence>& out) override;

  // ---- By the steady clock.
  // What is due: time-outs, and requests that had to wait.
  void tick();
  std::optional<Timestamp> next_tick() const;

  // ---- From the wire.
  void start();
  void on_response(const Response& response);
  void on_message(const Update& update);  // Of the user stream.
  void on_trades(std::span<const Update> fills, Timestamp venue_time);
  void on_connected(Stream stream, Timestamp venue_time, const DoorUsage& usage);
  void on_cut(Stream stream);
  // Prices, people, the venue's rules: straight into the inbox.
  void on_input(const EventBody& body);

  // The next `count` requests leave, the one after them does not, and nothing ever again.
  void die_after(std::uint64_t count) { lives_ = count; }
  bool is_dead() const { return dead_; }
  // Nothing is under way between the venue and the engine.
  bool is_idle() const;
  // The event whose commands leave now.
  void set_cause(Sequence cause) { cause_ = cause; }

 private:
  struct Outstanding {
    Request request;
    Timestamp deadline;
    Timestamp first_sent;
  };
  struct Waiting {  // A request that may not leave yet.
    Command command;
    Sequence cause{};
    Timestamp not_before;
  };

  void ask(const Command& command, Sequence cause, Timestamp not_before = Timestamp());
  void flush();
  bool send(Waiting& waiting);
  bool fits_the_budget(const Command& command, bool spare);
  void spend(const Command& command);
  void time_out(const Outstanding& outstanding);
  void answer(const Outstanding& outstanding, const Response& response);
  void refused(const Command& command, Sequence cause, RejectReason reason);
  void unknown(const Command& command, Sequence cause);
  void take_update(const Update& update);
  void take_snapshot(const Outstanding& outstanding, const Response& response);
  void take_query(const Outstanding& outstanding, const Update& update);
  bool is_news(const Update& update);
  void note_venue_time(Timestamp venue_time);
  void push(const EventBody& body);

  Options options_;
  ProcessClock& clock_;
  Wire& wire_;
  MarkWatch& marks_;
  Timestamp started_;
  Timestamp last_now_;
  Sequence cause_{};
  std::optional<Duration> venue_offset_;  // The venue's clock minus the steady one, or a bit less.
  std::uint64_t requests_ = 0;
  std::uint64_t last_nonce_ = 0;
  std::uint64_t last_message_ = 0;   // Highest serial heard of on any way.
  Timestamp heard_until_;            // The user stream was whole until then.
  std::uint64_t last_snapshot_ = 0;  // Serial of the newest snapshot handed on.
  std::optional<std::uint64_t> lives_;
  bool dead_ = false;
  bool user_connected_ = false;
  bool snapshot_wanted_ = false;
  std::map<std::uint64_t, Outstanding> outstanding_;
  std::deque<Waiting> waiting_;
  std::deque<Occurrence> inbox_;
  std::map<OrderId, Timestamp> sent_;        // When each order was last asked for.
  std::map<OrderId, std::uint64_t> newest_;  // Serial of what was last said of each order.
  std::deque<std::pair<Timestamp, std::uint32_t>> spent_;  // Requests of the last minute: weight.
  std::deque<Timestamp> orders_spent_;                     // Order requests of the last minute.
};

}  // namespace tranchet

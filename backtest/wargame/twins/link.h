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
#include "backtest/wargame/twins/process_end.h"

namespace tranchet {

class VenueLink final : public ProcessEnd {
 public:
  VenueLink(const Options& options, ProcessClock& clock, Wire& wire, MarkWatch& marks);

  // ---- The port.
  void submit(std::span<const Command> commands, Timestamp now) override;
  std::optional<Timestamp> next_wakeup() const override;
  void advance(Timestamp now, std::vector<Occurrence>& out) override;

  // ---- By the steady clock.
  void tick() override;
  std::optional<Timestamp> next_tick() const override;

  // ---- From the wire.
  void start() override;
  void on_response(const Response& response) override;
  void on_message(const Update& update) override;
  void on_trades(std::span<const Update> fills, Timestamp venue_time) override;
  void on_connected(Stream stream, Timestamp venue_time, const DoorUsage& usage) override;
  void on_cut(Stream stream) override;
  void on_input(const EventBody& body) override;

  void die_after(std::uint64_t count) override { lives_ = count; }
  bool is_dead() const override { return dead_; }
  bool is_idle() const override;
  void set_cause(Sequence cause) override { cause_ = cause; }

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

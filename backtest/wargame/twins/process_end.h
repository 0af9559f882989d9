// What a process of a world has for a venue: the port, and the wire behind it. VenueLink
// (twins/link.h) is the model; the core of an adapter can stand in its place, speaking its venue's
// language on the way.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "backtest/venue/front_door.h"
#include "backtest/wargame/marks/mark_watch.h"
#include "backtest/wargame/twins/wire.h"
#include "events/names.h"
#include "events/settings.h"
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

class ProcessEnd : public Venue {
 public:
  struct Options {
    std::uint64_t incarnation = 0;
    DoorLimits limits;      // As the venue publishes them.
    Timestamp known_until;  // What happened at the venue before, the log has, give or take clocks.
    std::vector<InstrumentListed> rules;  // As the log has them.
    PositionMode mode = PositionMode::Hedge;
  };

  // ---- By the steady clock.
  // What is due: time-outs, and requests that had to wait.
  virtual void tick() = 0;
  virtual std::optional<Timestamp> next_tick() const = 0;

  // ---- From the wire.
  virtual void start() = 0;
  virtual void on_response(const Response& response) = 0;
  virtual void on_message(const Update& update) = 0;  // Of the user stream.
  virtual void on_trades(std::span<const Update> fills, Timestamp venue_time) = 0;
  virtual void on_connected(Stream stream, Timestamp venue_time, const DoorUsage& usage) = 0;
  virtual void on_cut(Stream stream) = 0;
  // Prices, people, the venue's rules: straight into the inbox.
  virtual void on_input(const EventBody& body) = 0;

  // The next `count` requests leave, the one after them does not, and nothing ever again.
  virtual void die_after(std::uint64_t count) = 0;
  virtual bool is_dead() const = 0;
  // Nothing is under way between the venue and the engine.
  virtual bool is_idle() const = 0;
  // The event whose commands leave now.
  virtual void set_cause(Sequence cause) = 0;
};

// `names` are the log's.
using EndMaker = std::function<std::unique_ptr<ProcessEnd>(const ProcessEnd::Options& options,
                                                           ProcessClock& clock, Wire& wire,
                                                           MarkWatch& marks, Names& names)>;

}  // namespace tranchet

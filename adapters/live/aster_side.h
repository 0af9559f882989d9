// The sockets around the core of the Aster adapter: what the core asks for is sent by the network's
// thread, what the network hears comes back through the inbox.
//
//   writer:   engine -> core.submit -> take_requests -> HttpClient
//   network:  answers, user stream -> inbox -> core, on the writer's thread
//             market stream -> MarketFeed, there -> inbox, as events that may be conflated
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/aster/core.h"
#include "adapters/aster/market_feed.h"
#include "adapters/live/inbox.h"
#include "adapters/live/live_permit.h"
#include "adapters/live/rest_desk.h"
#include "adapters/live/venue_side.h"
#include "adapters/net/client_websocket.h"
#include "engine/state.h"

namespace tranchet {

struct AsterSideOptions {
  aster::CoreOptions core;
  NetAddress rest;
  NetAddress stream;
  // The log began with this run: an order of ours at the venue is one of a log that was lost.
  bool log_is_new = false;
};

class AsterSide final : public VenueSide {
 public:
  // `state` is the engine's. All but the options must outlive it.
  AsterSide(const AsterSideOptions& options, LivePermit permit, Names& names, const State& state,
            Inbox& inbox, Network& network, Notes& notes);

  void submit(std::span<const Command> commands, Timestamp now) override;
  std::optional<Timestamp> next_wakeup() const override { return core_.next_wakeup(); }
  void advance(Timestamp now, std::vector<Occurrence>& out) override;

  void start(ClockReading now) override;
  void tick(ClockReading now) override;
  std::optional<Timestamp> next_tick() const override { return core_.next_tick(); }
  void see(const Occurrence&) override {}
  void take_market(std::vector<Occurrence>& out) override;
  bool is_idle() const override { return core_.is_idle(); }
  std::string refusal() const override { return refusal_; }
  Notes::Fields figures() const override;

 private:
  // One open stream; a new attempt replaces it.
  struct Line {
    std::uint64_t attempt = 0;
    std::unique_ptr<WebSocketClient> client;
  };
  void send_requests();
  void keep_streams();
  void keep_stream(Stream stream, Line& line);
  WebSocketEvents user_events(std::uint64_t attempt);
  WebSocketEvents market_events(std::uint64_t attempt);
  void post(std::function<void(Moment)> work);

  AsterSideOptions options_;
  LivePermit permit_;
  Names& names_;
  const State& state_;
  Inbox& inbox_;
  Network& network_;
  Notes& notes_;
  aster::AsterCore core_;
  RestDesk rest_;
  Line user_, market_;
  std::vector<HttpRequest> requests_;
  std::string refusal_;
};

}  // namespace tranchet

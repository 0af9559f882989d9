// The sockets around the core of an adapter: what the core asks for is sent by the network's
// thread, what the network hears comes back through the inbox.
//
//   writer:   engine -> core.submit -> take_requests -> HttpClient
//   network:  answers, user stream -> inbox -> core, on the writer's thread
//             market stream -> a feed, there -> inbox, as events that may be conflated
//
// What is a venue's own is in aster_side.h and fyers_side.h: how streams are connected, and how the
// market is read.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "adapters/live/inbox.h"
#include "adapters/live/rest_desk.h"
#include "adapters/live/venue_side.h"
#include "adapters/net/client_websocket.h"
#include "adapters/port/venue_core.h"
#include "engine/state.h"

namespace tranchet {

// One open stream; a new attempt replaces it.
template <class Client>
struct SocketLine {
  std::uint64_t attempt = 0;
  std::unique_ptr<Client> client;
};

class SocketSide : public VenueSide {
 public:
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

 protected:
  // `core` is the deriving class's, which `state` (the engine's) and the rest must outlive.
  // `log_is_new`: it began with this run, and an order of ours at the venue is one of a log that
  // was lost.
  SocketSide(VenueCore& core, const NetAddress& rest, bool log_is_new, const State& state,
             Inbox& inbox, Network& network, Notes& notes);

  // Connects what the core wants connected, and sends what it wants said there.
  virtual void keep_streams() = 0;
  // Replaces the client by one for the attempt that is wanted, or by none.
  template <class Client>
  void keep_line(Stream stream, SocketLine<Client>& line,
                 const std::function<std::unique_ptr<Client>(const StreamWish&)>& connect) {
    const auto wish = core_.wanted(stream);
    if (!wish) {
      line = {};
      return;
    }
    if (wish->attempt == line.attempt) return;
    line.client.reset();
    line.attempt = wish->attempt;
    line.client = connect(*wish);
  }
  // The core's requests to the network, its streams connected: after anything that went in.
  void move();
  // On the writer's thread, with the core's time.
  void post(std::function<void(Moment)> work);
  // What a stream tells of itself, on the network's thread, to the core.
  std::function<void()> say_open(Stream stream, std::uint64_t attempt);
  std::function<void()> say_alive(Stream stream, std::uint64_t attempt);
  std::function<void(std::string_view)> say_message(Stream stream, std::uint64_t attempt);
  std::function<void(std::string)> say_closed(Stream stream, std::uint64_t attempt);

  const State& state_;
  Inbox& inbox_;
  Network& network_;
  Notes& notes_;

 private:
  VenueCore& core_;
  bool log_is_new_;
  RestDesk rest_;
  std::vector<HttpRequest> requests_;
  std::string refusal_;
};

}  // namespace tranchet

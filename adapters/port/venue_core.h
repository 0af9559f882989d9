// The adapter for a venue without its sockets: bytes and time in, bytes and events out.
//
//   core.start(now);
//   after anything that went in, and when next_tick() is due:
//     core.tick(now);
//     core.take_requests(out);          // Send them; answers come back by id, in any order.
//     core.wanted(Stream::User)         // Connect it if its attempt number is a new one.
//     loop.look_again(); loop.run_until(now.wall);   // advance() gives one event at a time.
//     core.take_market(out);            // Prices, apart: they may be conflated, orders never.
//
// One thread at a time, the loop's, for it interns texts. Whoever reads the market on another
// thread says on_market_alive() here. It keeps the promises of replay/venue.h.
//
// Nothing here blocks, sleeps or looks at a clock. The shell's duties: TLS, time-outs of its
// connections as on_no_answer() (an answer after that is dropped by the core), pings of its own on
// idle streams (every 20 s) and on_stream_alive() for every frame of any kind.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "adapters/port/traffic.h"
#include "events/enums.h"
#include "replay/venue.h"

namespace tranchet {

struct CallCount {
  std::string_view label;
  std::uint64_t calls = 0;
  std::uint64_t failures = 0;  // Without an answer, or one that was not 2xx.
};

class VenueCore : public Venue {
 public:
  virtual void start(Moment now) = 0;
  // Market data since the last call, in order.
  virtual void take_market(std::vector<Occurrence>& out) = 0;

  // ---- Time. What is due by the steady clock: time-outs, requests that had to wait, keep-alives.
  virtual void tick(Moment now) = 0;
  virtual std::optional<Timestamp> next_tick() const = 0;  // Steady.

  // ---- REST.
  virtual void take_requests(std::vector<HttpRequest>& out) = 0;
  virtual void on_answer(std::uint64_t id, const HttpAnswer& answer, Moment now) = 0;
  // The connection failed or timed out. `may_have_left`: false only if no byte was written.
  virtual void on_no_answer(std::uint64_t id, bool may_have_left, Moment now) = 0;

  // ---- Streams. Nullopt: none should be open. What is said of an attempt that is no longer the
  // wanted one is ignored.
  virtual std::optional<StreamWish> wanted(Stream stream) const = 0;
  virtual void on_stream_open(Stream stream, std::uint64_t attempt, Moment now) = 0;
  virtual void on_stream_message(Stream stream, std::uint64_t attempt, std::string_view message,
                                 Moment now) = 0;
  virtual void on_stream_alive(Stream stream, std::uint64_t attempt, Moment now) = 0;
  virtual void on_stream_closed(Stream stream, std::uint64_t attempt, Moment now) = 0;
  // A reader elsewhere has heard prices.
  virtual void on_market_alive(Moment now) = 0;

  // ---- For people and tests.
  // Nothing is under way between the venue and the engine.
  virtual bool is_idle() const = 0;
  virtual std::vector<CallCount> calls() const = 0;
};

}  // namespace tranchet

// The adapter for Aster without its sockets: bytes and time in, bytes and events out.
//
//   AsterCore core(options, signer, names);
//   core.start(now);
//   after anything that went in, and when next_tick() is due:
//     core.tick(now);
//     core.take_requests(out);          // Send them; answers come back by id, in any order.
//     core.wanted(Stream::User)         // Connect it if its attempt number is a new one.
//     loop.look_again(); loop.run_until(now.wall);   // advance() gives one event at a time.
//     core.take_market(out);            // Prices, apart: they may be conflated, orders never.
//
// One thread at a time, the loop's, for it interns texts. Whoever reads the market on another
// thread uses MarketFeed (market_feed.h) there and says on_market_alive() here.
//
// It keeps the promises of replay/venue.h; backtest/wargame/twins/link.h is the model. What the
// venue says about time decides what is newer: of an order its state's finality, then its update
// time, then its filled quantity.
//
// Nothing here blocks, sleeps or looks at a clock. The shell's duties: TLS, time-outs of its
// connections as on_no_answer() (an answer after that is dropped by the core), pings of its own on
// idle streams (every 20 s) and on_stream_alive() for every frame of any kind.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "adapters/aster/margin_type.h"
#include "adapters/aster/signing.h"
#include "adapters/port/traffic.h"
#include "events/names.h"
#include "events/settings.h"
#include "replay/venue.h"

namespace tranchet::aster {

// What the account should be set to for one instrument before anything is traded.
struct WatchedInstrument {
  std::string symbol;          // "BTCUSDT".
  std::uint16_t leverage = 0;  // 1..125; 0: left as it is.
  MarginType margin = MarginType::AsItIs;
  bool trades = true;  // Its trades, for ContractPrice stops and strategies.
  bool book = false;   // Its best bid and ask.
};

struct CoreOptions {
  std::uint8_t account = 1;  // Of our order ids; those of another number are not ours.
  PositionMode position_mode = PositionMode::Hedge;
  bool set_position_mode = false;  // May change the account's; else a mismatch halts entries.
  std::vector<WatchedInstrument> instruments;
  bool liquidations = false;  // Subscribes to everybody's liquidations.
  std::uint64_t seed = 1;     // Of the jitter of backoffs.
  // The rules that the log has; other ones at the venue become events.
  std::vector<InstrumentListed> listed;
  // What happened at the venue before, the log has, give or take clocks: fills since are fetched,
  // of the symbols that have orders or positions in the log. Zero: there is no log.
  Timestamp known_until;
  std::vector<std::string> traded;
  // As the venue publishes them; exchangeInfo replaces them.
  std::uint32_t weight_per_minute = 2'400;
  std::uint32_t orders_per_minute = 1'200;
  std::uint32_t orders_per_10_seconds = 300;
};

struct CallCount {
  std::string_view label;
  std::uint64_t calls = 0;
  std::uint64_t failures = 0;  // Without an answer, or one that was not 2xx.
};

class AsterCore final : public Venue {
 public:
  // `signer` and `names` must outlive it.
  AsterCore(const CoreOptions& options, Signer& signer, Names& names);
  ~AsterCore() override;

  void start(Moment now);

  // ---- The port.
  void submit(std::span<const Command> commands, Timestamp now) override;
  std::optional<Timestamp> next_wakeup() const override;
  void advance(Timestamp now, std::vector<Occurrence>& out) override;

  // Market data since the last call, in order.
  void take_market(std::vector<Occurrence>& out);

  // ---- Time. What is due by the steady clock: time-outs, requests that had to wait, keep-alives.
  void tick(Moment now);
  std::optional<Timestamp> next_tick() const;  // Steady.

  // ---- REST. Answers after a request's own time-out (6 s) are looked at for the clock only.
  void take_requests(std::vector<HttpRequest>& out);
  void on_answer(std::uint64_t id, const HttpAnswer& answer, Moment now);
  // The connection failed or timed out. `may_have_left`: false only if no byte was written.
  void on_no_answer(std::uint64_t id, bool may_have_left, Moment now);

  // ---- Streams. Nullopt: none should be open. What is said of an attempt that is no longer the
  // wanted one is ignored.
  std::optional<StreamWish> wanted(Stream stream) const;
  void on_stream_open(Stream stream, std::uint64_t attempt, Moment now);
  void on_stream_text(Stream stream, std::uint64_t attempt, std::string_view text, Moment now);
  void on_stream_alive(Stream stream, std::uint64_t attempt, Moment now);  // Ping or pong.
  void on_stream_closed(Stream stream, std::uint64_t attempt, Moment now);
  // A MarketFeed elsewhere has heard prices.
  void on_market_alive(Moment now);

  // ---- For people and tests.
  // Nothing is under way between the venue and the engine.
  bool is_idle() const;
  std::vector<CallCount> calls() const;
  std::uint32_t weight_used() const;  // Of the last minute.
  // The venue's clock minus the steady one; nullopt: not yet asked, and nothing signed leaves.
  std::optional<Duration> venue_offset() const;

 private:
  class Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace tranchet::aster

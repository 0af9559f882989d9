// The core of the adapter for Aster (adapters/port/venue_core.h); backtest/wargame/twins/link.h is
// its model. What the venue says about time decides what is newer: of an order its state's
// finality, then its update time, then its filled quantity.
//
//   AsterCore core(options, signer, names);
//
// The market stream may be read by a MarketFeed (market_feed.h) on another thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "adapters/aster/margin_type.h"
#include "adapters/aster/signing.h"
#include "adapters/port/venue_core.h"
#include "events/names.h"
#include "events/settings.h"

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

class AsterCore final : public VenueCore {
 public:
  // `signer` and `names` must outlive it.
  AsterCore(const CoreOptions& options, Signer& signer, Names& names);
  ~AsterCore() override;

  void submit(std::span<const Command> commands, Timestamp now) override;
  std::optional<Timestamp> next_wakeup() const override;
  void advance(Timestamp now, std::vector<Occurrence>& out) override;

  void start(Moment now) override;
  void take_market(std::vector<Occurrence>& out) override;
  void tick(Moment now) override;
  std::optional<Timestamp> next_tick() const override;
  // Answers after a request's own time-out (6 s) are looked at for the clock only.
  void take_requests(std::vector<HttpRequest>& out) override;
  void on_answer(std::uint64_t id, const HttpAnswer& answer, Moment now) override;
  void on_no_answer(std::uint64_t id, bool may_have_left, Moment now) override;
  std::optional<StreamWish> wanted(Stream stream) const override;
  void on_stream_open(Stream stream, std::uint64_t attempt, Moment now) override;
  void on_stream_message(Stream stream, std::uint64_t attempt, std::string_view message,
                         Moment now) override;
  void on_stream_alive(Stream stream, std::uint64_t attempt, Moment now) override;
  void on_stream_closed(Stream stream, std::uint64_t attempt, Moment now) override;
  void on_market_alive(Moment now) override;
  bool is_idle() const override;
  std::vector<CallCount> calls() const override;

  std::uint32_t weight_used() const;  // Of the last minute.
  // The venue's clock minus the steady one; nullopt: not yet asked, and nothing signed leaves.
  std::optional<Duration> venue_offset() const;

 private:
  class Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace tranchet::aster

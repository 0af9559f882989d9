// The world outside of a trader that is killed again and again: venue and market, which live on,
// and a memory of everything the trader ever said.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "backtest/venue/simulated_venue.h"
#include "engine/engine.h"
#include "events/log/event_log.h"
#include "tests/crash/market.h"
#include "tests/crash/trader_process.h"

namespace tranchet::crash {

class World {
 public:
  World(std::filesystem::path log, std::uint64_t seed);

  // The next moment of the market: the trader sees it and is answered until all is quiet. False:
  // the trader is dead.
  bool live(TraderProcess& trader, bool quiet);
  // Until it is Ready; false: it is dead.
  bool greet(TraderProcess& trader);
  // What it had still said when it died.
  void hear_out(TraderProcess& trader);

  // Everything that was acknowledged is in the log, nothing was asked twice, and the log leads to
  // the state that the trader was in. Empty: fine.
  std::string flaw_of_log();
  // Books and venue agree. Only once all is quiet.
  std::string flaw_of_books();

  std::uint64_t orders() const { return submits_.size(); }
  std::uint64_t events() const { return last_; }

 private:
  void take(const ToVenue& frame);
  bool tell(TraderProcess& trader, const EventBody& body);
  bool answer(TraderProcess& trader);
  std::string flaw_of_event(const Event& event, const Names& names);

  std::filesystem::path log_;
  Names names_;
  Market market_;
  SimulatedVenue venue_;
  Timestamp now_;
  std::map<OrderId, std::uint64_t> submits_;  // How often the venue was asked for each order.
  std::map<std::uint64_t, std::uint32_t> checksums_;       // Of acknowledged events.
  std::map<std::uint64_t, std::uint32_t> unacknowledged_;  // Said by the trader of today.
  struct Digests {
    Sequence sequence{};
    std::uint64_t commands = 0, state = 0;
  };
  std::optional<Digests> digests_;  // As the trader said last, of what was acknowledged.
  std::optional<Engine> engine_;    // What the log led to when it was looked at last.
  std::uint64_t last_ = 0;
};

}  // namespace tranchet::crash

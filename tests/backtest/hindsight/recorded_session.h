// A session of paper trading on a made-up market, recorded as a log: the engine and the venue twin
// on four hours of trades, with signals for both sides, people now and then, and funding.
#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "backtest/venue/parameters.h"
#include "events/log/event_log.h"
#include "replay/venue.h"
#include "tests/support/coin.h"

namespace tranchet::testing {

struct Session {
  Settings settings = session_settings();
  SimulationParameters venue = session_venue();
  std::vector<Occurrence> inputs = session_inputs();

  static Settings session_settings();
  static SimulationParameters session_venue();  // No latency.
  static std::vector<Occurrence> session_inputs();

  // At a time from the session's start, after what is there at that time already.
  void add(Duration at, const EventBody& body);
};

Timestamp session_time(Duration at);

std::unique_ptr<LogReader> record(const Session& session, const std::filesystem::path& log);
// The same log, event by event as `change` leaves it; without digests.
std::unique_ptr<LogReader> rewrite(LogReader& from, const std::filesystem::path& log,
                                   const std::function<void(Event&)>& change);

}  // namespace tranchet::testing

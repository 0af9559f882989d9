// What would have been with other settings: the market, the signals and the people of a log,
// decided anew.
//
// Up to the first decision that differs, the log's own fills and answers hold. From there on
// nothing in the log answers what is asked for, and the venue twin does, in the state that the log
// knows: its balance and positions, the orders that rest, and what was on its way.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "backtest/hindsight/log_facts.h"
#include "backtest/venue/parameters.h"
#include "replay/shadow.h"

namespace tranchet {

struct WhatIfOptions {
  std::vector<SettingChange> changes;
  Sequence from{};  // The first event under the new settings; 0: all after RunStarted.
  SimulationParameters venue;
};

struct Parting {
  Sequence sequence{};  // Everything before it was decided alike.
  Timestamp time;
  bool by_the_change = false;  // The settings themselves asked for something, before that event.
  std::string in_log;          // What was asked for, as JSON lines; empty: nothing.
  std::string otherwise;
};

struct WhatIf {
  std::uint64_t events = 0;
  Timestamp last_time;
  Outcome in_log;
  Outcome otherwise;
  std::optional<Parting> parting;  // None: every decision was the same, and so is the outcome.
};

// Errors: what the log refuses; Diverged, see facts_of; NotALog where `from` is not in the log.
std::expected<WhatIf, LogError> what_if(LogReader& log, const WhatIfOptions& options);

}  // namespace tranchet

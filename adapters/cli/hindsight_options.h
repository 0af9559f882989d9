// What `replay --set`, `replay --follow --set` and `parity` take in common: other settings for a
// log, and what its venue is taken to be.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "backtest/venue/parameters.h"
#include "events/log/event_log.h"
#include "replay/shadow.h"

namespace tranchet {

struct HindsightArguments {
  std::string config;             // A file; empty: none.
  std::vector<std::string> sets;  // KEY=VALUE, over the file.
  bool empty() const { return config.empty() && sets.empty(); }
};

struct HindsightSetup {
  std::vector<SettingChange> changes;
  std::vector<std::string> told;  // Each change: "defaults.take_profit_pct: 1 | 0.8", log | other.
  SimulationParameters venue;     // [simulation] of the file and the sets, else the defaults.
};

// Keys of decisions become changes, keys of [simulation] say what the venue twin is; others are
// refused. The error names key and value.
std::expected<HindsightSetup, std::string> hindsight_setup(LogReader& log,
                                                           const HindsightArguments& arguments);

}  // namespace tranchet

// Two logs side by side, through two engines: where they first part.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "events/log/event_log.h"
#include "replay/state_lines.h"

namespace tranchet {

// One place of the two logs, as JSON lines; an empty text: that log has ended.
struct LogsPart {
  Sequence sequence{};
  std::string a;
  std::string b;
};

struct StatePart {
  Sequence sequence{};  // After this event.
  FieldDifference first;
};

struct LogComparison {
  std::uint64_t same = 0;  // Events from the first on that are the same in both.
  // Settings and build of the run, where they differ: "defaults.take_profit_pct: 1 | 0.8". That
  // alone ends nothing: what matters is what follows from it.
  std::vector<std::string> settings;
  std::optional<LogsPart> event;     // The first event that differs. Nothing is compared after it.
  std::optional<LogsPart> decision;  // The first event that is answered differently.
  // The first field in which the states differ, settings aside, and after which event. Looked for
  // every 4,096 events and before a decision that differs: what is undone in between goes unseen.
  std::optional<StatePart> state;
  bool is_same() const { return settings.empty() && !event && !decision && !state; }
};

std::expected<LogComparison, LogError> compare_logs(LogReader& a, LogReader& b);

// The commands that a log's event causes, as JSON lines; nullopt: the log has no such event.
std::expected<std::optional<std::string>, LogError> commands_at(LogReader& log, Sequence sequence);
// The state after it.
std::expected<std::optional<std::vector<std::string>>, LogError> state_at(LogReader& log,
                                                                          Sequence sequence);

}  // namespace tranchet

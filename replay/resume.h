// Going on with a log: the engine as it was when the log ends, and what a restart must say first.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <vector>

#include "engine/engine.h"
#include "events/log/event_log.h"

namespace tranchet {

struct ResumeOptions {
  // From the newest snapshot of this build that comes to the digests it claims, and the rest; else,
  // and where there is none, from the first event.
  bool use_snapshot = true;
  // Where there is none: the state from which to replay, in place of the first event.
  std::optional<Engine> otherwise = std::nullopt;
  // Sees every event that is replayed, with what it caused; may be empty.
  std::function<void(const Event&, const Output&, const Engine&)> visit;
};

struct Resumed {
  Engine engine;
  Names names;
  std::uint64_t replayed = 0;        // Events applied.
  std::optional<Sequence> snapshot;  // Where it began, if not at the first event.
};

// Refuses what the log refuses, and a log whose noted digests this program does not come to.
std::expected<Resumed, LogError> resume(LogReader& log, const ResumeOptions& options);

enum class SnapshotsOf : std::uint8_t { ThisBuild = 1, AnyBuild };
// The newest snapshot, not above `at_most`, that comes to the digests it claims; nullopt: there is
// none.
std::expected<std::optional<Engine>, LogError> engine_of_snapshot(
    LogReader& log, Sequence at_most, SnapshotsOf whose = SnapshotsOf::ThisBuild);

// Where a log's engine begins: nullopt for a whole log, whose first event says; for a slice, and
// for a log whose oldest segments are gone, the state before it, which is Damaged when it does not
// come to the digests it claims.
std::expected<std::optional<Engine>, LogError> engine_before(LogReader& log);

// What a restart takes in before anything else: the user stream is down, so no entry is decided on
// stale books; and every order whose submit, amend, cancel or query had not been answered, as
// OutcomeUnknown, by order id. Commands may have been on their way, or not, when the program ended:
// a query tells.
std::vector<EventBody> restart_events(const State& state);

}  // namespace tranchet

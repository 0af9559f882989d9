// Replay: the events of a log through a fresh engine, and whether it comes to what was noted then.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>

#include "engine/engine.h"
#include "events/log/event_log.h"

namespace tranchet {

struct Divergence {
  Sequence sequence{};    // The first note that differs; every note before it agreed.
  Sequence agreed{};      // The last that agreed; 0: none.
  bool commands = false;  // The commands differ; else only the state.
};

struct ReplayResult {
  std::optional<Sequence> snapshot;  // Where it began, if not at the first event.
  std::uint64_t events = 0;
  std::uint64_t commands = 0;
  std::uint64_t notes = 0;  // Digest notes compared.
  Timestamp first_time;
  Timestamp last_time;
  std::uint64_t command_digest = 0;
  std::uint64_t state_digest = 0;
  std::optional<Divergence> divergence;
};

// What a replay may be asked for besides.
struct ReplayOptions {
  bool verify = true;             // Compare with the noted digests.
  std::optional<Sequence> until;  // Stop after this sequence.
  bool from_snapshot = false;     // Begin with the newest snapshot that holds, where there is one.
  // Sees every event with what it causes; may be empty.
  std::function<void(const Event&, const Output&)> visit;
};

// A log whose first event is not RunStarted, or whose settings this program does not know, is
// refused by a LogError.
std::expected<ReplayResult, LogError> replay(LogReader& log, const ReplayOptions& options);

// An engine at the log's beginning: the settings and account of its RunStarted.
std::expected<Engine, LogError> engine_of(const RunStarted& started, Names& names);
// The same for the first event of a log; NotALog where it is another one.
std::expected<Engine, LogError> engine_of(const Event& first, Names& names);

}  // namespace tranchet

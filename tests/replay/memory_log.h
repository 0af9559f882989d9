// A log in memory, with a trace of what was asked of it and a failure on demand.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "events/log/event_log.h"

namespace tranchet {

class MemoryLog final : public LogWriter {
 public:
  std::expected<void, LogError> append(std::span<const Event> events, const Names&) override {
    if (fails_at && !events.empty() && events.back().sequence >= *fails_at) {
      return std::unexpected(LogError{.kind = LogErrorKind::DiskFull,
                                      .sequence = events.front().sequence,
                                      .message = "the disk is full"});
    }
    batches.push_back(events.size());
    kept.insert(kept.end(), events.begin(), events.end());
    return {};
  }
  std::expected<void, LogError> note_digests(const DigestNote& note) override {
    notes.push_back(note);
    return {};
  }
  std::expected<void, LogError> keep_snapshot(const StateSnapshot& snapshot) override {
    snapshots.push_back(snapshot);
    return {};
  }
  std::expected<void, LogError> close() override { return {}; }
  LogHead head() const override {
    return {.last = kept.empty() ? Sequence{} : kept.back().sequence, .chain = {}};
  }

  template <class Body>
  std::vector<Event> all() const {
    std::vector<Event> found;
    for (const Event& event : kept) {
      if (std::holds_alternative<Body>(event.body)) found.push_back(event);
    }
    return found;
  }

  std::vector<Event> kept;
  std::vector<std::size_t> batches;
  std::vector<DigestNote> notes;
  std::vector<StateSnapshot> snapshots;
  std::optional<Sequence> fails_at;  // No append that reaches it succeeds.
};

}  // namespace tranchet

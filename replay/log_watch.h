// Behind a log that grows: does this program decide what the one that writes it has decided?
//
// Told apart by what the log records: the digests that are noted now and then, and answers about
// orders, whose ids say at which event they were sent. An order that this program did not send is
// seen with its first answer; anything else with the next note.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>

#include "engine/engine.h"
#include "events/log/event_log.h"

namespace tranchet {

struct WatchFinding {
  Sequence first{};  // The decision that differs is one of these events.
  Sequence last{};
  OrderId order{};  // Sent by the log's program at `first`, and not by this one; None: by digest.
};

class LogWatch {
 public:
  explicit LogWatch(LogReader& log) : log_(log) {}

  // `engine` has taken `event` in.
  std::optional<WatchFinding> take(const Event& event, const Engine& engine);
  // The log ends here for now; reads what has been noted.
  std::expected<std::optional<WatchFinding>, LogError> caught_up(const Engine& engine);
  std::uint64_t compared() const { return compared_; }

 private:
  std::optional<WatchFinding> compare(Sequence sequence, const DigestNote& own);

  LogReader& log_;
  Sequence began_{};   // The first event that was taken.
  Sequence agreed_{};  // The last note that was the same.
  std::uint64_t compared_ = 0;
  std::map<Sequence, DigestNote> noted_;  // Not compared yet.
  std::map<Sequence, DigestNote> own_;
};

}  // namespace tranchet

// The decisions of a log, one after the other: where the command digest moves.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>

#include "events/log/event_log.h"
#include "replay/log_follower.h"

namespace tranchet {

struct Decision {
  Sequence sequence{};
  std::uint64_t command_digest = 0;  // After it.
  friend bool operator==(const Decision&, const Decision&) = default;
};

class Decisions {
 public:
  explicit Decisions(LogReader& log) : follower_(log) {}

  // Nullopt: the log has ended.
  std::expected<std::optional<Decision>, LogError> next_decision();

 private:
  LogFollower follower_;
};

}  // namespace tranchet

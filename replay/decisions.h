// The decisions of a log, one after the other: where the command digest moves.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>

#include "events/log/event_log.h"
#include "replay/log_cursor.h"

namespace tranchet {

class Engine;

struct Decision {
  Sequence sequence{};
  std::uint64_t command_digest = 0;  // After it.
  friend bool operator==(const Decision&, const Decision&) = default;
};

class Decisions {
 public:
  explicit Decisions(LogReader& log);
  ~Decisions();

  // Nullopt: the log has ended.
  std::expected<std::optional<Decision>, LogError> next_decision();

 private:
  LogReader& log_;
  LogCursor cursor_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace tranchet

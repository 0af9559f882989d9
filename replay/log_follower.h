// An engine that follows a log, one event at a time: for whoever wants to look before and after an
// event, or walks two logs side by side.
//
//   while (const Event* event = *follower.read()) {   // nullptr: the log ends here
//     ... follower.engine() as it was before ...
//     follower.apply();
//     ... follower.output(), follower.engine() after ...
//   }
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <vector>

#include "engine/engine.h"
#include "events/log/event_log.h"

namespace tranchet {

class LogFollower {
 public:
  // From the log's first event; or from where `engine` has come to. `log` outlives the follower.
  explicit LogFollower(LogReader& log, const Engine* engine = nullptr);

  // The next event, which stays where it is until the next call. The event read before must have
  // been applied. An error comes after the last event that can be read.
  std::expected<const Event*, LogError> read();
  void apply();

  // Of the event at hand. An engine there is once an event was read.
  const Event& event() const { return events_[at_]; }
  const Engine& engine() const { return *engine_; }
  const Output& output() const { return output_; }
  const Names& names() const { return log_.names(); }

 private:
  std::expected<void, LogError> fetch();
  std::expected<void, LogError> begin();

  LogReader& log_;
  std::optional<Engine> engine_;
  Output output_;
  std::vector<Event> events_;  // Read ahead.
  std::size_t at_ = 0;
  bool started_ = false;
};

}  // namespace tranchet

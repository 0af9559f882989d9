// The events of a log one after the other, for whoever has to walk two logs side by side. Reads
// some thousands ahead.
#pragma once

#include <cstddef>
#include <expected>
#include <vector>

#include "events/log/event_log.h"

namespace tranchet {

class LogCursor {
 public:
  // `log` outlives the cursor.
  LogCursor(LogReader& log, Sequence from) : log_(log), from_(from) {}

  // Null: the log ends here. The event stays where it is until the next call.
  std::expected<const Event*, LogError> next_event();

 private:
  LogReader& log_;
  Sequence from_;  // Of the first event that is not in `events_`.
  std::vector<Event> events_;
  std::size_t at_ = 0;
};

}  // namespace tranchet

// A place in a log as people write it: a sequence ("1234") or a time ("2024-04-12T19:31:00Z").
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <variant>

#include "events/log/event_log.h"

namespace tranchet {

using LogPlace = std::variant<Sequence, Timestamp>;

std::optional<LogPlace> parse_moment(const std::string& text);

// The last sequence that is not after the moment; one before the log's first where it all is.
std::expected<Sequence, LogError> last_until(LogReader& log, const LogPlace& moment);
// The first that is not before it; one behind the log's last where it all is.
std::expected<Sequence, LogError> first_from(LogReader& log, const LogPlace& moment);

}  // namespace tranchet

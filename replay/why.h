// The causal chain behind an event, an order or a tranche, from the log alone.
//
//   an order      was decided at the event that its id names; that event was about another order,
//                 or a timer that an earlier event set, and so on back to a price, a signal or a
//                 person; forward, whatever the venue said of the order
//   a tranche     every event that changed it or was about one of its orders
#pragma once

#include <expected>
#include <string>
#include <variant>
#include <vector>

#include "events/log/event_log.h"
#include "replay/explain.h"

namespace tranchet {

using WhyTarget = std::variant<Sequence, OrderId, TrancheId>;
// "1234", "T1S4N0A0", "tranche:3".
std::optional<WhyTarget> parse_why_target(std::string_view text);

struct WhyStep {
  Event event;
  Explanation explanation;
};

struct WhyStory {
  std::vector<WhyStep> steps;  // In order of sequence.
  // The log cannot be read to its end; the story covers what comes before.
  std::optional<LogError> cut;
};

// What was asked for is not in this log. `nearest`: what is, closest first, at most five.
struct NotInLog {
  std::string message;
  std::vector<std::string> nearest;
};

using WhyError = std::variant<LogError, NotInLog>;

std::expected<WhyStory, WhyError> why(LogReader& log, const WhyTarget& target);

}  // namespace tranchet

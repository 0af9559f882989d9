// The outside world is one port. The simulated venue, paper trading and live adapters implement it.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "events/command.h"

namespace tranchet {

// Something that happened, not yet in the log.
struct Occurrence {
  Timestamp time;
  EventBody body;
};

class Venue {
 public:
  virtual ~Venue() = default;

  // Carries out SubmitOrder, AmendOrder, CancelOrder, QueryOrder and RequestSnapshot; leaves the
  // rest alone. Never answers from within: answers come out of advance().
  virtual void submit(std::span<const Command> commands, Timestamp now) = 0;

  // When advance() has something to say next; nullopt: not before the next submit or price.
  virtual std::optional<Timestamp> next_wakeup() const = 0;

  // Appends what has happened up to and including `now`, in order of time.
  virtual void advance(Timestamp now, std::vector<Occurrence>& out) = 0;
};

}  // namespace tranchet

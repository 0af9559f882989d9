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

// What the engine relies on, whoever implements it; the wargame's VenueLink is the model:
//   - A request without an answer is OutcomeUnknown. Nothing is sent twice on a guess.
//   - NotFound is said of an order only when it can no longer arrive: the question was asked after
//     the venue's window for late requests, and the order does not wait here to be sent.
//   - Of one order, nothing older follows something newer, but fills and triggers, which stay true.
//   A
//     question whose answer is older than what was heard since is asked again.
//   - A snapshot that something newer has overtaken is not handed on, but asked for again.
//   - What a broken stream has swallowed of fills is fetched: the next fills of an order are taken
//   to
//     be those that a query or snapshot has counted before.
//   - A fill of no order of ours that a snapshot has included is not handed on after it.
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

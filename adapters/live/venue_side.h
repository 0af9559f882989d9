// What the writer drives beside the engine: a venue with a network around it, or the simulated one.
// All of it on the writer's thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapters/live/clock.h"
#include "adapters/live/notes.h"
#include "replay/venue.h"

namespace tranchet {

class VenueSide : public Venue {
 public:
  // The engine stands, the log is open: connections may be made.
  virtual void start(ClockReading now) = 0;
  // What is due by the steady clock.
  virtual void tick(ClockReading now) = 0;
  virtual std::optional<Timestamp> next_tick() const = 0;
  // A price that the engine is about to be told.
  virtual void see(const Occurrence& market) = 0;
  // Market data that came another way than through the inbox.
  virtual void take_market(std::vector<Occurrence>& out) = 0;
  // Nothing is on its way to the venue or back, as far as this side knows.
  virtual bool is_idle() const = 0;
  // Not empty: why trading on this account must not go on.
  virtual std::string refusal() const = 0;
  // Counters, for the hourly note.
  virtual Notes::Fields figures() const = 0;
};

}  // namespace tranchet

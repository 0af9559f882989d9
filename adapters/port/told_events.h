// What a core has to tell the engine: one event at a time, in the order in which they were heard.
//
// Dates never run back. A wall clock that is set back must not put an event before another, and
// what is refused at once is not dated before the command that it answers.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "events/names.h"
#include "replay/venue.h"

namespace tranchet {

class ToldEvents {
 public:
  // `names` must outlive it: texts of faults are interned.
  explicit ToldEvents(Names& names) : names_(names) {}

  // Nothing is dated before this from now on.
  void see(Timestamp wall) { date_ = std::max(date_, wall); }
  Timestamp date() const { return date_; }

  // An event that the log would refuse becomes a fault that says why.
  void push(const EventBody& body, Timestamp steady);
  // An AdapterFault: the same text once a minute, and a thousand different ones at most, for every
  // text stays in the log for ever.
  void fault(const std::string& text, Timestamp steady);

  // ---- As Venue has them.
  bool empty() const { return waiting_.empty(); }
  std::optional<Timestamp> next_wakeup() const;
  // One at a time: whoever takes it may ask for something before the next.
  void advance(Timestamp now, std::vector<Occurrence>& out);

 private:
  Names& names_;
  std::deque<Occurrence> waiting_;
  Timestamp date_;
  Timestamp asked_;                          // When it was last advanced to.
  std::map<std::string, Timestamp> faults_;  // When each text was last told.
};

}  // namespace tranchet

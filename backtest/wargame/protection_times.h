// How long filled quantity waits for its stop to be accepted: from the entry fill that left a
// tranche short of stops to the event after which accepted stops cover what it held then.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/output.h"
#include "engine/state.h"

namespace tranchet {

struct ProtectionTime {
  Duration waited;
  bool behind = false;  // A stop of the tranche was unanswered when the fill came.
  // The venue would take no more stops beside the old ones: they had to be cancelled first.
  bool capped = false;
  // That must pass, at the least.
  std::int64_t round_trips() const { return 1 + (behind ? 1 : 0) + (capped ? 1 : 0); }
};

class ProtectionTimes {
 public:
  void on_step(const Event& event, const Output& output, const State& state);
  const std::vector<ProtectionTime>& times() const { return times_; }

 private:
  struct Waiting {
    TrancheId tranche{};
    Timestamp since;
    Quantity until;  // Of accepted stops.
    bool behind = false;
    bool capped = false;
  };

  void begin(const Event& event, const Output& output, const State& state);

  std::vector<Waiting> waiting_;
  std::vector<ProtectionTime> times_;
};

}  // namespace tranchet

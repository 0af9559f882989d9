// How long a message is on its way, and whether it arrives at all.
#pragma once

#include <optional>

#include "backtest/wargame/plan.h"
#include "backtest/wargame/random.h"

namespace tranchet {

struct Passage {
  std::optional<Duration> delay;   // Nullopt: lost.
  std::optional<Duration> repeat;  // Delivered once more, that much after sending.
  bool overtakes = false;          // Does not wait for the messages before it.
};

class Network {
 public:
  explicit Network(const Plan& plan)
      : faults_(plan.faults),
        one_way_(Duration::nanoseconds(plan.round_trip.count() / 2)),
        random_(plan.seed, "network") {}

  // From now on nothing goes wrong.
  void heal() { faults_ = FaultSet(); }

  Passage request();
  Passage response();
  Passage message();  // Of a stream.
  Duration one_way() const { return one_way_; }

 private:
  bool happens(Fault fault, std::uint32_t per_mille) {
    return faults_.has(fault) && random_.per_mille(per_mille);
  }
  Duration delay();

  FaultSet faults_;
  Duration one_way_;
  Random random_;
};

}  // namespace tranchet

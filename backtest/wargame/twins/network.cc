#include "backtest/wargame/twins/network.h"

namespace tranchet {

// One draw a statement throughout: compilers differ in which operand of a sum they draw first.
//
// Exactly half the round trip where nothing goes wrong, so that what a healthy world measures is
// the program and not the dice.
Duration Network::delay() {
  if (faults_.empty()) return one_way_;
  const auto jitter = random_.between(Duration(), one_way_);
  if (happens(Fault::SlowNetwork, 80)) {
    return one_way_ + random_.between(Duration::milliseconds(300), Duration::seconds(4));
  }
  return one_way_ + jitter;
}

Passage Network::request() {
  Passage passage{.delay = delay()};
  if (happens(Fault::LostRequest, 40)) passage.delay.reset();
  if (happens(Fault::LateRequest, 40)) {
    passage.delay = random_.between(Duration::seconds(3), Duration::seconds(14));
  }
  if (happens(Fault::DuplicateRequest, 50)) {
    passage.repeat = delay();
    passage.repeat = *passage.repeat + random_.between(Duration(), Duration::seconds(8));
  }
  return passage;
}

Passage Network::response() {
  Passage passage{.delay = delay()};
  if (happens(Fault::LostResponse, 40)) passage.delay.reset();
  return passage;
}

Passage Network::message() {
  Passage passage{.delay = delay()};
  if (happens(Fault::DuplicateMessage, 60)) {
    passage.repeat = delay();
    passage.repeat = *passage.repeat + random_.between(Duration(), Duration::seconds(3));
  }
  passage.overtakes = happens(Fault::ReorderedMessages, 200);
  if (passage.overtakes) {
    passage.delay = *passage.delay + random_.between(Duration(), Duration::milliseconds(800));
  }
  return passage;
}

}  // namespace tranchet

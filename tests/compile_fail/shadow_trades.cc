// A shadow has no port, and its engine cannot be put where one is.
#include "replay/loop.h"
#include "replay/shadow.h"

namespace tranchet {

void shadow_trades(Shadow& shadow, Engine& engine, Venue& venue, Observer& observer) {
#ifdef FORBIDDEN
  static_cast<void>(engine);
  Loop loop(shadow.engine(), venue, observer, {});
#else
  static_cast<void>(shadow);
  Loop loop(engine, venue, observer, {});
#endif
  loop.hold();
}

}  // namespace tranchet

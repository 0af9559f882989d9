// The right to trade for real comes from keys, and from nowhere else.
#include "adapters/live/live_permit.h"

namespace tranchet {

bool has_a_permit_without_keys() {
#ifdef FORBIDDEN
  const LivePermit permit{nullptr};
#endif
  return false;
}

}  // namespace tranchet

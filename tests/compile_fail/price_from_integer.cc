// A bare number does not say what it counts: 45000 coins, or 45000 counts of 1e-8?
#include "events/decimal.h"

namespace tranchet {

Price made() {
#ifdef FORBIDDEN
  return 45'000;
#else
  return Price::from_raw(45'000);
#endif
}

}  // namespace tranchet

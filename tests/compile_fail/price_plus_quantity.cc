// Units do not mix: a price is not so many coins.
#include "events/decimal.h"

namespace tranchet {

using namespace literals;

Price sum() {
#ifdef FORBIDDEN
  return 45'000_px + 0.1_qty;
#else
  return 45'000_px + 0.1_px;
#endif
}

}  // namespace tranchet

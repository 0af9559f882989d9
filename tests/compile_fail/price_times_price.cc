// A price times a price means nothing: only value_of(price, quantity) crosses units.
#include "events/decimal.h"

namespace tranchet {

using namespace literals;

Value squared() {
#ifdef FORBIDDEN
  return 45'000_px * 45'000_px;
#else
  return value_of(45'000_px, 0.1_qty);
#endif
}

}  // namespace tranchet

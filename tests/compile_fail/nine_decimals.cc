// A literal finer than the scale is refused by the compiler, not rounded.
#include "events/decimal.h"

namespace tranchet {

using namespace literals;

Price finest() {
#ifdef FORBIDDEN
  return 1.123456789_px;
#else
  return 1.12345678_px;
#endif
}

}  // namespace tranchet

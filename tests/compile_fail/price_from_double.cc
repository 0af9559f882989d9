// There is no way in through floating point: 0.1 has no exact double.
#include "events/decimal.h"

namespace tranchet {

using namespace literals;

Price made() {
#ifdef FORBIDDEN
  return Price{0.1};
#else
  return Price{0.1_px};
#endif
}

}  // namespace tranchet

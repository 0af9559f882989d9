// Identities are types of their own: an order is not a trade, though both are numbers.
#include "events/ids.h"

namespace tranchet {

bool same(OrderId order, [[maybe_unused]] TradeId trade) {
#ifdef FORBIDDEN
  return order == trade;
#else
  return order == OrderId{static_cast<std::uint64_t>(trade)};
#endif
}

}  // namespace tranchet

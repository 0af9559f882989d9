// DELETE /positions without an id means "exit everything": no call without one can be made.
#include "adapters/fyers/requests.h"

namespace tranchet::fyers {

Call leave(std::string_view symbol) {
#ifdef FORBIDDEN
  static_cast<void>(symbol);
  return exit_position_call({});
#else
  return exit_position_call(PositionId::of(symbol, Product::Intraday).value());
#endif
}

}  // namespace tranchet::fyers

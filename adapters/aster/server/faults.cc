#include "adapters/aster/server/faults.h"

namespace tranchet::aster_venue {

std::expected<FaultOrder, std::string> parse_fault(std::string_view text) {
  auto fault = venue_server::parse_fault<FaultKind>(text);
  if (fault && fault->code == 0) fault->code = -2010;
  return fault;
}

}  // namespace tranchet::aster_venue

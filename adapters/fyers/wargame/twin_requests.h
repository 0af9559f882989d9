// The requests of the core, read back as a venue reads them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "adapters/port/traffic.h"
#include "events/command.h"
#include "events/names.h"

namespace tranchet::fyers {

enum class Asked : std::uint8_t {
  Tokens = 1,
  Quotes,
  Order,
  Batch,
  Amend,
  Cancel,
  Query,
  Positions,
  OrderBook,
  Trades,
  Funds,
};

struct ReadRequest {
  Asked asked{};
  std::vector<Command> commands;     // What a venue can know of them: no tranche, no purpose.
  std::vector<std::string> symbols;  // Of Tokens.
  std::uint32_t requests = 1;        // Against the limits.
};

// The program is wrong where it cannot be read.
ReadRequest read_request(const HttpRequest& request, const Names& names);

}  // namespace tranchet::fyers

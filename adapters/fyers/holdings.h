// Shares in the demat account: where a CNC position is from the day after it was bought. Source:
// Fyers API v3, "Holdings".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/fyers/requests.h"
#include "adapters/fyers/rest_messages.h"

namespace tranchet::fyers {

struct HoldingRow {
  std::string symbol;
  Quantity quantity;  // At the start of the day: what is sold today is in the positions, below 0.
  Maybe<Price> average;
  Maybe<Price> last;  // Traded; where it is said.
};

Call holdings_call();
Read<std::vector<HoldingRow>> read_holdings(std::string_view body);

}  // namespace tranchet::fyers

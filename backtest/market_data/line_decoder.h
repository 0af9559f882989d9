// From lines to rows: what a format has to provide.
#pragma once

#include <expected>

#include "backtest/market_data/line_reader.h"
#include "backtest/market_data/market_data.h"

namespace tranchet {

class LineDecoder {
 public:
  virtual ~LineDecoder() = default;
  // Appends to `block` what the lines say. `lines` has kLinePadding readable bytes behind it.
  virtual std::expected<void, InputError> decode(Lines lines, Block& block) = 0;
};

}  // namespace tranchet

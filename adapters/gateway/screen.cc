#include "adapters/gateway/screen.h"

#include "replay/resume.h"
#include "replay/verify.h"

namespace tranchet {

std::expected<Screen, LogError> Screen::begin(const Event& first, LogReader& log) {
  auto before = engine_before(log);
  if (!before) return std::unexpected(before.error());
  if (*before) return begin(std::move(**before));
  return begin(first, log.names());
}

std::expected<Screen, LogError> Screen::begin(const Event& first, const Names& names) {
  Names copy = names;  // Reading the settings may name instruments.
  auto engine = engine_of(first, copy);
  if (!engine) return std::unexpected(engine.error());
  return Screen(std::move(*engine));
}

const Output& Screen::apply(const Event& event) {
  output_.clear();
  engine_.apply(event, output_);
  ledger_.take(event, output_, engine_.state());
  return output_;
}

Maybe<Price> valuation_price(const InstrumentState& instrument) {
  return instrument.mark ? instrument.mark : instrument.trade;
}

Money unrealized_pnl(PositionSide side, Quantity quantity, Value cost, Price price) {
  const Value worth = value_of(price, quantity);
  return to_money(side == PositionSide::Long ? worth - cost : cost - worth);
}

Money exposure(Quantity quantity, Price price) {
  return to_money(value_of(price, quantity));
}

}  // namespace tranchet

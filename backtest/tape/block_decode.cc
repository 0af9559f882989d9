// Blocks back to rows.
#include <algorithm>
#include <array>

#include "backtest/tape/mixed_rows.h"
#include "backtest/tape/tick_block.h"

namespace tranchet {
namespace {

constexpr std::uint32_t kRowsAtOnce = kStretchTicks;  // Stays in the first cache.

struct Piece {
  std::array<std::int64_t, kRowsAtOnce> times;
  std::array<std::int64_t, kRowsAtOnce> prices;
  std::array<std::int64_t, kRowsAtOnce> quantities;
  std::array<std::int64_t, kRowsAtOnce> aggressors;
};

Maybe<Quantity> quantity_of(std::int64_t raw) {
  return raw == kAbsent ? Maybe<Quantity>() : Maybe<Quantity>(Quantity::from_raw(raw));
}

void decode_ticks(const TickBlock& block, InstrumentId instrument, Block& out) {
  Piece piece;
  const bool trades = block.kind() == BlockKind::Trades;
  for (std::uint32_t from = 0; from < block.size(); from += kRowsAtOnce) {
    const std::size_t size = std::min(kRowsAtOnce, block.size() - from);
    block.widen_times(from, std::span(piece.times).first(size));
    block.prices().widen(from, std::span(piece.prices).first(size));
    if (!trades) {
      for (std::size_t at = 0; at < size; ++at) {
        out.events.push_back({Timestamp::from_nanoseconds(piece.times[at]),
                              MarkPrice{instrument, Price::from_raw(piece.prices[at])}});
      }
      continue;
    }
    block.column(TickColumn::Quantities).widen(from, std::span(piece.quantities).first(size));
    block.column(TickColumn::Aggressor).widen(from, std::span(piece.aggressors).first(size));
    for (std::size_t at = 0; at < size; ++at) {
      out.trades.push_back({Timestamp::from_nanoseconds(piece.times[at]),
                            Price::from_raw(piece.prices[at]), quantity_of(piece.quantities[at]),
                            static_cast<std::uint8_t>(piece.aggressors[at])});
    }
  }
}

}  // namespace

void TickBlock::decode(InstrumentId instrument, Block& out) const {
  switch (kind()) {
    case BlockKind::Trades:
    case BlockKind::Marks:
      return decode_ticks(*this, instrument, out);
    case BlockKind::Bars:
      for (std::uint32_t at = 0; at < size(); ++at) out.bars.push_back(bar(at));
      return;
    case BlockKind::Mixed:
      return read_mixed_rows(*head_, bytes_, instrument, out.events);
  }
}

}  // namespace tranchet

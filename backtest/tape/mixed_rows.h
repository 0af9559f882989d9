// Occurrences of any kind in their order, a row after the other: a capture's trades, marks, best
// prices, liquidations and funding rates.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "backtest/tape/tick_block.h"

namespace tranchet {

// Appends the rows to `words` and says in `head` what reading them takes. A row is a byte for the
// kind and its flags, then numbers of 7 bits a byte, lowest first: time since the row before,
// prices against the price before, quantities as they are.
void write_mixed_rows(std::span<const Occurrence> events, BlockHead& head,
                      std::vector<std::uint64_t>& words);

// The other way round. Bytes that are no such rows give fewer of them, never an access outside.
void read_mixed_rows(const BlockHead& head, const std::byte* bytes, InstrumentId instrument,
                     std::vector<Occurrence>& out);

}  // namespace tranchet

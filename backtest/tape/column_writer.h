// Values to columns, in the narrowest form that gives them back exactly.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "backtest/tape/tick_block.h"

namespace tranchet {

// Fills the words of one block from the front.
class ColumnWriter {
 public:
  explicit ColumnWriter(std::vector<std::uint64_t>& words) : words_(words) { words_.clear(); }

  std::uint32_t size() const { return static_cast<std::uint32_t>(words_.size() * 8); }

  // Offsets (at most `most`) as they are, in the fewest bits that hold `most`.
  ColumnLayout put(std::span<const std::uint64_t> offsets, std::uint64_t most, std::int64_t base,
                   std::int64_t unit);
  // Room for more words, zero.
  std::uint64_t* extend(std::size_t words);

 private:
  std::vector<std::uint64_t>& words_;
};

// Values as base + unit x offset: the base is the least of them, the unit a power of ten.
struct Scaled {
  std::int64_t base = 0;
  std::int64_t unit = 1;
  std::uint64_t most = 0;  // The largest offset.
};

// Splits `values` into that, with the offsets in `offsets`; the unit is the largest that fits, at
// most 10^9.
Scaled scale(std::span<const std::int64_t> values, std::span<std::uint64_t> offsets);

}  // namespace tranchet

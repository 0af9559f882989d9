// Rows to blocks: what import writes to a tape, and what a reader of raw files may work on instead.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "backtest/tape/tick_block.h"

namespace tranchet {

// A block that owns its bytes.
struct EncodedBlock {
  BlockHead head;
  std::vector<std::uint64_t> words;  // The block's bytes, aligned.

  TickBlock view() const {
    return TickBlock(head, reinterpret_cast<const std::byte*>(words.data()));
  }
};

class BlockEncoder {
 public:
  BlockEncoder();
  ~BlockEncoder();
  BlockEncoder(const BlockEncoder&) = delete;
  BlockEncoder& operator=(const BlockEncoder&) = delete;

  // Replaces `out` by the rows: 1 to kBlockTicks, in order of time, all of one instrument. Trades
  // alone and marks alone become the fast kinds; anything else a mixed block.
  void encode(std::span<const PlainTrade> trades, EncodedBlock& out);
  void encode(std::span<const Occurrence> events, EncodedBlock& out);
  void encode(std::span<const Bar> bars, EncodedBlock& out);

 private:
  struct Scratch;
  std::unique_ptr<Scratch> scratch_;
};

}  // namespace tranchet

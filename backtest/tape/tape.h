// A tape: the history of one instrument in one file, as checked columns that are read where they
// lie. The file is an LMDB environment with a record about the whole, and for each block a head
// (with its summary and checksums) and the block's bytes.
//
// A tape only grows. Blocks that are there are never written again, and readers hold on to nothing
// but them: a tape may be read while an import appends to it.
#pragma once

#include <compare>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "backtest/tape/tick_block.h"

namespace tranchet {

inline constexpr std::uint32_t kTapeVersion = 1;

// What is known about the whole tape.
struct TapeMeta {
  std::uint32_t version = kTapeVersion;
  std::string symbol;
  std::uint64_t blocks = 0;
  std::uint64_t count = 0;  // Ticks, bars or occurrences.
  // Of all imports together, as reading the files gave it: format, rows, duplicates, gaps, decimals
  // (0.1 is the tick of prices with one decimal), has_bars, has_trades, has_marks.
  DataReport report;
};

// A head as it lies in the file. The bytes of the structure are the format: it has no padding.
struct SealedHead {
  BlockHead head;
  std::uint64_t checksum = 0;  // CRC-32C of the head.
};

// A place in a tape: the `index`-th row of a block. Behind the last row: {blocks, 0}.
struct TapePosition {
  std::uint32_t block = 0;
  std::uint32_t index = 0;
  friend constexpr auto operator<=>(TapePosition, TapePosition) = default;
};

struct TapeExit {
  TapePosition at;      // `end` where no price is outside.
  PriceSummary passed;  // Of all ticks before it.
};

class Tape {
 public:
  // Whether a file is a tape, sound or not, by its first bytes.
  static bool is_tape(const std::filesystem::path& path);

  // Read only. A child process walks the pages first, because LMDB crashes on some damaged ones.
  // Errors: not a tape, of another version, damaged (names the block), cannot be read.
  static std::expected<std::shared_ptr<const Tape>, InputError> open(
      const std::filesystem::path& path);
  ~Tape();
  Tape(const Tape&) = delete;
  Tape& operator=(const Tape&) = delete;

  const TapeMeta& meta() const { return meta_; }
  std::uint32_t blocks() const { return static_cast<std::uint32_t>(heads_.size()); }
  // Without reading the block: what it holds, its summary, its time range.
  const BlockHead& head(std::uint32_t index) const { return heads_[index]; }
  TapePosition end() const { return {blocks(), 0}; }

  // The block where it lies in the file. Its checksums are compared the first time that this
  // process asks for it. Safe from several threads. The error names the block and its time range.
  std::expected<TickBlock, InputError> block(std::uint32_t index) const;

  // The first row from `from` on that is at or after a time (epoch ns): a bar by its opening.
  std::expected<TapePosition, InputError> first_at(TapePosition from, std::int64_t time) const;

  // For tapes of trades or marks alone (every block of kind Trades or Marks): the first tick of
  // [from, end) with a price <= low or >= high. Costs about as much as the levels of summaries it
  // climbs, however far away the exit is. Blocks it passes over are read no further than their
  // heads; those have checksums of their own, compared at open.
  std::expected<TapeExit, InputError> find_exit(TapePosition from, TapePosition end,
                                                std::int64_t low, std::int64_t high) const;

 private:
  struct File;
  Tape();
  class Guard;
  std::expected<void, InputError> verify_summaries(std::uint32_t index) const;
  std::expected<void, InputError> verify_stretch(std::uint32_t index, std::uint32_t stretch) const;
  void build_pyramid();
  std::uint32_t pass_blocks(std::uint32_t block, std::uint32_t end, std::int64_t low,
                            std::int64_t high, PriceSummary& passed) const;

  std::unique_ptr<File> file_;
  TapeMeta meta_;
  std::vector<BlockHead> heads_;
  std::vector<const std::byte*> bytes_;
  std::vector<std::vector<PriceSummary>> pyramid_;  // [0]: of 16 blocks each, [1]: of 256, ...
};

}  // namespace tranchet

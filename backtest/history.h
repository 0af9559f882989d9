// One instrument's history piece by piece, wherever it comes from: blocks of a tape where they lie
// in its file, rows of raw files gathered into blocks of the same make. Many lanes take one piece.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "backtest/tape/block_exit.h"
#include "backtest/tape/tick_block.h"

namespace tranchet {

// A block of trades, marks or bars; or else rows of several kinds. Either is valid until the next
// piece is asked for.
struct HistoryPiece {
  std::optional<TickBlock> block;
  std::span<const Occurrence> rows;
  // Compares checksums of stretches as they are read; null: the block is sound. When it says no,
  // the reader stops where it is, and the next piece is the error.
  StretchGuard* guard = nullptr;

  Timestamp first_time() const {
    return block ? Timestamp::from_nanoseconds(block->head().summary[0].first_time)
                 : rows.front().time;
  }
};

class History {
 public:
  virtual ~History() = default;

  // Replaces `piece`, which is not empty then; false at the end.
  virtual std::expected<bool, InputError> next(HistoryPiece& piece) = 0;
  virtual const DataReport& report() const = 0;
};

class Tape;

// Data that is read once or many times: a tape is opened, and what is read of it is checked, once
// for all.
class HistorySource {
 public:
  // As open_data(): a tape or raw files.
  static std::expected<HistorySource, InputError> open(DataOptions options);

  // From the first piece on; events call the instrument so. Safe from several threads.
  std::expected<std::unique_ptr<History>, InputError> read(InstrumentId instrument) const;

 private:
  HistorySource(DataOptions options, std::shared_ptr<const Tape> tape)
      : options_(std::move(options)), tape_(std::move(tape)) {}

  DataOptions options_;
  std::shared_ptr<const Tape> tape_;  // Null: raw files.
};

}  // namespace tranchet

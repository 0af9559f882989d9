#include "backtest/tape/tape_import.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "backtest/tape/tape_writer.h"

namespace tranchet {
namespace {

using Failure = std::unexpected<InputError>;

Timestamp start_of(const Occurrence& event) {
  return event.time;
}
Timestamp start_of(const PlainTrade& trade) {
  return trade.time;
}
Timestamp start_of(const Bar& bar) {
  return bar.open_time;
}

// Rows as they come into blocks that are full.
class BlockFiller {
 public:
  BlockFiller(TapeWriter& writer, std::filesystem::path into)
      : writer_(writer), into_(std::move(into)) {}

  template <class Row>
  std::expected<void, InputError> take(std::vector<Row>& held, std::span<const Row> rows) {
    if (rows.empty()) return {};
    if (!has_begun_) {
      if (auto fits = check_start(start_of(rows.front())); !fits) return fits;
    }
    has_begun_ = true;
    while (!rows.empty()) {
      const std::size_t size = std::min(rows.size(), kBlockTicks - held.size());
      held.insert(held.end(), rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(size));
      rows = rows.subspan(size);
      if (held.size() < kBlockTicks) break;
      if (auto written = write(held); !written) return written;
    }
    return {};
  }
  std::expected<void, InputError> take(const Block& block) {
    // Rows of another kind begin a block of their own.
    if (block.trades.empty() != held_.trades.empty()) {
      if (auto written = end(); !written) return written;
    }
    if (auto taken = take<Bar>(held_.bars, block.bars); !taken) return taken;
    if (auto taken = take<PlainTrade>(held_.trades, block.trades); !taken) return taken;
    return take<Occurrence>(held_.events, block.events);
  }
  std::expected<void, InputError> end() {
    if (auto written = write(held_.bars); !written) return written;
    if (auto written = write(held_.trades); !written) return written;
    return write(held_.events);
  }

 private:
  template <class Row>
  std::expected<void, InputError> write(std::vector<Row>& held) {
    if (held.empty()) return {};
    encoder_.encode(held, encoded_);
    held.clear();
    return writer_.append(encoded_);
  }

  std::expected<void, InputError> check_start(Timestamp first) const {
    const DataReport& report = writer_.meta().report;
    if (writer_.is_new() || !report.last_time || first > *report.last_time) return {};
    return Failure(InputError{.file = into_.string(),
                              .message = "the tape has data until " + to_text(*report.last_time) +
                                         ", the import begins at " + to_text(first) +
                                         ": they overlap; nothing was written"});
  }

  TapeWriter& writer_;
  std::filesystem::path into_;
  BlockEncoder encoder_;
  Block held_;
  EncodedBlock encoded_;
  bool has_begun_ = false;
};

std::expected<void, InputError> check_kind(const TapeWriter& writer, const DataReport& report,
                                           const std::filesystem::path& into) {
  if (writer.is_new() || writer.meta().report.has_bars == report.has_bars) return {};
  return Failure(InputError{
      .file = into.string(),
      .message = std::string("is a tape of ") +
                 (report.has_bars ? "ticks, the data has bars" : "bars, the data has ticks") +
                 "; nothing was written"});
}

}  // namespace

std::expected<ImportResult, InputError> import_tape(const DataOptions& options,
                                                    const std::filesystem::path& into) {
  for (const auto& path : options.paths) {
    if (!Tape::is_tape(path)) continue;
    return Failure(InputError{.file = path.string(), .message = "is a tape already"});
  }
  auto data = MarketData::open(options);
  if (!data) return Failure(data.error());
  auto writer = TapeWriter::open(into, options.symbol);
  if (!writer) return Failure(writer.error());
  if (auto alike = check_kind(**writer, (*data)->report(), into); !alike) {
    return Failure(alike.error());
  }
  BlockFiller filler(**writer, into);
  Block block;
  for (;;) {
    const auto more = (*data)->next(block);
    if (!more) return Failure(more.error());
    if (!*more) break;
    if (auto taken = filler.take(block); !taken) return Failure(taken.error());
  }
  if (auto ended = filler.end(); !ended) return Failure(ended.error());
  if (auto finished = (*writer)->finish((*data)->report()); !finished) {
    return Failure(finished.error());
  }
  std::error_code failed;
  return ImportResult{.meta = (*writer)->meta(),
                      .added = (*data)->report(),
                      .bytes = std::filesystem::file_size(into, failed)};
}

std::expected<TapeMeta, InputError> check_tape(const std::filesystem::path& path) {
  auto tape = Tape::open(path);
  if (!tape) return Failure(tape.error());
  BlockEncoder encoder;
  EncodedBlock again;
  Block rows;
  for (std::uint32_t index = 0; index < (*tape)->blocks(); ++index) {
    const auto block = (*tape)->block(index);
    if (!block) return Failure(block.error());
    rows.clear();
    block->decode(InstrumentId{1}, rows);
    if (!rows.bars.empty()) encoder.encode(rows.bars, again);
    if (!rows.trades.empty()) encoder.encode(rows.trades, again);
    if (!rows.events.empty()) encoder.encode(rows.events, again);
    // The same rows make the same bytes, summaries and all.
    const bool is_same = rows.size() == block->size() && again.head.bytes == block->head().bytes &&
                         std::memcmp(&again.head, &block->head(), sizeof(BlockHead)) == 0 &&
                         std::memcmp(again.words.data(), block->bytes(), again.head.bytes) == 0;
    if (!is_same) {
      const PriceSummary& range = block->head().summary[0];
      return Failure(InputError{.file = path.string(),
                                .message = "block " + std::to_string(index) + " (" +
                                           to_text(Timestamp::from_nanoseconds(range.first_time)) +
                                           " to " +
                                           to_text(Timestamp::from_nanoseconds(range.last_time)) +
                                           ") is damaged: its summaries are not those of its rows",
                                .fault = InputFault::Damaged});
    }
  }
  return (*tape)->meta();
}

}  // namespace tranchet

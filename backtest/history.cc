#include "backtest/history.h"

#include <algorithm>

#include "backtest/tape/block_encoder.h"
#include "backtest/tape/tape.h"
#include "backtest/tape/tape_data.h"

namespace tranchet {
namespace {

// Blocks that nobody has to read are not read: a lane that jumps over one sees its head only.
class TapeHistory final : public History, private StretchGuard {
 public:
  TapeHistory(std::shared_ptr<const Tape> tape, InstrumentId instrument)
      : tape_(std::move(tape)), instrument_(instrument) {}

  std::expected<bool, InputError> next(HistoryPiece& piece) override {
    piece = {};
    if (error_) return std::unexpected(*error_);
    if (next_ == tape_->blocks()) return false;
    current_ = next_++;
    if (tape_->head(current_).kind != BlockKind::Mixed) {
      piece.block = tape_->unchecked(current_);
      piece.guard = this;
      return true;
    }
    const auto block = tape_->block(current_);
    if (!block) return std::unexpected(block.error());
    decoded_.clear();
    block->decode(instrument_, decoded_);
    piece.rows = decoded_.events;
    return true;
  }
  const DataReport& report() const override { return tape_->meta().report; }

 private:
  bool is_sound(std::uint32_t stretch) override {
    if (auto checked = tape_->check(current_, stretch); !checked) error_ = checked.error();
    return !error_;
  }

  std::shared_ptr<const Tape> tape_;
  InstrumentId instrument_;
  std::uint32_t next_ = 0;
  std::uint32_t current_ = 0;
  std::optional<InputError> error_;
  Block decoded_;
};

class RawHistory final : public History {
 public:
  explicit RawHistory(std::unique_ptr<MarketData> data) : data_(std::move(data)) {}

  std::expected<bool, InputError> next(HistoryPiece& piece) override {
    piece = {};
    while (at_ == rows_.size()) {
      at_ = 0;
      const auto more = data_->next(rows_);
      if (!more || !*more) return more;
    }
    if (!rows_.bars.empty()) return encode(rows_.bars, piece);
    if (!rows_.trades.empty()) return encode(rows_.trades, piece);
    const auto events = std::span(rows_.events).subspan(at_);
    const std::size_t size = alike(events);
    if (size < kFewest) {
      piece.rows = events.first(std::min(size_of_mixture(events), events.size()));
      at_ += piece.rows.size();
      return true;
    }
    encoder_.encode(events.first(size), encoded_);
    piece.block = encoded_.view();
    at_ += size;
    return true;
  }
  const DataReport& report() const override { return data_->report(); }

 private:
  template <class Row>
  bool encode(const std::vector<Row>& rows, HistoryPiece& piece) {
    const auto rest = std::span(rows).subspan(at_);
    encoder_.encode(rest.first(std::min<std::size_t>(rest.size(), kBlockTicks)), encoded_);
    piece.block = encoded_.view();
    at_ += encoded_.head.count;
    return true;
  }

  // A block of fewer ticks saves nothing.
  static constexpr std::size_t kFewest = 64;

  // How many events at the front are trades, or marks, and nothing else.
  static std::size_t alike(std::span<const Occurrence> events) {
    const EventBody& first = events.front().body;
    if (!std::holds_alternative<TradePrinted>(first) && !std::holds_alternative<MarkPrice>(first)) {
      return 0;
    }
    std::size_t size = 1;
    while (size < events.size() && size < kBlockTicks &&
           events[size].body.index() == first.index()) {
      ++size;
    }
    return size;
  }
  // How many events at the front make no block.
  static std::size_t size_of_mixture(std::span<const Occurrence> events) {
    std::size_t size = 0;
    while (size < events.size()) {
      const std::size_t next = alike(events.subspan(size));
      if (next >= kFewest) break;
      size += std::max<std::size_t>(next, 1);
    }
    return size;
  }

  std::unique_ptr<MarketData> data_;
  Block rows_;
  std::size_t at_ = 0;  // The first row that is in no piece yet.
  BlockEncoder encoder_;
  EncodedBlock encoded_;
};

}  // namespace

std::expected<HistorySource, InputError> HistorySource::open(DataOptions options) {
  auto tape = open_tape(options);
  if (!tape) return std::unexpected(tape.error());
  return HistorySource(std::move(options), std::move(*tape));
}

std::expected<std::unique_ptr<History>, InputError> HistorySource::read(
    InstrumentId instrument) const {
  if (tape_ != nullptr) return std::make_unique<TapeHistory>(tape_, instrument);
  DataOptions options = options_;
  options.instrument = instrument;
  auto data = MarketData::open(std::move(options));
  if (!data) return std::unexpected(data.error());
  return std::make_unique<RawHistory>(std::move(*data));
}

}  // namespace tranchet

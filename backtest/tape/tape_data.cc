#include "backtest/tape/tape_data.h"

#include <algorithm>
#include <utility>

#include "backtest/market_data/detect.h"
#include "backtest/tape/tape.h"

namespace tranchet {
namespace {

class TapeData final : public MarketData {
 public:
  TapeData(std::shared_ptr<const Tape> tape, InstrumentId instrument)
      : tape_(std::move(tape)), instrument_(instrument) {}

  std::expected<bool, InputError> next(Block& block) override {
    block.clear();
    if (next_ == tape_->blocks()) return false;
    const auto held = tape_->block(next_++);
    if (!held) return std::unexpected(held.error());
    held->decode(instrument_, block);
    return true;
  }
  const DataReport& report() const override { return tape_->meta().report; }

 private:
  std::shared_ptr<const Tape> tape_;
  InstrumentId instrument_;
  std::uint32_t next_ = 0;
};

}  // namespace

std::expected<std::shared_ptr<const Tape>, InputError> open_tape(const DataOptions& options) {
  const auto found = std::ranges::find_if(options.paths, Tape::is_tape);
  if (found == options.paths.end()) return nullptr;
  const std::string file = found->string();
  if (options.paths.size() > 1) {
    return std::unexpected(InputError{
        .file = file, .message = "is a tape, which is read alone: import the other files into it"});
  }
  auto tape = Tape::open(*found);
  if (tape && (*tape)->meta().symbol != options.symbol) {
    return std::unexpected(InputError{.file = file,
                                      .message = "there is no row of " + options.symbol +
                                                 ": the tape is of " + (*tape)->meta().symbol});
  }
  return tape;
}

std::expected<std::unique_ptr<MarketData>, InputError> open_data(DataOptions options) {
  auto tape = open_tape(options);
  if (!tape) return std::unexpected(tape.error());
  if (*tape == nullptr) return MarketData::open(std::move(options));
  return std::make_unique<TapeData>(std::move(*tape), options.instrument);
}

std::expected<std::string, InputError> symbol_of_data(const std::filesystem::path& path) {
  if (!Tape::is_tape(path)) return symbol_in_name(path.filename().string());
  const auto tape = Tape::open(path);
  if (!tape) return std::unexpected(tape.error());
  return (*tape)->meta().symbol;
}

}  // namespace tranchet

#include "backtest/market_data/market_data.h"

#include <algorithm>
#include <utility>

#include "backtest/market_data/admission.h"
#include "backtest/market_data/byte_source.h"
#include "backtest/market_data/detect.h"
#include "backtest/market_data/line_reader.h"
#include "backtest/market_data/wording.h"
#include "events/ensure.h"

namespace tranchet {
namespace {

// The files of a data set, one after the other.
class FileSequence final : public MarketData {
 public:
  explicit FileSequence(DataOptions options)
      : options_(std::move(options)), admission_(options_.bad_rows) {}

  // Opens the first part that is not there yet. False at the end of the data.
  std::expected<bool, InputError> open_part();

  std::expected<bool, InputError> next(Block& block) override;
  const DataReport& report() const override { return admission_.report(); }

 private:
  std::expected<std::unique_ptr<InputPart>, InputError> find_part();
  std::expected<void, InputError> note_format(const DetectedFormat& format, const InputPart& part);

  DataOptions options_;
  Admission admission_;
  std::size_t next_path_ = 0;
  std::unique_ptr<InputFile> file_;
  std::unique_ptr<LineReader> reader_;
  std::unique_ptr<LineDecoder> decoder_;
  Lines pending_;  // The part's first lines, which were looked at to detect the format.
  bool finished_ = false;
};

std::expected<std::unique_ptr<InputPart>, InputError> FileSequence::find_part() {
  for (;;) {
    if (file_ != nullptr) {
      auto part = file_->next_part();
      if (!part || *part != nullptr) return part;
      file_.reset();
    }
    if (next_path_ == options_.paths.size()) return nullptr;
    auto opened = open_input(options_.paths[next_path_++]);
    if (!opened) return std::unexpected(opened.error());
    file_ = std::move(*opened);
  }
}

std::expected<void, InputError> FileSequence::note_format(const DetectedFormat& format,
                                                          const InputPart& part) {
  const std::string symbol = symbol_in_name(part.name);
  if (!symbol.empty() && symbol != options_.symbol) {
    return input_error(
        part.file, 0,
        "there is no row of " + options_.symbol + ": by its name the file is of " + symbol);
  }
  DataReport& report = admission_.report();
  const bool bars = !format.is_capture && makes_bars(format.plan.shape);
  if (!report.format.empty() && report.has_bars != bars) {
    return input_error(part.file, 0,
                       std::string(bars ? "has bars, but the file before it had ticks"
                                        : "has ticks, but the file before it had bars"));
  }
  report.has_bars = bars;
  if (!format.is_capture) {
    const RowShape shape = format.plan.shape;
    report.has_trades |= shape == RowShape::Trades || shape == RowShape::LeanTrades;
    report.has_marks |= shape == RowShape::MarkBars;
  }
  const std::string name = std::string(format.name) + " " +
                           std::string(format.is_capture && part.container == Container::Plain
                                           ? "text"
                                           : describe(part.container));
  if (report.format.empty()) {
    report.format = name;
  } else if (report.format.find(name) == std::string::npos) {
    report.format += ", " + name;
  }
  return {};
}

std::expected<bool, InputError> FileSequence::open_part() {
  decoder_.reset();
  reader_.reset();
  auto part = find_part();
  if (!part) return std::unexpected(part.error());
  if (*part == nullptr) return false;
  admission_.start_file((*part)->file);
  reader_ = std::make_unique<LineReader>(std::move(*part));
  auto head = reader_->next();
  if (!head) return std::unexpected(head.error());
  auto format = detect_format(reader_->part(), *head, options_.format);
  if (!format) return std::unexpected(format.error());
  if (auto noted = note_format(*format, reader_->part()); !noted) {
    return std::unexpected(noted.error());
  }
  pending_ = *head;
  while (pending_.first_line <= format->header_line) take_line(pending_);
  decoder_ = make_decoder(*format, options_, admission_);
  return true;
}

std::expected<bool, InputError> FileSequence::next(Block& block) {
  block.clear();
  ENSURE(reader_ != nullptr || finished_);  // Not again after an error.
  while (!finished_) {
    if (pending_.text.empty()) {
      const auto lines = reader_->next();
      if (!lines) return std::unexpected(lines.error());
      pending_ = *lines;
    }
    if (pending_.text.empty()) {
      const auto opened = open_part();
      if (!opened) return std::unexpected(opened.error());
      finished_ = !*opened;
      continue;
    }
    const auto decoded = decoder_->decode(std::exchange(pending_, {}), block);
    if (!decoded) return std::unexpected(decoded.error());
    if (block.size() > 0) return true;
  }
  if (const auto finished = admission_.finish(options_.symbol); !finished) {
    return std::unexpected(finished.error());
  }
  return false;
}

}  // namespace

void append_events(const Block& block, InstrumentId instrument, std::vector<Occurrence>& out) {
  for (const PlainTrade& trade : block.trades) out.push_back(trade.as_event(instrument));
  out.insert(out.end(), block.events.begin(), block.events.end());
}

std::expected<std::unique_ptr<MarketData>, InputError> MarketData::open(DataOptions options) {
  if (options.paths.empty()) return input_error("", 0, "no data file was named");
  const std::vector<std::string_view> known = data_formats();
  if (!options.format.empty() && std::ranges::find(known, options.format) == known.end()) {
    std::string text = "unknown format " + in_quotes(options.format) + "; the known ones are";
    for (const std::string_view name : known) text += " " + std::string(name);
    return input_error("", 0, text);
  }
  auto data = std::make_unique<FileSequence>(std::move(options));
  const auto opened = data->open_part();
  if (!opened) return std::unexpected(opened.error());
  if (!*opened) return input_error("", 0, "there is no file in the archive");
  return data;
}

}  // namespace tranchet

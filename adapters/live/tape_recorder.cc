#include "adapters/live/tape_recorder.h"

#include <algorithm>
#include <optional>

#include "backtest/market_data/market_data.h"
#include "backtest/tape/block_encoder.h"
#include "backtest/tape/tape_writer.h"

namespace tranchet {
namespace {

constexpr Duration kInterval = Duration::minutes(5);

std::optional<InstrumentId> recorded_instrument(const EventBody& body) {
  const bool is_market =
      std::holds_alternative<MarkPrice>(body) || std::holds_alternative<TradePrinted>(body) ||
      std::holds_alternative<BookTop>(body) || std::holds_alternative<LiquidationPrinted>(body) ||
      std::holds_alternative<FundingRate>(body);
  if (!is_market) return std::nullopt;
  return std::visit(
      [](const auto& event) {
        if constexpr (requires { event.instrument; }) return InstrumentId(event.instrument);
        return InstrumentId::None;
      },
      body);
}

// 0 for 45000, 1 for 45000.5.
int decimals_of(std::int64_t count) {
  int decimals = kDecimalPlaces;
  while (decimals > 0 && count % 10 == 0) {
    count /= 10;
    --decimals;
  }
  return count == 0 ? 0 : decimals;
}

DataReport report_of(const std::vector<Occurrence>& rows) {
  DataReport report{.format = "recorded", .rows = rows.size(), .used = rows.size()};
  report.first_time = rows.front().time;
  report.last_time = rows.back().time;
  for (const Occurrence& row : rows) {
    if (const auto* mark = std::get_if<MarkPrice>(&row.body)) {
      report.has_marks = true;
      report.price_decimals = std::max(report.price_decimals, decimals_of(mark->price.raw()));
    } else if (const auto* trade = std::get_if<TradePrinted>(&row.body)) {
      report.has_trades = true;
      report.price_decimals = std::max(report.price_decimals, decimals_of(trade->price.raw()));
      if (trade->quantity) {
        report.quantity_decimals =
            std::max(report.quantity_decimals, decimals_of((*trade->quantity).raw()));
      }
    }
  }
  return report;
}

std::string text_of(const InputError& error) {
  return error.file + ": " + error.message;
}

}  // namespace

TapeRecorder::TapeRecorder(const std::filesystem::path& into,
                           const std::vector<std::string>& symbols, Names& names) {
  for (const std::string& symbol : symbols) {
    const auto path = symbols.size() == 1 ? into : into / (symbol + ".tape");
    lines_[names.instrument(symbol)] = {.symbol = symbol, .path = path};
  }
  std::error_code exists;
  if (symbols.size() > 1) std::filesystem::create_directories(into, exists);
}

std::expected<void, std::string> TapeRecorder::take(const Occurrence& occurrence) {
  const auto instrument = recorded_instrument(occurrence.body);
  if (!instrument) return {};
  const auto found = lines_.find(*instrument);
  if (found == lines_.end()) return {};
  Line& line = found->second;
  // A tape's times never run back, whatever is done to the clock.
  line.newest = std::max(line.newest, occurrence.time);
  line.waiting.push_back({line.newest, occurrence.body});
  ++recorded_;
  if (!due_) due_ = read_clocks().steady + kInterval;
  if (line.waiting.size() < kBlockTicks) return {};
  return write(line);
}

std::expected<void, std::string> TapeRecorder::write(Timestamp steady, bool all) {
  if (!all && (!due_ || steady < *due_)) return {};
  due_.reset();
  for (auto& [instrument, line] : lines_) {
    if (auto written = write(line); !written) return written;
  }
  return {};
}

std::expected<void, std::string> TapeRecorder::write(Line& line) {
  if (line.waiting.empty()) return {};
  auto writer = TapeWriter::open(line.path, line.symbol);
  if (!writer) return std::unexpected(text_of(writer.error()));
  const DataReport& before = (*writer)->meta().report;
  if (!line.looked && !(*writer)->is_new() && before.last_time) {
    for (Occurrence& row : line.waiting) row.time = std::max(row.time, *before.last_time);
    line.newest = std::max(line.newest, *before.last_time);
  }
  line.looked = true;
  BlockEncoder encoder;
  EncodedBlock block;
  encoder.encode(line.waiting, block);
  if (auto written = (*writer)->append(block); !written) {
    return std::unexpected(text_of(written.error()));
  }
  if (auto finished = (*writer)->finish(report_of(line.waiting)); !finished) {
    return std::unexpected(text_of(finished.error()));
  }
  line.waiting.clear();
  return {};
}

}  // namespace tranchet

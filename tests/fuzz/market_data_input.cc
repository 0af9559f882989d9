#include "tests/fuzz/market_data_input.h"

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "backtest/market_data/admission.h"
#include "backtest/market_data/detect.h"
#include "backtest/market_data/line_reader.h"
#include "events/ensure.h"

namespace tranchet {
namespace {

class MemoryBytes final : public ByteSource {
 public:
  explicit MemoryBytes(std::string_view bytes) : left_(bytes) {}
  std::expected<std::size_t, std::string> read(std::span<char> out) override {
    const std::size_t count = std::min(out.size(), left_.size());
    std::copy_n(left_.begin(), count, out.begin());
    left_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view left_;
};

void check_bar(const Bar& bar, Timestamp& last) {
  ENSURE(bar.open_time > last && bar.close_time > bar.open_time);
  ENSURE(bar.low.is_positive() && bar.low <= bar.open && bar.low <= bar.close);
  ENSURE(bar.high >= bar.open && bar.high >= bar.close);
  ENSURE(bar.volume.value_or(Quantity()).raw() >= 0);
  last = bar.close_time;
}

void check_event(const Occurrence& event, Timestamp& last) {
  ENSURE(event.time >= last);
  last = event.time;
  if (const auto* trade = std::get_if<TradePrinted>(&event.body)) {
    ENSURE(trade->price.is_positive() && trade->quantity &&
           trade->quantity.operator*().is_positive());
  } else if (const auto* mark = std::get_if<MarkPrice>(&event.body)) {
    ENSURE(mark->price.is_positive());
  } else if (const auto* top = std::get_if<BookTop>(&event.body)) {
    ENSURE(top->bid_price.is_positive() && top->bid_price <= top->ask_price);
  } else if (const auto* forced = std::get_if<LiquidationPrinted>(&event.body)) {
    ENSURE(forced->average_price.is_positive() && forced->quantity.is_positive());
  } else {
    ENSURE(std::holds_alternative<FundingRate>(event.body));
  }
}

// Reads it all, however many rows are bad, and checks what comes out and that every row is counted
// once.
void read_all(std::string_view bytes, std::string_view format, std::size_t stretch) {
  auto part = std::make_unique<InputPart>();
  part->file = "bytes";
  part->name = "20131008_btcusdt_Trade_Tick.csv";
  part->container = Container::Plain;
  part->bytes = std::make_unique<MemoryBytes>(bytes);
  LineReader reader(std::move(part), stretch);
  auto lines = reader.next();
  if (!lines) return;
  const auto detected = detect_format(reader.part(), *lines, format);
  if (!detected) return;

  DataOptions options;
  options.symbol = "BTCUSDT";
  options.instrument = InstrumentId{1};
  Admission admission(*parse_bad_rows("100%"));
  const std::unique_ptr<LineDecoder> decoder = make_decoder(*detected, options, admission);
  while (!lines->text.empty() && lines->first_line <= detected->header_line) take_line(*lines);
  Timestamp last_bar_close, last_event;
  Block block;
  while (!lines->text.empty()) {
    block.clear();
    ENSURE(decoder->decode(*lines, block).has_value());
    for (const Bar& bar : block.bars) check_bar(bar, last_bar_close);
    std::vector<Occurrence> events;
    append_events(block, options.instrument, events);
    for (const Occurrence& event : events) check_event(event, last_event);
    lines = reader.next();
    ENSURE(lines.has_value());
  }
  const DataReport& report = admission.report();
  ENSURE(report.used + report.ignored + report.duplicates + report.bad == report.rows);
  ENSURE(report.bad_rows.size() == std::min<std::uint64_t>(report.bad, 100));
}

constexpr std::size_t kSmallStretch = 256;

}  // namespace

void read_as_text(std::string_view bytes) {
  read_all(bytes, "", kSmallStretch);
}

void read_as_csv(std::string_view bytes) {
  if (bytes.empty()) return;
  const std::vector<std::string_view> formats = csv_formats();
  const auto choice = static_cast<unsigned char>(bytes.front()) % formats.size();
  read_all(bytes.substr(1), formats[choice], kSmallStretch);
}

void read_as_capture(std::string_view bytes) {
  read_all(bytes, kCaptureFormat, kSmallStretch);
}

}  // namespace tranchet

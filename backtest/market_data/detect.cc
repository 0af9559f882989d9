#include "backtest/market_data/detect.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "backtest/market_data/capture_decoder.h"
#include "backtest/market_data/csv_decoder.h"
#include "backtest/market_data/wording.h"

namespace tranchet {
namespace {

constexpr std::size_t kRowsLookedAt = 20;

struct NumberedLine {
  std::string_view text;
  std::uint64_t number;
};

std::string upper_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

std::vector<NumberedLine> first_lines(Lines head) {
  std::vector<NumberedLine> lines;
  while (!head.text.empty() && lines.size() < kRowsLookedAt) {
    const std::uint64_t number = head.first_line;
    const std::string_view line = take_line(head);
    if (!line.empty()) lines.push_back({line, number});
  }
  return lines;
}

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Klines of mark prices have the columns of klines, but nothing was traded: no volume, though the
// number of updates in each row is not zero.
bool are_mark_klines(const std::vector<NumberedLine>& rows) {
  constexpr std::size_t kVolume = 5, kCount = 8, kColumns = 12;
  std::vector<std::string_view> fields;
  std::size_t seen = 0;
  for (const NumberedLine& row : rows) {
    split_fields(row.text, fields);
    if (fields.size() != kColumns) continue;
    const ParsedDecimal volume = parse_decimal(fields[kVolume]);
    const ParsedDecimal count = parse_decimal(fields[kCount]);
    if (volume.error || volume.count != 0 || count.error || count.count == 0) return false;
    ++seen;
  }
  return seen > 0;
}

// The day at the front of "20131008_spy_Trade_Tick.csv".
std::optional<std::int64_t> day_in_name(std::string_view name) {
  constexpr std::size_t kDigits = 8;
  if (name.size() <= kDigits || name[kDigits] != '_') return std::nullopt;
  return parse_day(name.substr(0, kDigits));
}

}  // namespace

std::string symbol_in_name(std::string_view name) {
  if (day_in_name(name) && lower_case(name).find("_tick.") != std::string::npos) {
    constexpr std::size_t kSymbol = 9;
    return upper_case(name.substr(kSymbol, name.find('_', kSymbol) - kSymbol));
  }
  // SYMBOL-KIND-YYYY-MM, and -DD in the daily files; the kind is an interval or a stream's name.
  const std::size_t kind_at = name.find('-');
  if (kind_at == std::string_view::npos) return {};
  const std::string_view symbol = name.substr(0, kind_at);
  const std::size_t date_at = name.find('-', kind_at + 1);
  if (date_at == std::string_view::npos || symbol != upper_case(symbol)) return {};
  const std::string_view kind = name.substr(kind_at + 1, date_at - kind_at - 1);
  constexpr std::array<std::string_view, 6> kKinds{
      "aggTrades", "trades", "bookTicker", "fundingRate", "liquidationSnapshot", "markPriceKlines"};
  const bool interval = kind.size() >= 2 && is_digits(kind.substr(0, kind.size() - 1));
  if (!interval && std::ranges::find(kKinds, kind) == kKinds.end()) return {};
  const std::string_view date = name.substr(date_at + 1);
  if (date.size() < 7 || !is_digits(date.substr(0, 4)) || date[4] != '-' ||
      !is_digits(date.substr(5, 2))) {
    return {};
  }
  return std::string(symbol);
}

std::expected<DetectedFormat, InputError> detect_format(const InputPart& part, Lines head,
                                                        std::string_view wanted) {
  std::vector<NumberedLine> lines = first_lines(head);
  if (lines.empty()) return input_error(part.file, 0, "is empty");

  DetectedFormat detected;
  const bool may_be_capture = wanted.empty() || wanted == kCaptureFormat;
  if (may_be_capture && std::ranges::any_of(lines, [](const NumberedLine& line) {
        return is_capture_line(line.text);
      })) {
    detected.name = kCaptureFormat;
    detected.is_capture = true;
    return detected;
  }

  const NumberedLine first = lines.front();
  std::optional<CsvPlan> plan;
  if (wanted != kCaptureFormat) {
    auto of_header = plan_of_header(first.text, wanted);
    if (!of_header) return input_error(part.file, first.number, of_header.error());
    plan = std::move(*of_header);
    if (plan) {
      detected.header_line = first.number;
      lines.erase(lines.begin());
    } else {
      std::vector<std::string_view> rows;
      for (const NumberedLine& line : lines) rows.push_back(line.text);
      plan = plan_of_rows(rows, wanted);
    }
  }
  if (!plan) {
    const std::string what = wanted.empty() ? "a known format" : std::string(wanted);
    return input_error(part.file, first.number,
                       "this is not " + what + ": " + in_quotes(first.text));
  }
  if (plan->shape == RowShape::Bars && wanted.empty() && plan->has(Slot::CloseTime) &&
      are_mark_klines(lines)) {
    plan->shape = RowShape::MarkBars;
    plan->format = "binance-markpriceklines";
  }
  if (plan->shape == RowShape::LeanTrades) {
    const std::optional<std::int64_t> day = day_in_name(part.name);
    if (!day) {
      return input_error(
          part.file, 0,
          "Lean ticks have their day in the file's name (20131008_spy_Trade_Tick.csv)"
          ", but this one is " +
              in_quotes(part.name));
    }
    plan->day = *day;
  }
  if (makes_bars(plan->shape)) plan->bar_length = bar_length_of(*plan, head);
  detected.name = plan->format;
  detected.plan = std::move(*plan);
  return detected;
}

std::unique_ptr<LineDecoder> make_decoder(const DetectedFormat& format, const DataOptions& options,
                                          Admission& admission) {
  if (format.is_capture) {
    return std::make_unique<CaptureDecoder>(options.symbol, options.instrument, admission);
  }
  return std::make_unique<CsvDecoder>(format.plan, options.symbol, options.instrument, admission);
}

std::vector<std::string_view> data_formats() {
  std::vector<std::string_view> names = csv_formats();
  names.push_back(kCaptureFormat);
  return names;
}

}  // namespace tranchet

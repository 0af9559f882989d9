#include "backtest/market_data/csv_decoder.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <utility>

#include "backtest/market_data/field_scan.h"
#include "backtest/market_data/wording.h"

namespace tranchet {
namespace {

constexpr std::int64_t kShortest = 1'000'000'000;  // Of a bar: a second.

bool is_plain_symbol(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

// How many of the eight bytes equal `byte`, exactly: a byte that differs leaves its top bit set.
std::uint64_t matches(std::uint64_t word, std::uint64_t byte) {
  constexpr std::uint64_t kLow = 0x7F7F'7F7F'7F7F'7F7F;
  const std::uint64_t other = word ^ (byte * 0x0101'0101'0101'0101);
  return ~(((other & kLow) + kLow) | other | kLow);
}

}  // namespace

CsvDecoder::CsvDecoder(CsvPlan plan, std::string symbol, InstrumentId instrument,
                       Admission& admission)
    : plan_(std::move(plan)),
      symbol_(std::move(symbol)),
      instrument_(instrument),
      admission_(admission),
      has_symbol_(plan_.has(Slot::Symbol)),
      has_id_(plan_.has(Slot::TradeId)),
      has_volume_(plan_.has(Slot::Volume) && plan_.shape == RowShape::Bars),
      has_close_time_(plan_.has(Slot::CloseTime)),
      has_clock_(plan_.has(Slot::Clock)),
      has_price_(plan_.has(Slot::TradePrice)) {
  for (const Slot slot : plan_.columns) columns_.push_back({slot, kind_of(slot)});
  while (!columns_.empty() && columns_.back().kind == FieldKind::Skip) {
    columns_.pop_back();
    ++tail_;
  }
}

// Past the skipped columns at the end of a row, which must be exactly `tail_`. `at` is behind the
// last field that means something. Eight bytes at a time: they are half of a kline's text.
const char* CsvDecoder::scan_tail(const char* at) const {
  std::size_t commas = 0;
  for (;; at += 8) {
    const std::uint64_t word = field_scan::load_eight(at);
    const std::uint64_t line_ends = matches(word, '\n');
    std::uint64_t comma_bits = matches(word, ',');
    if (line_ends != 0) comma_bits &= line_ends - 1;  // Those before the end of the line.
    commas += ((comma_bits >> 7) * 0x0101'0101'0101'0101) >> 56;
    if (line_ends != 0) {
      return commas == tail_ ? at + std::countr_zero(line_ends) / 8 + 1 : nullptr;
    }
  }
}

// Reads a row the fast way into row_. Returns the start of the next line; nullptr: read it exactly.
const char* CsvDecoder::scan(const char* at) {
  const auto word_end = [](const char* from) {
    while (*from != ',' && *from != '\n' && *from != '\r') ++from;
    return from;
  };
  for (std::size_t index = 0; index < columns_.size(); ++index) {
    if (index > 0 && *at++ != ',') return nullptr;
    while (*at == ' ') ++at;
    const Column column = columns_[index];
    const auto slot = static_cast<std::size_t>(column.slot);
    std::int64_t& number = row_.number[slot];
    switch (column.kind) {
      case FieldKind::Decimal:
        at = field_scan::decimal(at, number);
        break;
      case FieldKind::Time: {
        const char* const start = at;
        at = field_scan::integer(at, number);
        if (at != nullptr && (*at == ',' || *at == '\n' || *at == '\r')) {
          number = epoch_nanoseconds(number);
          if (number == 0) return nullptr;
          break;
        }
        at = word_end(start);
        const auto text = std::string_view(start, static_cast<std::size_t>(at - start));
        const std::optional<Timestamp> time = parse_row_time(text, plan_.offset);
        if (!time) return nullptr;
        number = time->nanoseconds();
        break;
      }
      case FieldKind::Integer:
        at = field_scan::integer(at, number);
        break;
      case FieldKind::Flag:
        at = field_scan::flag(at, number);
        break;
      case FieldKind::Word: {
        const char* const start = at;
        at = word_end(start);
        if (at != start && (*start == '\t' || at[-1] == ' ' || at[-1] == '\t')) return nullptr;
        row_.word[slot] = std::string_view(start, static_cast<std::size_t>(at - start));
        if (column.slot == Slot::OrderSide) {
          if (row_.word[slot] != "BUY" && row_.word[slot] != "SELL") return nullptr;
          number = row_.word[slot] == "BUY" ? 1 : 0;
        }
        break;
      }
      case FieldKind::Skip:
        at = word_end(at);
        break;
    }
    if (at == nullptr) return nullptr;
  }
  if (tail_ > 0) return *at == ',' ? scan_tail(at) : nullptr;
  if (*at == '\r') ++at;
  return *at == '\n' ? at + 1 : nullptr;
}

RowOutcome CsvDecoder::bad(std::string fault) {
  fault_ = std::move(fault);
  return RowOutcome::Bad;
}

bool CsvDecoder::is_our_symbol(std::string_view symbol) const {
  // Recorders of USDT futures often leave the quote currency out: BTC for BTCUSDT.
  return symbol == symbol_ || (symbol_.size() == symbol.size() + 4 && symbol_.starts_with(symbol) &&
                               symbol_.ends_with("USDT"));
}

RowOutcome CsvDecoder::check_symbol() {
  const std::string_view symbol = row_.word[static_cast<std::size_t>(Slot::Symbol)];
  if (is_our_symbol(symbol)) return RowOutcome::Used;
  // Names of indices have spaces; a symbol of a venue never does.
  if (!makes_bars(plan_.shape) && !is_plain_symbol(symbol)) {
    return bad("symbol " + in_quotes(symbol) + " is not a symbol");
  }
  admission_.note_symbol(symbol);
  return RowOutcome::Ignored;
}

// False: `outcome` says what the row is, without its values.
bool CsvDecoder::read_exactly(std::string_view line, RowOutcome& outcome) {
  split_fields(line, fields_);
  if (fields_.size() != plan_.columns.size()) {
    outcome = bad("the row has " + std::to_string(fields_.size()) + " columns, not " +
                  std::to_string(plan_.columns.size()) + ": " + in_quotes(line));
    return false;
  }
  if (has_symbol_) {
    const auto column = std::ranges::find(plan_.columns, Slot::Symbol) - plan_.columns.begin();
    row_.word[static_cast<std::size_t>(Slot::Symbol)] = fields_[static_cast<std::size_t>(column)];
    outcome = check_symbol();
    if (outcome != RowOutcome::Used) return false;
  }
  for (std::size_t at = 0; at < fields_.size(); ++at) {
    if (read_field(fields_[at], plan_.columns[at], plan_.offset, row_, &fault_)) continue;
    outcome = RowOutcome::Bad;
    return false;
  }
  return true;
}

std::expected<void, InputError> CsvDecoder::decode(Lines lines, Block& block) {
  const char* at = lines.text.data();
  const char* const end = at + lines.text.size();
  for (std::uint64_t line = lines.first_line; at < end; ++line) {
    RowOutcome outcome = RowOutcome::Used;
    bool readable = true;
    const char* next = scan(at);
    if (next == nullptr) [[unlikely]] {
      const auto* const line_end =
          static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
      std::string_view text(at, static_cast<std::size_t>(line_end - at));
      next = line_end + 1;
      if (text.ends_with('\r')) text.remove_suffix(1);
      if (text.empty()) {
        at = next;
        continue;
      }
      readable = read_exactly(text, outcome);
    } else if (has_symbol_) {
      outcome = check_symbol();
      readable = outcome == RowOutcome::Used;
    }
    if (readable) outcome = take_row(block);
    if (const auto counted = admission_.count_row(outcome, line, fault_); !counted) {
      return std::unexpected(counted.error());
    }
    at = next;
  }
  return {};
}

Duration bar_length_of(const CsvPlan& plan, Lines head) {
  std::map<std::int64_t, int> distances;
  std::optional<std::int64_t> last;
  std::vector<std::string_view> fields;
  constexpr int kRows = 1'000;
  for (int rows = 0; rows < kRows && !head.text.empty(); ++rows) {
    split_fields(take_line(head), fields);
    if (fields.size() != plan.columns.size()) continue;
    CsvRow row;
    bool readable = true;
    for (std::size_t at = 0; at < fields.size(); ++at) {
      const Slot slot = plan.columns[at];
      if (slot != Slot::Time && slot != Slot::Date && slot != Slot::Clock) continue;
      readable = readable && read_field(fields[at], slot, plan.offset, row, nullptr);
    }
    std::int64_t time = row[Slot::Time];
    if (plan.has(Slot::Clock)) {
      const auto parsed = parse_india_time(row.word[static_cast<std::size_t>(Slot::Date)],
                                           row.word[static_cast<std::size_t>(Slot::Clock)]);
      readable = readable && parsed.has_value();
      if (parsed) time = parsed->nanoseconds();
    }
    if (!readable) continue;
    if (last && time - *last >= kShortest) ++distances[time - *last];
    last = time;
  }
  if (distances.empty()) return Duration::minutes(1);
  const auto most = std::ranges::max_element(
      distances, [](const auto& a, const auto& b) { return a.second < b.second; });
  return Duration::nanoseconds(most->first);
}

}  // namespace tranchet

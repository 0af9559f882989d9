#include "backtest/market_data/csv_decoder.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <utility>

#include "backtest/market_data/delimiters.h"
#include "backtest/market_data/field_scan.h"
#include "backtest/market_data/wording.h"

namespace tranchet {
namespace {

constexpr std::array kAggTradeColumns{Slot::TradeId,     Slot::TradePrice, Slot::TradeQuantity,
                                      Slot::Skip,        Slot::Skip,       Slot::Time,
                                      Slot::BuyerIsMaker};

constexpr std::int64_t kShortest = 1'000'000'000;  // Of a bar: a second.

bool is_plain_symbol(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
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
      has_price_(plan_.has(Slot::TradePrice)),
      is_agg_trades_(std::ranges::equal(plan_.columns, kAggTradeColumns)) {
  for (std::size_t at = 0; at < plan_.columns.size(); ++at) {
    const Slot slot = plan_.columns[at];
    if (kind_of(slot) != FieldKind::Skip) columns_.push_back({slot, kind_of(slot), at});
  }
  ends_.resize(std::max<std::size_t>(plan_.columns.size(), 1));
}

// Finds where the row's fields end. Returns the start of the next line; nullptr: the row has
// another number of fields than there are columns.
const char* CsvDecoder::find_ends(const char* at) {
  const std::size_t commas_wanted = ends_.size() - 1;
  std::size_t count = 0;
  for (const char* from = at;; from += 64) {
    const field_scan::Delimiters found = field_scan::delimiters(from);
    std::uint64_t commas = found.commas;
    if (found.line_ends != 0) commas &= found.line_ends ^ (found.line_ends - 1);
    for (; commas != 0; commas &= commas - 1) {
      if (count == commas_wanted) return nullptr;
      ends_[count++] = from + std::countr_zero(commas);
    }
    if (found.line_ends == 0) continue;
    if (count != commas_wanted) return nullptr;
    const char* const line_end = from + std::countr_zero(found.line_ends);
    ends_[count] = line_end != at && line_end[-1] == '\r' ? line_end - 1 : line_end;
    return line_end + 1;
  }
}

// Reads a row the fast way into row_. Returns the start of the next line; nullptr: read it exactly.
const char* CsvDecoder::scan(const char* at) {
  const char* const next = find_ends(at);
  if (next == nullptr) return nullptr;
  for (const Column& column : columns_) {
    const char* const end = ends_[column.index];
    const char* start = column.index == 0 ? at : ends_[column.index - 1] + 1;
    while (*start == ' ') ++start;
    const auto slot = static_cast<std::size_t>(column.slot);
    std::int64_t& number = row_.number[slot];
    switch (column.kind) {
      case FieldKind::Decimal:
        if (field_scan::decimal(start, number) != end) return nullptr;
        break;
      case FieldKind::Time: {
        if (field_scan::integer(start, number) == end) {
          number = epoch_nanoseconds(number);
          if (number == 0) return nullptr;
          break;
        }
        if (start >= end) return nullptr;
        const auto text = std::string_view(start, static_cast<std::size_t>(end - start));
        const std::optional<Timestamp> time = parse_row_time(text, plan_.offset);
        if (!time) return nullptr;
        number = time->nanoseconds();
        break;
      }
      case FieldKind::Integer:
        if (field_scan::integer(start, number) != end) return nullptr;
        break;
      case FieldKind::Flag:
        if (field_scan::flag(start, number) != end) return nullptr;
        break;
      case FieldKind::Word: {
        if (start > end) return nullptr;
        if (start != end && (*start == '\t' || end[-1] == ' ' || end[-1] == '\t')) return nullptr;
        row_.word[slot] = std::string_view(start, static_cast<std::size_t>(end - start));
        if (column.slot == Slot::OrderSide) {
          if (row_.word[slot] != "BUY" && row_.word[slot] != "SELL") return nullptr;
          number = row_.word[slot] == "BUY" ? 1 : 0;
        }
        break;
      }
      case FieldKind::Skip:
        break;
    }
  }
  return next;
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

// Takes rows of aggTrades from `at` on as long as they are plain ones.
std::expected<void, InputError> CsvDecoder::decode_agg_trades(const char*& at, const char* end,
                                                              std::uint64_t& line, Block& block) {
  std::array<AggTrade, 64> trades;
  for (std::size_t count = trades.size(); count == trades.size();) {
    count = agg_trades_.scan(at, end, trades);
    const std::span<const AggTrade> read = std::span(trades).first(count);
    if (admission_.admit_plain(read)) {
      for (const AggTrade& trade : read) block.trades.push_back(trade.row);
      line += count;
      continue;
    }
    for (const AggTrade& trade : read) {
      const RowOutcome outcome = take_agg_trade(trade, block);
      if (auto counted = admission_.count_row(outcome, line++, fault_); !counted) return counted;
    }
  }
  return {};
}

std::expected<void, InputError> CsvDecoder::decode(Lines lines, Block& block) {
  const char* at = lines.text.data();
  const char* const end = at + lines.text.size();
  for (std::uint64_t line = lines.first_line; at < end; ++line) {
    if (is_agg_trades_) {
      if (auto taken = decode_agg_trades(at, end, line, block); !taken) return taken;
      if (at == end) break;
    }
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

// Which CSV layouts are known, and how a text says which one it is.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backtest/market_data/row_time.h"

namespace tranchet {

// What a column means. The order is that of CsvRow's arrays.
enum class Slot : std::uint8_t {
  Skip,  // Not used; not even looked at.
  Time,
  CloseTime,
  TradeTime,  // Checked to be a time, not used: the event's time is `Time`.
  Open,
  High,
  Low,
  Close,
  Volume,
  TradePrice,
  AveragePrice,  // "None": there is none.
  TradeQuantity,
  BidPrice,
  BidQuantity,
  AskPrice,
  AskQuantity,
  Rate,
  TradeId,
  MillisecondOfDay,
  PriceTenThousandths,  // 1674200 is 167.42.
  BuyerIsMaker,
  Suspicious,
  OrderSide,
  Symbol,
  Date,
  Clock,
};
inline constexpr std::size_t kSlots = static_cast<std::size_t>(Slot::Clock) + 1;
std::string_view describe(Slot slot);  // "open", "buyer is maker".

enum class FieldKind : std::uint8_t { Skip, Time, Decimal, Integer, Flag, Word };
FieldKind kind_of(Slot slot);

// What the rows become.
enum class RowShape : std::uint8_t {
  Bars = 1,
  MarkBars,
  Trades,
  LeanTrades,
  BookTops,
  Funding,
  Liquidations
};
constexpr bool makes_bars(RowShape shape) {
  return shape == RowShape::Bars || shape == RowShape::MarkBars;
}

// How to read the rows of one file.
struct CsvPlan {
  std::string_view format;  // As --format spells it.
  RowShape shape{};
  std::vector<Slot> columns;
  Offset offset = Offset::Required;
  bool has_header = false;
  std::int64_t day = 0;   // LeanTrades: days since 1970.
  Duration bar_length{};  // Bars without a close time.
  bool has(Slot slot) const;
};

// The names of all CSV formats, in the order in which they are tried.
std::vector<std::string_view> csv_formats();

// Reads a header line. Nullopt: the line is no header (of `format`, where that is not empty). The
// error is a header that lacks a column, by name.
std::expected<std::optional<CsvPlan>, std::string> plan_of_header(std::string_view line,
                                                                  std::string_view format);

// Which layout rows without a header fit best. Nullopt: none.
std::optional<CsvPlan> plan_of_rows(const std::vector<std::string_view>& rows,
                                    std::string_view format);

// The fields of a line, without spaces around them.
void split_fields(std::string_view line, std::vector<std::string_view>& fields);

// Values of one row, by slot: counts of 1e-8, epoch nanoseconds, ids, 0 or 1; or words.
struct CsvRow {
  std::array<std::int64_t, kSlots> number{};
  std::array<std::string_view, kSlots> word{};
  std::int64_t operator[](Slot slot) const { return number[static_cast<std::size_t>(slot)]; }
};
inline constexpr std::int64_t kNoAverage = std::numeric_limits<std::int64_t>::min();

// Reads one field exactly. False: `fault` says what is wrong with it.
bool read_field(std::string_view text, Slot slot, Offset offset, CsvRow& row, std::string* fault);

}  // namespace tranchet

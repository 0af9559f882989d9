// One field of a CSV row, read exactly: what the fast path gives up on, and what is wrong with it.
#include <algorithm>

#include "backtest/market_data/csv_format.h"
#include "backtest/market_data/wording.h"
#include "events/decimal.h"

namespace tranchet {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

struct FieldResult {
  std::int64_t value = 0;
  std::string_view problem;  // Empty: none.
};

FieldResult read_number(std::string_view text, Slot slot) {
  const bool none = text.empty() || text == "None" || text == "null";
  if (slot == Slot::AveragePrice && none) return {kNoAverage, {}};
  const bool whole = kind_of(slot) == FieldKind::Integer;
  const ParsedDecimal parsed = parse_decimal(text, whole ? 0 : kDecimalPlaces);
  if (!parsed.error) {
    if (whole && parsed.count < 0) return {0, "is negative"};
    return {parsed.count, {}};
  }
  if (whole && parsed.error == DecimalError::TooManyDecimals) return {0, "is not a whole number"};
  return {0, describe(*parsed.error)};
}

FieldResult read_flag(std::string_view text) {
  const std::string word = lower_case(text);
  if (word == "true" || word == "1") return {1, {}};
  if (word == "false" || word == "0") return {0, {}};
  return {0, "is neither true nor false"};
}

FieldResult read_time(std::string_view text, Offset offset) {
  const std::optional<Timestamp> time = parse_row_time(text, offset);
  if (time) return {time->nanoseconds(), {}};
  if (parse_time(std::string(text) + "Z")) return {0, "has no offset from UTC"};
  return {0, "is not a time"};
}

}  // namespace

std::string_view describe(Slot slot) {
  static constexpr std::array<std::string_view, kSlots> kNames{"column",
                                                               "time",
                                                               "close time",
                                                               "trade time",
                                                               "open",
                                                               "high",
                                                               "low",
                                                               "close",
                                                               "volume",
                                                               "price",
                                                               "average price",
                                                               "quantity",
                                                               "bid price",
                                                               "bid quantity",
                                                               "ask price",
                                                               "ask quantity",
                                                               "funding rate",
                                                               "trade id",
                                                               "millisecond of day",
                                                               "price",
                                                               "buyer is maker",
                                                               "suspicious",
                                                               "side",
                                                               "symbol",
                                                               "date",
                                                               "time"};
  return kNames[static_cast<std::size_t>(slot)];
}

FieldKind kind_of(Slot slot) {
  switch (slot) {
    case Slot::Skip:
      return FieldKind::Skip;
    case Slot::Time:
    case Slot::CloseTime:
    case Slot::TradeTime:
      return FieldKind::Time;
    case Slot::TradeId:
    case Slot::MillisecondOfDay:
    case Slot::PriceTenThousandths:
      return FieldKind::Integer;
    case Slot::BuyerIsMaker:
    case Slot::Suspicious:
      return FieldKind::Flag;
    case Slot::OrderSide:
    case Slot::Symbol:
    case Slot::Date:
    case Slot::Clock:
      return FieldKind::Word;
    case Slot::Open:
    case Slot::High:
    case Slot::Low:
    case Slot::Close:
    case Slot::Volume:
    case Slot::TradePrice:
    case Slot::AveragePrice:
    case Slot::TradeQuantity:
    case Slot::BidPrice:
    case Slot::BidQuantity:
    case Slot::AskPrice:
    case Slot::AskQuantity:
    case Slot::Rate:
      return FieldKind::Decimal;
  }
  return FieldKind::Skip;
}

void split_fields(std::string_view line, std::vector<std::string_view>& fields) {
  fields.clear();
  for (;;) {
    const std::size_t comma = line.find(',');
    fields.push_back(trimmed(line.substr(0, comma)));
    if (comma == std::string_view::npos) return;
    line.remove_prefix(comma + 1);
  }
}

bool read_field(std::string_view text, Slot slot, Offset offset, CsvRow& row, std::string* fault) {
  const auto index = static_cast<std::size_t>(slot);
  FieldResult result;
  switch (kind_of(slot)) {
    case FieldKind::Skip:
      return true;
    case FieldKind::Word:
      row.word[index] = text;
      if (slot == Slot::OrderSide) {
        const std::string side = lower_case(text);
        row.number[index] = side == "buy" ? 1 : 0;
        if (side != "buy" && side != "sell") result.problem = "is neither BUY nor SELL";
      } else if (slot == Slot::Date && !parse_day(text)) {
        result.problem = "is not a date";
      }
      break;
    case FieldKind::Time:
      result = read_time(text, offset);
      break;
    case FieldKind::Decimal:
    case FieldKind::Integer:
      result = read_number(text, slot);
      break;
    case FieldKind::Flag:
      result = read_flag(text);
      break;
  }
  if (!result.problem.empty()) {
    if (fault != nullptr) {
      *fault =
          std::string(describe(slot)) + " " + in_quotes(text) + " " + std::string(result.problem);
    }
    return false;
  }
  if (kind_of(slot) != FieldKind::Word) row.number[index] = result.value;
  return true;
}

}  // namespace tranchet

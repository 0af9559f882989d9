#include "backtest/market_data/csv_format.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <span>

#include "backtest/market_data/wording.h"

namespace tranchet {
namespace {

using enum Slot;

struct HeaderName {
  std::string_view text;  // Lower case.
  Slot slot;
  bool required = true;
};
// A format has a header (its names in any order, among others) or comes without (columns by place).
struct CsvFormat {
  std::string_view name;
  RowShape shape;
  std::vector<HeaderName> header;
  std::vector<std::vector<Slot>> layouts;
  Offset offset = Offset::Required;
};

const std::vector<Slot> kKlineColumns{Time,      Open, High, Low,  Close, Volume,
                                      CloseTime, Skip, Skip, Skip, Skip,  Skip};
const std::vector<HeaderName> kKlineHeader{
    {"open_time", Time}, {"open", Open},     {"high", High},           {"low", Low},
    {"close", Close},    {"volume", Volume}, {"close_time", CloseTime}};

// In the order of trying: what needs more columns stands before what needs fewer of the same.
const std::vector<CsvFormat> kFormats{
    {"binance-aggtrades",
     RowShape::Trades,
     {{"agg_trade_id", TradeId},
      {"price", TradePrice},
      {"quantity", TradeQuantity},
      {"transact_time", Time},
      {"is_buyer_maker", BuyerIsMaker}},
     // USD-M futures; spot has one more column, "was the best match".
     {{TradeId, TradePrice, TradeQuantity, Skip, Skip, Time, BuyerIsMaker},
      {TradeId, TradePrice, TradeQuantity, Skip, Skip, Time, BuyerIsMaker, Skip}}},
    {"binance-trades",
     RowShape::Trades,
     {{"id", TradeId},
      {"price", TradePrice},
      {"qty", TradeQuantity},
      {"time", Time},
      {"is_buyer_maker", BuyerIsMaker}},
     {{TradeId, TradePrice, TradeQuantity, Skip, Time, BuyerIsMaker},
      {TradeId, TradePrice, TradeQuantity, Skip, Time, BuyerIsMaker, Skip}}},
    // The time is when the venue sent it, not when the book changed: nobody knew it earlier.
    {"binance-bookticker",
     RowShape::BookTops,
     {{"best_bid_price", BidPrice},
      {"best_bid_qty", BidQuantity},
      {"best_ask_price", AskPrice},
      {"best_ask_qty", AskQuantity},
      {"event_time", Time}},
     {{Skip, BidPrice, BidQuantity, AskPrice, AskQuantity, Skip, Time}}},
    {"binance-fundingrate",
     RowShape::Funding,
     {{"calc_time", Time}, {"last_funding_rate", Rate}},
     {{Time, Skip, Rate}}},
    {"binance-liquidations",
     RowShape::Liquidations,
     {{"time", Time},
      {"side", OrderSide},
      {"price", TradePrice, false},
      {"average_price", AveragePrice},
      {"accumulated_fill_quantity", TradeQuantity},
      {"symbol", Symbol, false}},
     {{Time, OrderSide, Skip, Skip, Skip, TradePrice, AveragePrice, Skip, Skip, TradeQuantity}},
     Offset::UtcWithout},
    {"binance-klines", RowShape::Bars, kKlineHeader, {kKlineColumns}},
    {"binance-markpriceklines", RowShape::MarkBars, kKlineHeader, {kKlineColumns}},
    // Rows of a forceOrder stream as people record them: symbol, side, type, time in force,
    // original quantity, price, average price, status, last, accumulated, time, notional.
    {"force-orders",
     RowShape::Liquidations,
     {},
     {{Symbol, OrderSide, Skip, Skip, Skip, TradePrice, AveragePrice, Skip, Skip, TradeQuantity,
       Time, Skip}}},
    // Large trades as people record them: received, symbol, id, price, quantity, traded, maker.
    {"symbol-trades",
     RowShape::Trades,
     {},
     {{Time, Symbol, TradeId, TradePrice, TradeQuantity, TradeTime, BuyerIsMaker}}},
    {"nse-minute",
     RowShape::Bars,
     {{"instrument", Symbol},
      {"date", Date},
      {"time", Clock},
      {"open", Open},
      {"high", High},
      {"low", Low},
      {"close", Close},
      {"volume", Volume, false}},
     {}},
    {"lean-ticks",
     RowShape::LeanTrades,
     {},
     {{MillisecondOfDay, PriceTenThousandths, TradeQuantity, Skip, Skip, Suspicious}}},
    {"ohlcv",
     RowShape::Bars,
     {{"timestamp", Time},
      {"time", Time},
      {"datetime", Time},
      {"date", Time},
      {"open_time", Time},
      {"open", Open},
      {"high", High},
      {"low", Low},
      {"close", Close},
      {"volume", Volume, false},
      {"symbol", Symbol, false}},
     {}},
};

bool contains(std::span<const Slot> slots, Slot slot) {
  return std::ranges::find(slots, slot) != slots.end();
}

// The slot of each column by its name; of two names for one slot the table's first wins.
std::vector<Slot> columns_of_header(const CsvFormat& format, std::span<const std::string> names) {
  std::vector<Slot> columns(names.size(), Skip);
  for (const HeaderName& wanted : format.header) {
    if (contains(columns, wanted.slot)) continue;
    const auto found = std::ranges::find(names, wanted.text);
    if (found != names.end()) {
      columns[static_cast<std::size_t>(found - names.begin())] = wanted.slot;
    }
  }
  return columns;
}

// The required columns that are not there, by name; of several names for one slot the first.
std::vector<std::string_view> missing_of(const CsvFormat& format, std::span<const Slot> columns) {
  std::vector<std::string_view> missing;
  std::vector<Slot> slots;
  for (const HeaderName& wanted : format.header) {
    if (!wanted.required || contains(columns, wanted.slot) || contains(slots, wanted.slot))
      continue;
    missing.push_back(wanted.text);
    slots.push_back(wanted.slot);
  }
  return missing;
}

CsvPlan plan_of(const CsvFormat& format, std::vector<Slot> columns, bool has_header) {
  CsvPlan plan;
  plan.format = format.name;
  plan.shape = format.shape;
  plan.columns = std::move(columns);
  plan.offset = format.offset;
  plan.has_header = has_header;
  return plan;
}

// How many of the columns that mean something can be read, in thousandths, in the better half of
// the rows: some may be bad, and are to be reported as bad rows of the format. Rows with another
// number of columns count as unreadable.
std::size_t fit_of(std::span<const Slot> layout, Offset offset,
                   const std::vector<std::string_view>& rows) {
  std::vector<std::size_t> fits;
  std::vector<std::string_view> fields;
  CsvRow row;
  const auto used = static_cast<std::size_t>(
      std::ranges::count_if(layout, [](Slot slot) { return slot != Skip; }));
  for (const std::string_view line : rows) {
    split_fields(line, fields);
    std::size_t readable = 0;
    for (std::size_t at = 0; at < layout.size() && fields.size() == layout.size(); ++at) {
      if (layout[at] == Skip) continue;
      if (read_field(fields[at], layout[at], offset, row, nullptr)) ++readable;
    }
    fits.push_back(readable * 1'000 / used);
  }
  std::ranges::sort(fits, std::greater());
  fits.resize((fits.size() + 1) / 2);
  return std::accumulate(fits.begin(), fits.end(), std::size_t{0}) / fits.size();
}

}  // namespace

bool CsvPlan::has(Slot slot) const {
  return contains(columns, slot);
}

std::vector<std::string_view> csv_formats() {
  std::vector<std::string_view> names;
  for (const CsvFormat& format : kFormats) names.push_back(format.name);
  return names;
}

std::expected<std::optional<CsvPlan>, std::string> plan_of_header(std::string_view line,
                                                                  std::string_view wanted) {
  std::vector<std::string_view> fields;
  split_fields(line, fields);
  std::vector<std::string> names;
  for (const std::string_view field : fields) names.push_back(lower_case(field));

  // The format that comes nearest, for the message when none has all its columns.
  const CsvFormat* nearest = nullptr;
  std::vector<std::string_view> nearest_missing;
  for (const CsvFormat& format : kFormats) {
    if (format.header.empty() || (!wanted.empty() && format.name != wanted)) continue;
    std::vector<Slot> columns = columns_of_header(format, names);
    const auto known = static_cast<std::size_t>(columns.size()) -
                       static_cast<std::size_t>(std::ranges::count(columns, Skip));
    if (known < 2) continue;  // One word alone makes no header.
    std::vector<std::string_view> missing = missing_of(format, columns);
    if (missing.empty()) return plan_of(format, std::move(columns), true);
    if (nearest == nullptr || missing.size() < nearest_missing.size()) {
      nearest = &format;
      nearest_missing = std::move(missing);
    }
  }
  if (nearest == nullptr) return std::nullopt;
  std::string text = "the header looks like " + std::string(nearest->name) + ", but has no column";
  for (const std::string_view name : nearest_missing) text += " " + in_quotes(name);
  return std::unexpected(text);
}

std::optional<CsvPlan> plan_of_rows(const std::vector<std::string_view>& rows,
                                    std::string_view wanted) {
  constexpr std::size_t kLeastFit = 600;  // Thousandths.
  std::optional<CsvPlan> best;
  std::size_t best_fit = kLeastFit - 1;
  for (const CsvFormat& format : kFormats) {
    if (!wanted.empty() && format.name != wanted) continue;
    for (const std::vector<Slot>& layout : format.layouts) {
      const std::size_t fit = fit_of(layout, format.offset, rows);
      if (fit <= best_fit) continue;
      best_fit = fit;
      best = plan_of(format, layout, false);
    }
  }
  return best;
}

}  // namespace tranchet

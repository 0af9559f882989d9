// Market history as it comes: files of one instrument, read in blocks, checked row by row.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/event.h"
#include "events/names.h"
#include "replay/venue.h"

namespace tranchet {

// Whose fault it is: what was asked for or given, a tape that is damaged or that another program
// writes, or the world (a disk that is full).
enum class InputFault : std::uint8_t { BadInput = 1, Damaged, Locked, WorldFailed };

// What is wrong with an input, where. `line` counts from 1; 0: the file as a whole.
struct InputError {
  std::string file;
  std::uint64_t line = 0;
  std::string message;  // Names the value: `price "-3" is not positive`.
  InputFault fault = InputFault::BadInput;
};
std::string to_text(const InputError& error);  // "FILE:LINE: message"

// Open, high, low, close of [open_time, close_time]; the way between them is not known.
struct Bar {
  Timestamp open_time;
  Timestamp close_time;  // The last moment of the bar: one millisecond before the next opens.
  Price open;
  Price high;
  Price low;
  Price close;
  Maybe<Quantity> volume;  // Absent for an index.
};

// A trade where there is nothing but trades of one instrument: a quarter of the size of an
// Occurrence, and half of the time of reading a large file was moving those.
struct PlainTrade {
  Timestamp time;
  Price price;
  Maybe<Quantity> quantity;
  std::uint8_t aggressor = 0;  // As in TradePrinted.

  Occurrence as_event(InstrumentId instrument) const {
    return {time, TradePrinted{instrument, quantity, price, aggressor}};
  }
};

// A stretch of rows in order of time: bars, trades or occurrences, only one of them in a block and
// never bars beside the others in one data set. Occurrences are TradePrinted, MarkPrice, BookTop,
// LiquidationPrinted and FundingRate.
struct Block {
  std::vector<Bar> bars;
  std::vector<PlainTrade> trades;
  std::vector<Occurrence> events;
  std::size_t size() const { return bars.size() + trades.size() + events.size(); }
  void clear() {
    bars.clear();
    trades.clear();
    events.clear();
  }
};
// Appends a block's trades or occurrences, for those who do not care which of them it has.
void append_events(const Block& block, InstrumentId instrument, std::vector<Occurrence>& out);

struct BadRow {
  std::string file;
  std::uint64_t line = 0;
  std::string message;
};
struct Gap {
  Timestamp from;
  Timestamp to;
};
// What was read. Grows while reading; complete at the end of the data.
struct DataReport {
  std::string format;            // "binance-klines csv", ...
  std::uint64_t rows = 0;        // Data rows, whatever became of them.
  std::uint64_t used = 0;        // Rows that became a bar or an event.
  std::uint64_t ignored = 0;     // Rows of kinds we do not use (depth, tickers), other symbols.
  std::uint64_t duplicates = 0;  // Dropped.
  std::uint64_t bad = 0;         // Allowed by --bad-rows, dropped.
  std::vector<BadRow> bad_rows;  // The first hundred of them.
  std::uint64_t disordered = 0;  // Of the bad: their time is before that of a row before.
  std::uint64_t crossed = 0;     // Of the bad: best prices with the bid above the ask.
  std::uint64_t gap_count = 0;   // Bars: a missing bar; ticks: nothing for an hour.
  std::vector<Gap> gaps;         // The first hundred.
  std::optional<Timestamp> first_time;
  std::optional<Timestamp> last_time;
  bool has_bars = false;
  bool has_trades = false;
  bool has_marks = false;
  int price_decimals = 0;  // Most decimals seen, trailing zeros not counted.
  int quantity_decimals = 0;
};

// How many bad rows a data set may have before reading stops: a count, or parts per million of rows
// (judged at the end and whenever the count passes both the share of the rows so far and 100).
struct BadRowAllowance {
  std::uint64_t count = 0;
  std::optional<Ppm> share;
};
std::optional<BadRowAllowance> parse_bad_rows(std::string_view text);  // "100", "5%"

struct DataOptions {
  std::vector<std::filesystem::path> paths;  // Read one after the other, in this order.
  std::string symbol;                        // "FILUSDT". Rows of other symbols are ignored.
  InstrumentId instrument{};                 // What events call it.
  std::string format;                        // Empty: detected by content.
  BadRowAllowance bad_rows;
};

class MarketData {
 public:
  virtual ~MarketData() = default;

  // Detects the format and reads as far as needed for that. Streams: memory stays bounded however
  // long the files are.
  static std::expected<std::unique_ptr<MarketData>, InputError> open(DataOptions options);

  // Replaces `block` by the next rows; false at the end of the data.
  virtual std::expected<bool, InputError> next(Block& block) = 0;

  virtual const DataReport& report() const = 0;
};

// The names --format takes, for the help text.
std::vector<std::string_view> data_formats();

// What the venue allows, from an exchangeInfo file as downloaded. Symbols in the file's order.
struct InstrumentRules {
  std::string symbol;
  std::string status;      // "TRADING", ...
  InstrumentListed rules;  // `instrument` and `symbol` are left for the caller to fill in.
  // PERCENT_PRICE: buys at most mark x up, sells at least mark x down. 0: no such filter. In ppm.
  Ppm multiplier_up = 0;
  Ppm multiplier_down = 0;
  Ppm market_take_bound = 0;  // How far from the mark a market order may fill. 0: not given.
};
std::expected<std::vector<InstrumentRules>, InputError> read_exchange_info(
    const std::filesystem::path& file);

// The same from a venue's answer, where one bad symbol must not hide the others.
struct ExchangeInfo {
  std::vector<InstrumentRules> symbols;
  std::vector<std::string> flaws;  // One a symbol that was left out, naming symbol and field.
};
std::expected<ExchangeInfo, std::string> parse_exchange_info(std::string_view text);

}  // namespace tranchet

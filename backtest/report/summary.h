// The result of a backtest in one value, and as summary.json.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backtest/report/account.h"
#include "events/time.h"

namespace tranchet {

// What was read, of one instrument.
struct DataProvenance {
  std::string instrument;
  std::vector<std::string> files;
  std::string format;
  std::uint64_t rows = 0;
  std::uint64_t used = 0;
  std::uint64_t ignored = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t bad = 0;
  std::uint64_t gaps = 0;
};

// A bar hides its way between open and close, so a bar run is two: in one the extreme against the
// position comes first, in the other the extreme for it. The summary's figures are those of the
// first; what later entries make of either can still turn the results around.
struct BarInterval {
  Money pessimistic;  // The lower net_pnl of the two.
  Money optimistic;   // The higher.
};

struct Summary {
  std::string instrument;  // Several: "BTCUSDT,ETHUSDT".
  std::string strategy;
  std::string source;  // "bars", "ticks".
  // Where marks came from: "mark prices of the data", "every trade price is also the mark".
  std::string mark_source;
  std::vector<std::string> notes;  // What a reader must know: instant close is off, rules inferred.
  std::vector<DataProvenance> data;
  // What the simulated venue was told to be, for people: {"fees", "maker 1 bp, taker 5 bp"}.
  std::vector<std::pair<std::string, std::string>> assumptions;
  std::string settings;  // Lines of `section.key = value`.

  std::uint64_t events = 0;  // In the log: market, venue answers, timers.
  std::uint64_t ticks = 0;   // Market events or bars read.
  std::optional<Timestamp> first_time;
  std::optional<Timestamp> last_time;
  AccountResult account;
  // Of a run of several instruments, each one's part, by symbol.
  std::vector<std::pair<std::string, InstrumentResult>> instruments;
  std::optional<BarInterval> interval;  // Of a bar run.
  // What the fees are made of, where an exchange's charges take their place: {"brokerage", 18}.
  std::vector<std::pair<std::string, Money>> charges;
  std::uint64_t ambiguous_bars = 0;  // Bars in which the order of the extremes could matter.
  std::uint64_t state_digest = 0;
  std::uint64_t command_digest = 0;
  std::uint64_t wall_nanoseconds = 0;
};

// One JSON object with a final newline. Decimals are texts, times RFC 3339 UTC.
std::string summary_json(const Summary& summary);

// "1.234" of a stretch in nanoseconds.
std::string seconds_text(std::uint64_t nanoseconds);
// Whole events in a second; 0 when no time has passed.
std::uint64_t events_per_second(const Summary& summary);
// A text as a JSON string, with its quotes.
std::string json_string(std::string_view text);

}  // namespace tranchet

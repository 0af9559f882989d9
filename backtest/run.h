// A backtest from files to a summary: what the data is, what the instrument's rules are, one or two
// lanes, and what came out. Several instruments: joined_run.h.
#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "backtest/lane.h"
#include "backtest/report/price_sample.h"
#include "backtest/report/summary.h"

namespace tranchet {

// One source of a run, beside others.
struct MarketOptions {
  DataOptions data;
  // As in BacktestOptions. Of an instrument with several sources those of its first one count.
  InstrumentListed rules;
  std::optional<VenueTerms> terms;
};

struct BacktestOptions {
  DataOptions data;  // Symbol and paths; the instrument's number is given by `names`.
  // What is known of the instrument: from a venue's exchangeInfo, a configuration, or nothing. A
  // tick_size or step_size of 0 is inferred from the decimals of the data, with a note.
  InstrumentListed rules;
  std::optional<VenueTerms> terms;
  std::vector<MarketOptions> beside;  // More of the same run: joined_run.h.
  std::uint8_t account = 1;
  Settings settings;
  // Whether somebody asked for these by name: data without a mark turns them off otherwise.
  bool instant_close_was_set = false;
  bool backstop_was_set = false;
  bool stale_after_was_set = false;
  SimulationParameters simulation;
  bool skip = true;  // Pass over prices from which nothing follows; the result is the same.
  std::optional<std::filesystem::path> log;  // A directory that must not hold a log yet.
  std::vector<Rows*> rows;                   // Of the pessimistic run.
  PriceSample* prices = nullptr;  // Gets the prices of the data; null: nobody wants them.
};

using BacktestError = std::variant<InputError, LogError>;

// `names` numbers the instruments that the settings speak of, and gets the data's.
std::expected<Summary, BacktestError> run_backtest(const BacktestOptions& options, Names& names);

}  // namespace tranchet

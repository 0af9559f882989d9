// A sweep: the trials of a search over one data set, on several threads. What comes out does not
// depend on how many threads or shards there are, nor on where an earlier run was stopped.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "backtest/run.h"
#include "backtest/sweep/search.h"
#include "backtest/sweep/survey.h"
#include "backtest/sweep/trial.h"

namespace tranchet {

// Shard `index` of `count` runs the trials whose number is congruent to it: of 3 shards the second
// runs trials 2, 5, 8, ...
struct Shard {
  std::uint64_t index = 1;  // From 1.
  std::uint64_t count = 1;
  bool has(std::uint64_t trial) const { return (trial - 1) % count + 1 == index; }
  friend bool operator==(const Shard&, const Shard&) = default;
};

struct SweepOptions {
  SearchSpace space;
  Search search;
  Shard shard;
  unsigned jobs = 1;
  std::size_t group = 64;  // Trials that share one reading of the data, at most.
  DataOptions data;
  DataSurvey survey;
  Duration period;  // Of the equity series; 0: none is kept.
  // What `tranchet backtest` would be given for this point. `names` is fresh. The error is a text.
  std::function<std::expected<BacktestOptions, std::string>(const Point&, Names& names)> options_of;
};

// What is wrong with a file of results.
struct ResultsError {
  bool world_failed = false;  // Otherwise the file is not what it should be.
  std::string message;        // Names the file.
};

// Called by one thread at a time.
class SweepWatch {
 public:
  virtual ~SweepWatch() = default;
  // How many trials there are for this shard, and how many of them were done before.
  virtual void on_plan(std::uint64_t trials, std::uint64_t done) = 0;
  // Rows x trials that were worked since the last call. False: stop soon.
  virtual bool on_work(std::uint64_t row_trials) = 0;
  // Trials that are finished, some at a time and in any order. The error ends the sweep.
  virtual std::expected<void, ResultsError> on_results(std::span<const TrialResult> results) = 0;
};

// A search or settings that cannot be, as a sentence; what the data or a log said; or what
// on_results said.
using SweepError = std::variant<std::string, InputError, LogError, ResultsError>;

// How a sweep ended: every trial of this shard is done, or on_work wanted no more.
enum class SweepEnd : std::uint8_t { Complete = 1, Stopped };

// `done`: results of earlier runs by their number, which are not run again.
std::expected<SweepEnd, SweepError> run_sweep(const SweepOptions& options,
                                              std::map<std::uint64_t, TrialResult> done,
                                              SweepWatch& watch);

// The trials of a search that does not learn, by number.
std::expected<std::vector<Trial>, std::string> all_trials(const SearchSpace& space,
                                                          const Search& search);

}  // namespace tranchet

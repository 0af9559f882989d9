// One set of options on one data set: a lane of ticks, or the two of a bar backtest, and what came
// out. Many of them can be fed the same blocks, so that a sweep reads its data once for all.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backtest/run.h"
#include "events/log/event_log.h"

namespace tranchet {

class LanePair {
 public:
  // Of `known` these count: bars or ticks, marks or not, and the decimals, from which rules that
  // `options` does not give are inferred. `options`, `names` and `log` outlive the pair; a log is
  // written by the pessimistic lane.
  LanePair(const BacktestOptions& options, const DataReport& known, Names& names,
           LogWriter* log = nullptr);

  // With every setting as this data has it.
  const Settings& settings() const { return settings_; }
  // Whether its strategy remembers prices, so that jumping needs the places of its signals.
  bool jumps_by_signals() const;
  // Before the first piece; they have taken each piece before the pair does.
  void use(std::shared_ptr<const SignalIndex> signals) { signals_ = std::move(signals); }

  // The next piece of the data. The first one opens the lanes.
  std::expected<void, LogError> take(const HistoryPiece& piece);

  // After the last block; `report` is that of the whole data.
  std::expected<Summary, BacktestError> finish(const DataReport& report);

 private:
  std::expected<std::unique_ptr<Lane>, LogError> open_lane(BarPath path, Timestamp time);
  std::expected<void, LogError> open(Timestamp time);
  Summary summarize(const DataReport& report, const AccountResult& account) const;

  const BacktestOptions& options_;
  Names& names_;
  LogWriter* log_;
  InstrumentId instrument_{};
  InstrumentListed rules_;
  Settings settings_;
  SimulationParameters simulation_;
  bool bars_;
  bool marks_;
  std::shared_ptr<const SignalIndex> signals_;  // The lane asks it until it is finished.
  std::vector<std::string> notes_;
  std::unique_ptr<Lane> lane_;        // Of ticks, or pessimistic.
  std::unique_ptr<Lane> optimistic_;  // Of bars.
};

}  // namespace tranchet

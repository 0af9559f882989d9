// A backtest that knows no quiet prices: the venue observes every one and the engine is applied to
// every one. What a lane that jumps is compared with.
#pragma once

#include <string>
#include <vector>

#include "backtest/lane.h"

namespace tranchet {

// The rows of a run as the lines of its files.
class KeptRows final : public Rows {
 public:
  explicit KeptRows(const Names& names) : names_(names) {}
  void add(const TradeRow& row) override;
  void add(const TrancheRow& row) override;
  void add(const EquityRow& row) override;

  std::string trades;
  std::string tranches;
  std::string equity;

 private:
  const Names& names_;
};

struct RunOutcome {
  std::string trades;
  std::string tranches;
  std::string equity;
  AccountResult account;
  Sequence last{};
  std::uint64_t command_digest = 0;
  std::uint64_t state_digest = 0;
  friend bool operator==(const RunOutcome&, const RunOutcome&) = default;
};

// `options.rows`, `skip` and `signals` are not looked at.
RunOutcome run_every_event(const LaneOptions& options, Names& names,
                           const std::vector<Occurrence>& history);

}  // namespace tranchet

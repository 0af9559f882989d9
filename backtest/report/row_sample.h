// What the HTML report shows of the rows, in bounded memory however long the run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "backtest/report/rows.h"

namespace tranchet {

class RowSample : public Rows {
 public:
  // A stretch of equity rows: the last of them, and the extremes of all.
  struct Stretch {
    Timestamp time;
    Money equity;
    Money lowest;
    Money highest;
    Money drawdown;  // The deepest.
  };
  static constexpr std::size_t kStretches = 1'000;  // At most; at least half of it in a long run.
  static constexpr std::size_t kTranches = 500;

  void add(const TradeRow&) override { ++fills_; }
  void add(const TrancheRow& row) override;
  void add(const EquityRow& row) override;

  const std::vector<Stretch>& equity() const { return equity_; }
  // The first kTranches of them, corrections left out.
  const std::vector<TrancheRow>& tranches() const { return tranches_; }
  std::uint64_t tranche_rows() const { return tranche_rows_; }
  std::uint64_t fills() const { return fills_; }

 private:
  std::vector<Stretch> equity_;
  std::vector<TrancheRow> tranches_;
  std::uint64_t tranche_rows_ = 0;
  std::uint64_t fills_ = 0;
  std::uint64_t rows_per_stretch_ = 1;
  std::uint64_t rows_in_last_ = 0;
};

}  // namespace tranchet

// Equity at the end of each period of a run (a day, say), for statistics over its returns. Gathered
// from the rows of equity that the account writes anyway.
#pragma once

#include <limits>
#include <vector>

#include "backtest/report/rows.h"

namespace tranchet {

struct EquityPoint {
  Timestamp time;  // The end of the period; the last one ends with the data.
  Money equity;
  friend bool operator==(const EquityPoint&, const EquityPoint&) = default;
};

class EquitySeries final : public Rows {
 public:
  // A multiple of an hour, from 1970 on: 24 h are the days of UTC.
  explicit EquitySeries(Duration period);

  void add(const TradeRow&) override {}
  void add(const TrancheRow&) override {}
  void add(const EquityRow& row) override;

  // After the run: what it began with, then the end of each period that had a price.
  std::vector<EquityPoint> finish();

 private:
  std::int64_t period_;
  std::int64_t place_ = std::numeric_limits<std::int64_t>::min();  // Of the period at hand.
  std::vector<EquityPoint> points_;
  EquityPoint last_;
};

}  // namespace tranchet

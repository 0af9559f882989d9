#include "backtest/report/row_sample.h"

#include <algorithm>

namespace tranchet {
namespace {

void extend(RowSample::Stretch& stretch, const RowSample::Stretch& later) {
  stretch.time = later.time;
  stretch.equity = later.equity;
  stretch.lowest = std::min(stretch.lowest, later.lowest);
  stretch.highest = std::max(stretch.highest, later.highest);
  stretch.drawdown = std::max(stretch.drawdown, later.drawdown);
}

}  // namespace

void RowSample::add(const TrancheRow& row) {
  if (row.end == TrancheEnd::Correction) return;
  ++tranche_rows_;
  if (tranches_.size() < kTranches) tranches_.push_back(row);
}

void RowSample::add(const EquityRow& row) {
  const Stretch one{row.time, row.equity, row.equity, row.equity, row.drawdown};
  if (!equity_.empty() && rows_in_last_ < rows_per_stretch_) {
    extend(equity_.back(), one);
    ++rows_in_last_;
    return;
  }
  if (equity_.size() == kStretches) {
    for (std::size_t pair = 0; pair < kStretches / 2; ++pair) {
      equity_[pair] = equity_[pair * 2];
      extend(equity_[pair], equity_[pair * 2 + 1]);
    }
    equity_.resize(kStretches / 2);
    rows_per_stretch_ *= 2;
  }
  equity_.push_back(one);
  rows_in_last_ = 1;
}

}  // namespace tranchet

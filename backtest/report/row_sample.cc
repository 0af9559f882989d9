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

void RowSample::add(const TradeRow& row) {
  if (row.fee_correction || !row.side) return;
  if (fills_++ % fills_per_mark_ != 0) return;
  if (marks_.size() == kMarks) {
    for (std::size_t pair = 0; pair < kMarks / 2; ++pair) marks_[pair] = marks_[pair * 2];
    marks_.resize(kMarks / 2);
    fills_per_mark_ *= 2;
    if ((fills_ - 1) % fills_per_mark_ != 0) return;
  }
  const bool entry = row.purpose == Purpose::Entry || (!row.purpose && !row.reason);
  marks_.push_back({.time = row.time,
                    .price = row.price,
                    .side = *row.side,
                    .entry = entry,
                    .gain = !entry && row.realized_pnl.is_positive()});
}

// Months follow one another; one without a row is not there.
RowSample::Month& RowSample::month_of(Timestamp time) {
  const std::string text = to_text(time);
  const std::int64_t year = std::stoll(text.substr(0, 4));
  const int month = std::stoi(text.substr(5, 2));
  if (months_.empty() || months_.back().year != year || months_.back().month != month) {
    months_.push_back({.year = year, .month = month, .after = equity_now_});
  }
  return months_.back();
}

void RowSample::add(const TrancheRow& row) {
  if (row.end == TrancheEnd::Exited) {
    Month& month = month_of(row.closed);
    ++month.trades;
    if ((row.realized_pnl - row.fees + row.funding).is_positive()) ++month.wins;
  }
  if (row.end == TrancheEnd::Correction) return;
  ++tranche_rows_;
  if (tranches_.size() < kTranches) tranches_.push_back(row);
}

void RowSample::add(const EquityRow& row) {
  Month& month = month_of(row.time);
  month.after = row.equity;
  month.drawdown = std::max(month.drawdown, row.drawdown);
  equity_now_ = row.equity;
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

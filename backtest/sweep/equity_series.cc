#include "backtest/sweep/equity_series.h"

#include "events/ensure.h"

namespace tranchet {

EquitySeries::EquitySeries(Duration period) : period_(period.count()) {
  ENSURE(period_ > 0 && period_ % Duration::hours(1).count() == 0);
}

// The row of an hour shows what was in force when the hour struck. Hours without a price have no
// row, so a period may end with a row that comes later: nothing moved in between.
void EquitySeries::add(const EquityRow& row) {
  if (number(row.sequence) != 0) return;
  const auto place = static_cast<std::int64_t>(divide_floor(row.time.nanoseconds(), period_));
  last_ = {row.time, row.equity};
  if (place <= place_) return;
  points_.push_back(
      {points_.empty() ? row.time : Timestamp::from_nanoseconds(place * period_), row.equity});
  place_ = place;
}

std::vector<EquityPoint> EquitySeries::finish() {
  if (!points_.empty() && last_.time > points_.back().time) points_.push_back(last_);
  return points_;
}

}  // namespace tranchet

#include "adapters/aster/account_snapshot.h"

#include <algorithm>
#include <tuple>

namespace tranchet::aster {

AccountSnapshot::Next AccountSnapshot::take_positions(std::vector<PositionRow> rows) {
  std::erase_if(rows, [](const PositionRow& row) { return row.amount.is_zero() && row.time == 0; });
  std::ranges::sort(rows, {},
                    [](const PositionRow& row) { return std::tie(row.symbol, row.side); });
  if (!has_positions_) {
    has_positions_ = true;
    positions_ = std::move(rows);
    return Next::OrdersAndBalance;
  }
  under_way_ = false;
  if (overtaken_ || rows != positions_) return Next::Again;
  return Next::Done;
}

AccountSnapshot::Next AccountSnapshot::take_orders(std::vector<OrderRow> rows) {
  orders_ = std::move(rows);
  has_orders_ = true;
  return after_middle();
}

AccountSnapshot::Next AccountSnapshot::take_balance(Money balance) {
  balance_ = balance;
  has_balance_ = true;
  return after_middle();
}

}  // namespace tranchet::aster

// What the HTML report shows of the rows, in bounded memory however long the run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "backtest/report/price_sample.h"
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
  // A fill, as the price chart marks it.
  struct Mark {
    Timestamp time;
    Price price;
    Side side{};
    bool entry = false;
    bool gain = false;  // An exit with a result above 0.
  };
  // A calendar month (UTC).
  struct Month {
    std::int64_t year = 0;
    int month = 0;   // From 1.
    Money after;     // Equity at its end, or at the end of the run.
    Money drawdown;  // The deepest.
    std::uint64_t trades = 0;
    std::uint64_t wins = 0;
  };
  static constexpr std::size_t kMarks = 600;
  static constexpr std::size_t kStretches = 1'000;  // At most; at least half of it in a long run.
  static constexpr std::size_t kTranches = 500;

  void add(const TradeRow& row) override;
  void add(const TrancheRow& row) override;
  void add(const EquityRow& row) override;

  const std::vector<Stretch>& equity() const { return equity_; }
  // The first kTranches of them, corrections left out.
  const std::vector<TrancheRow>& tranches() const { return tranches_; }
  std::uint64_t tranche_rows() const { return tranche_rows_; }
  std::uint64_t fills() const { return fills_; }
  // Every so many fills: at most kMarks of them.
  const std::vector<Mark>& marks() const { return marks_; }
  std::uint64_t fills_per_mark() const { return fills_per_mark_; }
  const std::vector<Month>& months() const { return months_; }
  // Of the run's prices; whoever reads the data adds them.
  PriceSample& prices() { return prices_; }
  const PriceSample& prices() const { return prices_; }

 private:
  Month& month_of(Timestamp time);

  PriceSample prices_;
  std::vector<Mark> marks_;
  std::uint64_t fills_per_mark_ = 1;
  std::vector<Month> months_;
  Money equity_now_;
  std::vector<Stretch> equity_;
  std::vector<TrancheRow> tranches_;
  std::uint64_t tranche_rows_ = 0;
  std::uint64_t fills_ = 0;
  std::uint64_t rows_per_stretch_ = 1;
  std::uint64_t rows_in_last_ = 0;
};

}  // namespace tranchet

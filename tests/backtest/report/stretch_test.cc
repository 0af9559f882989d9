// A stretch of prices taken at one go leaves an account as its prices do one after the other: to
// the peak that the largest drawdown fell from.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "backtest/report/account.h"
#include "backtest/report/row_files.h"
#include "tests/support/coin.h"

namespace tranchet {
namespace {

using namespace literals;

class Lines final : public Rows {
 public:
  explicit Lines(const Names& names) : names_(names) {}
  void add(const TradeRow& row) override { text += csv_line(row, names_); }
  void add(const TrancheRow& row) override { text += csv_line(row, names_); }
  void add(const EquityRow& row) override { text += csv_line(row); }
  std::string text;

 private:
  const Names& names_;
};

void enter(Account& account, std::uint64_t id, PositionSide side, Price price, std::int64_t coins,
           Timestamp time) {
  FillBooked fill;
  fill.tranche_id = TrancheId{id};
  fill.key = {kCoin, side};
  fill.side = entry_side(side);
  fill.purpose = Purpose::Entry;
  fill.price = price;
  fill.quantity = Quantity::from_raw(coins * kDecimalOne);
  fill.cost = value_of(price, fill.quantity);
  account.on_bookings(std::vector<Booking>{TrancheOpened{fill.tranche_id, 0, fill.key, true}, fill},
                      Sequence{id}, time);
}

Timestamp second(std::int64_t number) {
  return Timestamp::from_nanoseconds(1'767'225'600'000'000'000) + Duration::seconds(number);
}

RC_GTEST_PROP(AccountStretch, IsItsPricesOneAfterTheOther, ()) {
  Names names;
  ENSURE(names.instrument("COINUSDT") == kCoin);
  Lines rows(names), rows_each(names);
  Account account(10'000_usd, {&rows}), each(10'000_usd, {&rows_each});
  std::int64_t ticks = 100, now = 0;
  for (std::uint64_t stretch = 1; stretch <= 20; ++stretch) {
    PriceSummary summary;
    const auto flush = [&] {
      if (summary.count > 0) account.on_prices(kCoin, summary);
      summary = {};
    };
    for (const int step : *rc::gen::container<std::vector<int>>(rc::gen::inRange(-3, 4))) {
      ticks = std::max<std::int64_t>(ticks + step, 1);
      now += *rc::gen::element(0, 1, 60, 3'600);
      const Timestamp time = second(now);
      if (summary.count > 0 && time.nanoseconds() >= account.next_row(summary.first_time)) flush();
      summary.add(ticks * kDecimalOne, time.nanoseconds());
      each.on_price(kCoin, Price::from_raw(ticks * kDecimalOne), time);
    }
    flush();
    RC_ASSERT(account.equity() == each.equity());
    if (*rc::gen::inRange(0, 3) != 0) continue;
    const auto side = *rc::gen::element(PositionSide::Long, PositionSide::Short);
    const auto coins = *rc::gen::inRange(1, 4);
    for (Account* book : {&account, &each}) {
      enter(*book, stretch, side, Price::from_raw(ticks * kDecimalOne), coins, second(now));
    }
  }
  RC_ASSERT(account.finish(second(now)) == each.finish(second(now)));
  RC_ASSERT(rows.text == rows_each.text);
}

// Net 2, 990 at 100 below a peak of 1000: then 101, 111, 104, 103. The fall of 8 from 111 is deeper
// than the way from the old peak to the worst price.
TEST(AccountStretchTest, ASwingWithinAStretchIsTheLargestDrawdown) {
  Account account(1'000_usd);
  account.on_price(kCoin, 105_px, second(0));
  enter(account, 1, PositionSide::Long, 105_px, 2, second(0));
  account.on_price(kCoin, 100_px, second(1));
  EXPECT_EQ(to_text(account.equity()), "990");
  PriceSummary summary;
  for (const std::int64_t price : {101, 111, 104, 103}) summary.add(price * kDecimalOne, 2);
  summary.first_time = summary.last_time = second(2).nanoseconds();
  account.on_prices(kCoin, summary);
  const AccountResult result = account.finish(second(3));
  EXPECT_EQ(to_text(result.max_drawdown), "16");
  EXPECT_EQ(result.max_drawdown_share, 15'810);  // 16 / 1012.
}

}  // namespace
}  // namespace tranchet

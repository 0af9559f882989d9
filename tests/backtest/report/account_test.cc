#include "backtest/report/account.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/backtest/report/auditor.h"
#include "tests/backtest/report/made_up_run.h"

namespace tranchet {
namespace {

using namespace literals;

constexpr InstrumentId kBtc{1};
constexpr PositionKey kLong{kBtc, PositionSide::Long};
constexpr PositionKey kShort{kBtc, PositionSide::Short};

Timestamp at(std::int64_t seconds) {
  return Timestamp::from_nanoseconds(1'700'000'000'000'000'000) + Duration::seconds(seconds);
}

class Collected : public Rows {
 public:
  void add(const TradeRow& row) override { trades.push_back(row); }
  void add(const TrancheRow& row) override { tranches.push_back(row); }
  void add(const EquityRow& row) override { equity.push_back(row); }
  std::vector<TradeRow> trades;
  std::vector<TrancheRow> tranches;
  std::vector<EquityRow> equity;
};

FillBooked entry(std::uint64_t id, PositionKey key, Price price, Quantity quantity, Money fee) {
  FillBooked fill;
  fill.order = make_order_id({1, Sequence{100 + id}, 0, 0});
  fill.tranche_id = TrancheId{id};
  fill.key = key;
  fill.side = entry_side(key.side);
  fill.purpose = Purpose::Entry;
  fill.liquidity = Liquidity::Taker;
  fill.price = price;
  fill.quantity = quantity;
  fill.cost = value_of(price, quantity);
  fill.fee = fee;
  return fill;
}

FillBooked exit(const FillBooked& of, Price price, Quantity quantity, ExitReason reason, Money fee,
                Value cost) {
  FillBooked fill = of;
  fill.side = exit_side(of.key.side);
  fill.purpose = Purpose::TakeProfit;
  fill.reason = static_cast<std::uint8_t>(reason);
  fill.price = price;
  fill.quantity = quantity;
  fill.cost = cost;
  fill.fee = fee;
  const Value gain = value_of(price, quantity) - cost;
  fill.realized_pnl = to_money(of.key.side == PositionSide::Long ? gain : -gain);
  return fill;
}

std::filesystem::path fresh_folder(const std::string& name) {
  const auto folder = std::filesystem::path(testing::TempDir()) /
                      ("tranchet_" + name + "_" + std::to_string(::getpid()));
  std::filesystem::remove_all(folder);
  return folder;
}

TEST(AccountTest, ALongTrancheFromEntryToTakeProfit) {
  Collected rows;
  Account account(10'000_usd, {&rows});
  account.on_price(kBtc, 45'000_px, at(0));
  const FillBooked bought = entry(1, kLong, 45'000_px, 0.1_qty, 2.25_usd);
  account.on_bookings(std::vector<Booking>{TrancheOpened{TrancheId{1}, 0, kLong, true}, bought},
                      Sequence{5}, at(1));
  account.on_naked(TrancheId{1}, 0.1_qty, at(1));
  TrancheState state;
  state.tranche_id = TrancheId{1};
  state.take_profit = 45'450_px;
  state.stop_loss = 22'500_px;
  account.on_commands(std::vector<Command>{state});
  account.on_naked(TrancheId{1}, 0_qty, at(3));
  account.on_price(kBtc, 44'000_px, at(10));  // 100 under water, after 2.25 of fees.
  EXPECT_EQ(to_text(account.equity()), "9897.75");
  account.on_price(kBtc, 45'600_px, at(20));
  account.on_bookings(
      std::vector<Booking>{
          exit(bought, 45'450_px, 0.1_qty, ExitReason::TakeProfit, 0.4545_usd, bought.cost),
          TrancheClosed{TrancheId{1}, kLong, ExitReason::TakeProfit}},
      Sequence{9}, at(30));
  const AccountResult result = account.finish(at(40));
  EXPECT_EQ(to_text(result.realized_pnl), "45");
  EXPECT_EQ(to_text(result.fees), "2.7045");
  EXPECT_EQ(to_text(result.net_pnl), "42.2955");
  EXPECT_EQ(to_text(result.final_equity), "10042.2955");
  EXPECT_EQ(to_text(result.max_drawdown), "102.25");
  EXPECT_EQ(result.max_drawdown_share, 10'225);
  EXPECT_EQ(result.trades, 1u);
  EXPECT_EQ(result.wins, 1u);
  EXPECT_EQ(result.exits_by(ExitReason::TakeProfit), 1u);
  EXPECT_EQ(value_text(result.naked_quantity_seconds), "0.2");
  ASSERT_EQ(rows.tranches.size(), 1u);
  const TrancheRow& row = rows.tranches[0];
  EXPECT_EQ(to_text(row.mae), "-100");
  EXPECT_EQ(to_text(row.mfe), "60");
  EXPECT_EQ(to_text(*row.take_profit), "45450");
  EXPECT_EQ(to_text(*row.stop_loss), "22500");
  EXPECT_EQ(to_text(*row.average_exit), "45450");
  EXPECT_EQ(row.entries, 1u);
  EXPECT_EQ(rows.trades.size(), 2u);
  // The first price, two fills, the end.
  ASSERT_EQ(rows.equity.size(), 4u);
  EXPECT_EQ(to_text(rows.equity[1].exposure), "4500");
  EXPECT_EQ(to_text(rows.equity[1].drawdown), "2.25");
}

TEST(AccountTest, AShortEarnsWhenThePriceFallsAndHedgesALong) {
  Account account(1'000_usd);
  account.on_bookings(std::vector<Booking>{TrancheOpened{TrancheId{1}, 0, kShort, true},
                                           entry(1, kShort, 100_px, 2_qty, 0_usd)},
                      Sequence{1}, at(0));
  account.on_price(kBtc, 90_px, at(1));
  EXPECT_EQ(to_text(account.equity()), "1020");
  account.on_bookings(std::vector<Booking>{TrancheOpened{TrancheId{2}, 0, kLong, true},
                                           entry(2, kLong, 90_px, 2_qty, 0_usd)},
                      Sequence{2}, at(2));
  account.on_price(kBtc, 50_px, at(3));
  EXPECT_EQ(to_text(account.equity()), "1020");
  const AccountResult result = account.finish(at(4));
  EXPECT_EQ(to_text(result.unrealized_pnl), "20");
  EXPECT_EQ(result.tranches_live_max, 2u);
  EXPECT_EQ(result.trades, 0u);
}

TEST(AccountTest, PartialExitsKeepTheRemainderExact) {
  // 0.3 for 10.01: a third costs floor(10.01 x 1e16 x 0.1 / 0.3 ...) and nothing gets lost.
  Account account(1'000_usd);
  FillBooked bought = entry(1, kLong, 33.36666667_px, 0.3_qty, 0_usd);
  account.on_bookings(std::vector<Booking>{TrancheOpened{TrancheId{1}, 0, kLong, true}, bought},
                      Sequence{1}, at(0));
  Value left = bought.cost;
  Quantity open = 0.3_qty;
  for (std::uint64_t i = 0; i < 3; ++i) {
    const Value cost = share_floor(left, 0.1_qty, open);
    std::vector<Booking> bookings{exit(bought, 34_px, 0.1_qty, ExitReason::Manual, 0_usd, cost)};
    left -= cost;
    open -= 0.1_qty;
    if (i == 2) bookings.push_back(TrancheClosed{TrancheId{1}, kLong, ExitReason::Manual});
    account.on_bookings(bookings, Sequence{2 + i}, at(1));
  }
  EXPECT_EQ(left, 0);
  const AccountResult result = account.finish(at(2));
  EXPECT_EQ(to_text(result.unrealized_pnl), "0");
  EXPECT_EQ(to_text(result.realized_pnl), "0.18999999");  // 3 x 0.063333333 rounded, one below.
  EXPECT_EQ(result.exits_by(ExitReason::Manual), 1u);
}

TEST(AccountTest, FundingDecidesAWin) {
  Account account(1'000_usd);
  const FillBooked bought = entry(1, kLong, 100_px, 1_qty, 1_usd);
  account.on_bookings(std::vector<Booking>{TrancheOpened{TrancheId{1}, 0, kLong, true}, bought},
                      Sequence{1}, at(0));
  account.on_bookings(std::vector<Booking>{FundingBooked{TrancheId{1}, kLong, -0.5_usd}},
                      Sequence{2}, at(1));
  account.on_bookings(
      std::vector<Booking>{
          exit(bought, 101.5_px, 1_qty, ExitReason::TakeProfit, 0_usd, bought.cost),
          TrancheClosed{TrancheId{1}, kLong, ExitReason::TakeProfit}},
      Sequence{3}, at(2));
  const AccountResult result = account.finish(at(3));
  EXPECT_EQ(to_text(result.net_pnl), "0");
  EXPECT_EQ(result.wins, 0u);
  EXPECT_EQ(result.losses, 1u);
}

TEST(AccountTest, HoursHaveRowsOfWhatWasInForce) {
  Collected rows;
  Account account(1'000_usd, {&rows});
  for (std::int64_t minute = 0; minute <= 150; ++minute) {
    account.on_price(kBtc, 100_px, at(minute * 60));
  }
  account.finish(at(150 * 60));
  // 22:13:20 is the start, then 23:00 and 00:00, then the end at 00:43:20.
  ASSERT_EQ(rows.equity.size(), 4u);
  EXPECT_EQ(to_text(rows.equity[1].time), "2023-11-14T23:00:00Z");
  EXPECT_EQ(to_text(rows.equity[2].time), "2023-11-15T00:00:00Z");
}

TEST(AccountTest, NakedTimeOfMoreThanAnyDecimalHolds) {
  Account account(1'000_usd);
  const Quantity many = 80'000'000'000_qty;
  FillBooked bought = entry(1, kLong, 0.00000001_px, many, 0_usd);
  account.on_bookings(std::vector<Booking>{TrancheOpened{TrancheId{1}, 0, kLong, true}, bought},
                      Sequence{1}, at(0));
  account.on_naked(TrancheId{1}, many, at(0));
  const AccountResult result = account.finish(at(86'400));
  EXPECT_EQ(value_text(result.naked_quantity_seconds), "6912000000000000");
}

TEST(AccountAuditTest, MadeUpRunsAddUpToTheLastDecimal) {
  const auto folder = fresh_folder("audit");
  EXPECT_TRUE(rc::check([&] {
    const auto seed = *rc::gen::arbitrary<std::uint32_t>();
    const int steps = *rc::gen::inRange(0, 400);
    const MadeUpRun run(seed, steps, folder);
    const auto findings = audit(folder, run.prices());
    for (const std::string& finding : findings) RC_LOG() << finding << "\n";
    RC_ASSERT(findings.empty());
  }));
  std::filesystem::remove_all(folder);
}

TEST(AccountAuditTest, TheAuditorSeesEveryChangedDigit) {
  const auto folder = fresh_folder("digits");
  const MadeUpRun run(7, 300, folder);
  ASSERT_TRUE(audit(folder, run.prices()).empty());
  struct Place {
    std::string file;
    std::vector<std::size_t> columns;
  };
  // Times, texts and targets apart: fee and realized_pnl; quantity to naked time; all of equity.
  const std::vector<Place> places = {{"trades.csv", {9, 10, 11, 13}},
                                     {"tranches.csv", {6, 7, 8, 13, 14, 15, 16, 17, 18}},
                                     {"equity.csv", {1, 2, 3, 4, 5}}};
  for (const Place& place : places) {
    std::ostringstream whole;
    whole << std::ifstream(folder / place.file).rdbuf();
    const std::string text = whole.str();
    for (const std::size_t column : place.columns) {
      // In the second row of data (the first of equity.csv is an hour's), the first digit of that
      // column.
      std::size_t position = text.find('\n', text.find('\n') + 1) + 1;
      for (std::size_t comma = 0; comma < column; ++comma) position = text.find(',', position) + 1;
      position = text.find_first_of("0123456789", position);
      std::string changed = text;
      changed[position] = changed[position] == '9' ? '8' : static_cast<char>(changed[position] + 1);
      std::ofstream(folder / place.file) << changed;
      EXPECT_FALSE(audit(folder, run.prices()).empty()) << place.file << " column " << column;
      std::ofstream(folder / place.file) << text;
    }
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace tranchet

// One thing is set apart at a time, and the whole difference must be in its part alone.
#include "backtest/hindsight/parity.h"

#include <gtest/gtest.h>

#include "tests/backtest/hindsight/recorded_session.h"
#include "tests/events/log/scratch_log.h"

namespace tranchet {
namespace {

using namespace literals;
using testing::must;
using testing::record;
using testing::ScratchDirectory;
using testing::Session;

class ParityTest : public ::testing::Test {
 protected:
  // Against a backtest of the session as it is without the perturbation.
  Parity parity_of_log(LogReader& log) {
    return must(parity_of(log, {.changes = changes_, .venue = Session().venue}));
  }
  Parity parity_of_session(const Session& session) {
    return parity_of_log(*record(session, scratch_ / "log"));
  }
  static std::string told(const ParityParts& parts) {
    return to_text(parts.decisions) + " " + to_text(parts.latency) + " " +
           to_text(parts.fill_price) + " " + to_text(parts.missed_and_extra) + " " +
           to_text(parts.fees) + " " + to_text(parts.funding);
  }
  // That part is everything, and something.
  static void expect_alone(const Parity& parity, Money ParityParts::*part) {
    ParityParts parts;
    parts.*part = parity.in_log.pnl() - parity.in_backtest.pnl();
    EXPECT_FALSE((parts.*part).is_zero());
    for (Money ParityParts::*each :
         {&ParityParts::decisions, &ParityParts::latency, &ParityParts::fill_price,
          &ParityParts::missed_and_extra, &ParityParts::fees, &ParityParts::funding}) {
      EXPECT_EQ(to_text(parity.parts.*each), to_text(parts.*each));
    }
    int set_apart = 0;
    for (const ParityRow& row : parity.rows) {
      ParityParts alone;
      alone.*part = row.log_pnl - row.backtest_pnl;
      EXPECT_EQ(told(row.parts), told(alone));
      if (!(alone.*part).is_zero()) ++set_apart;
    }
    EXPECT_GT(set_apart, 0);
  }

  ScratchDirectory scratch_;
  std::vector<SettingChange> changes_;
};

TEST_F(ParityTest, ThePaperOfTheTwinWithoutLatencyIsZeroInEveryPart) {
  const Parity parity = parity_of_session({});
  EXPECT_EQ(told(parity.parts), told({}));
  EXPECT_GT(parity.rows.size(), 10U);
  for (const ParityRow& row : parity.rows) {
    EXPECT_EQ(told(row.parts), told({}));
    EXPECT_TRUE(row.in_log && row.in_backtest);
    EXPECT_EQ(row.log_pnl, row.backtest_pnl);
  }
}

TEST_F(ParityTest, SlowRequestsAreLatencyAlone) {
  Session slow;
  slow.venue.latency = Duration::milliseconds(2'500);
  const Parity parity = parity_of_session(slow);
  EXPECT_EQ(parity.typical_latency, Duration::milliseconds(2'500));
  expect_alone(parity, &ParityParts::latency);
}

// Worse entries move the targets, so that exits differ, too: all of it is the price's.
TEST_F(ParityTest, WorsePricesAreFillPriceAlone) {
  Session slipped;
  slipped.venue.market_slippage = 20;
  expect_alone(parity_of_session(slipped), &ParityParts::fill_price);
}

TEST_F(ParityTest, FillsThatTheQueueTookAreMissedAlone) {
  // Bought at 45,000; the take-profit at 45,054 is touched, no more; the stop is at 44,910.
  Session last_in_queue;
  last_in_queue.venue.queue = QueueAssumption::Through;
  last_in_queue.inputs.clear();
  for (const std::int64_t price : {45'000, 45'000, 45'054, 45'020, 44'905, 44'900}) {
    const auto second = static_cast<std::int64_t>(last_in_queue.inputs.size());
    last_in_queue.add(
        Duration::seconds(second),
        TradePrinted{
            .instrument = kCoin, .quantity = 1_qty, .price = Price::from_raw(price * kDecimalOne)});
    if (second != 0) continue;
    last_in_queue.add({}, EntrySignal{.quantity = 0.004_qty,
                                      .instrument = kCoin,
                                      .side = Side::Buy,
                                      .order_type = OrderType::Market});
  }
  const Parity parity = parity_of_session(last_in_queue);
  expect_alone(parity, &ParityParts::missed_and_extra);
  ASSERT_EQ(parity.rows.size(), 1U);
  EXPECT_EQ(parity.rows[0].in_log->exit_reason, ExitReason::StopLoss);
  EXPECT_EQ(parity.rows[0].in_backtest->exit_reason, ExitReason::TakeProfit);
}

TEST_F(ParityTest, AnotherFeeIsFeesAlone) {
  Session dear;
  dear.venue.taker_fee = 60'000;
  dear.venue.maker_fee = 0;
  expect_alone(parity_of_session(dear), &ParityParts::fees);
}

TEST_F(ParityTest, OtherPaymentsAreFundingAlone) {
  const auto log = record({}, scratch_ / "recorded");
  const auto paid_more = testing::rewrite(*log, scratch_ / "log", [](Event& event) {
    if (auto* paid = std::get_if<FundingPaid>(&event.body)) paid->amount += 0.5_usd;
  });
  expect_alone(parity_of_log(*paid_more), &ParityParts::funding);
}

TEST_F(ParityTest, WhatAPersonDidIsDecisionsAlone) {
  Session closed;
  closed.add(Duration::seconds(5'000), CloseRequested{.reason = ExitReason::Manual});
  closed.add(Duration::seconds(6'000), EntriesHalted{});
  closed.add(Duration::seconds(7'000), EntriesResumed{});
  expect_alone(parity_of_session(closed), &ParityParts::decisions);
}

TEST_F(ParityTest, OtherSettingsOfTheBacktestAreDecisionsAlone) {
  changes_ = {{Setting::TakeProfit, InstrumentId::None, kPpmOne / 1'000 * 2}};
  expect_alone(parity_of_session({}), &ParityParts::decisions);
}

// Everything at once: the parts add up to the last decimal, in each row and in total.
TEST_F(ParityTest, AllTogetherAddUp) {
  Session session;
  session.venue.latency = Duration::milliseconds(2'500);
  session.venue.market_slippage = 33;
  session.venue.queue = QueueAssumption::Through;
  session.venue.taker_fee = 70'003;
  session.add(Duration::seconds(5'000), CloseRequested{.reason = ExitReason::Manual});
  const Parity parity = parity_of_session(session);
  Money rows;
  for (const ParityRow& row : parity.rows) {
    EXPECT_EQ(row.parts.sum(), row.log_pnl - row.backtest_pnl);
    rows += row.parts.sum();
  }
  EXPECT_EQ(rows, parity.in_log.pnl() - parity.in_backtest.pnl());
  EXPECT_EQ(rows, parity.parts.sum());
  for (const Money part :
       {parity.parts.decisions, parity.parts.latency, parity.parts.fill_price, parity.parts.fees}) {
    EXPECT_FALSE(part.is_zero()) << told(parity.parts);
  }
}

TEST_F(ParityTest, ALogThatThisProgramDecidesOtherwiseIsRefused) {
  const auto log = record({}, scratch_ / "recorded");
  auto writer = must(LogWriter::create(scratch_ / "log", Durability::AtClose));
  std::vector<Event> events;
  must(log->scan(Sequence{1}, [&](const Event& event) {
    events.push_back(event);
    return true;
  }));
  testing::append_all(*writer, events, log->names(), 1'000);  // Notes digests of its own making.
  must(writer->close());
  const auto other = must(LogReader::open(scratch_ / "log"));
  const auto refused = parity_of(*other, {.changes = {}, .venue = {}});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, LogErrorKind::Diverged);
  EXPECT_NE(refused.error().message.find("first between sequence 1 and 1000"), std::string::npos);
}

}  // namespace
}  // namespace tranchet

// Any moment of a log is the same, however one gets there.
#include "adapters/gateway/history.h"

#include <gtest/gtest.h>

#include "adapters/gateway/account_figures.h"
#include "adapters/gateway/state_json.h"
#include "tests/adapters/gateway/traded_session.h"

namespace tranchet {
namespace {

class HistoryTest : public testing::Test {
 protected:
  // About 20,000 events: positions that open and close under a price that goes up and down.
  HistoryTest() : session_(folder_.path() / "log") {
    for (int step = 0; step < 9'000; ++step) {
      const int away = step % 200 < 100 ? step % 100 : 100 - step % 100;
      session_.price("BTCUSDT", std::to_string(45'000 - away * 5));
      if (step % 250 == 10) {
        session_.say(
            R"("type":"EntrySignal","instrument":"BTCUSDT","side":"Buy","order_type":"Market")");
      }
      if (step % 1'000 == 999) session_.say(R"("type":"CloseRequested","reason":"Manual")");
    }
    session_.finish();
  }
  std::unique_ptr<LogReader> reader() const {
    auto log = LogReader::open(folder_.path() / "log");
    EXPECT_TRUE(log);
    return std::move(*log);
  }
  std::string state_at(History& history, std::uint64_t sequence) const {
    const auto screen = history.at(Sequence{sequence});
    return screen ? state_json(**screen, history.names(), true) : screen.error().message;
  }

  ScratchFolder folder_;
  TradedSession session_;
};

TEST_F(HistoryTest, FromMilestonesForwardOrBack) {
  Milestones milestones;
  std::optional<Screen> screen;
  auto log = reader();
  const std::uint64_t head = number(log->head().last);
  ASSERT_GT(head, 16'384U);
  ASSERT_TRUE(log->scan(Sequence{1}, [&](const Event& event) {
    if (!screen) screen.emplace(*Screen::begin(event, log->names()));
    screen->apply(event);
    milestones.consider(*screen);
    return true;
  }));
  EXPECT_EQ(milestones.before(Sequence{4'095}), nullptr);
  ASSERT_NE(milestones.before(Sequence{head}), nullptr);
  EXPECT_GT(number(milestones.before(Sequence{head})->sequence()), head - 5'000);

  History with(reader(), &milestones);
  const std::vector<std::uint64_t> jumps = {head,  head - 1, 4'095, 4'096, 4'097, 1,
                                            9'000, 9'001,    8'999, 2,     head};
  for (const std::uint64_t sequence : jumps) {
    History without(reader(), nullptr);
    EXPECT_EQ(state_at(with, sequence), state_at(without, sequence)) << sequence;
  }
  EXPECT_EQ(state_at(with, head + 1'000), state_at(with, head)) << "above the head is the head";
}

TEST_F(HistoryTest, TimesFindTheirSequence) {
  auto log = reader();
  Timestamp of_third;
  ASSERT_TRUE(log->scan(Sequence{3}, [&](const Event& event) {
    of_third = event.time;
    return false;
  }));
  const auto last = last_at(*log, of_third);
  ASSERT_TRUE(last);
  EXPECT_GE(number(*last), 3U);
  EXPECT_EQ(number(*last_at(*log, of_third - Duration::hours(1))), 0U);
}

TEST(MilestonesTest, StayFewHoweverLongTheLog) {
  ScratchFolder folder;
  TradedSession session(folder.path() / "log");
  session.finish();
  auto log = LogReader::open(folder.path() / "log");
  ASSERT_TRUE(log);
  std::optional<Screen> screen;
  ASSERT_TRUE((*log)->scan(Sequence{1}, [&](const Event& event) {
    if (!screen) screen.emplace(*Screen::begin(event, (*log)->names()));
    screen->apply(event);
    return true;
  }));
  Milestones milestones;
  std::uint64_t sequence = number(screen->sequence());
  for (; sequence < 600'000; ++sequence) {
    screen->apply({.sequence = Sequence{sequence + 1},
                   .time = screen->time(),
                   .body = MarkPrice{InstrumentId{1}, *parse<Price>("45000")}});
    milestones.consider(*screen);
  }
  // 600,000 events at no more than 24: spaced by 32,768, so the nearest is not farther than that.
  const auto nearest = milestones.before(Sequence{sequence});
  ASSERT_NE(nearest, nullptr);
  EXPECT_GT(number(nearest->sequence()), sequence - 40'000);
  EXPECT_NE(milestones.before(Sequence{70'000}), nullptr) << "the early ones are thinned, not lost";
}

TEST_F(HistoryTest, TotalsAddUp) {
  History history(reader(), nullptr);
  const auto screen = history.at(Sequence{1'000'000});
  ASSERT_TRUE(screen);
  const LedgerTotals& totals = (*screen)->ledger().totals();
  std::uint64_t exits = 0;
  for (const std::uint64_t count : totals.exits) exits += count;
  EXPECT_GT(totals.trades, 5U);
  EXPECT_EQ(exits, totals.trades);
  EXPECT_EQ(totals.tranches_opened,
            totals.trades + totals.merged + account_figures(**screen).tranches);
  Money realized;
  for (const ClosedTrade& trade : (*screen)->ledger().trades())
    realized += trade.trade.realized_pnl;
  EXPECT_EQ(account_figures(**screen).tranches, 0U) << "closed at the end";
  EXPECT_EQ(to_text(realized), to_text(totals.realized_pnl));
}

}  // namespace
}  // namespace tranchet

// The loop's order of things, with a venue that answers as a script says and a log that can fail.
#include "replay/loop.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "replay/opening.h"
#include "tests/replay/memory_log.h"

namespace tranchet {
namespace {

using namespace literals;

Timestamp at(std::int64_t milliseconds) {
  return parse_time("2026-01-01T00:00:00Z").value() +
         Duration::nanoseconds(milliseconds * 1'000'000);
}

// Says what the script says, and keeps what it was told with what the log held at that moment.
class ScriptedVenue final : public Venue {
 public:
  struct Told {
    Timestamp time;
    std::vector<Command> commands;
    Sequence logged{};
    std::size_t observed = 0;
  };

  void submit(std::span<const Command> commands, Timestamp now) override {
    told.push_back({.time = now,
                    .commands = {commands.begin(), commands.end()},
                    .logged = log != nullptr ? log->head().last : Sequence{},
                    .observed = *observed});
  }
  std::optional<Timestamp> next_wakeup() const override {
    if (script.empty()) return std::nullopt;
    return script.front().time;
  }
  void advance(Timestamp now, std::vector<Occurrence>& out) override {
    while (!script.empty() && script.front().time <= now) {
      out.push_back(script.front());
      script.erase(script.begin());
    }
  }

  std::vector<Occurrence> script;
  std::vector<Told> told;
  const LogWriter* log = nullptr;
  const std::size_t* observed = nullptr;
};

class LoopTest : public testing::Test, public Observer {
 protected:
  explicit LoopTest(Durability durability = Durability::EveryBatch,
                    std::uint64_t snapshot_interval = 0)
      : engine_(Settings()) {
    venue_.log = &log_;
    venue_.observed = &observed_;
    loop_.emplace(engine_, venue_, *this,
                  Journal{.log = &log_,
                          .names = &names_,
                          .durability = durability,
                          .snapshot_interval = snapshot_interval});
    coin_ = names_.instrument("BTCUSDT");
    const InstrumentListed rules{.tick_size = 0.1_px,
                                 .step_size = 0.001_qty,
                                 .symbol = names_.intern("BTCUSDT"),
                                 .instrument = coin_};
    for (const EventBody& body : opening_events({.instruments = {rules}}, names_)) {
      take(at(0), body);
    }
    take(at(0), MarkPrice{.instrument = coin_, .price = 45000_px});
  }

  void take(Timestamp time, const EventBody& body) {
    const auto taken = loop_->take(time, body);
    ASSERT_TRUE(taken) << taken.error().message;
  }
  void run_until(Timestamp time) {
    const auto ran = loop_->run_until(time);
    ASSERT_TRUE(ran) << ran.error().message;
  }
  EntrySignal limit_entry() const {
    return {.quantity = 0.01_qty,
            .limit_price = 44000_px,
            .instrument = coin_,
            .side = Side::Buy,
            .order_type = OrderType::Limit};
  }
  OrderId entry_order() const {
    for (const auto& told : venue_.told) {
      for (const Command& command : told.commands) {
        if (const auto* order = std::get_if<SubmitOrder>(&command)) return order->order;
      }
    }
    ADD_FAILURE() << "nothing was submitted";
    return OrderId::None;
  }
  MarkPrice mark() const { return {.instrument = coin_, .price = 45000_px}; }

  void on_event(const Event& event, const Output&) override { observed_ = number(event.sequence); }

  Names names_;
  Engine engine_;
  MemoryLog log_;
  ScriptedVenue venue_;
  std::optional<Loop> loop_;
  InstrumentId coin_{};
  std::size_t observed_ = 0;
};

class BulkLoopTest : public LoopTest {
 protected:
  BulkLoopTest() : LoopTest(Durability::AtClose) {}
};

class SnapshotLoopTest : public LoopTest {
 protected:
  static constexpr std::uint64_t kInterval = 10;
  SnapshotLoopTest() : LoopTest(Durability::EveryBatch, kInterval) {}
};

// ---- Answers.

// A live writer takes wishes as they come, with the wall's time, before it looks at the venue: an
// answer that was due a moment before must not put time back.
TEST_F(LoopTest, AnAnswerThatWaitedComesAfterWhatWasTakenMeanwhile) {
  take(at(1'000), limit_entry());
  venue_.script = {{at(1'050), OrderAccepted{entry_order()}}};
  loop_->look_again();
  take(at(1'100), mark());
  run_until(at(1'100));
  EXPECT_EQ(engine_.state().now, at(1'100));
  EXPECT_FALSE(engine_.state().order(entry_order()).is_unanswered());
}

// ---- Timers.

TEST_F(LoopTest, TimersFireBeforeTheNextInputOfALaterTimeOnly) {
  take(at(1'000), limit_entry());
  venue_.script = {{at(1'050), OrderAccepted{entry_order()}}};
  loop_->look_again();
  run_until(at(1'050));
  const auto timer = engine_.next_timer();
  ASSERT_TRUE(timer);
  run_until(timer->first);
  take(timer->first, mark());
  EXPECT_TRUE(log_.all<TimerFired>().empty()) << "an input of the timer's own time comes first";

  const Timestamp later = timer->first + Duration::nanoseconds(1);
  run_until(later);
  take(later, mark());
  const auto fired = log_.all<TimerFired>();
  ASSERT_EQ(fired.size(), 1U);
  EXPECT_EQ(fired[0].time, timer->first) << "with the time it was due, not that of the input";
  EXPECT_EQ(std::get<TimerFired>(fired[0].body).timer, timer->second);
  // In front of it the price of the same time, behind it the later one.
  EXPECT_EQ(number(fired[0].sequence) + 1, number(engine_.last_sequence()));
}

TEST_F(LoopTest, TimersAndAnswersEnterInOrderOfTime) {
  take(at(1'000), limit_entry());
  const OrderId order = entry_order();
  const Timestamp due = engine_.next_timer().value().first;
  const Duration instant = Duration::nanoseconds(1);
  // One answer at the very time of the timer, one after it.
  venue_.script = {{at(1'050), OrderAccepted{order}},
                   {due, AdapterFault{names_.intern("on time")}},
                   {due + instant, AdapterFault{names_.intern("later")}}};
  loop_->look_again();
  const std::size_t before = log_.kept.size();
  run_until(due + instant);
  std::vector<std::string> order_of_things;
  for (std::size_t index = before; index < log_.kept.size(); ++index) {
    const Event& event = log_.kept[index];
    if (std::holds_alternative<OrderAccepted>(event.body)) order_of_things.push_back("accepted");
    if (std::holds_alternative<TimerFired>(event.body)) order_of_things.push_back("timer");
    if (const auto* fault = std::get_if<AdapterFault>(&event.body)) {
      order_of_things.emplace_back(names_.text(fault->text));
    }
  }
  EXPECT_EQ(order_of_things, (std::vector<std::string>{"accepted", "on time", "timer", "later"}));
}

TEST_F(LoopTest, ATimerThatCameDueWhileNoProcessRanFiresLate) {
  take(at(1'000), limit_entry());
  const auto timer = engine_.next_timer();
  ASSERT_TRUE(timer);
  // What a restart says first comes before what was due meanwhile.
  const Timestamp restart = timer->first + Duration::milliseconds(5'000);
  take(restart, mark());
  run_until(restart + Duration::milliseconds(1));
  const auto fired = log_.all<TimerFired>();
  ASSERT_EQ(fired.size(), 1U);
  EXPECT_EQ(fired[0].time, restart) << "time never runs back";
}

// ---- Answers.

TEST_F(LoopTest, AnswersEnterInOrderOfTimeBeforeTheNextPrice) {
  take(at(1'000), limit_entry());
  const OrderId order = entry_order();
  venue_.script = {{at(1'050), OrderAccepted{order}},
                   {at(1'060), OrderFilled{.order = order,
                                           .trade = TradeId{1},
                                           .quantity = 0.01_qty,
                                           .price = 44000_px,
                                           .instrument = coin_,
                                           .position_side = PositionSide::Long,
                                           .side = Side::Buy}},
                   {at(2'001), AdapterFault{names_.intern("too late")}}};
  loop_->look_again();
  run_until(at(2'000));
  take(at(2'000), MarkPrice{.instrument = coin_, .price = 44010_px});
  ASSERT_TRUE(loop_->finish());  // A price that causes nothing may wait for its batch.
  ASSERT_GE(log_.kept.size(), 3U);
  const auto tail = std::span(log_.kept).last(3);
  EXPECT_TRUE(std::holds_alternative<OrderAccepted>(tail[0].body));
  EXPECT_TRUE(std::holds_alternative<OrderFilled>(tail[1].body));
  EXPECT_TRUE(std::holds_alternative<MarkPrice>(tail[2].body));
  EXPECT_EQ(tail[0].time, at(1'050));
  EXPECT_EQ(tail[1].time, at(1'060));
  EXPECT_TRUE(log_.all<AdapterFault>().empty()) << "not before its time";
  // What the fill caused left at the fill's own time, not at that of the next price.
  EXPECT_EQ(venue_.told.back().time, at(1'060));
  EXPECT_TRUE(std::ranges::any_of(venue_.told.back().commands, [](const Command& command) {
    const auto* submitted = std::get_if<SubmitOrder>(&command);
    return submitted != nullptr && submitted->purpose == Purpose::StopLoss;
  }));
}

// ---- The log.

TEST_F(LoopTest, ACommandLeavesAfterItsEventIsInTheLogAndSeen) {
  take(at(1'000), limit_entry());
  ASSERT_FALSE(venue_.told.empty());
  for (const auto& told : venue_.told) {
    EXPECT_EQ(told.logged, engine_.last_sequence());
    EXPECT_EQ(told.observed, number(engine_.last_sequence()));
  }
}

// Held inputs wait for a commit together, but no command leaves before its cause is in the log.
TEST_F(LoopTest, HeldInputsShareACommitAndCommandsDoNotWait) {
  ASSERT_TRUE(loop_->release(true));
  const Sequence before = log_.head().last;
  loop_->hold();
  take(at(1'000), EntriesResumed{names_.intern("one")});
  take(at(1'000), EntriesResumed{names_.intern("two")});
  EXPECT_EQ(log_.head().last, before) << "held";
  EXPECT_TRUE(loop_->has_unwritten());
  take(at(1'000), limit_entry());
  EXPECT_EQ(log_.head().last, engine_.last_sequence()) << "it caused commands";
  EXPECT_EQ(venue_.told.back().logged, engine_.last_sequence());
  take(at(1'001), EntriesResumed{names_.intern("three")});
  EXPECT_NE(log_.head().last, engine_.last_sequence());
  ASSERT_TRUE(loop_->release(false));
  EXPECT_EQ(log_.head().last, engine_.last_sequence()) << "more than quiet prices";
  take(at(1'002), mark());
  ASSERT_TRUE(loop_->release(false));
  EXPECT_TRUE(loop_->has_unwritten()) << "a quiet price may wait";
  ASSERT_TRUE(loop_->release(true));
  EXPECT_FALSE(loop_->has_unwritten());
}

TEST_F(LoopTest, AFailedAppendStopsBeforeTheDispatch) {
  log_.fails_at = next(engine_.last_sequence());
  const std::size_t observed_before = observed_;
  const auto taken = loop_->take(at(1'000), limit_entry());
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().kind, LogErrorKind::DiskFull);
  EXPECT_TRUE(venue_.told.empty()) << "an order left that no log knows of";
  EXPECT_EQ(observed_, observed_before);
}

TEST_F(LoopTest, AFailedAppendOfAnAnswerStopsTheRun) {
  take(at(1'000), limit_entry());
  const OrderId order = entry_order();
  const std::size_t told = venue_.told.size();
  venue_.script = {{at(1'050), OrderFilled{.order = order,
                                           .trade = TradeId{1},
                                           .quantity = 0.01_qty,
                                           .price = 44000_px,
                                           .instrument = coin_,
                                           .position_side = PositionSide::Long,
                                           .side = Side::Buy}}};
  loop_->look_again();
  log_.fails_at = next(engine_.last_sequence());
  EXPECT_FALSE(loop_->run_until(at(2'000)));
  EXPECT_EQ(venue_.told.size(), told);
}

TEST_F(LoopTest, WhatIsNotMarketDataIsInTheLogBeforeAnythingElseHappens) {
  const std::vector<EventBody> facts{Connected{Stream::Market},
                                     Disconnected{Stream::Market},
                                     EntriesHalted{},
                                     EntriesResumed{},
                                     LogicSwitched{.feature = 1, .on = true},
                                     BalanceReported{Money::from_raw(1)},
                                     FundingPaid{coin_, PositionSide::Long, Money::from_raw(1)},
                                     TimerFired{{TimerKind::StopRetry, 7}}};
  std::int64_t milliseconds = 1'000;
  for (const EventBody& fact : facts) {
    take(at(++milliseconds), mark());
    EXPECT_LT(log_.head().last, engine_.last_sequence()) << "a price may wait";
    take(at(++milliseconds), fact);
    EXPECT_EQ(log_.head().last, engine_.last_sequence()) << "alternative " << fact.index();
    EXPECT_TRUE(venue_.told.empty()) << "not for the sake of a command";
  }
}

TEST_F(LoopTest, MarketDataThatCausesNothingMayWait) {
  const std::vector<EventBody> rows{mark(),
                                    TradePrinted{.instrument = coin_, .price = 45000_px},
                                    BookTop{.instrument = coin_},
                                    LiquidationPrinted{.instrument = coin_, .side = Side::Buy},
                                    FundingRate{.instrument = coin_, .rate = 1},
                                    Conflated{.instrument = coin_, .merged = 2}};
  const Sequence logged = log_.head().last;
  for (const EventBody& row : rows) take(at(1'000), row);
  EXPECT_EQ(log_.head().last, logged);
  take(at(1'001), limit_entry());
  EXPECT_EQ(log_.head().last, engine_.last_sequence());
  EXPECT_EQ(log_.batches.back(), rows.size() + 2) << "with the first price, in one commit";
}

TEST_F(SnapshotLoopTest, KeepsTheStateWithItsDigestsAtTheIntervalAndTheEnd) {
  while (number(engine_.last_sequence()) < 3 * kInterval + 5) {
    const auto last = static_cast<std::int64_t>(number(engine_.last_sequence()));
    if (last == 12) {
      take(at(1'012), limit_entry());
    } else {
      take(at(1'000 + last), mark());
    }
    ASSERT_EQ(log_.snapshots.size(), number(engine_.last_sequence()) / kInterval);
    if (number(engine_.last_sequence()) % kInterval == 0) {
      EXPECT_EQ(log_.head().last, engine_.last_sequence()) << "never ahead of the log";
      EXPECT_EQ(log_.snapshots.back().image, engine_.image());
    }
  }
  ASSERT_TRUE(loop_->finish());
  ASSERT_EQ(log_.snapshots.size(), 4U);
  EXPECT_EQ(log_.snapshots.back().sequence, engine_.last_sequence());
  ASSERT_EQ(log_.notes.size(), log_.snapshots.size());
  for (std::size_t index = 0; index < log_.notes.size(); ++index) {
    const StateSnapshot& snapshot = log_.snapshots[index];
    EXPECT_EQ(snapshot.sequence, log_.notes[index].sequence);
    EXPECT_EQ(snapshot.command_digest, log_.notes[index].command_digest);
    EXPECT_EQ(snapshot.state_digest, log_.notes[index].state_digest);
    EXPECT_EQ(snapshot.build, build_name());
    const auto engine = Engine::from_image(snapshot.image);
    ASSERT_TRUE(engine);
    EXPECT_EQ(engine->state_digest(), snapshot.state_digest);
  }
}

TEST_F(LoopTest, KeepsNoSnapshotUnasked) {
  for (int index = 0; index < 50; ++index) take(at(1'000 + index), mark());
  ASSERT_TRUE(loop_->finish());
  EXPECT_TRUE(log_.snapshots.empty());
}

TEST_F(BulkLoopTest, WritesLargeBatchesAndNotesDigestsAtTheIntervalAndTheEnd) {
  const std::uint64_t events = kDigestInterval + 10;
  while (number(engine_.last_sequence()) < events) {
    take(at(static_cast<std::int64_t>(number(engine_.last_sequence()))), mark());
    if (number(engine_.last_sequence()) == kDigestInterval) {
      ASSERT_EQ(log_.notes.size(), 1U);
      EXPECT_EQ(log_.notes[0].sequence, engine_.last_sequence());
      EXPECT_EQ(log_.notes[0].command_digest, engine_.command_digest());
      EXPECT_EQ(log_.notes[0].state_digest, engine_.state_digest());
      EXPECT_EQ(log_.kept.size(), kDigestInterval) << "a note is never ahead of the log";
    }
  }
  EXPECT_EQ(log_.kept.size(), kDigestInterval);
  EXPECT_EQ(log_.batches, std::vector<std::size_t>(16, 4'096));
  ASSERT_TRUE(loop_->finish());
  EXPECT_EQ(log_.kept.size(), events);
  ASSERT_EQ(log_.notes.size(), 2U);
  EXPECT_EQ(number(log_.notes[1].sequence), events);
  EXPECT_EQ(log_.notes[1].state_digest, engine_.state_digest());
}

// A core that refuses an entry on the spot stamps that with the clock of the round before.
TEST_F(LoopTest, AnAnswerFromThePastComesNow) {
  take(at(50), limit_entry());
  venue_.script = {{at(40), OrderRejected{entry_order(), RejectReason::RateLimited}}};
  const std::size_t before = observed_;
  loop_->look_again();
  run_until(at(60));
  EXPECT_EQ(engine_.state().now, at(50));
  EXPECT_EQ(observed_, before + 1);
}

}  // namespace
}  // namespace tranchet

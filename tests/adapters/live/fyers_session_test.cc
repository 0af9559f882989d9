// End to end: `tranchet live` against `tranchet venue fyers`, over TLS: the list that Aster's
// sessions pass, and what only a venue of India can do. Each ends with a log that replays to the
// same digests.
#include <gtest/gtest.h>

#include <csignal>

#include "adapters/live/clock.h"
#include "tests/adapters/live/live_session.h"
#include "tests/adapters/live/staged_fyers.h"

namespace tranchet {
namespace {

using namespace literals;

class FyersSession : public LiveSession {
 protected:
  void begin_fyers(const StagedFyers::Options& options = {}, bool live = true,
                   const std::string& settings = {}) {
    venue_ = std::make_shared<StagedFyers>(options);
    begin({.live = live, .settings = settings, .venue = venue_});
  }
  void end_session() {
    EXPECT_EQ(stage_->stop(), 0) << stage_->notes();
    EXPECT_EQ(replay_verify(), 0);
  }
  // A clock so many hours ahead of UTC shows a time between 05:00 and 16:00, whenever the test
  // runs. 13 and not 14, the most that a configuration takes: seconds are added.
  static std::int64_t hours_ahead(Timestamp now) {
    const std::int64_t hour = now.nanoseconds() / Duration::hours(1).count() % 24;
    return hour < 8 ? 8 : hour < 16 ? 0 : 13;
  }
  // A session of today, on a clock on which it is between 05:00 and 16:00 now, whenever that is, by
  // `offset` more than whole hours. What is intraday goes at `square_off` of it.
  static std::string session_lines(Timestamp now, Duration offset, const std::string& last_entry,
                                   const std::string& square_off) {
    const std::int64_t ahead = hours_ahead(now);
    const Timestamp local = now + Duration::hours(ahead) + offset;
    return "[session]\nproduct = \"intraday\"\ntrading_hours = \"on\"\n"
           "venue_square_off = \"\"\nstart = \"04:00\"\nend = \"23:00\"\nlast_entry = \"" +
           last_entry + "\"\nsquare_off = \"" + square_off + "\"\nutc_offset = \"" +
           to_text(Duration::hours(ahead) + offset) + "\"\nextra_days = [\"" +
           to_text(local).substr(0, 10) + "\"]\n";
  }
  // Only when it is open: by a clock on which it is between 05:00 and 16:00 now.
  static std::string hours_lines(const std::string& start, const std::string& end) {
    const Timestamp now = read_clocks().wall;
    const Duration ahead = Duration::hours(hours_ahead(now));
    return "[session]\ntrading_hours = \"on\"\nvenue_square_off = \"\"\nstart = \"" + start +
           "\"\nend = \"" + end + "\"\nutc_offset = \"" + to_text(ahead) + "\"\nextra_days = [\"" +
           to_text(now + ahead).substr(0, 10) + "\"]\n";
  }
  // The day's orders expire while the program is not there; it comes back when all is closed, and
  // leaves what protects until the morning.
  void night() {
    stage_->kill();
    stage_->fault("end-day");
    stage_->write_configuration(hours_lines("03:00", "04:00"));
    stage_->start();
    ASSERT_TRUE(stage_->until("a backup", [this](const Engine&) {
      std::ifstream file(stage_->log() / "gtt.jsonl");
      const std::string text((std::istreambuf_iterator<char>(file)), {});
      return text.find("\"id\":") != std::string::npos;
    }));
    EXPECT_TRUE(tranche_of(*stage_->engine(), 0)->stops.empty());
    EXPECT_EQ(waiting_orders(), 2U);
  }
  // At the venue, whose limit of a second the program's requests and ours share.
  std::size_t waiting_orders() {
    stage_->program().rest(std::chrono::milliseconds(1'100));
    return venue_->waiting_orders();
  }
  static constexpr const char* kByCandles =
      "targets = \"atr\"\natr_period = 5\natr_sl_multiplier = 1.5\natr_tp_multiplier = 3\n"
      "candle_interval = \"1m\"\n";
  // The same with a square-off a second from now.
  static std::string lines_that_end_now() {
    const Timestamp now = read_clocks().wall;
    const Duration minute = Duration::minutes(1);
    const Duration into = Duration::nanoseconds(now.nanoseconds() % minute.count());
    // In whole seconds. Where the minute ends within one, the one after it.
    const std::int64_t left = (minute - into).count() / 1'000'000'000;
    const std::int64_t offset = left > 1 ? left - 1 : left + 59;
    const std::int64_t ahead = hours_ahead(now);
    const Timestamp ends = now + Duration::hours(ahead) + Duration::seconds(offset + 3);
    const auto clock = [](Timestamp time) { return to_text(time).substr(11, 5); };
    return session_lines(now, Duration::seconds(offset), clock(ends - minute), clock(ends));
  }
  // Targets by the venue's candles; the engine's own square-off.
  void measure_and_square_off(bool live) {
    begin_fyers({.history = 8}, live,
                kByCandles + session_lines(read_clocks().wall, {}, "22:00", "22:30"));
    ASSERT_TRUE(stage_->until("candles", [this](const Engine&) {
      // Those of minutes that are over: the newest only after it has settled.
      return stage_->count<CandleClosed>() >= 6;
    }));
    stage_->enter("Buy", "10");
    wait_protected(0, 10_qty);
    if (HasFatalFailure()) return;
    // Each candle has a range of 4.
    EXPECT_EQ(tranche_of(*stage_->engine(), 0)->stop.price, 594_px);
    EXPECT_EQ(tranche_of(*stage_->engine(), 0)->target.price, 612_px);
    stage_->write_configuration(kByCandles + lines_that_end_now());
    stage_->program().signal(SIGHUP);
    wait_flat();
    ASSERT_FALSE(stage_->closed().empty());
    EXPECT_EQ(stage_->closed().back().reason, ExitReason::SquareOff);
    ASSERT_TRUE(stage_->until("settled", is_settled));
    EXPECT_EQ(stage_->venue_quantity(PositionSide::Long), Quantity());
  }
  std::shared_ptr<StagedFyers> venue_;
};

TEST_F(FyersSession, ADayAtTheVenue) {
  begin_fyers();
  // Entry, averaging, a second tranche.
  stage_->enter("Buy", "20");
  wait_protected(0, 20_qty);
  EXPECT_EQ(tranche_of(*stage_->engine(), 0)->target.price, 606_px);
  EXPECT_EQ(tranche_of(*stage_->engine(), 0)->stop.price, 540_px);
  stage_->price("594");
  wait_for_mark(594_px);
  stage_->enter("Buy", "10");
  wait_protected(0, 30_qty);
  EXPECT_EQ(tranche_of(*stage_->engine(), 0)->target.price, 604_px);
  stage_->price("564");
  wait_for_mark(564_px);
  stage_->enter("Buy", "10");
  wait_protected(1, 10_qty);
  EXPECT_EQ(stage_->venue_quantity(PositionSide::Long), 40_qty);

  // A take-profit, by the venue.
  stage_->trade("570");
  ASSERT_TRUE(stage_->until("tranche 1 closed", [](const Engine& engine) {
    return tranche_of(engine, 1) == nullptr && is_settled(engine);
  }));
  EXPECT_EQ(stage_->closed().back().reason, ExitReason::TakeProfit);

  // A model closes: the position goes when the venue says so.
  EXPECT_TRUE(close_all("ModelClose").starts_with("{\"ok\":true"));
  ASSERT_TRUE(stage_->until(
      "flat", [](const Engine& engine) { return is_flat(engine) && is_settled(engine); }));
  EXPECT_EQ(stage_->closed().back().reason, ExitReason::ModelClose);
  EXPECT_EQ(stage_->venue_quantity(PositionSide::Long), Quantity());

  // A stop, by the venue, of a short.
  stage_->price("600");
  wait_for_mark(600_px);
  stage_->enter("Sell", "5");
  ASSERT_TRUE(stage_->until("a short", [](const Engine& engine) {
    const Tranche* tranche = tranche_of(engine, 0, PositionSide::Short);
    return tranche != nullptr && tranche->stops.size() == 1 && is_settled(engine);
  }));
  stage_->trade("665");
  ASSERT_TRUE(stage_->until("no short", [](const Engine& engine) {
    return tranche_of(engine, 0, PositionSide::Short) == nullptr && is_settled(engine);
  }));
  EXPECT_EQ(stage_->closed().back().reason, ExitReason::StopLoss);
  end_session();
  expect_no_canary();
}

TEST_F(FyersSession, RestartsAndReconnectsForgetNothing) {
  begin_fyers();
  stage_->enter("Buy", "20");
  wait_protected(0, 20_qty);
  const auto orders_before = stage_->count<OrderAccepted>();
  // The streams end; both come back.
  const auto connected = stage_->count<Connected>();
  stage_->fault("disconnect-orders");
  stage_->fault("disconnect-data");
  ASSERT_TRUE(stage_->until("both streams again", [&](const Engine& engine) {
    return stage_->count<Connected>() >= connected + 2 && engine.state().reconciled;
  }));
  // By hand and by accident: nothing is doubled, nothing forgotten.
  EXPECT_EQ(stage_->stop(), 0) << stage_->notes();
  stage_->start();
  ready();
  stage_->kill();
  stage_->start();
  ready();
  wait_protected(0, 20_qty);
  EXPECT_EQ(stage_->count<OrderAccepted>(), orders_before);
  EXPECT_EQ(stage_->venue_quantity(PositionSide::Long), 20_qty);
  // It fills while nobody is there.
  stage_->kill();
  stage_->trade("606");
  stage_->start();
  ASSERT_TRUE(stage_->until("flat", [this](const Engine& engine) {
    return stage_->has_compared() && is_flat(engine) && is_settled(engine);
  }));
  EXPECT_EQ(stage_->closed().back().reason, ExitReason::TakeProfit);
  end_session();
}

TEST_F(FyersSession, PaperTradesOnTheVenuesPrices) {
  begin_fyers({}, false);
  stage_->enter("Buy", "20");
  wait_protected(0, 20_qty);
  stage_->kill();
  stage_->start();
  ready();
  wait_protected(0, 20_qty);
  stage_->trade("610");
  wait_flat();
  EXPECT_EQ(stage_->closed().back().reason, ExitReason::TakeProfit);
  EXPECT_EQ(stage_->venue_quantity(PositionSide::Long), Quantity());
  end_session();
}

// Faults of the venue, each while a position is opened and closed.
TEST_F(FyersSession, Faults) {
  begin_fyers();
  for (const std::string fault :
       {"201-placed", "hangup-executed", "reject", "late-answer:ms=200",
        "late-event:count=4:ms=200", "duplicate-event:count=8", "reorder-events:count=4",
        "lose-event", "lite-frames", "reuse-topics"}) {
    SCOPED_TRACE(fault);
    stage_->fault(fault);
    stage_->enter("Buy", "10");
    // Refused, or opened and protected; what is not known is asked about first.
    ASSERT_TRUE(stage_->until("an outcome", [](const Engine& engine) {
      return is_settled(engine) &&
             engine.state().instrument(kLong.instrument).position(kLong.side).entries.empty() &&
             (is_flat(engine) || is_protected(engine, 0, 10_qty));
    }));
    EXPECT_EQ(stage_->venue_quantity(PositionSide::Long),
              is_flat(*stage_->engine()) ? Quantity() : 10_qty);
    stage_->fault("calm");
    ASSERT_TRUE(close_all("ModelClose").starts_with("{\"ok\":true"));
    ASSERT_TRUE(stage_->until("flat and quiet", [](const Engine& engine) {
      return is_settled(engine) && is_flat(engine);
    }));
    EXPECT_EQ(stage_->venue_quantity(PositionSide::Long), Quantity());
  }
  end_session();
}

// An exit that is refused is tried again by timers; the position stays until it has filled.
TEST_F(FyersSession, ARefusedExitIsTriedAgain) {
  begin_fyers({}, true, "exit_backoff = \"100ms\"\n");
  stage_->enter("Buy", "20");
  wait_protected(0, 20_qty);
  const auto rejected = stage_->count<OrderRejected>();
  stage_->fault("reject:count=2");
  ASSERT_TRUE(close_all("ModelClose").starts_with("{\"ok\":true"));
  ASSERT_TRUE(stage_->until("two refusals", [&](const Engine& engine) {
    return stage_->count<OrderRejected>() >= rejected + 2 || is_flat(engine);
  }));
  ASSERT_TRUE(stage_->until(
      "flat", [](const Engine& engine) { return is_flat(engine) && is_settled(engine); }));
  EXPECT_EQ(stage_->count<OrderRejected>(), rejected + 2);
  EXPECT_EQ(stage_->closed().back().reason, ExitReason::ModelClose);
  EXPECT_EQ(stage_->venue_quantity(PositionSide::Long), Quantity());
  end_session();
}

// 429 until tomorrow: what is open stays protected at the venue, entries are refused, and when the
// venue listens again exits go on.
TEST_F(FyersSession, ABlockedDayLeavesTheStops) {
  begin_fyers();
  stage_->enter("Buy", "20");
  wait_protected(0, 20_qty);
  stage_->fault("block-day");
  const auto rejected = stage_->count<OrderRejected>();
  stage_->enter("Buy", "20");
  ASSERT_TRUE(stage_->until(
      "a refused entry", [&](const Engine&) { return stage_->count<OrderRejected>() > rejected; }));
  EXPECT_NE(stage_->notes().find("too many requests"), std::string::npos);
  EXPECT_NE(tranche_of(*stage_->engine(), 0), nullptr);
  stage_->fault("calm");
  stage_->trade("606");
  ASSERT_TRUE(stage_->until("flat", [](const Engine& engine) { return is_flat(engine); }));
  EXPECT_EQ(stage_->closed().back().reason, ExitReason::TakeProfit);
  EXPECT_EQ(stage_->stop(), 0) << stage_->notes();
  EXPECT_EQ(replay_verify(), 0);
}

// The token ends: entries are halted, what rests stays, and the next token goes on with all of it.
TEST_F(FyersSession, ATokenThatEndsIsReplacedWhileItRuns) {
  begin_fyers();
  stage_->enter("Buy", "20");
  wait_protected(0, 20_qty);
  stage_->fault("expire-token");
  ASSERT_TRUE(close_all("ModelClose").starts_with("{\"ok\":true"));
  ASSERT_TRUE(stage_->until("entries halted",
                            [this](const Engine&) { return stage_->count<EntriesHalted>() > 0; }));
  EXPECT_NE(tranche_of(*stage_->engine(), 0), nullptr);
  // A token says the second of its issue, and those of this one have ended too.
  stage_->program().rest(std::chrono::milliseconds(1'100));
  const auto connected = stage_->count<Connected>();
  stage_->log_in_again();
  ASSERT_TRUE(stage_->until("both streams again", [&](const Engine& engine) {
    return stage_->count<Connected>() >= connected + 2 && engine.state().reconciled;
  }));
  ASSERT_TRUE(close_all("ModelClose").starts_with("{\"ok\":true"));
  ASSERT_TRUE(stage_->until(
      "flat", [](const Engine& engine) { return is_flat(engine) && is_settled(engine); }));
  EXPECT_EQ(stage_->venue_quantity(PositionSide::Long), Quantity());
  end_session();
}

TEST_F(FyersSession, CandlesOfTheVenueMeasureTargetsAndTheSessionEndsThem) {
  measure_and_square_off(true);
  EXPECT_EQ(stage_->count<SessionChanged>(), 1U);
  EXPECT_EQ(stage_->stop(), 0) << stage_->notes();
  stage_->start();
  ready();
  ASSERT_TRUE(stage_->until(
      "the session again", [this](const Engine&) { return stage_->count<SessionChanged>() == 2; }));
  end_session();
}

TEST_F(FyersSession, PaperMeasuresByTheSameCandles) {
  measure_and_square_off(false);
  // The simulated venue is open, and says so of nothing.
  EXPECT_EQ(stage_->count<SessionChanged>(), 0U);
  end_session();
}

// An exit into a halt is refused once: then it waits until the venue says that it trades again.
TEST_F(FyersSession, AHaltHoldsAnExitBackUntilItIsOver) {
  begin_fyers({}, true, session_lines(read_clocks().wall, {}, "22:00", "22:30"));
  stage_->enter("Buy", "20");
  wait_protected(0, 20_qty);
  const auto rejected = stage_->count<OrderRejected>();
  const auto changed = stage_->count<SessionChanged>();
  stage_->fault("halt:ms=600000");
  ASSERT_TRUE(close_all("ModelClose").starts_with("{\"ok\":true"));
  ASSERT_TRUE(stage_->until(
      "the halt", [&](const Engine&) { return stage_->count<SessionChanged>() > changed; }));
  EXPECT_EQ(stage_->venue_quantity(PositionSide::Long), 20_qty);
  stage_->fault("calm");
  wait_flat();
  EXPECT_EQ(stage_->count<OrderRejected>(), rejected + 1);
  EXPECT_EQ(stage_->closed().back().reason, ExitReason::ModelClose);
  ASSERT_TRUE(stage_->until("settled", is_settled));
  end_session();
}

// Two nights. In the first morning the program takes its backup away before the day's orders come;
// in the second it is not there, and the venue sells through the gap.
TEST_F(FyersSession, ACarriedPositionIsProtectedWhileNobodyIsThere) {
  begin_fyers({.product = "CNC"}, true, hours_lines("04:00", "23:00"));
  venue_->wait_for_trigger("NSE:SBIN-EQ", "30", "700", "300");  // Somebody else's, and stays.
  stage_->enter("Buy", "20");
  wait_protected(0, 20_qty);
  night();
  EXPECT_EQ(stage_->stop(), 0) << stage_->notes();
  stage_->fault("201-placed");  // Of its cancellation.
  stage_->write_configuration(hours_lines("04:00", "23:00"));
  stage_->start();
  ready();
  wait_protected(0, 20_qty);
  EXPECT_EQ(waiting_orders(), 1U);
  EXPECT_NE(stage_->notes().find("event=gtt_placed"), std::string::npos);
  EXPECT_NE(stage_->notes().find("event=gtt_gone"), std::string::npos);

  night();
  stage_->kill();
  // The stop was at 540, and the price opens below it.
  stage_->trade("535");
  EXPECT_EQ(stage_->venue_quantity(PositionSide::Long), Quantity());
  stage_->write_configuration(hours_lines("04:00", "23:00"));
  stage_->start();
  ASSERT_TRUE(stage_->until("open, flat and settled", [this](const Engine& engine) {
    return stage_->has_compared() && is_flat(engine) && is_settled(engine) &&
           !engine.state().instrument(kLong.instrument).session_closed;
  }));
  EXPECT_EQ(stage_->closed().back().reason, ExitReason::Venue);
  EXPECT_EQ(stage_->venue_quantity(PositionSide::Long), Quantity());
  end_session();
}

// The broker squares off what is held intraday: for us that is somebody else's trade.
TEST_F(FyersSession, ASessionThatEndsTakesThePosition) {
  begin_fyers({.square_off_in = 6});
  stage_->enter("Buy", "20");
  wait_protected(0, 20_qty);
  ASSERT_TRUE(stage_->until("squared off", [](const Engine& engine) { return is_flat(engine); }));
  EXPECT_EQ(stage_->closed().back().reason, ExitReason::Venue);
  EXPECT_EQ(stage_->venue_quantity(PositionSide::Long), Quantity());
  ASSERT_TRUE(stage_->until("settled", is_settled));
  end_session();
}

}  // namespace
}  // namespace tranchet

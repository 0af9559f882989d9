// End to end: `tranchet live` against `tranchet venue aster`, over TLS, through everything that a
// day can bring; then the log replays to the same digests.
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <unistd.h>

#include "events/log/commit_reader.h"
#include "events/log/segments.h"
#include "tests/adapters/live/live_session.h"

namespace tranchet {
namespace {

using namespace literals;
// The worked example of the rules, at a venue, through deaths and disconnects.
TEST_F(LiveSession, ADayAtTheVenue) {
  begin({});
  stage_->enter("Buy", "0.1");
  wait_protected(0, 0.1_qty);
  stage_->price("44550");
  wait_for_mark(44550_px);
  stage_->enter("Buy", "0.05");
  wait_protected(0, 0.15_qty);
  EXPECT_EQ(tranche_of(*stage_->engine(), 0)->target.price, 45298.5_px);
  EXPECT_EQ(tranche_of(*stage_->engine(), 0)->stop.price, 22425_px);
  stage_->price("42300");
  wait_for_mark(42300_px);
  stage_->enter("Buy", "0.08");
  wait_protected(1, 0.08_qty);
  EXPECT_EQ(tranche_of(*stage_->engine(), 1)->target.price, 42723_px);

  // A take-profit, by the venue.
  stage_->trade("42723");
  ASSERT_TRUE(stage_->until("tranche 1 closed",
                            [](const Engine& engine) { return tranche_of(engine, 1) == nullptr; }));
  EXPECT_EQ(stage_->closed().back().reason, ExitReason::TakeProfit);

  // A restart, by hand and by accident: nothing is doubled, nothing forgotten.
  const auto orders_before = stage_->count<OrderAccepted>();
  EXPECT_EQ(stage_->stop(), 0) << stage_->notes();
  stage_->start();
  ready();
  stage_->kill();
  stage_->start();
  ready();
  wait_protected(0, 0.15_qty);
  EXPECT_EQ(stage_->count<OrderAccepted>(), orders_before);

  // The streams end, the key ends; both come back.
  const auto connected = stage_->count<Connected>();
  stage_->fault("disconnect");
  ASSERT_TRUE(stage_->until("both streams again", [&](const Engine& engine) {
    return stage_->count<Connected>() >= connected + 2 && engine.state().reconciled;
  }));
  stage_->fault("expire-keys");
  ASSERT_TRUE(stage_->until("user stream again", [&](const Engine& engine) {
    return stage_->count<Connected>() >= connected + 3 && engine.state().reconciled;
  }));

  // The mark passes the target and no trade does: closed at once, by us.
  stage_->post_mark("45310");
  wait_flat();
  EXPECT_EQ(stage_->closed().back().reason, ExitReason::InstantTakeProfit);

  // A stop, by the venue.
  stage_->price("45000");
  wait_for_mark(45000_px);
  stage_->enter("Buy", "0.01");
  wait_protected(0, 0.01_qty);
  stage_->trade("22400");
  wait_flat();
  EXPECT_EQ(stage_->closed().back().reason, ExitReason::StopLoss);

  // A model closes.
  stage_->price("45000");
  wait_for_mark(45000_px);
  stage_->enter("Sell", "0.02");
  ASSERT_TRUE(stage_->until("a short", [](const Engine& engine) {
    return tranche_of(engine, 0, PositionSide::Short) != nullptr && is_settled(engine);
  }));
  EXPECT_TRUE(close_all("ModelClose").starts_with("{\"ok\":true"));
  ASSERT_TRUE(stage_->until("no short", [](const Engine& engine) {
    return tranche_of(engine, 0, PositionSide::Short) == nullptr && is_settled(engine);
  }));
  EXPECT_EQ(stage_->closed().back().reason, ExitReason::ModelClose);

  EXPECT_EQ(stage_->stop(), 0) << stage_->notes();
  EXPECT_EQ(replay_verify(), 0);
  expect_no_canary();
}

// Faults of the venue, each while a position is opened and closed.
class LiveFaults : public LiveSession {
 protected:
  void survive(const std::vector<std::string>& faults) {
    begin({});
    for (const std::string& fault : faults) {
      SCOPED_TRACE(fault);
      stage_->fault(fault);
      const std::string answer =
          stage_->wish(R"("type":"EntrySignal","instrument":"BTCUSDT","order_type":"Market",)"
                       R"("side":"Buy","quantity":"0.01")");
      ASSERT_TRUE(answer.starts_with("{\"ok\":true")) << answer;
      // Refused, or opened and protected; what is not known is asked about first.
      ASSERT_TRUE(stage_->until("an outcome", [](const Engine& engine) {
        return is_settled(engine) &&
               engine.state().instrument(kLong.instrument).position(kLong.side).entries.empty() &&
               (is_flat(engine) || is_protected(engine, 0, 0.01_qty));
      }));
      EXPECT_EQ(stage_->venue_quantity(PositionSide::Long),
                is_flat(*stage_->engine()) ? Quantity() : 0.01_qty);
      stage_->fault("calm");
      ASSERT_TRUE(close_all("ModelClose").starts_with("{\"ok\":true"));
      ASSERT_TRUE(stage_->until("flat and quiet", [](const Engine& engine) {
        return is_settled(engine) && is_flat(engine);
      }));
      EXPECT_EQ(stage_->venue_quantity(PositionSide::Long), Quantity());
    }
    EXPECT_EQ(stage_->stop(), 0) << stage_->notes();
    EXPECT_EQ(replay_verify(), 0);
  }
};

TEST_F(LiveFaults, ThatAnswerSoon) {
  survive({"503-executed", "1007-executed", "hangup-executed", "reject", "late-answer:ms=200",
           "late-event:count=4:ms=200", "duplicate-event:count=8", "reorder-events:count=4"});
}

// That an order is not there is final 12 s after it was sent, so these take as long.
TEST_F(LiveFaults, ThatAnswerLate) {
  if (std::getenv("LIVE_ALL_FAULTS") == nullptr) {
    GTEST_SKIP() << "takes 40 s: LIVE_ALL_FAULTS=1 runs it, as .ci/run live does";
  }
  survive({"503-refused", "1007-refused", "hangup-refused", "lose-event:count=2"});
}

TEST_F(LiveSession, PaperTradesOnRealPricesAndSurvivesAKill) {
  begin({.live = false});
  stage_->enter("Buy", "0.1");
  wait_protected(0, 0.1_qty);
  stage_->kill();
  stage_->start();
  ready();
  wait_protected(0, 0.1_qty);
  stage_->trade("45500");
  wait_flat();
  EXPECT_EQ(stage_->closed().back().reason, ExitReason::TakeProfit);
  EXPECT_EQ(stage_->stop(), 0) << stage_->notes();
  EXPECT_EQ(replay_verify(), 0);
}

// While it trades, the older part of its log moves into segments; who follows the log from outside
// sees every event once, and the whole replays to the same digests as its archive.
TEST_F(LiveSession, TheLogMovesIntoSegmentsWhileItTrades) {
  begin({.live = false, .settings = "[log]\nsegment_megabytes = 0.03\nlook_seconds = 1\n"});
  Child follower({TRANCHET_PROGRAM, "log", "cat", "--follow", stage_->log().string()},
                 folder_ / "follower-errors");
  // Until there are so many, and data.mdb has let go of some of them.
  const auto move = [&](std::size_t segments, Sequence first) {
    const auto is_there = [&] {
      return list_segments(stage_->log())->size() >= segments &&
             (*open_newest(stage_->log()))->first() >= first;
    };
    while (!is_there() && stage_->program().is_alive()) {
      const std::string answer = stage_->wish(R"("type":"EntriesResumed","reason":"again")");
      ASSERT_TRUE(answer.starts_with("{\"ok\":true")) << answer;
      // Who makes the segment has what is left of the processor.
      stage_->program().rest(std::chrono::milliseconds(2));
    }
  };
  stage_->enter("Buy", "0.1");
  wait_protected(0, 0.1_qty);
  move(2, Sequence{1});
  EXPECT_EQ(stage_->stop(), 0) << stage_->notes();
  stage_->start();
  ready();
  wait_protected(0, 0.1_qty);
  move(4, Sequence{2});
  stage_->kill();
  stage_->start();
  ready();
  wait_protected(0, 0.1_qty);
  stage_->trade("45500");
  wait_flat();
  EXPECT_EQ(stage_->stop(), 0) << stage_->notes();
  EXPECT_EQ(replay_verify(), 0);

  // A copy is a log to go on with.
  const fs::path copy = folder_ / "copy";
  Child backup({TRANCHET_PROGRAM, "log", "backup", stage_->log().string(), "--to", copy.string()},
               folder_ / "backup-errors");
  EXPECT_EQ(backup.wait(), 0);
  EXPECT_TRUE(fs::exists(copy / "mode"));

  const auto json = [&](const fs::path& log) {
    Child replay({TRANCHET_PROGRAM, "replay", log.string(), "--verify", "--json"},
                 folder_ / "replay-errors");
    const std::string line = replay.line().value_or("");
    EXPECT_EQ(replay.wait(), 0);
    return line.substr(std::min(line.size(), line.find("\"events\"")));
  };
  const fs::path archive = folder_ / "all.archive";
  Child archived({TRANCHET_PROGRAM, "log", "archive", stage_->log().string(), archive.string()},
                 folder_ / "archive-errors");
  EXPECT_EQ(archived.wait(), 0);
  const std::string expected = json(stage_->log());
  EXPECT_FALSE(expected.empty());
  EXPECT_EQ(json(archive), expected);
  EXPECT_EQ(json(copy), expected);

  const std::uint64_t last = number((*LogReader::open(stage_->log()))->head().last);
  for (std::uint64_t sequence = 1; sequence <= last; ++sequence) {
    const auto line = follower.line();
    ASSERT_TRUE(line) << "before event " << sequence;
    ASSERT_EQ(std::stoull(*line), sequence);
  }
}

// A budget that cannot be met is told, once, and is no reason to stop.
TEST_F(LiveSession, ALogThatIsTooLargeIsTold) {
  begin({.settings = "[log]\nbudget_megabytes = 0.001\nlook_seconds = 1\n"});
  ASSERT_TRUE(stage_->until("an alert",
                            [this](const Engine&) { return stage_->count<AdapterFault>() > 0; }));
  EXPECT_NE(stage_->notes().find("log.budget_megabytes"), std::string::npos);
  stage_->enter("Buy", "0.1");
  wait_protected(0, 0.1_qty);
  EXPECT_EQ(stage_->count<AdapterFault>(), 1U);
  EXPECT_EQ(stage_->stop(), 0) << stage_->notes();
  EXPECT_EQ(replay_verify(), 0);
}

// The fills of the log: time, side, price, quantity.
std::vector<std::string> fills_of_log(const fs::path& log) {
  std::vector<std::string> fills;
  const auto reader = std::move(*LogReader::open(log));
  const auto scanned = reader->scan(Sequence{1}, [&](const Event& event) {
    if (const auto* fill = std::get_if<OrderFilled>(&event.body)) {
      fills.push_back(to_text(event.time) + " " + to_text(fill->price) + " " +
                      to_text(fill->quantity));
    }
    return true;
  });
  EXPECT_TRUE(scanned);
  return fills;
}

// The same of a backtest's trades.csv.
std::vector<std::string> fills_of_backtest(const fs::path& file) {
  std::ifstream stream(file);
  std::vector<std::string> names, fills;
  std::string line;
  while (std::getline(stream, line)) {
    std::vector<std::string> fields;
    std::istringstream rest(line);
    for (std::string field; std::getline(rest, field, ',');) fields.push_back(field);
    if (names.empty()) {
      names = fields;
      continue;
    }
    const auto field = [&](const std::string& name) {
      const auto at = std::ranges::find(names, name) - names.begin();
      return fields.at(static_cast<std::size_t>(at));
    };
    fills.push_back(field("time") + " " + field("price") + " " + field("quantity"));
  }
  return fills;
}

// A session on paper records what it was told; a backtest over that trades the same.
TEST_F(LiveSession, ABacktestOverTheTapeGivesTheSessionsFills) {
  begin({.live = false,
         .settings = "[strategy]\nname = \"dip\"\ndrop_pct = 1\nwindow = \"60m\"\n"
                     "cooldown = \"1s\"\nside = \"long\"\n",
         .tape = true});
  for (int turn = 0; turn < 2; ++turn) {
    stage_->price("45000");
    wait_for_mark(45000_px);
    stage_->price("44500");
    ASSERT_TRUE(stage_->until("a dip was bought", [](const Engine& engine) {
      return tranche_of(engine, 0) != nullptr && is_settled(engine);
    }));
    stage_->trade("44990");
    wait_flat();
  }
  // A backtest ends with its last price: one behind the last fill.
  stage_->price("45001");
  wait_for_mark(45001_px);
  ASSERT_EQ(stage_->stop(), 0) << stage_->notes();
  Child backtest(
      {TRANCHET_PROGRAM, "backtest", "--data", "BTCUSDT=" + (folder_ / "session.tape").string(),
       "--instrument", "BTCUSDT", "--config", (folder_ / "live.toml").string(), "--out",
       (folder_ / "backtest").string()},
      folder_ / "backtest-errors");
  ASSERT_EQ(backtest.wait(), 0);
  const std::vector<std::string> fills = fills_of_log(stage_->log());
  EXPECT_GE(fills.size(), 4U);
  EXPECT_EQ(fills, fills_of_backtest(folder_ / "backtest" / "trades.csv"));
}

TEST_F(LiveSession, RecordsATapeThatABacktestReads) {
  begin({.live = false});
  const fs::path tape = folder_ / "recorded.tape";
  Child record({TRANCHET_PROGRAM, "record", "--config", (folder_ / "live.toml").string(), "--into",
                tape.string()},
               folder_ / "record-errors");
  // Its stream is open when its standard error says so.
  const auto is_open = [&] {
    std::ostringstream said;
    said << std::ifstream(folder_ / "record-errors").rdbuf();
    return said.str().find("stream open") != std::string::npos;
  };
  while (record.is_alive() && !is_open()) record.rest(std::chrono::milliseconds(2));
  for (const char* price : {"45100", "45200", "45300"}) stage_->price(price);
  wait_for_mark(45300_px);  // The other program has it, so it was sent to this one too,
  stage_->price("45400");   // and this one comes a second later.
  wait_for_mark(45400_px);
  record.signal(SIGTERM);
  EXPECT_EQ(record.wait(), 0);
  Child check({TRANCHET_PROGRAM, "tape", "check", tape.string()}, folder_ / "check-errors");
  EXPECT_EQ(check.wait(), 0);
  Child backtest({TRANCHET_PROGRAM, "backtest", "--data", "BTCUSDT=" + tape.string(),
                  "--instrument", "BTCUSDT", "--config", (folder_ / "live.toml").string()},
                 folder_ / "backtest-errors");
  EXPECT_EQ(backtest.wait(), 0);
}

// A disk that is full ends the program with a status of its own; the stop at the venue stays, and
// with room again it goes on as if nothing had been.
TEST_F(LiveSession, AFullDiskEndsItAndLeavesTheStop) {
  begin({});
  stage_->enter("Buy", "0.1");
  wait_protected(0, 0.1_qty);
  ASSERT_EQ(stage_->stop(), 0);
  stage_->start(fs::file_size(stage_->log() / "data.mdb"));
  for (int wish = 0; wish < 20'000 && stage_->program().is_alive(); ++wish) {
    stage_->wish(R"("type":"EntriesResumed","reason":"of test )" + std::to_string(wish) + "\"");
  }
  EXPECT_EQ(stage_->program().wait(), 5);
  EXPECT_NE(stage_->notes().find("the disk is full while committing events"), std::string::npos)
      << stage_->notes();
  stage_->start();
  ready();
  wait_protected(0, 0.1_qty);
  EXPECT_EQ(stage_->venue_quantity(PositionSide::Long), 0.1_qty);
  EXPECT_EQ(stage_->stop(), 0) << stage_->notes();
  EXPECT_EQ(replay_verify(), 0);
}

// Who may look and act, edited while it runs: in the log, with who did it, and without a token.
TEST_F(LiveSession, UsersThatAreReadAnewAreAnEvent) {
  begin({.live = false, .gateway = true});
  stage_->program().signal(SIGHUP);
  constexpr std::string_view kSecond = "canary1token1canary1token1canary1token";
  std::ofstream(folder_ / "users", std::ios::app) << "bob viewer " << kSecond << "\n";
  stage_->program().signal(SIGHUP);
  ASSERT_TRUE(stage_->until("users",
                            [this](const Engine&) { return stage_->count<UsersReloaded>() == 1; }));
  // A file that is spoiled leaves them as they are, and is told of.
  std::ofstream(folder_ / "users", std::ios::app) << "eve king\n";
  stage_->program().signal(SIGHUP);
  ASSERT_TRUE(stage_->until("a refusal", [this](const Engine&) {
    return stage_->notes().find("event=users_refused") != std::string::npos;
  }));
  EXPECT_NE(stage_->notes().find("users:3: right"), std::string::npos) << stage_->notes();
  EXPECT_EQ(stage_->stop(), 0);
  EXPECT_EQ(stage_->count<UsersReloaded>(), 1U);
  EXPECT_EQ(replay_verify(), 0);
  Child cat({TRANCHET_PROGRAM, "log", "cat", stage_->log().string()}, folder_ / "cat-errors");
  std::string reloaded;
  while (auto line = cat.line()) {
    if (line->find("UsersReloaded") != std::string::npos) reloaded = *line;
  }
  EXPECT_NE(reloaded.find("  users 2  digest "), std::string::npos) << reloaded;
  EXPECT_TRUE(reloaded.ends_with("  author SIGHUP")) << reloaded;
  expect_no_canary();
  expect_in_no_file(kSecond);
}

// A log that was lost: its orders are at the venue, and ids would count from 1 again.
TEST_F(LiveSession, ANewLogBesideOrdersOfALostOneIsRefused) {
  begin({});
  stage_->enter("Buy", "0.1");
  wait_protected(0, 0.1_qty);
  ASSERT_EQ(stage_->stop(), 0);
  fs::rename(stage_->log(), folder_ / "lost");
  stage_->start();
  EXPECT_EQ(stage_->program().wait(), 2);
  EXPECT_NE(stage_->notes().find("another account.number"), std::string::npos);
  EXPECT_EQ(stage_->venue_quantity(PositionSide::Long), 0.1_qty);
}

TEST_F(LiveSession, WhatIsRefusedIsExplained) {
  begin({.live = false});
  // A second program on the same log.
  Child second(stage_->arguments(), folder_ / "second-errors");
  EXPECT_EQ(second.wait(), 3);
  // Lines that make no sense, or are not people's to send.
  EXPECT_NE(stage_->wish(R"("type":"EntrySignal","instrument":"BTCUSDT","side":"Up")").find("side"),
            std::string::npos);
  EXPECT_NE(stage_->wish(R"("type":"MarkPrice","instrument":"BTCUSDT","price":"1")").find("type"),
            std::string::npos);
  // The configuration, edited while it runs: once wrongly, once well.
  stage_->write_configuration("tranche_increment_pct = \"many\"\n");
  stage_->program().signal(SIGHUP);
  stage_->write_configuration("max_tranches = 3\n");
  stage_->program().signal(SIGHUP);
  ASSERT_TRUE(stage_->until("a changed setting", [](const Engine& engine) {
    return engine.state().settings.get(Setting::MaxTranches) == 3;
  }));
  EXPECT_EQ(stage_->stop(), 0);
  EXPECT_EQ(replay_verify(), 0);
}

}  // namespace
}  // namespace tranchet

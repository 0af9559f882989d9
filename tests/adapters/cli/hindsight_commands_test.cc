// `tranchet replay --set`, `replay --follow` and `parity` through their streams.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "adapters/cli/follow_command.h"
#include "adapters/cli/log_command.h"
#include "adapters/cli/parity_command.h"
#include "adapters/cli/replay_command.h"
#include "tests/backtest/hindsight/recorded_session.h"
#include "tests/events/log/scratch_log.h"
#include "tests/support/ran.h"

namespace tranchet {
namespace {

using testing::must;
using testing::read_file;
using testing::record;
using testing::ScratchDirectory;
using testing::write_file;

class HindsightCommand : public ::testing::Test {
 protected:
  std::string recorded() {
    record({}, scratch_ / "log");
    return (scratch_ / "log").string();
  }
  static Ran replayed(const ReplayArguments& arguments) {
    return run([&](auto& out, auto& err) { return run_replay_command(arguments, out, err); });
  }
  static Ran followed(
      const FollowArguments& arguments, const std::function<bool()>& wait = [] { return false; }) {
    return run([&](auto& out, auto& err) { return run_follow_command(arguments, wait, out, err); });
  }
  // The log as another program would have written it: told the same, decided by other settings.
  std::string written_under(const std::string& setting, const std::string& otherwise) {
    const std::string log = recorded();
    std::string lines = run([&](auto& out, auto& err) { return log_export(log, out, err); }).out;
    const auto at = lines.find(setting);
    EXPECT_NE(at, std::string::npos);
    if (at != std::string::npos) lines.replace(at, setting.size(), otherwise);
    write_file(scratch_ / "lines", lines);
    const Ran in = run([&](auto& out, auto& err) {
      return log_import(scratch_ / "lines", scratch_ / "other", out, err);
    });
    EXPECT_EQ(in.status, 0) << in.err;
    return (scratch_ / "other").string();
  }

  ScratchDirectory scratch_;
};

TEST_F(HindsightCommand, WhatIfShowsBothOutcomesAndWhereSimulationBegins) {
  const std::string log = recorded();
  const Ran told = replayed({.log = log, .other = {.config = "", .sets = {"take_profit_pct=0.2"}}});
  EXPECT_EQ(told.status, 0) << told.err;
  EXPECT_NE(told.out.find("  otherwise   defaults.take_profit_pct: 0.12 | 0.2\n"),
            std::string::npos)
      << told.out;
  EXPECT_NE(told.out.find("  simulation  from sequence 66 on, 2026-01-05T00:01:00Z"),
            std::string::npos)
      << told.out;
  EXPECT_NE(told.out.find("\n  net"), std::string::npos) << told.out;
  const Ran json = replayed(
      {.log = log, .json = true, .other = {.config = "", .sets = {"take_profit_pct=0.12"}}});
  EXPECT_EQ(json.status, 0) << json.err;
  EXPECT_NE(json.out.find("\"simulation\":null"), std::string::npos) << json.out;
  EXPECT_TRUE(json.out.ends_with("\"difference\":\"0\"}\n")) << json.out;
}

TEST_F(HindsightCommand, WhatCannotBeIsRefused) {
  const std::string log = recorded();
  const auto refused = [&](ReplayArguments arguments) {
    arguments.log = log;
    const Ran told = replayed(arguments);
    EXPECT_EQ(told.status, 2);
    EXPECT_EQ(told.out, "");
    return told.err;
  };
  const HindsightArguments other{.config = "", .sets = {"take_profit_pct=0.2"}};
  EXPECT_NE(refused({.other = other, .from = "1000000"}).find("sequence 1000000 is not in the log"),
            std::string::npos);
  EXPECT_NE(refused({.other = other, .from = "noon"}).find("--from \"noon\" is neither"),
            std::string::npos);
  EXPECT_NE(refused({.from = "5"}).find("--from is the first event under other settings"),
            std::string::npos);
  EXPECT_NE(refused({.verify = true, .other = other}).find("--verify"), std::string::npos);
  EXPECT_NE(refused({.other = {.config = "", .sets = {"take_profit_pct=high"}}})
                .find("take_profit_pct \"high\""),
            std::string::npos);
  EXPECT_NE(refused({.other = {.config = "", .sets = {"instrument.NEWUSDT.stop_loss_pct=1"}}})
                .find("the log does not know this instrument"),
            std::string::npos);
  EXPECT_NE(refused({.other = {.config = "", .sets = {"position_mode=one_way"}}})
                .find("a log keeps the position mode it began with"),
            std::string::npos);
  EXPECT_NE(refused({.other = {.config = "", .sets = {"account.instruments=NEWUSDT"}}})
                .find("account.instruments \"NEWUSDT\": the log does not know this instrument"),
            std::string::npos);
}

// Another configuration's list counts as it does live: entries in these, and in no other.
TEST_F(HindsightCommand, AccountInstrumentsOpenAndCloseToEntries) {
  const auto listed = [](const std::string& log) {
    return replayed(
        {.log = log, .other = {.config = "", .sets = {"account.instruments=COINUSDT"}}});
  };
  const Ran same = listed(recorded());
  EXPECT_NE(same.out.find("  otherwise   account.entries_allowed: true | false\n"),
            std::string::npos)
      << same.out << same.err;
  EXPECT_NE(same.out.find("nowhere: every decision is the same"), std::string::npos) << same.out;

  testing::Session closed;
  closed.settings.set(Setting::EntriesAllowed, InstrumentId::None, 0);
  record(closed, scratch_ / "closed");
  const Ran opened = listed((scratch_ / "closed").string());
  EXPECT_NE(opened.out.find("  otherwise   instrument.COINUSDT.entries_allowed: false | true\n"),
            std::string::npos)
      << opened.out << opened.err;
  EXPECT_NE(opened.out.find("  simulation  from sequence "), std::string::npos) << opened.out;
}

TEST_F(HindsightCommand, ParityIsATableAndADocument) {
  const std::string log = recorded();
  const ParityArguments arguments{.log = log,
                                  .backtest = {.config = "", .sets = {"simulation.latency_ms=0"}}};
  const Ran told =
      run([&](auto& out, auto& err) { return run_parity_command(arguments, out, err); });
  EXPECT_EQ(told.status, 0) << told.err;
  EXPECT_NE(told.out.find("decisions  latency  fill price  missed, extra  fees  funding\n"),
            std::string::npos)
      << told.out;
  const Ran json = run([&](auto& out, auto& err) {
    return run_parity_command({.log = log, .backtest = arguments.backtest, .json = true}, out, err);
  });
  EXPECT_TRUE(json.out.ends_with(
      "\"difference\":\"0\",\"parts\":{\"decisions\":\"0\",\"latency\":\"0\",\"fill_price\":\"0\","
      "\"missed_and_extra\":\"0\",\"fees\":\"0\",\"funding\":\"0\"}}\n"))
      << json.out;
}

// ---- the shadow

TEST_F(HindsightCommand, AShadowOfTheSameProgramIsQuietWhileTheLogGrows) {
  const std::string log = recorded();
  std::vector<Event> events;
  const auto whole = must(LogReader::open(log));
  must(whole->scan(Sequence{1}, [&](const Event& event) {
    events.push_back(event);
    return true;
  }));
  const auto notes = must(whole->digest_notes());
  auto writer = must(LogWriter::create(scratch_ / "live", Durability::EveryBatch));
  const auto half = std::span(events).first(events.size() / 2);
  must(writer->append(half, whole->names()));
  int waits = 0;
  const Ran told = followed({.log = (scratch_ / "live").string()}, [&] {
    if (++waits > 1) return false;
    must(writer->append(std::span(events).subspan(half.size()), whole->names()));
    must(writer->note_digests(notes.back()));
    must(writer->close());
    return true;
  });
  EXPECT_EQ(told.status, 0) << told.err;
  EXPECT_EQ(told.out, "  followed to sequence " + std::to_string(events.size()) +
                          ": decides the same (1 digests compared)\n");
}

TEST_F(HindsightCommand, AShadowWithOtherSettingsAlarmsAtTheFirstDecisionThatDiffers) {
  const std::string log = recorded();
  const auto program = scratch_ / "alarm";
  write_file(program, "#!/bin/sh\nprintf %s \"$1\" >'" + (scratch_ / "told").string() + "'\n");
  ASSERT_EQ(::chmod(program.c_str(), 0755), 0);
  const Ran told = followed({.log = log,
                             .other = {.config = "", .sets = {"take_profit_pct=0.2"}},
                             .alert = program.string()});
  EXPECT_EQ(told.status, 1);
  EXPECT_NE(told.err.find("ALARM: " + log + ": at sequence 66, 2026-01-05T00:01:00Z, the other"),
            std::string::npos)
      << told.err;
  EXPECT_NE(told.err.find("    in the log:\n      {\"seq\":66,\"type\":\"SubmitOrder\""),
            std::string::npos)
      << told.err;
  EXPECT_NE(told.err.find("    otherwise:\n      {\"seq\":66,\"type\":\"SubmitOrder\""),
            std::string::npos)
      << told.err;
  EXPECT_TRUE(read_file(scratch_ / "told").starts_with(log + ": at sequence 66"));
}

TEST_F(HindsightCommand, AnotherBuildIsSeenByTheDigestsOfTheLog) {
  const std::string log =
      written_under("defaults.take_profit_pct = 0.12\\n", "defaults.take_profit_pct = 0.2\\n");
  const Ran told = followed({.log = log});
  EXPECT_EQ(told.status, 1);
  EXPECT_NE(told.err.find("ALARM: " + log + ": between sequence 1 and "), std::string::npos)
      << told.err;
}

// Long before the next digest: the venue answers about an order that this program did not send.
TEST_F(HindsightCommand, AnotherBuildIsSeenByAnOrderThatIsNotOurs) {
  const std::string log = written_under("defaults.stop_loss_enabled = true\\n",
                                        "defaults.stop_loss_enabled = false\\n");
  const Ran told = followed({.log = log});
  EXPECT_EQ(told.status, 1);
  EXPECT_NE(told.err.find("ALARM: " + log + ": at sequence 66 this program decides otherwise"),
            std::string::npos)
      << told.err;
  EXPECT_NE(told.err.find("order T1S66N1A0 was sent"), std::string::npos) << told.err;
}

}  // namespace
}  // namespace tranchet

// What-if against an independent witness: the same session run with the other settings from the
// start, or changed by a ConfigChanged of its own in the middle.
#include "backtest/hindsight/what_if.h"

#include <gtest/gtest.h>

#include "replay/slice.h"
#include "tests/backtest/hindsight/recorded_session.h"
#include "tests/events/log/scratch_log.h"

namespace tranchet {
namespace {

using namespace literals;
using testing::must;
using testing::record;
using testing::ScratchDirectory;
using testing::Session;

std::string told(const TrancheOutcome& tranche) {
  const TrancheRow& row = tranche.row;
  std::string text = std::to_string(static_cast<std::uint64_t>(row.tranche_id)) + " ordinal " +
                     std::to_string(row.tranche) + " opened " + to_text(row.opened) + " entered " +
                     to_text(row.quantity);
  if (row.average_entry) text += " at " + to_text(*row.average_entry);
  if (row.end == TrancheEnd::Exited) {
    text += " closed " + to_text(row.closed) + " " +
            std::string(to_text(row.exit_reason.value_or(ExitReason::Venue)));
  }
  if (row.average_exit) text += " at " + to_text(*row.average_exit);
  return text + " realized " + to_text(row.realized_pnl) + " open " + to_text(tranche.unrealized) +
         " fees " + to_text(row.fees) + " funding " + to_text(row.funding);
}
std::vector<std::string> told(const Outcome& outcome) {
  std::vector<std::string> lines;
  for (const TrancheOutcome& tranche : outcome.tranches) lines.push_back(told(tranche));
  return lines;
}

class WhatIfTest : public ::testing::Test {
 protected:
  Outcome outcome_of(const Session& session, const std::string& name) {
    return must(facts_of(*record(session, scratch_ / name))).outcome;
  }
  static SettingChange to(Setting setting, std::int64_t value) {
    return {setting, InstrumentId::None, value};
  }

  ScratchDirectory scratch_;
  Session session_;
};

TEST_F(WhatIfTest, WithoutAChangeItIsTheLog) {
  session_.venue.latency = Duration::milliseconds(80);
  const auto log = record(session_, scratch_ / "log");
  const WhatIf found = must(what_if(*log, {.changes = {}, .venue = session_.venue}));
  EXPECT_FALSE(found.parting.has_value());
  EXPECT_EQ(told(found.otherwise), told(found.in_log));
  // It was a session worth asking about.
  EXPECT_GT(found.in_log.tranches.size(), 10U);
  EXPECT_FALSE(found.in_log.funding.is_zero());
  EXPECT_TRUE(found.in_log.fees.is_positive());
}

// No entry rests, so its time-out decides nothing.
TEST_F(WhatIfTest, ASettingThatDecidesNothingChangesNothing) {
  const auto log = record(session_, scratch_ / "log");
  const WhatIf found = must(what_if(*log, {.changes = {to(Setting::ExitBackoff, 5'000'000'000)},
                                           .from = Sequence{700},
                                           .venue = session_.venue}));
  EXPECT_FALSE(found.parting.has_value());
  EXPECT_EQ(told(found.otherwise), told(found.in_log));
}

TEST_F(WhatIfTest, FromTheStartItIsTheSessionWithThoseSettings) {
  for (const std::int64_t latency : {0, 60}) {
    session_.venue.latency = Duration::milliseconds(latency);
    const std::string name = std::to_string(latency);
    const auto log = record(session_, scratch_ / ("log" + name));
    const std::int64_t target = kPpmOne / 1'000 * 2;
    const WhatIf found = must(
        what_if(*log, {.changes = {to(Setting::TakeProfit, target)}, .venue = session_.venue}));
    Session other = session_;
    other.settings.set(Setting::TakeProfit, InstrumentId::None, target);
    EXPECT_EQ(told(found.otherwise), told(outcome_of(other, "other" + name)));
    EXPECT_NE(told(found.otherwise), told(found.in_log));
    ASSERT_TRUE(found.parting.has_value());
    EXPECT_FALSE(found.parting->by_the_change);
    EXPECT_NE(found.parting->in_log.find("\"purpose\":\"TakeProfit\""), std::string::npos);
    EXPECT_NE(found.parting->otherwise, found.parting->in_log);
  }
}

// In the middle with positions and their protection resting at the venue: it is found with them.
TEST_F(WhatIfTest, FromTheMiddleTheVenueIsFoundAsItWas) {
  const auto log = record(session_, scratch_ / "log");
  // A setting that moves what rests, and one that only matters later.
  for (const auto& [setting, value] : std::initializer_list<std::pair<Setting, std::int64_t>>{
           {Setting::StopLossEnabled, 0},
           {Setting::MaxPositionValue, 300 * kDecimalOne},
           {Setting::TakeProfit, kPpmOne / 1'000 * 2}}) {
    const Duration at = Duration::seconds(2 * 3'600);
    Sequence from{};
    must(log->scan(Sequence{1}, [&](const Event& event) {
      from = event.sequence;
      return event.time < testing::session_time(at);
    }));
    const WhatIf found = must(
        what_if(*log, {.changes = {to(setting, value)}, .from = from, .venue = session_.venue}));
    Session other = session_;
    const auto place =
        std::ranges::lower_bound(other.inputs, testing::session_time(at), {}, &Occurrence::time);
    other.inputs.insert(
        place, {testing::session_time(at), ConfigChanged{setting, InstrumentId::None, value}});
    const std::string name(info(setting).name);
    EXPECT_EQ(told(found.otherwise), told(outcome_of(other, name))) << name;
    ASSERT_TRUE(found.parting.has_value()) << name;
    EXPECT_GE(found.parting->sequence, from) << name;
  }
}

TEST_F(WhatIfTest, ABundleIsEnough) {
  const auto log = record(session_, scratch_ / "log");
  const auto slice = must(slice_of(*log, Sequence{9'000}, log->head().last));
  must(write_archive(scratch_ / "log", slice, scratch_ / "bundle"));
  const auto bundle = must(LogReader::open(scratch_ / "bundle"));
  ASSERT_NE(bundle->first(), Sequence{1});
  const std::vector<SettingChange> changes = {to(Setting::TakeProfit, kPpmOne / 1'000 * 2)};
  const WhatIf whole =
      must(what_if(*log, {.changes = changes, .from = bundle->first(), .venue = session_.venue}));
  const WhatIf part = must(what_if(*bundle, {.changes = changes, .venue = session_.venue}));
  ASSERT_TRUE(whole.parting && part.parting);
  EXPECT_EQ(part.parting->sequence, whole.parting->sequence);
  EXPECT_EQ(part.parting->otherwise, whole.parting->otherwise);
  // What was earned before the bundle is not in it.
  EXPECT_EQ(part.otherwise.pnl() - part.in_log.pnl(), whole.otherwise.pnl() - whole.in_log.pnl());
}

TEST_F(WhatIfTest, APlaceThatTheLogDoesNotHoldIsRefused) {
  const auto log = record(session_, scratch_ / "log");
  const auto found = what_if(*log, {.changes = {}, .from = Sequence{1'000'000}, .venue = {}});
  ASSERT_FALSE(found.has_value());
  EXPECT_NE(found.error().message.find("sequence 1000000 is not in the log, which holds 1 to"),
            std::string::npos);
}

}  // namespace
}  // namespace tranchet

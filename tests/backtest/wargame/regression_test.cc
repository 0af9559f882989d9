// Worlds that once failed: their files read back as written, others are refused, and what was
// repaired stays repaired.
#include "backtest/wargame/regression.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "backtest/wargame/tally.h"

namespace tranchet {
namespace {

namespace fs = std::filesystem;

Regression made_regression() {
  const Plan plan = plan_for(9, 200, Profile::Intents);
  Regression regression{.seed = 9, .events = 200, .profile = Profile::Intents};
  regression.part = whole_of(plan);
  regression.part.stimuli = {0, 1, 2, 3, 17, 40, 41};
  regression.invariant = 17;
  regression.plan_digest = digest_of(plan);
  regression.story = "-- a story\n--\nof lines\n";
  return regression;
}

// The text of a good file with one line in place of another.
std::string with(const std::string& line, const std::string& instead) {
  std::string text = to_text(made_regression());
  const std::size_t at = text.find(line);
  EXPECT_NE(at, std::string::npos) << line;
  return text.replace(at, text.find('\n', at) - at, instead);
}

void expect_refused(const std::string& text, const std::string& said) {
  const auto read = parse_regression(text, "a.world");
  ASSERT_FALSE(read) << said;
  EXPECT_EQ(read.error(), said);
}

TEST(Regression, ReadsBackAsWritten) {
  Regression written = made_regression();
  for (const bool has_only : {false, true}) {
    if (has_only) written.only = FaultSet();
    const auto read = parse_regression(to_text(written), "a.world");
    ASSERT_TRUE(read) << read.error();
    EXPECT_EQ(to_text(*read), to_text(written));
    EXPECT_EQ(read->part.stimuli, written.part.stimuli);
    EXPECT_EQ(read->only.has_value(), has_only);
    EXPECT_EQ(read->story, written.story);
  }
  EXPECT_NE(to_text(written).find("keep 0-3 17 40-41\n"), std::string::npos) << to_text(written);
}

TEST(Regression, MakesTheSameWorld) {
  const Regression regression = made_regression();
  const auto plan = plan_of(regression, "a.world");
  ASSERT_TRUE(plan) << plan.error();
  EXPECT_EQ(plan->stimuli.size(), 7U);
  const Plan whole = plan_for(9, 200, Profile::Intents);
  EXPECT_EQ(plan->stimuli[4].time, whole.stimuli[17].time);
}

TEST(Regression, OfAnotherPlanIsRefused) {
  Regression regression = made_regression();
  regression.plan_digest ^= 1;
  const auto plan = plan_of(regression, "a.world");
  ASSERT_FALSE(plan);
  EXPECT_NE(plan.error().find("a.world: written by another version: made for a different plan"),
            std::string::npos)
      << plan.error();
  regression = made_regression();
  regression.part.stimuli.push_back(1'000'000);
  EXPECT_FALSE(plan_of(regression, "a.world"));
}

TEST(Regression, EveryPartOfAPlanCounts) {
  const Plan plan = plan_for(9, 200, Profile::Intents);
  const auto changed = [&](auto change) {
    Plan other = plan;
    change(other);
    return digest_of(other);
  };
  EXPECT_EQ(changed([](Plan&) {}), digest_of(plan));
  for (const std::uint64_t digest :
       {changed([](Plan& other) { other.faults.add(Fault::ClockSkew); }), changed([](Plan& other) {
          other.settings.set(Setting::MaxTranches, InstrumentId::None, 49);
        }),
        changed([](Plan& other) { other.instruments[0].max_conditional_orders = 77; }),
        changed([](Plan& other) { other.venue.terms.leverage = 77; }),
        changed([](Plan& other) { other.round_trip = Duration::seconds(77); }),
        changed([](Plan& other) { other.stimuli.pop_back(); }), changed([](Plan& other) {
          other.stimuli[5].time = other.stimuli[5].time + Duration::nanoseconds(1);
        })}) {
    EXPECT_NE(digest, digest_of(plan));
  }
}

TEST(Regression, RefusalsNameFileLineAndValue) {
  expect_refused("", "a.world:1: \"\" does not begin a regression file (\"tranchet-wargame 1\")");
  expect_refused(with("tranchet-wargame", "tranchet-wargame 2"),
                 "a.world:1: \"tranchet-wargame 2\" is from another version; this program reads "
                 "\"tranchet-wargame 1\"");
  expect_refused(with("seed", "seed -1"), "a.world:2: seed \"-1\" is not a number");
  expect_refused(with("seed", "seed 99999999999999999999"),
                 "a.world:2: seed \"99999999999999999999\" is not a number");
  expect_refused(with("events", "events 0"), "a.world:3: events \"0\" is not a number above 0");
  expect_refused(with("profile", "profile calm"),
                 "a.world:4: profile \"calm\" is not everything, healthy, intents or adoption");
  expect_refused(with("faults", "faults kill,fire"), "a.world:5: faults \"fire\" is no fault");
  expect_refused(with("invariant", "invariant I-99"),
                 "a.world:6: invariant \"I-99\" is not one of I-01 to I-42, or rest");
  expect_refused(with("plan", "plan 12"),
                 "a.world:7: plan \"12\" is not a digest of sixteen hexadecimal digits");
  for (const char* keep : {"", "3-1", "1 1", "5 2", "1-", "a", "1  2", "0-99999999999"}) {
    expect_refused(with("keep", std::string("keep ") + keep),
                   "a.world:8: keep \"" + std::string(keep) +
                       "\" is not a rising list of places, such as 0-3 17 22-40");
  }
  expect_refused(with("seed", "colour 3"), "a.world:2: \"colour\" is no key of such a file");
  expect_refused(with("events", "seed 9"), "a.world:3: \"seed\" comes twice");
  expect_refused(with("seed", "only none"), "a.world:9: \"seed\" is missing above this line");
  const std::string whole = to_text(made_regression());
  expect_refused(whole.substr(0, whole.find("--")),
                 "a.world:8: the line \"--\" is missing: the file has been cut off");
  EXPECT_EQ(read_regression("no/such.world").error(), "no/such.world: cannot be read");
}

// Every file of the folder is a world that failed once, and holds now.
TEST(Regression, WhatWasRepairedHolds) {
  const fs::path folder = fs::path(TRANCHET_SOURCE_DIR) / "tests/backtest/wargame/regressions";
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".world") continue;
    const std::string name = entry.path().filename().string();
    SCOPED_TRACE(name);
    const auto regression = read_regression(entry.path());
    ASSERT_TRUE(regression) << regression.error();
    const auto plan = plan_of(*regression, name);
    ASSERT_TRUE(plan) << plan.error();
    const WorldResult result = run_world(*plan, {});
    if (result.violation) {
      ADD_FAILURE() << invariant_name(result.violation->invariant) << ": "
                    << result.violation->text;
    }
  }
}

}  // namespace
}  // namespace tranchet

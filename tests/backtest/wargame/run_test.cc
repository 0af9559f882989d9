// Many worlds: whatever the threads, a seed gives one world, and the sums are those of its worlds.
#include "backtest/wargame/run.h"

#include <gtest/gtest.h>

#include <set>
#include <utility>

namespace tranchet {
namespace {

Tally run(std::uint64_t first, std::uint64_t seeds, unsigned jobs, Tally so_far = {}) {
  return run_worlds({.first = first, .seeds = seeds, .events = 250, .jobs = jobs},
                    std::move(so_far), {});
}

TEST(Run, OneThreadAndSeveralComeToTheSame) {
  const Tally one = run(1, 24, 1);
  EXPECT_EQ(one.worlds, 24U);
  EXPECT_GT(one.events, 24U * 100);
  EXPECT_EQ(to_text(one), to_text(run(1, 24, 2)));
  EXPECT_EQ(to_text(one), to_text(run(1, 24, 5)));
  EXPECT_NE(one.digest, run(2, 24, 2).digest);
}

TEST(Run, ASeedIsTheSameAloneAndAmongOthers) {
  Tally sum;
  for (std::uint64_t seed = 40; seed < 48; ++seed) {
    const Plan plan = plan_for(seed, 250, Profile::Everything);
    sum.add(plan, run_world(plan, {}));
  }
  EXPECT_EQ(to_text(sum), to_text(run(40, 8, 2)));
}

TEST(Run, GoesOnWhereItWasStopped) {
  const Tally straight = run(1, 16, 2);
  const auto stopped = parse_tally(to_text(run(1, 7, 2)));
  ASSERT_TRUE(stopped) << stopped.error();
  EXPECT_EQ(to_text(run(1, 16, 2, *stopped)), to_text(straight));
  EXPECT_EQ(to_text(run(1, 16, 2, straight)), to_text(straight));  // There is nothing left to do.
}

TEST(Run, TellsOfEveryWorldInTheOrderOfSeeds) {
  std::vector<std::uint64_t> worlds;
  run_worlds({.first = 1, .seeds = 12, .events = 100, .jobs = 3}, {},
             [&](const Tally& tally) { worlds.push_back(tally.worlds); });
  EXPECT_EQ(worlds, (std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}));
}

TEST(Run, EndsWithTheViolationsThatItMayHave) {
  Tally so_far;
  so_far.failed.push_back({3, {.invariant = 17, .sequence = Sequence{9}, .text = "naked"}});
  const RunOptions options{.first = 1, .seeds = 5, .events = 50, .violations_max = 1};
  EXPECT_EQ(run_worlds(options, so_far, {}).worlds, 0U);
}

// A start without a log where others have left positions and orders, in each of the ways to take
// them, and with claims of what is whose.
TEST(Run, StartsOnAccountsOfOthersHold) {
  std::set<std::int64_t> policies;
  std::uint64_t held = 0, decided = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const Plan plan = plan_for(seed, 300, Profile::Adoption);
    policies.insert(plan.settings.get(Setting::ForeignPosition));
    bool is_first = true, claims = false;
    const auto look = [&](const State& state, const SimulatedVenue& venue) {
      if (std::exchange(is_first, false) && !venue.positions().empty()) ++held;
      const bool claimed = std::exchange(claims, !state.adoptions.empty());
      if (claimed && !claims && state.last_tranche != TrancheId::None) ++decided;
    };
    const WorldResult result = run_world(plan, {.inspect = look});
    EXPECT_FALSE(result.violation) << "seed " << seed << ", I-" << result.violation->invariant
                                   << ": " << result.violation->text;
  }
  EXPECT_EQ(policies.size(), 3U);
  EXPECT_GT(held, 30U);
  EXPECT_GT(decided, 15U);
}

TEST(Tally, AddsWhatWorldsHaveShown) {
  Plan plan;
  plan.seed = 5;
  plan.round_trip = Duration::milliseconds(100);
  WorldResult result;
  result.events = 10;
  result.intents = 4;
  result.accepted = 3;
  result.simulated = Duration::seconds(2);
  result.checked[7] = 6;
  result.marks.set(bit_of(Mark::FillRepeated));
  result.to_protection = {{Duration::milliseconds(100), false},
                          {Duration::nanoseconds(104'000'001), false},
                          {Duration::milliseconds(203), true},
                          {Duration::milliseconds(301), true, true}};
  Tally tally;
  tally.add(plan, result);
  plan.faults.add(Fault::Kill);
  result.to_protection.clear();
  result.violation = Violation{.invariant = 17, .sequence = Sequence{9}, .text = "naked\nfor long"};
  tally.add(plan, result);
  EXPECT_EQ(tally.worlds, 2U);
  EXPECT_EQ(tally.healthy, 1U);
  EXPECT_EQ(tally.events, 20U);
  EXPECT_EQ(tally.simulated, 4'000U);
  EXPECT_EQ(tally.checked[7], 12U);
  EXPECT_EQ(tally.worlds_with[static_cast<std::size_t>(Fault::Kill)], 1U);
  EXPECT_EQ(tally.protection.counts(),
            (std::map<std::int64_t, std::uint64_t>{{100, 1}, {105, 1}, {203, 1}, {301, 1}}));
  EXPECT_EQ(tally.protection_beyond.counts(),
            (std::map<std::int64_t, std::uint64_t>{{0, 1}, {1, 1}, {3, 1}, {5, 1}}));
  EXPECT_EQ(tally.capped, 1U);
  const auto checks = checks_never_reached(tally, InvariantSet::all());
  EXPECT_EQ(std::ranges::count(checks, 7), 0);
  EXPECT_EQ(std::ranges::count(checks, 8), 1);
  EXPECT_EQ(std::ranges::count(checks, 40), 0);  // No world can reach that one.
  EXPECT_EQ(marks_never_reached(tally).size(), kMarks - 1);
  const auto again = parse_tally(to_text(tally));
  ASSERT_TRUE(again) << again.error();
  EXPECT_EQ(to_text(*again), to_text(tally));
  EXPECT_EQ(again->failed.front().violation.text, "naked for long");
}

TEST(Tally, ReadsNothingThatItDidNotWrite) {
  for (const char* line :
       {"worlds", "worlds x", "worlds 1 2", "check 43 1", "mark 4 4", "mark 900", "fault fire 1",
        "protection 1", "failed 1 99 2 text", "colour 3", "\n"}) {
    EXPECT_FALSE(parse_tally(line)) << line;
  }
}

TEST(Histogram, FindsTheTimeThatMostKeep) {
  Histogram times;
  EXPECT_EQ(times.quantile(990), 0);
  times.add(10, 98);
  times.add(20);
  times.add(300);
  EXPECT_EQ(times.size(), 100U);
  EXPECT_EQ(times.quantile(500), 10);
  EXPECT_EQ(times.quantile(980), 10);
  EXPECT_EQ(times.quantile(990), 20);
  EXPECT_EQ(times.quantile(1'000), 300);
}

TEST(Invariants, AreNamedBothWays) {
  EXPECT_EQ(invariant_name(7), "I-07");
  EXPECT_EQ(invariant_name(41), "I-41");
  EXPECT_EQ(invariant_named("I-07"), 7);
  EXPECT_EQ(invariant_named("7"), 7);
  for (const char* name : {"", "I-", "I-0", "43", "-1", "seven", "7x"}) {
    EXPECT_EQ(invariant_named(name), std::nullopt) << name;
  }
}

}  // namespace
}  // namespace tranchet

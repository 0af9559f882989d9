// Worlds of the wargame around the real core: every request and every answer is bytes.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "adapters/aster/wargame/aster_end.h"
#include "backtest/wargame/plan.h"
#include "backtest/wargame/world.h"

namespace tranchet {
namespace {

struct Total {
  std::uint64_t worlds = 0;
  std::uint64_t events = 0;
  std::uint64_t accepted = 0;
  std::uint64_t restarts = 0;
};

Total run(std::uint64_t first, std::uint64_t worlds, std::uint64_t events, Profile profile) {
  Total total;
  for (std::uint64_t seed = first; seed < first + worlds; ++seed) {
    const Plan plan = plan_for(seed, events, profile);
    const WorldResult result = run_world(plan, {.make_end = aster::aster_end()});
    ++total.worlds;
    total.events += result.events;
    total.accepted += result.accepted;
    total.restarts += result.restarts;
    EXPECT_FALSE(result.violation) << "seed " << seed << ", I-" << result.violation->invariant
                                   << " at " << number(result.violation->sequence) << ": "
                                   << result.violation->text << "\nfaults " << to_text(plan.faults);
  }
  return total;
}

TEST(AsterWargame, HealthyWorldsHold) {
  const Total total = run(1, 6, 1'500, Profile::Healthy);
  EXPECT_GT(total.accepted, 100U);
}

TEST(AsterWargame, WorldsWithEveryFaultHold) {
  const Total total = run(1, 100, 1'500, Profile::Everything);
  EXPECT_GT(total.accepted, 1'000U);
  EXPECT_GT(total.restarts, 20U);
}

TEST(AsterWargame, UnknownOutcomesHold) {
  const Total total = run(1'000, 12, 1'500, Profile::Intents);
  EXPECT_GT(total.accepted, 500U);
}

// On accounts that others have traded on, the last time moments ago.
TEST(AsterWargame, StartsOnAnAccountOfOthersHold) {
  const Total total = run(1, 40, 600, Profile::Adoption);
  EXPECT_GT(total.accepted, 300U);
}

}  // namespace
}  // namespace tranchet

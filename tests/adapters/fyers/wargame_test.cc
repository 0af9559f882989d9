// Worlds of the wargame around the real core: every request, answer and price is bytes, and the
// venue counts requests where they arrive.
#include <gtest/gtest.h>

#include "adapters/fyers/wargame/fyers_end.h"
#include "backtest/wargame/plan.h"
#include "backtest/wargame/world.h"

namespace tranchet {
namespace {

struct Total {
  std::uint64_t accepted = 0;
  std::uint64_t restarts = 0;
};

Total run(std::uint64_t first, std::uint64_t worlds, Profile profile) {
  Total total;
  for (std::uint64_t seed = first; seed < first + worlds; ++seed) {
    const Plan plan = plan_for(seed, 1'500, profile, {}, Exchange::Shares);
    const WorldResult result = run_world(plan, {.make_end = fyers::fyers_end()});
    total.accepted += result.accepted;
    total.restarts += result.restarts;
    EXPECT_FALSE(result.violation) << "seed " << seed << ", I-" << result.violation->invariant
                                   << " at " << number(result.violation->sequence) << ": "
                                   << result.violation->text << "\nfaults " << to_text(plan.faults);
  }
  return total;
}

TEST(FyersWargame, HealthyWorldsHold) {
  EXPECT_GT(run(1, 20, Profile::Healthy).accepted, 300U);
}

TEST(FyersWargame, WorldsWithEveryFaultHold) {
  const Total total = run(1, 150, Profile::Everything);
  EXPECT_GT(total.accepted, 2'000U);
  EXPECT_GT(total.restarts, 50U);
}

TEST(FyersWargame, UnknownOutcomesHold) {
  EXPECT_GT(run(1'000, 40, Profile::Intents).accepted, 1'000U);
}

}  // namespace
}  // namespace tranchet

// The order budget: that no second, minute or day at the venue ever sees more than it allows, and
// that exits always find something left.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

#include "adapters/fyers/budget.h"
#include "adapters/fyers/order_status.h"

namespace tranchet::fyers {
namespace {

// 2025-08-04 10:00 in India.
const Timestamp kMorning = *indian_time("04-Aug-2025 10:00:00");

Moment at(std::int64_t milliseconds) {
  const Duration since = Duration::milliseconds(milliseconds);
  return {.steady = Timestamp() + Duration::hours(1) + since, .wall = kMorning + since};
}

constexpr Cost kOne{.requests = 1};

// How many requests of a rank leave at once.
int burst(Budget& budget, Rank rank, Moment now) {
  int count = 0;
  while (budget.fits(kOne, rank, now)) {
    budget.settle(budget.spend(kOne, now), now);
    ++count;
  }
  return count;
}

TEST(FyersBudget, EntriesLeaveTheRestOfASecondToExits) {
  Budget budget({}, at(0), std::nullopt);
  EXPECT_EQ(burst(budget, Rank::Spare, at(0)), 5);
  EXPECT_EQ(burst(budget, Rank::Protection, at(0)), 3);
  EXPECT_EQ(burst(budget, Rank::Protection, at(1'019)), 0);
  EXPECT_EQ(burst(budget, Rank::Protection, at(1'020)), 8);
}

TEST(FyersBudget, EntriesLeaveTheRestOfAMinuteToExits) {
  Budget budget({}, at(0), std::nullopt);
  int entries = 0, exits = 0;
  for (std::int64_t second = 0; second < 50; ++second) {
    entries += burst(budget, Rank::Spare, at(second * 1'100));
  }
  for (std::int64_t second = 0; second < 50; ++second) {
    exits += burst(budget, Rank::Protection, at(55'000 + second * 20));
  }
  EXPECT_EQ(entries, 100);
  EXPECT_EQ(exits, 8);
}

TEST(FyersBudget, ARequestCountsUntilASecondAfterItsAnswer) {
  Budget budget({}, at(0), std::nullopt);
  std::vector<std::uint64_t> under_way;
  for (int request = 0; request < 8; ++request) under_way.push_back(budget.spend(kOne, at(0)));
  EXPECT_FALSE(budget.fits(kOne, Rank::Protection, at(5'000)));
  budget.settle(under_way[0], at(5'000));
  EXPECT_FALSE(budget.fits(kOne, Rank::Protection, at(6'000)));
  EXPECT_TRUE(budget.fits(kOne, Rank::Protection, at(6'020)));
  EXPECT_EQ(budget.next_chance({.requests = 2}, Rank::Protection, at(6'020)),
            at(31'020).steady);  // The others may arrive as late as that.
  // What certainly never left does not count at all.
  budget.settle(under_way[1], at(6'020), true);
  EXPECT_TRUE(budget.fits({.requests = 2}, Rank::Protection, at(6'020)));
  EXPECT_EQ(budget.used_today(), 7U);
}

TEST(FyersBudget, ALifeThatFollowsAnotherAtOnceIsCareful) {
  const Moment now = at(0);
  Budget budget({}, now, now.wall - Duration::seconds(1));
  EXPECT_FALSE(budget.fits(kOne, Rank::Protection, now));
  EXPECT_EQ(budget.next_chance(kOne, Rank::Protection, now), at(2'020).steady);
  int count = 0;
  for (std::int64_t second = 1; second < 55; ++second) {
    count += burst(budget, Rank::Protection, at(second * 1'100));
  }
  EXPECT_EQ(count, 20);
  EXPECT_TRUE(budget.fits(kOne, Rank::Protection, at(62'000)));
  Budget later({}, now, now.wall - Duration::minutes(3));
  EXPECT_EQ(burst(later, Rank::Spare, now), 5);
  Budget future({}, now, now.wall + Duration::hours(3));
  EXPECT_FALSE(future.fits(kOne, Rank::Protection, now));
}

TEST(FyersBudget, ARefusalStopsEntriesForAMinuteAndExitsForTwoSeconds) {
  Budget budget({}, at(0), std::nullopt);
  budget.refused(at(0));
  EXPECT_EQ(budget.breaches(), 1U);
  EXPECT_FALSE(budget.fits(kOne, Rank::Protection, at(1'999)));
  EXPECT_TRUE(budget.fits(kOne, Rank::Protection, at(2'000)));
  EXPECT_FALSE(budget.fits(kOne, Rank::Spare, at(60'499)));
  // Refused again in the same minute: it is the minute's limit, and still one breach.
  budget.refused(at(2'000));
  EXPECT_EQ(budget.breaches(), 1U);
  EXPECT_FALSE(budget.fits(kOne, Rank::Protection, at(62'499)));
  EXPECT_TRUE(budget.fits(kOne, Rank::Spare, at(62'500)));
}

TEST(FyersBudget, AfterThreeBreachesOnlyProtectionLeavesUntilTomorrow) {
  Budget budget({}, at(0), std::nullopt);
  for (std::int64_t hour = 1; hour <= 3; ++hour) budget.refused(at(hour * 3'600'000));
  EXPECT_EQ(budget.breaches(), 3U);
  const Moment evening = at(5 * 3'600'000);
  EXPECT_FALSE(budget.fits(kOne, Rank::Spare, evening));
  EXPECT_EQ(burst(budget, Rank::Protection, evening), 4);
  const Moment midnight = at(14 * 3'600'000);
  EXPECT_EQ(budget.next_chance(kOne, Rank::Spare, evening), midnight.steady);
  EXPECT_EQ(burst(budget, Rank::Spare, midnight), 5);
  EXPECT_EQ(budget.breaches(), 0U);
}

TEST(FyersBudget, LockedOutUntilMidnightInIndia) {
  Budget budget({}, at(0), std::nullopt);
  budget.locked_out(at(0));
  EXPECT_TRUE(budget.is_locked_out());
  EXPECT_EQ(budget.next_chance(kOne, Rank::Protection, at(0)), at(14 * 3'600'000).steady);
  EXPECT_FALSE(budget.fits(kOne, Rank::Protection, at(14 * 3'600'000 - 1)));
  EXPECT_TRUE(budget.fits(kOne, Rank::Protection, at(14 * 3'600'000)));
  EXPECT_FALSE(budget.is_locked_out());
}

TEST(FyersBudget, TheDaysLimitHasAReserveToo) {
  Budget budget({.per_second = 1'000, .per_minute = 1'000, .per_day = 100}, at(0), std::nullopt);
  EXPECT_EQ(burst(budget, Rank::Spare, at(0)), 50);
  EXPECT_EQ(burst(budget, Rank::Protection, at(0)), 30);
  EXPECT_EQ(burst(budget, Rank::Protection, at(13 * 3'600'000)), 0);
  EXPECT_EQ(burst(budget, Rank::Spare, at(14 * 3'600'000)), 50);
  // Set back, the clock gives the day no second time.
  EXPECT_EQ(burst(budget, Rank::Protection, at(14 * 3'600'000 + 61'000)), 30);
  const Moment back{.steady = at(14 * 3'600'000 + 200'000).steady, .wall = kMorning};
  EXPECT_EQ(burst(budget, Rank::Spare, back), 0);
}

// ---- Whatever the network does.

// What the venue sees: any window of time, at its own end.
bool is_kept(std::vector<std::int64_t> arrivals, std::int64_t window, std::size_t limit) {
  std::ranges::sort(arrivals);
  for (std::size_t last = limit; last < arrivals.size(); ++last) {
    if (arrivals[last] - arrivals[last - limit] < window) return false;
  }
  return true;
}

RC_GTEST_PROP(FyersBudget, NoSecondAndNoMinuteAtTheVenueSeesMore, ()) {
  Budget budget({}, at(0), std::nullopt);
  std::vector<std::int64_t> arrivals;
  std::multimap<std::int64_t, std::uint64_t> answers;  // When, of which request.
  std::int64_t now = 0;
  const bool is_hurried = *rc::gen::arbitrary<bool>();
  for (int step = 0; step < 1'500; ++step) {
    now += *rc::gen::inRange<std::int64_t>(0, is_hurried ? 60 : 700);
    while (!answers.empty() && answers.begin()->first <= now) {
      budget.settle(answers.begin()->second, at(answers.begin()->first));
      answers.erase(answers.begin());
    }
    const Rank rank = *rc::gen::element(Rank::Spare, Rank::Protection, Rank::Protection);
    const Cost cost{.requests = *rc::gen::inRange<std::uint32_t>(1, 4)};
    if (!budget.fits(cost, rank, at(now))) {
      const Duration wait = budget.next_chance(cost, rank, at(now)) - at(now).steady;
      RC_ASSERT(wait > Duration());
      const auto fits_after = [&](Duration time) {
        Budget later = budget;
        return later.fits(cost, rank,
                          {.steady = at(now).steady + time, .wall = at(now).wall + time});
      };
      RC_ASSERT(fits_after(wait));
      RC_ASSERT(!fits_after(wait - Duration::nanoseconds(1)));
      continue;
    }
    RC_ASSERT(budget.next_chance(cost, rank, at(now)) <= at(now).steady);
    const std::uint64_t request = budget.spend(cost, at(now));
    // Some are slow, some are lost on the way there, some on the way back.
    const std::int64_t delay = *rc::gen::element<std::int64_t>(1, 30, 900, 4'000);
    const int fate = *rc::gen::inRange(0, 20);
    if (fate == 0) {
      budget.settle(request, at(now), true);
      continue;
    }
    for (std::uint32_t each = 0; each < cost.requests; ++each) arrivals.push_back(now + delay);
    if (fate > 1) answers.emplace(now + delay + delay, request);
  }
  RC_ASSERT(is_kept(arrivals, 1'000, 10));
  RC_ASSERT(is_kept(arrivals, 60'000, 200));
}

RC_GTEST_PROP(FyersBudget, EntriesNeverTakeWhatIsLeftToExits, ()) {
  Budget budget({}, at(0), std::nullopt);
  std::int64_t now = 0;
  for (int step = 0; step < 500; ++step) {
    now += *rc::gen::inRange<std::int64_t>(0, 400);
    if (budget.fits(kOne, Rank::Spare, at(now))) {
      budget.settle(budget.spend(kOne, at(now)), at(now));
    }
    // Whatever entries have done: three exits this instant, and thirty within the minute.
    RC_ASSERT(budget.fits({.requests = 3}, Rank::Protection, at(now)));
  }
  int exits = 0;
  for (std::int64_t more = 0; more < 10; ++more) {
    exits += burst(budget, Rank::Protection, at(now + more * 1'021));
  }
  RC_ASSERT(exits >= 60);
}

}  // namespace
}  // namespace tranchet::fyers

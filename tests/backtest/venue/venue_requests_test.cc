// How requests reach the venue and answers come back: delays, chance, races, ids.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "backtest/venue/jitter.h"
#include "tests/backtest/venue/venue_story.h"

namespace tranchet {
namespace {

using namespace literals;

// ---- Delays.

// 50 ms there and back: sent at 1 ms, at the venue at 26 ms, answered at 51 ms.
TEST(VenueLatency, ARequestMeetsThePriceOfItsArrivalAndTheAnswerTravelsBack) {
  SimulationParameters parameters = story_parameters();
  parameters.latency = Duration::milliseconds(50);
  VenueStory story(parameters);
  story.send("Buy Long Market 1");
  EXPECT_EQ(story.venue().next_wakeup(), Timestamp() + Duration::milliseconds(26));
  story.wait(Duration::milliseconds(23));
  story.prices("t101");  // 25 ms: before it arrives.
  story.prices("t102");  // 26 ms: a price of the very time of its arrival comes after it.
  EXPECT_EQ(story.timed_answers(), "");
  EXPECT_EQ(story.venue().next_wakeup(), Timestamp() + Duration::milliseconds(51));
  story.wait(Duration::milliseconds(24));
  EXPECT_EQ(story.timed_answers(), "");
  story.wait(Duration::milliseconds(1));
  EXPECT_EQ(story.timed_answers(), "51 Accepted; 51 Filled 1 @ 101 Taker");
  EXPECT_EQ(story.venue().next_wakeup(), std::nullopt);
}

TEST(VenueLatency, AnOddDelayIsSplitWithoutLosingANanosecond) {
  SimulationParameters parameters = story_parameters();
  parameters.latency = Duration::nanoseconds(5);
  SimulatedVenue venue(parameters);
  const Command command = RequestSnapshot{};
  venue.submit({&command, 1}, Timestamp());
  EXPECT_EQ(venue.next_wakeup(), Timestamp::from_nanoseconds(2));
  std::vector<Occurrence> out;
  venue.advance(Timestamp::from_nanoseconds(2), out);
  EXPECT_TRUE(out.empty());
  EXPECT_EQ(venue.next_wakeup(), Timestamp::from_nanoseconds(5));
}

TEST(VenueLatency, RequestsOfOneMomentAreProcessedInTheOrderSent) {
  VenueStory story;
  const OrderId order = story.send("Buy Long Limit 1 at 99");
  story.cancel(order);
  story.cancel(order);
  EXPECT_EQ(story.answers(), "Accepted; Canceled; CancelRejected NotFound");
}

TEST(VenueLatency, NothingIsAnsweredFromWithinSubmit) {
  VenueStory story;
  story.send("Buy Long Market 1");
  EXPECT_TRUE(story.venue().positions().empty());
  EXPECT_EQ(story.venue().next_wakeup(), story.now());
}

TEST(VenueLatency, CommandsForOthersAreLeftAlone) {
  VenueStory story;
  story.send_command(Command{Alert{}});
  story.send_command(Command{SetTimer{}});
  EXPECT_EQ(story.venue().next_wakeup(), std::nullopt);
}

// ---- Races: the venue's state decides, whatever the engine believed when it sent.

TEST(VenueRaces, ACancelThatArrivesAfterTheFillFindsNothing) {
  SimulationParameters parameters = story_parameters();
  parameters.latency = Duration::milliseconds(10);
  VenueStory story(parameters);
  const OrderId order = story.send("Buy Long Limit 1 at 99");  // 1 ms; arrives at 6 ms.
  story.wait(Duration::milliseconds(8));
  story.cancel(order);    // 9 ms; arrives at 14 ms.
  story.prices("t98.5");  // 10 ms.
  story.wait(Duration::milliseconds(10));
  EXPECT_EQ(story.timed_answers(),
            "11 Accepted; 15 Filled 1 @ 99 Maker; 19 CancelRejected NotFound");
}

TEST(VenueRaces, AnAmendThatArrivesAfterTheFillFindsNothing) {
  VenueStory story;
  const OrderId order = story.send("Buy Long Limit 1 at 99");
  story.prices("t99");
  story.amend(order, "2", "98");
  EXPECT_EQ(story.answers(), "Accepted; Filled 1 @ 99 Maker; AmendRejected NotFound");
}

TEST(VenueRaces, ACancelOfAnUnknownOrderFindsNothing) {
  VenueStory story;
  story.cancel(OrderId{77});
  EXPECT_EQ(story.answers(), "CancelRejected NotFound");
}

TEST(VenueRaces, AnIdThatWasUsedIsRefused) {
  VenueStory story;
  story.send_command(order_from("Buy Long Limit 1 at 99", OrderId{5}));
  story.send_command(order_from("Buy Long Limit 1 at 98", OrderId{5}));
  EXPECT_EQ(story.answers(), "Accepted; Rejected Other");
}

TEST(VenueRaces, AnInstrumentThatIsNotListedIsRefused) {
  VenueStory story;
  story.send_command(order_from("Buy Long Limit 1 at 99", OrderId{5}, InstrumentId{9}));
  EXPECT_EQ(story.answers(), "Rejected Other");
}

TEST(VenueRaces, AMarketOrderBeforeAnyPriceFindsNobody) {
  SimulatedVenue venue(story_parameters());
  venue.list(coin_rules());
  const Command command = order_from("Buy Long Market 1", OrderId{1});
  venue.submit({&command, 1}, Timestamp());
  std::vector<Occurrence> out;
  venue.advance(Timestamp(), out);
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(told(out[0].body), "Rejected Other");
}

// ---- Delays left to chance.

SimulationParameters jittery(std::uint64_t seed) {
  SimulationParameters parameters = story_parameters();
  parameters.latency = Duration::milliseconds(10);
  parameters.latency_jitter = Duration::milliseconds(20);
  parameters.seed = seed;
  return parameters;
}

OrderId order_of(const EventBody& body) {
  return std::visit(
      [](const auto& told) {
        if constexpr (requires { told.order; }) return told.order;
        return OrderId::None;
      },
      body);
}

// Forty limit orders and a snapshot, one a millisecond; every other order is canceled at once.
std::vector<Occurrence> busy_second(std::uint64_t seed) {
  VenueStory story(jittery(seed));
  for (int round = 0; round < 40; ++round) {
    const OrderId order = story.send("Buy Long Limit 1 at 99");
    if (round % 2 == 0) story.cancel(order);
    if (round == 20) story.send_command(Command{RequestSnapshot{}});
    story.wait(Duration::milliseconds(1));
  }
  std::vector<Occurrence> out;
  story.venue().advance(story.now() + Duration::seconds(1), out);
  EXPECT_EQ(story.venue().next_wakeup(), std::nullopt);
  return out;
}

std::string timed(const std::vector<Occurrence>& answers) {
  std::string text;
  for (const Occurrence& answer : answers) {
    text += std::to_string(answer.time.nanoseconds()) + " " + told(answer.body) + "\n";
  }
  return text;
}

TEST(VenueJitter, IsDecidedByItsSeed) {
  EXPECT_EQ(timed(busy_second(7)), timed(busy_second(7)));
  EXPECT_NE(timed(busy_second(7)), timed(busy_second(8)));
}

// Sent at 1, 2, 3, ... ms; there and back takes 10 to 30 ms.
TEST(VenueJitter, StaysWithinItsBoundsAndUsesThem) {
  std::vector<std::int64_t> delays;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    VenueStory story(jittery(seed));
    const Timestamp sent = story.now();
    story.send("Buy Long Limit 1 at 99");
    std::vector<Occurrence> out;
    story.venue().advance(sent + Duration::seconds(1), out);
    ASSERT_EQ(out.size(), 1U);
    delays.push_back((out[0].time - sent).count());
  }
  const auto [least, most] = std::ranges::minmax(delays);
  EXPECT_GE(least, 10'000'000);
  EXPECT_LE(least, 17'000'000);
  EXPECT_LE(most, 30'000'000);
  EXPECT_GE(most, 23'000'000);
}

TEST(VenueJitter, OrdersOvertakeButWhatConcernsOneOrderDoesNot) {
  bool overtaken = false;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const std::vector<Occurrence> answers = busy_second(seed);
    std::map<OrderId, std::string> stories;
    OrderId newest{};
    for (const Occurrence& answer : answers) {
      const OrderId order = order_of(answer.body);
      if (!std::holds_alternative<OrderAccepted>(answer.body) &&
          !std::holds_alternative<OrderCanceled>(answer.body)) {
        continue;
      }
      stories[order] += told(answer.body) + " ";
      overtaken |= order < newest;
      newest = std::max(newest, order);
    }
    ASSERT_EQ(stories.size(), 40U);
    for (const auto& [order, story] : stories) {
      const bool canceled = static_cast<std::uint64_t>(order) % 2 == 1;
      EXPECT_EQ(story, canceled ? "Accepted Canceled " : "Accepted ");
    }
    EXPECT_TRUE(std::ranges::is_sorted(answers, {}, &Occurrence::time));
  }
  EXPECT_TRUE(overtaken);
}

// What the snapshot shows has been heard of before it, what it does not is heard of after it.
TEST(VenueJitter, ASnapshotComesWholeAndInItsPlace) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const std::vector<Occurrence> answers = busy_second(seed);
    std::set<OrderId> open;
    std::set<OrderId> reported;
    bool inside = false;
    for (const Occurrence& answer : answers) {
      const OrderId order = order_of(answer.body);
      if (std::holds_alternative<OrderAccepted>(answer.body)) open.insert(order);
      if (std::holds_alternative<OrderCanceled>(answer.body)) open.erase(order);
      if (std::holds_alternative<OrderReported>(answer.body)) reported.insert(order);
      const bool is_order = std::holds_alternative<OrderAccepted>(answer.body) ||
                            std::holds_alternative<OrderCanceled>(answer.body);
      EXPECT_FALSE(inside && is_order);
      if (std::holds_alternative<SnapshotStarted>(answer.body)) inside = true;
      if (std::holds_alternative<SnapshotEnded>(answer.body)) {
        inside = false;
        EXPECT_EQ(open, reported);
      }
    }
    EXPECT_FALSE(reported.empty());
  }
}

// Sent at 1 ms, at the venue by 16 ms; liquidated at 17 ms, before the last of its fills was heard
// of.
TEST(VenueJitter, ALiquidationIsHeardOfAfterWhatItEnds) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SimulationParameters parameters = jittery(seed);
    parameters.initial_balance = 1'000_usd;
    VenueStory story(parameters);
    story.send("Buy Long Market 90");
    story.wait(Duration::milliseconds(15));
    story.prices("m89.2");
    story.send("Buy Long Limit 0.1 at 99");
    std::string text;
    for (int step = 0; step < 80; ++step) {
      if (const std::string more = story.answers(); !more.empty()) text += more + "; ";
      story.wait(Duration::milliseconds(1));
    }
    EXPECT_EQ(text,
              "Accepted; Filled 90 @ 100 Taker; Liquidated Long 90 @ 89.2; Rejected Margin; ");
  }
}

TEST(VenueJitter, DrawsFromZeroToTheMostAndNothingElse) {
  Jitter none(Duration(), 1, 1);
  EXPECT_TRUE(none.is_none());
  EXPECT_EQ(none.draw(), Duration());
  Jitter jitter(Duration::nanoseconds(2), 1, 1);
  Jitter other(Duration::nanoseconds(2), 1, 2);
  std::map<std::int64_t, int> counts;
  int different = 0;
  for (int draw = 0; draw < 300; ++draw) {
    const Duration drawn = jitter.draw();
    ++counts[drawn.count()];
    different += drawn != other.draw() ? 1 : 0;
  }
  ASSERT_EQ(counts.size(), 3U);
  for (std::int64_t value = 0; value <= 2; ++value) EXPECT_GT(counts[value], 70) << value;
  EXPECT_GT(different, 150);
}

// ---- Ids.

SimulationParameters ids_unique_while_open() {
  SimulationParameters parameters = story_parameters();
  parameters.ids_unique_for_ever = false;
  return parameters;
}

TEST(VenueIds, AreNotTakenTwiceByDefault) {
  VenueStory story;
  story.send_command(order_from("Buy Long Limit 1 at 99 IOC", OrderId{5}));
  story.send_command(order_from("Buy Long Limit 1 at 99", OrderId{5}));
  EXPECT_EQ(story.answers(), "Accepted; Expired; Rejected Other");
  EXPECT_EQ(story.venue().acceptances(OrderId{5}), 1U);
}

TEST(VenueIds, OfFinishedOrdersCanBeTakenAnewAndTheOlderFillsAreForgotten) {
  VenueStory story(ids_unique_while_open());
  const OrderId id{5};
  story.send_command(order_from("Buy Long Market 2", id));
  story.query(id);
  story.send_command(order_from("Buy Long Limit 1 at 99", id));
  story.query(id);
  EXPECT_EQ(story.answers(),
            "Accepted; Filled 2 @ 100 Taker; Query Filled 2/2 average 100 limit -; "
            "Accepted; Query New 0/1 average - limit 99");
  EXPECT_EQ(story.venue().position({kCoin, PositionSide::Long}).quantity, 2_qty);
  story.send_command(order_from("Buy Long Limit 1 at 98", id));  // The second is open.
  story.cancel(id);
  story.query(id);
  EXPECT_EQ(story.answers(), "Rejected Other; Canceled; Query Canceled 0/1 average - limit 99");
  EXPECT_EQ(story.venue().acceptances(id), 2U);
}

// The week of the older order ends first, and must not take the younger one with it.
TEST(VenueIds, TakenAnewAreRememberedForAWeekOfTheirOwn) {
  VenueStory story(ids_unique_while_open());
  const OrderId rests{5}, ends{6};
  for (const OrderId id : {rests, ends}) {
    story.send_command(order_from("Buy Long Limit 1 at 99 IOC", id));
  }
  story.wait(Duration::hours(24));
  story.send_command(order_from("Buy Long Limit 2 at 98", rests));
  story.send_command(order_from("Buy Long Limit 2 at 98 IOC", ends));
  story.wait(Duration::hours(6 * 24 + 12));
  story.send("Buy Long Limit 1 at 99 IOC");  // Whatever finishes looks for what is to be forgotten.
  story.answers();
  story.query(rests);
  story.query(ends);
  EXPECT_EQ(story.answers(),
            "Query New 0/2 average - limit 98; Query Expired 0/2 average - limit 98");
  story.wait(Duration::hours(13));
  story.send("Buy Long Limit 1 at 99 IOC");
  story.answers();
  story.query(rests);
  story.query(ends);
  EXPECT_EQ(story.answers(),
            "Query New 0/2 average - limit 98; Query NotFound -/- average - limit -");
}

TEST(VenueIds, AcceptancesAreCountedOneByOne) {
  VenueStory story(ids_unique_while_open());
  for (const std::uint64_t number : {7U, 3U, 9U, 3U, 5U, 3U, 9U}) {
    story.send_command(order_from("Buy Long Limit 1 at 99 IOC", OrderId{number}));
  }
  story.send_command(order_from("Buy Long Limit 1 at 99.95", OrderId{4}));  // Refused.
  story.answers();
  std::string counts;
  for (std::uint64_t number = 1; number <= 10; ++number) {
    counts += std::to_string(story.venue().acceptances(OrderId{number}));
  }
  EXPECT_EQ(counts, "0030101020");
  EXPECT_EQ(story.venue().acceptances(OrderId::None), 0U);
}

// Taken on day 0 and on day 4: known until day 11, and counted for ever.
TEST(VenueIds, TakenAnewAreRememberedFromTheirLastEnd) {
  VenueStory story(ids_unique_while_open());
  const OrderId id{5};
  const auto take_and_expire = [&story](OrderId order) {
    story.send_command(order_from("Buy Long Limit 1 at 99 IOC", order));
    story.answers();
  };
  take_and_expire(id);
  story.wait(Duration::hours(4 * 24));
  take_and_expire(id);
  story.wait(Duration::hours(4 * 24));
  take_and_expire(OrderId{6});
  story.query(id);
  EXPECT_EQ(story.answers(), "Query Expired 0/1 average - limit 99");
  story.wait(Duration::hours(4 * 24));
  take_and_expire(OrderId{7});
  story.query(id);
  EXPECT_EQ(story.answers(), "Query NotFound -/- average - limit -");
  EXPECT_EQ(story.venue().acceptances(id), 2U);
}

}  // namespace
}  // namespace tranchet

// What waits for the writer, and what is merged when too much does.
#include "adapters/live/inbox.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <thread>

#include "tests/support/coin.h"

namespace tranchet {
namespace {

using namespace literals;

constexpr InstrumentId kOther{2};

Timestamp at(std::int64_t second) {
  return Timestamp() + Duration::seconds(second);
}
EventBody mark(InstrumentId instrument, Price price) {
  return MarkPrice{.instrument = instrument, .price = price};
}
EventBody trade(InstrumentId instrument, Price price) {
  return TradePrinted{.instrument = instrument, .price = price};
}

std::vector<Price> marks_of(const std::vector<Occurrence>& all, InstrumentId instrument) {
  std::vector<Price> prices;
  for (const Occurrence& one : all) {
    const auto* found = std::get_if<MarkPrice>(&one.body);
    if (found != nullptr && found->instrument == instrument) prices.push_back(found->price);
  }
  return prices;
}
std::uint32_t merged_of(const std::vector<Occurrence>& all, InstrumentId instrument) {
  std::uint32_t merged = 0;
  for (const Occurrence& one : all) {
    const auto* note = std::get_if<Conflated>(&one.body);
    if (note != nullptr && note->instrument == instrument) merged += note->merged;
  }
  return merged;
}

TEST(Conflation, KeepsLowestHighestAndNewestInTheirOrder) {
  std::vector<Occurrence> waiting;
  for (const Price price : {100_px, 90_px, 95_px, 120_px, 110_px, 105_px}) {
    waiting.push_back({at(static_cast<std::int64_t>(waiting.size())), mark(kCoin, price)});
  }
  const std::vector<Occurrence> left = conflated(waiting);
  EXPECT_EQ(marks_of(left, kCoin), (std::vector{90_px, 120_px, 105_px}));
  ASSERT_TRUE(std::holds_alternative<Conflated>(left.front().body));
  EXPECT_EQ(merged_of(left, kCoin), 3U);
  EXPECT_TRUE(std::ranges::is_sorted(left, {}, &Occurrence::time));
}

TEST(Conflation, InstrumentsAndKindsAreApart) {
  const std::vector<Occurrence> waiting = {
      {at(0), mark(kCoin, 1_px)},   {at(1), trade(kCoin, 2_px)},  {at(2), mark(kOther, 3_px)},
      {at(3), trade(kOther, 4_px)}, {at(4), trade(kOther, 4_px)}, {at(5), trade(kOther, 4_px)}};
  const std::vector<Occurrence> left = conflated(waiting);
  EXPECT_EQ(merged_of(left, kCoin), 0U);
  EXPECT_EQ(merged_of(left, kOther), 1U);
  EXPECT_EQ(left.size(), 6U);
}

TEST(Conflation, LiquidationsStay) {
  std::vector<Occurrence> waiting(
      100, Occurrence{at(0), LiquidationPrinted{.instrument = kCoin, .average_price = 1_px}});
  EXPECT_EQ(conflated(waiting).size(), 100U);
}

TEST(MarketQueue, NothingIsMergedBelowTheBoundAndEverythingIsCountedAboveIt) {
  MarketQueue queue(1'000);
  std::vector<Occurrence> out;
  for (int count = 0; count < 999; ++count) queue.push(at(count), mark(kCoin, 1_px));
  queue.take(out);
  EXPECT_EQ(out.size(), 999U);
  EXPECT_EQ(queue.merged(), 0U);
  std::uint64_t seen = 0;
  for (int count = 0; count < 100'000; ++count) {
    queue.push(at(count), mark(count % 2 == 0 ? kCoin : kOther, 1_px));
    ASSERT_LE(queue.size(), 1'000U);
  }
  queue.take(out);
  seen = marks_of(out, kCoin).size() + marks_of(out, kOther).size();
  EXPECT_EQ(seen + merged_of(out, kCoin) + merged_of(out, kOther), 100'000U);
  EXPECT_EQ(queue.merged(), merged_of(out, kCoin) + merged_of(out, kOther));
}

// What cannot be merged is never dropped, even far above the bound.
TEST(MarketQueue, LiquidationsAreKeptBeyondTheBound) {
  MarketQueue queue(10);
  for (int count = 0; count < 1'000; ++count) {
    queue.push(at(count), LiquidationPrinted{.instrument = kCoin, .average_price = 1_px});
  }
  std::vector<Occurrence> out;
  queue.take(out);
  EXPECT_EQ(out.size(), 1'000U);
}

TEST(Inbox, WorkKeepsItsOrderAndTheOneWhoBringsTooMuchWaits) {
  Inbox inbox({.market = 10, .work = 4});
  std::vector<int> done;
  std::thread bringer([&] {
    for (int count = 0; count < 100; ++count) {
      inbox.post([&done, count](ClockReading) { done.push_back(count); });
    }
  });
  std::vector<Inbox::Work> work;
  std::vector<Occurrence> market;
  while (done.size() < 100) {
    inbox.take(std::nullopt, work, market);
    ASSERT_LE(work.size(), 4U);
    for (const Inbox::Work& piece : work) piece(read_clocks());
  }
  bringer.join();
  EXPECT_TRUE(std::ranges::is_sorted(done));
}

TEST(Inbox, PeopleAreToldThatItIsFull) {
  Inbox inbox({.market = 10, .work = 2});
  EXPECT_TRUE(inbox.offer([](ClockReading) {}));
  EXPECT_TRUE(inbox.offer([](ClockReading) {}));
  EXPECT_FALSE(inbox.offer([](ClockReading) {}));
  inbox.close();
  EXPECT_FALSE(inbox.offer([](ClockReading) {}));
}

TEST(Inbox, ClosingLetsGoOfWhoeverWaits) {
  Inbox inbox({.market = 10, .work = 1});
  inbox.post([](ClockReading) {});
  std::thread bringer([&] { inbox.post([](ClockReading) {}); });
  inbox.close();
  bringer.join();
  std::vector<Inbox::Work> work;
  std::vector<Occurrence> market;
  inbox.take(std::nullopt, work, market);
  EXPECT_LE(work.size(), 2U);
}

TEST(Inbox, PricesWakeTheWriter) {
  Inbox inbox({});
  std::thread bringer([&] {
    const EventBody price = mark(kCoin, 5_px);
    inbox.post_market(at(7), {&price, 1});
  });
  std::vector<Inbox::Work> work;
  std::vector<Occurrence> market;
  inbox.take(std::nullopt, work, market);
  bringer.join();
  ASSERT_EQ(market.size(), 1U);
  EXPECT_EQ(market.front().time, at(7));
}

}  // namespace
}  // namespace tranchet

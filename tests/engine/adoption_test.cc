// Tranches that another program has built: named before the start, adopted as far as the venue
// holds them.
#include <gtest/gtest.h>

#include <vector>

#include "engine/engine.h"
#include "engine/state_image.h"
#include "tests/support/coin.h"

namespace tranchet {
namespace {

using namespace literals;

class Account {
 public:
  explicit Account(const Settings& settings = Settings()) : engine_(settings, 1) {
    apply(RunStarted{.account = 1});
    apply(InstrumentListed{.tick_size = 0.1_px, .step_size = 0.01_qty, .instrument = kCoin});
    apply(Disconnected{Stream::User});
  }

  std::vector<Command> apply(const EventBody& body) {
    Output output;
    const Event event{next(engine_.last_sequence()), Timestamp::from_nanoseconds(1), body};
    engine_.apply(event, output);
    return output.commands;
  }
  std::vector<Command> ask(std::uint32_t tranche, Quantity quantity, Price average,
                           PositionSide side = PositionSide::Long) {
    return apply(AdoptionRequested{.instrument = kCoin,
                                   .position_side = side,
                                   .tranche = tranche,
                                   .quantity = quantity,
                                   .average_price = average});
  }
  // The venue holds so much of Long at that entry price.
  std::vector<Command> snapshot(Quantity quantity, Price average) {
    apply(SnapshotStarted{});
    if (quantity.is_positive()) {
      apply(PositionReported{.instrument = kCoin,
                             .position_side = PositionSide::Long,
                             .quantity = quantity,
                             .average_price = average});
    }
    return apply(SnapshotEnded{});
  }
  const Position& position() const { return state().position({kCoin, PositionSide::Long}); }
  const State& state() const { return engine_.state(); }
  Engine& engine() { return engine_; }

 private:
  Engine engine_;
};

template <class Wanted>
std::vector<Wanted> all_of(const std::vector<Command>& commands) {
  std::vector<Wanted> found;
  for (const Command& command : commands) {
    if (const auto* one = std::get_if<Wanted>(&command)) found.push_back(*one);
  }
  return found;
}

std::size_t refusals(const std::vector<Command>& commands) {
  std::size_t count = 0;
  for (const Alert& alert : all_of<Alert>(commands)) {
    if (alert.reason == AlertReason::AdoptionRefused) ++count;
  }
  return count;
}

// What was left alone, and is then claimed, and is gone when the venue says what it holds.
TEST(Adoption, WhatWasIgnoredAndIsGoneIsForgotten) {
  Settings settings;
  settings.set(Setting::ForeignPosition, InstrumentId::None,
               static_cast<std::int64_t>(ForeignPolicy::Ignore));
  Account account(settings);
  account.apply(MarkPrice{kCoin, 100_px});
  account.apply(OrderFilled{.trade = TradeId{1},
                            .quantity = 2_qty,
                            .price = 100_px,
                            .instrument = kCoin,
                            .position_side = PositionSide::Long,
                            .side = Side::Buy,
                            .origin = FillOrigin::Foreign});
  ASSERT_EQ(account.position().ignored, 2_qty);
  account.ask(0, 1_qty, 100_px);
  EXPECT_EQ(refusals(account.snapshot(Quantity(), Price())), 1U);
  EXPECT_EQ(account.position().ignored, Quantity());
  EXPECT_TRUE(account.state().adoptions.empty());
}

// The ladder of the rules, which is closer together than an increment: rule 1 would join it.
TEST(Adoption, TranchesComeAsTheyWereAndAreProtectedEachForItself) {
  Account account;
  EXPECT_TRUE(all_of<SubmitOrder>(account.ask(0, 0.15_qty, 44850_px)).empty());
  EXPECT_TRUE(all_of<SubmitOrder>(account.ask(1, 0.08_qty, 44500_px)).empty());
  EXPECT_TRUE(account.position().tranches.empty()) << "nothing is booked before the venue says so";

  const auto commands = account.snapshot(0.23_qty, 44728.3_px);

  ASSERT_EQ(account.position().tranches.size(), 2u);
  EXPECT_EQ(account.position().tranches[0].quantity, 0.15_qty);
  EXPECT_EQ(account.position().tranches[0].ordinal, 0u);
  EXPECT_EQ(account.position().tranches[1].quantity, 0.08_qty);
  EXPECT_EQ(account.position().tranches[1].ordinal, 1u);
  const auto orders = all_of<SubmitOrder>(commands);
  ASSERT_EQ(orders.size(), 4u);
  EXPECT_EQ(orders[0].stop_price, 42607.5_px);
  EXPECT_EQ(orders[0].quantity, 0.15_qty);
  EXPECT_EQ(orders[1].limit_price, 45298.5_px);
  EXPECT_EQ(orders[2].stop_price, 42275_px);
  EXPECT_EQ(orders[2].quantity, 0.08_qty);
  EXPECT_EQ(orders[3].limit_price, 44945_px);
  EXPECT_EQ(refusals(commands), 0u);
  EXPECT_TRUE(account.state().adoptions.empty());
}

TEST(Adoption, WhatTheVenueDoesNotHoldIsMissingFromTheNewest) {
  Account account;
  account.ask(1, 0.08_qty, 42300_px);
  account.ask(0, 0.15_qty, 44850_px);
  const auto commands = account.snapshot(0.2_qty, 44212.5_px);
  ASSERT_EQ(account.position().tranches.size(), 2u);
  EXPECT_EQ(account.position().tranches[0].quantity, 0.15_qty);
  EXPECT_EQ(account.position().tranches[1].quantity, 0.05_qty);
  EXPECT_EQ(refusals(commands), 1u);
}

TEST(Adoption, WhatNobodyNamedFollowsThePolicy) {
  Account account;
  account.ask(0, 0.1_qty, 45000_px);
  // 0.3 at 41000 in all: the rest of 0.2 cost 39000, deep enough for a tranche of its own.
  account.snapshot(0.3_qty, 41000_px);
  ASSERT_EQ(account.position().tranches.size(), 2u);
  EXPECT_EQ(account.position().tranches[1].quantity, 0.2_qty);
  EXPECT_EQ(account.position().tranches[1].cost, value_of(39000_px, 0.2_qty));

  Settings ignore;
  ignore.set(Setting::ForeignPosition, InstrumentId::None,
             static_cast<std::int64_t>(ForeignPolicy::Ignore));
  Account other(ignore);
  other.ask(0, 0.1_qty, 45000_px);
  other.snapshot(0.3_qty, 41000_px);
  ASSERT_EQ(other.position().tranches.size(), 1u);
  EXPECT_EQ(other.position().ignored, 0.2_qty);
}

TEST(Adoption, NothingAtTheVenueIsRefusedAndForgotten) {
  Account account;
  account.ask(0, 0.1_qty, 45000_px);
  account.ask(0, 0.1_qty, 45000_px, PositionSide::Short);
  EXPECT_EQ(refusals(account.snapshot({}, {})), 2u);
  EXPECT_TRUE(account.position().tranches.empty());
  EXPECT_TRUE(account.state().adoptions.empty());
  EXPECT_EQ(refusals(account.snapshot({}, {})), 0u);
}

// A second time: the books hold it already, and the venue not twice.
TEST(Adoption, OnceIsEnough) {
  Account account;
  account.ask(0, 0.1_qty, 45000_px);
  account.snapshot(0.1_qty, 45000_px);
  for (const TrancheId id : {account.position().tranches[0].id}) {
    const Tranche& tranche = *find_tranche(account.position(), id);
    account.apply(OrderAccepted{tranche.stops.front()});
    account.apply(OrderAccepted{account.position().tranches[0].targets.front()});
  }
  account.ask(0, 0.1_qty, 45000_px);
  EXPECT_EQ(refusals(account.snapshot(0.1_qty, 45000_px)), 1u);
  EXPECT_EQ(account.position().tranches.size(), 1u);
  EXPECT_EQ(account.position().tranches[0].quantity, 0.1_qty);
}

// What was left alone so far can be taken in by name.
TEST(Adoption, IgnoredQuantityCanBeAdoptedLater) {
  Settings ignore;
  ignore.set(Setting::ForeignPosition, InstrumentId::None,
             static_cast<std::int64_t>(ForeignPolicy::Ignore));
  Account account(ignore);
  account.snapshot(0.3_qty, 45000_px);
  EXPECT_EQ(account.position().ignored, 0.3_qty);
  const auto asked = account.ask(2, 0.1_qty, 45000_px);
  EXPECT_EQ(all_of<RequestSnapshot>(asked).size(), 1u);
  account.snapshot(0.3_qty, 45000_px);
  ASSERT_EQ(account.position().tranches.size(), 1u);
  EXPECT_EQ(account.position().tranches[0].ordinal, 2u);
  EXPECT_EQ(account.position().ignored, 0.2_qty);
}

// A stop that the mark has passed is measured from the mark: adoption never closes.
TEST(Adoption, TargetsThatWerePassedAreMeasuredFromTheMark) {
  Account account;
  account.apply(MarkPrice{kCoin, 40000_px});
  account.ask(0, 0.1_qty, 45000_px);
  const auto orders = all_of<SubmitOrder>(account.snapshot(0.1_qty, 45000_px));
  ASSERT_EQ(orders.size(), 2u);
  EXPECT_EQ(orders[0].order_type, OrderType::StopMarket);
  EXPECT_EQ(orders[0].stop_price, 38000_px);
  EXPECT_EQ(orders[1].order_type, OrderType::Limit);
}

TEST(Adoption, WhatWaitsForTheVenueIsInTheImageAndInTheDigest) {
  Account account;
  const std::uint64_t before = digest_of(account.state());
  account.ask(3, 0.1_qty, 45000_px);
  EXPECT_NE(digest_of(account.state()), before);
  const auto back = Engine::from_image(account.engine().image());
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(digest_of(back->state()), digest_of(account.state()));
  ASSERT_EQ(back->state().adoptions.size(), 1u);
  EXPECT_EQ(back->state().adoptions[0].tranche, 3u);
}

}  // namespace
}  // namespace tranchet

// A failing world becomes small, and stays a failing world of the same kind. What fails is a rule
// of the test, so that the smallest world is known.
#include "backtest/wargame/shrink.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace tranchet {
namespace {

constexpr auto kLong = std::chrono::hours(1);
const Violation kNaked{.invariant = 17, .sequence = Sequence{5}, .text = {}};

// Each stimulus is known by its price.
Plan plan_of(std::int64_t stimuli) {
  Plan plan;
  for (const Fault fault : {Fault::Kill, Fault::StreamCut, Fault::PartialFills}) {
    plan.faults.add(fault);
  }
  plan.round_trip = Duration::milliseconds(70);
  for (std::int64_t at = 0; at < stimuli; ++at) {
    plan.stimuli.push_back(
        {Timestamp::from_nanoseconds(at), MarkPrice{InstrumentId{1}, Price::from_raw(at)}});
  }
  return plan;
}

bool has_price(const Plan& plan, std::int64_t raw) {
  return std::ranges::any_of(plan.stimuli, [raw](const Stimulus& stimulus) {
    const auto* body = std::get_if<EventBody>(&stimulus.what);
    return body != nullptr && std::get<MarkPrice>(*body).price.raw() == raw;
  });
}

std::size_t strikes(const Plan& plan, Fault fault) {
  return static_cast<std::size_t>(
      std::ranges::count_if(plan.stimuli, [fault](const Stimulus& stimulus) {
        const auto* strike = std::get_if<FaultStrike>(&stimulus.what);
        return strike != nullptr && strike->fault == fault;
      }));
}

TEST(Shrink, KeepsNothingButWhatItTakes) {
  const Plan plan = plan_of(1'000);
  const Judge judge = [](const Plan& part) -> std::optional<Violation> {
    const bool fails = has_price(part, 3) && has_price(part, 411) && has_price(part, 412) &&
                       part.faults.has(Fault::StreamCut);
    return fails ? std::optional(kNaked) : std::nullopt;
  };
  const Shrunk shrunk = shrink(plan, kNaked, judge, kLong);
  EXPECT_EQ(shrunk.part.stimuli, (std::vector<std::uint32_t>{3, 411, 412}));
  EXPECT_EQ(to_text(shrunk.part.faults), "stream_cut");
  EXPECT_TRUE(shrunk.in_time);
  EXPECT_LT(shrunk.tries, 300U);
  EXPECT_TRUE(judge(cut_down(plan, shrunk.part)));
}

TEST(Shrink, ADroppedFaultTakesItsStrikesAlong) {
  Plan plan = plan_of(20);
  plan.stimuli.push_back({Timestamp::from_nanoseconds(20), FaultStrike{Fault::Kill, 1}});
  plan.stimuli.push_back({Timestamp::from_nanoseconds(21), FaultStrike{Fault::StreamCut, 2}});
  bool alone = false;
  const Judge judge = [&](const Plan& part) -> std::optional<Violation> {
    alone |= !part.faults.has(Fault::Kill) && strikes(part, Fault::Kill) > 0;
    return strikes(part, Fault::StreamCut) == 1 ? std::optional(kNaked) : std::nullopt;
  };
  const Shrunk shrunk = shrink(plan, kNaked, judge, kLong);
  EXPECT_FALSE(alone);
  EXPECT_EQ(shrunk.part.stimuli, (std::vector<std::uint32_t>{21}));
  EXPECT_EQ(to_text(shrunk.part.faults), "stream_cut");
}

TEST(Shrink, AnotherViolationIsNotTheSame) {
  const Judge judge = [](const Plan& part) -> std::optional<Violation> {
    Violation other = kNaked;
    if (!has_price(part, 7)) other.invariant = 3;
    return other;
  };
  const Shrunk shrunk = shrink(plan_of(50), kNaked, judge, kLong);
  EXPECT_EQ(shrunk.part.stimuli, (std::vector<std::uint32_t>{7}));
  EXPECT_EQ(shrunk.violation.invariant, 17);
}

// A world without a fault is judged more strictly: what fails there may be nothing but that.
TEST(Shrink, OneFaultStays) {
  bool healthy = false;
  const Judge judge = [&](const Plan& part) {
    healthy |= part.faults.empty();
    return std::optional(kNaked);
  };
  EXPECT_EQ(shrink(plan_of(9), kNaked, judge, kLong).part.faults.list().size(), 1U);
  EXPECT_FALSE(healthy);
}

TEST(Shrink, EndsWhenItsTimeIsUp) {
  const Plan plan = plan_of(30);
  const Judge judge = [](const Plan&) { return std::optional(kNaked); };
  const Shrunk shrunk = shrink(plan, kNaked, judge, std::chrono::nanoseconds(0));
  EXPECT_EQ(shrunk.tries, 0U);
  EXPECT_FALSE(shrunk.in_time);
  EXPECT_EQ(shrunk.part.stimuli.size(), 30U);
}

TEST(Shrink, ThePartHasTheSettingsOfTheWhole) {
  Plan plan = plan_of(5);
  plan.settings.set(Setting::MaxTranches, InstrumentId::None, 3);
  plan.venue.take_share = 7;
  PlanPart part = whole_of(plan);
  part.stimuli = {1, 4};
  part.faults.remove(Fault::PartialFills);
  const Plan small = cut_down(plan, part);
  EXPECT_EQ(small.settings, plan.settings);
  EXPECT_EQ(small.venue.take_share, 7);
  EXPECT_EQ(small.round_trip, plan.round_trip);
  EXPECT_EQ(small.stimuli.size(), 2U);
  EXPECT_TRUE(has_price(small, 4));
  EXPECT_FALSE(small.faults.has(Fault::PartialFills));
}

}  // namespace
}  // namespace tranchet

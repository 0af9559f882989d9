// Ids: text and back, their order, and the limits of what they hold.
#include "events/ids.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>
#include <string>

namespace tranchet {
namespace {

OrderIdParts random_parts() {
  return {.account = static_cast<std::uint8_t>(*rc::gen::inRange(0, 256)),
          .sequence = Sequence{*rc::gen::inRange<std::uint64_t>(1, std::uint64_t{1} << 38)},
          .index = static_cast<std::uint16_t>(*rc::gen::inRange(0, 16'384)),
          .attempt = static_cast<std::uint8_t>(*rc::gen::inRange(0, 16))};
}

RC_GTEST_PROP(OrderIdProperty, GoesToTextAndBack, ()) {
  const OrderIdParts parts = random_parts();
  const OrderId id = make_order_id(parts);
  RC_ASSERT(parts_of(id) == parts);
  const std::string text = to_text(id);
  RC_ASSERT(text.size() <= 26U);
  for (const char c : text) RC_ASSERT((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'));
  RC_ASSERT(parse_order_id(text) == id);
}

RC_GTEST_PROP(OrderIdProperty, OrdersBySequenceFirst, ()) {
  const OrderIdParts a = random_parts(), b = random_parts();
  if (a.sequence < b.sequence) RC_ASSERT(make_order_id(a) < make_order_id(b));
  if (b.sequence < a.sequence) RC_ASSERT(make_order_id(b) < make_order_id(a));
}

TEST(OrderId, IsReadableAndItsLongestFits) {
  EXPECT_EQ(to_text(make_order_id({.account = 1, .sequence = Sequence{4}})), "T1S4N0A0");
  const OrderId longest = make_order_id({.account = 255,
                                         .sequence = Sequence{(std::uint64_t{1} << 38) - 1},
                                         .index = 16'383,
                                         .attempt = 15});
  EXPECT_EQ(to_text(longest), "T255S274877906943N16383A15");
}

TEST(OrderId, WhatIsNotOursIsNotRead) {
  for (const char* text :
       {"", "T", "T1S4N0A", "T1S4N0A0 ", " T1S4N0A0", "t1S4N0A0", "T1S0N0A0", "T01S4N0A0",
        "T256S4N0A0", "T1S274877906944N0A0", "T1S4N16384A0", "T1S4N0A16", "T1S-4N0A0",
        "T1S99999999999999999999999N0A0", "web_abc123"}) {
    EXPECT_EQ(parse_order_id(text), std::nullopt) << text;
  }
}

TEST(OrderIdDeathTest, PartsOutOfRangeStopTheProgram) {
  EXPECT_DEATH(make_order_id({.sequence = Sequence{0}}), "");
  EXPECT_DEATH(make_order_id({.sequence = Sequence{std::uint64_t{1} << 38}}), "");
  EXPECT_DEATH(make_order_id({.sequence = Sequence{1}, .index = 16'384}), "");
  EXPECT_DEATH(make_order_id({.sequence = Sequence{1}, .attempt = 16}), "");
}

TEST(TimerIdText, GoesBothWays) {
  const OrderId order = make_order_id({.account = 1, .sequence = Sequence{4}});
  const TimerId timeout{TimerKind::EntryTimeout, static_cast<std::uint64_t>(order)};
  EXPECT_EQ(to_text(timeout), "entry_timeout:T1S4N0A0");
  EXPECT_EQ(parse_timer_id("entry_timeout:T1S4N0A0"), timeout);
  for (const TimerKind kind :
       {TimerKind::ExitRetry, TimerKind::StopRetry, TimerKind::TargetRetry}) {
    const TimerId timer{kind, std::numeric_limits<std::uint64_t>::max()};
    EXPECT_EQ(parse_timer_id(to_text(timer)), timer);
  }
  for (const char* text :
       {"", "stop_retry", "stop_retry:", "stop_retry:x", "stop_retry:03", "stop_retry:3x",
        "entry_timeout:3", "nap:3", "stop_retry:18446744073709551616"}) {
    EXPECT_EQ(parse_timer_id(text), std::nullopt) << text;
  }
}

TEST(PositionKeyOrder, IsInstrumentThenLongBeforeShort) {
  const PositionKey a{InstrumentId{1}, PositionSide::Long}, b{InstrumentId{1}, PositionSide::Short},
      c{InstrumentId{2}, PositionSide::Long};
  EXPECT_LT(a, b);
  EXPECT_LT(b, c);
}

}  // namespace
}  // namespace tranchet

// The closed sets: every number has a spelling, every spelling its number, and 0 is never a value.
#include "events/enums.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "events/ids.h"

namespace tranchet {
namespace {

template <class Enum>
class ClosedSet : public testing::Test {};

using Sets = testing::Types<Side, PositionSide, OrderType, TimeInForce, WorkingType, Liquidity,
                            Purpose, OrderStatus, QueryStatus, RejectReason, EntryRefusal,
                            ExitReason, FillOrigin, Stream, TradeType, AlertReason, TimerKind>;
TYPED_TEST_SUITE(ClosedSet, Sets);

TYPED_TEST(ClosedSet, SpellsEachNumberOnce) {
  std::set<std::string_view> spellings;
  std::size_t number = 0;
  for (const std::string_view name : Spelling<TypeParam>::names) {
    const auto value = static_cast<TypeParam>(++number);
    EXPECT_TRUE(spellings.insert(name).second) << name;
    EXPECT_EQ(to_text(value), name);
    EXPECT_EQ(parse_enum<TypeParam>(name), value);
    EXPECT_TRUE(is_valid(value));
  }
  EXPECT_FALSE(is_valid(static_cast<TypeParam>(0)));
  EXPECT_FALSE(is_valid(static_cast<TypeParam>(number + 1)));
  EXPECT_EQ(to_text(static_cast<TypeParam>(0)), "?");
  EXPECT_EQ(parse_enum<TypeParam>(""), std::nullopt);
  EXPECT_EQ(parse_enum<TypeParam>("?"), std::nullopt);
}

TEST(Sides, AreEachOthersOpposites) {
  EXPECT_EQ(entry_side(PositionSide::Long), Side::Buy);
  EXPECT_EQ(exit_side(PositionSide::Long), Side::Sell);
  EXPECT_EQ(entry_side(PositionSide::Short), Side::Sell);
  EXPECT_EQ(exit_side(PositionSide::Short), Side::Buy);
  EXPECT_EQ(position_side_of_entry(Side::Buy), PositionSide::Long);
  EXPECT_EQ(position_side_of_entry(Side::Sell), PositionSide::Short);
}

TEST(ExitReasons, AreSaidAsPeopleSayThem) {
  EXPECT_EQ(label(ExitReason::TakeProfit), "TP Hit");
  EXPECT_EQ(label(ExitReason::StopLoss), "SL Hit");
  EXPECT_EQ(label(ExitReason::ModelClose), "Model Close");
  std::set<std::string_view> labels;
  for (std::size_t number = 1; number <= Spelling<ExitReason>::names.size(); ++number) {
    EXPECT_TRUE(labels.insert(label(static_cast<ExitReason>(number))).second);
  }
}

// A venue's refusal of an entry is said under its own name.
TEST(EntryRefusals, HaveEveryReasonOfAVenue) {
  for (const std::string_view name : Spelling<RejectReason>::names) {
    EXPECT_TRUE(parse_enum<EntryRefusal>(name)) << name;
  }
}

}  // namespace
}  // namespace tranchet

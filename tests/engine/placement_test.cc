// Rule 1 and the cap as a table of books and prices.
#include "engine/placement.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/coin.h"

namespace tranchet {
namespace {

using namespace literals;

struct Held {
  std::uint32_t ordinal = 0;
  Quantity quantity;
  Price price;
  bool closing = false;
  bool dust = false;
};

struct Book {
  PositionSide side = PositionSide::Long;
  AtCapPolicy at_cap = AtCapPolicy::Merge;
  std::int64_t max_tranches = 5;
  std::vector<Held> held;
};

State state_of(const Book& book) {
  State state;
  state.settings.set(Setting::AtCap, InstrumentId::None, static_cast<std::int64_t>(book.at_cap));
  state.settings.set(Setting::MaxTranches, InstrumentId::None, book.max_tranches);
  state.instruments.resize(1);
  Position& position = state.instruments[0].position(book.side);
  position.key = {kCoin, book.side};
  for (const Held& held : book.held) {
    Tranche tranche;
    tranche.id = TrancheId{position.tranches.size() + 1};
    tranche.ordinal = held.ordinal;
    tranche.quantity = held.quantity;
    tranche.cost = value_of(held.price, held.quantity);
    tranche.opened = held.quantity.is_positive();
    tranche.dust = held.dust;
    if (held.closing) tranche.closing = Closing{.reason = ExitReason::Manual};
    position.tranches.push_back(tranche);
  }
  return state;
}

// "join 0", "open 2", "merge 1 into 0, open 1", "refuse"; tranches by ordinal.
std::string words_of(const Position& position, const Placement& placement) {
  const auto ordinal = [&](TrancheId id) {
    return std::to_string(find_tranche(position, id)->ordinal);
  };
  switch (placement.kind) {
    case Placement::Kind::Join:
      return "join " + ordinal(placement.tranche);
    case Placement::Kind::Open:
      return "open " + std::to_string(placement.ordinal);
    case Placement::Kind::MergeAndOpen:
      return "merge " + ordinal(placement.from) + " into " + ordinal(placement.tranche) +
             ", open " + std::to_string(placement.ordinal);
    case Placement::Kind::Refuse:
      return "refuse";
  }
  return "?";
}

struct PlacementRow {
  const char* shows;
  Book book;
  Price price;
  const char* entry;
  const char* fill;
};

class PlacementTable : public testing::TestWithParam<PlacementRow> {};

TEST_P(PlacementTable, SaysWhereItGoes) {
  const PlacementRow& row = GetParam();
  const State state = state_of(row.book);
  const Position& position = state.position({kCoin, row.book.side});
  EXPECT_EQ(words_of(position, place_entry(state, position, row.price)), row.entry) << row.shows;
  EXPECT_EQ(words_of(position, place_fill(state, position, row.price)), row.fill) << row.shows;
}

const Book kOne{.held = {{0, 1_qty, 100_px}}};
const Book kShort{.side = PositionSide::Short, .held = {{0, 1_qty, 100_px}}};
// W = 97.5.
const Book kTwo{.held = {{0, 1_qty, 100_px}, {1, 1_qty, 95_px}}};

Book with(Book book, AtCapPolicy at_cap, std::int64_t max_tranches) {
  book.at_cap = at_cap;
  book.max_tranches = max_tranches;
  return book;
}

INSTANTIATE_TEST_SUITE_P(
    Rows, PlacementTable,
    testing::Values(
        PlacementRow{"flat", {}, 100_px, "open 0", "open 0"},
        PlacementRow{"-5 % exactly opens", kOne, 95_px, "open 1", "open 1"},
        PlacementRow{"one count above joins", kOne, 95.00000001_px, "join 0", "join 0"},
        PlacementRow{"in profit joins", kOne, 120_px, "join 0", "join 0"},
        PlacementRow{"Short mirrored: equality opens", kShort, 105_px, "open 1", "open 1"},
        PlacementRow{"Short: one count below joins", kShort, 104.99999999_px, "join 0", "join 0"},
        PlacementRow{"W is over all tranches: 92.625", kTwo, 92.625_px, "open 2", "open 2"},
        PlacementRow{"and else the newest takes it", kTwo, 92.62500001_px, "join 1", "join 1"},
        PlacementRow{"ordinal after the highest live, gaps stay",
                     {.held = {{3, 1_qty, 100_px}}},
                     95_px,
                     "open 4",
                     "open 4"},
        PlacementRow{"cap, merge: the pair is 0 and 1", with(kTwo, AtCapPolicy::Merge, 2), 92_px,
                     "merge 1 into 0, open 1", "join 1"},
        PlacementRow{"cap, join", with(kTwo, AtCapPolicy::Join, 2), 92_px, "join 1", "join 1"},
        PlacementRow{"cap, reject", with(kTwo, AtCapPolicy::Reject, 2), 92_px, "refuse", "join 1"},
        PlacementRow{"cap, reject, but it joins", with(kTwo, AtCapPolicy::Reject, 2), 93_px,
                     "join 1", "join 1"},
        PlacementRow{
            "the two lowest averages merge, not the two oldest",
            {.max_tranches = 3, .held = {{0, 1_qty, 100_px}, {1, 1_qty, 95_px}, {2, 1_qty, 90_px}}},
            80_px,
            "merge 2 into 1, open 2",
            "join 2"},
        PlacementRow{
            "lowest averages are not the newest: 0 and 2; open after the highest that is "
            "left, 1",
            {.max_tranches = 3, .held = {{0, 1_qty, 90_px}, {1, 1_qty, 110_px}, {2, 1_qty, 95_px}}},
            80_px,
            "merge 2 into 0, open 2",
            "join 2"},
        PlacementRow{"ties go to the lower ordinals",
                     {.max_tranches = 3,
                      .held = {{0, 1_qty, 100_px}, {1, 1_qty, 100_px}, {2, 1_qty, 100_px}}},
                     80_px,
                     "merge 1 into 0, open 3",
                     "join 2"},
        PlacementRow{"Short: the two highest averages",
                     {.side = PositionSide::Short,
                      .max_tranches = 3,
                      .held = {{0, 1_qty, 100_px}, {1, 1_qty, 106_px}, {2, 1_qty, 112_px}}},
                     130_px,
                     "merge 2 into 1, open 2",
                     "join 2"},
        PlacementRow{"averages that differ by less than a count: 100/3 of three and one below",
                     {.max_tranches = 3,
                      .held = {{0, 3_qty, 33.33333334_px},
                               {1, 1_qty, 33.33333333_px},
                               {2, 1_qty, 33.33333333_px}}},
                     20_px,
                     "merge 2 into 1, open 2",
                     "join 2"},
        PlacementRow{"a closing tranche is not in W and takes nothing",
                     {.held = {{0, 1_qty, 100_px, true}, {1, 1_qty, 95_px}}},
                     92_px,
                     "join 1",
                     "join 1"},
        PlacementRow{"but counts for the cap, and one live alone joins",
                     {.max_tranches = 2, .held = {{0, 1_qty, 100_px, true}, {1, 1_qty, 95_px}}},
                     90_px,
                     "join 1",
                     "join 1"},
        PlacementRow{"only closing: highest + 1",
                     {.held = {{0, 1_qty, 100_px, true}}},
                     100_px,
                     "open 1",
                     "open 1"},
        PlacementRow{"only closing at the cap: refused, a fill opens anyway",
                     {.max_tranches = 1, .held = {{0, 1_qty, 100_px, true}}},
                     100_px,
                     "refuse",
                     "open 1"},
        PlacementRow{"dust takes the next entry whatever the price",
                     {.held = {{0, 1_qty, 100_px}, {1, 0.1_qty, 95_px, false, true}}},
                     50_px,
                     "join 1",
                     "join 1"},
        PlacementRow{"a first entry in flight is live: the entry joins it",
                     {.held = {{0, 0_qty, 100_px}}},
                     50_px,
                     "join 0",
                     "join 0"}));

TEST(LiveCount, LeavesDustOut) {
  const State state = state_of({.held = {{0, 1_qty, 100_px}, {1, 0.1_qty, 95_px, false, true}}});
  const Position& position = state.position({kCoin, PositionSide::Long});
  EXPECT_EQ(live_count(position), 1U);
  EXPECT_EQ(ordinal_after_highest(position), 2U);
}

}  // namespace
}  // namespace tranchet

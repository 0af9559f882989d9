// The table of orders against a map that does the same: whatever is added, retired and forgotten,
// in whatever order of ids, both hold the same orders in the same order, and none has moved.
#include "engine/order_table.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

namespace tranchet {
namespace {

struct MarkedOrder {
  std::uint64_t mark = 0;
  friend bool operator==(const MarkedOrder&, const MarkedOrder&) = default;
};
using Table = OrderTable<MarkedOrder>;
using Model = std::map<OrderId, MarkedOrder>;

std::vector<std::pair<OrderId, MarkedOrder>> contents(const Table& table) {
  return {table.begin(), table.end()};
}
std::vector<std::pair<OrderId, MarkedOrder>> contents(const Model& model) {
  return {model.begin(), model.end()};
}

// As books use it: ids that mostly grow, the oldest forgotten first, now and then one out of turn.
class Story {
 public:
  void step() {
    switch (*rc::gen::inRange(0, 8)) {
      case 0:
      case 1:
      case 2:
        add(OrderId{newest_ += *rc::gen::inRange<std::uint64_t>(1, 4)});
        break;
      case 3:
        add(OrderId{*rc::gen::inRange<std::uint64_t>(0, newest_ + 2)});
        break;
      case 4:
      case 5:
        if (!live_.empty()) retire(any_of(live_));
        break;
      case 6:
        if (!model_.empty()) forget(model_.begin()->first);
        break;
      default:
        forget(OrderId{*rc::gen::inRange<std::uint64_t>(0, newest_ + 2)});
    }
  }

  void expect_same() const {
    RC_ASSERT(table_.size() == model_.size());
    RC_ASSERT(table_.empty() == model_.empty());
    RC_ASSERT(contents(table_) == contents(model_));
    std::vector<OrderId> back;
    for (auto at = table_.rbegin(); at != table_.rend(); ++at) back.push_back(at->first);
    std::ranges::reverse(back);
    RC_ASSERT(std::ranges::equal(back, model_, {}, {}, &Model::value_type::first));
    for (std::uint64_t number = 0; number < newest_ + 2; ++number) expect_same(OrderId{number});
    std::vector<OrderId> live;
    for (const auto& [id, held] : table_.live()) live.push_back(id);
    RC_ASSERT(std::ranges::equal(live, live_));
    RC_ASSERT(table_.live().size() == live_.size());
    for (const auto& [id, address] : addresses_) RC_ASSERT(table_.look_up(id) == address);
  }

  const Table& table() const { return table_; }

 private:
  static OrderId any_of(const std::set<OrderId>& ids) {
    return *std::next(
        ids.begin(), *rc::gen::inRange<std::ptrdiff_t>(0, static_cast<std::ptrdiff_t>(ids.size())));
  }

  void expect_same(OrderId id) const {
    const auto expected = model_.find(id);
    const auto found = table_.find(id);
    RC_ASSERT((found != table_.end()) == (expected != model_.end()));
    RC_ASSERT(table_.contains(id) == (expected != model_.end()));
    RC_ASSERT(table_.live().contains(id) == live_.contains(id));
    if (expected == model_.end()) return;
    RC_ASSERT(found->second == expected->second);
    RC_ASSERT(std::vector(found, table_.end()).size() ==
              static_cast<std::size_t>(std::distance(expected, model_.end())));
  }

  void add(OrderId id) {
    const MarkedOrder order{++marks_};
    const MarkedOrder& held = table_.emplace(id, order);
    if (model_.emplace(id, order).second) {
      live_.insert(id);
      addresses_[id] = &held;
    }
    RC_ASSERT(held == model_.at(id));
  }
  void retire(OrderId id) {
    table_.retire(id);
    live_.erase(id);
  }
  void forget(OrderId id) {
    table_.erase(id);
    model_.erase(id);
    live_.erase(id);
    addresses_.erase(id);
  }

  Table table_;
  Model model_;
  std::set<OrderId> live_;
  std::map<OrderId, const MarkedOrder*> addresses_;
  std::uint64_t newest_ = 0;
  std::uint64_t marks_ = 0;
};

RC_GTEST_PROP(OrderTableProperty, HoldsWhatAMapHolds, ()) {
  Story story;
  const int steps = *rc::gen::inRange(1, 300);
  for (int step = 0; step < steps; ++step) {
    story.step();
    if (step % 16 == 0) story.expect_same();
  }
  story.expect_same();
}

TEST(OrderTable, WhatIsWrittenIntoAPlaceAgainBeginsAnew) {
  Table table;
  const MarkedOrder& first = table.emplace(OrderId{1}, {7});
  table.erase(OrderId{1});
  const MarkedOrder& second = table.emplace(OrderId{2});
  EXPECT_EQ(&second, &first);
  EXPECT_EQ(second.mark, 0U);
  table.look_up(OrderId{2})->mark = 8;
  EXPECT_EQ(table.emplace(OrderId{2}).mark, 8U);  // It is held already.
  EXPECT_FALSE(table.erase(OrderId{1}));
  EXPECT_TRUE(table.erase(OrderId{2}));
}

TEST(OrderTable, ACopyIsACopy) {
  Table table;
  for (std::uint64_t id = 1; id <= 3; ++id) table.emplace(OrderId{id}, {id});
  table.retire(OrderId{2});
  const Table copy = table;
  table.look_up(OrderId{1})->mark = 9;
  table.erase(OrderId{2});
  EXPECT_EQ(contents(copy), (std::vector<std::pair<OrderId, MarkedOrder>>{
                                {OrderId{1}, {1}}, {OrderId{2}, {2}}, {OrderId{3}, {3}}}));
  EXPECT_EQ(copy.live().size(), 2U);
}

// Far more than are looked for near the ends, and a place in the middle among them.
TEST(OrderTable, FindsEachOfThousands) {
  Table table;
  constexpr std::uint64_t kCount = 3'000;
  for (std::uint64_t id = 1; id <= kCount; ++id) {
    table.emplace(OrderId{2 * id}, {id});
    if (id != kCount / 2) table.retire(OrderId{2 * id});
  }
  table.retire(OrderId{kCount});
  for (std::uint64_t id = 1; id <= kCount; ++id) {
    ASSERT_NE(table.look_up(OrderId{2 * id}), nullptr) << id;
    EXPECT_EQ(table.look_up(OrderId{2 * id})->mark, id);
    EXPECT_EQ(table.look_up(OrderId{2 * id - 1}), nullptr) << id;
  }
  for (std::uint64_t id = 1; id < kCount; ++id) table.erase(OrderId{2 * id});
  EXPECT_EQ(contents(table),
            (std::vector<std::pair<OrderId, MarkedOrder>>{{OrderId{2 * kCount}, {kCount}}}));
}

}  // namespace
}  // namespace tranchet

// The dip window against one that keeps every price and looks at all of them.
#include "engine/dip.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace tranchet {
namespace {

struct NaiveWindow {
  std::vector<DipWindow::Point> points;

  void add(Price price, Timestamp time, Duration window) {
    points.push_back({time, price});
    std::erase_if(points, [&](const auto& point) { return time - point.time >= window; });
  }
  Price highest() const {
    Price result = points.front().price;
    for (const auto& point : points) result = std::max(result, point.price);
    return result;
  }
  Price lowest() const {
    Price result = points.front().price;
    for (const auto& point : points) result = std::min(result, point.price);
    return result;
  }
};

RC_GTEST_PROP(DipWindowProperty, AgreesWithLookingAtEveryPrice, ()) {
  const auto window = Duration::seconds(*rc::gen::inRange(1, 20));
  const Ppm drop = *rc::gen::inRange(1, 200'000);
  // Waits of 0 to 5 s, prices of 90 to 110 with few enough values that equal ones are common.
  const auto steps = *rc::gen::container<std::vector<std::pair<int, int>>>(
      rc::gen::pair(rc::gen::inRange(0, 6), rc::gen::inRange(0, 41)));
  DipWindow dip;
  NaiveWindow naive;
  Timestamp now;
  for (const auto& [wait, ticks] : steps) {
    now = now + Duration::seconds(wait);
    const Price price = Price::from_raw((180 + ticks) * (kDecimalOne / 2));
    dip.add(price, now, window);
    naive.add(price, now, window);
    RC_ASSERT(dip.highs().front().price == naive.highest());
    RC_ASSERT(dip.lows().front().price == naive.lowest());
    const Int128 scaled = static_cast<Int128>(price.raw()) * kPpmOne;
    RC_ASSERT(dip.has_fallen(price, drop) ==
              (scaled <= static_cast<Int128>(naive.highest().raw()) * (kPpmOne - drop)));
    RC_ASSERT(dip.has_risen(price, drop) ==
              (scaled >= static_cast<Int128>(naive.lowest().raw()) * (kPpmOne + drop)));
  }
}

TEST(DipWindow, EqualityCountsAndNothingIsFallenBeforeTheFirstPrice) {
  using namespace literals;
  DipWindow dip;
  EXPECT_FALSE(dip.has_fallen(1_px, 10'000));
  EXPECT_FALSE(dip.has_risen(1_px, 10'000));
  dip.add(100_px, Timestamp(), Duration::seconds(60));
  EXPECT_TRUE(dip.has_fallen(99_px, 10'000));
  EXPECT_FALSE(dip.has_fallen(99.00000001_px, 10'000));
  EXPECT_TRUE(dip.has_risen(101_px, 10'000));
  EXPECT_FALSE(dip.has_risen(100.99999999_px, 10'000));
}

}  // namespace
}  // namespace tranchet

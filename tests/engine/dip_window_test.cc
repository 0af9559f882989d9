// The dip window against one that keeps every price and looks at all of them.
#include "engine/dip.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
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

RC_GTEST_PROP(DipWindowProperty, ABarIsItsFourPricesOneByOne, ()) {
  // Windows from a part of a bar to many bars; few prices, so that extremes are often also the open
  // or the close, and often equal those of the bar before.
  const auto window = Duration::seconds(*rc::gen::inRange(1, 60));
  const Ppm drop = *rc::gen::inRange(1, 200'000);
  const auto ticks = rc::gen::inRange(180, 190);
  DipWindow at_once;
  DipWindow one_by_one;
  Timestamp time;
  for (int bar = 0; bar < 30; ++bar) {
    auto four = *rc::gen::container<std::array<int, 4>>(ticks);
    std::ranges::sort(four);
    if (*rc::gen::arbitrary<bool>()) std::swap(four[1], four[2]);
    const bool low_first = *rc::gen::arbitrary<bool>();
    const auto price = [&four](std::size_t place) {
      return Price::from_raw(four[place] * (kDecimalOne / 2));
    };
    const Price low = price(0), high = price(3);
    const PricePath path{.points = {{{time, price(1)},
                                     {time + Duration::seconds(1), low_first ? low : high},
                                     {time + Duration::seconds(2), low_first ? high : low},
                                     {time + Duration::seconds(3), price(2)}}},
                         .low = low,
                         .high = high};
    const bool may_fall = at_once.may_fall(path, drop), may_rise = at_once.may_rise(path, drop);
    at_once.add(path, window);
    for (const PricePoint& point : path.points) {
      one_by_one.add(point.price, point.time, window);
      RC_ASSERT(may_fall || !one_by_one.has_fallen(point.price, drop));
      RC_ASSERT(may_rise || !one_by_one.has_risen(point.price, drop));
    }
    RC_ASSERT(std::ranges::equal(at_once.highs(), one_by_one.highs()));
    RC_ASSERT(std::ranges::equal(at_once.lows(), one_by_one.lows()));
    time = time + Duration::seconds(*rc::gen::inRange(3, 10));
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

// The calendar of an exchange, and what its bells do at the venue.
#include <gtest/gtest.h>

#include "tests/backtest/venue/venue_story.h"

namespace tranchet {
namespace {

using namespace literals;

TradingHours nse() {
  return {.start = Duration::minutes(555),
          .end = Duration::minutes(930),
          .square_off = Duration::minutes(920),
          .utc_offset = Duration::minutes(330),
          .holidays = {*parse_date("2024-01-26")},
          .extra_days = {*parse_date("2024-03-02")}};
}

Timestamp ist(const std::string& text) {
  return *parse_time(text + ":00+05:30");
}

TEST(TradingHours, AreOpenWithinADayOfTheExchange) {
  const TradingHours hours = nse();
  EXPECT_FALSE(hours.is_open(ist("2024-01-25T09:14")));
  EXPECT_TRUE(hours.is_open(ist("2024-01-25T09:15")));
  EXPECT_TRUE(hours.is_open(ist("2024-01-25T15:29")));
  EXPECT_FALSE(hours.is_open(ist("2024-01-25T15:30")));
  EXPECT_FALSE(hours.is_open(ist("2024-01-26T10:00")));  // Republic Day, a Friday.
  EXPECT_FALSE(hours.is_open(ist("2024-01-27T10:00")));
  EXPECT_FALSE(hours.is_open(ist("2024-01-28T10:00")));
  EXPECT_TRUE(hours.is_open(ist("2024-01-29T10:00")));
  EXPECT_TRUE(hours.is_open(ist("2024-03-02T10:00")));  // A Saturday with a session.
}

TEST(TradingHours, RingInTheirOrder) {
  const TradingHours hours = nse();
  std::string rung;
  Timestamp time = ist("2024-01-25T09:15");
  for (int n = 0; n < 5; ++n) {
    const auto ring = hours.next(time);
    ASSERT_TRUE(ring);
    time = ring->at;
    const char* const name = ring->bell == TradingHours::Bell::Opens        ? "opens "
                             : ring->bell == TradingHours::Bell::SquaresOff ? "squares off "
                                                                            : "closes ";
    rung += name + to_text(time) + "\n";
  }
  // Over the holiday and the weekend to Monday. 15:20 in India is 09:50 UTC.
  EXPECT_EQ(rung,
            "squares off 2024-01-25T09:50:00Z\n"
            "closes 2024-01-25T10:00:00Z\n"
            "opens 2024-01-29T03:45:00Z\n"
            "squares off 2024-01-29T09:50:00Z\n"
            "closes 2024-01-29T10:00:00Z\n");
}

TEST(TradingHours, OfHolidaysOnlyNeverRing) {
  TradingHours hours = nse();
  hours.holidays.clear();
  const std::int64_t first = *parse_date("2024-01-01");
  for (std::int64_t day = first - 1; day < first + 400; ++day) hours.holidays.push_back(day);
  hours.extra_days.clear();
  EXPECT_FALSE(hours.next(ist("2024-01-01T09:00")));
}

TEST(TradingHours, ADayIsADate) {
  EXPECT_EQ(parse_date("1970-01-02"), 1);
  for (const char* text : {"", "2024-1-26", "2024-02-30", "2024-01-26T00:00", "26-01-2024"}) {
    EXPECT_FALSE(parse_date(text)) << text;
  }
}

// A venue that opens a minute after 1970 began and closes a second later, so that a story's
// milliseconds reach both. Its first price comes before.
SimulationParameters short_day() {
  SimulationParameters parameters = story_parameters();
  parameters.hours = TradingHours{.start = Duration::seconds(1),
                                  .end = Duration::seconds(3),
                                  .square_off = Duration::seconds(2)};
  return parameters;
}

class VenueHours : public testing::Test {
 protected:
  explicit VenueHours(const SimulationParameters& parameters = short_day()) : story_(parameters) {}
  // To the second of that day, with a price.
  void to_second(std::int64_t second) {
    const Timestamp at = Timestamp() + Duration::hours(24) * day_ + Duration::seconds(second);
    if (at > story_.now()) story_.wait(at - story_.now());
    story_.prices("p100");
  }
  void next_day() { ++day_; }

  std::int64_t day_ = 0;
  VenueStory story_;
};

TEST_F(VenueHours, OrdersAreRefusedOutsideOfThem) {
  to_second(0);
  story_.answers();
  story_.send("Buy Long Market 1");
  EXPECT_EQ(story_.answers(), "Rejected NotTrading");
  to_second(1);
  EXPECT_EQ(story_.answers(), "Session Open");
  story_.send("Buy Long Market 1");
  EXPECT_EQ(story_.answers(), "Accepted; Filled 1 @ 100 Taker");
}

TEST_F(VenueHours, OrdersAreForTheDay) {
  to_second(1);
  story_.send("Buy Long Market 1");
  story_.send("Sell Long StopMarket 1 stop 90");
  story_.send("Sell Long Limit 1 at 110");
  story_.answers();
  to_second(3);
  // Said before what it does, so that nobody sends them again.
  EXPECT_EQ(story_.answers(), "Session Closed; Expired; Expired");
  story_.prices("p80");
  EXPECT_EQ(story_.answers(), "");
  EXPECT_EQ(story_.venue().position({kCoin, PositionSide::Long}).quantity, 1_qty);
}

// 1970-01-01 was a Thursday: Friday follows, then Monday.
TEST_F(VenueHours, TheNextSessionIsThatOfTheNextTradingDay) {
  to_second(3);
  story_.answers();
  next_day();
  to_second(1);
  EXPECT_EQ(story_.answers(), "Session Open");
  to_second(3);
  story_.answers();
  next_day();
  to_second(1);
  EXPECT_EQ(story_.answers(), "");
}

class IntradayVenue : public VenueHours {
 protected:
  IntradayVenue()
      : VenueHours([] {
          SimulationParameters parameters = short_day();
          parameters.terms.intraday = true;
          return parameters;
        }()) {}
};

TEST_F(IntradayVenue, ClosesWhatIsLeftItself) {
  to_second(1);
  story_.send("Buy Long Market 1");
  story_.send("Sell Long StopMarket 1 stop 90");
  story_.answers();
  to_second(2);
  EXPECT_EQ(story_.answers(), "Canceled; Foreign Sell Long 1 @ 100");
  EXPECT_TRUE(story_.venue().position({kCoin, PositionSide::Long}).quantity.is_zero());
}

TEST_F(VenueHours, WhatIsCarriedStaysOpen) {
  to_second(1);
  story_.send("Buy Long Market 1");
  story_.answers();
  to_second(2);
  EXPECT_EQ(story_.answers(), "");
}

}  // namespace
}  // namespace tranchet

// Times and durations as texts.
#include "events/time.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace tranchet {
namespace {

TEST(TimeText, IsRfc3339WithTheDecimalsThatCount) {
  EXPECT_EQ(to_text(Timestamp()), "1970-01-01T00:00:00Z");
  EXPECT_EQ(to_text(Timestamp::from_nanoseconds(1'712'950'260'250'000'000)),
            "2024-04-12T19:31:00.25Z");
  EXPECT_EQ(to_text(Timestamp::from_nanoseconds(1)), "1970-01-01T00:00:00.000000001Z");
  EXPECT_EQ(to_text(Timestamp::from_nanoseconds(-1)), "1969-12-31T23:59:59.999999999Z");
}

TEST(TimeText, IsReadInUtcAndWithOffsets) {
  const auto time = Timestamp::from_nanoseconds(1'712'950'260'250'000'000);
  EXPECT_EQ(parse_time("2024-04-12T19:31:00.25Z"), time);
  EXPECT_EQ(parse_time("2024-04-12t19:31:00.250000000z"), time);
  EXPECT_EQ(parse_time("2024-04-13 01:01:00.25+05:30"), time);
  EXPECT_EQ(parse_time("2024-04-12T14:31:00.25-05:00"), time);
  EXPECT_TRUE(parse_time("2024-02-29T00:00:00Z"));
  EXPECT_TRUE(parse_time("2000-02-29T00:00:00Z"));
}

TEST(TimeText, WhatIsNoTimeIsRefused) {
  for (const char* text : {"",
                           "2024",
                           "2024-04-12",
                           "2024-04-12T19:31",
                           "2024-04-12T19:31:00",
                           "2024-04-12T19:31:00.Z",
                           "2024-13-01T00:00:00Z",
                           "2024-00-01T00:00:00Z",
                           "2024-04-31T00:00:00Z",
                           "2023-02-29T00:00:00Z",
                           "2100-02-29T00:00:00Z",
                           "2024-04-12T24:00:00Z",
                           "2024-04-12T19:60:00Z",
                           "2024-04-12T19:31:60Z",
                           "2024-04-12T19:31:00Z ",
                           "1969-12-31T23:59:59Z",
                           "1970-01-01T00:00:00+01:00",
                           "2262-01-01T00:00:00Z",
                           "2024-04-12T19:31:00+24:00",
                           "24-04-12T19:31:00Z"}) {
    EXPECT_EQ(parse_time(text), std::nullopt) << text;
  }
}

RC_GTEST_PROP(TimeTextProperty, ReadsBackAsTheSameTime, ()) {
  const std::int64_t last = 9'214'646'399'999'999'999;  // 2261-12-31T23:59:59.999999999Z.
  const auto drawn = *rc::gen::arbitrary<std::uint64_t>();
  const auto time = Timestamp::from_nanoseconds(
      static_cast<std::int64_t>(drawn % (static_cast<std::uint64_t>(last) + 1)));
  RC_ASSERT(parse_time(to_text(time)) == time);
}

TEST(DaysFromCivil, CountsFrom1970) {
  EXPECT_EQ(days_from_civil(1970, 1, 1), 0);
  EXPECT_EQ(days_from_civil(1969, 12, 31), -1);
  EXPECT_EQ(days_from_civil(2000, 3, 1), 11'017);
  EXPECT_EQ(days_from_civil(2026, 1, 1), 20'454);
}

TEST(DurationText, GoesBothWaysInTheLargestUnit) {
  EXPECT_EQ(to_text(Duration()), "0s");
  for (const char* text : {"250ms", "10s", "90m", "1h", "7d", "1us", "3ns", "61s"}) {
    const auto duration = parse_duration(text);
    ASSERT_TRUE(duration) << text;
    EXPECT_EQ(to_text(*duration), text);
  }
  EXPECT_EQ(to_text(*parse_duration("60m")), "1h");
  EXPECT_EQ(to_text(*parse_duration("1000ms")), "1s");
  EXPECT_EQ(parse_duration("60m"), Duration::hours(1));
}

TEST(DurationText, WhatIsNoDurationIsRefused) {
  for (const char* text :
       {"", "s", "10", "10 s", "1.5s", "-1s", "10S", "10sec", "9999999999999s", "999999999999d"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace tranchet

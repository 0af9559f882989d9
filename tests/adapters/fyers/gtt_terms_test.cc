// What is written of good-till-triggered orders is what is read again.
#include "adapters/fyers/gtt_terms.h"

#include <gtest/gtest.h>

namespace tranchet::fyers {
namespace {

using namespace literals;

TEST(FyersGttTerms, RecordsAreReadAsTheyWereWritten) {
  const GttTerms both{.symbol = "NSE:M&M-EQ",
                      .product = Product::Cnc,
                      .side = Side::Sell,
                      .quantity = 20_qty,
                      .above = GttLeg{.trigger = 606_px, .limit = 587.8_px},
                      .below = GttLeg{.trigger = 594.05_px, .limit = 576.2_px}};
  GttTerms stop = both;
  stop.product = Product::Margin;
  stop.side = Side::Buy;
  stop.below.reset();
  const std::vector<GttRecord> records = {{both, "26113090000001"}, {stop, ""}};
  const auto read = read_records(written_records(records));
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(*read, records);
  EXPECT_EQ(to_text(both), "sell 20 NSE:M&M-EQ CNC above 606 below 594.05");
  EXPECT_TRUE(read_records("")->empty());
}

TEST(FyersGttTerms, AFlawNamesTheLineAndTheValue) {
  const std::string good =
      R"({"symbol":"A:B","product":"CNC","side":1,"qty":1,"above_trigger":2,"above_limit":2})"
      "\n";
  const std::vector<std::pair<std::string, std::string>> flaws = {
      {R"({"symbol":"A:B","product":"CNC","side":3,"qty":1,"above_trigger":2,"above_limit":2})",
       "line 2: side 3 is neither 1 nor -1"},
      {R"({"symbol":"A:B","product":"X","side":1,"qty":1,"above_trigger":2,"above_limit":2})",
       "line 2: product \"X\" is none"},
      {R"({"symbol":"A:B","product":"CNC","side":1,"qty":0,"above_trigger":2,"above_limit":2})",
       "line 2: qty is not above 0"},
      {R"({"symbol":"A:B","product":"CNC","side":1,"qty":1,"above_trigger":2})",
       "line 2: above_trigger and above_limit go together"},
      {R"({"symbol":"A:B","product":"CNC","side":1,"qty":1})",
       "line 2: above_trigger and below_trigger are missing"},
      {"[]", "line 2: is no object"}};
  for (const auto& [line, flaw] : flaws) {
    const auto read = read_records(good + line + "\n");
    ASSERT_FALSE(read) << line;
    EXPECT_EQ(read.error(), flaw);
  }
}

}  // namespace
}  // namespace tranchet::fyers

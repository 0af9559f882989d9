// The fast readers against the exact one, and the memory of what was read against a plain set.
#include <gtest/gtest.h>
// After gtest: it defines what makes rapidcheck report through it.
#include <rapidcheck/gtest.h>

#include <set>
#include <string>

#include "backtest/market_data/field_scan.h"
#include "backtest/market_data/row_time.h"
#include "backtest/market_data/seen_rows.h"

namespace tranchet {
namespace {

// The field with what follows it in a line, and room to look past it.
std::string padded(const std::string& field) {
  return field + "," + std::string(32, '9');
}

// Whatever the fast reader takes, it takes as the exact one does, and it ends where the field ends.
void expect_same_decimal(const std::string& field) {
  const std::string text = padded(field);
  std::int64_t count = 0;
  const char* const end = field_scan::decimal(text.data(), count);
  if (end == nullptr || *end != ',') return;
  RC_ASSERT(end == text.data() + field.size());
  const ParsedDecimal exact = parse_decimal(field);
  RC_ASSERT(!exact.error);
  RC_ASSERT(exact.count == count);
}

RC_GTEST_PROP(FieldScan, NeverDisagreesWithTheExactReader, ()) {
  expect_same_decimal(
      *rc::gen::container<std::string>(rc::gen::elementOf(std::string("0123456789.-e+ x"))));
}

RC_GTEST_PROP(FieldScan, TakesEveryPlainDecimal, ()) {
  const auto count = *rc::gen::inRange<std::int64_t>(0, 99'999'999'999'999'999);
  const std::string field = decimal_text(count);
  const std::string text = padded(field);
  std::int64_t read = -1;
  const char* const end = field_scan::decimal(text.data(), read);
  RC_ASSERT(end == text.data() + field.size());
  RC_ASSERT(read == count);
}

RC_GTEST_PROP(FieldScan, TakesEveryIntegerOfSixteenDigits, ()) {
  const auto value = *rc::gen::inRange<std::int64_t>(0, 10'000'000'000'000'000);
  const std::string field = std::to_string(value);
  const std::string text = padded(field);
  std::int64_t read = -1;
  const char* const end = field_scan::integer(text.data(), read);
  RC_ASSERT(end == text.data() + field.size());
  RC_ASSERT(read == value);
}

RC_GTEST_PROP(FieldScan, CountsDigitsWhateverFollows, ()) {
  const auto bytes = *rc::gen::container<std::string>(8, rc::gen::arbitrary<char>());
  int digits = 0;
  while (digits < 8 && bytes[static_cast<std::size_t>(digits)] >= '0' &&
         bytes[static_cast<std::size_t>(digits)] <= '9') {
    ++digits;
  }
  RC_ASSERT(field_scan::leading_digits(field_scan::load_eight(bytes.data())) == digits);
}

TEST(FieldScan, Flags) {
  for (const auto& [text, wanted] : std::initializer_list<std::pair<std::string, int>>{
           {"true", 1}, {"True", 1}, {"TRUE", 1}, {"1", 1}, {"false", 0}, {"False", 0}, {"0", 0}}) {
    std::int64_t value = -1;
    const std::string field = padded(text);
    EXPECT_EQ(field_scan::flag(field.data(), value), field.data() + text.size()) << text;
    EXPECT_EQ(value, wanted) << text;
  }
  std::int64_t value = -1;
  for (const std::string text : {"yes", "tru", "fals", "", "2"}) {
    EXPECT_EQ(field_scan::flag(padded(text).data(), value), nullptr) << text;
  }
}

RC_GTEST_PROP(SeenTrades, KnowsWhatItWasTold, ()) {
  const auto ids =
      *rc::gen::container<std::vector<std::uint64_t>>(rc::gen::inRange<std::uint64_t>(0, 60));
  SeenTrades seen;
  std::set<std::uint64_t> told;
  for (const std::uint64_t id : ids) {
    RC_ASSERT(seen.contains(id) == told.contains(id));
    if (told.insert(id).second) seen.insert(id);
  }
  for (std::uint64_t id = 0; id < 60; ++id) RC_ASSERT(seen.contains(id) == told.contains(id));
}

TEST(SeenTrades, ForgetsHolesButNotThatIdsWereRead) {
  SeenTrades seen;
  constexpr std::uint64_t kIds = 100'000;
  for (std::uint64_t id = 1; id <= kIds; ++id) seen.insert(2 * id);
  EXPECT_TRUE(seen.contains(2 * kIds));
  EXPECT_FALSE(seen.contains(2 * kIds - 1));  // A hole that is remembered.
  EXPECT_TRUE(seen.contains(2));              // Long ago.
  EXPECT_FALSE(seen.contains(1));             // Before the first.
  EXPECT_FALSE(seen.contains(2 * kIds + 2));
}

TEST(SeenBars, RemembersTheNewestMillion) {
  SeenBars seen;
  Bar bar;
  bar.open = bar.high = bar.low = bar.close = Price::from_raw(5);
  constexpr std::int64_t kBars = 1'048'576 + 1'000;
  for (std::int64_t minute = 0; minute < kBars; ++minute) {
    bar.open_time = Timestamp() + Duration::minutes(minute);
    seen.append(bar);
  }
  bar.open_time = Timestamp() + Duration::minutes(kBars - 1);
  EXPECT_EQ(seen.find(bar), SeenBars::Answer::Same);
  bar.open_time = Timestamp() + Duration::minutes(1'000);
  EXPECT_EQ(seen.find(bar), SeenBars::Answer::Same);
  bar.volume = Quantity::from_raw(1);
  EXPECT_EQ(seen.find(bar), SeenBars::Answer::Different);
  bar.open_time = Timestamp() + Duration::minutes(999);
  EXPECT_EQ(seen.find(bar), SeenBars::Answer::Unknown);
}

TEST(RowTime, NumbersSayTheirUnit) {
  EXPECT_EQ(epoch_nanoseconds(1'711'929'600), 1'711'929'600'000'000'000);
  EXPECT_EQ(epoch_nanoseconds(1'711'929'600'000), 1'711'929'600'000'000'000);
  EXPECT_EQ(epoch_nanoseconds(1'711'929'600'000'001), 1'711'929'600'000'001'000);
  EXPECT_EQ(epoch_nanoseconds(1'711'929'600'000'000'001), 1'711'929'600'000'000'001);
  for (const std::int64_t number : {std::int64_t{0}, std::int64_t{28'145}, std::int64_t{-5},
                                    std::numeric_limits<std::int64_t>::max()}) {
    EXPECT_EQ(epoch_nanoseconds(number), 0);
  }
}

}  // namespace
}  // namespace tranchet

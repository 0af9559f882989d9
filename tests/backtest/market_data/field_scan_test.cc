// The fast readers against the exact one, and the memory of what was read against a plain set.
#include <gtest/gtest.h>
// After gtest: it defines what makes rapidcheck report through it.
#include <rapidcheck/gtest.h>

#include <array>
#include <set>
#include <string>
#include <utility>

#include "backtest/market_data/agg_trade_scan.h"
#include "backtest/market_data/csv_format.h"
#include "backtest/market_data/field_scan.h"
#include "backtest/market_data/line_reader.h"
#include "backtest/market_data/row_time.h"
#include "backtest/market_data/seen_rows.h"
#include "tests/backtest/market_data/input_files.h"

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

// ---- Rows of aggTrades.

constexpr std::array kAggTradeColumns{Slot::TradeId,     Slot::TradePrice, Slot::TradeQuantity,
                                      Slot::Skip,        Slot::Skip,       Slot::Time,
                                      Slot::BuyerIsMaker};

std::string random_digits(int least, int most) {
  const auto count = static_cast<std::size_t>(*rc::gen::inRange(least, most + 1));
  return *rc::gen::container<std::string>(count, rc::gen::elementOf(std::string("0123456789")));
}
std::string random_decimal() {
  const std::string whole = random_digits(1, 8);
  return *rc::gen::arbitrary<bool>() ? whole : whole + "." + random_digits(1, 8);
}
std::string random_time() {
  const auto seconds = *rc::gen::inRange<std::int64_t>(1'500'000'000, 1'900'000'000);
  return std::to_string(seconds) + random_digits(3, 3) +
         (*rc::gen::inRange(0, 4) == 0 ? random_digits(3, 3) : "");
}
// A row as files have it, and short enough that its commas are among the first 64 characters.
std::string plain_row() {
  for (;;) {
    const std::string numbers = std::to_string(*rc::gen::inRange<std::int64_t>(0, 9'999'999'999)) +
                                "," + random_decimal() + "," + random_decimal() + "," +
                                random_digits(0, 10) + "," + random_digits(1, 10) + "," +
                                random_time() + ",";
    if (numbers.size() <= 64) {
      return numbers + *rc::gen::element<std::string>("true", "false", "True", "0") +
             *rc::gen::element<std::string>("\n", "\r\n");
    }
  }
}

using ScanRows = std::size_t (AggTradeScan::*)(const char*&, const char*, std::span<AggTrade>);

// What the scan takes of a text, it takes as the exact reader does. How many rows it took.
std::size_t expect_exact_rows(const std::string& text, ScanRows scan) {
  const std::string held = text + std::string(64, '7');
  AggTradeScan scanner;
  std::array<AggTrade, 8> rows;
  const char* at = held.data();
  const std::size_t count = (scanner.*scan)(at, held.data() + text.size(), rows);
  RC_ASSERT(at <= held.data() + text.size());
  Lines lines{std::string_view(held).substr(0, text.size()), 1};
  std::vector<std::string_view> fields;
  for (std::size_t row = 0; row < count; ++row) {
    split_fields(take_line(lines), fields);
    RC_ASSERT(fields.size() == kAggTradeColumns.size());
    CsvRow exact;
    for (std::size_t column = 0; column < fields.size(); ++column) {
      RC_ASSERT(
          read_field(fields[column], kAggTradeColumns[column], Offset::Required, exact, nullptr));
    }
    const AggTrade& taken = rows[row];
    RC_ASSERT(std::cmp_equal(taken.id, exact[Slot::TradeId]));
    RC_ASSERT(taken.row.price.raw() == exact[Slot::TradePrice]);
    RC_ASSERT((*taken.row.quantity).raw() == exact[Slot::TradeQuantity]);
    RC_ASSERT(taken.row.time.nanoseconds() == exact[Slot::Time]);
    RC_ASSERT((taken.row.aggressor == static_cast<int>(Side::Sell)) ==
              (exact[Slot::BuyerIsMaker] == 1));
    const auto decimals_of = [](std::string_view field) {
      const std::size_t point = field.find('.');
      return point == std::string_view::npos ? 0 : field.size() - point - 1;
    };
    RC_ASSERT(taken.price_decimals == decimals_of(fields[1]));
    RC_ASSERT(taken.quantity_decimals == decimals_of(fields[2]));
  }
  RC_ASSERT(lines.text.data() == at);
  return count;
}

constexpr std::array<ScanRows, 2> kScans{&AggTradeScan::scan, &AggTradeScan::scan_plainly};

RC_GTEST_PROP(AggTradeScan, TakesEveryPlainRow, ()) {
  std::string text;
  const int rows = *rc::gen::inRange(1, 9);
  bool are_positive = true;
  for (int row = 0; row < rows; ++row) {
    const std::string line = plain_row();
    const std::size_t price = line.find(',') + 1, quantity = line.find(',', price) + 1;
    const auto is_zero = [&](std::size_t from) {
      return parse_decimal(std::string_view(line).substr(from, line.find(',', from) - from))
                 .count == 0;
    };
    are_positive = are_positive && !is_zero(price) && !is_zero(quantity);
    text += line;
  }
  for (const ScanRows scan : kScans) {
    const std::size_t taken = expect_exact_rows(text, scan);
    RC_ASSERT(!are_positive || std::cmp_equal(taken, rows));
  }
}

RC_GTEST_PROP(AggTradeScan, NeverDisagreesWithTheExactReader, ()) {
  std::string text;
  for (int row = 0; row < 3; ++row) text += plain_row();
  const int changes = *rc::gen::inRange(1, 4);
  for (int change = 0; change < changes; ++change) {
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size() - 1);
    const char other = *rc::gen::elementOf(std::string("0123456789,,..\n-e tf"));
    switch (*rc::gen::inRange(0, 3)) {
      case 0:
        text[at] = other;
        break;
      case 1:
        text.insert(at, 1, other);
        break;
      default:
        text.erase(at, 1);
        break;
    }
  }
  text.back() = '\n';
  for (const ScanRows scan : kScans) expect_exact_rows(text, scan);
}

// Batches of plain rows give what the same rows give one by one: with a space before its id, a row
// is read the exact way.
RC_GTEST_PROP(AggTradeScan, BatchesAreAdmittedAsRowsAre, ()) {
  const std::string header =
      "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n";
  std::string fast = header, slow = header;
  std::int64_t id = 100, time = 1'711'929'600'000;
  const int rows = *rc::gen::inRange(1, 300);
  for (int row = 0; row < rows; ++row) {
    const bool is_odd = *rc::gen::inRange(0, 40) == 0;
    id += is_odd ? *rc::gen::element(-1, 0, 2) : 1;
    time += is_odd ? *rc::gen::element(-5, 0, 3'600'000, 3'600'001) : 7;
    const std::string line = std::to_string(id) + ",1." + (is_odd ? "125" : "50") + ",2,1,1," +
                             std::to_string(time) + ",true\n";
    fast += line;
    slow += " " + line;
  }
  InputFolder files;
  files.text("fast.csv", fast);
  files.text("slow.csv", slow);
  const auto read = [&](const char* name) {
    DataOptions options = options_of({files.path(name)}, "BTCUSDT");
    options.bad_rows = BadRowAllowance{.count = 1'000};
    return read_data(options);
  };
  const ReadData a = read("fast.csv"), b = read("slow.csv");
  RC_ASSERT(a.events.size() == b.events.size());
  for (std::size_t at = 0; at < a.events.size(); ++at) {
    RC_ASSERT(a.events[at].time == b.events[at].time);
    const auto& one = std::get<TradePrinted>(a.events[at].body);
    const auto& other = std::get<TradePrinted>(b.events[at].body);
    RC_ASSERT(one.price == other.price && one.quantity == other.quantity);
  }
  const auto figures = [](const DataReport& report) {
    std::string text;
    for (const std::uint64_t figure : {report.rows, report.used, report.duplicates, report.bad,
                                       report.disordered, report.gap_count}) {
      text += std::to_string(figure) + " ";
    }
    for (const BadRow& row : report.bad_rows) text += std::to_string(row.line) + row.message + "\n";
    return text + std::to_string(report.price_decimals) + to_text(*report.first_time) +
           to_text(*report.last_time);
  };
  RC_ASSERT(figures(a.report) == figures(b.report));
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

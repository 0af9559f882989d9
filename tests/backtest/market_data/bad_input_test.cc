// Everything that is wrong with an input is an error that names the file, the line and the value.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/backtest/market_data/input_files.h"

namespace tranchet {
namespace {

std::string trades(std::string_view row) {
  return "1,100.5,0.01,1,1704067200000,true\n" + std::string(row) + "\n";
}
std::string bars(std::string_view row) {
  return "timestamp,open,high,low,close,volume\n1704067200,10,11,9,10,5\n" + std::string(row) +
         "\n";
}

class BadInput : public testing::Test {
 protected:
  std::string error(std::string_view content) const {
    return error_of(read_data(folder_.text("data.csv", content)));
  }
  InputFolder folder_;
};

// What stands there, and how the error begins.
struct BadRowCase {
  std::string_view row;
  std::string_view message;
};

TEST_F(BadInput, RowsOfTrades) {
  for (const auto& [row, message] : std::initializer_list<BadRowCase>{
           {"2,-3,0.01,1,1704067200100,true", "2: price \"-3\" is not positive"},
           {"2,0,0.01,1,1704067200100,true", "2: price \"0\" is not positive"},
           {"2,NaN,0.01,1,1704067200100,true", "2: price \"NaN\" is not a number"},
           {"2,inf,0.01,1,1704067200100,true", "2: price \"inf\" is not a number"},
           {"2,,0.01,1,1704067200100,true", "2: price \"\" is not a number"},
           {"2,1e400,0.01,1,1704067200100,true", "2: price \"1e400\" is out of range"},
           {"2,1.123456789012,0.01,1,1704067200100,true",
            "2: price \"1.123456789012\" has more than 8 decimals"},
           {"2,100.5,0,1,1704067200100,true", "2: quantity \"0\" is not positive"},
           {"2,100.5,0.01,1,1704067199999,true",
            "2: time 2023-12-31T23:59:59.999Z is before that of the row before it"},
           {"2,100.5,0.01,1,9,true", "2: time \"9\" is not a time"},
           {"2,100.5,0.01,1,1704067200100,maybe", "2: buyer is maker \"maybe\" is neither"},
           {"x,100.5,0.01,1,1704067200100,true", "2: trade id \"x\" is not a number"},
           {"-4,100.5,0.01,1,1704067200100,true", "2: trade id \"-4\" is negative"},
           {"2,100.5,0.01,1,1704067200100", "2: the row has 5 columns, not 6"},
           {"2,100.5,0.01,1,1704067200100,true,7", "2: the row has 7 columns, not 6"},
           // Price and time swapped.
           {"2,1704067200100,0.01,1,100.5,true", "2: price \"1704067200100\" is out of range"}}) {
    EXPECT_EQ(error(trades(row)).substr(0, message.size()), message) << row;
  }
}

TEST_F(BadInput, RowsOfBars) {
  for (const auto& [row, message] : std::initializer_list<BadRowCase>{
           {"1704067260,10,9,11,10,5", "3: high \"9\" is below the low 11"},
           {"1704067260,12,11,9,10,5", "3: open \"12\" is outside the bar's 9 to 11"},
           {"1704067260,10,11,9,8,5", "3: close \"8\" is outside the bar's 9 to 11"},
           {"1704067260,10,11,-9,10,5", "3: low \"-9\" is not positive"},
           {"1704067260,10,11,0,10,5", "3: low \"0\" is not positive"},
           {"1704067260,10,11,9,10,-5", "3: volume \"-5\" is negative"},
           {"1704067260,10,11,9,10,abc", "3: volume \"abc\" is not a number"},
           {"2024-01-01 00:01:00,10,11,9,10,5",
            "3: time \"2024-01-01 00:01:00\" has no offset from UTC"},
           {"yesterday,10,11,9,10,5", "3: time \"yesterday\" is not a time"},
           {"1704067140,10,11,9,10,5", "3: time 2023-12-31T23:59:00Z is before"},
           {"1704067230,10,11,9,10,5", "3: the bar opens at 2024-01-01T00:00:30Z, when"},
           {"1704067200,10,11,9,11,5", "3: a different bar for the time 2024-01-01T00:00:00Z"},
           {"1704067260,10,11,9,10", "3: the row has 5 columns, not 6"}}) {
    // The rows behind it say that these are minutes.
    std::string text = bars(row);
    for (int minute = 2; minute < 6; ++minute) {
      text += std::to_string(1'704'067'200 + 60 * minute) + ",10,11,9,10,5\n";
    }
    EXPECT_EQ(error(text).substr(0, message.size()), message) << row;
  }
}

TEST_F(BadInput, OtherKindsOfRows) {
  EXPECT_EQ(error("9,100.3,2,100.2,3,1704067200000,1704067200003\n"),
            "1: bid price \"100.3\" is above the ask price 100.2");
  EXPECT_EQ(error("calc_time,funding_interval_hours,last_funding_rate\n1704067200000,8,1.5\n"),
            "2: funding rate \"1.5\" is out of range");
  EXPECT_EQ(error("1704282891425,HOLD,LIMIT,IOC,773,101.3,103.7,FILLED,257,773\n"),
            "1: side \"HOLD\" is neither BUY nor SELL");
  EXPECT_EQ(error("1704067200000,10,11,9,10,5,1704067200000,1,1,1,1,0\n").substr(0, 55),
            "1: close time \"2024-01-01T00:00:00Z\" is not after the o");
}

TEST_F(BadInput, KlinesWithAColumnTooManyOrTooFew) {
  const std::string good = "1704067200000,10,11,9,10,5,1704067259999,1,1,1,1,0\n";
  EXPECT_EQ(error(good + "1704067260000,10,11,9,10,5,1704067319999,1,1,1,1,0,0\n").substr(0, 33),
            "2: the row has 13 columns, not 12");
  EXPECT_EQ(error(good + "1704067260000,10,11,9,10,5,1704067319999,1,1,1,1\n").substr(0, 33),
            "2: the row has 11 columns, not 12");
}

TEST_F(BadInput, LineNumbersCountBlankLines) {
  const std::string blank(300'000, '\n');
  EXPECT_EQ(error("1,100.5,0.01,1,1704067200000,true\n" + blank + "2,-1,1,1,1704067200001,true\n"),
            "300002: price \"-1\" is not positive");
}

TEST_F(BadInput, LinesOfACapture) {
  const std::string good =
      "1700000000000 "
      "{\"e\":\"trade\",\"s\":\"BTCUSDT\",\"t\":1,\"p\":\"100\",\"q\":\"1\",\"m\":true}\n";
  const auto message = [](std::string_view price, std::string_view rest) {
    return "1700000000001 {\"e\":\"trade\",\"s\":\"BTCUSDT\",\"t\":2,\"p\":" + std::string(price) +
           ",\"q\":\"1\"" + std::string(rest) + "\n";
  };
  for (const auto& [row, wanted] : std::initializer_list<std::pair<std::string, std::string_view>>{
           {message("\"-3\"", ",\"m\":true}"), "2: price \"-3\" is negative"},
           {message("\"0\"", ",\"m\":true}"), "2: price \"0\" is not positive"},
           {message("\"1e400\"", ",\"m\":true}"), "2: price \"1e400\" is out of range"},
           {message("\"100\"", "}"), "2: buyer is maker \"\" is neither"},
           {message("\"100\"", ",\"m\":true"), "2: the message is not JSON"},
           {message("\"100\"", ",\"m\":true}{}"), "2: the message is not JSON"},
           {"yesterday {\"e\":\"trade\"}\n", "2: local time \"yesterday\" is not a time"},
           {"1700000000001\n", "2: no JSON message in \"1700000000001\""},
           {"1600000000000 {\"e\":\"markPriceUpdate\",\"s\":\"BTCUSDT\",\"p\":\"1\"}\n",
            "2: time 2020-09-13T12:26:40Z is before"}}) {
    EXPECT_EQ(error(good + row).substr(0, wanted.size()), wanted) << row;
  }
}

TEST_F(BadInput, HeadersThatLackAColumn) {
  EXPECT_EQ(error("timestamp,open,high,low,volume\n1704067200,10,11,9,5\n"),
            "1: the header looks like ohlcv, but has no column \"close\"");
  EXPECT_EQ(error("open,high,low,close,volume\n10,11,9,10,5\n"),
            "1: the header looks like ohlcv, but has no column \"timestamp\"");
}

TEST_F(BadInput, TextsThatAreNoFormat) {
  EXPECT_EQ(error("once upon a time\n"), "1: this is not a known format: \"once upon a time\"");
  // A kline with a column missing everywhere.
  EXPECT_EQ(error("1704067200000,10,11,9,10,5,1704067259999,1,1,1,1\n").substr(0, 32),
            "1: this is not a known format: \"");
  EXPECT_EQ(error(std::string("\0\1\2\3", 4)), "1: this is not a known format: \"????\"");
}

TEST_F(BadInput, FilesThatCannotBeRead) {
  EXPECT_EQ(error_of(read_data(folder_.path("missing.csv"))), "there is no such file");
  std::filesystem::create_directory(folder_.path("folder"));
  EXPECT_EQ(error_of(read_data(folder_.path("folder"))), "is a directory, not a file");
  EXPECT_EQ(error_of(read_data(folder_.text("empty.csv", ""))), "is empty");
  EXPECT_EQ(error_of(read_data(folder_.text("blank.csv", "\n\n"))), "is empty");
  EXPECT_EQ(error_of(read_data(folder_.gzip("empty.gz", ""))), "is empty");
  EXPECT_EQ(error_of(read_data(folder_.text("text.zip", trades("")))),
            "is named .zip but is no zip archive");
  EXPECT_EQ(error_of(read_data(folder_.text("text.csv.gz", trades("")))),
            "is named .gz but is no gzip file");
  EXPECT_EQ(
      error_of(read_data(folder_.text("header.csv", "timestamp,open,high,low,close,volume\n"))),
      "there is no row to use");
}

// Enough rows that the damage lies behind the first stretch that is read.
std::string many_trades() {
  std::string text;
  for (int row = 0; row < 20'000; ++row) {
    text += std::to_string(row) + ",100.5,0." + std::to_string(100 + row * 7'919 % 900) + ",1," +
            std::to_string(1'704'067'200'000 + row) + ",true\n";
  }
  return text;
}

TEST_F(BadInput, TruncatedGzip) {
  const std::string whole = content_of(folder_.gzip("whole.gz", many_trades()));
  const ReadData data =
      read_data(folder_.text("cut.gz", std::string_view(whole).substr(0, whole.size() / 2)));
  ASSERT_TRUE(data.error.has_value());
  EXPECT_EQ(data.error->message, "the gzip ends early: the file is truncated");
  EXPECT_EQ(data.error->file, folder_.path("cut.gz").string());
  EXPECT_GT(data.error->line, 0U);
}

TEST_F(BadInput, GzipWithAWrongChecksum) {
  std::string bytes = content_of(folder_.gzip("whole.gz", many_trades()));
  bytes[bytes.size() - 8] = static_cast<char>(bytes[bytes.size() - 8] ^ 1);  // CRC32.
  const ReadData data = read_data(folder_.text("bad.gz", bytes));
  ASSERT_TRUE(data.error.has_value());
  EXPECT_EQ(data.error->message, "the gzip is damaged: incorrect data check");
}

TEST_F(BadInput, ZipWithAWrongCrc) {
  std::string bytes = content_of(folder_.zip("good.zip", "a.csv", many_trades()));
  // The CRC stands at 14 in the member's header and at 16 in the directory's entry.
  const std::size_t entry = bytes.find("PK\x01\x02");
  ASSERT_NE(entry, std::string::npos);
  for (const std::size_t at : {std::size_t{14}, entry + 16}) {
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
  }
  const ReadData data = read_data(folder_.text("bad.zip", bytes));
  ASSERT_TRUE(data.error.has_value());
  EXPECT_EQ(data.error->message, "the zip is damaged: CRC error");
  EXPECT_EQ(data.error->file, folder_.path("bad.zip").string() + "/a.csv");
}

TEST_F(BadInput, ZipThatIsCutOff) {
  const std::string whole = content_of(folder_.zip("good.zip", "a.csv", many_trades()));
  const ReadData data =
      read_data(folder_.text("cut.zip", std::string_view(whole).substr(0, whole.size() / 2)));
  ASSERT_TRUE(data.error.has_value());
  EXPECT_EQ(data.error->message.substr(0, 20), "the zip is damaged: ");
}

TEST_F(BadInput, ChecksumFilesAreVerified) {
  const auto file = folder_.text("a.csv", "abc");
  const std::string sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  folder_.text("a.csv.CHECKSUM", sum + "  a.csv\n");
  EXPECT_EQ(error_of(read_data(file)), "1: this is not a known format: \"abc\"");  // Verified.
  folder_.text("a.csv.CHECKSUM", "0" + sum.substr(1) + "  a.csv\n");
  EXPECT_EQ(error_of(read_data(file)).substr(0, 25), "its SHA-256 is " + sum.substr(0, 10));
  folder_.text("a.csv.CHECKSUM", "not a sum\n");
  const ReadData data = read_data(file);
  EXPECT_EQ(error_of(data), "1: does not begin with a SHA-256 sum: \"not a sum?\"");
  EXPECT_EQ(data.error->file, folder_.path("a.csv.CHECKSUM").string());
}

TEST_F(BadInput, AnInstrumentThatIsNotInTheData) {
  const std::string rows = "1723705563505, BTCUSDT, 2291080928, 58105.9, 0.5,1723705563418, True\n";
  EXPECT_EQ(error_of(read_data(folder_.text("a.csv", rows), "ETHUSDT")),
            "there is no row of ETHUSDT; the data has BTCUSDT");
  const std::string capture =
      "1700000000000 "
      "{\"e\":\"trade\",\"s\":\"BTCUSDT\",\"t\":1,\"p\":\"1\",\"q\":\"1\",\"m\":true}\n";
  EXPECT_EQ(error_of(read_data(folder_.text("b.txt", capture), "ETHUSDT")),
            "there is no row of ETHUSDT; the data has BTCUSDT");
  const std::string kline = "1704067200000,10,11,9,10,5,1704067259999,1,1,1,1,0\n";
  EXPECT_EQ(error_of(read_data(folder_.text("FILUSDT-1m-2024-04.csv", kline), "ETHUSDT")),
            "there is no row of ETHUSDT: by its name the file is of FILUSDT");
  EXPECT_EQ(error_of(read_data(folder_.text("FILUSDT-1m-2024-04-01.csv", kline), "FILUSDT")), "");
}

TEST_F(BadInput, LeanTicksWithoutADay) {
  EXPECT_EQ(error("14417034,1674200,210,Q,2000,0\n").substr(0, 45),
            "Lean ticks have their day in the file's name ");
  EXPECT_EQ(
      error_of(read_data(
          folder_.text("20131008_spy_Trade_Tick.csv", "86400000,1674200,210,Q,2000,0\n"), "SPY")),
      "1: millisecond of day \"86400000\" is past midnight");
}

TEST_F(BadInput, BarsAndTicksInOneDataSet) {
  const auto bar_file = folder_.text("bars.csv", bars("1704067260,10,11,9,10,5"));
  const auto tick_file = folder_.text("ticks.csv", trades("2,100.5,0.01,1,1704067200100,true"));
  EXPECT_EQ(error_of(read_data(options_of({bar_file, tick_file}, "BTCUSDT"))),
            "has ticks, but the file before it had bars");
}

TEST_F(BadInput, ALineWithoutEnd) {
  EXPECT_EQ(error(trades(std::string(9'000'000, '1'))), "2: the line is longer than 8 MiB");
}

// ---- How many may be bad.

std::string with_bad_rows(int rows, int every) {
  std::string text;
  for (int row = 0; row < rows; ++row) {
    text += std::to_string(row) + (row % every == every - 1 ? ",oops," : ",100.5,") + "0.01,1," +
            std::to_string(1'704'067'200'000 + row) + ",true\n";
  }
  return text;
}

TEST_F(BadInput, ACountOfBadRows) {
  DataOptions options = options_of({folder_.text("a.csv", with_bad_rows(40, 10))}, "BTCUSDT");
  options.bad_rows = *parse_bad_rows("4");
  const ReadData data = read_data(options);
  EXPECT_EQ(error_of(data), "");
  EXPECT_EQ(data.report.bad, 4U);
  EXPECT_EQ(data.report.used, 36U);
  ASSERT_EQ(data.report.bad_rows.size(), 4U);
  EXPECT_EQ(data.report.bad_rows[0].line, 10U);
  EXPECT_EQ(data.report.bad_rows[0].message, "price \"oops\" is not a number");
  options.bad_rows = *parse_bad_rows("3");
  EXPECT_EQ(error_of(read_data(options)),
            "40: price \"oops\" is not a number (bad row 4, more than allowed)");
}

TEST_F(BadInput, AShareOfBadRows) {
  DataOptions options = options_of({folder_.text("a.csv", with_bad_rows(40, 10))}, "BTCUSDT");
  options.bad_rows = *parse_bad_rows("10%");
  EXPECT_EQ(error_of(read_data(options)), "");
  options.bad_rows = *parse_bad_rows("9.9%");
  EXPECT_EQ(error_of(read_data(options)),
            "10: price \"oops\" is not a number (the first of 4 bad rows of 40, more than the "
            "allowed 9.9 %)");
}

TEST_F(BadInput, AShareStopsReadingEarlyAfterAHundred) {
  DataOptions options = options_of({folder_.text("a.csv", with_bad_rows(5'000, 10))}, "BTCUSDT");
  options.bad_rows = *parse_bad_rows("1%");
  const ReadData data = read_data(options);
  EXPECT_EQ(data.report.rows, 1'010U);
  EXPECT_EQ(data.report.bad, 101U);
  EXPECT_EQ(data.report.bad_rows.size(), 100U);
}

TEST(BadRows, SpellingsOfTheAllowance) {
  EXPECT_EQ(parse_bad_rows("100")->count, 100U);
  EXPECT_EQ(parse_bad_rows("5%")->share, 50'000);
  EXPECT_EQ(parse_bad_rows("0.5%")->share, 5'000);
  EXPECT_EQ(parse_bad_rows("100%")->share, kPpmOne);
  for (const std::string_view text : {"", "-1", "%", "-5%", "101%", "5 %x", "five", "1.5"}) {
    EXPECT_FALSE(parse_bad_rows(text).has_value()) << text;
  }
}

// ---- exchangeInfo.

TEST_F(BadInput, ExchangeInfo) {
  const auto error_from = [this](std::string_view text) {
    const auto rules = read_exchange_info(folder_.text("info.json", text));
    return rules ? std::string() : rules.error().message;
  };
  EXPECT_EQ(error_from("{\"symbols\":[").substr(0, 13), "is not JSON: ");
  EXPECT_EQ(error_from("{}"), "is no exchangeInfo: it has no \"symbols\"");
  EXPECT_EQ(error_from("[1]"), "is no exchangeInfo: it has no \"symbols\"");
  EXPECT_EQ(error_from("{\"symbols\":[{\"symbol\":\"A\"}]}"), "symbol A: has no filters");
  EXPECT_EQ(error_from("{\"symbols\":[{\"symbol\":\"A\",\"filters\":[{\"filterType\":"
                       "\"PRICE_FILTER\",\"tickSize\":\"-1\"}]}]}"),
            "symbol A: tickSize \"-1\" is negative");
  EXPECT_FALSE(read_exchange_info(folder_.path("missing")).has_value());
}

}  // namespace
}  // namespace tranchet

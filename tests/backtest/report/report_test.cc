#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "backtest/report/figures.h"
#include "backtest/report/html.h"
#include "backtest/report/result_files.h"
#include "backtest/report/row_files.h"
#include "backtest/report/terminal.h"
#include "events/settings_text.h"
#include "tests/backtest/report/made_up_run.h"
#include "tests/backtest/report/run_files.h"

namespace tranchet {
namespace {

using namespace literals;

class ReportTest : public testing::Test {
 protected:
  ReportTest()
      : folder_(std::filesystem::path(testing::TempDir()) /
                ("tranchet_report_" + std::to_string(::getpid()))) {}
  ~ReportTest() override { std::filesystem::remove_all(folder_); }

  std::string text_of(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(folder_ / name).rdbuf();
    return text.str();
  }
  static Summary complete(Summary summary) {
    summary.data.push_back(
        {"BTCUSDT", {"a&b.csv", "c.zip"}, "binance klines csv", 100, 97, 1, 2, 0, 3});
    summary.notes.push_back("instant close is off: the data has no mark");
    summary.assumptions.emplace_back("Fees", "maker 1 bp & more");
    summary.settings = settings_lines(Settings(), Names());
    summary.interval = BarInterval{12.345_usd, 23.456_usd};
    summary.ambiguous_bars = 17;
    return summary;
  }

  std::filesystem::path folder_;
};

TEST_F(ReportTest, SummaryHasEveryField) {
  const MadeUpRun run(3, 200, folder_);
  const Summary summary = complete(run.summary());
  ASSERT_TRUE(write_results(folder_, summary, run.sample(), run.names()));
  const auto values = read_summary(folder_ / "summary.json");
  for (const char* key : {"instrument",
                          "events",
                          "ticks",
                          "first_time",
                          "last_time",
                          "initial_balance",
                          "final_equity",
                          "net_pnl",
                          "realized_pnl",
                          "unrealized_pnl",
                          "fees",
                          "funding",
                          "max_drawdown",
                          "max_drawdown_pct",
                          "trades",
                          "wins",
                          "losses",
                          "tranches_opened",
                          "tranches_live_max",
                          "exits.take_profit",
                          "exits.stop_loss",
                          "exits.instant_take_profit",
                          "exits.model_close",
                          "exits.liquidation",
                          "exits.manual",
                          "exits.emergency",
                          "exits.adl",
                          "exits.venue",
                          "exits.merged",
                          "ambiguous_bars",
                          "naked_quantity_seconds",
                          "state_digest",
                          "command_digest",
                          "wall_seconds",
                          "events_per_second",
                          "net_pnl_interval.pessimistic",
                          "net_pnl_interval.optimistic",
                          "mark_source",
                          "data"}) {
    EXPECT_TRUE(values.contains(key)) << key;
  }
  EXPECT_EQ(values.at("state_digest"), "123456789abcdef0");
  EXPECT_EQ(values.at("net_pnl_interval.optimistic"), "23.456");
  EXPECT_EQ(values.at("net_pnl"), to_text(summary.account.net_pnl));
  EXPECT_EQ(values.at("first_time"), "2023-11-14T22:13:20Z");
  EXPECT_NE(text_of("summary.json").find("\"wall_seconds\": 0.012,"), std::string::npos);
  EXPECT_NE(text_of("summary.json").find("\"duplicates\": 2"), std::string::npos);
}

TEST_F(ReportTest, PageStandsAloneAndEscapes) {
  const MadeUpRun run(3, 200, folder_);
  Summary summary = complete(run.summary());
  summary.instrument = "<script>\"A'&";
  const std::string page = report_html(summary, run.sample(), run.names());
  EXPECT_NE(page.find("<h1>&lt;script&gt;&quot;A&#39;&amp;</h1>"), std::string::npos);
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_EQ(page.find("http"), std::string::npos);
  EXPECT_EQ(page.find("url("), std::string::npos);
  EXPECT_NE(page.find("<polyline class=\"equity\""), std::string::npos);
  // A sheet of its own for a phone, where the wide one would be too small to read.
  for (const char* sheet : {"<svg class=\"wide\"", "<svg class=\"narrow\""}) {
    EXPECT_NE(page.find(sheet), std::string::npos) << sheet;
  }
  EXPECT_NE(page.find("a&amp;b.csv, c.zip"), std::string::npos);
  EXPECT_NE(page.find("<td>defaults.take_profit_pct</td><td class=\"path\">1</td>"),
            std::string::npos);
  EXPECT_NE(page.find("prefers-color-scheme: dark"), std::string::npos);
  EXPECT_NE(page.find("<td>take profit</td>"), std::string::npos);
  EXPECT_NE(page.find("bad\">&minus;"), std::string::npos);
  EXPECT_EQ(page.find("bad\">-"), std::string::npos);
  EXPECT_NE(page.find("<td>2023-11</td>"), std::string::npos);
  EXPECT_NE(page.find("<tr><td>Fees</td><td class=\"path\">maker 1 bp &amp; more</td></tr>"),
            std::string::npos);
}

TEST_F(ReportTest, PageOfARunWithoutAnythingIsWhole) {
  const MadeUpRun run(3, 0, folder_);
  const std::string page = report_html(run.summary(), run.sample(), run.names());
  EXPECT_NE(page.find("None ended."), std::string::npos);
  EXPECT_TRUE(page.ends_with("</html>\n"));
}

TEST_F(ReportTest, PageSaysWhenTranchesAreCut) {
  const MadeUpRun run(5, 8'000, folder_);
  ASSERT_GT(run.sample().tranche_rows(), RowSample::kTranches);
  const std::string page = report_html(run.summary(), run.sample(), run.names());
  EXPECT_NE(page.find("The first 500 of " + grouped(run.sample().tranche_rows())),
            std::string::npos);
  EXPECT_EQ(run.sample().tranche_rows(), run.summary().account.tranches_opened);
}

TEST_F(ReportTest, TerminalTellsTheStory) {
  const MadeUpRun run(3, 200, folder_);
  Summary summary = complete(run.summary());
  summary.account.net_pnl = -1'234.567_usd;
  std::ostringstream plain;
  print_summary(plain, summary, false);
  EXPECT_NE(plain.str().find("    net profit                   -1,234.57  -12.35 % of 10,000.00\n"),
            std::string::npos)
      << plain.str();
  EXPECT_NE(plain.str().find("123456789abcdef0"), std::string::npos);
  EXPECT_EQ(plain.str().find('\x1b'), std::string::npos);
  std::ostringstream colored;
  print_summary(colored, summary, true);
  EXPECT_NE(colored.str().find("\x1b[31m-1,234.57\x1b[0m"), std::string::npos);
}

TEST_F(ReportTest, FoldersThatCannotBeWrittenAreErrors) {
  std::filesystem::create_directories(folder_);
  std::ofstream(folder_ / "file") << "x";
  Names names;
  const auto rows = RowFiles::create(folder_ / "file" / "run", names);
  ASSERT_FALSE(rows);
  EXPECT_NE(rows.error().find("/file/run: cannot be created"), std::string::npos) << rows.error();
  const auto written = write_results(folder_ / "none", Summary(), RowSample(), names);
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().find("/none/summary.json: cannot be written"), std::string::npos);
}

TEST_F(ReportTest, AFullDiskIsReportedAtTheEnd) {
  Names names;
  std::filesystem::create_directories(folder_);
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  std::filesystem::create_symlink("/dev/full", folder_ / "equity.csv");
  auto rows = RowFiles::create(folder_, names);
  ASSERT_TRUE(rows);
  for (int i = 0; i < 10'000; ++i) (*rows)->add(EquityRow{});
  const auto closed = (*rows)->close();
  ASSERT_FALSE(closed);
  EXPECT_NE(closed.error().find("/equity.csv: cannot be written"), std::string::npos);
}

TEST(RowSampleTest, KeepsTheExtremesInBoundedMemory) {
  RowSample sample;
  for (std::int64_t i = 0; i < 1'000'000; ++i) {
    EquityRow row;
    row.time = Timestamp::from_nanoseconds(i);
    row.equity = Money::from_raw(i == 654'321 ? -7 : i);
    row.drawdown = Money::from_raw(i == 123'456 ? 99 : 1);
    sample.add(row);
  }
  EXPECT_LE(sample.equity().size(), RowSample::kStretches);
  EXPECT_GE(sample.equity().size(), RowSample::kStretches / 2);
  Money lowest;
  Money deepest;
  for (const RowSample::Stretch& stretch : sample.equity()) {
    lowest = std::min(lowest, stretch.lowest);
    deepest = std::max(deepest, stretch.drawdown);
  }
  EXPECT_EQ(lowest.raw(), -7);
  EXPECT_EQ(deepest.raw(), 99);
  EXPECT_EQ(sample.equity().back().equity.raw(), 999'999);
  EXPECT_EQ(sample.equity().back().time.nanoseconds(), 999'999);
}

TEST(CsvTest, QuotesWhatNeedsIt) {
  Names names;
  TradeRow row;
  row.key = {names.instrument("A,\"B\""), PositionSide::Long};
  const std::string line = csv_line(row, names);
  EXPECT_NE(line.find(",\"A,\"\"B\"\"\",Long,"), std::string::npos) << line;
}

TEST(FiguresTest, ReadAsPeopleWriteThem) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1'234'567), "1,234,567");
  EXPECT_EQ(cents(10'042.295_usd), "10,042.30");
  EXPECT_EQ(signed_cents(0.004_usd), "0.00");
  EXPECT_EQ(signed_cents(-0.005_usd), "-0.01");
  EXPECT_EQ(signed_cents(5_usd), "+5.00");
  EXPECT_EQ(share_text(2, 3), "66.67 %");
  EXPECT_EQ(share_text(1, 0), "-");
  EXPECT_EQ(length_text(Duration::hours(24 * 29 + 23)), "29 d 23 h");
  EXPECT_EQ(length_text(Duration::seconds(59)), "59 s");
  EXPECT_EQ(length_text(Duration::minutes(60)), "1 h");
  EXPECT_EQ(rate_text(4'057'000), "4.05 M");
  EXPECT_EQ(rate_text(812'999), "812 k");
  EXPECT_EQ(seconds_text(1'234'567'890), "1.235");
}

}  // namespace
}  // namespace tranchet

// A backtest on the NSE as a user runs it: data/example-nse.toml on a year of SBIN and months of
// NIFTY, read back from its files.
#include <gtest/gtest.h>
#include <simdjson.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "adapters/cli/backtest_command.h"
#include "events/decimal.h"
#include "events/time.h"
#include "tests/support/market_history.h"

namespace tranchet {
namespace {

namespace fs = std::filesystem;
using Row = std::map<std::string, std::string>;

Money money(const std::string& text) {
  const auto parsed = parse<Money>(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(Money());
}

// "2024-01-02 15:15" of the exchange, of an RFC 3339 time.
std::string local(const std::string& time) {
  const Timestamp at = *parse_time(time) + Duration::minutes(330);
  const std::string text = to_text(at);
  return text.substr(0, 10) + " " + text.substr(11, 5);
}

class NseTest : public testing::Test {
 protected:
  NseTest() : out_(fs::temp_directory_path() / ("nse." + std::to_string(getpid()))) {}
  ~NseTest() override { fs::remove_all(out_); }
  void SetUp() override {
    if (!fs::is_directory(market_history() / "nse")) {
      GTEST_SKIP() << "no market history at " << market_history() << "; set TRANCHET_MARKET_DATA";
    }
  }
  void run(const std::string& data, const std::vector<std::string>& sets = {},
           bool with_log = false) {
    fs::remove_all(out_);
    BacktestArguments arguments{.data = {data},
                                .config = TRANCHET_SOURCE_DIR "/data/example-nse.toml",
                                .sets = sets,
                                .out = (out_ / "results").string(),
                                .json = true};
    fs::create_directories(out_);
    if (with_log) arguments.log = (out_ / "log").string();
    std::ostringstream out, err;
    ASSERT_EQ(run_backtest_command(arguments, out, err), 0) << err.str();
    json_ = out.str();
    summary_ = parser_.parse(json_);
  }
  std::string sbin() const {
    return "SBIN=" + (market_history() / "nse/SBIN_5m_20230703_20240628.csv").string();
  }
  std::string nifty() const {
    return "NIFTY=" + (market_history() / "nse/NIFTY_2024.csv").string();
  }

  std::string text(std::string_view pointer) const {
    const auto value = summary_.at_pointer(pointer);
    EXPECT_FALSE(value.error()) << pointer;
    if (value.error()) return "0";
    return value.is_string() ? std::string(std::string_view(value)) : simdjson::to_string(value);
  }
  std::uint64_t count(std::string_view pointer) const { return std::stoull(text(pointer)); }
  std::vector<Row> rows(const char* file) const {
    std::ifstream in(out_ / "results" / file);
    std::string line;
    const auto cells = [&line] {
      std::vector<std::string> all;
      std::stringstream rest(line);
      for (std::string cell; std::getline(rest, cell, ',');) all.push_back(cell);
      return all;
    };
    std::getline(in, line);
    const std::vector<std::string> names = cells();
    std::vector<Row> all;
    while (std::getline(in, line)) {
      const std::vector<std::string> values = cells();
      Row row;
      for (std::size_t at = 0; at < values.size(); ++at) row[names[at]] = values[at];
      all.push_back(row);
    }
    return all;
  }

  // Every fill within the session, entries before last_entry, nothing held over night.
  void expect_intraday() const {
    for (const Row& row : rows("trades.csv")) {
      const std::string time = local(row.at("time")).substr(11);
      EXPECT_GE(time, "09:15") << row.at("time");
      EXPECT_LT(time, row.at("purpose") == "Entry" ? "15:01" : "15:20") << row.at("time");
    }
    for (const Row& row : rows("tranches.csv")) {
      ASSERT_FALSE(row.at("closed").empty()) << row.at("opened");
      EXPECT_EQ(local(row.at("opened")).substr(0, 10), local(row.at("closed")).substr(0, 10));
    }
  }
  void expect_charges_are_the_fees() const {
    Money sum;
    for (const char* name : {"brokerage", "stt", "exchange", "sebi", "stamp", "gst"}) {
      const Money amount = money(text(std::string("/charges/") + name));
      EXPECT_TRUE(amount.is_positive()) << name;
      sum += amount;
    }
    EXPECT_EQ(to_text(sum), text("/fees"));
  }

  fs::path out_;
  std::string json_;
  simdjson::dom::parser parser_;
  simdjson::dom::element summary_;
};

TEST_F(NseTest, AYearOfAShareIntraday) {
  run(sbin());
  // Three days stand twice in the file: 225 bars of 5 minutes are dropped, and said.
  EXPECT_EQ(count("/data/0/rows"), 18'579U);
  EXPECT_EQ(count("/data/0/used"), 18'354U);
  EXPECT_EQ(count("/data/0/duplicates"), 225U);
  EXPECT_GT(count("/trades"), 50U);
  EXPECT_GT(count("/exits/stop_loss"), 0U);
  EXPECT_GT(count("/exits/take_profit"), 0U);
  EXPECT_GT(count("/exits/square_off"), 0U);
  EXPECT_EQ(count("/exits/venue"), 0U);  // Ours comes before the venue's.
  EXPECT_EQ(text("/naked_quantity_seconds"), "0");
  expect_intraday();
  expect_charges_are_the_fees();
}

// With a log every price is an event, and the result the same.
TEST_F(NseTest, DecidesTheSameWithALog) {
  run(sbin());
  const std::string state = text("/state_digest"), commands = text("/command_digest");
  run(sbin(), {}, true);
  EXPECT_EQ(text("/state_digest"), state);
  EXPECT_EQ(text("/command_digest"), commands);
}

// Prices that sessions and charges are quiet about are jumped over as ever.
TEST_F(NseTest, JumpsOverQuietPricesByPercentage) {
  const std::vector<std::string> by_percent = {"targets=percent", "stop_loss_pct=0.8",
                                               "take_profit_pct=1"};
  run(sbin(), by_percent);
  const std::string state = text("/state_digest"), commands = text("/command_digest");
  EXPECT_GT(count("/exits/square_off"), 0U);
  expect_intraday();
  std::vector<std::string> all_prices = by_percent;
  all_prices.push_back("backtest.skip=off");
  run(sbin(), all_prices);
  EXPECT_EQ(text("/state_digest"), state);
  EXPECT_EQ(text("/command_digest"), commands);
}

// Delivery: positions stay over night, their stops come back in the morning.
TEST_F(NseTest, CarriesOverNight) {
  run(sbin(), {"session.product=carry", "defaults.leverage=1", "strategy.side=long",
               "atr_sl_multiplier=8", "atr_tp_multiplier=12"});
  std::uint64_t over_night = 0;
  for (const Row& row : rows("tranches.csv")) {
    if (row.at("closed").empty()) continue;
    over_night += local(row.at("opened")).substr(0, 10) != local(row.at("closed")).substr(0, 10);
  }
  EXPECT_GT(over_night, 5U);
  EXPECT_EQ(count("/exits/square_off"), 0U);
  EXPECT_GT(money(text("/charges/stt")), money(text("/charges/stamp")));
  for (const Row& row : rows("trades.csv")) {
    const std::string time = local(row.at("time")).substr(11);
    EXPECT_TRUE(time >= "09:15" && time < "15:30") << row.at("time");
  }
  expect_charges_are_the_fees();
}

TEST_F(NseTest, MonthsOfAnIndexAsItsFuture) {
  run(nifty(),
      {"charges.schedule=nse_futures", "trade_value=1200000", "max_position_value=3600000",
       "max_total_value=3600000", "simulation.initial_balance=2000000", "strategy.drop_pct=0.4"});
  EXPECT_EQ(count("/data/0/rows"), 58'127U);
  EXPECT_GT(count("/trades"), 30U);
  EXPECT_GT(count("/exits/square_off"), 0U);
  expect_intraday();
  expect_charges_are_the_fees();
}

}  // namespace
}  // namespace tranchet

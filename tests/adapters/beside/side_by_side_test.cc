// The bot's database beside a log of ours, both as they are on disk.
#include "adapters/beside/side_by_side.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "adapters/cli/beside_command.h"
#include "backtest/run.h"

namespace tranchet::beside {
namespace {

namespace fs = std::filesystem;
using namespace literals;

// 2026-01-01T00:00:00Z.
constexpr std::int64_t kStart = 1'767'225'600'000;

class SideBySideTest : public testing::Test {
 protected:
  SideBySideTest() : root_(fs::temp_directory_path() / ("beside." + std::to_string(getpid()))) {
    fs::create_directories(root_);
    write_log();
    const auto deals = deals_of_log(root_ / "log");
    EXPECT_TRUE(deals);
    if (deals) ours_ = *deals;
    execute(
        "CREATE TABLE trades (id INTEGER PRIMARY KEY, timestamp INTEGER, symbol TEXT, order_id "
        "TEXT, side TEXT, qty REAL, price REAL, status TEXT, order_type TEXT, parent_order_id TEXT,"
        " filled_qty REAL, avg_price REAL, tranche_id INTEGER DEFAULT 0);"
        "CREATE TABLE order_relationships (id INTEGER PRIMARY KEY, main_order_id TEXT, tp_order_id "
        "TEXT, sl_order_id TEXT, symbol TEXT);"
        "CREATE TABLE order_status (order_id TEXT PRIMARY KEY, position_side TEXT);"
        "CREATE TABLE position_tranches (symbol TEXT, position_side TEXT, tranche_id INTEGER, "
        "avg_entry_price REAL, total_quantity REAL);");
  }
  ~SideBySideTest() override { fs::remove_all(root_); }

  // Paper as a backtest makes it: two entries by the hunter, the first of them taken out by its
  // take-profit, and one that no limit has room for.
  void write_log() const {
    std::string bars = "timestamp,open,high,low,close,volume\n";
    const int prices[] = {100, 102, 100, 100, 100};
    for (int minute = 0; minute < 5; ++minute) {
      const std::string price = "," + std::to_string(prices[minute]);
      bars += std::to_string(kStart + minute * 60'000) + price + price + price + price + ",1\n";
    }
    std::ofstream(root_ / "bars.csv") << bars;
    std::ofstream forced(root_ / "forced.csv");
    for (const int second : {30, 150, 200}) {
      forced << "A,SELL,LIMIT,IOC,200,1,100,FILLED,7,200," << kStart + second * 1'000 << ",20000\n";
    }
    forced.close();
    BacktestOptions options{
        .data = {.paths = {root_ / "bars.csv"}, .symbol = "AUSDT"},
        .rules = {.tick_size = 1_px, .step_size = 0.001_qty},
        .beside = {{.data = {.paths = {root_ / "forced.csv"}, .symbol = "AUSDT"}}},
        .log = root_ / "log"};
    const auto set = [&](Setting setting, std::int64_t value) {
      options.settings.set(setting, InstrumentId::None, value);
    };
    set(Setting::Strategy, static_cast<std::int64_t>(StrategyName::LiquidationHunter));
    set(Setting::MaxPositionValue, 150 * kDecimalOne);
    Names names;
    ASSERT_TRUE(run_backtest(options, names));
  }

  void execute(const std::string& sql) const {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open((root_ / "bot.db").c_str(), &database), SQLITE_OK);
    char* said = nullptr;
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, &said), SQLITE_OK)
        << (said != nullptr ? said : "");
    sqlite3_free(said);
    sqlite3_close(database);
  }
  void row(int second, const std::string& order, const std::string& side, const std::string& rest) {
    execute(
        "INSERT INTO trades (timestamp, order_id, symbol, side, qty, price, status, order_type) "
        "VALUES (" +
        std::to_string(kStart + second * 1'000) + ", '" + order + "', 'AUSDT', '" + side + "', " +
        rest + ")");
  }

  SideBySide compared(Duration within = Duration::seconds(60)) const {
    const auto bot = deals_of_bot(root_ / "bot.db");
    EXPECT_TRUE(bot) << bot.error();
    return compare(*bot, ours_, within);
  }

  fs::path root_;
  Deals ours_;
};

TEST_F(SideBySideTest, TheLogSaysWhatWasDoneAndRefused) {
  ASSERT_EQ(ours_.deals.size(), 3U);
  EXPECT_TRUE(ours_.deals[0].is_entry);
  EXPECT_EQ(ours_.deals[0].price, 100_px);
  EXPECT_EQ(ours_.deals[0].quantity, 1_qty);
  EXPECT_FALSE(ours_.deals[1].is_entry);
  EXPECT_EQ(ours_.deals[1].side, PositionSide::Long);
  EXPECT_TRUE(ours_.deals[2].is_entry);
  ASSERT_EQ(ours_.refusals.size(), 1U);
  EXPECT_EQ(ours_.refusals[0].reason, "PositionExposure");
  ASSERT_EQ(ours_.holdings.size(), 1U);
  EXPECT_EQ(ours_.holdings[0].quantity, 1_qty);
}

TEST_F(SideBySideTest, WhatBothDidIsPairedOnce) {
  row(31, "1", "BUY", "1, 100, 'CLOSED', 'LIMIT'");
  row(61, "2", "SELL", "1, 101.5, 'INSTANT_TP', 'MARKET'");
  row(151, "3", "BUY", "1, 100, 'FILLED', 'LIMIT'");
  execute("INSERT INTO position_tranches VALUES ('AUSDT', 'LONG', 0, 100, 1)");
  const SideBySide both = compared();
  EXPECT_EQ(both.pairs.size(), 3U);
  EXPECT_TRUE(both.is_same()) << as_text(both, Duration::seconds(60));
  EXPECT_EQ(both.pairs[0].later, Duration::milliseconds(-950));
  EXPECT_EQ(both.pairs[0].price_off, 0);
  EXPECT_LT(both.pairs[1].price_off, 0);  // The limit at 101 against the bot's 101.5.
  EXPECT_FALSE(compared(Duration::milliseconds(900)).is_same());
}

TEST_F(SideBySideTest, WhatOneDidAloneIsToldWithTheReasonOfTheOther) {
  row(31, "1", "BUY", "1, 100, 'FILLED', 'LIMIT'");
  row(201, "2", "BUY", "1, 100, 'FILLED', 'LIMIT'");
  row(150, "9", "BUY", "1, 100, 'CANCELED', 'LIMIT'");
  execute(
      "INSERT INTO position_tranches VALUES ('AUSDT', 'LONG', 0, 100, 1), "
      "('AUSDT', 'LONG', 1, 100, 1)");
  const SideBySide both = compared(Duration::seconds(20));
  EXPECT_EQ(both.pairs.size(), 1U);
  ASSERT_EQ(both.bot_alone.size(), 1U);
  EXPECT_TRUE(both.bot_alone[0].reason.starts_with("PositionExposure at 2026-01-01T00:03:20"))
      << both.bot_alone[0].reason;
  EXPECT_EQ(both.ours_alone.size(), 2U);
  ASSERT_EQ(both.holdings.size(), 1U);
  EXPECT_EQ(both.holdings[0].first->tranches, 2U);
  EXPECT_EQ(both.holdings[0].second->tranches, 1U);
  const std::string text = as_text(both, Duration::seconds(20));
  EXPECT_NE(text.find("entries: both 1, the bot alone 1, Tranchet alone 1"), std::string::npos)
      << text;
  EXPECT_NE(text.find("here it was refused: PositionExposure"), std::string::npos) << text;
  EXPECT_NE(text.find("the bot: 2 tranches, 2 at 100; Tranchet: 1 tranche, 1 at 100"),
            std::string::npos)
      << text;
}

// Every way in which the bot's tables say that a row reduces.
TEST_F(SideBySideTest, ExitsAreToldByTheBotsOwnTables) {
  row(10, "1", "SELL", "1, 100, 'FILLED', 'STOP_MARKET'");
  row(11, "2", "SELL", "1, 100, 'FILLED', 'TAKE_PROFIT_MARKET'");
  row(12, "3", "SELL", "1, 100, 'INSTANT_TP', 'MARKET'");
  row(13, "4", "SELL", "1, 100, 'FILLED', 'LIMIT'");
  row(14, "5", "SELL", "1, 100, 'FILLED', 'LIMIT'");
  row(15, "6", "SELL", "1, 100, 'FILLED', 'LIMIT'");
  row(16, "7", "SELL", "1, 100, 'FILLED', 'LIMIT'");
  execute("INSERT INTO order_relationships (main_order_id, tp_order_id) VALUES ('0', '4')");
  execute("INSERT INTO order_status VALUES ('5', 'LONG')");
  execute("UPDATE trades SET parent_order_id = '0' WHERE order_id = '6'");
  const auto bot = deals_of_bot(root_ / "bot.db");
  ASSERT_TRUE(bot);
  ASSERT_EQ(bot->deals.size(), 7U);
  for (std::size_t index = 0; index < 6; ++index) {
    EXPECT_FALSE(bot->deals[index].is_entry) << index;
    EXPECT_EQ(bot->deals[index].side, PositionSide::Long) << index;
  }
  EXPECT_TRUE(bot->deals[6].is_entry);  // Nothing says otherwise.
  EXPECT_EQ(bot->deals[6].side, PositionSide::Short);
}

TEST_F(SideBySideTest, WhatFilledCountsByItsFills) {
  row(10, "1", "BUY", "1, 100, 'PARTIALLY_FILLED', 'LIMIT'");
  execute("UPDATE trades SET filled_qty = 0.00002, avg_price = 99.5");
  const auto bot = deals_of_bot(root_ / "bot.db");
  ASSERT_TRUE(bot);
  ASSERT_EQ(bot->deals.size(), 1U);
  EXPECT_EQ(bot->deals[0].quantity, 0.00002_qty);
  EXPECT_EQ(bot->deals[0].price, 99.5_px);
}

TEST_F(SideBySideTest, RowsThatSayNothingUsableAreNamed) {
  row(10, "1", "HOLD", "1, 100, 'FILLED', 'LIMIT'");
  row(11, "2", "BUY", "'much', 100, 'FILLED', 'LIMIT'");
  row(12, "3", "BUY", "1, -5, 'FILLED', 'LIMIT'");
  execute("INSERT INTO trades (timestamp, symbol) VALUES (NULL, 'AUSDT')");
  const auto bot = deals_of_bot(root_ / "bot.db");
  ASSERT_TRUE(bot);
  EXPECT_TRUE(bot->deals.empty());
  auto flaws = bot->flaws;
  std::ranges::sort(flaws);
  EXPECT_EQ(flaws, (std::vector<std::string>{"trades row 1: side \"HOLD\" is neither BUY nor SELL",
                                             "trades row 2: qty \"much\" is no quantity",
                                             "trades row 3: price \"-5.00000000\" is no price",
                                             "trades row 4: timestamp \"\" is no time"}));
}

TEST_F(SideBySideTest, TheProgramAnswersByItsStatus) {
  row(31, "1", "BUY", "1, 100, 'FILLED', 'LIMIT'");
  std::ostringstream out, err;
  BesideArguments arguments{.database = root_ / "bot.db", .log = root_ / "log", .json = true};
  EXPECT_EQ(run_beside_command(arguments, out, err), 1);
  EXPECT_NE(out.str().find("\"same\":false"), std::string::npos);
  EXPECT_EQ(err.str(), "");

  arguments.within = "soon";
  EXPECT_EQ(run_beside_command(arguments, out, err), 2);
  EXPECT_NE(err.str().find("--within \"soon\""), std::string::npos);
  arguments.within = "60s";
  arguments.database = root_ / "not_there.db";
  EXPECT_EQ(run_beside_command(arguments, out, err), 2);
  EXPECT_NE(err.str().find("not_there.db: is no file"), std::string::npos);
  arguments.database = root_ / "bars.csv";
  EXPECT_EQ(run_beside_command(arguments, out, err), 2);
  EXPECT_NE(err.str().find("bars.csv: cannot be read: file is not a database"), std::string::npos)
      << err.str();
  arguments.database = root_ / "bot.db";
  arguments.log = root_ / "no_log";
  EXPECT_EQ(run_beside_command(arguments, out, err), 2);
}

}  // namespace
}  // namespace tranchet::beside

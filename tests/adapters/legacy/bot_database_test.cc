// The bot's database in every schema that it has had, whole and spoiled.
#include "adapters/legacy/bot_database.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>

#include "adapters/legacy/loose_decimal.h"
#include "tests/adapters/legacy/bot_files.h"

namespace tranchet::legacy {
namespace {

using namespace literals;
namespace fs = std::filesystem;

const BotContents kLadder{
    .tranches = {{"BTCUSDT", "LONG", 0, "0.15000000000000002", "44850.0", 1001, 1002},
                 {"BTCUSDT", "LONG", 1, "0.08", "42300.0", 1003, 1004},
                 {"1000PEPEUSDT", "SHORT", 0, "12000", "1.2299999999999999e-05", 1005, 1006}},
    .trades = {{"BTCUSDT", 900, "BUY", "LIMIT", "0.1", "45000", "FILLED", 0},
               {"BTCUSDT", 1002, "SELL", "STOP_MARKET", "0.15", "42607.5", "NEW", 0}}};

bool tells(const std::vector<std::string>& flaws, std::string_view what) {
  return std::ranges::any_of(
      flaws, [what](const std::string& flaw) { return flaw.find(what) != std::string::npos; });
}

TEST(LooseDecimal, NumbersAsPythonWritesThem) {
  const auto is = [](std::string_view text, std::int64_t counts) {
    EXPECT_EQ(read_loose_decimal(text), counts) << text;
  };
  is("0.15", 15'000'000);
  is("5", 500'000'000);
  is("-2.5", -250'000'000);
  is("1.2299999999999999e-05", 1230);
  is("1e3", 100'000'000'000);
  is("0.000000005", 1);
  is("0.0000000049", 0);
  is(".5", 50'000'000);
  is("0e999", 0);
  is("0.00000000000000000000000000000000000000000001", 0);
  for (const std::string_view no :
       {"", "-", ".", "5%", "1,5", "e5", "1e", "1e1000", "0x10", "nan", "inf", "1e300",
        "99999999999999999999999999999999999999999999"}) {
    EXPECT_FALSE(read_loose_decimal(no).has_value()) << no;
  }
}

TEST(BotDatabase, EverySchemaIsReadForWhatItKnows) {
  const Scratch scratch;
  struct Row {
    Generation generation;
    std::string_view name;
    std::size_t tranches;
    std::size_t orders;
  };
  for (const Row& row : {Row{Generation::TradesAlone, "with trades alone", 0, 2},
                         Row{Generation::Relationships, "with order relationships", 0, 7},
                         Row{Generation::Positions, "with positions", 2, 7},
                         Row{Generation::Tranches, "with tranches, before", 3, 7},
                         Row{Generation::Migrated, "with tranches and its own", 3, 7}}) {
    const fs::path file = scratch / "bot.db";
    write_bot_database(file, row.generation, kLadder);
    const auto read = read_bot_database(file);
    ASSERT_TRUE(read.has_value()) << read.error();
    EXPECT_TRUE(read->generation.starts_with(row.name)) << read->generation;
    EXPECT_EQ(read->tranches.size(), row.tranches) << row.name;
    EXPECT_EQ(read->orders.size(), row.orders) << row.name;
    EXPECT_TRUE(read->flaws.empty()) << row.name << ": " << read->flaws.front();
  }
}

TEST(BotDatabase, FloatingPointComesBackAsItWasMeant) {
  const Scratch scratch;
  write_bot_database(scratch / "bot.db", Generation::Migrated, kLadder);
  const auto read = read_bot_database(scratch / "bot.db");
  ASSERT_TRUE(read.has_value()) << read.error();
  const BotTranche& pepe = read->tranches[0];
  EXPECT_EQ(pepe.symbol, "1000PEPEUSDT");
  EXPECT_EQ(pepe.side, PositionSide::Short);
  EXPECT_EQ(pepe.average, 0.0000123_px);
  const BotTranche& first = read->tranches[1];
  EXPECT_EQ(first.quantity, 0.15_qty);
  EXPECT_EQ(first.average, 44850_px);
  EXPECT_EQ(read->tranches[2].ordinal, 1u);
  EXPECT_EQ(read->orders.at(1002).role, BotOrderRole::StopLoss);
  EXPECT_EQ(read->orders.at(1001).symbol, "BTCUSDT");
}

// Its updates are keyed by the tranche's number alone (D7), and a stop that fills closes both sides
// in the table of trades (D22).
TEST(BotDatabase, RowsThatItSpoiledAreNamed) {
  const Scratch scratch;
  const fs::path file = scratch / "bot.db";
  write_bot_database(file, Generation::Migrated, kLadder);
  run_sql(file,
          "UPDATE position_tranches SET tp_order_id = '1001', sl_order_id = '1002' "
          "WHERE tranche_id = 0;"
          "UPDATE position_tranches SET total_quantity = 0 WHERE tranche_id = 1;"
          "UPDATE trades SET status = 'CLOSED' WHERE symbol = 'BTCUSDT' AND tranche_id = 0;");
  const auto read = read_bot_database(file);
  ASSERT_TRUE(read.has_value()) << read.error();
  EXPECT_EQ(read->tranches.size(), 2u);
  EXPECT_TRUE(tells(read->flaws, "order 1001 is said to be of 1000PEPEUSDT and of BTCUSDT"));
  EXPECT_TRUE(tells(read->flaws, "position_tranches BTCUSDT LONG 1: quantity \"0.0\""));
}

TEST(BotDatabase, ValuesThatAreNoneAreNamedAndTheRestIsKept) {
  const Scratch scratch;
  const fs::path file = scratch / "bot.db";
  write_bot_database(file, Generation::Tranches, kLadder);
  run_sql(file,
          "INSERT INTO position_tranches VALUES('A', 'UP', 0, 1, 1, NULL, NULL, 0, 0, 0, 0);"
          "INSERT INTO position_tranches VALUES('B', 'LONG', -1, 1, 1, NULL, NULL, 0, 0, 0, 0);"
          "INSERT INTO position_tranches VALUES('C', 'LONG', 0, 1, 'much', NULL, NULL, 0, 0, 0, 0);"
          "INSERT INTO position_tranches VALUES('D', 'LONG', 0, NULL, 1, NULL, NULL, 0, 0, 0, 0);"
          "INSERT INTO position_tranches VALUES('', 'LONG', 0, 1, 1, NULL, NULL, 0, 0, 0, 0);");
  const auto read = read_bot_database(file);
  ASSERT_TRUE(read.has_value()) << read.error();
  EXPECT_EQ(read->tranches.size(), 3u);
  EXPECT_EQ(read->flaws.size(), 5u);
  EXPECT_TRUE(tells(read->flaws, "A UP 0: side \"UP\" is none of"));
  EXPECT_TRUE(tells(read->flaws, "B LONG -1: tranche_id \"-1\""));
  EXPECT_TRUE(tells(read->flaws, "C LONG 0: quantity \"much\" is no number"));
  EXPECT_TRUE(tells(read->flaws, "D LONG 0: entry price \"\" is no price"));
}

TEST(BotDatabase, FilesThatAreNoneOfItsDatabasesAreRefusedByName) {
  const Scratch scratch;
  const auto why = [&](const std::string& name) {
    const auto read = read_bot_database(scratch / name);
    return read ? std::string("it was read") : read.error();
  };
  EXPECT_EQ(why("missing.db"), "is no file");
  write_file(scratch / "empty.db", "");
  EXPECT_EQ(why("empty.db"), "is empty");
  write_file(scratch / "text.db", std::string(4096, 'x'));
  EXPECT_EQ(why("text.db"), "is no SQLite database");

  write_bot_database(scratch / "bot.db", Generation::Migrated, kLadder);
  const std::string whole = read_file(scratch / "bot.db");
  write_file(scratch / "truncated.db", whole.substr(0, whole.size() - 4096));
  EXPECT_TRUE(why("truncated.db").starts_with("is truncated")) << why("truncated.db");
  // Pages of another kind in the middle, and the right size.
  std::string spoiled = whole;
  for (std::size_t at = 4096; at < 3 * 4096; ++at) spoiled[at] = static_cast<char>(at * 7);
  write_file(scratch / "spoiled.db", spoiled);
  EXPECT_TRUE(why("spoiled.db").find("damaged") != std::string::npos ||
              why("spoiled.db").find("malformed") != std::string::npos)
      << why("spoiled.db");

  run_sql(scratch / "other.db", "CREATE TABLE songs(title TEXT); CREATE TABLE bands(name TEXT);");
  EXPECT_EQ(why("other.db"), "has a schema that is none of the bot's: it has bands, songs");
  run_sql(scratch / "strange.db", "CREATE TABLE position_tranches(symbol TEXT, amount REAL);");
  EXPECT_NE(why("strange.db").find("table position_tranches has no column position_side"),
            std::string::npos)
      << why("strange.db");
}

TEST(BotDatabase, OneThatIsLockedIsRefusedAndNotWaitedFor) {
  const Scratch scratch;
  const fs::path file = scratch / "bot.db";
  write_bot_database(file, Generation::Migrated, kLadder);
  sqlite3* bot = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &bot), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(bot, "BEGIN EXCLUSIVE", nullptr, nullptr, nullptr), SQLITE_OK);
  const auto read = read_bot_database(file);
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error(), "is locked by another program: stop the bot first");
  const auto holders = programs_that_hold(file);
  ASSERT_EQ(holders.size(), 1u);
  EXPECT_TRUE(holders[0].starts_with("process ")) << holders[0];
  sqlite3_close(bot);
  EXPECT_TRUE(read_bot_database(file).has_value());
  EXPECT_TRUE(programs_that_hold(file).empty());
}

TEST(BotDatabase, ReadingLeavesItAsItIs) {
  const Scratch scratch;
  const fs::path file = scratch / "bot.db";
  write_bot_database(file, Generation::Migrated, kLadder);
  const std::string before = read_file(file);
  ASSERT_TRUE(read_bot_database(file).has_value());
  EXPECT_EQ(read_file(file), before);
  EXPECT_EQ(std::distance(fs::directory_iterator(scratch.folder()), fs::directory_iterator()), 1);
}

}  // namespace
}  // namespace tranchet::legacy

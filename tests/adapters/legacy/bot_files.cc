#include "tests/adapters/legacy/bot_files.h"

#include <sqlite3.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <map>
#include <utility>

#include "events/ensure.h"

namespace tranchet::legacy {
namespace {

namespace fs = std::filesystem;

std::string quoted(const std::string& text) {
  return "'" + text + "'";
}

std::string tables_of(Generation generation) {
  const bool has_tranches = generation >= Generation::Tranches;
  std::string sql =
      "CREATE TABLE liquidations(id INTEGER PRIMARY KEY, timestamp INTEGER, symbol TEXT, side TEXT,"
      " qty REAL, price REAL, usdt_value REAL);"
      "CREATE TABLE trades(id INTEGER PRIMARY KEY, timestamp INTEGER, symbol TEXT, order_id TEXT,"
      " side TEXT, qty REAL, price REAL, status TEXT, order_type TEXT, parent_order_id TEXT,"
      " response TEXT";
  if (generation >= Generation::Positions) {
    sql +=
        ", exchange_trade_id TEXT, realized_pnl REAL, commission REAL, filled_qty REAL,"
        " avg_price REAL";
  }
  if (has_tranches) sql += ", tranche_id INTEGER DEFAULT 0";
  sql += ");";
  if (generation >= Generation::Relationships) {
    sql +=
        "CREATE TABLE order_relationships(id INTEGER PRIMARY KEY, main_order_id TEXT,"
        " tp_order_id TEXT, sl_order_id TEXT, symbol TEXT" +
        std::string(has_tranches ? ", position_side TEXT DEFAULT 'BOTH', tranche_id INTEGER"
                                   " DEFAULT 0"
                                 : "") +
        ", created_at INTEGER);"
        "CREATE TABLE order_status(order_id TEXT PRIMARY KEY, symbol TEXT, side TEXT,"
        " quantity REAL, price REAL, position_side TEXT, status TEXT);";
  }
  if (generation >= Generation::Positions) {
    sql += "CREATE TABLE positions(symbol TEXT, side TEXT" +
           std::string(has_tranches ? ", tranche_id INTEGER DEFAULT 0" : "") +
           ", quantity REAL, entry_price REAL, current_price REAL, leverage INTEGER,"
           " last_updated INTEGER, PRIMARY KEY(symbol, side" +
           (has_tranches ? ", tranche_id" : "") + "));";
  }
  if (has_tranches) {
    sql +=
        "CREATE TABLE position_tranches(symbol TEXT, position_side TEXT, tranche_id INTEGER,"
        " avg_entry_price REAL, total_quantity REAL, tp_order_id TEXT, sl_order_id TEXT,"
        " price_band_lower REAL, price_band_upper REAL, created_at INTEGER, updated_at INTEGER,"
        " PRIMARY KEY(symbol, position_side, tranche_id));";
  }
  if (generation >= Generation::Migrated) {
    sql +=
        "CREATE TABLE migration_status(migration_name TEXT PRIMARY KEY, executed_at INTEGER,"
        " status TEXT, details TEXT);"
        "INSERT INTO migration_status VALUES('positions_to_tranches_v1', 1758000000,"
        " 'completed', '');";
  }
  return sql;
}

std::string tranche_rows(const BotContents& contents) {
  std::string sql;
  const auto order = [](std::int64_t number) {
    return number == 0 ? std::string("NULL") : quoted(std::to_string(number));
  };
  for (const StoredTranche& t : contents.tranches) {
    sql += "INSERT INTO position_tranches VALUES(" + quoted(t.symbol) + "," + quoted(t.side) + "," +
           std::to_string(t.ordinal) + "," + t.average + "," + t.quantity + "," + order(t.target) +
           "," + order(t.stop) + ",0,0,0,0);";
  }
  return sql;
}

// One row a position: quantities added up, averages averaged without weight.
std::string position_rows(const BotContents& contents) {
  std::map<std::pair<std::string, std::string>, std::string> sums;
  std::string sql;
  for (const StoredTranche& t : contents.tranches) {
    sql += "INSERT INTO positions(symbol, side, quantity, entry_price) VALUES(" + quoted(t.symbol) +
           "," + quoted(t.side) + "," + t.quantity + "," + t.average +
           ") ON CONFLICT(symbol, side) DO UPDATE SET quantity = quantity + excluded.quantity,"
           " entry_price = (entry_price + excluded.entry_price) / 2;";
  }
  return sql;
}

std::string relationship_rows(const BotContents& contents) {
  std::string sql;
  for (const StoredTranche& t : contents.tranches) {
    if (t.target == 0 && t.stop == 0) continue;
    sql +=
        "INSERT INTO order_relationships(main_order_id, tp_order_id, sl_order_id, symbol) "
        "VALUES(NULL," +
        quoted(std::to_string(t.target)) + "," + quoted(std::to_string(t.stop)) + "," +
        quoted(t.symbol) + ");";
  }
  return sql;
}

std::string trade_rows(const BotContents& contents, bool has_tranches) {
  std::string sql;
  for (const StoredTrade& t : contents.trades) {
    sql += "INSERT INTO trades(symbol, order_id, side, qty, price, status, order_type" +
           std::string(has_tranches ? ", tranche_id" : "") + ") VALUES(" + quoted(t.symbol) + "," +
           quoted(std::to_string(t.order)) + "," + quoted(t.side) + "," + t.quantity + "," +
           t.price + "," + quoted(t.status) + "," + quoted(t.type) +
           (has_tranches ? "," + std::to_string(t.tranche) : "") + ");";
  }
  return sql;
}

}  // namespace

void run_sql(const fs::path& file, const std::string& sql) {
  sqlite3* database = nullptr;
  ENSURE(sqlite3_open(file.c_str(), &database) == SQLITE_OK);
  // Tests do not survive power failures.
  const std::string all = "PRAGMA synchronous = OFF; BEGIN;" + sql + "COMMIT;";
  ENSURE(sqlite3_exec(database, all.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(database);
}

void write_bot_database(const fs::path& file, Generation generation, const BotContents& contents) {
  fs::remove(file);
  std::string sql = tables_of(generation);
  sql += trade_rows(contents, generation >= Generation::Tranches);
  if (generation >= Generation::Relationships && generation < Generation::Tranches) {
    sql += relationship_rows(contents);
  }
  if (generation == Generation::Positions) sql += position_rows(contents);
  if (generation >= Generation::Tranches) sql += tranche_rows(contents);
  run_sql(file, sql);
}

Scratch::Scratch() {
  // In memory where there is such a folder: a thousand backups wait for no disk then.
  const fs::path memory = "/dev/shm";
  const fs::path parent = fs::is_directory(memory) ? memory : fs::temp_directory_path();
  std::string name = (parent / "tranchet-legacy-XXXXXX").string();
  ENSURE(::mkdtemp(name.data()) != nullptr);
  folder_ = name;
}
Scratch::~Scratch() {
  fs::remove_all(folder_);
}

void write_file(const fs::path& file, const std::string& text) {
  std::ofstream stream(file, std::ios::binary);
  stream << text;
}
std::string read_file(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace tranchet::legacy

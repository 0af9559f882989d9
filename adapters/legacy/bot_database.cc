#include "adapters/legacy/bot_database.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <memory>
#include <set>
#include <span>
#include <system_error>

#include "adapters/legacy/loose_decimal.h"
#include "backtest/sweep/statement.h"

namespace tranchet::legacy {
namespace {

namespace fs = std::filesystem;

using Columns = std::set<std::string, std::less<>>;
using Handle = std::unique_ptr<sqlite3, decltype(&sqlite3_close)>;

// Without these a table says nothing that can be used.
struct KnownTable {
  std::string_view name;
  std::vector<std::string_view> needed;
};
const std::array<KnownTable, 4>& known_tables() {
  static const std::array<KnownTable, 4> tables = {{
      {"position_tranches",
       {"symbol", "position_side", "tranche_id", "avg_entry_price", "total_quantity"}},
      {"positions", {"symbol", "side", "quantity", "entry_price"}},
      {"order_relationships", {"symbol", "main_order_id", "tp_order_id", "sl_order_id"}},
      {"trades", {"symbol", "order_id", "order_type"}},
  }};
  return tables;
}

std::optional<PositionSide> side_of(std::string_view text) {
  if (text == "LONG" || text == "BUY") return PositionSide::Long;
  if (text == "SHORT" || text == "SELL") return PositionSide::Short;
  return std::nullopt;
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// The size that the first page tells, against that of the file.
std::string flaw_in_header(const fs::path& file) {
  std::array<unsigned char, 100> header{};
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return "cannot be opened";
  stream.read(reinterpret_cast<char*>(header.data()), header.size());
  constexpr std::string_view kMagic("SQLite format 3\0", 16);
  const auto read = static_cast<std::size_t>(stream.gcount());
  const std::string_view start(reinterpret_cast<const char*>(header.data()), 16);
  if (read == 0) return "is empty";
  if (read < header.size() || start != kMagic) return "is no SQLite database";
  const auto big_endian = [&header](std::size_t at, std::size_t bytes) {
    std::uint64_t value = 0;
    for (std::size_t index = 0; index < bytes; ++index) value = value << 8 | header[at + index];
    return value;
  };
  std::uint64_t page = big_endian(16, 2);
  if (page == 1) page = 65'536;
  const std::uint64_t pages = big_endian(28, 4);
  // Old writers do not keep the count of pages; it holds where these two agree.
  const bool is_counted = big_endian(24, 4) == big_endian(92, 4) && pages > 0;
  const std::uint64_t size = fs::file_size(file);
  if (is_counted && size < page * pages) {
    return "is truncated: it has " + std::to_string(size) + " bytes of " +
           std::to_string(page * pages);
  }
  return {};
}

class DatabaseReader {
 public:
  explicit DatabaseReader(sqlite3* database) : database_(database) {}

  std::expected<BotDatabase, std::string> read() {
    Statement check(database_, "PRAGMA quick_check(1)");
    const bool checked = check.step();
    if (!checked) return std::unexpected(why_not());
    if (check.text(0) != "ok") return std::unexpected("is damaged: " + check.text(0));
    read_schema();
    if (!check_is_the_bots()) return std::unexpected(unknown_schema());
    read_tranches();
    read_positions();
    read_orders();
    if (sqlite3_errcode(database_) == SQLITE_BUSY) return std::unexpected(why_not());
    return std::move(result_);
  }

  std::string why_not() const {
    const int code = sqlite3_errcode(database_) & 0xFF;
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED) {
      return "is locked by another program: stop the bot first";
    }
    if (code == SQLITE_CANTOPEN || code == SQLITE_READONLY) {
      return "has an unfinished transaction beside it (its -journal or -wal file): start the bot "
             "once and stop it, so that it tidies up";
    }
    return std::string("cannot be read: ") + sqlite3_errmsg(database_);
  }

 private:
  void read_schema() {
    Statement names(database_, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name");
    while (names.step()) tables_[names.text(0)];
    for (auto& [table, columns] : tables_) {
      Statement info(database_, "PRAGMA table_info(" + sql_name(table) + ")");
      while (info.step()) columns.insert(info.text(1));
    }
    for (const KnownTable& known : known_tables()) {
      const auto found = tables_.find(known.name);
      if (found == tables_.end()) continue;
      for (const std::string_view column : known.needed) {
        if (found->second.contains(column)) continue;
        result_.flaws.push_back("table " + std::string(known.name) + " has no column " +
                                std::string(column) + ": it is left out");
        tables_.erase(found);
        break;
      }
    }
    if (!tables_.contains("migration_status")) {
      result_.generation = has("position_tranches") ? "with tranches, before its migrations"
                           : has("positions")       ? "with positions, before tranches"
                           : has("order_relationships")
                               ? "with order relationships, before positions"
                               : "with trades alone";
    } else {
      result_.generation = has("position_tranches") ? "with tranches and its own migrations"
                                                    : "migrated, without tranches";
    }
  }

  bool has(std::string_view table) const { return tables_.find(table) != tables_.end(); }
  bool has(std::string_view table, std::string_view column) const {
    const auto found = tables_.find(table);
    return found != tables_.end() && found->second.contains(column);
  }

  bool check_is_the_bots() const {
    return std::ranges::any_of(known_tables(),
                               [this](const KnownTable& known) { return has(known.name); });
  }

  std::string unknown_schema() const {
    std::string text = "has a schema that is none of the bot's: it has ";
    if (tables_.empty()) text += "no tables";
    for (const auto& [table, columns] : tables_) {
      if (!text.ends_with("has ")) text += ", ";
      text += table;
    }
    for (const std::string& flaw : result_.flaws) text += "; " + flaw;
    return text;
  }

  // After its last row: a table that could be read in part only is not believed to be whole.
  void end(const Statement& rows, const std::string& table) {
    if (!rows.is_good()) flaw("table " + table + " cannot be read: " + sqlite3_errmsg(database_));
  }

  void flaw(std::string text) { result_.flaws.push_back(std::move(text)); }

  // A row of a table that holds one tranche; what is wrong with it is told.
  struct Cells {
    std::string table, symbol, side, ordinal, quantity, average;
  };
  void take_tranche(const Cells& cells) {
    BotTranche tranche{.symbol = cells.symbol, .side = side_of(cells.side)};
    tranche.row = cells.table + " " + cells.symbol + " " + cells.side + " " + cells.ordinal;
    const auto reject = [&](std::string_view column, const std::string& value,
                            std::string_view why) {
      flaw(tranche.row + ": " + std::string(column) + " \"" + value + "\" " + std::string(why));
    };
    const auto ordinal = whole_number(cells.ordinal);
    const auto quantity = read_loose_decimal(cells.quantity);
    const auto average = read_loose_decimal(cells.average);
    if (cells.symbol.empty()) return reject("symbol", cells.symbol, "is empty");
    if (!tranche.side && cells.side != "BOTH") {
      return reject("side", cells.side, "is none of LONG, SHORT, BOTH");
    }
    if (!ordinal || *ordinal < 0 || *ordinal > 1'000'000) {
      return reject("tranche_id", cells.ordinal, "is no number of a tranche");
    }
    if (!quantity) return reject("quantity", cells.quantity, "is no number");
    if (*quantity == 0) {
      return reject("quantity", cells.quantity,
                    "says that it is closed; whether it is, the venue knows");
    }
    if (!average || *average <= 0) return reject("entry price", cells.average, "is no price");
    tranche.ordinal = static_cast<std::uint32_t>(*ordinal);
    tranche.quantity = Quantity::from_raw(*quantity < 0 ? -*quantity : *quantity);
    tranche.average = Price::from_raw(*average);
    result_.tranches.push_back(std::move(tranche));
  }

  void read_tranches() {
    if (!has("position_tranches")) return;
    const bool has_orders =
        has("position_tranches", "tp_order_id") && has("position_tranches", "sl_order_id");
    Statement rows(database_,
                   "SELECT symbol, position_side, tranche_id, total_quantity, avg_entry_price" +
                       std::string(has_orders ? ", tp_order_id, sl_order_id" : "") +
                       " FROM position_tranches ORDER BY symbol, position_side, tranche_id");
    while (rows.step()) {
      take_tranche({"position_tranches", rows.text(0), rows.text(1), rows.text(2), rows.text(3),
                    rows.text(4)});
      if (!has_orders) continue;
      take_order(rows.text(5), rows.text(0), BotOrderRole::TakeProfit);
      take_order(rows.text(6), rows.text(0), BotOrderRole::StopLoss);
    }
    end(rows, "position_tranches");
  }

  // The older table, of symbols that the newer one does not hold.
  void read_positions() {
    if (!has("positions")) return;
    std::set<std::string, std::less<>> held;
    for (const BotTranche& tranche : result_.tranches) held.insert(tranche.symbol);
    const std::string ordinal = has("positions", "tranche_id") ? "tranche_id" : "0 AS tranche_id";
    Statement rows(database_, "SELECT symbol, side, " + ordinal +
                                  ", quantity, entry_price FROM positions "
                                  "ORDER BY symbol, side, tranche_id");
    while (rows.step()) {
      if (held.contains(rows.text(0))) continue;
      take_tranche(
          {"positions", rows.text(0), rows.text(1), rows.text(2), rows.text(3), rows.text(4)});
    }
    end(rows, "positions");
  }

  void take_order(const std::string& number, const std::string& symbol, BotOrderRole role) {
    const auto read = whole_number(number);
    if (!read || *read <= 0) return;
    const auto [found, is_new] = result_.orders.try_emplace(
        *read, BotOrder{.number = *read, .symbol = symbol, .role = role});
    if (is_new || found->second.symbol == symbol) return;
    flaw("order " + number + " is said to be of " + found->second.symbol + " and of " + symbol +
         ": the venue knows whose it is");
  }

  void read_orders() {
    if (has("order_relationships")) {
      Statement rows(database_,
                     "SELECT symbol, main_order_id, tp_order_id, sl_order_id "
                     "FROM order_relationships ORDER BY rowid");
      while (rows.step()) {
        take_order(rows.text(1), rows.text(0), BotOrderRole::Entry);
        take_order(rows.text(2), rows.text(0), BotOrderRole::TakeProfit);
        take_order(rows.text(3), rows.text(0), BotOrderRole::StopLoss);
      }
      end(rows, "order_relationships");
    }
    if (has("trades")) {
      Statement rows(database_, "SELECT symbol, order_id, order_type FROM trades ORDER BY rowid");
      while (rows.step()) {
        const std::string type = rows.text(2);
        const bool is_target = type.starts_with("TAKE_PROFIT");
        const bool is_stop = type.starts_with("STOP");
        take_order(rows.text(1), rows.text(0),
                   is_target ? BotOrderRole::TakeProfit
                   : is_stop ? BotOrderRole::StopLoss
                             : BotOrderRole::Entry);
      }
      end(rows, "trades");
    }
  }

  sqlite3* database_;
  std::map<std::string, Columns, std::less<>> tables_;
  BotDatabase result_;
};

}  // namespace

std::string_view to_text(BotOrderRole role) {
  switch (role) {
    case BotOrderRole::Entry:
      return "entry";
    case BotOrderRole::TakeProfit:
      return "take-profit";
    case BotOrderRole::StopLoss:
      return "stop";
  }
  ENSURE(false);
}

std::expected<BotDatabase, std::string> read_bot_database(const fs::path& file) {
  std::error_code failed;
  if (!fs::is_regular_file(file, failed)) return std::unexpected("is no file");
  if (const std::string flaw = flaw_in_header(file); !flaw.empty()) return std::unexpected(flaw);
  sqlite3* opened = nullptr;
  const int status = sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READONLY, nullptr);
  const Handle database(opened, sqlite3_close);
  DatabaseReader reader(database.get());
  if (status != SQLITE_OK) return std::unexpected(reader.why_not());
  return reader.read();
}

std::vector<std::string> programs_that_hold(const fs::path& file) {
  std::error_code failed;
  const fs::path wanted = fs::canonical(file, failed);
  if (failed) return {};
  std::vector<std::string> holders;
  for (const auto& process : fs::directory_iterator("/proc", failed)) {
    const std::string id = process.path().filename();
    if (!whole_number(id)) continue;
    std::error_code unseen;
    for (fs::directory_iterator open(process.path() / "fd", unseen), end; !unseen && open != end;
         open.increment(unseen)) {
      std::error_code gone;
      if (fs::read_symlink(open->path(), gone) != wanted || gone) continue;
      std::string name;
      std::ifstream stream(process.path() / "comm");
      std::getline(stream, name);
      holders.push_back("process " + id + " (" + name + ")");
      break;
    }
  }
  std::ranges::sort(holders);
  return holders;
}

}  // namespace tranchet::legacy

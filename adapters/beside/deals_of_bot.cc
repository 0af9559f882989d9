#include <sqlite3.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <system_error>

#include "adapters/beside/deals.h"
#include "backtest/sweep/statement.h"

namespace tranchet::beside {
namespace {

constexpr std::int64_t kLatest = 9'000'000'000'000;  // Milliseconds: the year 2255.

using Columns = std::set<std::string, std::less<>>;
using Handle = std::unique_ptr<sqlite3, decltype(&sqlite3_close)>;

std::optional<PositionSide> side_of(std::string_view text) {
  if (text == "LONG") return PositionSide::Long;
  if (text == "SHORT") return PositionSide::Short;
  return std::nullopt;
}

class BotDeals {
 public:
  explicit BotDeals(sqlite3* database) : database_(database) {}

  std::expected<Deals, std::string> read() {
    Statement names(database_, "SELECT name FROM sqlite_master WHERE type = 'table'");
    while (names.step()) tables_[names.text(0)];
    if (!names.is_good()) return std::unexpected(trouble());
    for (auto& [table, columns] : tables_) {
      Statement info(database_, "PRAGMA table_info(" + sql_name(table) + ")");
      while (info.step()) columns.insert(info.text(1));
    }
    for (const char* column :
         {"timestamp", "symbol", "order_id", "side", "qty", "price", "status", "order_type"}) {
      if (has("trades", column)) continue;
      return std::unexpected("has no column " + std::string(column) +
                             " in a table trades: it is not the bot's");
    }
    read_roles();
    read_trades();
    read_holdings();
    if (sqlite3_errcode(database_) != SQLITE_OK && sqlite3_errcode(database_) != SQLITE_DONE) {
      return std::unexpected(trouble());
    }
    std::ranges::stable_sort(result_.deals, {}, &Deal::time);
    return std::move(result_);
  }

  std::string trouble() const {
    return std::string("cannot be read: ") + sqlite3_errmsg(database_);
  }

 private:
  bool has(std::string_view table, std::string_view column) const {
    const auto found = tables_.find(table);
    return found != tables_.end() && found->second.contains(column);
  }

  void read_roles() {
    if (has("order_relationships", "tp_order_id") && has("order_relationships", "sl_order_id")) {
      Statement rows(database_, "SELECT tp_order_id, sl_order_id FROM order_relationships");
      while (rows.step()) {
        exits_.insert(rows.text(0));
        exits_.insert(rows.text(1));
      }
      exits_.erase("");
    }
    if (has("order_status", "order_id") && has("order_status", "position_side")) {
      Statement rows(database_, "SELECT order_id, position_side FROM order_status");
      while (rows.step()) {
        if (const auto side = side_of(rows.text(1))) sides_[rows.text(0)] = *side;
      }
    }
  }

  // The bot keeps binary floating point; eight decimals of it are what it meant.
  std::string decimal(const std::string& column) const {
    return "CASE WHEN typeof(" + column + ") IN ('real', 'integer') THEN printf('%.8f', " + column +
           ") ELSE " + column + " END";
  }
  std::string optional(const std::string& column) const {
    return has("trades", column) ? decimal(column) : "NULL";
  }

  void read_trades() {
    const std::string parent = has("trades", "parent_order_id") ? "parent_order_id" : "NULL";
    Statement rows(database_, "SELECT rowid, timestamp, symbol, order_id, side, " + decimal("qty") +
                                  ", " + decimal("price") + ", status, order_type, " + parent +
                                  ", " + optional("filled_qty") + ", " + optional("avg_price") +
                                  " FROM trades ORDER BY timestamp, rowid");
    while (rows.step()) take(rows);
  }

  void take(const Statement& row) {
    const std::string name = "trades row " + row.text(0);
    if (row.number(1) <= 0 || row.number(1) > kLatest) {
      result_.flaws.push_back(name + ": timestamp \"" + row.text(1) + "\" is no time");
      return;
    }
    const Timestamp time =
        Timestamp::from_nanoseconds(Duration::milliseconds(row.number(1)).count());
    if (result_.first == Timestamp()) result_.first = time;
    result_.last = time;
    const std::string order = row.text(3), status = row.text(7), type = row.text(8);
    const auto filled = parse<Quantity>(row.text(10));
    const bool has_fill = filled && filled->is_positive();
    const bool is_done = status == "FILLED" || status == "PARTIALLY_FILLED" || status == "CLOSED" ||
                         status == "CLOSED_PHANTOM" || status == "INSTANT_TP" ||
                         status == "SIMULATED";
    if (!is_done && !has_fill) return;  // It never filled.
    Deal deal{.time = time, .symbol = row.text(2)};
    deal.what = name + ", order " + (order.empty() ? "?" : order) + ", " + status;
    const auto quantity = has_fill ? filled : parse<Quantity>(row.text(5));
    const auto average = parse<Price>(row.text(11));
    const auto price = average && average->is_positive() ? average : parse<Price>(row.text(6));
    const auto flaw = [&](std::string_view column, const std::string& value, std::string_view why) {
      result_.flaws.push_back(name + ": " + std::string(column) + " \"" + value + "\" " +
                              std::string(why));
    };
    if (deal.symbol.empty()) return flaw("symbol", "", "is empty");
    if (!quantity || !quantity->is_positive()) return flaw("qty", row.text(5), "is no quantity");
    if (!price || !price->is_positive()) return flaw("price", row.text(6), "is no price");
    const std::string side = row.text(4);
    if (side != "BUY" && side != "SELL") return flaw("side", side, "is neither BUY nor SELL");
    const bool buys = side == "BUY";
    const auto said = sides_.find(order);
    deal.is_entry =
        !(status == "INSTANT_TP" || type.starts_with("STOP") || type.starts_with("TAKE_PROFIT") ||
          !row.text(9).empty() || exits_.contains(order) ||
          (said != sides_.end() && buys != (said->second == PositionSide::Long)));
    deal.side = buys == deal.is_entry ? PositionSide::Long : PositionSide::Short;
    deal.quantity = *quantity;
    deal.price = *price;
    result_.deals.push_back(std::move(deal));
  }

  void read_holdings() {
    for (const char* column : {"symbol", "position_side", "total_quantity", "avg_entry_price"}) {
      if (!has("position_tranches", column)) return;
    }
    std::map<std::pair<std::string, PositionSide>, Holding> held;
    Statement rows(database_, "SELECT symbol, position_side, " + decimal("total_quantity") + ", " +
                                  decimal("avg_entry_price") + " FROM position_tranches");
    while (rows.step()) {
      const auto side = side_of(rows.text(1));
      const auto quantity = parse<Quantity>(rows.text(2));
      const auto price = parse<Price>(rows.text(3));
      if (!side || !quantity || !price) {
        result_.flaws.push_back("position_tranches " + rows.text(0) + " " + rows.text(1) +
                                ": quantity \"" + rows.text(2) + "\" at \"" + rows.text(3) +
                                "\" is no tranche");
        continue;
      }
      if (!quantity->is_positive()) continue;
      Holding& holding = held[{rows.text(0), *side}];
      holding.symbol = rows.text(0);
      holding.side = *side;
      ++holding.tranches;
      holding.quantity += *quantity;
      holding.cost += value_of(*price, *quantity);
    }
    for (auto& [key, holding] : held) result_.holdings.push_back(std::move(holding));
  }

  sqlite3* database_;
  std::map<std::string, Columns, std::less<>> tables_;
  std::set<std::string, std::less<>> exits_;                // Ids of orders.
  std::map<std::string, PositionSide, std::less<>> sides_;  // By id of the order.
  Deals result_;
};

}  // namespace

std::expected<Deals, std::string> deals_of_bot(const std::filesystem::path& database) {
  std::error_code failed;
  if (!std::filesystem::is_regular_file(database, failed)) return std::unexpected("is no file");
  sqlite3* opened = nullptr;
  const int status = sqlite3_open_v2(database.c_str(), &opened, SQLITE_OPEN_READONLY, nullptr);
  const Handle handle(opened, sqlite3_close);
  BotDeals deals(handle.get());
  if (status != SQLITE_OK) return std::unexpected(deals.trouble());
  // The bot may be writing at this moment.
  sqlite3_busy_timeout(handle.get(), 5'000);
  return deals.read();
}

}  // namespace tranchet::beside

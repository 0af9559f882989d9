#include "adapters/aster/rest_messages.h"

#include <functional>

#include "adapters/port/json.h"

namespace tranchet::aster {
namespace {

Side read_side(Fields& fields) {
  const std::string_view side = fields.text("side");
  if (side != "BUY" && side != "SELL") fields.fail("side", "is neither BUY nor SELL");
  return side == "BUY" ? Side::Buy : Side::Sell;
}

SideOfPosition read_position_side(Fields& fields) {
  bool known = true;
  const auto side = side_of_position(fields.text_or("positionSide", "BOTH"), known);
  if (!known) fields.fail("positionSide", "is none of BOTH, LONG, SHORT");
  return side;
}

// Kinds that this program never sends are told by what they do: STOP and TAKE_PROFIT wait for a
// price as their market forms do, and a trailing stop is a stop.
OrderType read_type(Fields& fields, bool& is_triggered) {
  const std::string_view now = fields.text("type");
  const std::string_view original = fields.text_or("origType", now);
  is_triggered = now != original;
  if (original == "MARKET") return OrderType::Market;
  if (original.starts_with("TAKE_PROFIT")) return OrderType::TakeProfitMarket;
  if (original.starts_with("STOP") || original.starts_with("TRAILING")) {
    return OrderType::StopMarket;
  }
  return OrderType::Limit;
}

std::string read_row(const Json& item, OrderRow& row) {
  Fields fields(item, "");
  row.symbol = fields.text("symbol");
  row.client_id = fields.text_or("clientOrderId", "");
  row.order = fields.integer("orderId");
  row.side = read_side(fields);
  row.position_side = read_position_side(fields);
  row.type = read_type(fields, row.is_triggered);
  row.closes_all = fields.flag_or("closePosition", false);
  row.reduce_only = fields.flag_or("reduceOnly", false) || row.closes_all;
  if (fields.text_or("workingType", "") == "MARK_PRICE") row.working_type = WorkingType::MarkPrice;
  if (!read_standing(fields.text("status"), row.standing)) {
    fields.fail("status", "is no known status");
  }
  row.quantity = fields.decimal<Quantity>("origQty");
  row.filled = fields.decimal<Quantity>("executedQty");
  row.limit_price = fields.price_if_any("price");
  row.stop_price = fields.price_if_any("stopPrice");
  row.average_price = fields.price_if_any("avgPrice");
  row.time = fields.integer_or("updateTime", 0);
  return fields.flaw();
}

std::string read_row(const Json& item, PositionRow& row) {
  Fields fields(item, "");
  row.symbol = fields.text("symbol");
  row.side = read_position_side(fields);
  row.amount = fields.decimal<Quantity>("positionAmt");
  row.entry_price = fields.decimal<Price>("entryPrice");
  row.leverage = fields.integer_or("leverage", 0);
  const std::string_view margin = fields.text_or("marginType", "");
  if (margin == "isolated") row.margin = MarginType::Isolated;
  if (margin == "cross") row.margin = MarginType::Crossed;
  row.time = fields.integer_or("updateTime", 0);
  return fields.flaw();
}

std::string read_row(const Json& item, TradeRow& row) {
  Fields fields(item, "");
  row.trade = static_cast<std::uint64_t>(fields.integer("id"));
  row.order = fields.integer("orderId");
  row.symbol = fields.text("symbol");
  row.side = read_side(fields);
  row.position_side = read_position_side(fields);
  row.quantity = fields.decimal<Quantity>("qty");
  row.price = fields.decimal<Price>("price");
  row.fee = fields.decimal_or_zero<Money>("commission");
  row.fee_asset = fields.text_or("commissionAsset", "");
  row.is_maker = fields.flag_or("maker", false);
  row.time = fields.integer("time");
  if (!row.quantity.is_positive()) fields.fail("qty", "must be above 0");
  if (!row.price.is_positive()) fields.fail("price", "must be above 0");
  return fields.flaw();
}

std::string read_row(const Json& item, FundingRow& row) {
  Fields fields(item, "");
  row.symbol = fields.text("symbol");
  row.amount = fields.decimal<Money>("income");
  row.time = fields.integer("time");
  return fields.flaw();
}

std::string read_row(const Json& item, PriceRow& row) {
  Fields fields(item, "");
  row.symbol = fields.text("symbol");
  row.mark = fields.decimal<Price>("markPrice");
  return fields.flaw();
}

PositionSide book_of(SideOfPosition said, PositionSide of_both) {
  if (said == SideOfPosition::Both) return of_both;
  return said == SideOfPosition::Short ? PositionSide::Short : PositionSide::Long;
}

template <class Row>
Read<std::vector<Row>> read_rows(std::string_view body) {
  const auto parsed = parse_json(body);
  if (!parsed) return std::unexpected(parsed.error());
  if (!parsed->is_array()) return std::unexpected("is not an array");
  std::vector<Row> rows(parsed->items.size());
  for (std::size_t index = 0; index < rows.size(); ++index) {
    if (const std::string flaw = read_row(parsed->items[index], rows[index]); !flaw.empty()) {
      return std::unexpected("row " + std::to_string(index + 1) + ": " + flaw);
    }
  }
  return rows;
}

std::optional<VenueError> error_in(const Json& object) {
  const Json* code = object.find("code");
  if (code == nullptr || object.find("msg") == nullptr) return std::nullopt;
  Fields fields(object, "");
  VenueError error;
  error.code = fields.integer("code");
  error.message = fields.text_or("msg", "");
  // {"code": 200, "msg": "success"} is how the venue says that it has set something.
  if (!fields.flaw().empty() || error.code == 200) return std::nullopt;
  return error;
}

template <class T>
Read<T> read_field(std::string_view body, const std::function<T(Fields&)>& read) {
  const auto parsed = parse_json(body);
  if (!parsed) return std::unexpected(parsed.error());
  Fields fields(*parsed, "");
  T value = read(fields);
  if (!fields.flaw().empty()) return std::unexpected(fields.flaw());
  return value;
}

}  // namespace

std::optional<VenueError> read_error(std::string_view body) {
  const auto parsed = parse_json(body);
  if (!parsed || !parsed->is_object()) return std::nullopt;
  return error_in(*parsed);
}

PositionSide book_of(const OrderRow& row) {
  const Side opens = row.reduce_only ? opposite(row.side) : row.side;
  return book_of(row.position_side, position_side_of_entry(opens));
}

PositionSide book_of(const PositionRow& row) {
  const bool is_short = row.amount.raw() < 0;
  return book_of(row.side, is_short ? PositionSide::Short : PositionSide::Long);
}

Read<OrderRow> read_order(std::string_view body) {
  const auto parsed = parse_json(body);
  if (!parsed) return std::unexpected(parsed.error());
  OrderRow row;
  if (const std::string flaw = read_row(*parsed, row); !flaw.empty()) return std::unexpected(flaw);
  return row;
}

Read<std::vector<OrderRow>> read_orders(std::string_view body) {
  return read_rows<OrderRow>(body);
}

Read<std::vector<BatchRow>> read_batch(std::string_view body) {
  const auto parsed = parse_json(body);
  if (!parsed) return std::unexpected(parsed.error());
  if (!parsed->is_array()) return std::unexpected("is not an array");
  std::vector<BatchRow> rows;
  for (const Json& item : parsed->items) {
    BatchRow& row = rows.emplace_back();
    if (const auto error = error_in(item)) {
      row.error = *error;
      continue;
    }
    if (const std::string flaw = read_row(item, row.order.emplace()); !flaw.empty()) {
      return std::unexpected("row " + std::to_string(rows.size()) + ": " + flaw);
    }
  }
  return rows;
}

Read<std::vector<PositionRow>> read_positions(std::string_view body) {
  return read_rows<PositionRow>(body);
}

Read<Money> read_balance(std::string_view body) {
  const auto parsed = parse_json(body);
  if (!parsed) return std::unexpected(parsed.error());
  if (!parsed->is_array()) return std::unexpected("is not an array");
  for (const Json& item : parsed->items) {
    Fields fields(item, "");
    const bool is_margin = fields.text("asset") == kMarginAsset;
    const auto balance = is_margin ? fields.decimal<Money>("balance") : Money();
    if (!fields.flaw().empty()) return std::unexpected(fields.flaw());
    if (is_margin) return balance;
  }
  return Money();
}

Read<std::vector<TradeRow>> read_trades(std::string_view body) {
  return read_rows<TradeRow>(body);
}

Read<std::vector<FundingRow>> read_funding(std::string_view body) {
  return read_rows<FundingRow>(body);
}

Read<std::vector<PriceRow>> read_mark_prices(std::string_view body) {
  return read_rows<PriceRow>(body);
}

Read<std::int64_t> read_server_time(std::string_view body) {
  return read_field<std::int64_t>(body, [](Fields& f) { return f.integer("serverTime"); });
}

Read<std::string> read_listen_key(std::string_view body) {
  auto key =
      read_field<std::string>(body, [](Fields& f) { return std::string(f.text("listenKey")); });
  // It goes into a path: nothing but letters, digits, - and _ can be one.
  if (key &&
      (key->empty() || key->find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQR"
                                              "STUVWXYZ0123456789-_") != std::string::npos)) {
    return std::unexpected("listenKey is not a key");
  }
  return key;
}

Read<bool> read_dual_side(std::string_view body) {
  return read_field<bool>(body, [](Fields& f) {
    f.text("dualSidePosition");
    return f.flag_or("dualSidePosition", false);
  });
}

Read<VenueLimits> read_limits(std::string_view body) {
  const auto parsed = parse_json(body);
  if (!parsed) return std::unexpected(parsed.error());
  VenueLimits limits;
  const Json* rows = parsed->find("rateLimits");
  if (rows == nullptr) return limits;
  for (const Json& item : rows->items) {
    Fields fields(item, "rateLimits.");
    const std::string_view kind = fields.text("rateLimitType");
    const std::string_view interval = fields.text("interval");
    const std::int64_t count = fields.integer_or("intervalNum", 1);
    const std::int64_t limit = fields.integer("limit");
    if (limit <= 0 || limit > 0xFFFF'FFFF) fields.fail("limit", "is out of range");
    if (!fields.flaw().empty()) return std::unexpected(fields.flaw());
    const auto value = static_cast<std::uint32_t>(limit);
    if (kind == "REQUEST_WEIGHT" && interval == "MINUTE" && count == 1) {
      limits.weight_per_minute = value;
    } else if (kind == "ORDERS" && interval == "MINUTE" && count == 1) {
      limits.orders_per_minute = value;
    } else if (kind == "ORDERS" && interval == "SECOND" && count == 10) {
      limits.orders_per_10_seconds = value;
    }
  }
  return limits;
}

}  // namespace tranchet::aster

#include "adapters/fyers/rest_messages.h"

#include <array>

#include "adapters/fyers/order_fields.h"
#include "adapters/port/json.h"

namespace tranchet::fyers {
namespace {

constexpr std::int64_t kAvailableBalance = 10;
constexpr std::int64_t kTotalBalance = 1;
constexpr std::int64_t kOneCancelsOther = 2;

std::string read_item(const Json& item, std::string_view where, OrderRow& row) {
  Fields fields(item, where);
  read_order(fields, kBookOrder, row);
  return fields.flaw();
}

std::string read_item(const Json& item, std::string_view where, TradeRow& row) {
  Fields fields(item, where);
  read_trade(fields, kBookTrade, row);
  return fields.flaw();
}

std::string read_item(const Json& item, std::string_view where, PositionRow& row) {
  Fields fields(item, where);
  read_position(fields, kBookPosition, row);
  return fields.flaw();
}

Envelope envelope_of(Fields& fields) {
  Envelope envelope;
  envelope.ok = fields.text("s") == "ok";
  envelope.code = fields.integer_or("code", 0);
  envelope.message = fields.text_or("message", "");
  envelope.id = fields.text_or("id", "");
  return envelope;
}

std::string read_item(const Json& item, std::string_view where, BatchRow& row) {
  Fields fields(item, where);
  row.status = static_cast<int>(fields.integer("statusCode") % 1'000);
  const Json* body = fields.object("body");
  if (body == nullptr) return fields.flaw();
  Fields answer(*body, where);
  row.answer = envelope_of(answer);
  return fields.flaw().empty() ? answer.flaw() : fields.flaw();
}

std::string read_item(const Json& item, std::string_view where, QuoteRow& row) {
  Fields fields(item, where);
  row.symbol = fields.text("n");
  row.ok = fields.text("s") == "ok";
  const Json* values = fields.object("v");
  if (values == nullptr) return fields.flaw();
  Fields quote(*values, where);
  if (row.ok) {
    row.last = quote.price_if_any("lp");
    row.bid = quote.price_if_any("bid");
    row.ask = quote.price_if_any("ask");
    row.fy_token = quote.text_or("fyToken", "");
  } else {
    row.error.code = quote.integer_or("code", 0);
    row.error.message = quote.text_or("errmsg", "");
  }
  return fields.flaw().empty() ? quote.flaw() : fields.flaw();
}

std::string read_item(const Json& item, std::string_view where, GttRow& row) {
  Fields fields(item, where);
  row.id = fields.text("id");
  row.symbol = fields.text("symbol");
  row.product = fields.text_or("product_type", "");
  const std::int64_t side = fields.integer("tran_side");
  if (const auto known = side_of(side)) {
    row.side = *known;
  } else {
    fields.fail("tran_side", std::to_string(side) + " is neither 1 nor -1");
  }
  row.is_oco = fields.integer_or("gtt_oco_ind", 1) == kOneCancelsOther;
  row.status = fields.integer_or("ord_status", 0);
  row.quantity = fields.decimal<Quantity>("qty");
  row.trigger = fields.price_if_any("price_trigger");
  row.second_trigger = fields.price_if_any("price2_trigger");
  return fields.flaw();
}

// [epoch, open, high, low, close, volume]
std::string read_item(const Json& item, std::string_view where, CandleRow& row) {
  constexpr auto kNames =
      std::to_array<std::string_view>({"time", "open", "high", "low", "close", "volume"});
  const std::string place(where);
  if (!item.is_array() || item.items.size() < kNames.size()) {
    return place + "is not an array of six";
  }
  Json named;
  named.kind = Json::Kind::Object;
  for (std::size_t index = 0; index < kNames.size(); ++index) {
    named.members.push_back({std::string(kNames[index]), item.items[index]});
  }
  Fields fields(named, where);
  const std::int64_t time = fields.integer("time");
  if (time <= 0 || time > 9'000'000'000) fields.fail("time", "is out of range");
  row.open = fields.rounded_or_zero<Price>("open");
  row.high = fields.rounded_or_zero<Price>("high");
  row.low = fields.rounded_or_zero<Price>("low");
  row.close = fields.rounded_or_zero<Price>("close");
  row.volume = fields.rounded_or_zero<Quantity>("volume");
  if (!fields.flaw().empty()) return fields.flaw();
  row.start = Timestamp::from_nanoseconds(time * 1'000'000'000);
  const bool is_ordered = row.low.is_positive() && row.low <= row.open && row.low <= row.close &&
                          row.open <= row.high && row.close <= row.high && row.volume.raw() >= 0;
  return is_ordered ? std::string() : place + "its prices contradict one another";
}

// One of normal trading, or any other.
struct StatusRow {
  MarketStatus status;
  bool is_normal = false;
};

std::string read_item(const Json& item, std::string_view where, StatusRow& row) {
  Fields fields(item, where);
  row.status.number = {.exchange = static_cast<int>(fields.integer("exchange") % 1'000),
                       .segment = static_cast<int>(fields.integer("segment") % 1'000)};
  row.status.is_open = fields.text("status") == "OPEN";
  row.is_normal = fields.text_or("market_type", "NORMAL") == "NORMAL";
  return fields.flaw();
}

template <class Row>
Read<std::vector<Row>> read_rows(std::string_view body, std::string_view key) {
  const auto parsed = parse_json(body);
  if (!parsed) return std::unexpected(parsed.error());
  const Json* rows = parsed->find(key);
  if (rows == nullptr || !rows->is_array()) {
    return std::unexpected(std::string(key) + (rows == nullptr ? " is missing" : " is no array"));
  }
  std::vector<Row> result;
  result.reserve(rows->items.size());
  for (const Json& item : rows->items) {
    const std::string where = std::string(key) + " row " + std::to_string(result.size() + 1) + ": ";
    if (std::string flaw = read_item(item, where, result.emplace_back()); !flaw.empty()) {
      return std::unexpected(std::move(flaw));
    }
  }
  return result;
}

}  // namespace

Read<Envelope> read_envelope(std::string_view body) {
  const auto parsed = parse_json(body);
  if (!parsed) return std::unexpected(parsed.error());
  if (!parsed->is_object()) return std::unexpected("is not an object");
  Fields fields(*parsed, "");
  Envelope envelope = envelope_of(fields);
  if (!fields.flaw().empty()) return std::unexpected(fields.flaw());
  return envelope;
}

Read<std::vector<OrderRow>> read_orders(std::string_view body) {
  return read_rows<OrderRow>(body, "orderBook");
}

Read<std::vector<TradeRow>> read_trades(std::string_view body) {
  return read_rows<TradeRow>(body, "tradeBook");
}

Read<std::vector<PositionRow>> read_positions(std::string_view body) {
  return read_rows<PositionRow>(body, "netPositions");
}

Read<std::vector<BatchRow>> read_batch(std::string_view body) {
  return read_rows<BatchRow>(body, "data");
}

Read<std::vector<QuoteRow>> read_quotes(std::string_view body) {
  return read_rows<QuoteRow>(body, "d");
}

Read<std::vector<CandleRow>> read_history(std::string_view body) {
  return read_rows<CandleRow>(body, "candles");
}

Read<std::vector<MarketStatus>> read_market_status(std::string_view body) {
  const auto rows = read_rows<StatusRow>(body, "marketStatus");
  if (!rows) return std::unexpected(rows.error());
  std::vector<MarketStatus> markets;
  for (const StatusRow& row : *rows) {
    if (row.is_normal) markets.push_back(row.status);
  }
  return markets;
}

Read<std::vector<GttRow>> read_gtt_orders(std::string_view body) {
  return read_rows<GttRow>(body, "orderBook");
}

Read<Funds> read_funds(std::string_view body) {
  const auto parsed = parse_json(body);
  if (!parsed) return std::unexpected(parsed.error());
  const Json* rows = parsed->find("fund_limit");
  if (rows == nullptr || !rows->is_array()) return std::unexpected("fund_limit is missing");
  Funds funds;
  bool has_available = false;
  for (const Json& item : rows->items) {
    Fields fields(item, "fund_limit ");
    const std::int64_t id = fields.integer_or("id", 0);
    const std::string_view title = fields.text_or("title", "");
    const auto amount = fields.rounded_or_zero<Money>("equityAmount");
    if (!fields.flaw().empty()) return std::unexpected(fields.flaw());
    if (id == kTotalBalance || title == "Total Balance") funds.total = amount;
    if (id == kAvailableBalance || title == "Available Balance") {
      funds.available = amount;
      has_available = true;
    }
  }
  if (!has_available) return std::unexpected("fund_limit names no Available Balance");
  return funds;
}

Read<SymbolTokens> read_symbol_tokens(std::string_view body) {
  const auto parsed = parse_json(body);
  if (!parsed) return std::unexpected(parsed.error());
  const Json* valid = parsed->find("validSymbol");
  if (valid == nullptr || !valid->is_object()) return std::unexpected("validSymbol is missing");
  SymbolTokens result;
  for (const auto& [symbol, token] : valid->members) {
    if (token.is_object() || token.is_array() || token.text.empty()) {
      return std::unexpected("validSymbol " + symbol + " has no token");
    }
    result.tokens.emplace(symbol, token.text);
  }
  if (const Json* invalid = parsed->find("invalidSymbol")) {
    for (const Json& symbol : invalid->items) result.unknown.push_back(symbol.text);
  }
  return result;
}

Read<Tokens> read_tokens(std::string_view body) {
  auto parsed = parse_json(body);
  if (!parsed) return std::unexpected("is not JSON");
  Tokens tokens;
  for (auto& [name, value] : parsed->members) {
    if (value.kind != Json::Kind::Text) continue;
    if (name == "access_token") tokens.access = Secret(value.text);
    if (name == "refresh_token") tokens.refresh = Secret(value.text);
    wipe(value.text.data(), value.text.size());
  }
  if (tokens.access.empty()) return std::unexpected("access_token is missing");
  return tokens;
}

}  // namespace tranchet::fyers

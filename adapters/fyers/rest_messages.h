// The bodies of REST answers, read. Source: Fyers API v3. Errors name the row and the field:
// `netPositions row 2: netQty is missing`.
#pragma once

#include <compare>
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/fyers/order_stream.h"
#include "adapters/port/secret.h"
#include "events/decimal.h"
#include "events/time.h"

namespace tranchet::fyers {

template <class T>
using Read = std::expected<T, std::string>;

// What every answer has. {"s":"error","code":-50,"message":"Invalid input"}
struct Envelope {
  bool ok = false;        // "s" is "ok".
  std::int64_t code = 0;  // 0: not said.
  std::string message;
  std::string id;  // Of an order that was placed, changed or cancelled; else empty.
};
// Fails where the body is no JSON object with an "s".
Read<Envelope> read_envelope(std::string_view body);

// The order book has the same fields as the order stream, by other names.
using OrderRow = OrderNews;
Read<std::vector<OrderRow>> read_orders(std::string_view body);
using TradeRow = TradeNews;
Read<std::vector<TradeRow>> read_trades(std::string_view body);
// With those closed today: net 0.
using PositionRow = PositionNews;
Read<std::vector<PositionRow>> read_positions(std::string_view body);

// Answers of a batch, in the order of the requests.
struct BatchRow {
  int status = 0;  // Of HTTP, of this row.
  Envelope answer;
};
Read<std::vector<BatchRow>> read_batch(std::string_view body);

struct Funds {
  Money total;      // Row 1.
  Money available;  // Row 10, by its id or its title, wherever it stands.
};
Read<Funds> read_funds(std::string_view body);

struct QuoteRow {
  std::string symbol;
  bool ok = false;
  Envelope error;  // Where it is not.
  Maybe<Price> last;
  Maybe<Price> bid;
  Maybe<Price> ask;
  std::string fy_token;
};
Read<std::vector<QuoteRow>> read_quotes(std::string_view body);

struct CandleRow {
  Timestamp start;
  Price open, high, low, close;
  Quantity volume;
};
Read<std::vector<CandleRow>> read_history(std::string_view body);

// "exchange" and "segment", as the venue counts them.
struct MarketNumber {
  int exchange = 0;
  int segment = 0;
  friend auto operator<=>(const MarketNumber&, const MarketNumber&) = default;
};
struct MarketStatus {
  MarketNumber number;
  bool is_open = false;  // "OPEN"; before and after it has other words.
};
// Of normal trading: odd lots and auctions have hours of their own.
Read<std::vector<MarketStatus>> read_market_status(std::string_view body);

struct SymbolTokens {
  std::map<std::string, std::string, std::less<>> tokens;  // "NSE:SBIN-EQ" -> "10100000003045"
  std::vector<std::string> unknown;
};
Read<SymbolTokens> read_symbol_tokens(std::string_view body);

struct GttRow {
  std::string id;
  std::string symbol;
  std::string product;
  Side side{};
  bool is_oco = false;
  std::int64_t status = 0;
  Quantity quantity;
  Maybe<Price> trigger;         // Leg 1.
  Maybe<Price> second_trigger;  // Leg 2, of an OCO.
};
Read<std::vector<GttRow>> read_gtt_orders(std::string_view body);

// Of validate-authcode and validate-refresh-token. The latter names no refresh token.
struct Tokens {
  Secret access;
  Secret refresh;
};
Read<Tokens> read_tokens(std::string_view body);

}  // namespace tranchet::fyers

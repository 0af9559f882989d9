// The order stream's messages, read, and what is sent on it. Source: Fyers API v3, "Order
// WebSocket".
//
// There are no sequence numbers and nothing is sent twice: after a gap, orders, trades and
// positions are asked for.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <variant>

#include "adapters/fyers/order_status.h"
#include "events/decimal.h"

namespace tranchet::fyers {

// {"T":"SUB_ORD","SLIST":["orders","trades","positions"],"SUB_T":1}
std::string order_stream_subscription();
// Every 10 s; the venue answers "pong".
inline constexpr std::string_view kOrderStreamPing = "ping";

struct OrderNews {
  std::string id;  // The venue's. Digits, but texts.
  std::string symbol;
  std::string tag;  // Ours; empty: none.
  OrderStatus status{};
  Side side{};
  VenueOrderType type{};
  std::string product;  // "INTRADAY"
  Quantity quantity;
  Quantity filled;
  Quantity remaining;
  Maybe<Price> limit_price;
  Maybe<Price> stop_price;
  Maybe<Price> traded_price;  // The average of what is filled.
  std::string message;        // Of a refusal: why.
  std::optional<Timestamp> time;
};

struct TradeNews {
  std::string trade;  // "25080400000001-21726639"
  std::string order;
  std::string symbol;
  std::string tag;
  Side side{};
  std::string product;
  Quantity quantity;
  Price price;
  std::optional<Timestamp> time;
};

struct PositionNews {
  std::string id;  // "NSE:SBIN-EQ-INTRADAY"
  std::string symbol;
  std::string product;
  Quantity net;  // Below 0: short.
  Money realized;
  Maybe<Price> average;  // Of what is open.
  Maybe<Price> last;     // Traded; where it is said.
};

// An answer to a subscription: 1605.
struct StreamAnswer {
  bool ok = false;
  std::int64_t code = 0;
  std::string message;
};
struct StreamPong {};
struct OtherStreamMessage {
  std::string kind;  // The key: "edis"; empty: none.
};

using StreamMessage =
    std::variant<OrderNews, TradeNews, PositionNews, StreamAnswer, StreamPong, OtherStreamMessage>;

// The error names the field: `orders.qty "x" is not a whole number`.
std::expected<StreamMessage, std::string> read_stream_message(std::string_view text);

}  // namespace tranchet::fyers

// The bodies of REST answers, read. Source: Aster finance futures API v3; aster-v1 has the same.
// Errors name the row and the field: `row 2: executedQty is missing`.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/aster/margin_type.h"
#include "adapters/aster/user_messages.h"
#include "events/event.h"

namespace tranchet::aster {

template <class T>
using Read = std::expected<T, std::string>;

// {"code": -2011, "msg": "Unknown order sent."}
struct VenueError {
  std::int64_t code = 0;
  std::string message;
};
// Nullopt: the body is no error object.
std::optional<VenueError> read_error(std::string_view body);

struct OrderRow {
  std::string symbol;
  std::string client_id;
  std::int64_t order = 0;
  Side side{};
  SideOfPosition position_side{};
  OrderType type{};  // The original one.
  bool is_triggered = false;
  bool reduce_only = false;  // Said, or implied by the next.
  bool closes_all = false;   // closePosition: its quantity is what is open when it triggers.
  WorkingType working_type = WorkingType::ContractPrice;
  Standing standing{};
  Quantity quantity;
  Quantity filled;
  Maybe<Price> limit_price;
  Maybe<Price> stop_price;
  Maybe<Price> average_price;
  std::int64_t time = 0;  // updateTime, milliseconds.
};
// The book that the order opens or reduces. One-way mode names none: what only reduces is of the
// other book than what opens ("close all current long position if SELL, or current short if BUY").
PositionSide book_of(const OrderRow& row);
Read<OrderRow> read_order(std::string_view body);
Read<std::vector<OrderRow>> read_orders(std::string_view body);

// Answers of a batch, in the order of the requests; each an order or an error.
struct BatchRow {
  std::optional<OrderRow> order;
  VenueError error;  // Where there is no order.
};
Read<std::vector<BatchRow>> read_batch(std::string_view body);

struct PositionRow {
  std::string symbol;
  SideOfPosition side{};
  Quantity amount;  // Below 0: short.
  Price entry_price;
  std::int64_t leverage = 0;               // 0: not said.
  MarginType margin = MarginType::AsItIs;  // Not said.
  std::int64_t time = 0;  // updateTime, milliseconds; 0: never changed, or not said.
  friend bool operator==(const PositionRow&, const PositionRow&) = default;
};
// One-way mode names no side: the amount does.
PositionSide book_of(const PositionRow& row);
Read<std::vector<PositionRow>> read_positions(std::string_view body);

// The wallet balance of the margin asset; 0 where it is not listed.
Read<Money> read_balance(std::string_view body);

struct TradeRow {
  std::uint64_t trade = 0;
  std::int64_t order = 0;
  std::string symbol;
  Side side{};
  SideOfPosition position_side{};
  Quantity quantity;
  Price price;
  Money fee;
  std::string fee_asset;
  bool is_maker = false;
  std::int64_t time = 0;
};
Read<std::vector<TradeRow>> read_trades(std::string_view body);

struct FundingRow {
  std::string symbol;
  Money amount;  // Received positive.
  std::int64_t time = 0;
};
Read<std::vector<FundingRow>> read_funding(std::string_view body);

struct PriceRow {
  std::string symbol;
  Price mark;
};
Read<std::vector<PriceRow>> read_mark_prices(std::string_view body);

Read<std::int64_t> read_server_time(std::string_view body);  // Milliseconds.
Read<std::string> read_listen_key(std::string_view body);
Read<bool> read_dual_side(std::string_view body);  // Hedge mode.

struct VenueLimits {
  std::uint32_t weight_per_minute = 0;  // 0: not said.
  std::uint32_t orders_per_minute = 0;
  std::uint32_t orders_per_10_seconds = 0;
};
Read<VenueLimits> read_limits(std::string_view body);  // Of exchangeInfo.

}  // namespace tranchet::aster

#include "adapters/aster/requests.h"

#include <algorithm>

#include "adapters/aster/signing.h"

namespace tranchet::aster {
namespace {

constexpr std::size_t kStreamsMost = 200;

std::string_view venue_type(OrderType type) {
  switch (type) {
    case OrderType::Market:
      return "MARKET";
    case OrderType::Limit:
      return "LIMIT";
    case OrderType::StopMarket:
      return "STOP_MARKET";
    case OrderType::TakeProfitMarket:
      return "TAKE_PROFIT_MARKET";
  }
  ENSURE(false);
}

std::string_view venue_side(Side side) {
  return side == Side::Buy ? "BUY" : "SELL";
}

using Parameter = std::pair<std::string_view, std::string>;

std::vector<Parameter> parameters_of(const SubmitOrder& order, std::string_view symbol,
                                     PositionMode mode) {
  std::vector<Parameter> out;
  out.emplace_back("symbol", symbol);
  out.emplace_back("side", venue_side(order.side));
  out.emplace_back("type", venue_type(order.order_type));
  const bool is_long = order.position_side == PositionSide::Long;
  if (mode == PositionMode::Hedge) {
    out.emplace_back("positionSide", is_long ? "LONG" : "SHORT");
  } else {
    out.emplace_back("positionSide", "BOTH");
    if (order.reduce_only) out.emplace_back("reduceOnly", "true");  // -1106 in hedge mode.
  }
  if (order.order_type == OrderType::Limit) {
    out.emplace_back("timeInForce", to_text(order.time_in_force));
    out.emplace_back("price", to_text(*order.limit_price));
  }
  if (is_conditional(order.order_type)) {
    out.emplace_back("stopPrice", to_text(*order.stop_price));
    const bool by_mark = order.working_type == WorkingType::MarkPrice;
    out.emplace_back("workingType", by_mark ? "MARK_PRICE" : "CONTRACT_PRICE");
  }
  out.emplace_back("quantity", to_text(order.quantity));
  out.emplace_back("newClientOrderId", to_text(order.order));
  return out;
}

std::string joined(std::span<const Parameter> parameters) {
  std::string text;
  for (const auto& [name, value] : parameters) {
    if (!text.empty()) text += '&';
    text += std::string(name) + "=" + value;
  }
  return text;
}

std::string named(std::string_view symbol, OrderId order) {
  return "symbol=" + std::string(symbol) + "&origClientOrderId=" + to_text(order);
}

}  // namespace

// ---- The account and the venue.

Call server_time_call() {
  return {.method = HttpMethod::Get,
          .path = "/time",
          .signature = Signature::None,
          .cost = {.weight = 1},
          .label = "GET time"};
}

Call exchange_info_call() {
  return {.method = HttpMethod::Get,
          .path = "/exchangeInfo",
          .signature = Signature::None,
          .cost = {.weight = 1},
          .label = "GET exchangeInfo"};
}

Call mark_prices_call() {
  return {.method = HttpMethod::Get,
          .path = "/premiumIndex",
          .signature = Signature::None,
          .cost = {.weight = 1},
          .label = "GET premiumIndex"};
}

Call position_mode_call() {
  return {.method = HttpMethod::Get,
          .path = "/positionSide/dual",
          .cost = {.weight = 30},
          .label = "GET positionSide/dual"};
}

Call set_position_mode_call(PositionMode mode) {
  return {.method = HttpMethod::Post,
          .path = "/positionSide/dual",
          .parameters =
              mode == PositionMode::Hedge ? "dualSidePosition=true" : "dualSidePosition=false",
          .cost = {.weight = 1},
          .label = "POST positionSide/dual"};
}

Call leverage_call(std::string_view symbol, std::uint16_t leverage) {
  return {.method = HttpMethod::Post,
          .path = "/leverage",
          .parameters = "symbol=" + std::string(symbol) + "&leverage=" + std::to_string(leverage),
          .cost = {.weight = 1},
          .label = "POST leverage"};
}

Call margin_type_call(std::string_view symbol, bool isolated) {
  return {.method = HttpMethod::Post,
          .path = "/marginType",
          .parameters = "symbol=" + std::string(symbol) +
                        "&marginType=" + (isolated ? "ISOLATED" : "CROSSED"),
          .cost = {.weight = 1},
          .label = "POST marginType"};
}

Call new_listen_key_call() {
  return {.method = HttpMethod::Post,
          .path = "/listenKey",
          .signature = Signature::KeyOnly,
          .cost = {.weight = 1},
          .label = "POST listenKey"};
}

Call keep_listen_key_call() {
  return {.method = HttpMethod::Put,
          .path = "/listenKey",
          .signature = Signature::KeyOnly,
          .cost = {.weight = 1},
          .label = "PUT listenKey"};
}

// ---- Orders.

Call submit_call(const SubmitOrder& order, std::string_view symbol, PositionMode mode) {
  return {.method = HttpMethod::Post,
          .path = "/order",
          .parameters = joined(parameters_of(order, symbol, mode)),
          .cost = {.weight = 1, .orders = 1},
          .label = "POST order"};
}

Call batch_call(std::span<const SymbolOrder> orders, PositionMode mode) {
  ENSURE(orders.size() >= 2 && orders.size() <= kBatchMost);
  std::string list;
  for (const SymbolOrder& item : orders) {
    list += list.empty() ? "[{" : ",{";
    bool first = true;
    for (const auto& [name, value] : parameters_of(item.order, item.symbol, mode)) {
      if (!first) list += ',';
      first = false;
      list += "\"" + std::string(name) + "\":\"" + value + "\"";
    }
    list += '}';
  }
  list += ']';
  return {.method = HttpMethod::Post,
          .path = "/batchOrders",
          .parameters = "batchOrders=" + percent_encoded(list),
          .cost = {.weight = 5, .orders = static_cast<std::uint32_t>(orders.size())},
          .label = "POST batchOrders"};
}

// Exits sell a long and buy a short; the engine amends no order that does otherwise.
Call amend_call(const AmendOrder& order, std::string_view symbol) {
  const Side side = order.purpose == Purpose::Entry ? entry_side(order.position_side)
                                                    : exit_side(order.position_side);
  return {.method = HttpMethod::Put,
          .path = "/order",
          .parameters = named(symbol, order.order) + "&side=" + std::string(venue_side(side)) +
                        "&quantity=" + to_text(order.quantity) +
                        "&price=" + to_text(order.limit_price),
          .cost = {.weight = 1, .orders = 1},
          .label = "PUT order"};
}

Call cancel_call(const CancelOrder& order, std::string_view symbol) {
  return {.method = HttpMethod::Delete,
          .path = "/order",
          .parameters = named(symbol, order.order),
          .cost = {.weight = 1, .orders = 1},
          .label = "DELETE order"};
}

Call query_call(OrderId order, std::string_view symbol) {
  return {.method = HttpMethod::Get,
          .path = "/order",
          .parameters = named(symbol, order),
          .cost = {.weight = 1},
          .label = "GET order"};
}

Call query_by_number_call(std::int64_t order, std::string_view symbol) {
  return {.method = HttpMethod::Get,
          .path = "/order",
          .parameters = "symbol=" + std::string(symbol) + "&orderId=" + std::to_string(order),
          .cost = {.weight = 1},
          .label = "GET order"};
}

// ---- What the account holds.

Call positions_call(std::string_view root) {
  const bool old = root == "/fapi/v1";
  return {.method = HttpMethod::Get,
          .path = old ? "/fapi/v2/positionRisk" : "/positionRisk",
          .cost = {.weight = 5},
          .label = "GET positionRisk"};
}

Call open_orders_call() {
  return {.method = HttpMethod::Get,
          .path = "/openOrders",
          .cost = {.weight = 40},
          .label = "GET openOrders"};
}

Call balance_call(std::string_view root) {
  const bool old = root == "/fapi/v1";
  return {.method = HttpMethod::Get,
          .path = old ? "/fapi/v2/balance" : "/balance",
          .cost = {.weight = 5},
          .label = "GET balance"};
}

Call trades_call(std::string_view symbol, std::int64_t since_milliseconds, std::uint64_t from_id) {
  const std::string from = from_id > 0 ? "&fromId=" + std::to_string(from_id)
                                       : "&startTime=" + std::to_string(since_milliseconds);
  return {.method = HttpMethod::Get,
          .path = "/userTrades",
          .parameters =
              "symbol=" + std::string(symbol) + from + "&limit=" + std::to_string(kTradesMost),
          .cost = {.weight = 5},
          .label = "GET userTrades"};
}

Call funding_call(std::int64_t since_milliseconds) {
  return {.method = HttpMethod::Get,
          .path = "/income",
          .parameters = "incomeType=FUNDING_FEE&startTime=" + std::to_string(since_milliseconds) +
                        "&limit=1000",
          .cost = {.weight = 30},
          .label = "GET income"};
}

// ---- Streams.

std::string market_target(std::span<const MarketWish> wishes, bool liquidations,
                          std::size_t& left_out) {
  std::string target = "/stream?streams=!markPrice@arr@1s";
  std::size_t count = 1;
  left_out = 0;
  const auto add = [&](const std::string& stream) {
    if (count == kStreamsMost) {
      ++left_out;
      return;
    }
    ++count;
    target += "/" + stream;
  };
  if (liquidations) add("!forceOrder@arr");
  for (const MarketWish& wish : wishes) {
    if (wish.trades) add(lower_case(wish.symbol) + "@aggTrade");
  }
  for (const MarketWish& wish : wishes) {
    if (wish.book) add(lower_case(wish.symbol) + "@bookTicker");
  }
  return target;
}

}  // namespace tranchet::aster

#include "adapters/fyers/requests.h"

#include <algorithm>

#include "adapters/fyers/token.h"

namespace tranchet::fyers {
namespace {

constexpr std::string_view kRoot = "/api/v3";
constexpr std::string_view kData = "/data";

std::string in_quotes(std::string_view text) {
  std::string result = "\"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') result += '\\';
    result += letter;
  }
  return result + "\"";
}

std::expected<std::string, std::string> whole(Quantity quantity) {
  if (!quantity.is_positive() || quantity.raw() % kDecimalOne != 0) {
    return std::unexpected("a quantity of " + to_text(quantity) + " is not a whole number above 0");
  }
  return to_text(quantity);
}

std::expected<VenueOrderType, std::string> type_of(const SubmitOrder& order) {
  switch (order.order_type) {
    case OrderType::Limit:
      return VenueOrderType::Limit;
    case OrderType::Market:
      return VenueOrderType::Market;
    case OrderType::StopMarket:
      return order.limit_price ? VenueOrderType::StopLimit : VenueOrderType::Stop;
    case OrderType::TakeProfitMarket:
      return std::unexpected("there is no take-profit order that becomes a market order");
  }
  ENSURE(false);
}

std::expected<std::string_view, std::string> validity_of(const SubmitOrder& order) {
  if (order.order_type != OrderType::Limit || order.time_in_force == TimeInForce::GTC) {
    return "DAY";  // The longest there is; nothing rests overnight.
  }
  if (order.time_in_force == TimeInForce::IOC) return "IOC";
  return std::unexpected("there is no time in force " + std::string(to_text(order.time_in_force)));
}

std::string price_text(Maybe<Price> price) {
  return price ? to_text(*price) : "0";
}

std::string_view side_text(Side side) {
  return side == Side::Buy ? "1" : "-1";
}

std::expected<std::string, std::string> order_body(const SubmitOrder& order,
                                                   std::string_view symbol, Product product) {
  if (!is_plain_id(symbol)) return std::unexpected("\"" + std::string(symbol) + "\" is no symbol");
  if (product == Product::Cover || product == Product::Bracket) {
    return std::unexpected(std::string(to_text(product)) +
                           " orders bring stops of their own, which nobody here would know of");
  }
  const auto quantity = whole(order.quantity);
  if (!quantity) return std::unexpected(quantity.error());
  const auto type = type_of(order);
  if (!type) return std::unexpected(type.error());
  const auto validity = validity_of(order);
  if (!validity) return std::unexpected(validity.error());
  std::string body = "{\"symbol\":" + in_quotes(symbol);
  body += ",\"qty\":" + *quantity;
  body += ",\"type\":" + std::to_string(static_cast<int>(*type));
  body += ",\"side\":" + std::string(side_text(order.side));
  body += ",\"productType\":" + in_quotes(to_text(product));
  body += ",\"limitPrice\":" + price_text(order.limit_price);
  body += ",\"stopPrice\":" + price_text(order.stop_price);
  body += ",\"validity\":" + in_quotes(*validity);
  body += R"(,"disclosedQty":0,"offlineOrder":false,"stopLoss":0,"takeProfit":0)";
  return body + ",\"orderTag\":" + in_quotes(to_text(order.order)) + "}";
}

std::string at(std::string_view root, std::string_view path) {
  return std::string(root) + std::string(path);
}

std::string joined(std::span<const std::string> symbols, std::string_view before,
                   std::string_view after, std::string_view between) {
  std::string text;
  for (const std::string& symbol : symbols) {
    if (!text.empty()) text += between;
    text += std::string(before) + symbol + std::string(after);
  }
  return text;
}

Call question(std::string_view root, std::string_view path, std::string_view label) {
  return {.method = HttpMethod::Get, .target = at(root, path), .label = label};
}

std::expected<std::string, std::string> id_body(std::string_view venue_id) {
  if (!is_plain_id(venue_id)) return std::unexpected("\"" + std::string(venue_id) + "\" is no id");
  return "{\"id\":" + in_quotes(venue_id) + "}";
}

}  // namespace

HttpRequest written_request(const Call& call, const AccessToken& token) {
  HttpRequest request{.method = call.method, .target = call.target, .label = call.label};
  request.headers.push_back(
      {.name = "Authorization", .value = std::string(token.authorization().reveal())});
  request.headers.push_back({.name = "version", .value = "2.0"});
  if (!call.body.empty()) {
    request.headers.push_back({.name = "Content-Type", .value = "application/json"});
    request.body = call.body;
  }
  return request;
}

// ---- Orders.

Written place_call(const SubmitOrder& order, std::string_view symbol, Product product) {
  auto body = order_body(order, symbol, product);
  if (!body) return std::unexpected(std::move(body.error()));
  return Call{.method = HttpMethod::Post,
              .target = at(kRoot, "/orders/sync"),
              .body = std::move(*body),
              .label = "POST orders"};
}

Written place_batch_call(std::span<const SymbolOrder> orders, Product product) {
  ENSURE(!orders.empty() && orders.size() <= kBatchMost);
  std::string list;
  for (const SymbolOrder& item : orders) {
    auto body = order_body(item.order, item.symbol, product);
    if (!body) return std::unexpected(std::move(body.error()));
    list += (list.empty() ? "[" : ",") + *body;
  }
  return Call{.method = HttpMethod::Post,
              .target = at(kRoot, "/multi-order/sync"),
              .body = list + "]",
              .cost = {.requests = static_cast<std::uint32_t>(orders.size())},
              .label = "POST multi-order"};
}

// `quantity` is the total, filled included, here as in the engine.
Written modify_call(const AmendOrder& order, std::string_view venue_id) {
  if (!is_plain_id(venue_id)) return std::unexpected("\"" + std::string(venue_id) + "\" is no id");
  const auto quantity = whole(order.quantity);
  if (!quantity) return std::unexpected(quantity.error());
  return Call{.method = HttpMethod::Patch,
              .target = at(kRoot, "/orders/sync"),
              .body = "{\"id\":" + in_quotes(venue_id) + ",\"type\":1,\"limitPrice\":" +
                      to_text(order.limit_price) + ",\"qty\":" + *quantity + "}",
              .label = "PATCH orders"};
}

Written cancel_call(std::string_view venue_id) {
  auto body = id_body(venue_id);
  if (!body) return std::unexpected(std::move(body.error()));
  return Call{.method = HttpMethod::Delete,
              .target = at(kRoot, "/orders/sync"),
              .body = std::move(*body),
              .label = "DELETE orders"};
}

Call orders_call() {
  return question(kRoot, "/orders", "GET orders");
}

Call orders_by_tag_call(OrderId order) {
  return question(kRoot, "/orders?order_tag=1%3A" + to_text(order), "GET orders by tag");
}

Written order_by_id_call(std::string_view venue_id) {
  if (!is_plain_id(venue_id)) return std::unexpected("\"" + std::string(venue_id) + "\" is no id");
  return question(kRoot, "/orders?id=" + percent_encoded(venue_id), "GET orders by id");
}

Call trades_call() {
  return question(kRoot, "/tradebook", "GET tradebook");
}

Call positions_call() {
  return question(kRoot, "/positions", "GET positions");
}

Call funds_call() {
  return question(kRoot, "/funds", "GET funds");
}

std::optional<PositionId> PositionId::of(std::string_view symbol, Product product) {
  const std::size_t colon = symbol.find(':');
  if (!is_plain_id(symbol) || colon == std::string_view::npos || colon == 0 ||
      colon + 1 == symbol.size()) {
    return std::nullopt;
  }
  return PositionId(std::string(symbol) + "-" + std::string(to_text(product)));
}

Call exit_position_call(const PositionId& position) {
  return {.method = HttpMethod::Delete,
          .target = at(kRoot, "/positions"),
          .body = "{\"id\":" + in_quotes(position.text()) + "}",
          .label = "DELETE positions"};
}

// ---- Good till triggered.

Written place_gtt_call(const GttTerms& terms) {
  ENSURE(terms.above || terms.below);
  if (!is_plain_id(terms.symbol)) return std::unexpected("\"" + terms.symbol + "\" is no symbol");
  if (terms.product != Product::Cnc && terms.product != Product::Margin &&
      terms.product != Product::Mtf) {
    return std::unexpected("there is no GTT for " + std::string(to_text(terms.product)));
  }
  if (terms.above && terms.below && terms.above->trigger <= terms.below->trigger) {
    return std::unexpected("a GTT at " + to_text(terms.above->trigger) + " and " +
                           to_text(terms.below->trigger) + " does not lie around a price");
  }
  const auto count = whole(terms.quantity);
  if (!count) return std::unexpected(count.error());
  const auto written = [&](const GttLeg& leg) {
    return "{\"price\":" + to_text(leg.limit) + ",\"triggerPrice\":" + to_text(leg.trigger) +
           ",\"qty\":" + *count + "}";
  };
  std::string legs = "\"leg1\":" + written(terms.above ? *terms.above : *terms.below);
  if (terms.above && terms.below) legs += ",\"leg2\":" + written(*terms.below);
  return Call{.method = HttpMethod::Post,
              .target = at(kRoot, "/gtt/orders/sync"),
              .body = "{\"side\":" + std::string(side_text(terms.side)) +
                      ",\"symbol\":" + in_quotes(terms.symbol) + ",\"productType\":" +
                      in_quotes(to_text(terms.product)) + ",\"orderInfo\":{" + legs + "}}",
              .label = "POST gtt/orders"};
}

Written cancel_gtt_call(std::string_view venue_id) {
  auto body = id_body(venue_id);
  if (!body) return std::unexpected(std::move(body.error()));
  return Call{.method = HttpMethod::Delete,
              .target = at(kRoot, "/gtt/orders/sync"),
              .body = std::move(*body),
              .label = "DELETE gtt/orders"};
}

Call gtt_orders_call() {
  return question(kRoot, "/gtt/orders", "GET gtt/orders");
}

// ---- The market.

Call quotes_call(std::span<const std::string> symbols) {
  ENSURE(!symbols.empty() && symbols.size() <= kQuotesMost);
  return question(kData, "/quotes?symbols=" + percent_encoded(joined(symbols, "", "", ",")),
                  "GET quotes");
}

Call symbol_tokens_call(std::span<const std::string> symbols) {
  ENSURE(!symbols.empty() && symbols.size() <= kTokensMost);
  return {.method = HttpMethod::Post,
          .target = at(kData, "/symbol-token"),
          .body = "{\"symbols\":[" + joined(symbols, "\"", "\"", ",") + "]}",
          .label = "POST symbol-token"};
}

Call history_call(std::string_view symbol, int minutes, Timestamp from, Timestamp to) {
  ENSURE(minutes > 0 && from <= to);
  return question(kData,
                  "/history?symbol=" + percent_encoded(symbol) +
                      "&resolution=" + std::to_string(minutes) +
                      "&date_format=0&range_from=" + std::to_string(epoch_seconds(from)) +
                      "&range_to=" + std::to_string(epoch_seconds(to)) + "&cont_flag=1",
                  "GET history");
}

Call market_status_call() {
  return question(kData, "/marketStatus", "GET marketStatus");
}

std::string login_target(std::string_view app_id, std::string_view redirect_uri,
                         std::string_view state) {
  return at(kRoot, "/generate-authcode?client_id=") + percent_encoded(app_id) +
         "&redirect_uri=" + percent_encoded(redirect_uri) +
         "&response_type=code&state=" + percent_encoded(state);
}

}  // namespace tranchet::fyers

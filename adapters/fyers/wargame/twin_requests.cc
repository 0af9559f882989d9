#include "adapters/fyers/wargame/twin_requests.h"

#include <charconv>
#include <string_view>

#include "adapters/fyers/order_status.h"
#include "adapters/port/json.h"
#include "events/ensure.h"

namespace tranchet::fyers {
namespace {

template <class T>
T decimal_of(const std::string& text) {
  const auto value = parse<T>(text);
  ENSURE(value.has_value());
  return *value;
}

Json body_of(const HttpRequest& request) {
  auto json = parse_json(request.body);
  ENSURE(json.has_value());
  return *std::move(json);
}

const std::string& text_at(const Json& json, std::string_view key) {
  const Json* found = json.find(key);
  ENSURE(found != nullptr && !found->text.empty());
  return found->text;
}

// The venue's id of an order of ours is our number: the world's venue has no other.
OrderId order_of_venue_id(const std::string& id) {
  std::uint64_t number = 0;
  const auto [stop, error] = std::from_chars(id.data(), id.data() + id.size(), number);
  ENSURE(error == std::errc() && stop == id.data() + id.size());
  return OrderId{number};
}

SubmitOrder read_order(const Json& json, const Names& names) {
  SubmitOrder order;
  const auto id = parse_order_id(text_at(json, "orderTag"));
  ENSURE(id.has_value());
  order.order = *id;
  order.instrument = names.find_instrument(text_at(json, "symbol"));
  ENSURE(order.instrument != InstrumentId::None);
  ENSURE(text_at(json, "productType") == to_text(Product::Intraday));
  order.side = text_at(json, "side") == "1" ? Side::Buy : Side::Sell;
  order.quantity = decimal_of<Quantity>(text_at(json, "qty"));
  const auto limit = decimal_of<Price>(text_at(json, "limitPrice"));
  const auto stop = decimal_of<Price>(text_at(json, "stopPrice"));
  const std::string& type = text_at(json, "type");
  ENSURE(type == "1" || type == "2" || type == "3");
  ENSURE(limit.is_positive() == (type == "1") && stop.is_positive() == (type == "3"));
  if (type == "1") order.limit_price = limit;
  if (type == "3") order.stop_price = stop;
  order.order_type = type == "1"   ? OrderType::Limit
                     : type == "2" ? OrderType::Market
                                   : OrderType::StopMarket;
  order.time_in_force = text_at(json, "validity") == "IOC" ? TimeInForce::IOC : TimeInForce::GTC;
  return order;
}

void read_change(const HttpRequest& request, ReadRequest& read) {
  const Json body = body_of(request);
  const OrderId order = order_of_venue_id(text_at(body, "id"));
  if (request.method == HttpMethod::Delete) {
    read.asked = Asked::Cancel;
    read.commands.push_back(CancelOrder{.order = order, .instrument = {}});
    return;
  }
  read.asked = Asked::Amend;
  read.commands.push_back(AmendOrder{.order = order,
                                     .quantity = decimal_of<Quantity>(text_at(body, "qty")),
                                     .limit_price = decimal_of<Price>(text_at(body, "limitPrice")),
                                     .instrument = {}});
}

struct Path {
  std::string_view target;
  Asked asked{};
};
constexpr Path kPaths[] = {{"/api/v3/orders", Asked::OrderBook},
                           {"/api/v3/tradebook", Asked::Trades},
                           {"/api/v3/positions", Asked::Positions},
                           {"/api/v3/funds", Asked::Funds}};

}  // namespace

ReadRequest read_request(const HttpRequest& request, const Names& names) {
  constexpr std::string_view kByTag = "/api/v3/orders?order_tag=1%3A";
  ReadRequest read;
  if (request.target == "/data/symbol-token") {
    read.asked = Asked::Tokens;
    const Json body = body_of(request);
    for (const Json& symbol : body.find("symbols")->items) read.symbols.push_back(symbol.text);
  } else if (request.target.starts_with("/data/quotes?")) {
    read.asked = Asked::Quotes;
  } else if (request.target == "/api/v3/multi-order/sync") {
    read.asked = Asked::Batch;
    const Json body = body_of(request);
    for (const Json& item : body.items) read.commands.push_back(read_order(item, names));
    ENSURE(read.commands.size() > 1);
    read.requests = static_cast<std::uint32_t>(read.commands.size());
  } else if (request.target == "/api/v3/orders/sync" && request.method == HttpMethod::Post) {
    read.asked = Asked::Order;
    read.commands.push_back(read_order(body_of(request), names));
  } else if (request.target == "/api/v3/orders/sync") {
    read_change(request, read);
  } else if (request.target.starts_with(kByTag)) {
    read.asked = Asked::Query;
    const auto order = parse_order_id(request.target.substr(kByTag.size()));
    ENSURE(order.has_value());
    read.commands.push_back(QueryOrder{.order = *order, .instrument = {}});
  } else {
    for (const Path& known : kPaths) {
      if (known.target == request.target) read.asked = known.asked;
    }
    ENSURE(read.asked != Asked{} && request.method == HttpMethod::Get);
  }
  return read;
}

}  // namespace tranchet::fyers

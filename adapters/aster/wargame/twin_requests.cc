#include "adapters/aster/wargame/twin_requests.h"

#include <charconv>
#include <map>

#include "adapters/port/json.h"

namespace tranchet::aster {
namespace {

using Parameters = std::map<std::string, std::string, std::less<>>;

std::string decoded(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      result += text[at];
      continue;
    }
    unsigned byte = 0;
    ENSURE(at + 2 < text.size());
    const auto [stop, error] = std::from_chars(&text[at + 1], &text[at + 1] + 2, byte, 16);
    ENSURE(error == std::errc() && stop == &text[at + 1] + 2);
    result += static_cast<char>(byte);
    at += 2;
  }
  return result;
}

Parameters read_form(std::string_view text) {
  Parameters parameters;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    const std::size_t equals = pair.find('=');
    ENSURE(equals != std::string_view::npos);
    parameters[std::string(pair.substr(0, equals))] = decoded(pair.substr(equals + 1));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parameters;
}

std::int64_t number_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  ENSURE(error == std::errc() && stop == text.data() + text.size());
  return number;
}

template <class T>
T decimal_of(const std::string& text) {
  const auto value = parse<T>(text);
  ENSURE(value.has_value());
  return *value;
}

OrderId order_of(const std::string& text) {
  const auto order = parse_order_id(text);
  ENSURE(order.has_value());
  return *order;
}

SubmitOrder read_order(const Parameters& parameters, const Names& names) {
  const auto at = [&](std::string_view key) {
    const auto found = parameters.find(key);
    return found == parameters.end() ? std::string() : found->second;
  };
  SubmitOrder order;
  order.order = order_of(at("newClientOrderId"));
  order.instrument = names.find_instrument(at("symbol"));
  order.side = at("side") == "BUY" ? Side::Buy : Side::Sell;
  order.quantity = decimal_of<Quantity>(at("quantity"));
  order.reduce_only = at("reduceOnly") == "true";
  const std::string type = at("type");
  order.order_type = type == "MARKET"        ? OrderType::Market
                     : type == "LIMIT"       ? OrderType::Limit
                     : type == "STOP_MARKET" ? OrderType::StopMarket
                                             : OrderType::TakeProfitMarket;
  if (order.order_type == OrderType::Limit) {
    order.limit_price = decimal_of<Price>(at("price"));
    const auto in_force = parse_enum<TimeInForce>(at("timeInForce"));
    ENSURE(in_force.has_value());
    order.time_in_force = *in_force;
  }
  if (is_conditional(order.order_type)) {
    order.stop_price = decimal_of<Price>(at("stopPrice"));
    order.working_type =
        at("workingType") == "MARK_PRICE" ? WorkingType::MarkPrice : WorkingType::ContractPrice;
  }
  const std::string side = at("positionSide");
  const PositionSide opens = position_side_of_entry(order.side);
  const PositionSide closes =
      opens == PositionSide::Long ? PositionSide::Short : PositionSide::Long;
  order.position_side = side == "LONG"      ? PositionSide::Long
                        : side == "SHORT"   ? PositionSide::Short
                        : order.reduce_only ? closes
                                            : opens;
  return order;
}

void read_batch_list(const std::string& list, const Names& names, ReadRequest& read) {
  const auto json = parse_json(list);
  ENSURE(json.has_value() && json->is_array());
  for (const Json& item : json->items) {
    Parameters parameters;
    for (const auto& [key, value] : item.members) parameters[key] = value.text;
    read.commands.push_back(read_order(parameters, names));
  }
}

void read_order_call(HttpMethod method, const Parameters& parameters, const Names& names,
                     ReadRequest& read) {
  read.weight = 1;
  if (method == HttpMethod::Post) {
    read.asked = Asked::Orders;
    read.commands.push_back(read_order(parameters, names));
    return;
  }
  const auto number = parameters.find("orderId");
  OrderId order{};
  if (number != parameters.end()) {
    read.number = number_of(number->second);
    if (read.number >= kForeignOrders) {
      read.asked = Asked::ForeignOrder;
      return;
    }
    order = static_cast<OrderId>(read.number);
  } else {
    order = order_of(parameters.at("origClientOrderId"));
  }
  if (method == HttpMethod::Get) {
    read.asked = Asked::Query;
    read.commands.push_back(QueryOrder{.order = order, .instrument = read.instrument});
  } else if (method == HttpMethod::Delete) {
    read.asked = Asked::Cancel;
    read.commands.push_back(CancelOrder{.order = order, .instrument = read.instrument});
  } else {
    read.asked = Asked::Amend;
    read.commands.push_back(AmendOrder{.order = order,
                                       .quantity = decimal_of<Quantity>(parameters.at("quantity")),
                                       .limit_price = decimal_of<Price>(parameters.at("price")),
                                       .instrument = read.instrument});
  }
}

struct Path {
  std::string_view name;
  Asked asked{};
  std::uint32_t weight = 0;
};
constexpr Path kPaths[] = {{"time", Asked::Time, 1},
                           {"exchangeInfo", Asked::ExchangeInfo, 1},
                           {"premiumIndex", Asked::Prices, 1},
                           {"dual", Asked::PositionMode, 30},
                           {"listenKey", Asked::ListenKey, 1},
                           {"positionRisk", Asked::Positions, 5},
                           {"openOrders", Asked::OpenOrders, 40},
                           {"balance", Asked::Balance, 5},
                           {"userTrades", Asked::Trades, 5}};

}  // namespace

ReadRequest read_request(const HttpRequest& request, const Names& names) {
  const std::size_t question = request.target.find('?');
  const std::string path = request.target.substr(0, question);
  const std::string query =
      question == std::string::npos ? request.body : request.target.substr(question + 1);
  const Parameters parameters = read_form(query);
  ReadRequest read;
  if (const auto nonce = parameters.find("nonce"); nonce != parameters.end()) {
    read.nonce = static_cast<std::uint64_t>(number_of(nonce->second));
    ENSURE(query.rfind("&signature=0x") != std::string::npos);
  }
  if (const auto symbol = parameters.find("symbol"); symbol != parameters.end()) {
    read.instrument = names.find_instrument(symbol->second);
    ENSURE(read.instrument != InstrumentId::None);
  }
  const std::string name = path.substr(path.rfind('/') + 1);
  if (name == "order") {
    read_order_call(request.method, parameters, names, read);
    return read;
  }
  if (name == "batchOrders") {
    read.asked = Asked::Orders;
    read.is_batch = true;
    read.weight = 5;
    read_batch_list(parameters.at("batchOrders"), names, read);
    return read;
  }
  read.asked = Asked::Other;
  read.weight = 1;
  for (const Path& known : kPaths) {
    if (known.name != name) continue;
    read.asked = known.asked;
    read.weight = known.weight;
  }
  if (read.asked == Asked::Trades) read.since = number_of(parameters.at("startTime"));
  return read;
}

}  // namespace tranchet::aster

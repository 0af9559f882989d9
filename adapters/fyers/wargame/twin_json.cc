#include "adapters/fyers/wargame/twin_json.h"

#include "adapters/fyers/order_fields.h"
#include "events/ensure.h"

namespace tranchet::fyers {
namespace {

// Ours are below: the OrderId itself.
constexpr std::uint64_t kForeignOrders = 4'000'000'000'000'000'000;

std::string text(std::string_view key, std::string_view value) {
  return "\"" + std::string(key) + "\":\"" + std::string(value) + "\"";
}
std::string number(std::string_view key, std::string_view value) {
  return "\"" + std::string(key) + "\":" + std::string(value);
}
std::string number(std::string_view key, std::int64_t value) {
  return number(key, std::to_string(value));
}
std::string side_number(Side side) {
  return side == Side::Buy ? "1" : "-1";
}

std::string venue_id(OrderId order) {
  return std::to_string(static_cast<std::uint64_t>(order));
}
std::string tag(OrderId order) {
  return order == OrderId::None ? "2:Untagged" : "1:" + to_text(order);
}

// ---- Orders.

struct Row {
  std::string id;
  SubmitOrder order;
  OrderStatus status = OrderStatus::Pending;
  Quantity filled;
  Price average;
  std::string_view message;
};

Price average_of(const VenueOrder& order) {
  if (!order.filled.is_positive()) return {};
  return Price::from_raw(static_cast<std::int64_t>(order.filled_value / order.filled.raw()));
}

VenueOrderType type_of(const SubmitOrder& order) {
  switch (order.order_type) {
    case OrderType::Limit:
    case OrderType::TakeProfitMarket:  // Of people: here they have a limit order for that.
      return VenueOrderType::Limit;
    case OrderType::Market:
      return VenueOrderType::Market;
    case OrderType::StopMarket:
      return VenueOrderType::Stop;
  }
  ENSURE(false);
}

std::string order_json(const Row& row, const OrderNames& keys, const Names& names) {
  const SubmitOrder& order = row.order;
  const bool is_stop = order.order_type == OrderType::StopMarket;
  const Price limit = order.order_type == OrderType::TakeProfitMarket
                          ? order.stop_price.value_or(Price())
                          : order.limit_price.value_or(Price());
  std::string out = "{" + text("id", row.id) + "," + text("symbol", names.symbol(order.instrument));
  out += "," + number(keys.status, static_cast<int>(row.status));
  out += "," + number(keys.side, side_number(order.side));
  out += "," + number(keys.type, static_cast<int>(type_of(order)));
  out += "," + text(keys.product, to_text(Product::Intraday));
  out += "," + number(keys.quantity, to_text(order.quantity));
  out += "," + number(keys.filled, to_text(row.filled));
  out += "," + number(keys.remaining, to_text(order.quantity - row.filled));
  out += "," + number(keys.limit_price, to_text(limit));
  out += "," +
         number(keys.stop_price, to_text(is_stop ? order.stop_price.value_or(Price()) : Price()));
  out += "," + number(keys.traded_price, to_text(row.average));
  out += "," + text(keys.message, row.message);
  return out + "," + text(keys.tag, tag(order.order)) + "}";
}

Row row_of(const Update& update, OrderStatus status) {
  return {.id = venue_id(update.order.request.order),
          .order = update.order.request,
          .status = status,
          .filled = update.order.filled,
          .average = average_of(update.order),
          .message = {}};
}

OrderStatus status_of(QueryStatus status) {
  switch (status) {
    case QueryStatus::New:
    case QueryStatus::PartiallyFilled:
      return OrderStatus::Pending;
    case QueryStatus::Filled:
      return OrderStatus::Filled;
    case QueryStatus::Canceled:
      return OrderStatus::Cancelled;
    case QueryStatus::Expired:
      return OrderStatus::Expired;
    case QueryStatus::Rejected:
      return OrderStatus::Rejected;
    case QueryStatus::NotFound:
      break;
  }
  ENSURE(false);
}

std::string order_of_fill(const OrderFilled& fill) {
  if (fill.order != OrderId::None) return venue_id(fill.order);
  return std::to_string(kForeignOrders +
                        static_cast<std::uint64_t>(fill.instrument) * 1'000'000'000'000 +
                        static_cast<std::uint64_t>(fill.trade));
}

// The stream names a trade with its order, the book without.
std::string trade_json(const OrderFilled& fill, const TradeNames& keys, const Names& names) {
  const std::string order = order_of_fill(fill);
  const std::string trade = std::to_string(static_cast<std::uint64_t>(fill.trade));
  const bool is_stream = keys.trade == kStreamTrade.trade;
  std::string out = "{" + text("symbol", names.symbol(fill.instrument));
  out += "," + text(keys.trade, is_stream ? order + "-" + trade : trade);
  out += "," + text(keys.order, order);
  out += "," + number(keys.side, side_number(fill.side));
  out += "," + text(keys.product, to_text(Product::Intraday));
  out += "," + number(keys.quantity, to_text(fill.quantity));
  out += "," + number(keys.price, to_text(fill.price));
  return out + "," + text(keys.tag, tag(fill.order)) + "}";
}

// ---- REST.

TwinAnswer done(std::int64_t code, std::string_view id) {
  return {200, "{" + text("s", "ok") + "," + number("code", code) + "," + text("message", "done") +
                   "," + text("id", id) + "}"};
}

std::string error_body(std::int64_t code, std::string_view message) {
  return "{" + text("s", "error") + "," + number("code", code) + "," + text("message", message) +
         "}";
}

std::string_view words_for(RejectReason reason) {
  switch (reason) {
    case RejectReason::WouldTrigger:
      return "RED:RULE:Trigger price is beyond the last traded price";
    case RejectReason::NoPosition:
      return "There is no position to exit";
    case RejectReason::ReduceOnlyCapacity:  // To the broker it is a new position.
    case RejectReason::Margin:
      return "RED:Margin Shortfall: insufficient funds";
    case RejectReason::OutOfBand:
      return "The price is outside the circuit limits";
    case RejectReason::BelowMinimum:
      return "The value is below the minimum";
    case RejectReason::NotFound:
      return "Order not found, or already traded or cancelled";
    case RejectReason::RateLimited:
    case RejectReason::TooManyConditional:
    case RejectReason::NotTrading:
    case RejectReason::Other:
      return "The exchange does not take the order";
  }
  ENSURE(false);
}

TwinAnswer refusal(RejectReason reason) {
  const bool is_missing = reason == RejectReason::NotFound;
  return {is_missing ? 200 : 400, error_body(is_missing ? -51 : -99, words_for(reason))};
}

TwinAnswer order_answer(const Update& update, bool refused_later) {
  return std::visit(
      Overload{[&](const OrderRejected& e) {
                 return refused_later ? done(1101, venue_id(e.order)) : refusal(e.reason);
               },
               [](const AmendRejected& e) { return refusal(e.reason); },
               [](const CancelRejected& e) { return refusal(e.reason); },
               [](const OrderAmended& e) { return done(1102, venue_id(e.order)); },
               [](const OrderCanceled& e) { return done(1103, venue_id(e.order)); },
               [&](const auto&) { return done(1101, venue_id(update.order.request.order)); }},
      update.body);
}

OrderId order_answered(const EventBody& body) {
  if (const auto* accepted = std::get_if<OrderAccepted>(&body)) return accepted->order;
  if (const auto* rejected = std::get_if<OrderRejected>(&body)) return rejected->order;
  return OrderId::None;
}

TwinAnswer batch_answer(const ReadRequest& asked, const Response& response, bool refused_later) {
  std::string list;
  for (const Command& command : asked.commands) {
    const OrderId order = std::get<SubmitOrder>(command).order;
    for (const Update& update : response.updates) {
      if (order_answered(update.body) != order) continue;
      const TwinAnswer answer = order_answer(update, refused_later);
      list += (list.empty() ? "{" : ",{") + number("statusCode", answer.status) +
              ",\"body\":" + answer.body + "}";
      break;
    }
  }
  return {200, "{" + text("s", "ok") + "," + number("code", 200) + ",\"data\":[" + list + "]}"};
}

// `write` answers an empty text for what is no row.
template <class Write>
TwinAnswer rows(std::string_view key, const Response& response, const Write& write) {
  std::string list;
  for (const Update& update : response.updates) {
    const std::string item = write(update);
    if (!item.empty()) list += (list.empty() ? "" : ",") + item;
  }
  return {200, "{" + text("s", "ok") + "," + number("code", 200) + ",\"" + std::string(key) +
                   "\":[" + list + "]}"};
}

TwinAnswer query_answer(const Response& response, const Names& names) {
  return rows("orderBook", response, [&](const Update& update) -> std::string {
    const auto* e = std::get_if<QueryAnswered>(&update.body);
    if (e == nullptr || e->status == QueryStatus::NotFound) return {};
    Row row = row_of(update, status_of(e->status));
    row.filled = e->filled_quantity.value_or(Quantity());
    return order_json(row, kBookOrder, names);
  });
}

std::string reported_row(const Update& update, const OrderReported& reported, const Names& names) {
  if (reported.order != OrderId::None) {
    Row row = row_of(update, OrderStatus::Pending);
    row.filled = reported.filled_quantity;
    return order_json(row, kBookOrder, names);
  }
  Row row{.id = std::to_string(kForeignOrders), .order = {}, .filled = {}, .message = {}};
  row.order.instrument = reported.instrument;
  row.order.side = reported.side;
  row.order.order_type = reported.order_type;
  row.order.quantity = reported.quantity;
  row.order.limit_price = reported.limit_price;
  row.order.stop_price = reported.stop_price;
  row.filled = reported.filled_quantity;
  return order_json(row, kBookOrder, names);
}

std::string position_row(const PositionReported& reported, const Response& response,
                         const Names& names) {
  const bool is_short = reported.position_side == PositionSide::Short;
  const std::string symbol(names.symbol(reported.instrument));
  const std::string product(to_text(Product::Intraday));
  std::string out = "{" + text("id", symbol + "-" + product) + "," + text("symbol", symbol);
  out += "," + text(kBookPosition.product, product);
  out +=
      "," + number(kBookPosition.net, to_text(is_short ? -reported.quantity : reported.quantity));
  out += "," + number(kBookPosition.realized, 0);
  for (const MarkPrice& mark : response.marks) {
    if (mark.instrument == reported.instrument) out += "," + number("ltp", to_text(mark.price));
  }
  return out + "," + number(kBookPosition.average, to_text(reported.average_price)) + "}";
}

std::string funds_rows(const BalanceReported& balance) {
  const std::string amount = number("equityAmount", to_text(balance.balance));
  return "{" + number("id", 1) + "," + text("title", "Total Balance") + "," + amount + "},{" +
         number("id", 10) + "," + text("title", "Available Balance") + "," + amount + "}";
}

TwinAnswer tokens(const ReadRequest& asked) {
  std::string list;
  for (const std::string& symbol : asked.symbols) {
    const std::string_view digits = std::string_view(symbol).substr(symbol.find_first_of("123"), 1);
    list += (list.empty() ? "" : ",") + text(symbol, "1010000000300" + std::string(digits));
  }
  return {200, "{" + text("s", "ok") + ",\"validSymbol\":{" + list + "},\"invalidSymbol\":[]}"};
}

template <class Reported, class Write>
TwinAnswer rows_of(std::string_view key, const Response& response, const Write& write) {
  return rows(key, response, [&](const Update& update) -> std::string {
    const auto* row = std::get_if<Reported>(&update.body);
    return row == nullptr ? std::string() : write(update, *row);
  });
}

}  // namespace

std::vector<std::string> stream_texts(const Update& update, const Names& names) {
  const auto order = [&](OrderStatus status) {
    return "{" + text("s", "ok") +
           ",\"orders\":" + order_json(row_of(update, status), kStreamOrder, names) + "}";
  };
  return std::visit(Overload{[&](const OrderFilled& fill) -> std::vector<std::string> {
                               const std::string trade =
                                   "{" + text("s", "ok") +
                                   ",\"trades\":" + trade_json(fill, kStreamTrade, names) + "}";
                               if (fill.order == OrderId::None) return {trade};
                               const bool is_whole =
                                   update.order.filled == update.order.request.quantity;
                               const std::string stands =
                                   order(is_whole ? OrderStatus::Filled : OrderStatus::Pending);
                               if (update.serial % 2 == 0) return {trade, stands};
                               return {stands, trade};
                             },
                             [&](const OrderCanceled&) -> std::vector<std::string> {
                               return {order(OrderStatus::Cancelled)};
                             },
                             [&](const OrderExpired&) -> std::vector<std::string> {
                               return {order(OrderStatus::Expired)};
                             },
                             [&](const OrderAccepted&) -> std::vector<std::string> {
                               return {order(OrderStatus::Transit), order(OrderStatus::Pending)};
                             },
                             [&](const OrderAmended&) -> std::vector<std::string> {
                               return {order(OrderStatus::Pending)};
                             },
                             [&](const OrderTriggered&) -> std::vector<std::string> {
                               return {order(OrderStatus::Pending)};
                             },
                             [](const auto&) -> std::vector<std::string> { return {}; }},
                    update.body);
}

std::string refusal_text(const SubmitOrder& order, RejectReason reason, const Names& names) {
  const Row row{.id = venue_id(order.order),
                .order = order,
                .status = OrderStatus::Rejected,
                .filled = {},
                .message = words_for(reason)};
  return "{" + text("s", "ok") + ",\"orders\":" + order_json(row, kStreamOrder, names) + "}";
}

TwinAnswer answer_text(const ReadRequest& asked, const Response& response, bool refused_later,
                       const Names& names) {
  if (response.verdict == Verdict::TooMany) return {429, error_body(-429, "request limit reached")};
  if (response.verdict != Verdict::Answered) {
    if (response.request % 2 == 0) return {503, "Service Unavailable"};
    return {200, error_body(201, "Not acknowledged: check the orderbook before placing again")};
  }
  switch (asked.asked) {
    case Asked::Tokens:
      return tokens(asked);
    case Asked::Quotes:
      return {200, "{" + text("s", "ok") + ",\"d\":[]}"};
    case Asked::Order:
    case Asked::Amend:
    case Asked::Cancel:
      ENSURE(!response.updates.empty());
      return order_answer(response.updates.front(), refused_later);
    case Asked::Batch:
      return batch_answer(asked, response, refused_later);
    case Asked::Query:
      return query_answer(response, names);
    case Asked::Positions:
      return rows_of<PositionReported>("netPositions", response,
                                       [&](const Update&, const PositionReported& row) {
                                         return position_row(row, response, names);
                                       });
    case Asked::OrderBook:
      return rows_of<OrderReported>("orderBook", response,
                                    [&](const Update& update, const OrderReported& row) {
                                      return reported_row(update, row, names);
                                    });
    case Asked::Trades:
      return rows_of<OrderFilled>("tradeBook", response,
                                  [&](const Update&, const OrderFilled& fill) {
                                    return trade_json(fill, kBookTrade, names);
                                  });
    case Asked::Funds:
      return rows_of<BalanceReported>(
          "fund_limit", response,
          [](const Update&, const BalanceReported& row) { return funds_rows(row); });
  }
  ENSURE(false);
}

}  // namespace tranchet::fyers

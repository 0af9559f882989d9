#include "adapters/aster/wargame/twin_json.h"

#include "adapters/aster/venue_clock.h"

namespace tranchet::aster {
namespace {

std::string text(std::string_view key, std::string_view value) {
  return "\"" + std::string(key) + "\":\"" + std::string(value) + "\"";
}
std::string number(std::string_view key, std::int64_t value) {
  return "\"" + std::string(key) + "\":" + std::to_string(value);
}
std::string flag(std::string_view key, bool value) {
  return "\"" + std::string(key) + "\":" + (value ? "true" : "false");
}
template <class T>
std::string decimal(std::string_view key, T value) {
  return text(key, to_text(value));
}

std::string_view side_text(Side side) {
  return side == Side::Buy ? "BUY" : "SELL";
}
std::string_view position_text(PositionSide side, PositionMode mode) {
  if (mode == PositionMode::OneWay) return "BOTH";
  return side == PositionSide::Long ? "LONG" : "SHORT";
}
std::string_view type_text(OrderType type) {
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
std::string_view status_text(QueryStatus status) {
  switch (status) {
    case QueryStatus::New:
      return "NEW";
    case QueryStatus::PartiallyFilled:
      return "PARTIALLY_FILLED";
    case QueryStatus::Filled:
      return "FILLED";
    case QueryStatus::Canceled:
      return "CANCELED";
    case QueryStatus::Expired:
      return "EXPIRED";
    case QueryStatus::Rejected:
      return "REJECTED";
    case QueryStatus::NotFound:
      break;
  }
  ENSURE(false);
}

std::int64_t foreign_number(const OrderFilled& fill) {
  return kForeignOrders + static_cast<std::int64_t>(fill.instrument) * 1'000'000'000'000 +
         static_cast<std::int64_t>(fill.trade) * 4 + static_cast<std::int64_t>(fill.origin) - 1;
}

std::string foreign_client(FillOrigin origin) {
  if (origin == FillOrigin::Liquidation) return "autoclose-1696";
  if (origin == FillOrigin::Adl) return "adl_autoclose";
  return "web_hand";
}

// ---- The user stream.

struct Said {
  std::string_view execution;
  std::string_view status;
  std::string_view type;
  const OrderFilled* fill = nullptr;
};

std::string order_update(const Update& update, const TwinWords& words, const Said& said) {
  const SubmitOrder& order = update.order.request;
  const OrderFilled none{};
  const OrderFilled& fill = said.fill == nullptr ? none : *said.fill;
  const bool is_ours = order.order != OrderId::None;
  const std::int64_t time = to_milliseconds(update.time);
  const InstrumentId instrument = is_ours ? order.instrument : fill.instrument;
  const PositionSide side = is_ours ? order.position_side : fill.position_side;
  std::string out = "{" + text("e", "ORDER_TRADE_UPDATE") + "," + number("E", time) + "," +
                    number("T", time) + ",\"o\":{" + text("s", words.names.symbol(instrument)) +
                    ",";
  out += text("c", is_ours ? to_text(order.order) : foreign_client(fill.origin)) + ",";
  out += text("S", side_text(is_ours ? order.side : fill.side)) + ",";
  out += text("o", said.type) + ",";
  out += text("ot", is_ours ? type_text(order.order_type) : said.type) + ",";
  out += text("f", "GTC") + ",";
  out += decimal("q", is_ours ? order.quantity : fill.quantity) + ",";
  out += decimal("p", order.limit_price.value_or(Price())) + ",";
  out += text("x", said.execution) + "," + text("X", said.status) + ",";
  out += number("i", is_ours ? static_cast<std::int64_t>(order.order) : foreign_number(fill)) + ",";
  out += decimal("l", fill.quantity) + "," + decimal("L", fill.price) + ",";
  out += decimal("z", is_ours ? update.order.filled : fill.quantity) + ",";
  out += text("N", "USDT") + "," + decimal("n", fill.fee) + ",";
  out += number("t", static_cast<std::int64_t>(fill.trade)) + ",";
  out += flag("m", fill.liquidity == Liquidity::Maker) + "," + flag("R", order.reduce_only) + ",";
  return out + text("ps", position_text(side, words.mode)) + "," + text("rp", "0") + "}}";
}

std::string funding_update(const Update& update, const FundingPaid& paid, const TwinWords& words) {
  const std::int64_t time = to_milliseconds(update.time);
  const bool is_long = paid.position_side == PositionSide::Long;
  return "{" + text("e", "ACCOUNT_UPDATE") + "," + number("E", time) + "," + number("T", time) +
         ",\"a\":{" + text("m", "FUNDING_FEE") + ",\"B\":[{" + text("a", "USDT") + "," +
         text("wb", "0") + "," + text("cw", "0") + "," + decimal("bc", paid.amount) +
         "}],\"P\":[{" + text("s", words.names.symbol(paid.instrument)) + "," +
         text("pa", is_long ? "1" : "-1") + "," + text("ep", "0") + "," +
         text("ps", position_text(paid.position_side, words.mode)) + "}]}}";
}

// ---- REST.

TwinAnswer error(std::int64_t code, std::string_view message, int status = 400) {
  return {status, "{" + number("code", code) + "," + text("msg", message) + "}"};
}

TwinAnswer rejection(RejectReason reason, bool is_cancel) {
  switch (reason) {
    case RejectReason::WouldTrigger:
      return error(-2021, "Order would immediately trigger.");
    case RejectReason::NoPosition:
      return error(-2022, "ReduceOnly Order is rejected.");
    case RejectReason::ReduceOnlyCapacity:
      return error(-4118, "ReduceOnly Order Failed.");
    case RejectReason::TooManyConditional:
      return error(-4045, "Reach max stop order limit.");
    case RejectReason::OutOfBand:
      return error(-4131, "The counterparty's best price does not meet the PERCENT_PRICE filter");
    case RejectReason::BelowMinimum:
      return error(-4164, "Order's notional must be no smaller than 5.0");
    case RejectReason::Margin:
      return error(-2019, "Margin is insufficient.");
    case RejectReason::NotFound:
      return is_cancel ? error(-2011, "Unknown order sent.") : error(-2013, "No such order.");
    case RejectReason::RateLimited:
      return error(-1015, "Too many new orders.");
    case RejectReason::NotTrading:
    case RejectReason::Other:
      return error(-1130, "Data sent for parameter is not valid.");
  }
  ENSURE(false);
}

std::string order_json(const SubmitOrder& order, std::int64_t number_of, std::string_view client,
                       std::string_view status, Quantity filled, Price average, Timestamp time,
                       const TwinWords& words, bool triggered) {
  std::string out = "{" + text("symbol", words.names.symbol(order.instrument)) + ",";
  out += text("clientOrderId", client) + "," + number("orderId", number_of) + ",";
  out += text("side", side_text(order.side)) + ",";
  out += text("positionSide", position_text(order.position_side, words.mode)) + ",";
  out += text("type", triggered ? "MARKET" : type_text(order.order_type)) + ",";
  out += text("origType", type_text(order.order_type)) + ",";
  out += text("status", status) + "," + flag("reduceOnly", order.reduce_only) + ",";
  out += decimal("origQty", order.quantity) + "," + decimal("executedQty", filled) + ",";
  out += decimal("price", order.limit_price.value_or(Price())) + ",";
  out += decimal("stopPrice", order.stop_price.value_or(Price())) + ",";
  return out + decimal("avgPrice", average) + "," + number("updateTime", to_milliseconds(time)) +
         "}";
}

std::string own_order(const Update& update, std::string_view status, Quantity filled,
                      const TwinWords& words) {
  const SubmitOrder& order = update.order.request;
  Price average;
  if (const auto* query = std::get_if<QueryAnswered>(&update.body)) {
    average = query->average_price.value_or(Price());
  }
  return order_json(order, static_cast<std::int64_t>(order.order), to_text(order.order), status,
                    filled, average, update.time, words, update.order.triggered);
}

TwinAnswer order_answer(const Update& update, const TwinWords& words) {
  return std::visit(
      Overload{[](const OrderRejected& e) { return rejection(e.reason, false); },
               [](const AmendRejected& e) { return rejection(e.reason, false); },
               [](const CancelRejected& e) { return rejection(e.reason, true); },
               [&](const QueryAnswered& e) {
                 if (e.status == QueryStatus::NotFound) return error(-2013, "No such order.");
                 return TwinAnswer{200, own_order(update, status_text(e.status),
                                                  e.filled_quantity.value_or(Quantity()), words)};
               },
               [&](const OrderCanceled&) {
                 return TwinAnswer{200, own_order(update, "CANCELED", update.order.filled, words)};
               },
               [&](const auto&) {
                 return TwinAnswer{200, own_order(update, "NEW", update.order.filled, words)};
               }},
      update.body);
}

std::string position_row(const Update& update, const PositionReported& row,
                         const TwinWords& words) {
  const bool is_short = row.position_side == PositionSide::Short;
  const Quantity amount = is_short ? -row.quantity : row.quantity;
  return "{" + text("symbol", words.names.symbol(row.instrument)) + "," +
         text("positionSide", position_text(row.position_side, words.mode)) + "," +
         decimal("positionAmt", amount) + "," + decimal("entryPrice", row.average_price) + "," +
         text("leverage", "10") + "," + number("updateTime", to_milliseconds(update.time)) + "}";
}

std::string reported_row(const Update& update, const OrderReported& row, const TwinWords& words) {
  SubmitOrder order = update.order.request;
  if (row.order == OrderId::None) {
    order.instrument = row.instrument;
    order.side = row.side;
    order.position_side = row.position_side;
    order.order_type = row.order_type;
    order.quantity = row.quantity;
    order.limit_price = row.limit_price;
    order.stop_price = row.stop_price;
    order.reduce_only =
        words.mode == PositionMode::OneWay && row.side == exit_side(row.position_side);
  }
  const bool is_ours = row.order != OrderId::None;
  const auto number_of = is_ours ? static_cast<std::int64_t>(row.order) : kForeignOrders;
  return order_json(order, number_of, is_ours ? to_text(row.order) : "web_hand", "NEW",
                    row.filled_quantity, Price(), update.time, words, update.order.triggered);
}

std::string trade_row(const Update& update, const OrderFilled& fill, const TwinWords& words) {
  const bool is_ours = fill.order != OrderId::None;
  std::string out = "{" + text("symbol", words.names.symbol(fill.instrument)) + ",";
  out += number("id", static_cast<std::int64_t>(fill.trade)) + ",";
  const auto order = is_ours ? static_cast<std::int64_t>(fill.order) : foreign_number(fill);
  out += number("orderId", order) + "," + text("side", side_text(fill.side)) + ",";
  out += text("positionSide", position_text(fill.position_side, words.mode)) + ",";
  out += decimal("qty", fill.quantity) + "," + decimal("price", fill.price) + ",";
  out += decimal("commission", fill.fee) + "," + text("commissionAsset", "USDT") + ",";
  return out + flag("maker", fill.liquidity == Liquidity::Maker) + "," +
         number("time", to_milliseconds(update.time)) + "}";
}

template <class Row, class Write>
std::string rows_json(const Response& response, const Write& write) {
  std::string list;
  for (const Update& update : response.updates) {
    const auto* row = std::get_if<Row>(&update.body);
    if (row == nullptr) continue;
    const std::string item = write(update, *row);
    if (item.empty()) continue;
    list += (list.empty() ? "" : ",") + item;
  }
  return "[" + list + "]";
}

std::string exchange_info(const Response& response, const TwinWords& words) {
  std::string list;
  for (const InstrumentListed& rules : response.rules) {
    const std::string limit = std::to_string(rules.max_conditional_orders);
    list += list.empty() ? "{" : ",{";
    list += text("symbol", words.names.symbol(rules.instrument)) + "," + text("status", "TRADING") +
            ",\"filters\":[{" + text("filterType", "PRICE_FILTER") + "," +
            decimal("tickSize", rules.tick_size) + "},{" + text("filterType", "LOT_SIZE") + "," +
            decimal("stepSize", rules.step_size) + "," + decimal("minQty", rules.min_quantity) +
            "," + decimal("maxQty", rules.max_quantity) + "},{" +
            text("filterType", "MARKET_LOT_SIZE") + "," +
            decimal("maxQty", rules.market_max_quantity) + "},{" +
            text("filterType", "MIN_NOTIONAL") + "," + decimal("notional", rules.min_notional) +
            "},{" + text("filterType", "MAX_NUM_ALGO_ORDERS") + ",\"limit\":" + limit + "}]}";
  }
  return "{\"symbols\":[" + list + "],\"rateLimits\":[]}";
}

std::string mark_prices(const Response& response, const TwinWords& words) {
  std::string list;
  for (const MarkPrice& mark : response.marks) {
    list += list.empty() ? "{" : ",{";
    list += text("symbol", words.names.symbol(mark.instrument)) + "," +
            decimal("markPrice", mark.price) + "}";
  }
  return "[" + list + "]";
}

TwinAnswer foreign_order(const ReadRequest& asked, const TwinWords& words) {
  const auto origin = static_cast<FillOrigin>(asked.number % 4 + 1);
  SubmitOrder order;
  order.instrument = asked.instrument;
  order.side = Side::Buy;
  order.position_side = PositionSide::Long;
  order.order_type = OrderType::Market;
  order.quantity = Quantity::from_raw(kDecimalOne);
  return {200, order_json(order, asked.number, foreign_client(origin), "FILLED", order.quantity,
                          Price(), Timestamp(), words, false)};
}

// The answers to a batch come in the order of its requests, and each may be an error.
TwinAnswer batch_answer(const ReadRequest& asked, const Response& response,
                        const TwinWords& words) {
  std::string list;
  for (const Command& command : asked.commands) {
    const OrderId order = std::get<SubmitOrder>(command).order;
    for (const Update& update : response.updates) {
      const auto* accepted = std::get_if<OrderAccepted>(&update.body);
      const auto* rejected = std::get_if<OrderRejected>(&update.body);
      const OrderId told = accepted != nullptr   ? accepted->order
                           : rejected != nullptr ? rejected->order
                                                 : OrderId::None;
      if (told != order) continue;
      list += (list.empty() ? "" : ",") + order_answer(update, words).body;
      break;
    }
  }
  return {200, "[" + list + "]"};
}

}  // namespace

std::optional<std::string> stream_text(const Update& update, const TwinWords& words) {
  const std::string_view type =
      type_text(update.order.request.order == OrderId::None ? OrderType::Market
                                                            : update.order.request.order_type);
  return std::visit(
      Overload{[&](const OrderAccepted&) -> std::optional<std::string> {
                 return order_update(update, words, {"NEW", "NEW", type});
               },
               [&](const OrderAmended&) -> std::optional<std::string> {
                 const bool says_so = update.serial % 2 == 0;
                 return order_update(update, words, {says_so ? "AMENDMENT" : "NEW", "NEW", type});
               },
               [&](const OrderTriggered&) -> std::optional<std::string> {
                 return order_update(update, words, {"NEW", "NEW", "MARKET"});
               },
               [&](const OrderFilled& fill) -> std::optional<std::string> {
                 const bool is_ours = fill.order != OrderId::None;
                 const bool is_whole =
                     !is_ours || update.order.filled == update.order.request.quantity;
                 const bool is_stop = is_ours && is_conditional(update.order.request.order_type);
                 return order_update(update, words,
                                     {"TRADE", is_whole ? "FILLED" : "PARTIALLY_FILLED",
                                      is_stop ? "MARKET" : type, &fill});
               },
               [&](const OrderCanceled&) -> std::optional<std::string> {
                 return order_update(update, words, {"CANCELED", "CANCELED", type});
               },
               [&](const OrderExpired&) -> std::optional<std::string> {
                 return order_update(update, words, {"EXPIRED", "EXPIRED", type});
               },
               [&](const FundingPaid& paid) -> std::optional<std::string> {
                 return funding_update(update, paid, words);
               },
               [](const auto&) -> std::optional<std::string> { return std::nullopt; }},
      update.body);
}

std::optional<std::string> market_text(const EventBody& body, const TwinWords& words) {
  if (const auto* mark = std::get_if<MarkPrice>(&body)) {
    return "[{" + text("e", "markPriceUpdate") + "," + number("E", 1) + "," +
           text("s", words.names.symbol(mark->instrument)) + "," + decimal("p", mark->price) + "}]";
  }
  if (const auto* trade = std::get_if<TradePrinted>(&body)) {
    std::string out =
        "{" + text("e", "aggTrade") + "," + text("s", words.names.symbol(trade->instrument)) + "," +
        decimal("p", trade->price) + "," + decimal("q", trade->quantity.value_or(Quantity()));
    if (trade->aggressor != 0) {
      out += "," + flag("m", static_cast<Side>(trade->aggressor) == Side::Sell);
    }
    return out + "}";
  }
  if (const auto* book = std::get_if<BookTop>(&body)) {
    return "{" + text("e", "bookTicker") + "," + text("s", words.names.symbol(book->instrument)) +
           "," + decimal("b", book->bid_price) + "," + decimal("B", book->bid_quantity) + "," +
           decimal("a", book->ask_price) + "," + decimal("A", book->ask_quantity) + "}";
  }
  return std::nullopt;
}

TwinAnswer answer_text(const ReadRequest& asked, const Response& response, const TwinWords& words) {
  switch (response.verdict) {
    case Verdict::Answered:
      break;
    case Verdict::TooMany:
      return error(-1003, "Too many requests.", 429);
    case Verdict::NonceOld:
    case Verdict::NonceUsed:
      return error(-4225, "Nonce Expired");
    case Verdict::Unknown:
      if (response.request % 3 == 0) return {503, "<html>Service Unavailable</html>"};
      if (response.request % 3 == 1) return error(-1007, "Timeout waiting for response.");
      return error(-1006, "An unexpected response was received.", 500);
  }
  switch (asked.asked) {
    case Asked::Time:
      return {200, "{" + number("serverTime", to_milliseconds(response.venue_time)) + "}"};
    case Asked::ExchangeInfo:
      return {200, exchange_info(response, words)};
    case Asked::Prices:
      return {200, mark_prices(response, words)};
    case Asked::PositionMode:
      return {200, "{" + flag("dualSidePosition", words.mode == PositionMode::Hedge) + "}"};
    case Asked::ListenKey:
      return {200, "{" + text("listenKey", "key" + std::to_string(response.request)) + "}"};
    case Asked::Other:
      return {200, "{}"};
    case Asked::ForeignOrder:
      return foreign_order(asked, words);
    case Asked::Positions:
      return {200,
              rows_json<PositionReported>(response, [&](const Update& update, const auto& row) {
                return position_row(update, row, words);
              })};
    case Asked::OpenOrders:
      return {200, rows_json<OrderReported>(response, [&](const Update& update, const auto& row) {
                return reported_row(update, row, words);
              })};
    case Asked::Balance:
      return {200, rows_json<BalanceReported>(response, [](const Update&, const auto& row) {
                return "{" + text("asset", "USDT") + "," + decimal("balance", row.balance) + "}";
              })};
    case Asked::Trades:
      return {200, rows_json<OrderFilled>(response, [&](const Update& update, const auto& row) {
                if (row.instrument != asked.instrument) return std::string();
                return trade_row(update, row, words);
              })};
    case Asked::Orders:
      if (asked.is_batch) return batch_answer(asked, response, words);
      [[fallthrough]];
    case Asked::Amend:
    case Asked::Cancel:
    case Asked::Query:
      ENSURE(!response.updates.empty());
      return order_answer(response.updates.front(), words);
  }
  ENSURE(false);
}

}  // namespace tranchet::aster

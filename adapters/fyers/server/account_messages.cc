#include "adapters/fyers/server/account_messages.h"

namespace tranchet::fyers_venue {
namespace {

const Listing& listing_of(const AccountDesk& desk, std::size_t board) {
  return desk.boards()[board].listing();
}

// What the order desk of the venue calls the states that the API numbers.
std::int64_t desk_status(const FyersOrder& order) {
  switch (order.status) {
    case Status::Transit:
      return 20;
    case Status::Traded:
      return 90;
    case Status::Canceled:
    case Status::Expired:
      return 91;
    case Status::Rejected:
      return 92;
    case Status::Pending:
      break;
  }
  return 22;
}

std::string_view report_of(const FyersOrder& order) {
  switch (order.status) {
    case Status::Transit:
      return "New Ack";
    case Status::Traded:
      return "Fill";
    case Status::Canceled:
      return "Cancel Confirmed";
    case Status::Expired:
      return "Expired";
    case Status::Rejected:
      return "Rejected";
    case Status::Pending:
      break;
  }
  return order.filled.is_positive() ? "Partial Fill" : "New Confirmed";
}

std::string exchange_order(const FyersOrder& order) {
  return order.status == Status::Transit ? "" : "1100" + order.id;
}

// A UUID of the number: the same wherever it is told.
std::string fyers_id(const FyersOrder& order) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string tail;
  for (auto rest = static_cast<std::uint64_t>(order.number); tail.size() < 12; rest >>= 4) {
    tail.insert(tail.begin(), kDigits[rest & 15]);
  }
  return "7454e0f6-0000-4000-8000-" + tail;
}

std::string trade_id(const AccountTrade& trade, const FyersOrder& order) {
  return order.id + "-" + std::to_string(trade.number);
}

Quantity size_of(const NetPosition& position) {
  const std::int64_t net = position.net();
  return Quantity::from_raw(net < 0 ? -net : net);
}

std::int64_t side_of(const NetPosition& position) {
  return position.net() > 0 ? 1 : position.net() < 0 ? -1 : 0;
}

// Of what is open: 2 bought for 200.00, 1 sold for 110.00: 90.00.
Price net_average(const NetPosition& position) {
  const std::int64_t net = position.net();
  if (net == 0) return Price();
  return Price::from_wide(divide_half_away(position.bought_value - position.sold_value, net));
}

Quantity day_part(Quantity all, Quantity carried) {
  return all - carried;
}

}  // namespace

std::string rupees(Value value) {
  constexpr Value kPaisa = static_cast<Value>(kDecimalOne) * kDecimalOne / 100;
  const auto paise = static_cast<std::int64_t>(divide_half_away(value, kPaisa));
  const auto size = static_cast<std::uint64_t>(paise < 0 ? -paise : paise);
  std::string text = (paise < 0 ? "-" : "") + std::to_string(size / 100);
  if (size % 100 != 0) {
    text += '.' + std::to_string(size % 100 / 10);
    if (size % 10 != 0) text += std::to_string(size % 10);
  }
  return text;
}

std::string position_id(const NetPosition& position, const AccountDesk& desk) {
  return listing_of(desk, position.board).symbol + "-" + std::string(to_text(position.product));
}

std::string order_row(const FyersOrder& order, const AccountDesk& desk, std::int64_t row) {
  const Board& board = desk.boards()[order.board];
  const Listing& listing = board.listing();
  const Quantity left = order.is_open() ? order.remaining() : Quantity();
  JsonObject object;
  object.text("clientId", desk.spec().fy_id)
      .text("id", order.id)
      .text("exchOrdId", exchange_order(order))
      .number("qty", whole(order.quantity))
      .number("remainingQuantity", whole(left))
      .number("filledQty", whole(order.filled))
      .number("discloseQty", whole(order.disclosed))
      .decimal_number("limitPrice", order.limit)
      .decimal_number("stopPrice", order.stop)
      .decimal_number("tradedPrice", order.average())
      .number("type", static_cast<std::int64_t>(order.kind))
      .text("fyToken", listing.fy_token)
      .number("exchange", listing.exchange)
      .number("segment", listing.segment)
      .text("symbol", listing.symbol)
      .number("instrument", listing.instrument)
      .text("message", order.message)
      .flag("offlineOrder", order.offline)
      .text("orderDateTime", order_time(order.time))
      .text("orderValidity", order.immediate ? "IOC" : "DAY")
      .text("pan", "")
      .text("productType", to_text(order.product))
      .number("side", sign_of(order.side))
      .number("status", static_cast<std::int64_t>(order.status))
      .text("source", "ITS")
      .text("ex_sym", listing.exchange_symbol())
      .text("description", listing.description)
      .decimal_number("ch", board.last() - board.previous_close())
      .json("chp", board.change_percent())
      .decimal_number("lp", board.last())
      .number("slNo", row)
      .number("dqQtyRem", 0)
      .text("orderNumStatus",
            order.id + ":" + std::to_string(static_cast<std::int64_t>(order.status)))
      .number("disclosedQty", whole(order.disclosed))
      .text("orderTag", order.tag)
      .text("id_fyers", fyers_id(order))
      .decimal_number("takeProfit", order.take_profit)
      .decimal_number("stopLoss", order.stop_loss);
  if (!order.parent.empty()) object.text("parentId", order.parent);
  return object.str();
}

std::string trade_row(const AccountTrade& trade, const AccountDesk& desk) {
  const FyersOrder& order = desk.orders().at(trade.order);
  const Listing& listing = listing_of(desk, order.board);
  return JsonObject()
      .text("clientId", desk.spec().fy_id)
      .text("orderDateTime", order_time(trade.time))
      .text("orderNumber", order.id)
      .text("exchangeOrderNo", exchange_order(order))
      .number("exchange", listing.exchange)
      .number("side", sign_of(order.side))
      .number("segment", listing.segment)
      .number("orderType", static_cast<std::int64_t>(order.kind))
      .text("fyToken", listing.fy_token)
      .text("productType", to_text(order.product))
      .number("tradedQty", whole(trade.quantity))
      .decimal_number("tradePrice", trade.price)
      .json("tradeValue", rupees(value_of(trade.price, trade.quantity)))
      .text("tradeNumber", trade_id(trade, order))
      .number("row", trade.number)
      .text("symbol", listing.symbol)
      .text("orderTag", order.tag)
      .str();
}

std::string position_row(const NetPosition& position, const AccountDesk& desk, std::int64_t row) {
  const Board& board = desk.boards()[position.board];
  const Listing& listing = board.listing();
  const Value unrealized = position.unrealized(board.last());
  return JsonObject()
      .number("netQty", position.net() / kDecimalOne)
      .number("qty", whole(size_of(position)))
      .decimal_number("avgPrice",
                      position.net() < 0 ? position.sell_average() : position.buy_average())
      .decimal_number("netAvg", net_average(position))
      .number("side", side_of(position))
      .text("productType", to_text(position.product))
      .json("realized_profit", rupees(position.realized()))
      .json("unrealized_profit", rupees(unrealized))
      .json("pl", rupees(position.realized() + unrealized))
      .decimal_number("ltp", board.last())
      .number("buyQty", whole(position.bought))
      .decimal_number("buyAvg", position.buy_average())
      .json("buyVal", rupees(position.bought_value))
      .number("sellQty", whole(position.sold))
      .decimal_number("sellAvg", position.sell_average())
      .json("sellVal", rupees(position.sold_value))
      .number("slNo", row)
      .text("fyToken", listing.fy_token)
      .text("crossCurrency", "N")
      .json("rbiRefRate", "1.0")
      .json("qtyMulti_com", "1.0")
      .number("segment", listing.segment)
      .text("symbol", listing.symbol)
      .text("id", position_id(position, desk))
      .number("cfBuyQty", whole(position.carried_long))
      .number("cfSellQty", whole(position.carried_short))
      .number("dayBuyQty", whole(day_part(position.bought, position.carried_long)))
      .number("daySellQty", whole(day_part(position.sold, position.carried_short)))
      .number("exchange", listing.exchange)
      .str();
}

std::string positions_overall(const AccountDesk& desk) {
  std::int64_t open = 0;
  Value realized = 0;
  Value unrealized = 0;
  for (const auto& [key, position] : desk.positions()) {
    if (position.net() != 0) ++open;
    realized += position.realized();
    unrealized += position.unrealized(desk.boards()[position.board].last());
  }
  return JsonObject()
      .number("count_total", static_cast<std::int64_t>(desk.positions().size()))
      .number("count_open", open)
      .json("pl_total", rupees(realized + unrealized))
      .json("pl_realized", rupees(realized))
      .json("pl_unrealized", rupees(unrealized))
      .str();
}

std::string funds_rows(const AccountDesk& desk) {
  const auto value = [](Money money) { return static_cast<Value>(money.raw()) * kDecimalOne; };
  const Value used = desk.margin_used();
  const Value realized = value(desk.balance()) - value(desk.balance_at_opening());
  std::vector<std::string> rows;
  const auto add = [&](std::string_view title, Value amount) {
    rows.push_back(JsonObject()
                       .number("id", static_cast<std::int64_t>(rows.size()) + 1)
                       .text("title", title)
                       .json("equityAmount", rupees(amount))
                       .number("commodityAmount", 0)
                       .str());
  };
  add("Total Balance", value(desk.balance()));
  add("Utilized Amount", used);
  add("Clear Balance", value(desk.balance()));
  add("Realized Profit and Loss", realized);
  add("Collaterals", 0);
  add("Fund Transfer", 0);
  add("Receivables", 0);
  add("Adhoc Limit", 0);
  add("Limit at start of the day", value(desk.balance_at_opening()));
  add("Available Balance", value(desk.equity()) - used);
  return json_array(rows);
}

// ---- The order stream.

std::string order_event(const FyersOrder& order, const AccountDesk& desk) {
  const Listing& listing = listing_of(desk, order.board);
  const Quantity left = order.is_open() ? order.remaining() : Quantity();
  JsonObject object;
  object.text("client_id", desk.spec().fy_id)
      .number("exchange", listing.exchange)
      .text("fy_token", listing.fy_token)
      .text("id", order.id)
      .text("id_fyers", fyers_id(order))
      .text("id_exchange", exchange_order(order))
      .number("instrument", listing.instrument)
      .number("lot_size", whole(listing.lot))
      .flag("offline_flag", order.offline)
      .text("oms_flag", "K:1")
      .text("oms_msg", order.message)
      .text("ord_source", "ITS")
      .number("ord_status", desk_status(order))
      .number("ord_type", static_cast<std::int64_t>(order.kind))
      .text("ordertag", order.tag)
      .number("org_ord_status", static_cast<std::int64_t>(order.status))
      .text("pan", "")
      .number("precision", listing.precision())
      .decimal_number("price_limit", order.limit)
      .decimal_number("price_stop", order.stop)
      .decimal_number("price_traded", order.average())
      .number("price_multiplier", 1)
      .text("product_type", to_text(order.product))
      .number("qty", whole(order.quantity))
      .number("qty_filled", whole(order.filled))
      .number("qty_multiplier", 1)
      .number("qty_remaining", whole(left))
      .text("report_type", report_of(order))
      .number("segment", listing.segment)
      .text("status_msg", order.message.empty() ? report_of(order) : order.message)
      .text("symbol", listing.symbol)
      .text("symbol_desc", listing.description)
      .text("symbol_exch", listing.exchange_symbol())
      .decimal_number("tick_size", listing.tick)
      .text("time_oms", order_time(order.time))
      .number("tran_side", sign_of(order.side))
      .text("validity", order.immediate ? "IOC" : "DAY");
  if (!order.parent.empty()) object.text("id_parent", order.parent);
  return JsonObject().json("orders", object.str()).str();
}

std::string trade_event(const AccountTrade& trade, const AccountDesk& desk) {
  const FyersOrder& order = desk.orders().at(trade.order);
  const Listing& listing = listing_of(desk, order.board);
  const std::string inner = JsonObject()
                                .text("id_fill", trade_id(trade, order))
                                .text("id", order.id)
                                .text("id_fyers", fyers_id(order))
                                .number("qty_traded", whole(trade.quantity))
                                .decimal_number("price_traded", trade.price)
                                .json("traded_val", rupees(value_of(trade.price, trade.quantity)))
                                .text("product_type", to_text(order.product))
                                .text("client_id", desk.spec().fy_id)
                                .text("id_exchange", exchange_order(order))
                                .number("ord_type", static_cast<std::int64_t>(order.kind))
                                .number("tran_side", sign_of(order.side))
                                .text("symbol", listing.symbol)
                                .text("fill_time", fill_time(trade.time))
                                .text("fy_token", listing.fy_token)
                                .number("exchange", listing.exchange)
                                .number("segment", listing.segment)
                                .text("ordertag", order.tag)
                                .str();
  return JsonObject().json("trades", inner).str();
}

std::string position_event(const NetPosition& position, const AccountDesk& desk) {
  const Board& board = desk.boards()[position.board];
  const Listing& listing = board.listing();
  const Value unrealized = position.unrealized(board.last());
  const std::string inner =
      JsonObject()
          .text("symbol", listing.symbol)
          .text("id", position_id(position, desk))
          .decimal_number("buy_avg", position.buy_average())
          .number("buy_qty", whole(position.bought))
          .json("buy_val", rupees(position.bought_value))
          .decimal_number("sell_avg", position.sell_average())
          .number("sell_qty", whole(position.sold))
          .json("sell_val", rupees(position.sold_value))
          .decimal_number("net_avg", net_average(position))
          .number("net_qty", position.net() / kDecimalOne)
          .number("tran_side", side_of(position))
          .number("qty", whole(size_of(position)))
          .text("product_type", to_text(position.product))
          .json("pl_realized", rupees(position.realized()))
          .json("pl_unrealized", rupees(unrealized))
          .json("pl_total", rupees(position.realized() + unrealized))
          .number("rbirefrate", 1)
          .text("fy_token", listing.fy_token)
          .number("exchange", listing.exchange)
          .number("segment", listing.segment)
          .number("day_buy_qty", whole(day_part(position.bought, position.carried_long)))
          .number("day_sell_qty", whole(day_part(position.sold, position.carried_short)))
          .number("cf_buy_qty", whole(position.carried_long))
          .number("cf_sell_qty", whole(position.carried_short))
          .number("qty_multiplier", 1)
          .text("cross_curr_flag", "N")
          .str();
  return JsonObject().json("positions", inner).str();
}

}  // namespace tranchet::fyers_venue

#include "adapters/aster/server/account_messages.h"

#include <algorithm>

namespace tranchet::aster_venue {
namespace {

std::string_view side_text(Side side) {
  return side == Side::Buy ? "BUY" : "SELL";
}
std::string_view working_text(WorkingType type) {
  return type == WorkingType::MarkPrice ? "MARK_PRICE" : "CONTRACT_PRICE";
}
// What it is now: a stop that has triggered is a market order, or a limit order.
std::string_view type_now(const AsterOrder& order) {
  if (!order.is_triggered) return order.type;
  return order.request.order_type == OrderType::Limit ? "LIMIT" : "MARKET";
}
bool trails(const AsterOrder& order) {
  return order.trigger.kind == TriggerKind::Trailing;
}
// 5 % is "5".
std::string callback_text(const AsterOrder& order) {
  return decimal_text(order.trigger.callback * 100 * (kDecimalOne / kPpmOne));
}
Price average_of(const AsterOrder& order) {
  if (!order.filled.is_positive()) return Price();
  return average_price({.quantity = order.filled, .cost = order.filled_value});
}
Money as_money(Value value) {
  return to_money(value);
}

// One of the rows that clients see of a key: quantity below 0 for a short.
struct Row {
  std::string_view side;
  VenuePosition position;
  bool is_short = false;
  Quantity amount() const { return is_short ? -position.quantity : position.quantity; }
  Price entry() const {
    return position.quantity.is_positive() ? average_price(position) : Price();
  }
  Money unrealized(Price mark) const {
    const Value gain = value_of(mark, position.quantity) - position.cost;
    return as_money(is_short ? -gain : gain);
  }
};

std::vector<Row> rows_of(PositionMode mode, const VenuePosition& longs,
                         const VenuePosition& shorts) {
  if (mode == PositionMode::Hedge) {
    return {{"LONG", longs, false}, {"SHORT", shorts, true}};
  }
  const bool is_short = shorts.quantity.is_positive();
  return {{"BOTH", is_short ? shorts : longs, is_short}};
}

std::vector<Row> rows_of(const AccountDesk& desk, InstrumentId instrument) {
  const SimulatedVenue& venue = desk.venue();
  return rows_of(desk.mode(), venue.position({instrument, PositionSide::Long}),
                 venue.position({instrument, PositionSide::Short}));
}

Money margin_of(const Row& row, Price mark, std::int64_t leverage) {
  return as_money(divide_ceil(value_of(mark, row.position.quantity), leverage));
}

struct Totals {
  Money initial;
  Money maintenance;
  Money unrealized;
  Money isolated_wallets;
  Money cross_initial;  // Without isolated positions, like the next.
  Money cross_unrealized;
  Money orders;
};

Money maintenance_of(const MarketBoard& board, const VenuePosition& position) {
  const Value notional = value_of(board.mark_price(), position.quantity);
  return as_money(divide_ceil(notional * board.listed().terms.maintenance_margin, kPpmOne));
}

// What the resting entries tie up.
Money order_margin(const AccountDesk& desk) {
  Money total;
  for (const auto& [number, order] : desk.orders()) {
    const SubmitOrder& request = order.request;
    if (!order.is_open() || request.order_type != OrderType::Limit || request.reduce_only) continue;
    const bool exits =
        desk.mode() == PositionMode::Hedge && request.side == exit_side(request.position_side);
    if (exits) continue;
    const Value value = value_of(*request.limit_price, request.quantity - order.filled);
    total += as_money(divide_ceil(value, desk.leverage(request.instrument)));
  }
  return total;
}

Totals totals_of(const AccountDesk& desk) {
  Totals totals;
  for (const auto& [key, position] : desk.venue().positions()) {
    const MarketBoard& board = desk.board(key.instrument);
    const Row row{"", position, key.side == PositionSide::Short};
    const Price mark = board.mark_price();
    const Money initial = margin_of(row, mark, desk.leverage(key.instrument));
    totals.initial += initial;
    totals.maintenance += maintenance_of(board, position);
    totals.unrealized += row.unrealized(mark);
    totals.isolated_wallets += desk.isolated_wallet(key, position);
    if (desk.isolated(key.instrument)) continue;
    totals.cross_initial += initial;
    totals.cross_unrealized += row.unrealized(mark);
  }
  totals.orders = order_margin(desk);
  return totals;
}

// Where equity would be the maintenance margin if this position alone moved, cross margin; 0: at no
// price. Long: (cost - rest) / (q (1 - m)), short: (cost + rest) / (q (1 + m)), with rest = equity
// without this position, less the maintenance of others.
Price liquidation_price(const AccountDesk& desk, const Row& row, const MarketBoard& board) {
  if (!row.position.quantity.is_positive()) return Price();
  const Totals totals = totals_of(desk);
  const Price mark = board.mark_price();
  const Ppm maintenance = board.listed().terms.maintenance_margin;
  const Value own = divide_ceil(value_of(mark, row.position.quantity) * maintenance, kPpmOne);
  const Money others = totals.unrealized - row.unrealized(mark);
  const Value rest = static_cast<Value>((desk.venue().balance() + others).raw()) * kDecimalOne -
                     (static_cast<Value>(totals.maintenance.raw()) * kDecimalOne - own);
  const Value wanted = row.is_short ? row.position.cost + rest : row.position.cost - rest;
  const Ppm share = row.is_short ? kPpmOne + maintenance : kPpmOne - maintenance;
  const Int128 price = divide_floor(wanted, row.position.quantity.raw()) * kPpmOne / share;
  if (price <= 0 || price > Price::max().raw()) return Price();
  return floor_to(Price::from_wide(price), board.listed().rules.tick_size);
}

Money cross_wallet(const AccountDesk& desk, const Totals& totals) {
  return desk.venue().balance() - totals.isolated_wallets;
}

Money available(const AccountDesk& desk, const Totals& totals) {
  const Money free = cross_wallet(desk, totals) + totals.cross_unrealized - totals.cross_initial -
                     totals.orders;
  return std::max(Money(), free);
}

PositionKey key_of(InstrumentId instrument, const Row& row) {
  return {instrument, row.is_short ? PositionSide::Short : PositionSide::Long};
}

Money isolated_wallet(const AccountDesk& desk, InstrumentId instrument, const Row& row) {
  return desk.isolated_wallet(key_of(instrument, row), row.position);
}

JsonObject envelope(std::string_view kind, Timestamp now) {
  JsonObject message;
  message.text("e", kind).time("E", now).time("T", now);
  return message;
}

}  // namespace

// ---- The user stream.

std::string order_event(const AsterOrder& order, const OrderNews& news, Timestamp now) {
  const SubmitOrder& request = order.request;
  JsonObject inner;
  inner.text("s", order.symbol)
      .text("c", order.client_id)
      .text("S", side_text(request.side))
      .text("o", type_now(order))
      .text("f", order.time_in_force)
      .decimal("q", request.quantity)
      .decimal("p", request.limit_price.value_or(Price()))
      .decimal("ap", average_of(order))
      .decimal("sp", request.stop_price.value_or(Price()))
      .text("x", news.execution)
      .text("X", order.status)
      .number("i", order.number)
      .decimal("l", news.quantity)
      .decimal("z", order.filled)
      .decimal("L", news.price)
      .text("N", "USDT")
      .decimal("n", news.fee)
      .time("T", now)
      .number("t", news.trade)
      .text("b", "0")
      .text("a", "0")
      .flag("m", news.maker)
      .flag("R", request.reduce_only)
      .text("wt", working_text(request.working_type))
      .text("ot", order.type)
      .text("ps", order.position_side)
      .flag("cp", order.close_position);
  if (trails(order)) {
    inner.decimal("AP", order.trigger.activation.value_or(Price()))
        .text("cr", callback_text(order));
  }
  inner.decimal("rp", news.realized);
  return envelope("ORDER_TRADE_UPDATE", now).json("o", inner.str()).str();
}

std::string account_event(const AccountDesk& desk, const VenueAccount& books,
                          std::string_view reason, InstrumentId instrument, Money change,
                          Timestamp now) {
  std::vector<std::string> positions;
  if (instrument != InstrumentId::None) {
    const MarketBoard& board = desk.board(instrument);
    for (const Row& row : rows_of(desk.mode(), books.position({instrument, PositionSide::Long}),
                                  books.position({instrument, PositionSide::Short}))) {
      positions.push_back(JsonObject()
                              .text("s", board.listed().symbol)
                              .decimal("pa", row.amount())
                              .decimal("ep", row.entry())
                              .text("cr", "0")
                              .decimal("up", row.unrealized(board.mark_price()))
                              .text("mt", desk.isolated(instrument) ? "isolated" : "cross")
                              .decimal("iw", isolated_wallet(desk, instrument, row))
                              .text("ps", row.side)
                              .text("ma", "USDT")
                              .str());
    }
  }
  Money cross = books.balance();
  for (const auto& [key, position] : books.positions()) {
    cross -= desk.isolated_wallet(key, position);
  }
  const std::string balance = JsonObject()
                                  .text("a", "USDT")
                                  .decimal("wb", books.balance())
                                  .decimal("cw", cross)
                                  .decimal("bc", change)
                                  .str();
  const std::string inner = JsonObject()
                                .text("m", reason)
                                .json("B", json_array({balance}))
                                .json("P", json_array(positions))
                                .str();
  return envelope("ACCOUNT_UPDATE", now).json("a", inner).str();
}

std::string mode_changed_event(const AccountDesk& desk, Timestamp now) {
  const std::string inner = JsonObject()
                                .flag("j", desk.multi_assets())
                                .flag("f", false)
                                .flag("d", desk.mode() == PositionMode::Hedge)
                                .str();
  return envelope("ACCOUNT_CONFIG_UPDATE", now).json("ai", inner).str();
}

std::string leverage_event(std::string_view symbol, std::int64_t leverage, Timestamp now) {
  const std::string inner = JsonObject().text("s", symbol).number("l", leverage).str();
  return envelope("ACCOUNT_CONFIG_UPDATE", now).json("ac", inner).str();
}

std::string key_expired_event(Timestamp now) {
  return JsonObject().text("e", "listenKeyExpired").time("E", now).str();
}

std::string margin_call_event(const AccountDesk& desk, Timestamp now) {
  std::vector<std::string> positions;
  for (const auto& [key, position] : desk.venue().positions()) {
    const MarketBoard& board = desk.board(key.instrument);
    const bool is_short = key.side == PositionSide::Short;
    const std::string_view book = is_short ? "SHORT" : "LONG";
    const Row row{desk.mode() == PositionMode::Hedge ? book : "BOTH", position, is_short};
    positions.push_back(JsonObject()
                            .text("s", board.listed().symbol)
                            .text("ps", row.side)
                            .decimal("pa", row.amount())
                            .text("mt", desk.isolated(key.instrument) ? "ISOLATED" : "CROSSED")
                            .decimal("iw", desk.isolated_wallet(key, position))
                            .decimal("mp", board.mark_price())
                            .decimal("up", row.unrealized(board.mark_price()))
                            .decimal("mm", maintenance_of(board, position))
                            .str());
  }
  return JsonObject()
      .text("e", "MARGIN_CALL")
      .time("E", now)
      .decimal("cw", cross_wallet(desk, totals_of(desk)))
      .json("p", json_array(positions))
      .str();
}

MarginState margin_state(const AccountDesk& desk) {
  MarginState state{.maintenance = {}, .equity = desk.venue().balance()};
  for (const auto& [key, position] : desk.venue().positions()) {
    const MarketBoard& board = desk.board(key.instrument);
    const Row row{"", position, key.side == PositionSide::Short};
    state.maintenance += maintenance_of(board, position);
    state.equity += row.unrealized(board.mark_price());
  }
  return state;
}

Money available_balance(const AccountDesk& desk) {
  return available(desk, totals_of(desk));
}

Money spare_margin(const AccountDesk& desk, const PositionKey& key) {
  const VenuePosition position = desk.venue().position(key);
  const Row row{"", position, key.side == PositionSide::Short};
  const Price mark = desk.board(key.instrument).mark_price();
  const Money loss = std::min(Money(), row.unrealized(mark));
  return std::max(Money(), desk.isolated_wallet(key, position) + loss -
                               margin_of(row, mark, desk.leverage(key.instrument)));
}

// ---- REST.

std::string order_json(const AsterOrder& order, bool with_time) {
  const SubmitOrder& request = order.request;
  JsonObject json;
  json.number("orderId", order.number)
      .text("symbol", order.symbol)
      .text("status", order.status)
      .text("clientOrderId", order.client_id)
      .decimal("price", request.limit_price.value_or(Price()))
      .decimal("avgPrice", average_of(order))
      .decimal("origQty", request.quantity)
      .decimal("executedQty", order.filled)
      .decimal("cumQty", order.filled)
      .decimal("cumQuote", as_money(order.filled_value))
      .text("timeInForce", order.time_in_force)
      .text("type", type_now(order))
      .flag("reduceOnly", request.reduce_only)
      .flag("closePosition", order.close_position)
      .text("side", side_text(request.side))
      .text("positionSide", order.position_side)
      .decimal("stopPrice", request.stop_price.value_or(Price()))
      .text("workingType", working_text(request.working_type))
      .flag("priceProtect", order.price_protect)
      .text("origType", order.type);
  if (trails(order)) {
    json.decimal("activatePrice", order.trigger.activation.value_or(Price()))
        .text("priceRate", callback_text(order));
  }
  if (with_time) json.number("time", order.created);
  return json.number("updateTime", order.updated).str();
}

std::string trade_json(const AccountTrade& trade) {
  return JsonObject()
      .text("symbol", trade.symbol)
      .number("id", trade.id)
      .number("orderId", trade.order)
      .text("side", side_text(trade.side))
      .decimal("price", trade.price)
      .decimal("qty", trade.quantity)
      .decimal("realizedPnl", trade.realized)
      .text("marginAsset", "USDT")
      .decimal("quoteQty", as_money(value_of(trade.price, trade.quantity)))
      .decimal("commission", trade.fee)
      .text("commissionAsset", "USDT")
      .number("time", trade.time)
      .text("positionSide", trade.position_side)
      .flag("buyer", trade.side == Side::Buy)
      .flag("maker", trade.maker)
      .str();
}

std::string income_json(const Income& income) {
  return JsonObject()
      .text("symbol", income.symbol)
      .text("incomeType", income.kind)
      .decimal("income", income.amount)
      .text("asset", "USDT")
      .text("info", income.kind)
      .number("time", income.time)
      .number("tranId", income.id)
      .text("tradeId", income.trade == 0 ? "" : std::to_string(income.trade))
      .str();
}

std::vector<std::string> position_rows(const AccountDesk& desk, const MarketBoard& board,
                                       std::int64_t now) {
  std::vector<std::string> result;
  const InstrumentId instrument = board.listed().rules.instrument;
  for (const Row& row : rows_of(desk, instrument)) {
    const Price mark = board.mark_price();
    const Value notional = value_of(mark, row.position.quantity);
    const std::int64_t changed = desk.changed(key_of(instrument, row));
    const Money wallet = isolated_wallet(desk, instrument, row);
    const Money gain = desk.isolated(instrument) ? row.unrealized(mark) : Money();
    result.push_back(JsonObject()
                         .text("symbol", board.listed().symbol)
                         .decimal("positionAmt", row.amount())
                         .decimal("entryPrice", row.entry())
                         .decimal("markPrice", mark)
                         .decimal("unRealizedProfit", row.unrealized(mark))
                         .decimal("liquidationPrice", liquidation_price(desk, row, board))
                         .text("leverage", std::to_string(desk.leverage(instrument)))
                         .text("maxNotionalValue", "100000000")
                         .text("marginType", desk.isolated(instrument) ? "isolated" : "cross")
                         .decimal("isolatedMargin", wallet + gain)
                         .text("isAutoAddMargin", "false")
                         .text("positionSide", row.side)
                         .decimal("notional", as_money(row.is_short ? -notional : notional))
                         .decimal("isolatedWallet", wallet)
                         .number("updateTime", std::min(changed, now))
                         .str());
  }
  return result;
}

std::string balance_json(const AccountDesk& desk, std::int64_t now) {
  const Totals totals = totals_of(desk);
  const Money balance = desk.venue().balance();
  return JsonObject()
      .text("accountAlias", "TwinUSDT")
      .text("asset", "USDT")
      .decimal("balance", balance)
      .decimal("crossWalletBalance", cross_wallet(desk, totals))
      .decimal("crossUnPnl", totals.cross_unrealized)
      .decimal("availableBalance", available(desk, totals))
      .decimal("maxWithdrawAmount", std::min(balance, available(desk, totals)))
      .flag("marginAvailable", true)
      .number("updateTime", now)
      .str();
}

namespace {

std::string account_position(const AccountDesk& desk, const MarketBoard& board, const Row& row) {
  const InstrumentId instrument = board.listed().rules.instrument;
  const Price mark = board.mark_price();
  const Money initial = margin_of(row, mark, desk.leverage(instrument));
  const Value notional = value_of(mark, row.position.quantity);
  return JsonObject()
      .text("symbol", board.listed().symbol)
      .decimal("initialMargin", initial)
      .decimal("maintMargin", maintenance_of(board, row.position))
      .decimal("unrealizedProfit", row.unrealized(mark))
      .decimal("positionInitialMargin", initial)
      .text("openOrderInitialMargin", "0")
      .text("leverage", std::to_string(desk.leverage(instrument)))
      .flag("isolated", desk.isolated(instrument))
      .decimal("entryPrice", row.entry())
      .text("maxNotional", "100000000")
      .text("positionSide", row.side)
      .decimal("positionAmt", row.amount())
      .decimal("notional", as_money(row.is_short ? -notional : notional))
      .decimal("isolatedWallet", isolated_wallet(desk, instrument, row))
      .number("updateTime", desk.changed(key_of(instrument, row)))
      .str();
}

std::string account_asset(const AccountDesk& desk, const Totals& totals, std::int64_t now) {
  const Money balance = desk.venue().balance();
  return JsonObject()
      .text("asset", "USDT")
      .decimal("walletBalance", balance)
      .decimal("unrealizedProfit", totals.unrealized)
      .decimal("marginBalance", balance + totals.unrealized)
      .decimal("maintMargin", totals.maintenance)
      .decimal("initialMargin", totals.initial + totals.orders)
      .decimal("positionInitialMargin", totals.initial)
      .decimal("openOrderInitialMargin", totals.orders)
      .decimal("maxWithdrawAmount", std::min(balance, available(desk, totals)))
      .decimal("crossWalletBalance", cross_wallet(desk, totals))
      .decimal("crossUnPnl", totals.cross_unrealized)
      .decimal("availableBalance", available(desk, totals))
      .flag("marginAvailable", true)
      .number("updateTime", now)
      .str();
}

}  // namespace

std::string account_json(const AccountDesk& desk, std::int64_t now) {
  const Totals totals = totals_of(desk);
  const Money balance = desk.venue().balance();
  std::vector<std::string> positions;
  for (const MarketBoard& board : desk.boards()) {
    for (const Row& row : rows_of(desk, board.listed().rules.instrument)) {
      positions.push_back(account_position(desk, board, row));
    }
  }
  return JsonObject()
      .number("feeTier", 0)
      .flag("canTrade", true)
      .flag("canDeposit", true)
      .flag("canWithdraw", true)
      .number("updateTime", 0)
      .decimal("totalInitialMargin", totals.initial + totals.orders)
      .decimal("totalMaintMargin", totals.maintenance)
      .decimal("totalWalletBalance", balance)
      .decimal("totalUnrealizedProfit", totals.unrealized)
      .decimal("totalMarginBalance", balance + totals.unrealized)
      .decimal("totalPositionInitialMargin", totals.initial)
      .decimal("totalOpenOrderInitialMargin", totals.orders)
      .decimal("totalCrossWalletBalance", cross_wallet(desk, totals))
      .decimal("totalCrossUnPnl", totals.cross_unrealized)
      .decimal("availableBalance", available(desk, totals))
      .decimal("maxWithdrawAmount", std::min(balance, available(desk, totals)))
      .json("assets", json_array({account_asset(desk, totals, now)}))
      .json("positions", json_array(positions))
      .str();
}

}  // namespace tranchet::aster_venue

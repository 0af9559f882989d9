// The JSON fields of every event, once: what a line is written from is what it is read with.
//
// A `Fields` is a FieldWriter or a FieldReader; both offer
//   required  always there
//   optional  left out where it equals the value it then has
//   number_of an enumerator kept as its number; left out where it is 0
// and the few shapes that are more than one value (order, target, setting, symbol, rows of a fill).
// An event without its fields here does not compile.
#pragma once

#include <array>
#include <concepts>
#include <string_view>
#include <type_traits>
#include <variant>

#include "events/event.h"

namespace tranchet {

// What a decimal may be. The sign of an entry's own numbers is the engine's to judge
// (InvalidEntry).
enum class Range : std::uint8_t { Any = 1, NotNegative, Positive };

template <class Body, class Alternative>
concept Is = std::same_as<std::remove_const_t<Body>, Alternative>;

// In the order of the alternatives.
inline constexpr auto kEventNames =
    std::to_array<std::string_view>({"RunStarted",         "ConfigChanged",
                                     "InstrumentListed",   "TimerFired",
                                     "Connected",          "Disconnected",
                                     "LogicSwitched",      "MarkPrice",
                                     "TradePrinted",       "BookTop",
                                     "LiquidationPrinted", "FundingRate",
                                     "Conflated",          "AdapterFault",
                                     "OrderAccepted",      "OrderRejected",
                                     "OrderTriggered",     "OrderFilled",
                                     "OrderAmended",       "AmendRejected",
                                     "OrderCanceled",      "CancelRejected",
                                     "OrderExpired",       "OutcomeUnknown",
                                     "QueryAnswered",      "FundingPaid",
                                     "SnapshotStarted",    "PositionReported",
                                     "OrderReported",      "BalanceReported",
                                     "SnapshotEnded",      "EntrySignal",
                                     "CloseRequested",     "ProtectionRequested",
                                     "EntriesHalted",      "EntriesResumed",
                                     "KillSwitch",         "AdoptionRequested",
                                     "CandleClosed",       "SessionChanged",
                                     "UsersReloaded"});
static_assert(kEventNames.size() == std::variant_size_v<EventBody>);

// ---- The run.

void each_field(auto& f, Is<RunStarted> auto& e) {
  f.required("build", e.build);
  f.required("settings", e.settings);
  f.digest("settings_digest", e.settings_digest);
  f.required("schema", e.schema);
  f.required("account", e.account);
}
void each_field(auto& f, Is<ConfigChanged> auto& e) {
  f.setting(e);
}
void each_field(auto& f, Is<InstrumentListed> auto& e) {
  f.required("instrument", e.instrument);
  f.required("tick_size", e.tick_size, Range::Positive);
  f.required("step_size", e.step_size, Range::Positive);
  f.optional("min_quantity", e.min_quantity, Quantity(), Range::NotNegative);
  f.optional("max_quantity", e.max_quantity, Quantity(), Range::NotNegative);
  f.optional("market_max_quantity", e.market_max_quantity, Quantity(), Range::NotNegative);
  f.optional("min_notional", e.min_notional, Money(), Range::NotNegative);
  f.optional("max_conditional_orders", e.max_conditional_orders, std::uint16_t{0});
  f.listed_symbol(e.instrument, e.symbol);
}
void each_field(auto& f, Is<TimerFired> auto& e) {
  f.required("timer", e.timer);
}
void each_field(auto& f, Is<Connected> auto& e) {
  f.required("stream", e.stream);
}
void each_field(auto& f, Is<Disconnected> auto& e) {
  f.required("stream", e.stream);
}
void each_field(auto& f, Is<LogicSwitched> auto& e) {
  f.required("feature", e.feature);
  f.required("on", e.on);
}

// ---- The market.

void each_field(auto& f, Is<MarkPrice> auto& e) {
  f.required("instrument", e.instrument);
  f.required("price", e.price, Range::Positive);
}
void each_field(auto& f, Is<TradePrinted> auto& e) {
  f.required("instrument", e.instrument);
  f.required("price", e.price, Range::Positive);
  f.required("quantity", e.quantity, Range::NotNegative);
  f.template number_of<Side>("aggressor", e.aggressor);
}
void each_field(auto& f, Is<BookTop> auto& e) {
  f.required("instrument", e.instrument);
  f.required("bid_price", e.bid_price, Range::NotNegative);
  f.required("bid_quantity", e.bid_quantity, Range::NotNegative);
  f.required("ask_price", e.ask_price, Range::NotNegative);
  f.required("ask_quantity", e.ask_quantity, Range::NotNegative);
}
void each_field(auto& f, Is<LiquidationPrinted> auto& e) {
  f.required("instrument", e.instrument);
  f.required("side", e.side);
  f.required("average_price", e.average_price, Range::Positive);
  f.required("quantity", e.quantity, Range::NotNegative);
}
void each_field(auto& f, Is<FundingRate> auto& e) {
  f.required("instrument", e.instrument);
  f.rate("rate", e.rate);
}
void each_field(auto& f, Is<Conflated> auto& e) {
  f.required("instrument", e.instrument);
  f.required("merged", e.merged);
}
void each_field(auto& f, Is<AdapterFault> auto& e) {
  f.required("text", e.text);
}

// ---- Orders.

void each_field(auto& f, Is<OrderAccepted> auto& e) {
  f.order(e.order);
}
void each_field(auto& f, Is<OrderRejected> auto& e) {
  f.order(e.order);
  f.required("reason", e.reason);
}
void each_field(auto& f, Is<OrderTriggered> auto& e) {
  f.order(e.order);
}
void each_field(auto& f, Is<OrderFilled> auto& e) {
  f.filled_order(e);
  f.required("trade_id", e.trade);
  f.required("quantity", e.quantity, Range::Positive);
  f.required("price", e.price, Range::Positive);
  f.optional("fee", e.fee, Money(), Range::Any);
  f.optional("liquidity", e.liquidity, Liquidity::Taker);
}
void each_field(auto& f, Is<OrderAmended> auto& e) {
  f.order(e.order);
  f.required("quantity", e.quantity, Range::Positive);
  f.required("limit_price", e.limit_price, Range::Positive);
}
void each_field(auto& f, Is<AmendRejected> auto& e) {
  f.order(e.order);
  f.required("reason", e.reason);
}
void each_field(auto& f, Is<OrderCanceled> auto& e) {
  f.order(e.order);
}
void each_field(auto& f, Is<CancelRejected> auto& e) {
  f.order(e.order);
  f.required("reason", e.reason);
}
void each_field(auto& f, Is<OrderExpired> auto& e) {
  f.order(e.order);
}
void each_field(auto& f, Is<OutcomeUnknown> auto& e) {
  f.order(e.order);
}
// Zero where a venue says so of an order without fills, or without a limit.
void each_field(auto& f, Is<QueryAnswered> auto& e) {
  f.order(e.order);
  f.required("status", e.status);
  f.optional("filled_quantity", e.filled_quantity, Maybe<Quantity>(), Range::NotNegative);
  f.optional("average_price", e.average_price, Maybe<Price>(), Range::NotNegative);
  f.optional("quantity", e.quantity, Maybe<Quantity>(), Range::NotNegative);
  f.optional("limit_price", e.limit_price, Maybe<Price>(), Range::NotNegative);
}
void each_field(auto& f, Is<FundingPaid> auto& e) {
  f.required("instrument", e.instrument);
  f.required("position_side", e.position_side);
  f.required("amount", e.amount, Range::Any);
}

// ---- What the venue holds.

void each_field(auto&, Is<SnapshotStarted> auto&) {}
void each_field(auto& f, Is<PositionReported> auto& e) {
  f.required("instrument", e.instrument);
  f.required("position_side", e.position_side);
  f.required("quantity", e.quantity, Range::NotNegative);
  f.required("average_price", e.average_price, Range::NotNegative);
}
void each_field(auto& f, Is<OrderReported> auto& e) {
  f.any_order(e.order);
  f.required("instrument", e.instrument);
  f.required("position_side", e.position_side);
  f.required("order_type", e.order_type);
  f.required("side", e.side);
  f.required("quantity", e.quantity, Range::NotNegative);
  f.required("filled_quantity", e.filled_quantity, Range::NotNegative);
  f.optional("limit_price", e.limit_price, Maybe<Price>(), Range::NotNegative);
  f.optional("stop_price", e.stop_price, Maybe<Price>(), Range::NotNegative);
}
void each_field(auto& f, Is<BalanceReported> auto& e) {
  f.required("balance", e.balance, Range::Any);
}
void each_field(auto&, Is<SnapshotEnded> auto&) {}

// ---- People and models.

void each_field(auto& f, Is<EntrySignal> auto& e) {
  f.required("instrument", e.instrument);
  f.required("side", e.side);
  f.template number_of<PositionSide>("position_side", e.position_side);
  f.required("order_type", e.order_type);
  f.optional("quantity", e.quantity, Maybe<Quantity>(), Range::Any);
  f.optional("value", e.value, Maybe<Money>(), Range::Any);
  f.optional("limit_price", e.limit_price, Maybe<Price>(), Range::Any);
  f.target("take_profit", e.take_profit, e.take_profit_price);
  f.target("stop_loss", e.stop_loss, e.stop_loss_price);
  f.optional("trade_type", e.trade_type, TradeType::Automated);
  f.optional("signal_id", e.signal_id, std::uint64_t{0});
  f.optional("author", e.author, TextId::None);
}
void each_field(auto& f, Is<CloseRequested> auto& e) {
  f.optional("instrument", e.instrument, InstrumentId::None);
  f.template number_of<PositionSide>("position_side", e.position_side);
  f.optional("tranche", e.tranche, kAllTranches);
  f.close_reason("reason", e.reason);
  f.optional("author", e.author, TextId::None);
}
void each_field(auto& f, Is<ProtectionRequested> auto& e) {
  f.required("instrument", e.instrument);
  f.template number_of<PositionSide>("position_side", e.position_side);
  f.required("tranche", e.tranche);
  f.target("take_profit", e.take_profit, e.take_profit_price);
  f.target("stop_loss", e.stop_loss, e.stop_loss_price);
  f.optional("author", e.author, TextId::None);
}
void each_field(auto& f, Is<EntriesHalted> auto& e) {
  f.optional("reason", e.reason, TextId::None);
  f.optional("author", e.author, TextId::None);
}
void each_field(auto& f, Is<EntriesResumed> auto& e) {
  f.optional("reason", e.reason, TextId::None);
  f.optional("author", e.author, TextId::None);
}
void each_field(auto& f, Is<KillSwitch> auto& e) {
  f.optional("reason", e.reason, TextId::None);
  f.optional("author", e.author, TextId::None);
}
void each_field(auto& f, Is<AdoptionRequested> auto& e) {
  f.required("instrument", e.instrument);
  f.required("position_side", e.position_side);
  f.required("tranche", e.tranche);
  f.required("quantity", e.quantity, Range::Positive);
  f.required("average_price", e.average_price, Range::Positive);
  f.optional("author", e.author, TextId::None);
}

// ---- Sessions and candles.

void each_field(auto& f, Is<CandleClosed> auto& e) {
  f.required("instrument", e.instrument);
  f.required("seconds", e.seconds);
  f.required("opened", e.opened);
  f.required("open", e.open, Range::Positive);
  f.required("high", e.high, Range::Positive);
  f.required("low", e.low, Range::Positive);
  f.required("close", e.close, Range::Positive);
  f.required("volume", e.volume, Range::NotNegative);
}
void each_field(auto& f, Is<SessionChanged> auto& e) {
  f.required("instrument", e.instrument);
  f.required("phase", e.phase);
}

// ---- Who may look and act.

void each_field(auto& f, Is<UsersReloaded> auto& e) {
  f.required("users", e.users);
  f.digest("digest", e.digest);
  f.optional("author", e.author, TextId::None);
}

}  // namespace tranchet

// Events from a trader's words. A symbol stands first when the page has several instruments.
//
//   mark P | trade P [of Q] | liquidated buy|sell Q at P | funding Long AMOUNT | set [SYM]
//   section.key = VALUE signal buy|sell [Q | V USDT] market|at P [TP P] [stop P|none] [manual]
//   liquidation|adl|foreign fill of Long sell Q at P [trade N]
//   close everything REASON | close request [SYM] [Long [N]] REASON
//   protect [Long] N [TP P|default|none] [stop P|default|none]
//   adopt Long N Q at P
//   halt entries | resume entries | kill switch | connected | disconnected | snapshot agrees
//   snapshot holds [SYM] Long Q at P
//   timer KIND of Long N | timer entry_timeout of Long N
//   entry|TP|stop|close [of Long [N]] [(SIZE)] then one of:
//     accepted | triggered | cancelled | expired | unknown | rejected REASON | amend rejected
//     REASON cancel rejected REASON | amended [to Q at P] | filled Q at P [fee F] [trade N] [maker]
//     query says STATUS [Q [at P]] [total Q] [limit P]
#include "adapters/cli/order_lookup.h"
#include "tests/support/transcript.h"

namespace tranchet {

InstrumentId Scene::read_instrument(Words& words) const {
  const InstrumentId named = names_.find_instrument(words.peek());
  if (named != InstrumentId::None) {
    words.next("symbol");
    return named;
  }
  if (instruments_.size() == 1) return instruments_.front().instrument;
  return InstrumentId::None;
}

std::vector<EventBody> Scene::read_event(Words& words) {
  if (words.take("connected")) return {Connected{Stream::User}};
  if (words.take("disconnected")) return {Disconnected{Stream::User}};
  if (words.take("snapshot")) {
    if (words.take("holds")) return read_snapshot(words);
    words.expect("agrees");
    return agreeing_snapshot();
  }
  if (words.take("timer")) return {read_timer(words)};
  if (words.take("set")) {
    const InstrumentId only = names_.find_instrument(words.peek());
    if (only != InstrumentId::None) words.next("symbol");
    return {read_setting(words, only)};
  }
  const InstrumentId instrument = read_instrument(words);
  if (auto body = read_market(words, instrument)) return {*body};
  if (auto body = read_person(words, instrument)) return {*body};
  if (auto body = read_order_event(words)) return {*body};
  words.fail("\"" + words.next("event") + "\" is no event");
  return {};
}

// One position and none of our orders.
std::vector<EventBody> Scene::read_snapshot(Words& words) const {
  PositionReported row{.instrument = read_instrument(words)};
  row.position_side = words.choice<PositionSide>("position side");
  row.quantity = words.decimal<Quantity>("quantity");
  words.expect("at");
  row.average_price = words.decimal<Price>("price");
  return {SnapshotStarted{}, row, SnapshotEnded{}};
}

std::optional<EventBody> Scene::read_market(Words& words, InstrumentId instrument) {
  if (words.take("mark")) return MarkPrice{instrument, words.decimal<Price>("price")};
  if (words.take("trade")) {
    TradePrinted trade{.instrument = instrument, .price = words.decimal<Price>("price")};
    if (words.take("of")) trade.quantity = words.decimal<Quantity>("quantity");
    return trade;
  }
  if (words.take("liquidated")) {
    LiquidationPrinted printed{.instrument = instrument, .side = Side::Buy};
    if (!words.take("buy")) {
      words.expect("sell");
      printed.side = Side::Sell;
    }
    printed.quantity = words.decimal<Quantity>("quantity");
    words.expect("at");
    printed.average_price = words.decimal<Price>("price");
    return printed;
  }
  if (words.take("funding")) {
    const auto side = words.choice<PositionSide>("position side");
    return FundingPaid{instrument, side, words.decimal<Money>("amount")};
  }
  if (words.take("liquidation"))
    return read_foreign_fill(words, instrument, FillOrigin::Liquidation);
  if (words.take("adl")) return read_foreign_fill(words, instrument, FillOrigin::Adl);
  if (words.take("foreign")) return read_foreign_fill(words, instrument, FillOrigin::Foreign);
  return std::nullopt;
}

std::optional<EventBody> Scene::read_person(Words& words, InstrumentId instrument) {
  if (words.take("signal")) return read_signal(words, instrument);
  if (words.take("protect")) return read_protection(words, instrument);
  if (words.take("adopt")) {
    AdoptionRequested request{.instrument = instrument};
    request.position_side = words.choice<PositionSide>("position side");
    request.tranche = words.optional_number().value_or(0);
    request.quantity = words.decimal<Quantity>("quantity");
    words.expect("at");
    request.average_price = words.decimal<Price>("price");
    return request;
  }
  if (words.take("halt")) {
    words.expect("entries");
    return EntriesHalted{};
  }
  if (words.take("resume")) {
    words.expect("entries");
    return EntriesResumed{};
  }
  if (words.take("kill")) {
    words.expect("switch");
    return KillSwitch{};
  }
  return std::nullopt;
}

EventBody Scene::read_signal(Words& words, InstrumentId instrument) {
  EntrySignal signal{.instrument = instrument};
  signal.side = words.take("buy") ? Side::Buy : Side::Sell;
  if (signal.side == Side::Sell) words.expect("sell");
  if (const auto quantity = words.optional_decimal<Quantity>()) {
    if (words.take("USDT")) {
      signal.value = Money::from_raw((*quantity).raw());
    } else {
      signal.quantity = *quantity;
    }
  }
  signal.order_type = words.take("market") ? OrderType::Market : OrderType::Limit;
  if (signal.order_type == OrderType::Limit && words.take("at")) {
    signal.limit_price = words.decimal<Price>("limit price");
  }
  const auto target = [&words](std::string_view leg, TargetChoice& choice, Maybe<Price>& price) {
    if (!words.take(leg)) return;
    choice = words.take("none") ? TargetChoice::None : TargetChoice::AtPrice;
    if (choice == TargetChoice::AtPrice) price = words.decimal<Price>(leg);
  };
  target("TP", signal.take_profit, signal.take_profit_price);
  target("stop", signal.stop_loss, signal.stop_loss_price);
  if (words.take("manual")) signal.trade_type = TradeType::Manual;
  return signal;
}

EventBody Scene::read_protection(Words& words, InstrumentId instrument) {
  ProtectionRequested request{.instrument = instrument};
  if (const auto side = words.optional_choice<PositionSide>()) {
    request.position_side = static_cast<std::uint8_t>(*side);
  }
  const auto ordinal = words.optional_number();
  if (!ordinal) words.fail("the number of the tranche is missing");
  request.tranche = ordinal.value_or(0);
  const auto target = [&words](std::string_view leg, TargetChoice& choice, Maybe<Price>& price) {
    if (!words.take(leg)) return;
    if (words.take("none")) {
      choice = TargetChoice::None;
    } else if (words.take("default")) {
      choice = TargetChoice::Default;
    } else {
      choice = TargetChoice::AtPrice;
      price = words.decimal<Price>(leg);
    }
  };
  target("TP", request.take_profit, request.take_profit_price);
  target("stop", request.stop_loss, request.stop_loss_price);
  return request;
}

EventBody Scene::read_close_request(Words& words, bool named, InstrumentId instrument) {
  CloseRequested request{.instrument = named ? instrument : InstrumentId::None};
  if (const auto side = words.optional_choice<PositionSide>()) {
    request.instrument = instrument;
    request.position_side = static_cast<std::uint8_t>(*side);
    request.tranche = words.optional_number().value_or(kAllTranches);
  }
  request.reason = words.choice<ExitReason>("reason");
  return request;
}

EventBody Scene::read_foreign_fill(Words& words, InstrumentId instrument, FillOrigin origin) {
  words.expect("fill");
  words.expect("of");
  OrderFilled fill{.instrument = instrument, .origin = origin};
  fill.position_side = words.choice<PositionSide>("position side");
  fill.side = words.take("buy") ? Side::Buy : Side::Sell;
  if (fill.side == Side::Sell) words.expect("sell");
  fill.quantity = words.decimal<Quantity>("quantity");
  words.expect("at");
  fill.price = words.decimal<Price>("price");
  fill.trade = next_trade(words);
  return fill;
}

TradeId Scene::next_trade(Words& words) {
  if (words.take("trade")) return names_.trade(words.next("trade id"));
  return names_.trade("auto" + std::to_string(++trades_));
}

EventBody Scene::read_setting(Words& words, InstrumentId instrument) const {
  const std::string key = words.next("setting");
  words.expect("=");
  const std::string value = words.next("value");
  const std::size_t dot = key.find('.');
  const SettingInfo* setting =
      dot == std::string::npos ? nullptr : find_setting(key.substr(0, dot), key.substr(dot + 1));
  if (setting == nullptr) {
    words.fail("\"" + key + "\" is no setting");
    return ConfigChanged{};
  }
  const ParsedSetting parsed = parse_setting(*setting, value);
  if (!parsed.error.empty()) words.fail(key + " \"" + value + "\" " + parsed.error);
  return ConfigChanged{.setting = setting->id, .instrument = instrument, .value = parsed.value};
}

// ---- Orders.

std::optional<EventBody> Scene::read_order_event(Words& words) {
  Reference reference;
  if (words.take("entry")) {
    reference.purpose = Purpose::Entry;
  } else if (words.take("TP")) {
    reference.purpose = Purpose::TakeProfit;
  } else if (words.take("stop")) {
    reference.purpose = Purpose::StopLoss;
  } else if (words.take("close")) {
    reference.purpose = Purpose::Close;
  } else {
    return std::nullopt;
  }
  if (reference.purpose == Purpose::Close && words.take("everything")) {
    return read_close_request(words, false, InstrumentId::None);
  }
  if (reference.purpose == Purpose::Close && words.take("request")) {
    const bool named = names_.find_instrument(words.peek()) != InstrumentId::None;
    return read_close_request(words, named, read_instrument(words));
  }
  if (words.take("of")) {
    const InstrumentId instrument = read_instrument(words);
    reference.key = PositionKey{instrument, words.choice<PositionSide>("position side")};
    reference.tranche = words.optional_number();
  }
  EventBody body = read_order_answer(words);
  if (!words.error().empty()) return body;
  const OrderId id = find(reference, body, words);
  std::visit(
      [id](auto& answer) {
        if constexpr (requires { answer.order; }) answer.order = id;
      },
      body);
  if (auto* amended = std::get_if<OrderAmended>(&body);
      amended != nullptr && amended->quantity.is_zero() && id != OrderId::None) {
    amended->quantity = state().order(id).amend_quantity;
    amended->limit_price = state().order(id).amend_price;
  }
  return body;
}

EventBody Scene::read_order_answer(Words& words) {
  if (words.take("accepted")) return OrderAccepted{};
  if (words.take("triggered")) return OrderTriggered{};
  if (words.take("cancelled")) return OrderCanceled{};
  if (words.take("expired")) return OrderExpired{};
  if (words.take("unknown")) return OutcomeUnknown{};
  if (words.take("rejected")) {
    return OrderRejected{.reason = words.choice<RejectReason>("reason")};
  }
  if (words.take("amend")) {
    words.expect("rejected");
    return AmendRejected{.reason = words.choice<RejectReason>("reason")};
  }
  if (words.take("cancel")) {
    words.expect("rejected");
    return CancelRejected{.reason = words.choice<RejectReason>("reason")};
  }
  if (words.take("query")) {
    words.expect("says");
    return read_query_answer(words);
  }
  if (words.take("amended")) {
    OrderAmended amended;
    if (words.take("to")) {
      amended.quantity = words.decimal<Quantity>("quantity");
      words.expect("at");
      amended.limit_price = words.decimal<Price>("price");
    }
    return amended;
  }
  words.expect("filled");
  OrderFilled fill;
  fill.quantity = words.decimal<Quantity>("quantity");
  words.expect("at");
  fill.price = words.decimal<Price>("price");
  if (words.take("fee")) fill.fee = words.decimal<Money>("fee");
  fill.trade = next_trade(words);
  if (words.take("maker")) fill.liquidity = Liquidity::Maker;
  return fill;
}

EventBody Scene::read_query_answer(Words& words) {
  QueryAnswered answer{.status = words.choice<QueryStatus>("status")};
  answer.filled_quantity = words.optional_decimal<Quantity>();
  if (words.take("at")) answer.average_price = words.decimal<Price>("price");
  if (words.take("total")) answer.quantity = words.decimal<Quantity>("total");
  if (words.take("limit")) answer.limit_price = words.decimal<Price>("limit");
  return answer;
}

OrderId Scene::find(const Reference& reference, const EventBody& answer, Words& words) const {
  const OrderReference by_purpose{
      .purpose = reference.purpose,
      .instrument = reference.key ? reference.key->instrument : InstrumentId::None,
      .position_side =
          reference.key ? static_cast<std::uint8_t>(reference.key->side) : std::uint8_t{0},
      .tranche = reference.tranche.value_or(kAllTranches)};
  OrderId found = OrderId::None;
  if (words.aside().empty()) {
    found = find_order(state(), by_purpose, answer);
  } else {
    for (const auto& [id, order] : state().orders) {
      const bool matches = order.purpose == reference.purpose &&
                           (!reference.key || *reference.key == order.key) &&
                           reference.tranche.value_or(order.tranche) == order.tranche &&
                           order_size(order) == words.aside();
      if (matches) found = id;
    }
  }
  if (found == OrderId::None) words.fail("no such order was ever sent");
  return found;
}

EventBody Scene::read_timer(Words& words) {
  const auto kind = words.choice<TimerKind>("timer");
  words.expect("of");
  std::string name = std::string(to_text(kind)) + " of";
  while (!words.at_end()) name += " " + words.next("tranche");
  for (const auto& [timer, at] : state().timers) {
    if (timer.kind != kind || !timer_name(timer).starts_with(name)) continue;
    if (at != now_) words.fail("that timer is due at " + page_time(at));
    return TimerFired{timer};
  }
  words.fail("no timer \"" + name + "\" is set");
  return TimerFired{};
}

// What the venue says when it holds exactly what the books hold.
std::vector<EventBody> Scene::agreeing_snapshot() const {
  std::vector<EventBody> bodies{SnapshotStarted{}};
  for (const InstrumentState& instrument : state().instruments) {
    for (const Position& position : instrument.positions) {
      const Quantity quantity = open_quantity(position);
      if (!quantity.is_positive()) continue;
      bodies.emplace_back(PositionReported{.instrument = position.key.instrument,
                                           .position_side = position.key.side,
                                           .quantity = quantity,
                                           .average_price = Price::from_wide(divide_half_away(
                                               open_cost(position), quantity.raw()))});
    }
  }
  for (const auto& [id, order] : state().orders) {
    if (order.is_finished() || order.status == OrderStatus::PendingNew) continue;
    bodies.emplace_back(OrderReported{.order = id,
                                      .instrument = order.key.instrument,
                                      .position_side = order.key.side,
                                      .order_type = order.type,
                                      .side = order.side,
                                      .quantity = order.quantity,
                                      .filled_quantity = order.filled,
                                      .limit_price = order.limit_price,
                                      .stop_price = order.stop_price});
  }
  bodies.emplace_back(SnapshotEnded{});
  return bodies;
}

}  // namespace tranchet

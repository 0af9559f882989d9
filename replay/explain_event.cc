// What happened, a sentence an event.
#include <string>

#include "events/digest.h"
#include "events/settings_text.h"
#include "replay/explain.h"

namespace tranchet {
namespace {

std::string symbol_text(const Names& names, InstrumentId instrument) {
  return instrument == InstrumentId::None ? "every instrument"
                                          : std::string(names.symbol(instrument));
}

std::string book_text(const Names& names, InstrumentId instrument, std::uint8_t side) {
  std::string text = symbol_text(names, instrument);
  if (side != 0) text += " " + std::string(to_text(static_cast<PositionSide>(side)));
  return text;
}

// "T1S4N0A0, the StopLoss of BTCUSDT Long tranche 0 (id 1)".
std::string order_text(const State& state, OrderId id, const Names& names) {
  if (id == OrderId::None) return "an order that is not ours";
  const auto found = state.orders.find(id);
  if (found == state.orders.end()) return to_text(id) + ", an order that this run does not know";
  const Order& order = found->second;
  return to_text(id) + ", the " + std::string(to_text(order.purpose)) + " of " +
         tranche_text(names, order.key, order.tranche, order.tranche_id);
}

std::string for_reason(std::string_view reason) {
  return reason.empty() ? "" : ": " + std::string(reason);
}

std::string said_by(std::string_view author) {
  return author.empty() ? "" : " (" + std::string(author) + ")";
}

std::string leg_text(std::string_view leg, TargetChoice choice, Maybe<Price> price) {
  switch (choice) {
    case TargetChoice::Keep:
      return "";
    case TargetChoice::Default:
      return ", " + std::string(leg) + " back to its percentage";
    case TargetChoice::None:
      return ", no " + std::string(leg);
    case TargetChoice::AtPrice:
      return ", " + std::string(leg) + " at " + (price ? to_text(*price) : "?");
  }
  return "";
}

class EventText {
 public:
  EventText(const State& before, const Names& names) : before_(before), names_(names) {}

  std::string operator()(const RunStarted& started) const {
    return "the run began: " + std::string(names_.text(started.build)) + ", account " +
           std::to_string(started.account);
  }
  std::string operator()(const ConfigChanged& changed) const {
    const SettingInfo& setting = info(changed.setting);
    std::string text = std::string(setting.section) + "." + std::string(setting.name);
    text += changed.instrument == InstrumentId::None
                ? ""
                : " of " + symbol_text(names_, changed.instrument);
    return text + " was set to " + setting_text(setting, changed.value) + ", from " +
           setting_text(setting, before_.settings.get(changed.setting, changed.instrument));
  }
  std::string operator()(const InstrumentListed& listed) const {
    return "the rules of " + symbol_text(names_, listed.instrument) + " were listed: tick " +
           to_text(listed.tick_size) + ", step " + to_text(listed.step_size);
  }
  std::string operator()(const TimerFired& fired) const {
    return "the timer " + to_text(fired.timer) + " fired";
  }
  std::string operator()(const Connected& connected) const {
    return "the " + std::string(to_text(connected.stream)) + " stream was connected";
  }
  std::string operator()(const Disconnected& disconnected) const {
    return "the " + std::string(to_text(disconnected.stream)) + " stream was lost";
  }
  std::string operator()(const LogicSwitched& switched) const {
    return "rule " + std::to_string(switched.feature) + " was switched " +
           (switched.on ? "on" : "off");
  }
  std::string operator()(const MarkPrice& mark) const {
    return "the mark price of " + symbol_text(names_, mark.instrument) + " was " +
           to_text(mark.price);
  }
  std::string operator()(const TradePrinted& trade) const {
    std::string text = symbol_text(names_, trade.instrument) + " traded at " + to_text(trade.price);
    if (trade.quantity) text += ", " + to_text(*trade.quantity);
    return text;
  }
  std::string operator()(const BookTop& book) const {
    return "the book of " + symbol_text(names_, book.instrument) + " stood at " +
           to_text(book.bid_price) + " / " + to_text(book.ask_price);
  }
  std::string operator()(const LiquidationPrinted& print) const {
    return "somebody's " + symbol_text(names_, print.instrument) +
           " position was liquidated: " + std::string(to_text(print.side)) + " " +
           to_text(print.quantity) + " at " + to_text(print.average_price);
  }
  std::string operator()(const FundingRate& funding) const {
    return "the funding rate of " + symbol_text(names_, funding.instrument) + " was " +
           decimal_text(funding.rate);
  }
  std::string operator()(const Conflated& conflated) const {
    return std::to_string(conflated.merged) + " prices of " +
           symbol_text(names_, conflated.instrument) + " were merged under pressure";
  }
  std::string operator()(const AdapterFault& fault) const {
    return "the venue said what the adapter could not use: " + std::string(names_.text(fault.text));
  }
  std::string operator()(const OrderAccepted& body) const {
    return "the venue accepted " + order(body.order);
  }
  std::string operator()(const OrderRejected& body) const {
    return "the venue refused " + order(body.order) + ": " + std::string(to_text(body.reason));
  }
  std::string operator()(const OrderTriggered& body) const {
    return "at the venue the price triggered " + order(body.order);
  }
  std::string operator()(const OrderFilled& fill) const {
    std::string text =
        fill.order == OrderId::None
            ? "the venue reported a fill of origin " + std::string(to_text(fill.origin)) + " on " +
                  book_text(names_, fill.instrument, static_cast<std::uint8_t>(fill.position_side))
            : "the venue filled " + order(fill.order);
    text += ": " + to_text(fill.quantity) + " at " + to_text(fill.price) + ", trade " +
            names_.trade_text(fill.trade);
    if (!fill.fee.is_zero()) text += ", fee " + to_text(fill.fee);
    return text;
  }
  std::string operator()(const OrderAmended& body) const {
    return "the venue amended " + order(body.order) + " to " + to_text(body.quantity) + " at " +
           to_text(body.limit_price);
  }
  std::string operator()(const AmendRejected& body) const {
    return "the venue refused to amend " + order(body.order) + ": " +
           std::string(to_text(body.reason)) + "; it stayed as it was";
  }
  std::string operator()(const OrderCanceled& body) const {
    return "the venue confirmed the cancel of " + order(body.order);
  }
  std::string operator()(const CancelRejected& body) const {
    return "the venue refused to cancel " + order(body.order) + ": " +
           std::string(to_text(body.reason));
  }
  std::string operator()(const OrderExpired& body) const {
    return "at the venue expired " + order(body.order);
  }
  std::string operator()(const OutcomeUnknown& body) const {
    return "it was not known what became of a request about " + order(body.order);
  }
  std::string operator()(const QueryAnswered& body) const {
    std::string text = "asked about " + order(body.order) + ", the venue said " +
                       std::string(to_text(body.status));
    if (body.filled_quantity) text += ", filled " + to_text(*body.filled_quantity);
    return text;
  }
  std::string operator()(const FundingPaid& paid) const {
    return "funding of " + to_text(paid.amount) + " was booked on " +
           book_text(names_, paid.instrument, static_cast<std::uint8_t>(paid.position_side));
  }
  std::string operator()(const SnapshotStarted&) const {
    return "the venue's snapshot of the account began";
  }
  std::string operator()(const PositionReported& row) const {
    return "the snapshot holds " + to_text(row.quantity) + " of " +
           book_text(names_, row.instrument, static_cast<std::uint8_t>(row.position_side)) +
           " at " + to_text(row.average_price);
  }
  std::string operator()(const OrderReported& row) const {
    return "the snapshot holds " + order(row.order) + ", filled " + to_text(row.filled_quantity) +
           " of " + to_text(row.quantity);
  }
  std::string operator()(const BalanceReported& row) const {
    return "the snapshot holds a balance of " + to_text(row.balance);
  }
  std::string operator()(const SnapshotEnded&) const {
    return "the venue's snapshot of the account was complete";
  }
  std::string operator()(const EntrySignal& signal) const {
    std::string text = "a signal asked to " + std::string(to_text(signal.side)) + " " +
                       symbol_text(names_, signal.instrument);
    if (signal.quantity) text += ", quantity " + to_text(*signal.quantity);
    if (signal.value) text += ", for " + to_text(*signal.value);
    text +=
        signal.limit_price ? ", at " + to_text(*signal.limit_price) + " or better" : ", at market";
    return text +
           (signal.signal_id != 0 ? " (signal " + std::to_string(signal.signal_id) + ")" : "");
  }
  std::string operator()(const CloseRequested& request) const {
    std::string text =
        "it was asked to close " + book_text(names_, request.instrument, request.position_side);
    if (request.tranche != kAllTranches) text += " tranche " + std::to_string(request.tranche);
    return text + ", reason " + std::string(to_text(request.reason)) +
           said_by(names_.text(request.author));
  }
  std::string operator()(const ProtectionRequested& request) const {
    return "other targets were asked for on " +
           book_text(names_, request.instrument, request.position_side) + " tranche " +
           std::to_string(request.tranche) +
           leg_text("take-profit", request.take_profit, request.take_profit_price) +
           leg_text("stop", request.stop_loss, request.stop_loss_price) +
           said_by(names_.text(request.author));
  }
  std::string operator()(const EntriesHalted& halted) const {
    return "entries were halted" + for_reason(names_.text(halted.reason)) +
           said_by(names_.text(halted.author));
  }
  std::string operator()(const EntriesResumed& resumed) const {
    return "entries were resumed" + for_reason(names_.text(resumed.reason)) +
           said_by(names_.text(resumed.author));
  }
  std::string operator()(const KillSwitch& kill) const {
    return "the kill switch was thrown" + for_reason(names_.text(kill.reason)) +
           said_by(names_.text(kill.author));
  }
  std::string operator()(const AdoptionRequested& request) const {
    return to_text(request.quantity) + " at " + to_text(request.average_price) +
           " that the venue " + "holds are to be " +
           book_text(names_, request.instrument, static_cast<std::uint8_t>(request.position_side)) +
           " tranche " + std::to_string(request.tranche) + said_by(names_.text(request.author));
  }
  std::string operator()(const CandleClosed& candle) const {
    return symbol_text(names_, candle.instrument) + " candle of " +
           to_text(Duration::seconds(candle.seconds)) + " from " + to_text(candle.opened) +
           ": open " + to_text(candle.open) + ", high " + to_text(candle.high) + ", low " +
           to_text(candle.low) + ", close " + to_text(candle.close);
  }
  std::string operator()(const SessionChanged& changed) const {
    return "the session of " + symbol_text(names_, changed.instrument) +
           (changed.phase == SessionPhase::Open ? " began" : " ended");
  }
  std::string operator()(const UsersReloaded& reloaded) const {
    return "the users of the screens were read anew: " + std::to_string(reloaded.users) +
           (reloaded.users == 1 ? " user" : " users") + ", digest " + digest_text(reloaded.digest) +
           said_by(names_.text(reloaded.author));
  }

 private:
  std::string order(OrderId id) const { return order_text(before_, id, names_); }

  const State& before_;
  const Names& names_;
};

}  // namespace

std::string tranche_text(const Names& names, PositionKey key, std::uint32_t ordinal, TrancheId id) {
  return std::string(names.symbol(key.instrument)) + " " + std::string(to_text(key.side)) +
         " tranche " + std::to_string(ordinal) + " (id " +
         std::to_string(static_cast<std::uint64_t>(id)) + ")";
}

std::string event_text(const State& before, const Event& event, const Names& names) {
  return std::visit(EventText(before, names), event.body);
}

}  // namespace tranchet

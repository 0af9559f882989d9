// Cap'n Proto to event. An alternative without its case here does not compile.
#include <kj/exception.h>

#include <limits>

#include "events/log/event_codec.h"
#include "events/log/wire.h"

namespace tranchet {
namespace {

// Takes values over, and remembers whether one was a number that this program has no name for.
class Checked {
 public:
  bool all_known() const { return all_known_; }

  template <class Enum>
  void known(Enum& to, std::uint8_t number) {
    to = static_cast<Enum>(number);
    all_known_ = all_known_ && is_valid(to);
  }
  template <class Enum>
  void known_or_none(Enum& to, std::uint8_t number) {
    to = static_cast<Enum>(number);
    all_known_ = all_known_ && (number == 0 || is_valid(to));
  }
  template <class Enum>
  void number_or_none(std::uint8_t& to, std::uint8_t number) {
    Enum checked{};
    known_or_none(checked, number);
    to = number;
  }
  void known(TargetChoice& to, std::uint8_t number) {
    to = static_cast<TargetChoice>(number);
    all_known_ = all_known_ && number >= 1 && number <= 4;
  }
  void known(Setting& to, std::uint8_t number) {
    to = static_cast<Setting>(number);
    all_known_ = all_known_ && number >= 1 && number <= kSettingCount;
  }

 private:
  bool all_known_ = true;
};

template <class Unit>
void take(Decimal<Unit>& to, std::int64_t count) {
  to = Decimal<Unit>::from_raw(count);
}
template <class T>
void take(Maybe<T>& to, std::int64_t count) {
  to =
      count == std::numeric_limits<std::int64_t>::min() ? Maybe<T>() : Maybe<T>(T::from_raw(count));
}

void decode(wire::RunStarted::Reader r, RunStarted& e, Checked&) {
  e.build = TextId{r.getBuild()};
  e.settings = TextId{r.getSettings()};
  e.settings_digest = r.getSettingsDigest();
  e.schema = r.getSchema();
  e.account = r.getAccount();
}
void decode(wire::ConfigChanged::Reader r, ConfigChanged& e, Checked& checked) {
  checked.known(e.setting, r.getSetting());
  e.instrument = InstrumentId{r.getInstrument()};
  e.value = r.getValue();
}
void decode(wire::InstrumentListed::Reader r, InstrumentListed& e, Checked&) {
  take(e.tick_size, r.getTickSize());
  take(e.step_size, r.getStepSize());
  take(e.min_quantity, r.getMinQuantity());
  take(e.max_quantity, r.getMaxQuantity());
  take(e.market_max_quantity, r.getMarketMaxQuantity());
  take(e.min_notional, r.getMinNotional());
  e.symbol = TextId{r.getSymbol()};
  e.instrument = InstrumentId{r.getInstrument()};
  e.max_conditional_orders = r.getMaxConditionalOrders();
}
void decode(wire::TimerFired::Reader r, TimerFired& e, Checked& checked) {
  checked.known(e.timer.kind, r.getKind());
  e.timer.subject = r.getSubject();
}
void decode(wire::Connected::Reader r, Connected& e, Checked& checked) {
  checked.known(e.stream, r.getStream());
}
void decode(wire::Disconnected::Reader r, Disconnected& e, Checked& checked) {
  checked.known(e.stream, r.getStream());
}
void decode(wire::LogicSwitched::Reader r, LogicSwitched& e, Checked&) {
  e.feature = r.getFeature();
  e.on = r.getOn();
}
void decode(wire::MarkPrice::Reader r, MarkPrice& e, Checked&) {
  e.instrument = InstrumentId{r.getInstrument()};
  take(e.price, r.getPrice());
}
void decode(wire::TradePrinted::Reader r, TradePrinted& e, Checked& checked) {
  e.instrument = InstrumentId{r.getInstrument()};
  take(e.quantity, r.getQuantity());
  take(e.price, r.getPrice());
  checked.number_or_none<Side>(e.aggressor, r.getAggressor());
}
void decode(wire::BookTop::Reader r, BookTop& e, Checked&) {
  e.instrument = InstrumentId{r.getInstrument()};
  take(e.bid_price, r.getBidPrice());
  take(e.bid_quantity, r.getBidQuantity());
  take(e.ask_price, r.getAskPrice());
  take(e.ask_quantity, r.getAskQuantity());
}
void decode(wire::LiquidationPrinted::Reader r, LiquidationPrinted& e, Checked& checked) {
  e.instrument = InstrumentId{r.getInstrument()};
  checked.known(e.side, r.getSide());
  take(e.average_price, r.getAveragePrice());
  take(e.quantity, r.getQuantity());
}
void decode(wire::FundingRate::Reader r, FundingRate& e, Checked&) {
  e.instrument = InstrumentId{r.getInstrument()};
  e.rate = r.getRate();
}
void decode(wire::Conflated::Reader r, Conflated& e, Checked&) {
  e.instrument = InstrumentId{r.getInstrument()};
  e.merged = r.getMerged();
}
void decode(wire::AdapterFault::Reader r, AdapterFault& e, Checked&) {
  e.text = TextId{r.getText()};
}
void decode(wire::OrderAccepted::Reader r, OrderAccepted& e, Checked&) {
  e.order = OrderId{r.getOrder()};
}
void decode(wire::OrderRejected::Reader r, OrderRejected& e, Checked& checked) {
  e.order = OrderId{r.getOrder()};
  checked.known(e.reason, r.getReason());
}
void decode(wire::OrderTriggered::Reader r, OrderTriggered& e, Checked&) {
  e.order = OrderId{r.getOrder()};
}
void decode(wire::OrderFilled::Reader r, OrderFilled& e, Checked& checked) {
  e.order = OrderId{r.getOrder()};
  e.trade = TradeId{r.getTrade()};
  take(e.quantity, r.getQuantity());
  take(e.price, r.getPrice());
  take(e.fee, r.getFee());
  e.instrument = InstrumentId{r.getInstrument()};
  checked.known_or_none(e.position_side, r.getPositionSide());
  checked.known_or_none(e.side, r.getSide());
  checked.known(e.liquidity, r.getLiquidity());
  checked.known(e.origin, r.getOrigin());
}
void decode(wire::OrderAmended::Reader r, OrderAmended& e, Checked&) {
  e.order = OrderId{r.getOrder()};
  take(e.quantity, r.getQuantity());
  take(e.limit_price, r.getLimitPrice());
}
void decode(wire::AmendRejected::Reader r, AmendRejected& e, Checked& checked) {
  e.order = OrderId{r.getOrder()};
  checked.known(e.reason, r.getReason());
}
void decode(wire::OrderCanceled::Reader r, OrderCanceled& e, Checked&) {
  e.order = OrderId{r.getOrder()};
}
void decode(wire::CancelRejected::Reader r, CancelRejected& e, Checked& checked) {
  e.order = OrderId{r.getOrder()};
  checked.known(e.reason, r.getReason());
}
void decode(wire::OrderExpired::Reader r, OrderExpired& e, Checked&) {
  e.order = OrderId{r.getOrder()};
}
void decode(wire::OutcomeUnknown::Reader r, OutcomeUnknown& e, Checked&) {
  e.order = OrderId{r.getOrder()};
}
void decode(wire::QueryAnswered::Reader r, QueryAnswered& e, Checked& checked) {
  e.order = OrderId{r.getOrder()};
  checked.known(e.status, r.getStatus());
  take(e.filled_quantity, r.getFilledQuantity());
  take(e.average_price, r.getAveragePrice());
  take(e.quantity, r.getQuantity());
  take(e.limit_price, r.getLimitPrice());
}
void decode(wire::FundingPaid::Reader r, FundingPaid& e, Checked& checked) {
  e.instrument = InstrumentId{r.getInstrument()};
  checked.known(e.position_side, r.getPositionSide());
  take(e.amount, r.getAmount());
}
void decode(wire::SnapshotStarted::Reader, SnapshotStarted&, Checked&) {}
void decode(wire::PositionReported::Reader r, PositionReported& e, Checked& checked) {
  e.instrument = InstrumentId{r.getInstrument()};
  checked.known(e.position_side, r.getPositionSide());
  take(e.quantity, r.getQuantity());
  take(e.average_price, r.getAveragePrice());
}
void decode(wire::OrderReported::Reader r, OrderReported& e, Checked& checked) {
  e.order = OrderId{r.getOrder()};
  e.instrument = InstrumentId{r.getInstrument()};
  checked.known(e.position_side, r.getPositionSide());
  checked.known(e.order_type, r.getOrderType());
  checked.known(e.side, r.getSide());
  take(e.quantity, r.getQuantity());
  take(e.filled_quantity, r.getFilledQuantity());
  take(e.limit_price, r.getLimitPrice());
  take(e.stop_price, r.getStopPrice());
}
void decode(wire::BalanceReported::Reader r, BalanceReported& e, Checked&) {
  take(e.balance, r.getBalance());
}
void decode(wire::SnapshotEnded::Reader, SnapshotEnded&, Checked&) {}
void decode(wire::EntrySignal::Reader r, EntrySignal& e, Checked& checked) {
  take(e.quantity, r.getQuantity());
  take(e.value, r.getValue());
  take(e.limit_price, r.getLimitPrice());
  take(e.take_profit_price, r.getTakeProfitPrice());
  take(e.stop_loss_price, r.getStopLossPrice());
  e.signal_id = r.getSignalId();
  e.instrument = InstrumentId{r.getInstrument()};
  checked.known(e.side, r.getSide());
  checked.known(e.order_type, r.getOrderType());
  checked.number_or_none<PositionSide>(e.position_side, r.getPositionSide());
  checked.known(e.take_profit, r.getTakeProfit());
  checked.known(e.stop_loss, r.getStopLoss());
  checked.known(e.trade_type, r.getTradeType());
  e.author = TextId{r.getAuthor()};
}
void decode(wire::CloseRequested::Reader r, CloseRequested& e, Checked& checked) {
  e.instrument = InstrumentId{r.getInstrument()};
  e.tranche = r.getTranche();
  checked.number_or_none<PositionSide>(e.position_side, r.getPositionSide());
  checked.known(e.reason, r.getReason());
  e.author = TextId{r.getAuthor()};
}
void decode(wire::ProtectionRequested::Reader r, ProtectionRequested& e, Checked& checked) {
  e.instrument = InstrumentId{r.getInstrument()};
  e.tranche = r.getTranche();
  checked.number_or_none<PositionSide>(e.position_side, r.getPositionSide());
  checked.known(e.take_profit, r.getTakeProfit());
  checked.known(e.stop_loss, r.getStopLoss());
  take(e.take_profit_price, r.getTakeProfitPrice());
  take(e.stop_loss_price, r.getStopLossPrice());
  e.author = TextId{r.getAuthor()};
}
void decode(wire::EntriesHalted::Reader r, EntriesHalted& e, Checked&) {
  e.reason = TextId{r.getReason()};
  e.author = TextId{r.getAuthor()};
}
void decode(wire::EntriesResumed::Reader r, EntriesResumed& e, Checked&) {
  e.reason = TextId{r.getReason()};
  e.author = TextId{r.getAuthor()};
}
void decode(wire::KillSwitch::Reader r, KillSwitch& e, Checked&) {
  e.reason = TextId{r.getReason()};
  e.author = TextId{r.getAuthor()};
}
void decode(wire::AdoptionRequested::Reader r, AdoptionRequested& e, Checked& checked) {
  e.instrument = InstrumentId{r.getInstrument()};
  checked.known(e.position_side, r.getPositionSide());
  e.tranche = r.getTranche();
  take(e.quantity, r.getQuantity());
  take(e.average_price, r.getAveragePrice());
  e.author = TextId{r.getAuthor()};
}
void decode(wire::CandleClosed::Reader r, CandleClosed& e, Checked&) {
  e.instrument = InstrumentId{r.getInstrument()};
  e.seconds = r.getSeconds();
  e.opened = Timestamp::from_nanoseconds(r.getOpened());
  take(e.open, r.getOpen());
  take(e.high, r.getHigh());
  take(e.low, r.getLow());
  take(e.close, r.getClose());
  take(e.volume, r.getVolume());
}
void decode(wire::SessionChanged::Reader r, SessionChanged& e, Checked& checked) {
  e.instrument = InstrumentId{r.getInstrument()};
  checked.known(e.phase, r.getPhase());
}
void decode(wire::UsersReloaded::Reader r, UsersReloaded& e, Checked&) {
  e.digest = r.getDigest();
  e.users = r.getUsers();
  e.author = TextId{r.getAuthor()};
}

template <class Body>
bool decode_into(EventBody& body, auto reader) {
  Checked checked;
  decode(reader, body.emplace<Body>(), checked);
  return checked.all_known();
}

// Of people and models.
bool decode_wish(wire::Event::Reader event, EventBody& body) {
  if (event.isEntrySignal()) return decode_into<EntrySignal>(body, event.getEntrySignal());
  if (event.isCloseRequested()) return decode_into<CloseRequested>(body, event.getCloseRequested());
  if (event.isProtectionRequested())
    return decode_into<ProtectionRequested>(body, event.getProtectionRequested());
  if (event.isEntriesHalted()) return decode_into<EntriesHalted>(body, event.getEntriesHalted());
  if (event.isEntriesResumed()) return decode_into<EntriesResumed>(body, event.getEntriesResumed());
  if (event.isKillSwitch()) return decode_into<KillSwitch>(body, event.getKillSwitch());
  if (event.isAdoptionRequested())
    return decode_into<AdoptionRequested>(body, event.getAdoptionRequested());
  return decode_into<UsersReloaded>(body, event.getUsersReloaded());
}

// False: an alternative or a number that this program does not know.
bool decode_event(wire::Event::Reader event, EventBody& body) {
  switch (event.which()) {
    case wire::Event::RUN_STARTED:
      return decode_into<RunStarted>(body, event.getRunStarted());
    case wire::Event::CONFIG_CHANGED:
      return decode_into<ConfigChanged>(body, event.getConfigChanged());
    case wire::Event::INSTRUMENT_LISTED:
      return decode_into<InstrumentListed>(body, event.getInstrumentListed());
    case wire::Event::TIMER_FIRED:
      return decode_into<TimerFired>(body, event.getTimerFired());
    case wire::Event::CONNECTED:
      return decode_into<Connected>(body, event.getConnected());
    case wire::Event::DISCONNECTED:
      return decode_into<Disconnected>(body, event.getDisconnected());
    case wire::Event::LOGIC_SWITCHED:
      return decode_into<LogicSwitched>(body, event.getLogicSwitched());
    case wire::Event::MARK_PRICE:
      return decode_into<MarkPrice>(body, event.getMarkPrice());
    case wire::Event::TRADE_PRINTED:
      return decode_into<TradePrinted>(body, event.getTradePrinted());
    case wire::Event::BOOK_TOP:
      return decode_into<BookTop>(body, event.getBookTop());
    case wire::Event::LIQUIDATION_PRINTED:
      return decode_into<LiquidationPrinted>(body, event.getLiquidationPrinted());
    case wire::Event::FUNDING_RATE:
      return decode_into<FundingRate>(body, event.getFundingRate());
    case wire::Event::CONFLATED:
      return decode_into<Conflated>(body, event.getConflated());
    case wire::Event::ADAPTER_FAULT:
      return decode_into<AdapterFault>(body, event.getAdapterFault());
    case wire::Event::ORDER_ACCEPTED:
      return decode_into<OrderAccepted>(body, event.getOrderAccepted());
    case wire::Event::ORDER_REJECTED:
      return decode_into<OrderRejected>(body, event.getOrderRejected());
    case wire::Event::ORDER_TRIGGERED:
      return decode_into<OrderTriggered>(body, event.getOrderTriggered());
    case wire::Event::ORDER_FILLED:
      return decode_into<OrderFilled>(body, event.getOrderFilled());
    case wire::Event::ORDER_AMENDED:
      return decode_into<OrderAmended>(body, event.getOrderAmended());
    case wire::Event::AMEND_REJECTED:
      return decode_into<AmendRejected>(body, event.getAmendRejected());
    case wire::Event::ORDER_CANCELED:
      return decode_into<OrderCanceled>(body, event.getOrderCanceled());
    case wire::Event::CANCEL_REJECTED:
      return decode_into<CancelRejected>(body, event.getCancelRejected());
    case wire::Event::ORDER_EXPIRED:
      return decode_into<OrderExpired>(body, event.getOrderExpired());
    case wire::Event::OUTCOME_UNKNOWN:
      return decode_into<OutcomeUnknown>(body, event.getOutcomeUnknown());
    case wire::Event::QUERY_ANSWERED:
      return decode_into<QueryAnswered>(body, event.getQueryAnswered());
    case wire::Event::FUNDING_PAID:
      return decode_into<FundingPaid>(body, event.getFundingPaid());
    case wire::Event::SNAPSHOT_STARTED:
      return decode_into<SnapshotStarted>(body, event.getSnapshotStarted());
    case wire::Event::POSITION_REPORTED:
      return decode_into<PositionReported>(body, event.getPositionReported());
    case wire::Event::ORDER_REPORTED:
      return decode_into<OrderReported>(body, event.getOrderReported());
    case wire::Event::BALANCE_REPORTED:
      return decode_into<BalanceReported>(body, event.getBalanceReported());
    case wire::Event::SNAPSHOT_ENDED:
      return decode_into<SnapshotEnded>(body, event.getSnapshotEnded());
    case wire::Event::ENTRY_SIGNAL:
    case wire::Event::CLOSE_REQUESTED:
    case wire::Event::PROTECTION_REQUESTED:
    case wire::Event::ENTRIES_HALTED:
    case wire::Event::ENTRIES_RESUMED:
    case wire::Event::KILL_SWITCH:
    case wire::Event::ADOPTION_REQUESTED:
    case wire::Event::USERS_RELOADED:
      return decode_wish(event, body);
    case wire::Event::CANDLE_CLOSED:
      return decode_into<CandleClosed>(body, event.getCandleClosed());
    case wire::Event::SESSION_CHANGED:
      return decode_into<SessionChanged>(body, event.getSessionChanged());
  }
  return false;  // A number beyond the list.
}

}  // namespace

DecodeResult decode_body(std::span<const std::uint64_t> words, EventBody& body) {
  const kj::ArrayPtr<const capnp::word> segment(reinterpret_cast<const capnp::word*>(words.data()),
                                                words.size());
  // An event is a root and one struct: what goes round in circles or deeper is not one.
  capnp::ReaderOptions bounds;
  bounds.traversalLimitInWords = 8 * words.size();
  bounds.nestingLimit = 8;
  try {
    capnp::SegmentArrayMessageReader message(kj::arrayPtr(&segment, 1), bounds);
    return decode_event(message.getRoot<wire::Event>(), body) ? DecodeResult::Fine
                                                              : DecodeResult::Unknown;
  } catch (const kj::Exception&) {
    return DecodeResult::Malformed;
  }
}

}  // namespace tranchet

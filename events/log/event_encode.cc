// Event to Cap'n Proto. An alternative without its function here does not compile.

#include <array>
#include <limits>
#include <tuple>
#include <utility>

#include "events/ensure.h"
#include "events/log/event_codec.h"
#include "events/log/wire.h"

namespace tranchet {
namespace {

template <class T>
std::int64_t count_of(Maybe<T> value) {
  return value ? (*value).raw() : std::numeric_limits<std::int64_t>::min();
}

void encode(const RunStarted& e, wire::RunStarted::Builder w) {
  w.setBuild(std::to_underlying(e.build));
  w.setSettings(std::to_underlying(e.settings));
  w.setSettingsDigest(e.settings_digest);
  w.setSchema(e.schema);
  w.setAccount(e.account);
}
void encode(const ConfigChanged& e, wire::ConfigChanged::Builder w) {
  w.setSetting(std::to_underlying(e.setting));
  w.setInstrument(std::to_underlying(e.instrument));
  w.setValue(e.value);
}
void encode(const InstrumentListed& e, wire::InstrumentListed::Builder w) {
  w.setTickSize(e.tick_size.raw());
  w.setStepSize(e.step_size.raw());
  w.setMinQuantity(e.min_quantity.raw());
  w.setMaxQuantity(e.max_quantity.raw());
  w.setMarketMaxQuantity(e.market_max_quantity.raw());
  w.setMinNotional(e.min_notional.raw());
  w.setSymbol(std::to_underlying(e.symbol));
  w.setInstrument(std::to_underlying(e.instrument));
  w.setMaxConditionalOrders(e.max_conditional_orders);
}
void encode(const TimerFired& e, wire::TimerFired::Builder w) {
  w.setKind(std::to_underlying(e.timer.kind));
  w.setSubject(e.timer.subject);
}
void encode(const Connected& e, wire::Connected::Builder w) {
  w.setStream(std::to_underlying(e.stream));
}
void encode(const Disconnected& e, wire::Disconnected::Builder w) {
  w.setStream(std::to_underlying(e.stream));
}
void encode(const LogicSwitched& e, wire::LogicSwitched::Builder w) {
  w.setFeature(e.feature);
  w.setOn(e.on);
}
void encode(const MarkPrice& e, wire::MarkPrice::Builder w) {
  w.setInstrument(std::to_underlying(e.instrument));
  w.setPrice(e.price.raw());
}
void encode(const TradePrinted& e, wire::TradePrinted::Builder w) {
  w.setInstrument(std::to_underlying(e.instrument));
  w.setQuantity(count_of(e.quantity));
  w.setPrice(e.price.raw());
  w.setAggressor(e.aggressor);
}
void encode(const BookTop& e, wire::BookTop::Builder w) {
  w.setInstrument(std::to_underlying(e.instrument));
  w.setBidPrice(e.bid_price.raw());
  w.setBidQuantity(e.bid_quantity.raw());
  w.setAskPrice(e.ask_price.raw());
  w.setAskQuantity(e.ask_quantity.raw());
}
void encode(const LiquidationPrinted& e, wire::LiquidationPrinted::Builder w) {
  w.setInstrument(std::to_underlying(e.instrument));
  w.setSide(std::to_underlying(e.side));
  w.setAveragePrice(e.average_price.raw());
  w.setQuantity(e.quantity.raw());
}
void encode(const FundingRate& e, wire::FundingRate::Builder w) {
  w.setInstrument(std::to_underlying(e.instrument));
  w.setRate(e.rate);
}
void encode(const Conflated& e, wire::Conflated::Builder w) {
  w.setInstrument(std::to_underlying(e.instrument));
  w.setMerged(e.merged);
}
void encode(const AdapterFault& e, wire::AdapterFault::Builder w) {
  w.setText(std::to_underlying(e.text));
}
void encode(const OrderAccepted& e, wire::OrderAccepted::Builder w) {
  w.setOrder(std::to_underlying(e.order));
}
void encode(const OrderRejected& e, wire::OrderRejected::Builder w) {
  w.setOrder(std::to_underlying(e.order));
  w.setReason(std::to_underlying(e.reason));
}
void encode(const OrderTriggered& e, wire::OrderTriggered::Builder w) {
  w.setOrder(std::to_underlying(e.order));
}
void encode(const OrderFilled& e, wire::OrderFilled::Builder w) {
  w.setOrder(std::to_underlying(e.order));
  w.setTrade(std::to_underlying(e.trade));
  w.setQuantity(e.quantity.raw());
  w.setPrice(e.price.raw());
  w.setFee(e.fee.raw());
  w.setInstrument(std::to_underlying(e.instrument));
  w.setPositionSide(std::to_underlying(e.position_side));
  w.setSide(std::to_underlying(e.side));
  w.setLiquidity(std::to_underlying(e.liquidity));
  w.setOrigin(std::to_underlying(e.origin));
}
void encode(const OrderAmended& e, wire::OrderAmended::Builder w) {
  w.setOrder(std::to_underlying(e.order));
  w.setQuantity(e.quantity.raw());
  w.setLimitPrice(e.limit_price.raw());
}
void encode(const AmendRejected& e, wire::AmendRejected::Builder w) {
  w.setOrder(std::to_underlying(e.order));
  w.setReason(std::to_underlying(e.reason));
}
void encode(const OrderCanceled& e, wire::OrderCanceled::Builder w) {
  w.setOrder(std::to_underlying(e.order));
}
void encode(const CancelRejected& e, wire::CancelRejected::Builder w) {
  w.setOrder(std::to_underlying(e.order));
  w.setReason(std::to_underlying(e.reason));
}
void encode(const OrderExpired& e, wire::OrderExpired::Builder w) {
  w.setOrder(std::to_underlying(e.order));
}
void encode(const OutcomeUnknown& e, wire::OutcomeUnknown::Builder w) {
  w.setOrder(std::to_underlying(e.order));
}
void encode(const QueryAnswered& e, wire::QueryAnswered::Builder w) {
  w.setOrder(std::to_underlying(e.order));
  w.setStatus(std::to_underlying(e.status));
  w.setFilledQuantity(count_of(e.filled_quantity));
  w.setAveragePrice(count_of(e.average_price));
  w.setQuantity(count_of(e.quantity));
  w.setLimitPrice(count_of(e.limit_price));
}
void encode(const FundingPaid& e, wire::FundingPaid::Builder w) {
  w.setInstrument(std::to_underlying(e.instrument));
  w.setPositionSide(std::to_underlying(e.position_side));
  w.setAmount(e.amount.raw());
}
void encode(const SnapshotStarted&, wire::SnapshotStarted::Builder) {}
void encode(const PositionReported& e, wire::PositionReported::Builder w) {
  w.setInstrument(std::to_underlying(e.instrument));
  w.setPositionSide(std::to_underlying(e.position_side));
  w.setQuantity(e.quantity.raw());
  w.setAveragePrice(e.average_price.raw());
}
void encode(const OrderReported& e, wire::OrderReported::Builder w) {
  w.setOrder(std::to_underlying(e.order));
  w.setInstrument(std::to_underlying(e.instrument));
  w.setPositionSide(std::to_underlying(e.position_side));
  w.setOrderType(std::to_underlying(e.order_type));
  w.setSide(std::to_underlying(e.side));
  w.setQuantity(e.quantity.raw());
  w.setFilledQuantity(e.filled_quantity.raw());
  w.setLimitPrice(count_of(e.limit_price));
  w.setStopPrice(count_of(e.stop_price));
}
void encode(const BalanceReported& e, wire::BalanceReported::Builder w) {
  w.setBalance(e.balance.raw());
}
void encode(const SnapshotEnded&, wire::SnapshotEnded::Builder) {}
void encode(const EntrySignal& e, wire::EntrySignal::Builder w) {
  w.setQuantity(count_of(e.quantity));
  w.setValue(count_of(e.value));
  w.setLimitPrice(count_of(e.limit_price));
  w.setTakeProfitPrice(count_of(e.take_profit_price));
  w.setStopLossPrice(count_of(e.stop_loss_price));
  w.setSignalId(e.signal_id);
  w.setInstrument(std::to_underlying(e.instrument));
  w.setSide(std::to_underlying(e.side));
  w.setOrderType(std::to_underlying(e.order_type));
  w.setPositionSide(e.position_side);
  w.setTakeProfit(std::to_underlying(e.take_profit));
  w.setStopLoss(std::to_underlying(e.stop_loss));
  w.setTradeType(std::to_underlying(e.trade_type));
  w.setAuthor(std::to_underlying(e.author));
}
void encode(const CloseRequested& e, wire::CloseRequested::Builder w) {
  w.setInstrument(std::to_underlying(e.instrument));
  w.setTranche(e.tranche);
  w.setPositionSide(e.position_side);
  w.setReason(std::to_underlying(e.reason));
  w.setAuthor(std::to_underlying(e.author));
}
void encode(const ProtectionRequested& e, wire::ProtectionRequested::Builder w) {
  w.setInstrument(std::to_underlying(e.instrument));
  w.setTranche(e.tranche);
  w.setPositionSide(e.position_side);
  w.setTakeProfit(std::to_underlying(e.take_profit));
  w.setStopLoss(std::to_underlying(e.stop_loss));
  w.setTakeProfitPrice(count_of(e.take_profit_price));
  w.setStopLossPrice(count_of(e.stop_loss_price));
  w.setAuthor(std::to_underlying(e.author));
}
void encode(const EntriesHalted& e, wire::EntriesHalted::Builder w) {
  w.setReason(std::to_underlying(e.reason));
  w.setAuthor(std::to_underlying(e.author));
}
void encode(const EntriesResumed& e, wire::EntriesResumed::Builder w) {
  w.setReason(std::to_underlying(e.reason));
  w.setAuthor(std::to_underlying(e.author));
}
void encode(const KillSwitch& e, wire::KillSwitch::Builder w) {
  w.setReason(std::to_underlying(e.reason));
  w.setAuthor(std::to_underlying(e.author));
}

void encode(const AdoptionRequested& e, wire::AdoptionRequested::Builder w) {
  w.setInstrument(std::to_underlying(e.instrument));
  w.setPositionSide(std::to_underlying(e.position_side));
  w.setTranche(e.tranche);
  w.setQuantity(e.quantity.raw());
  w.setAveragePrice(e.average_price.raw());
  w.setAuthor(std::to_underlying(e.author));
}
void encode(const CandleClosed& e, wire::CandleClosed::Builder w) {
  w.setInstrument(std::to_underlying(e.instrument));
  w.setSeconds(e.seconds);
  w.setOpened(e.opened.nanoseconds());
  w.setOpen(e.open.raw());
  w.setHigh(e.high.raw());
  w.setLow(e.low.raw());
  w.setClose(e.close.raw());
  w.setVolume(count_of(e.volume));
}
void encode(const SessionChanged& e, wire::SessionChanged::Builder w) {
  w.setInstrument(std::to_underlying(e.instrument));
  w.setPhase(std::to_underlying(e.phase));
}
void encode(const UsersReloaded& e, wire::UsersReloaded::Builder w) {
  w.setDigest(e.digest);
  w.setUsers(e.users);
  w.setAuthor(std::to_underlying(e.author));
}

// Makes `out` the alternative that holds a body of this type.
wire::RunStarted::Builder alternative_of(const RunStarted&, wire::Event::Builder out) {
  return out.initRunStarted();
}
wire::ConfigChanged::Builder alternative_of(const ConfigChanged&, wire::Event::Builder out) {
  return out.initConfigChanged();
}
wire::InstrumentListed::Builder alternative_of(const InstrumentListed&, wire::Event::Builder out) {
  return out.initInstrumentListed();
}
wire::TimerFired::Builder alternative_of(const TimerFired&, wire::Event::Builder out) {
  return out.initTimerFired();
}
wire::Connected::Builder alternative_of(const Connected&, wire::Event::Builder out) {
  return out.initConnected();
}
wire::Disconnected::Builder alternative_of(const Disconnected&, wire::Event::Builder out) {
  return out.initDisconnected();
}
wire::LogicSwitched::Builder alternative_of(const LogicSwitched&, wire::Event::Builder out) {
  return out.initLogicSwitched();
}
wire::MarkPrice::Builder alternative_of(const MarkPrice&, wire::Event::Builder out) {
  return out.initMarkPrice();
}
wire::TradePrinted::Builder alternative_of(const TradePrinted&, wire::Event::Builder out) {
  return out.initTradePrinted();
}
wire::BookTop::Builder alternative_of(const BookTop&, wire::Event::Builder out) {
  return out.initBookTop();
}
wire::LiquidationPrinted::Builder alternative_of(const LiquidationPrinted&,
                                                 wire::Event::Builder out) {
  return out.initLiquidationPrinted();
}
wire::FundingRate::Builder alternative_of(const FundingRate&, wire::Event::Builder out) {
  return out.initFundingRate();
}
wire::Conflated::Builder alternative_of(const Conflated&, wire::Event::Builder out) {
  return out.initConflated();
}
wire::AdapterFault::Builder alternative_of(const AdapterFault&, wire::Event::Builder out) {
  return out.initAdapterFault();
}
wire::OrderAccepted::Builder alternative_of(const OrderAccepted&, wire::Event::Builder out) {
  return out.initOrderAccepted();
}
wire::OrderRejected::Builder alternative_of(const OrderRejected&, wire::Event::Builder out) {
  return out.initOrderRejected();
}
wire::OrderTriggered::Builder alternative_of(const OrderTriggered&, wire::Event::Builder out) {
  return out.initOrderTriggered();
}
wire::OrderFilled::Builder alternative_of(const OrderFilled&, wire::Event::Builder out) {
  return out.initOrderFilled();
}
wire::OrderAmended::Builder alternative_of(const OrderAmended&, wire::Event::Builder out) {
  return out.initOrderAmended();
}
wire::AmendRejected::Builder alternative_of(const AmendRejected&, wire::Event::Builder out) {
  return out.initAmendRejected();
}
wire::OrderCanceled::Builder alternative_of(const OrderCanceled&, wire::Event::Builder out) {
  return out.initOrderCanceled();
}
wire::CancelRejected::Builder alternative_of(const CancelRejected&, wire::Event::Builder out) {
  return out.initCancelRejected();
}
wire::OrderExpired::Builder alternative_of(const OrderExpired&, wire::Event::Builder out) {
  return out.initOrderExpired();
}
wire::OutcomeUnknown::Builder alternative_of(const OutcomeUnknown&, wire::Event::Builder out) {
  return out.initOutcomeUnknown();
}
wire::QueryAnswered::Builder alternative_of(const QueryAnswered&, wire::Event::Builder out) {
  return out.initQueryAnswered();
}
wire::FundingPaid::Builder alternative_of(const FundingPaid&, wire::Event::Builder out) {
  return out.initFundingPaid();
}
wire::SnapshotStarted::Builder alternative_of(const SnapshotStarted&, wire::Event::Builder out) {
  return out.initSnapshotStarted();
}
wire::PositionReported::Builder alternative_of(const PositionReported&, wire::Event::Builder out) {
  return out.initPositionReported();
}
wire::OrderReported::Builder alternative_of(const OrderReported&, wire::Event::Builder out) {
  return out.initOrderReported();
}
wire::BalanceReported::Builder alternative_of(const BalanceReported&, wire::Event::Builder out) {
  return out.initBalanceReported();
}
wire::SnapshotEnded::Builder alternative_of(const SnapshotEnded&, wire::Event::Builder out) {
  return out.initSnapshotEnded();
}
wire::EntrySignal::Builder alternative_of(const EntrySignal&, wire::Event::Builder out) {
  return out.initEntrySignal();
}
wire::CloseRequested::Builder alternative_of(const CloseRequested&, wire::Event::Builder out) {
  return out.initCloseRequested();
}
wire::ProtectionRequested::Builder alternative_of(const ProtectionRequested&,
                                                  wire::Event::Builder out) {
  return out.initProtectionRequested();
}
wire::EntriesHalted::Builder alternative_of(const EntriesHalted&, wire::Event::Builder out) {
  return out.initEntriesHalted();
}
wire::EntriesResumed::Builder alternative_of(const EntriesResumed&, wire::Event::Builder out) {
  return out.initEntriesResumed();
}
wire::KillSwitch::Builder alternative_of(const KillSwitch&, wire::Event::Builder out) {
  return out.initKillSwitch();
}
wire::AdoptionRequested::Builder alternative_of(const AdoptionRequested&,
                                                wire::Event::Builder out) {
  return out.initAdoptionRequested();
}
wire::CandleClosed::Builder alternative_of(const CandleClosed&, wire::Event::Builder out) {
  return out.initCandleClosed();
}
wire::SessionChanged::Builder alternative_of(const SessionChanged&, wire::Event::Builder out) {
  return out.initSessionChanged();
}
wire::UsersReloaded::Builder alternative_of(const UsersReloaded&, wire::Event::Builder out) {
  return out.initUsersReloaded();
}

// A message of one segment in memory that is the caller's.
class OneSegment final : public capnp::MessageBuilder {
 public:
  explicit OneSegment(std::span<std::uint64_t> words) : words_(words) {}
  kj::ArrayPtr<capnp::word> allocateSegment(unsigned minimum) override {
    static_assert(sizeof(capnp::word) == sizeof(std::uint64_t));
    ENSURE(!given_ && minimum <= words_.size());
    given_ = true;
    return {reinterpret_cast<capnp::word*>(words_.data()), words_.size()};
  }

 private:
  std::span<std::uint64_t> words_;
  bool given_ = false;
};

// A message that is laid out once and filled in again for every body: setting all fields of a
// struct costs a few stores, making one costs ten times that.
template <class Body>
class Form {
 public:
  std::span<const std::uint64_t> fill(const Body& body) {
    encode(body, fields_);
    return {words_.data(), used_};
  }

 private:
  // Root pointer, Event (two words), and its struct: at most 64 bytes of values.
  std::array<std::uint64_t, 16> words_{};
  OneSegment message_{words_};
  decltype(alternative_of(Body(), nullptr)) fields_ =
      alternative_of(Body(), message_.initRoot<wire::Event>());
  std::size_t used_ = message_.getSegmentsForOutput()[0].size();
};

template <class Variant>
struct FormsOf;
template <class... Bodies>
struct FormsOf<std::variant<Bodies...>> {
  std::tuple<Form<Bodies>...> forms;
};

}  // namespace

struct BodyEncoder::Forms : FormsOf<EventBody> {};

BodyEncoder::BodyEncoder() : forms_(std::make_unique<Forms>()) {}
BodyEncoder::~BodyEncoder() = default;

std::span<const std::uint64_t> BodyEncoder::encode(const EventBody& body) {
  return std::visit(
      [this]<class Body>(const Body& alternative) {
        return std::get<Form<Body>>(forms_->forms).fill(alternative);
      },
      body);
}

}  // namespace tranchet

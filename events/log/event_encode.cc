// Event to Cap'n Proto. An alternative without its function here does not compile.
#include <capnp/message.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <utility>

#include "event.capnp.h"
#include "events/ensure.h"
#include "events/log/event_codec.h"

namespace tranchet {
namespace {

template <class T>
std::int64_t count_of(Maybe<T> value) {
  return value ? (*value).raw() : std::numeric_limits<std::int64_t>::min();
}

void encode(const RunStarted& e, wire::Event::Builder out) {
  auto w = out.initRunStarted();
  w.setBuild(std::to_underlying(e.build));
  w.setSettings(std::to_underlying(e.settings));
  w.setSettingsDigest(e.settings_digest);
  w.setSchema(e.schema);
  w.setAccount(e.account);
}
void encode(const ConfigChanged& e, wire::Event::Builder out) {
  auto w = out.initConfigChanged();
  w.setSetting(std::to_underlying(e.setting));
  w.setInstrument(std::to_underlying(e.instrument));
  w.setValue(e.value);
}
void encode(const InstrumentListed& e, wire::Event::Builder out) {
  auto w = out.initInstrumentListed();
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
void encode(const TimerFired& e, wire::Event::Builder out) {
  auto w = out.initTimerFired();
  w.setKind(std::to_underlying(e.timer.kind));
  w.setSubject(e.timer.subject);
}
void encode(const Connected& e, wire::Event::Builder out) {
  auto w = out.initConnected();
  w.setStream(std::to_underlying(e.stream));
}
void encode(const Disconnected& e, wire::Event::Builder out) {
  auto w = out.initDisconnected();
  w.setStream(std::to_underlying(e.stream));
}
void encode(const LogicSwitched& e, wire::Event::Builder out) {
  auto w = out.initLogicSwitched();
  w.setFeature(e.feature);
  w.setOn(e.on);
}
void encode(const MarkPrice& e, wire::Event::Builder out) {
  auto w = out.initMarkPrice();
  w.setInstrument(std::to_underlying(e.instrument));
  w.setPrice(e.price.raw());
}
void encode(const TradePrinted& e, wire::Event::Builder out) {
  auto w = out.initTradePrinted();
  w.setInstrument(std::to_underlying(e.instrument));
  w.setQuantity(count_of(e.quantity));
  w.setPrice(e.price.raw());
  w.setAggressor(e.aggressor);
}
void encode(const BookTop& e, wire::Event::Builder out) {
  auto w = out.initBookTop();
  w.setInstrument(std::to_underlying(e.instrument));
  w.setBidPrice(e.bid_price.raw());
  w.setBidQuantity(e.bid_quantity.raw());
  w.setAskPrice(e.ask_price.raw());
  w.setAskQuantity(e.ask_quantity.raw());
}
void encode(const LiquidationPrinted& e, wire::Event::Builder out) {
  auto w = out.initLiquidationPrinted();
  w.setInstrument(std::to_underlying(e.instrument));
  w.setSide(std::to_underlying(e.side));
  w.setAveragePrice(e.average_price.raw());
  w.setQuantity(e.quantity.raw());
}
void encode(const FundingRate& e, wire::Event::Builder out) {
  auto w = out.initFundingRate();
  w.setInstrument(std::to_underlying(e.instrument));
  w.setRate(e.rate);
}
void encode(const Conflated& e, wire::Event::Builder out) {
  auto w = out.initConflated();
  w.setInstrument(std::to_underlying(e.instrument));
  w.setMerged(e.merged);
}
void encode(const AdapterFault& e, wire::Event::Builder out) {
  auto w = out.initAdapterFault();
  w.setText(std::to_underlying(e.text));
}
void encode(const OrderAccepted& e, wire::Event::Builder out) {
  auto w = out.initOrderAccepted();
  w.setOrder(std::to_underlying(e.order));
}
void encode(const OrderRejected& e, wire::Event::Builder out) {
  auto w = out.initOrderRejected();
  w.setOrder(std::to_underlying(e.order));
  w.setReason(std::to_underlying(e.reason));
}
void encode(const OrderTriggered& e, wire::Event::Builder out) {
  auto w = out.initOrderTriggered();
  w.setOrder(std::to_underlying(e.order));
}
void encode(const OrderFilled& e, wire::Event::Builder out) {
  auto w = out.initOrderFilled();
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
void encode(const OrderAmended& e, wire::Event::Builder out) {
  auto w = out.initOrderAmended();
  w.setOrder(std::to_underlying(e.order));
  w.setQuantity(e.quantity.raw());
  w.setLimitPrice(e.limit_price.raw());
}
void encode(const AmendRejected& e, wire::Event::Builder out) {
  auto w = out.initAmendRejected();
  w.setOrder(std::to_underlying(e.order));
  w.setReason(std::to_underlying(e.reason));
}
void encode(const OrderCanceled& e, wire::Event::Builder out) {
  auto w = out.initOrderCanceled();
  w.setOrder(std::to_underlying(e.order));
}
void encode(const CancelRejected& e, wire::Event::Builder out) {
  auto w = out.initCancelRejected();
  w.setOrder(std::to_underlying(e.order));
  w.setReason(std::to_underlying(e.reason));
}
void encode(const OrderExpired& e, wire::Event::Builder out) {
  auto w = out.initOrderExpired();
  w.setOrder(std::to_underlying(e.order));
}
void encode(const OutcomeUnknown& e, wire::Event::Builder out) {
  auto w = out.initOutcomeUnknown();
  w.setOrder(std::to_underlying(e.order));
}
void encode(const QueryAnswered& e, wire::Event::Builder out) {
  auto w = out.initQueryAnswered();
  w.setOrder(std::to_underlying(e.order));
  w.setStatus(std::to_underlying(e.status));
  w.setFilledQuantity(count_of(e.filled_quantity));
  w.setAveragePrice(count_of(e.average_price));
  w.setQuantity(count_of(e.quantity));
  w.setLimitPrice(count_of(e.limit_price));
}
void encode(const FundingPaid& e, wire::Event::Builder out) {
  auto w = out.initFundingPaid();
  w.setInstrument(std::to_underlying(e.instrument));
  w.setPositionSide(std::to_underlying(e.position_side));
  w.setAmount(e.amount.raw());
}
void encode(const SnapshotStarted&, wire::Event::Builder out) {
  out.initSnapshotStarted();
}
void encode(const PositionReported& e, wire::Event::Builder out) {
  auto w = out.initPositionReported();
  w.setInstrument(std::to_underlying(e.instrument));
  w.setPositionSide(std::to_underlying(e.position_side));
  w.setQuantity(e.quantity.raw());
  w.setAveragePrice(e.average_price.raw());
}
void encode(const OrderReported& e, wire::Event::Builder out) {
  auto w = out.initOrderReported();
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
void encode(const BalanceReported& e, wire::Event::Builder out) {
  auto w = out.initBalanceReported();
  w.setBalance(e.balance.raw());
}
void encode(const SnapshotEnded&, wire::Event::Builder out) {
  out.initSnapshotEnded();
}
void encode(const EntrySignal& e, wire::Event::Builder out) {
  auto w = out.initEntrySignal();
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
}
void encode(const CloseRequested& e, wire::Event::Builder out) {
  auto w = out.initCloseRequested();
  w.setInstrument(std::to_underlying(e.instrument));
  w.setTranche(e.tranche);
  w.setPositionSide(e.position_side);
  w.setReason(std::to_underlying(e.reason));
  w.setAuthor(std::to_underlying(e.author));
}
void encode(const ProtectionRequested& e, wire::Event::Builder out) {
  auto w = out.initProtectionRequested();
  w.setInstrument(std::to_underlying(e.instrument));
  w.setTranche(e.tranche);
  w.setPositionSide(e.position_side);
  w.setTakeProfit(std::to_underlying(e.take_profit));
  w.setStopLoss(std::to_underlying(e.stop_loss));
  w.setTakeProfitPrice(count_of(e.take_profit_price));
  w.setStopLossPrice(count_of(e.stop_loss_price));
  w.setAuthor(std::to_underlying(e.author));
}
void encode(const EntriesHalted& e, wire::Event::Builder out) {
  auto w = out.initEntriesHalted();
  w.setReason(std::to_underlying(e.reason));
}
void encode(const EntriesResumed& e, wire::Event::Builder out) {
  auto w = out.initEntriesResumed();
  w.setReason(std::to_underlying(e.reason));
}
void encode(const KillSwitch& e, wire::Event::Builder out) {
  auto w = out.initKillSwitch();
  w.setReason(std::to_underlying(e.reason));
}

// A message of one segment in memory that is used again. Zeroed between messages, as the library
// demands.
class OneSegment final : public capnp::MessageBuilder {
 public:
  explicit OneSegment(std::span<capnp::word> scratch) : scratch_(scratch) {}
  kj::ArrayPtr<capnp::word> allocateSegment(unsigned minimum) override {
    ENSURE(!given_ && minimum <= scratch_.size());
    given_ = true;
    return {scratch_.data(), scratch_.size()};
  }

 private:
  std::span<capnp::word> scratch_;
  bool given_ = false;
};

}  // namespace

std::span<const std::uint64_t> BodyEncoder::encode(const EventBody& body) {
  static_assert(sizeof(capnp::word) == sizeof(std::uint64_t));
  std::fill_n(words_.begin(), used_, 0);
  OneSegment message({reinterpret_cast<capnp::word*>(words_.data()), words_.size()});
  const auto root = message.initRoot<wire::Event>();
  std::visit([&](const auto& alternative) { tranchet::encode(alternative, root); }, body);
  used_ = message.getSegmentsForOutput()[0].size();
  return {words_.data(), used_};
}

}  // namespace tranchet

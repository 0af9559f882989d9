// Everything that can happen. An event is a fact with a place in the log; what follows from it is
// the engine's to say. Alternatives are plain values of at most 64 bytes; what is longer travels as
// rows (SnapshotStarted, PositionReported..., SnapshotEnded) or as a text the log holds once.
//
// To add one: a struct here, an alternative at the END of EventBody, then follow the compile errors
// (codec, JSON, digest, engine). Alternatives are never removed or reordered.
#pragma once

#include <cstdint>
#include <type_traits>
#include <variant>

#include "events/decimal.h"
#include "events/ids.h"
#include "events/settings.h"
#include "events/time.h"

namespace tranchet {

// ---- The run.

struct RunStarted {
  TextId build{};     // Program version and compiler.
  TextId settings{};  // The effective settings, one `key = value` a line.
  std::uint64_t settings_digest = 0;
  std::uint32_t schema = 0;  // Of the log, kSchemaVersion.
  std::uint8_t account = 0;  // Goes into every order id.
};
// One changed setting; several keys changed at once are several events.
struct ConfigChanged {
  Setting setting{};
  InstrumentId instrument{};  // None: the default of all instruments.
  std::int64_t value = 0;     // In the setting's own unit.
};
// What the venue allows for a symbol (exchangeInfo filters). The first event of an instrument; a
// later one replaces the rules.
struct InstrumentListed {
  Price tick_size;               // > 0. Prices are multiples of it.
  Quantity step_size;            // > 0. Quantities are multiples of it.
  Quantity min_quantity;         // 0: none.
  Quantity max_quantity;         // Of one limit order; 0: none.
  Quantity market_max_quantity;  // Of one market or stop order; 0: none.
  Money min_notional;            // 0: none. Price x quantity must reach it.
  TextId symbol{};
  InstrumentId instrument{};
  std::uint16_t max_conditional_orders = 0;  // Stops resting at once, both sides; 0: no cap.
};
struct TimerFired {
  TimerId timer;
};
struct Connected {
  Stream stream{};
};
struct Disconnected {
  Stream stream{};
};
// No rule of the engine asks for it: which rules decide goes by the schema that RunStarted names.
struct LogicSwitched {
  std::uint32_t feature = 0;
  bool on = false;
};

// ---- The market.

struct MarkPrice {
  InstrumentId instrument{};
  Price price;
};
struct TradePrinted {
  InstrumentId instrument{};
  Maybe<Quantity> quantity;  // Absent where the data has none (index bars).
  Price price;
  std::uint8_t aggressor = 0;  // Side of the taker as its number; 0: not known.
};
struct BookTop {
  InstrumentId instrument{};
  Price bid_price;
  Quantity bid_quantity;
  Price ask_price;
  Quantity ask_quantity;
};
struct LiquidationPrinted {
  InstrumentId instrument{};
  Side side{};  // Of the liquidation order: Sell closes a long.
  Price average_price;
  Quantity quantity;  // Accumulated.
};
struct FundingRate {
  InstrumentId instrument{};
  std::int64_t rate = 0;  // Counts of 1e-8 of the notional; positive: longs pay.
};
// Market data that was merged before it got a sequence, because inputs came faster than decisions.
struct Conflated {
  InstrumentId instrument{};
  std::uint32_t merged = 0;
};
// A venue said something the adapter could not use. Visible in the log, harmless to the engine.
struct AdapterFault {
  TextId text{};
};

// ---- Orders.

struct OrderAccepted {
  OrderId order{};
};
struct OrderRejected {
  OrderId order{};
  RejectReason reason{};
};
struct OrderTriggered {
  OrderId order{};
};
// FIX LastQty 32, LastPx 31. `order` None: not ours; then instrument, position_side and side say
// which book it changed and origin why.
struct OrderFilled {
  OrderId order{};
  TradeId trade{};
  Quantity quantity;
  Price price;
  Money fee;  // Paid positive, rebate negative.
  InstrumentId instrument{};
  PositionSide position_side{};
  Side side{};
  Liquidity liquidity = Liquidity::Taker;
  FillOrigin origin = FillOrigin::Own;
};
struct OrderAmended {
  OrderId order{};
  Quantity quantity;  // Total, filled included.
  Price limit_price;
};
struct AmendRejected {
  OrderId order{};
  RejectReason reason{};  // The order stays as it was.
};
struct OrderCanceled {
  OrderId order{};
};
struct CancelRejected {
  OrderId order{};
  RejectReason reason{};
};
struct OrderExpired {
  OrderId order{};
};
// No answer, or one that does not say (time-out, 503, -1006, -1007): resolved by a query.
struct OutcomeUnknown {
  OrderId order{};
};
struct QueryAnswered {
  OrderId order{};
  QueryStatus status{};
  Maybe<Quantity> filled_quantity;
  Maybe<Price> average_price;
  Maybe<Quantity> quantity;
  Maybe<Price> limit_price;
};
struct FundingPaid {
  InstrumentId instrument{};
  PositionSide position_side{};
  Money amount;  // Received positive.
};

// ---- What the venue holds, of one account, in rows.

struct SnapshotStarted {};
struct PositionReported {
  InstrumentId instrument{};
  PositionSide position_side{};
  Quantity quantity;
  Price average_price;
};
struct OrderReported {
  OrderId order{};  // None: not one of ours.
  InstrumentId instrument{};
  PositionSide position_side{};
  OrderType order_type{};
  Side side{};
  Quantity quantity;
  Quantity filled_quantity;
  Maybe<Price> limit_price;
  Maybe<Price> stop_price;
};
struct BalanceReported {
  Money balance;
};
struct SnapshotEnded {};

// ---- People and models.

// What a person or a signal may say of one leg's target.
enum class TargetChoice : std::uint8_t {
  Keep = 1,     // Says nothing.
  Default = 2,  // The percentage.
  None = 3,     // No such leg.
  AtPrice = 4,
};
struct EntrySignal {
  Maybe<Quantity> quantity;  // Neither quantity nor value: the setting trade_value.
  Maybe<Money> value;
  Maybe<Price> limit_price;
  Maybe<Price> take_profit_price;
  Maybe<Price> stop_loss_price;
  std::uint64_t signal_id = 0;
  InstrumentId instrument{};
  Side side{};
  OrderType order_type{};
  std::uint8_t position_side = 0;  // PositionSide as its number; 0: the one that `side` opens.
  TargetChoice take_profit = TargetChoice::Keep;
  TargetChoice stop_loss = TargetChoice::Keep;
  TradeType trade_type = TradeType::Automated;
  TextId author{};
};
inline constexpr std::uint32_t kAllTranches = 0xFFFF'FFFF;
struct CloseRequested {
  InstrumentId instrument{};             // None: every instrument.
  std::uint32_t tranche = kAllTranches;  // Ordinal.
  std::uint8_t position_side = 0;        // PositionSide as its number; 0: both.
  ExitReason reason{};                   // ModelClose, Manual or Emergency.
  TextId author{};
};
struct ProtectionRequested {
  InstrumentId instrument{};
  std::uint32_t tranche = 0;       // Ordinal.
  std::uint8_t position_side = 0;  // 0: the only key that holds the ordinal.
  TargetChoice take_profit = TargetChoice::Keep;
  TargetChoice stop_loss = TargetChoice::Keep;
  Maybe<Price> take_profit_price;
  Maybe<Price> stop_loss_price;
  TextId author{};
};
struct EntriesHalted {
  TextId reason{};
  TextId author{};
};
struct EntriesResumed {
  TextId reason{};
  TextId author{};
};
struct KillSwitch {
  TextId reason{};
  TextId author{};
};
// Of what the venue holds beyond our books, this much is one tranche: where it came from is known,
// from the program that traded here before. The next snapshot decides how much of it there is.
struct AdoptionRequested {
  InstrumentId instrument{};
  PositionSide position_side{};
  std::uint32_t tranche = 0;  // Ordinal it is to have.
  Quantity quantity;          // > 0.
  Price average_price;        // > 0. Of its entries.
  TextId author{};
};

// ---- Exchanges with sessions and candles. (Later than the rest: alternatives are in the order in
// which they came.)

// A candle that is complete: no trade of its time can still come. Made from a venue's history, from
// bars, or by counting trades; a time without trades has none.
struct CandleClosed {
  InstrumentId instrument{};
  std::uint32_t seconds = 0;  // How long it is. > 0.
  Timestamp opened;           // Its first moment; its end is not part of it.
  Price open;
  Price high;
  Price low;
  Price close;
  Maybe<Quantity> volume;  // Absent where the data has none.
};
// The venue takes orders of the instrument from now on, or takes none any more. An instrument of
// which nothing was said is always open.
struct SessionChanged {
  InstrumentId instrument{};
  SessionPhase phase{};
};

// ---- Who may look and act.

// The people of the screens were read anew from their file, by this author.
struct UsersReloaded {
  std::uint64_t digest = 0;  // Of their names, rights and the ends of their tokens; of no token.
  std::uint32_t users = 0;   // So many names.
  TextId author{};
};

using EventBody =
    std::variant<RunStarted, ConfigChanged, InstrumentListed, TimerFired, Connected, Disconnected,
                 LogicSwitched, MarkPrice, TradePrinted, BookTop, LiquidationPrinted, FundingRate,
                 Conflated, AdapterFault, OrderAccepted, OrderRejected, OrderTriggered, OrderFilled,
                 OrderAmended, AmendRejected, OrderCanceled, CancelRejected, OrderExpired,
                 OutcomeUnknown, QueryAnswered, FundingPaid, SnapshotStarted, PositionReported,
                 OrderReported, BalanceReported, SnapshotEnded, EntrySignal, CloseRequested,
                 ProtectionRequested, EntriesHalted, EntriesResumed, KillSwitch, AdoptionRequested,
                 CandleClosed, SessionChanged, UsersReloaded>;

struct Event {
  Sequence sequence{};
  Timestamp time;  // Never earlier than that of the event before.
  EventBody body;
};

template <class Variant>
inline constexpr bool kPlainAndSmall = false;
template <class... Bodies>
inline constexpr bool kPlainAndSmall<std::variant<Bodies...>> =
    ((std::is_trivially_copyable_v<Bodies> && sizeof(Bodies) <= 64) && ...);
static_assert(kPlainAndSmall<EventBody>);

template <class... Visitors>
struct Overload : Visitors... {
  using Visitors::operator()...;
};
template <class... Visitors>
Overload(Visitors...) -> Overload<Visitors...>;

}  // namespace tranchet

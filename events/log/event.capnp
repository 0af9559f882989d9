@0xb7d1c0a25e9f4c83;
# What an event looks like in a log. A log is for ever: fields and alternatives are only added, with
# the next number, at the end; nothing is removed, renumbered or retyped.
#
# Decimals are counts of 1e-8, times nanoseconds since 1970, enumerators their numbers of
# events/enums.h (0 is none), identities their numbers. An optional decimal that is not there is the
# least Int64. The event's sequence and time stand in the header of its record.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("tranchet::wire");

const none :Int64 = -9223372036854775808;

struct Event {
  union {
    runStarted @0 :RunStarted;
    configChanged @1 :ConfigChanged;
    instrumentListed @2 :InstrumentListed;
    timerFired @3 :TimerFired;
    connected @4 :Connected;
    disconnected @5 :Disconnected;
    logicSwitched @6 :LogicSwitched;
    markPrice @7 :MarkPrice;
    tradePrinted @8 :TradePrinted;
    bookTop @9 :BookTop;
    liquidationPrinted @10 :LiquidationPrinted;
    fundingRate @11 :FundingRate;
    conflated @12 :Conflated;
    adapterFault @13 :AdapterFault;
    orderAccepted @14 :OrderAccepted;
    orderRejected @15 :OrderRejected;
    orderTriggered @16 :OrderTriggered;
    orderFilled @17 :OrderFilled;
    orderAmended @18 :OrderAmended;
    amendRejected @19 :AmendRejected;
    orderCanceled @20 :OrderCanceled;
    cancelRejected @21 :CancelRejected;
    orderExpired @22 :OrderExpired;
    outcomeUnknown @23 :OutcomeUnknown;
    queryAnswered @24 :QueryAnswered;
    fundingPaid @25 :FundingPaid;
    snapshotStarted @26 :SnapshotStarted;
    positionReported @27 :PositionReported;
    orderReported @28 :OrderReported;
    balanceReported @29 :BalanceReported;
    snapshotEnded @30 :SnapshotEnded;
    entrySignal @31 :EntrySignal;
    closeRequested @32 :CloseRequested;
    protectionRequested @33 :ProtectionRequested;
    entriesHalted @34 :EntriesHalted;
    entriesResumed @35 :EntriesResumed;
    killSwitch @36 :KillSwitch;
    adoptionRequested @37 :AdoptionRequested;
    candleClosed @38 :CandleClosed;
    sessionChanged @39 :SessionChanged;
    usersReloaded @40 :UsersReloaded;
  }
}

struct RunStarted {
  build @0 :UInt32;
  settings @1 :UInt32;
  settingsDigest @2 :UInt64;
  schema @3 :UInt32;
  account @4 :UInt8;
}

struct ConfigChanged {
  setting @0 :UInt8;
  instrument @1 :UInt16;
  value @2 :Int64;
}

struct InstrumentListed {
  tickSize @0 :Int64;
  stepSize @1 :Int64;
  minQuantity @2 :Int64;
  maxQuantity @3 :Int64;
  marketMaxQuantity @4 :Int64;
  minNotional @5 :Int64;
  symbol @6 :UInt32;
  instrument @7 :UInt16;
  maxConditionalOrders @8 :UInt16;
}

struct TimerFired {
  kind @0 :UInt8;
  subject @1 :UInt64;
}

struct Connected {
  stream @0 :UInt8;
}

struct Disconnected {
  stream @0 :UInt8;
}

struct LogicSwitched {
  feature @0 :UInt32;
  on @1 :Bool;
}

struct MarkPrice {
  instrument @0 :UInt16;
  price @1 :Int64;
}

struct TradePrinted {
  instrument @0 :UInt16;
  quantity @1 :Int64 = .none;
  price @2 :Int64;
  aggressor @3 :UInt8;
}

struct BookTop {
  instrument @0 :UInt16;
  bidPrice @1 :Int64;
  bidQuantity @2 :Int64;
  askPrice @3 :Int64;
  askQuantity @4 :Int64;
}

struct LiquidationPrinted {
  instrument @0 :UInt16;
  side @1 :UInt8;
  averagePrice @2 :Int64;
  quantity @3 :Int64;
}

struct FundingRate {
  instrument @0 :UInt16;
  rate @1 :Int64;
}

struct Conflated {
  instrument @0 :UInt16;
  merged @1 :UInt32;
}

struct AdapterFault {
  text @0 :UInt32;
}

struct OrderAccepted {
  order @0 :UInt64;
}

struct OrderRejected {
  order @0 :UInt64;
  reason @1 :UInt8;
}

struct OrderTriggered {
  order @0 :UInt64;
}

struct OrderFilled {
  order @0 :UInt64;
  trade @1 :UInt64;
  quantity @2 :Int64;
  price @3 :Int64;
  fee @4 :Int64;
  instrument @5 :UInt16;
  positionSide @6 :UInt8;
  side @7 :UInt8;
  liquidity @8 :UInt8;
  origin @9 :UInt8;
}

struct OrderAmended {
  order @0 :UInt64;
  quantity @1 :Int64;
  limitPrice @2 :Int64;
}

struct AmendRejected {
  order @0 :UInt64;
  reason @1 :UInt8;
}

struct OrderCanceled {
  order @0 :UInt64;
}

struct CancelRejected {
  order @0 :UInt64;
  reason @1 :UInt8;
}

struct OrderExpired {
  order @0 :UInt64;
}

struct OutcomeUnknown {
  order @0 :UInt64;
}

struct QueryAnswered {
  order @0 :UInt64;
  status @1 :UInt8;
  filledQuantity @2 :Int64 = .none;
  averagePrice @3 :Int64 = .none;
  quantity @4 :Int64 = .none;
  limitPrice @5 :Int64 = .none;
}

struct FundingPaid {
  instrument @0 :UInt16;
  positionSide @1 :UInt8;
  amount @2 :Int64;
}

struct SnapshotStarted {}

struct PositionReported {
  instrument @0 :UInt16;
  positionSide @1 :UInt8;
  quantity @2 :Int64;
  averagePrice @3 :Int64;
}

struct OrderReported {
  order @0 :UInt64;
  instrument @1 :UInt16;
  positionSide @2 :UInt8;
  orderType @3 :UInt8;
  side @4 :UInt8;
  quantity @5 :Int64;
  filledQuantity @6 :Int64;
  limitPrice @7 :Int64 = .none;
  stopPrice @8 :Int64 = .none;
}

struct BalanceReported {
  balance @0 :Int64;
}

struct SnapshotEnded {}

struct EntrySignal {
  quantity @0 :Int64 = .none;
  value @1 :Int64 = .none;
  limitPrice @2 :Int64 = .none;
  takeProfitPrice @3 :Int64 = .none;
  stopLossPrice @4 :Int64 = .none;
  signalId @5 :UInt64;
  instrument @6 :UInt16;
  side @7 :UInt8;
  orderType @8 :UInt8;
  positionSide @9 :UInt8;
  takeProfit @10 :UInt8;
  stopLoss @11 :UInt8;
  tradeType @12 :UInt8;
  author @13 :UInt32;
}

struct CloseRequested {
  instrument @0 :UInt16;
  tranche @1 :UInt32;
  positionSide @2 :UInt8;
  reason @3 :UInt8;
  author @4 :UInt32;
}

struct ProtectionRequested {
  instrument @0 :UInt16;
  tranche @1 :UInt32;
  positionSide @2 :UInt8;
  takeProfit @3 :UInt8;
  stopLoss @4 :UInt8;
  takeProfitPrice @5 :Int64 = .none;
  stopLossPrice @6 :Int64 = .none;
  author @7 :UInt32;
}

struct EntriesHalted {
  reason @0 :UInt32;
  author @1 :UInt32;
}

struct EntriesResumed {
  reason @0 :UInt32;
  author @1 :UInt32;
}

struct KillSwitch {
  reason @0 :UInt32;
  author @1 :UInt32;
}

struct AdoptionRequested {
  instrument @0 :UInt16;
  positionSide @1 :UInt8;
  tranche @2 :UInt32;
  quantity @3 :Int64;
  averagePrice @4 :Int64;
  author @5 :UInt32;
}

struct CandleClosed {
  instrument @0 :UInt16;
  seconds @1 :UInt32;
  opened @2 :Int64;
  open @3 :Int64;
  high @4 :Int64;
  low @5 :Int64;
  close @6 :Int64;
  volume @7 :Int64;
}

struct SessionChanged {
  instrument @0 :UInt16;
  phase @1 :UInt8;
}

struct UsersReloaded {
  digest @0 :UInt64;
  users @1 :UInt32;
  author @2 :UInt32;
}

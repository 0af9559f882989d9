// The closed sets of the domain, with their permanent numbers and spellings.
//
// A log is for ever, so are its numbers: they are never reused. 0 is never a value, so that a
// zeroed field is caught. Names follow FIX, spelled out; the tag stands beside each set.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tranchet {

// Every set below has a table of spellings; number n is spelled table[n - 1].
template <class Enum>
struct Spelling;

template <class Enum>
constexpr std::string_view to_text(Enum value) requires requires {
  Spelling<Enum>::names;
}
{
  const auto index = static_cast<std::size_t>(value);
  return index >= 1 && index <= Spelling<Enum>::names.size() ? Spelling<Enum>::names[index - 1]
                                                             : std::string_view("?");
}
template <class Enum>
constexpr std::optional<Enum> parse_enum(std::string_view text) {
  for (std::size_t index = 0; index < Spelling<Enum>::names.size(); ++index) {
    if (Spelling<Enum>::names[index] == text) return static_cast<Enum>(index + 1);
  }
  return std::nullopt;
}
template <class Enum>
constexpr bool is_valid(Enum value) {
  const auto index = static_cast<std::size_t>(value);
  return index >= 1 && index <= Spelling<Enum>::names.size();
}

#define TRANCHET_SPELLING(Enum, ...)                                              \
  template <>                                                                     \
  struct Spelling<Enum> {                                                         \
    static constexpr auto names = std::to_array<std::string_view>({__VA_ARGS__}); \
  }

// FIX Side 54. Of an order, and of the taker of a trade.
enum class Side : std::uint8_t { Buy = 1, Sell = 2 };
TRANCHET_SPELLING(Side, "Buy", "Sell");
constexpr Side opposite(Side side) {
  return side == Side::Buy ? Side::Sell : Side::Buy;
}

// Which of the two books of an instrument. In one-way mode at most one of them holds quantity.
enum class PositionSide : std::uint8_t { Long = 1, Short = 2 };
TRANCHET_SPELLING(PositionSide, "Long", "Short");
constexpr Side entry_side(PositionSide side) {
  return side == PositionSide::Long ? Side::Buy : Side::Sell;
}
constexpr Side exit_side(PositionSide side) {
  return opposite(entry_side(side));
}
constexpr PositionSide position_side_of_entry(Side side) {
  return side == Side::Buy ? PositionSide::Long : PositionSide::Short;
}

// FIX OrdType 40. StopMarket and TakeProfitMarket rest at the venue and become market orders when
// the price reaches their stop price from its better side, or from its worse one.
enum class OrderType : std::uint8_t { Market = 1, Limit = 2, StopMarket = 3, TakeProfitMarket = 4 };
TRANCHET_SPELLING(OrderType, "Market", "Limit", "StopMarket", "TakeProfitMarket");
constexpr bool is_conditional(OrderType type) {
  return type == OrderType::StopMarket || type == OrderType::TakeProfitMarket;
}

// FIX TimeInForce 59. GTX: good till crossing, that is post only.
enum class TimeInForce : std::uint8_t { GTC = 1, IOC = 2, FOK = 3, GTX = 4 };
TRANCHET_SPELLING(TimeInForce, "GTC", "IOC", "FOK", "GTX");

// Which price triggers a stop: the last trade's or the mark's.
enum class WorkingType : std::uint8_t { ContractPrice = 1, MarkPrice = 2 };
TRANCHET_SPELLING(WorkingType, "ContractPrice", "MarkPrice");

// FIX LastLiquidityInd 851.
enum class Liquidity : std::uint8_t { Maker = 1, Taker = 2 };
TRANCHET_SPELLING(Liquidity, "Maker", "Taker");

// What an order is for. Entry opens; the other three can only reduce their tranche.
enum class Purpose : std::uint8_t { Entry = 1, TakeProfit = 2, StopLoss = 3, Close = 4 };
TRANCHET_SPELLING(Purpose, "Entry", "TakeProfit", "StopLoss", "Close");

// FIX OrdStatus 39, as the engine knows it. Triggered: a stop that has become a market order.
enum class OrderStatus : std::uint8_t {
  PendingNew = 1,  // Sent, not yet answered.
  New = 2,
  Triggered = 3,
  Filled = 4,
  Canceled = 5,
  Expired = 6,
  Rejected = 7,
  Lost = 8,  // The venue never got it: a query found nothing once that answer was final.
};
TRANCHET_SPELLING(OrderStatus, "PendingNew", "New", "Triggered", "Filled", "Canceled", "Expired",
                  "Rejected", "Lost");

// What a venue answers when asked about one order.
enum class QueryStatus : std::uint8_t {
  New = 1,
  PartiallyFilled = 2,
  Filled = 3,
  Canceled = 4,
  Expired = 5,
  Rejected = 6,
  NotFound = 7,  // Final: the adapter says so only when the order can no longer arrive.
};
TRANCHET_SPELLING(QueryStatus, "New", "PartiallyFilled", "Filled", "Canceled", "Expired",
                  "Rejected", "NotFound");

// Why a venue refused (FIX OrdRejReason 103); adapters map their codes onto these.
enum class RejectReason : std::uint8_t {
  WouldTrigger = 1,        // A stop already passed. Aster -2021, -4142.
  NoPosition = 2,          // Nothing to reduce. Aster -2022, -2024.
  ReduceOnlyCapacity = 3,  // Exits would exceed the position. Aster -4118.
  TooManyConditional = 4,  // Conditional orders are used up. Aster -4045, 10 a symbol.
  OutOfBand = 5,           // Price outside PERCENT_PRICE. Aster -4016, -4024, -4131, -4183, -4184.
  BelowMinimum = 6,        // Notional or quantity too small. Aster -4164, -4003.
  Margin = 7,              // Aster -2018, -2019.
  NotFound = 8,            // Aster -2011, -2013.
  RateLimited = 9,
  Other = 10,
  NotTrading = 11,  // Outside the session, or trading is halted.
};
TRANCHET_SPELLING(RejectReason, "WouldTrigger", "NoPosition", "ReduceOnlyCapacity",
                  "TooManyConditional", "OutOfBand", "BelowMinimum", "Margin", "NotFound",
                  "RateLimited", "Other", "NotTrading");

// Why an entry was refused, in the order the checks run; the first that fails is the answer. From
// VenueRejected on: the venue's word, after the checks had passed.
enum class EntryRefusal : std::uint8_t {
  InvalidEntry = 1,
  Halted = 2,
  NotReconciled = 3,
  UnknownInstrument = 4,
  NotTrading = 5,
  StalePrice = 6,
  Cooldown = 7,
  PendingEntry = 8,
  OppositePosition = 9,
  BelowMinimum = 10,
  PositionExposure = 11,
  TotalExposure = 12,
  TrancheCap = 13,
  ProtectionCap = 14,
  WouldTrigger = 15,
  NoPosition = 16,
  ReduceOnlyCapacity = 17,
  TooManyConditional = 18,
  OutOfBand = 19,
  Margin = 20,
  NotFound = 21,
  RateLimited = 22,
  Other = 23,
  // Came later. Checked after NotTrading, and last of all.
  AfterLastEntry = 24,  // Too late in the session for a position that is closed before its end.
  MissingCandles = 25,  // Targets by ATR, and fewer candles than its period.
};
TRANCHET_SPELLING(EntryRefusal, "InvalidEntry", "Halted", "NotReconciled", "UnknownInstrument",
                  "NotTrading", "StalePrice", "Cooldown", "PendingEntry", "OppositePosition",
                  "BelowMinimum", "PositionExposure", "TotalExposure", "TrancheCap",
                  "ProtectionCap", "WouldTrigger", "NoPosition", "ReduceOnlyCapacity",
                  "TooManyConditional", "OutOfBand", "Margin", "NotFound", "RateLimited", "Other",
                  "AfterLastEntry", "MissingCandles");

// Why quantity left a tranche.
enum class ExitReason : std::uint8_t {
  TakeProfit = 1,
  InstantTakeProfit = 2,
  StopLoss = 3,
  ModelClose = 4,
  Manual = 5,
  Emergency = 6,
  Liquidation = 7,
  Adl = 8,
  Venue = 9,       // The venue's books say it is gone and nobody told us how.
  SquareOff = 10,  // Closed before the session's end.
};
TRANCHET_SPELLING(ExitReason, "TakeProfit", "InstantTakeProfit", "StopLoss", "ModelClose", "Manual",
                  "Emergency", "Liquidation", "Adl", "Venue", "SquareOff");
// As people say it: "TP Hit", "SL Hit", "Model Close".
std::string_view label(ExitReason reason);

// Where a fill came from when no order of ours made it.
enum class FillOrigin : std::uint8_t { Own = 1, Foreign = 2, Liquidation = 3, Adl = 4 };
TRANCHET_SPELLING(FillOrigin, "Own", "Foreign", "Liquidation", "Adl");

// FIX TradSesStatus 340, as far as it matters: whether the venue takes orders of an instrument.
enum class SessionPhase : std::uint8_t { Closed = 1, Open = 2 };
TRANCHET_SPELLING(SessionPhase, "Closed", "Open");

enum class Stream : std::uint8_t { User = 1, Market = 2 };
TRANCHET_SPELLING(Stream, "user", "market");

enum class TradeType : std::uint8_t { Automated = 1, Manual = 2 };
TRANCHET_SPELLING(TradeType, "Automated", "Manual");

// What people are told when something needs them.
enum class AlertReason : std::uint8_t {
  ProtectionFailed = 1,   // A stop was refused three times; the guard stands, entries halt.
  CloseFailed = 2,        // The attempts of an exit are used up; the position stays on the books.
  ExcessExit = 3,         // Both legs raced and no other tranche could give up the excess.
  StopBelowTick = 4,      // The stop's price is under one tick: it is not placed.
  ProtectionRefused = 5,  // A requested TP or SL was already passed, or no tranche matched.
  Dust = 6,               // What is left is below the venue's minimum and stays, unprotected.
  TargetFailed = 7,       // A take-profit was refused three times.
  UnknownOrder = 8,       // An answer names an order that this run never sent.
  ForeignPosition = 9,    // The venue holds what no order of ours made.
  AdapterFault = 10,
  TargetFromMark = 11,   // An adopted tranche's target had been passed: measured from the mark.
  CancelFailed = 12,     // A cancel was refused three times; the order stays.
  AdoptionRefused = 13,  // The venue holds less than was to be adopted as a tranche, or nothing.
};
TRANCHET_SPELLING(AlertReason, "ProtectionFailed", "CloseFailed", "ExcessExit", "StopBelowTick",
                  "ProtectionRefused", "Dust", "TargetFailed", "UnknownOrder", "ForeignPosition",
                  "AdapterFault", "TargetFromMark", "CancelFailed", "AdoptionRefused");

#undef TRANCHET_SPELLING

}  // namespace tranchet

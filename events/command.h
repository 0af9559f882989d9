// Everything the engine can ask for. Commands are data: they are compared, printed and digested,
// and they are recomputed on replay, never logged. An adapter carries them out.
//
// A PositionUpdate is one header row and `tranches` TrancheState rows that follow it directly.
#pragma once

#include <cstdint>
#include <variant>

#include "events/event.h"

namespace tranchet {

struct SubmitOrder {
  OrderId order{};
  Quantity quantity;
  Maybe<Price> limit_price;  // Limit orders.
  Maybe<Price> stop_price;   // Conditional orders.
  TrancheId tranche_id{};
  std::uint32_t tranche = 0;  // Ordinal.
  InstrumentId instrument{};
  Side side{};
  PositionSide position_side{};  // Of the key, in both modes; the adapter maps it to BOTH.
  OrderType order_type{};
  WorkingType working_type = WorkingType::ContractPrice;  // Conditional orders.
  TimeInForce time_in_force = TimeInForce::GTC;           // Limit orders.
  bool reduce_only = false;  // Exits in one-way mode. Never together with hedge mode.
  Purpose purpose{};
};
// Limit orders only. `quantity` is the total, filled included.
struct AmendOrder {
  OrderId order{};
  Quantity quantity;
  Price limit_price;
  std::uint32_t tranche = 0;
  InstrumentId instrument{};
  Purpose purpose{};
  PositionSide position_side{};
};
struct CancelOrder {
  OrderId order{};
  std::uint32_t tranche = 0;
  InstrumentId instrument{};
  Purpose purpose{};
  PositionSide position_side{};
};
struct QueryOrder {
  OrderId order{};
  std::uint32_t tranche = 0;
  InstrumentId instrument{};
  Purpose purpose{};
  PositionSide position_side{};
};
struct SetTimer {
  TimerId timer;
  Timestamp at;
};
struct CancelTimer {
  TimerId timer;
  Timestamp at;
};
struct RequestSnapshot {};

// ---- Publish: for people and screens.

struct PositionUpdate {
  Quantity quantity;
  Maybe<Price> average_entry;  // Rounded; absent when flat.
  Maybe<Price> take_profit;    // The nearest to fire over the tranches.
  Maybe<Price> stop_loss;
  Maybe<Price> exit_price;  // With the two below: when a tranche closed in this event.
  Maybe<Money> realized_pnl;
  InstrumentId instrument{};
  PositionSide position_side{};
  TradeType trade_type = TradeType::Automated;  // Of the newest entry.
  std::uint8_t reason = 0;                      // ExitReason as its number; 0: none closed.
  std::uint8_t tranches = 0;                    // How many TrancheState rows follow.
};
struct TrancheState {
  TrancheId tranche_id{};
  Quantity quantity;
  Price average_entry;  // Rounded.
  Maybe<Price> take_profit;
  Maybe<Price> stop_loss;
  std::uint32_t tranche = 0;
};
// One a tranche that exits; none for a merged one.
struct TradeClosed {
  TrancheId tranche_id{};
  Quantity quantity;    // Exited, over its life.
  Price average_entry;  // Of what exited, rounded.
  Price average_exit;
  Money realized_pnl;  // Gross: fees apart.
  Money fees;
  Maybe<Price> slippage;  // Instant close: average exit against the TP; negative is worse.
  std::uint32_t tranche = 0;
  InstrumentId instrument{};
  PositionSide position_side{};
  ExitReason reason{};
};
struct EntryRefused {
  std::uint64_t signal_id = 0;
  OrderId order{};  // None unless the venue refused it.
  InstrumentId instrument{};
  PositionSide position_side{};
  EntryRefusal reason{};
};
struct Alert {
  OrderId order{};  // None where no order is concerned.
  TrancheId tranche_id{};
  std::uint32_t tranche = 0;
  InstrumentId instrument{};
  std::uint8_t position_side = 0;  // PositionSide as its number; 0: none.
  AlertReason reason{};
};

using Command =
    std::variant<SubmitOrder, AmendOrder, CancelOrder, QueryOrder, SetTimer, CancelTimer,
                 RequestSnapshot, PositionUpdate, TrancheState, TradeClosed, EntryRefused, Alert>;
static_assert(kPlainAndSmall<Command>);

}  // namespace tranchet

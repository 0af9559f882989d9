// The whole engine as a value: a copy is a snapshot, and equal states decide equally.
//
//   State -> InstrumentState -> Position (Long, Short) -> Tranche -> its live orders, by id
//   State -> Order, by id; finished orders stay for a week, so that a late fill still counts once
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "engine/candles.h"
#include "engine/dip.h"
#include "engine/hunter_memory.h"
#include "engine/order_table.h"
#include "engine/short_list.h"
#include "events/event.h"
#include "events/settings.h"

namespace tranchet {

using OrderIds = ShortList<OrderId, 2>;

struct Order {
  OrderId id{};
  PositionKey key;
  TrancheId tranche_id{};     // Whose it is now; a merge changes it.
  TrancheId born_for{};       // Whose it was when it was sent.
  std::uint32_t tranche = 0;  // Ordinal of that tranche.
  Purpose purpose{};
  OrderType type{};
  Side side{};
  WorkingType working_type = WorkingType::ContractPrice;
  TradeType trade_type = TradeType::Automated;
  OrderStatus status = OrderStatus::PendingNew;
  Quantity quantity;       // Total, filled included.
  Quantity filled;         // Counted so far, however we learned of it.
  Value filled_value = 0;  // Price x quantity of that.
  Quantity credited;       // Counted from a query or snapshot; the next trades are taken to be it.
  Maybe<Price> limit_price;
  Maybe<Price> stop_price;
  Price reference_price;    // Entries: limit or mark when sent; values what is still in flight.
  Quantity amend_quantity;  // While awaiting_amend.
  Price amend_price;
  bool awaiting_amend = false;
  bool awaiting_cancel = false;
  bool awaiting_query = false;
  bool amend_refused = false;    // Cancel and place instead.
  bool cancel_wanted = false;    // Entries: cancel as soon as nothing is unanswered.
  bool cancel_refused = false;   // Not asked again before the retry timer.
  bool corrective = false;       // Buys back an excess that flipped a one-way position.
  std::uint8_t reason = 0;       // ExitReason: of a Close; of an entry whose fills close at once.
  std::uint32_t generation = 0;  // Stops that replace others have a higher one.
  std::uint64_t signal_id = 0;
  ShortList<TradeId, 2> trades;  // Counted; sorted.

  bool is_finished() const { return status >= OrderStatus::Filled; }
  bool is_unanswered() const {
    return !is_finished() && (status == OrderStatus::PendingNew || awaiting_amend ||
                              awaiting_cancel || awaiting_query);
  }
  Quantity remaining() const { return filled < quantity ? quantity - filled : Quantity(); }
};

// One leg's wish and how its placing goes. The orders that exist are in Tranche.
struct Leg {
  TargetChoice choice = TargetChoice::Default;
  Maybe<Price> hand_price;           // With TargetChoice::AtPrice.
  Maybe<Price> price;                // Wanted, on the tick; empty: no such leg.
  std::uint8_t refusals = 0;         // Of orders to be placed, in a row; saturates at 200.
  std::uint8_t change_refusals = 0;  // The same of cancels.
  std::optional<Timestamp> lost;     // When the venue last ended a resting order unasked.
  bool waiting = false;              // Until the retry timer; nothing changes this leg before.
  bool blocked = false;              // NoPosition: until a snapshot, an entry fill or a request.
  bool cancel_first = false;         // The venue refused a second stop beside the first.
  bool alerted = false;              // StopBelowTick was said for this price.
};

// The one closing path, whatever started it.
struct Closing {
  ExitReason reason{};
  Maybe<Quantity> part;                  // Guard: only what has no stop. Empty: all that is open.
  std::uint8_t otherwise = 0;            // ExitReason that holds if an instant close is called off.
  std::uint8_t attempts = 0;             // Market orders sent so far (slices together are one).
  bool waiting = false;                  // For the retry timer.
  bool failed = false;                   // A market order of this attempt ended with a rest,
  bool no_position = false;              // because the venue saw nothing to close.
  bool stalled = false;                  // NoPosition: the venue must say more.
  bool stop_triggered = false;           // The stop is the exit; the market order only finishes it.
  std::uint32_t trigger_generation = 0;  // Of the stop that triggered, with the tranche it was
  TrancheId trigger_born_for{};          // sent for: its slices are the exit, other stops are not.
  bool stop_refused = false;             // WouldTrigger: no use placing the stop again on the way.
};

struct Tranche {
  TrancheId id{};
  std::uint32_t ordinal = 0;
  Quantity quantity;  // Open.
  Value cost = 0;     // Sum of price x quantity of what is open: the exact average entry.
  Price average;      // Derived: cost / quantity, rounded, for people.
  Ppm take_profit = 0;
  Ppm stop_loss = 0;
  bool take_profit_enabled = true;
  bool stop_loss_enabled = true;
  // From the average, by the ATR of when it opened. Empty: by the percentage.
  Maybe<Price> take_profit_distance;
  Maybe<Price> stop_loss_distance;
  Leg target;
  Leg stop;
  std::optional<Closing> closing;
  bool opened = false;  // Has ever held quantity.
  bool ended = false;   // Holds nothing any more; here only until its orders are finished.
  bool dust = false;    // Too small for the venue to take an exit.
  bool dust_alerted = false;
  std::optional<Timestamp> rest_until;  // After a failed exit: no instant close, no backstop.
  std::uint32_t generation = 0;         // Of the newest stop.

  // Over its life, for TradeClosed.
  Quantity exited;
  Value exited_cost = 0;
  Value exit_value = 0;
  Money realized_pnl;
  Money fees;

  // Live orders, oldest first.
  OrderIds entries;
  OrderIds stops;
  OrderIds targets;
  OrderIds closes;

  bool is_live() const { return !ended; }
  bool takes_entries() const { return !ended && !closing; }
  OrderIds& orders_of(Purpose purpose) {
    switch (purpose) {
      case Purpose::StopLoss:
        return stops;
      case Purpose::TakeProfit:
        return targets;
      case Purpose::Close:
        return closes;
      case Purpose::Entry:
        break;
    }
    return entries;
  }
};

// A difference to the venue's quantity that one snapshot showed while orders of ours were live. It
// counts when a second one repeats it with no answer about the book between.
struct Difference {
  std::int64_t quantity = 0;  // Venue minus ours, counts of 1e-8.
  std::uint64_t answers = 0;  // Position::answers when it was seen.
  bool asked = false;         // A second snapshot is on its way.
};

// A venue snapshot whose rows are still coming.
struct Snapshot {
  Sequence started{};
  std::vector<PositionReported> positions;
  std::vector<OrderReported> orders;
};

struct Position {
  PositionKey key;
  std::vector<Tranche> tranches;  // By ordinal, then id.
  OrderIds entries;               // Live entry orders.
  OrderIds corrections;           // Live corrective orders.
  Quantity excess;                // One-way without reduce-only: sold beyond the position.
  Value excess_value = 0;
  Quantity ignored;  // At the venue beside our books: foreign, and left alone.
  std::optional<Difference> difference;
  std::uint64_t answers = 0;                    // Answers about orders of this book so far.
  TradeType trade_type = TradeType::Automated;  // Of the newest entry.
  bool entries_halted = false;                  // A stop failed three times.
};

// Between these prices, both exclusive, no exit starts and `refill` does not enter.
struct QuietBand {
  Price low;
  Price high;
};

struct InstrumentState {
  bool listed = false;
  InstrumentListed rules;
  Maybe<Price> mark;
  Timestamp mark_time;
  Maybe<Price> trade;
  Timestamp trade_time;
  std::optional<QuietBand> band;  // Derived, and not known until asked for: Engine::quiet_band.
  std::array<Position, 2> positions;
  DipWindow dip;
  HunterMemory hunter;
  CandleMemory candles;
  bool session_closed = false;                             // The venue takes no orders of it now.
  std::array<std::optional<Timestamp>, 2> cooldown_until;  // By side.
  // Trades that no order of ours made, for a week: each counts once.
  std::vector<std::pair<Timestamp, TradeId>> foreign_trades;

  Position& position(PositionSide side) { return positions[side == PositionSide::Long ? 0 : 1]; }
  const Position& position(PositionSide side) const {
    return positions[side == PositionSide::Long ? 0 : 1];
  }
};

// What logs of this schema and later ones have: commands that are folded apart in their digest,
inline constexpr std::uint32_t kCommandsApart = 2;
// and questions about orders that rest otherwise than the books say.
inline constexpr std::uint32_t kRestingTermsAsked = 3;

struct State {
  Settings settings;
  std::uint8_t account = 0;
  Sequence last{};
  Timestamp now;
  std::vector<InstrumentState> instruments;            // Number n at n - 1.
  OrderTable<Order> orders;                            // Finished ones are retired.
  std::deque<std::pair<Timestamp, OrderId>> finished;  // Oldest first.
  std::map<TimerId, Timestamp> timers;
  std::optional<Snapshot> snapshot;
  std::vector<AdoptionRequested> adoptions;  // Until a snapshot has decided; in their order.
  TrancheId last_tranche{};
  bool entries_halted = false;
  bool reconciled = true;
  std::uint64_t command_digest = 0;
  std::uint32_t schema = 0;  // Of the log, as its RunStarted says.

  InstrumentState& instrument(InstrumentId id) {
    return instruments[static_cast<std::size_t>(id) - 1];
  }
  const InstrumentState& instrument(InstrumentId id) const {
    return instruments[static_cast<std::size_t>(id) - 1];
  }
  bool knows(InstrumentId id) const {
    return id != InstrumentId::None && static_cast<std::size_t>(id) <= instruments.size();
  }
  Position& position(PositionKey key) { return instrument(key.instrument).position(key.side); }
  const Position& position(PositionKey key) const {
    return instrument(key.instrument).position(key.side);
  }
  Order& order(OrderId id) {
    Order* found = orders.look_up(id);
    ENSURE(found != nullptr);
    return *found;
  }
  const Order& order(OrderId id) const {
    const Order* found = orders.look_up(id);
    ENSURE(found != nullptr);
    return *found;
  }
};

// The sum of what the tranches hold.
Quantity open_quantity(const Position& position);
Value open_cost(const Position& position);
// Stop quantity that stands or is on its way; one being cancelled does not count.
Quantity covered_quantity(const State& state, const Tranche& tranche);
// Open quantity that ought to have a stop and has none. 0 where no stop is wanted.
Quantity naked_quantity(const State& state, const Tranche& tranche);
Tranche* find_tranche(Position& position, TrancheId id);
const Tranche* find_tranche(const Position& position, TrancheId id);
// The price that stops of this working type see: the last trade, or the mark when no trade was seen
// for stale_after; nullopt before any price.
std::optional<Price> working_price(const State& state, InstrumentId instrument, WorkingType type);

// Every field a decision can depend on, in a fixed order.
std::uint64_t digest_of(const State& state);

}  // namespace tranchet

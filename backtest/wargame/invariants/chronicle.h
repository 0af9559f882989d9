// What happened in a world, as events, bookings and requests tell it: the memory of the invariants.
// It follows the words of the design on its own, and asks the engine nothing.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "engine/output.h"
#include "events/settings.h"

namespace tranchet {

struct SeenOrder {
  enum class Standing : std::uint8_t { Sent = 1, Resting, Triggered, Over };

  OrderId id{};
  PositionKey key;
  TrancheId tranche{};   // Whose it is now.
  TrancheId born_for{};  // Whose it was when it was sent.
  Sequence cause{};
  Purpose purpose{};
  OrderType type{};
  Side side{};
  WorkingType working_type{};
  Standing standing = Standing::Sent;
  Quantity total;          // Filled included.
  Quantity filled;         // Counted so far.
  Quantity credited;       // Of that, without its trades.
  Value filled_value = 0;  // Price x quantity of what was counted.
  Maybe<Price> limit_price;
  Maybe<Price> stop_price;
  Price reference;       // Entries: limit, or the mark when sent.
  Quantity amend_total;  // Of the newest amend.
  bool amend_asked = false;
  bool cancel_asked = false;
  Sequence cancel_asked_in{};  // The event that caused it.
  bool query_asked = false;
  bool amend_refused = false;
  bool cancel_refused = false;  // For a reason other than NotFound.
  bool corrective = false;      // A Close on the side of an entry.
  bool doomed = false;          // An entry whose fills are closed at once.
  Timestamp over_at;
  Sequence over_in{};  // The event that ended it.
  std::vector<TradeId> trades;

  bool is_over() const { return standing == Standing::Over; }
  bool is_standing() const {
    return standing == Standing::Resting || standing == Standing::Triggered;
  }
  bool is_unanswered() const {
    return !is_over() && (standing == Standing::Sent || amend_asked || cancel_asked || query_asked);
  }
  Quantity remaining() const { return filled < total ? total - filled : Quantity(); }
};

struct SeenTranche {
  enum class Life : std::uint8_t { Pending = 1, Open, Closed, Merged };

  TrancheId id{};
  PositionKey key;
  std::uint32_t ordinal = 0;
  Life life = Life::Pending;
  Sequence seen_in{};  // The event that it first appeared in.
  TrancheId merged_into{};
  Quantity quantity;
  Value cost = 0;
  Quantity exited;
  Value exited_cost = 0;
  Value exit_value = 0;
  Money realized_pnl;
  Money fees;
  // The percentages it opened with.
  Ppm take_profit = 0;
  Ppm stop_loss = 0;
  bool take_profit_enabled = true;
  bool stop_loss_enabled = true;

  // Why a leg may be without its order.
  bool stop_blocked = false;  // NoPosition: the venue must say more first.
  bool target_blocked = false;
  bool second_stop_refused = false;  // Since the last stop was accepted.
  bool stop_triggered = false;       // While it closes.
  bool stop_would_trigger = false;   // While it closes.
  Sequence trigger_cause{};          // Of the stop that triggered, and whom it was for: its slices
  TrancheId trigger_born_for{};      // are the exit.
  bool too_small = false;            // An exit of it was BelowMinimum.
  Timestamp rests_until;             // After CloseFailed: nothing but a person closes it.

  // As the state was after the last step.
  bool closing = false;
  bool closing_part = false;
  bool dust = false;
  Maybe<Price> stop_wish;
  Maybe<Price> target_wish;

  // The stop that was sent last.
  Maybe<Price> last_stop;
  Value last_stop_cost = 0;
  Quantity last_stop_quantity;
  // Healthy worlds: since when a leg is not what it should be, and what rested then.
  Quantity standing;
  Quantity targets;
  std::optional<Timestamp> naked_since;
  std::optional<Timestamp> misfit_since;

  std::vector<OrderId> live;  // Orders that are not over, oldest first.

  bool is_open() const { return life == Life::Open; }
};

struct SeenBook {
  PositionKey key;
  std::vector<TrancheId> tranches;  // Pending and open ones, and closed ones with live orders.
  bool entries_halted = false;
  Quantity ignored;       // As the state was after the last step.
  std::int64_t held = 0;  // What the facts say we hold, ignored quantity included.
  Quantity open;          // Sums over the tranches, as the state was.
  Value cost = 0;
};

struct SeenInstrument {
  bool listed = false;
  InstrumentListed rules;
  Maybe<Price> mark;
  Maybe<Price> trade;
  Timestamp trade_time;
  // No price in between starts an exit.
  Price low;
  Price high = Price::max();
  std::vector<TradeId> foreign_trades;  // Counted; sorted.
  std::array<SeenBook, 2> books;
};

// A fill that the event tells of, and how much of it is news.
struct CountedFill {
  OrderId order{};  // None: not ours.
  TradeId trade{};  // None: found by a query or a snapshot.
  Quantity fresh;
  Price price;
  Money fee;
  PositionKey key;
  Side side{};
  bool repeated = false;    // The trade was counted before.
  bool has_credit = false;  // A part of it had been counted before its trade came.
};

class Chronicle {
 public:
  explicit Chronicle(const Settings& settings) : settings_(settings) {}

  // In this order: an event, what was booked, what was asked for.
  void take(const Event& event);
  void take(const Booking& booking);
  void take(const Command& command, const Event& cause);

  // What the last event tells of fills.
  const std::vector<CountedFill>& counted() const { return counted_; }

  SeenOrder* find(OrderId id);
  SeenTranche* find(TrancheId id);
  SeenInstrument& instrument(InstrumentId id);
  SeenBook& book(PositionKey key) {
    return instrument(key.instrument).books[key.side == PositionSide::Long ? 0 : 1];
  }
  std::vector<SeenInstrument>& instruments() { return instruments_; }
  const std::vector<SeenOrder>& orders() const { return orders_; }
  const Settings& settings() const { return settings_; }
  bool timer_is_set(TimerKind kind, TrancheId tranche) const {
    return timers_.contains({kind, static_cast<std::uint64_t>(tranche)});
  }
  const std::map<TimerId, Timestamp>& timers() const { return timers_; }
  Timestamp next_timer() const { return next_timer_; }
  TrancheId newest_tranche() const { return newest_tranche_; }
  bool entries_halted() const { return entries_halted_; }
  bool reconciled() const { return reconciled_; }
  const std::vector<PositionReported>& reported() const { return positions_; }

  // The price that stops see.
  std::optional<Price> working_price(InstrumentId id, Timestamp now);
  // It is the last trade's, not the mark.
  bool works_by_trade(InstrumentId id, Timestamp now);
  // What instant close sees: the mark.
  bool trades_are_marks() const {
    return settings_.choice<MarkSourceChoice>(Setting::MarkSource) == MarkSourceChoice::Trade;
  }
  SeenTranche& tranche(TrancheId id, PositionKey key, std::uint32_t ordinal);  // Made if unknown.
  bool has_live_entries(const SeenTranche& tranche);
  // Conditional orders of the instrument that are live and not triggered.
  std::uint32_t conditional_orders(InstrumentId id);

 private:
  void take(const OrderFilled& fill, Timestamp time);
  void take(const QueryAnswered& answer, Timestamp time);
  void take(const CancelRejected& answer);
  void take(const CloseRequested& request);
  void take(const ProtectionRequested& request);
  void take_rejection(SeenOrder& order, RejectReason reason, Timestamp time);
  void forget_stops(InstrumentId id);
  void take_answer(const Event& event);
  void take_snapshot(Timestamp time);
  void take(const SubmitOrder& submit, const Event& cause);
  void take(const Alert& alert, Timestamp time);
  void take(const FillBooked& fill);
  void take(const TrancheMerged& merged);
  void accept(SeenOrder& order);
  void trigger(SeenOrder& order);
  void end(SeenOrder& order, Timestamp time);
  void catch_up(SeenOrder& order, Quantity in_total, Maybe<Price> average, Timestamp time);
  void count(SeenOrder& order, Quantity fresh, Timestamp time);
  void find_next_timer();

  Settings settings_;
  std::vector<SeenOrder> orders_;      // By id.
  std::vector<SeenTranche> tranches_;  // By id.
  std::vector<SeenInstrument> instruments_;
  std::map<TimerId, Timestamp> timers_;
  Timestamp next_timer_;
  std::vector<CountedFill> counted_;
  std::vector<PositionReported> positions_;  // Of the newest snapshot.
  std::vector<OrderReported> rows_;
  bool in_snapshot_ = false;
  Sequence newest_{};
  TrancheId newest_tranche_{};
  bool entries_halted_ = false;
  bool reconciled_ = true;
};

}  // namespace tranchet

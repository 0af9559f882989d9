// Which marks a world has reached. What the history shows is seen here, from each event, what it
// caused and the state after it; what only the twins know they report with reach().
#pragma once

#include <map>

#include "backtest/wargame/marks/marks.h"
#include "engine/output.h"
#include "engine/state.h"

namespace tranchet {

class MarkWatch {
 public:
  void on_step(const Event& event, const Output& output, const State& state);
  // The process has replayed its log and goes on from this state.
  void on_restart(const State& state);
  void reach(Mark mark) { reached_.set(bit_of(mark)); }
  const MarkSet& reached() const { return reached_; }

 private:
  struct Step {
    const Event& event;
    const Output& output;
    const State& state;
  };
  // As it was after the last step that had to do with it.
  struct SeenOrder {
    OrderStatus status{};
    bool awaiting_amend = false;
    bool awaiting_cancel = false;
    bool awaiting_query = false;
    Quantity amend_quantity;
    Price amend_price;
    std::size_t trades = 0;
    TrancheId tranche{};
  };
  struct SeenTranche {
    bool target_filled = false;
    bool stop_filled = false;
    bool stop_failed = false;  // Refused three times, not accepted since.
    bool closing = false;
    bool closing_at_once = false;  // Instant close.
    std::uint8_t lost = 0;         // Purposes, as bits, of orders that never arrived.
  };
  struct SeenDifference {
    Quantity ignored;
  };
  // An order that an event names: as it was before, as it is.
  struct Known {
    const SeenOrder* was = nullptr;
    const Order* is = nullptr;
    explicit operator bool() const { return is != nullptr; }
  };
  Known known(const State& state, OrderId id) const;

  void see_event(const Step& step);
  void see_fill(const Step& step, const OrderFilled& fill);
  void see_triggered(const State& state, OrderId id);
  void see_accepted(const Step& step, OrderId id);
  void see_rejected(const State& state, const OrderRejected& rejected);
  void see_ended(const State& state, OrderId id);
  void see_query(const State& state, const QueryAnswered& answered);
  void see_lost(const Order& order);
  void see_found(const Order& order, QueryStatus status);
  void see_snapshot(const Step& step);
  void see_difference(const Step& step, const Position& position);
  void see_close_requested(const State& state, const CloseRequested& request);
  void see_position(const Step& step, PositionKey key);

  void see_booking(const Step& step, const Booking& booking);
  void see_fill_booked(const Step& step, const FillBooked& booked);
  void see_foreign(const Step& step, const FillBooked& booked);
  void see_merge(const Step& step, const TrancheMerged& merged);

  void see_commands(const Step& step);
  void see_submit(const State& state, const SubmitOrder& submit, const SubmitOrder* before);
  void see_cancel(const State& state, const CancelOrder& cancel);
  void see_refusal(const EntryRefused& refused);
  void see_alert(const Step& step, const Alert& alert);

  void remember(const Step& step);
  void remember(const State& state, OrderId id);

  MarkSet reached_;
  std::map<OrderId, SeenOrder> orders_;
  std::map<TrancheId, SeenTranche> tranches_;
  std::map<PositionKey, SeenDifference> differences_;
};

}  // namespace tranchet

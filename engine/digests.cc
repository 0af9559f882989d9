// The canonical encodings behind the command digest and the state digest: every field, in the order
// of its declaration, as 64-bit words.
#include <algorithm>

#include "engine/state.h"
#include "engine/turn.h"
#include "events/digest.h"

namespace tranchet {
namespace {

class Words {
 public:
  explicit Words(Digest& digest) : digest_(digest) {}

  template <class... Fields>
  void operator()(const Fields&... fields) {
    (add(fields), ...);
  }

 private:
  template <class Field>
  void add(const Field& field) {
    if constexpr (std::is_enum_v<Field> || std::is_integral_v<Field>) {
      digest_.add(static_cast<std::uint64_t>(field));
    } else if constexpr (std::is_same_v<Field, Timestamp>) {
      digest_.add(field.nanoseconds());
    } else if constexpr (std::is_same_v<Field, Int128>) {
      digest_.add_value(field);
    } else if constexpr (std::is_same_v<Field, TimerId>) {
      (*this)(field.kind, field.subject);
    } else if constexpr (std::is_same_v<Field, PositionKey>) {
      (*this)(field.instrument, field.side);
    } else {
      digest_.add(field.raw());
    }
  }
  template <class T>
  void add(const Maybe<T>& field) {
    (*this)(field.has_value(), field.value_or(T()));
  }
  template <class T>
  void add(const std::optional<T>& field) {
    (*this)(field.has_value(), field.value_or(T()));
  }
  template <class T>
  void add(const std::vector<T>& fields) {
    digest_.add(static_cast<std::uint64_t>(fields.size()));
    for (const T& field : fields) add(field);
  }
  template <class A, class B>
  void add(const std::pair<A, B>& field) {
    (*this)(field.first, field.second);
  }

  Digest& digest_;
};

void add_order(Words& words, const Order& o) {
  words(o.id, o.key, o.tranche_id, o.born_for, o.tranche, o.purpose, o.type, o.side, o.working_type,
        o.trade_type, o.status, o.quantity, o.filled, o.filled_value, o.credited, o.limit_price,
        o.stop_price, o.reference_price, o.amend_quantity, o.amend_price, o.awaiting_amend,
        o.awaiting_cancel, o.awaiting_query, o.amend_refused, o.cancel_wanted, o.cancel_refused,
        o.corrective, o.reason, o.generation, o.signal_id, o.trades);
}

void add_leg(Words& words, const Leg& leg) {
  words(leg.choice, leg.hand_price, leg.price, leg.refusals, leg.change_refusals, leg.lost,
        leg.waiting, leg.blocked, leg.cancel_first, leg.alerted);
}

void add_tranche(Words& words, const Tranche& t) {
  words(t.id, t.ordinal, t.quantity, t.cost, t.take_profit, t.stop_loss, t.take_profit_enabled,
        t.stop_loss_enabled);
  add_leg(words, t.target);
  add_leg(words, t.stop);
  words(t.closing.has_value());
  if (t.closing) {
    const Closing& c = *t.closing;
    words(c.reason, c.part, c.otherwise, c.attempts, c.waiting, c.failed, c.no_position, c.stalled,
          c.stop_triggered, c.trigger_generation, c.trigger_born_for, c.stop_refused);
  }
  words(t.opened, t.ended, t.dust, t.dust_alerted, t.rest_until, t.generation, t.exited,
        t.exited_cost, t.exit_value, t.realized_pnl, t.fees, t.entries, t.stops, t.targets,
        t.closes);
}

void add_instrument(Words& words, const InstrumentState& i) {
  const InstrumentListed& r = i.rules;
  words(i.listed, r.tick_size, r.step_size, r.min_quantity, r.max_quantity, r.market_max_quantity,
        r.min_notional, r.instrument, r.max_conditional_orders, i.mark, i.mark_time, i.trade,
        i.trade_time);
  for (const Position& p : i.positions) {
    words(p.difference.has_value());
    if (p.difference) words(p.difference->quantity, p.difference->answers, p.difference->asked);
    words(p.key, p.entries, p.corrections, p.excess, p.excess_value, p.ignored, p.answers,
          p.trade_type, p.entries_halted, p.tranches.size());
    for (const Tranche& tranche : p.tranches) add_tranche(words, tranche);
  }
  for (const auto* points : {&i.dip.highs(), &i.dip.lows()}) {
    words(points->size());
    for (const DipWindow::Point& point : *points) words(point.time, point.price);
  }
  words(i.cooldown_until[0], i.cooldown_until[1], i.foreign_trades);
}

}  // namespace

void add_to_digest(Digest& digest, const Command& command) {
  Words words(digest);
  words(command.index());
  std::visit(
      Overload{[&](const SubmitOrder& c) {
                 words(c.order, c.quantity, c.limit_price, c.stop_price, c.tranche_id, c.tranche,
                       c.instrument, c.side, c.position_side, c.order_type, c.working_type,
                       c.time_in_force, c.reduce_only, c.purpose);
               },
               [&](const AmendOrder& c) {
                 words(c.order, c.quantity, c.limit_price, c.tranche, c.instrument, c.purpose,
                       c.position_side);
               },
               [&](const CancelOrder& c) {
                 words(c.order, c.tranche, c.instrument, c.purpose, c.position_side);
               },
               [&](const QueryOrder& c) {
                 words(c.order, c.tranche, c.instrument, c.purpose, c.position_side);
               },
               [&](const SetTimer& c) { words(c.timer, c.at); },
               [&](const CancelTimer& c) { words(c.timer, c.at); }, [&](const RequestSnapshot&) {},
               [&](const PositionUpdate& c) {
                 words(c.quantity, c.average_entry, c.take_profit, c.stop_loss, c.exit_price,
                       c.realized_pnl, c.instrument, c.position_side, c.trade_type, c.reason,
                       c.tranches);
               },
               [&](const TrancheState& c) {
                 words(c.tranche_id, c.quantity, c.average_entry, c.take_profit, c.stop_loss,
                       c.tranche);
               },
               [&](const TradeClosed& c) {
                 words(c.tranche_id, c.quantity, c.average_entry, c.average_exit, c.realized_pnl,
                       c.fees, c.slippage, c.tranche, c.instrument, c.position_side, c.reason);
               },
               [&](const EntryRefused& c) {
                 words(c.signal_id, c.order, c.instrument, c.position_side, c.reason);
               },
               [&](const Alert& c) {
                 words(c.order, c.tranche_id, c.tranche, c.instrument, c.position_side, c.reason);
               }},
      command);
}

std::uint64_t digest_of(const State& state) {
  Digest digest;
  Words words(digest);
  for (const std::int64_t value : state.settings.defaults()) words(value);
  words(state.settings.overrides().size());
  for (const auto& [key, value] : state.settings.overrides()) words(key, value);
  words(state.account, state.last, state.now, state.instruments.size());
  for (const InstrumentState& instrument : state.instruments) add_instrument(words, instrument);
  words(state.orders.size());
  for (const auto& [id, order] : state.orders) add_order(words, order);
  words(state.finished.size());
  for (const auto& entry : state.finished) words(entry);
  words(state.timers.size());
  for (const auto& [timer, at] : state.timers) words(timer, at);
  words(state.snapshot.has_value());
  if (state.snapshot) {
    words(state.snapshot->started, state.snapshot->positions.size(), state.snapshot->orders.size());
    for (const PositionReported& row : state.snapshot->positions) {
      words(row.instrument, row.position_side, row.quantity, row.average_price);
    }
    for (const OrderReported& row : state.snapshot->orders) {
      words(row.order, row.instrument, row.position_side, row.order_type, row.side, row.quantity,
            row.filled_quantity, row.limit_price, row.stop_price);
    }
  }
  words(state.last_tranche, state.entries_halted, state.reconciled, state.command_digest);
  return digest.value();
}

}  // namespace tranchet

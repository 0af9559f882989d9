#include "backtest/wargame/invariants/chronicle.h"

#include <algorithm>

#include "backtest/wargame/invariants/exact.h"
#include "backtest/wargame/schedule.h"

namespace tranchet {
namespace {

constexpr Duration kExitRest = Duration::minutes(5);

bool is_stop(const SeenOrder& order) {
  return order.purpose == Purpose::StopLoss;
}

}  // namespace

SeenOrder* Chronicle::find(OrderId id) {
  const auto at =
      std::lower_bound(orders_.begin(), orders_.end(), id,
                       [](const SeenOrder& o, OrderId wanted) { return o.id < wanted; });
  return at != orders_.end() && at->id == id ? &*at : nullptr;
}

SeenTranche* Chronicle::find(TrancheId id) {
  const auto at =
      std::lower_bound(tranches_.begin(), tranches_.end(), id,
                       [](const SeenTranche& t, TrancheId wanted) { return t.id < wanted; });
  return at != tranches_.end() && at->id == id ? &*at : nullptr;
}

SeenInstrument& Chronicle::instrument(InstrumentId id) {
  ENSURE(id != InstrumentId::None);
  while (instruments_.size() < static_cast<std::size_t>(id)) {
    SeenInstrument added;
    const auto number = InstrumentId{static_cast<std::uint16_t>(instruments_.size() + 1)};
    added.books[0].key = {number, PositionSide::Long};
    added.books[1].key = {number, PositionSide::Short};
    instruments_.push_back(std::move(added));
  }
  return instruments_[static_cast<std::size_t>(id) - 1];
}

SeenTranche& Chronicle::tranche(TrancheId id, PositionKey key, std::uint32_t ordinal) {
  if (SeenTranche* known = find(id)) return *known;
  SeenTranche added;
  added.id = id;
  added.key = key;
  added.ordinal = ordinal;
  added.seen_in = newest_;
  added.take_profit = settings_.percent(Setting::TakeProfit, key.instrument);
  added.stop_loss = settings_.percent(Setting::StopLoss, key.instrument);
  added.take_profit_enabled = settings_.flag(Setting::TakeProfitEnabled, key.instrument);
  added.stop_loss_enabled = settings_.flag(Setting::StopLossEnabled, key.instrument);
  newest_tranche_ = std::max(newest_tranche_, id);
  book(key).tranches.push_back(id);
  const auto at =
      std::lower_bound(tranches_.begin(), tranches_.end(), id,
                       [](const SeenTranche& t, TrancheId wanted) { return t.id < wanted; });
  return *tranches_.insert(at, std::move(added));
}

bool Chronicle::has_live_entries(const SeenTranche& tranche) {
  return std::any_of(tranche.live.begin(), tranche.live.end(),
                     [this](OrderId id) { return find(id)->purpose == Purpose::Entry; });
}

std::uint32_t Chronicle::conditional_orders(InstrumentId id) {
  std::uint32_t count = 0;
  for (const SeenBook& book : instrument(id).books) {
    for (const TrancheId tranche : book.tranches) {
      for (const OrderId live : find(tranche)->live) {
        const SeenOrder& order = *find(live);
        if (is_stop(order) && order.standing != SeenOrder::Standing::Triggered) ++count;
      }
    }
  }
  return count;
}

bool Chronicle::works_by_trade(InstrumentId id, Timestamp now) {
  const SeenInstrument& seen = instrument(id);
  const bool by_contract =
      settings_.choice<WorkingType>(Setting::StopWorkingType, id) == WorkingType::ContractPrice;
  return by_contract && seen.trade &&
         now < seen.trade_time + settings_.duration(Setting::StaleAfter, id);
}

std::optional<Price> Chronicle::working_price(InstrumentId id, Timestamp now) {
  const SeenInstrument& seen = instrument(id);
  if (works_by_trade(id, now)) return *seen.trade;
  if (seen.mark) return *seen.mark;
  return std::nullopt;
}

// ---- Orders.

void Chronicle::accept(SeenOrder& order) {
  if (order.standing != SeenOrder::Standing::Sent) return;
  order.standing = SeenOrder::Standing::Resting;
  if (!is_stop(order)) return;
  book(order.key).entries_halted = false;
  if (SeenTranche* tranche = find(order.tranche)) tranche->second_stop_refused = false;
}

void Chronicle::trigger(SeenOrder& order) {
  if (!order.is_over()) order.standing = SeenOrder::Standing::Triggered;
  SeenTranche* tranche = find(order.tranche);
  if (tranche == nullptr) return;
  tranche->stop_triggered = true;
  tranche->trigger_cause = order.cause;
  tranche->trigger_born_for = order.born_for;
}

void Chronicle::end(SeenOrder& order, Timestamp time) {
  if (order.is_over()) return;
  order.standing = SeenOrder::Standing::Over;
  order.amend_asked = order.cancel_asked = order.query_asked = false;
  order.over_at = time;
  order.over_in = newest_;
  if (SeenTranche* tranche = find(order.tranche)) std::erase(tranche->live, order.id);
}

void Chronicle::count(SeenOrder& order, Quantity fresh, Timestamp time) {
  order.filled += fresh;
  if (order.standing == SeenOrder::Standing::Sent) {
    order.standing = SeenOrder::Standing::Resting;
  }
  if (is_stop(order)) trigger(order);
  const bool may_hold_more = order.amend_asked && order.amend_total > order.filled;
  if (order.remaining().is_zero() && !may_hold_more) end(order, time);
}

void Chronicle::catch_up(SeenOrder& order, Quantity in_total, Maybe<Price> average,
                         Timestamp time) {
  in_total = std::min(in_total, std::max(order.total, order.amend_total));
  if (in_total <= order.filled) return;
  const Quantity fresh = in_total - order.filled;
  const SeenInstrument& seen = instrument(order.key.instrument);
  Price price = order.limit_price.value_or(seen.mark.value_or(order.reference));
  if (average && (*average).is_positive()) {
    const Int128 increment =
        exact::nearest(value_of(*average, in_total) - order.filled_value, fresh.raw());
    const bool is_price = increment > 0 && increment <= Price::max().raw();
    price = is_price ? Price::from_wide(increment) : *average;
  }
  if (!price.is_positive()) return;
  order.credited += fresh;
  order.filled_value += value_of(price, fresh);
  counted_.push_back(
      {.order = order.id, .fresh = fresh, .price = price, .key = order.key, .side = order.side});
  count(order, fresh, time);
}

void Chronicle::take(const OrderFilled& fill, Timestamp time) {
  CountedFill counted{.order = fill.order,
                      .trade = fill.trade,
                      .price = fill.price,
                      .fee = fill.fee,
                      .key = {fill.instrument, fill.position_side},
                      .side = fill.side};
  if (fill.order == OrderId::None) {
    // Counted by their id within the instrument.
    auto& known = instrument(fill.instrument).foreign_trades;
    const auto at = std::lower_bound(known.begin(), known.end(), fill.trade);
    counted.repeated = at != known.end() && *at == fill.trade;
    if (!counted.repeated) known.insert(at, fill.trade);
    counted.fresh = counted.repeated ? Quantity() : fill.quantity;
    counted_.push_back(counted);
    return;
  }
  SeenOrder* order = find(fill.order);
  if (order == nullptr) return;
  accept(*order);
  counted.key = order->key;
  counted.side = order->side;
  const auto at = std::lower_bound(order->trades.begin(), order->trades.end(), fill.trade);
  counted.repeated = at != order->trades.end() && *at == fill.trade;
  if (!counted.repeated) {
    order->trades.insert(at, fill.trade);
    const Quantity known = std::min(fill.quantity, order->credited);
    order->credited -= known;
    counted.has_credit = known.is_positive();
    counted.fresh = fill.quantity - known;
  }
  counted_.push_back(counted);
  if (!counted.fresh.is_positive()) return;
  order->filled_value += value_of(fill.price, counted.fresh);
  count(*order, counted.fresh, time);
}

void Chronicle::take_rejection(SeenOrder& order, RejectReason reason, Timestamp time) {
  if (order.is_over()) return;
  end(order, time);
  SeenTranche* tranche = find(order.tranche);
  if (tranche == nullptr || order.purpose == Purpose::Entry) return;
  if (reason == RejectReason::BelowMinimum) tranche->too_small = true;
  if (reason == RejectReason::NoPosition) {
    (is_stop(order) ? tranche->stop_blocked : tranche->target_blocked) = true;
  }
  if (!is_stop(order)) return;
  if (reason == RejectReason::WouldTrigger) tranche->stop_would_trigger = true;
  if (reason == RejectReason::TooManyConditional || reason == RejectReason::ReduceOnlyCapacity) {
    tranche->second_stop_refused = true;
  }
}

void Chronicle::take(const QueryAnswered& answer, Timestamp time) {
  SeenOrder* found = find(answer.order);
  if (found == nullptr) return;
  SeenOrder& order = *found;
  order.query_asked = false;
  if (answer.status == QueryStatus::NotFound) {
    end(order, time);
    return;
  }
  if (!order.is_over()) {
    order.amend_asked = order.cancel_asked = false;
    order.total = answer.quantity.value_or(order.total);
    if (answer.limit_price) order.limit_price = answer.limit_price;
    const bool stands = answer.status == QueryStatus::New ||
                        answer.status == QueryStatus::PartiallyFilled ||
                        answer.status == QueryStatus::Filled;
    if (stands) accept(order);
  }
  const Quantity otherwise = answer.status == QueryStatus::Filled ? order.total : order.filled;
  catch_up(order, answer.filled_quantity.value_or(otherwise), answer.average_price, time);
  const bool lives =
      answer.status == QueryStatus::New || answer.status == QueryStatus::PartiallyFilled;
  if (!lives) end(order, time);
}

void Chronicle::take(const CancelRejected& answer) {
  SeenOrder* order = find(answer.order);
  if (order == nullptr || order->is_over() || !order->cancel_asked) return;
  order->cancel_asked = false;
  order->cancel_refused = answer.reason != RejectReason::NotFound;
}

void Chronicle::take(const CloseRequested& request) {
  for (SeenInstrument& seen : instruments_) {
    for (SeenBook& book : seen.books) {
      const bool in_scope =
          (request.instrument == InstrumentId::None || request.instrument == book.key.instrument) &&
          (request.position_side == 0 ||
           request.position_side == static_cast<std::uint8_t>(book.key.side));
      if (!in_scope) continue;
      for (const TrancheId id : book.tranches) {
        const SeenTranche& tranche = *find(id);
        if (request.tranche != kAllTranches && request.tranche != tranche.ordinal) continue;
        for (const OrderId live : tranche.live) {
          SeenOrder& order = *find(live);
          if (order.purpose == Purpose::Entry) order.doomed = true;
        }
      }
    }
  }
}

// A person has spoken: what the venue said of no position no longer holds back, and the stop may
// go anywhere.
void Chronicle::take(const ProtectionRequested& request) {
  for (SeenBook& book : instrument(request.instrument).books) {
    for (const TrancheId id : book.tranches) {
      SeenTranche& tranche = *find(id);
      if (tranche.ordinal != request.tranche) continue;
      tranche.last_stop = {};
    }
  }
}

// New rules: a stop may move to the new tick.
void Chronicle::forget_stops(InstrumentId id) {
  for (SeenBook& book : instrument(id).books) {
    for (const TrancheId tranche : book.tranches) find(tranche)->last_stop = {};
  }
}

// ---- Snapshots.

void Chronicle::take_snapshot(Timestamp time) {
  if (!in_snapshot_) return;
  in_snapshot_ = false;
  reconciled_ = true;
  for (const OrderReported& row : rows_) {
    SeenOrder* order = row.order == OrderId::None ? nullptr : find(row.order);
    if (order == nullptr) continue;
    if (!order->is_over()) accept(*order);
    catch_up(*order, row.filled_quantity, {}, time);
  }
}

// ---- Events.

void Chronicle::find_next_timer() {
  next_timer_ = kNever;
  for (const auto& [timer, at] : timers_) next_timer_ = std::min(next_timer_, at);
}

// What the venue says of orders of ours.
void Chronicle::take_answer(const Event& event) {
  const Timestamp now = event.time;
  const auto with = [this](OrderId id, auto change) {
    if (SeenOrder* order = find(id); order != nullptr && !order->is_over()) change(*order);
  };
  const auto ended = [&](OrderId id) { with(id, [&](SeenOrder& order) { end(order, now); }); };
  const auto finish_if_full = [&](SeenOrder& order) {
    order.amend_asked = false;
    if (order.remaining().is_zero()) end(order, now);
  };
  std::visit(
      Overload{[&](const OrderAccepted& b) { with(b.order, [&](SeenOrder& o) { accept(o); }); },
               [&](const OrderRejected& b) {
                 with(b.order, [&](SeenOrder& o) { take_rejection(o, b.reason, now); });
               },
               [&](const OrderTriggered& b) {
                 with(b.order, [&](SeenOrder& o) {
                   if (!is_stop(o)) return;
                   accept(o);
                   trigger(o);
                 });
               },
               [&](const OrderFilled& b) { take(b, now); },
               [&](const OrderAmended& b) {
                 with(b.order, [&](SeenOrder& o) {
                   o.total = b.quantity;
                   o.limit_price = b.limit_price;
                   finish_if_full(o);
                 });
               },
               [&](const AmendRejected& b) {
                 with(b.order, [&](SeenOrder& o) {
                   if (!o.amend_asked) return;
                   o.amend_refused = true;
                   finish_if_full(o);
                 });
               },
               [&](const OrderCanceled& b) { ended(b.order); },
               [&](const OrderExpired& b) { ended(b.order); },
               [&](const CancelRejected& b) { take(b); },
               [&](const QueryAnswered& b) { take(b, now); }, [](const auto&) {}},
      event.body);
}

void Chronicle::take(const Event& event) {
  counted_.clear();
  newest_ = event.sequence;
  const Timestamp now = event.time;
  const auto halt = [this](bool halted) {
    entries_halted_ = halted;
    if (halted) return;
    for (SeenInstrument& seen : instruments_) {
      for (SeenBook& book : seen.books) book.entries_halted = false;
    }
  };
  const auto mark = [this](InstrumentId id, Price price) { instrument(id).mark = price; };
  std::visit(
      Overload{
          [&](const ConfigChanged& b) { settings_.set(b.setting, b.instrument, b.value); },
          [&](const InstrumentListed& b) {
            instrument(b.instrument).rules = b;
            instrument(b.instrument).listed = true;
            forget_stops(b.instrument);
          },
          [&](const TimerFired& b) {
            timers_.erase(b.timer);
            find_next_timer();
          },
          [&](const Connected& b) { reconciled_ &= b.stream != Stream::User; },
          [&](const Disconnected& b) { reconciled_ &= b.stream != Stream::User; },
          [&](const MarkPrice& b) { mark(b.instrument, b.price); },
          [&](const TradePrinted& b) {
            instrument(b.instrument).trade = b.price;
            instrument(b.instrument).trade_time = now;
            if (trades_are_marks()) mark(b.instrument, b.price);
          },
          [&](const SnapshotStarted&) {
            in_snapshot_ = true;
            positions_.clear();
            rows_.clear();
          },
          [&](const PositionReported& b) {
            if (in_snapshot_) positions_.push_back(b);
          },
          [&](const OrderReported& b) {
            if (in_snapshot_) rows_.push_back(b);
          },
          [&](const SnapshotEnded&) { take_snapshot(now); },
          [&](const CloseRequested& b) { take(b); }, [&](const ProtectionRequested& b) { take(b); },
          [&](const EntriesHalted&) { halt(true); }, [&](const KillSwitch&) { halt(true); },
          [&](const EntriesResumed&) { halt(false); }, [&](const auto&) { take_answer(event); }},
      event.body);
}

// ---- Bookings.

void Chronicle::take(const FillBooked& fill) {
  SeenOrder* order = fill.order == OrderId::None ? nullptr : find(fill.order);
  if (order != nullptr && order->corrective) return;
  SeenTranche* found = find(fill.tranche_id);
  if (found == nullptr) return;
  SeenTranche& tranche = *found;
  tranche.fees += fill.fee;
  const Value value = value_of(fill.price, fill.quantity);
  if (fill.purpose == Purpose::Entry) {
    tranche.quantity += fill.quantity;
    tranche.cost += value;
    tranche.stop_blocked = tranche.target_blocked = false;
    tranche.too_small = false;
    if (order != nullptr && order->tranche != tranche.id) {
      if (SeenTranche* before = find(order->tranche)) std::erase(before->live, order->id);
      order->tranche = tranche.id;
      if (!order->is_over()) tranche.live.push_back(order->id);
    }
    return;
  }
  const Quantity part = std::min(fill.quantity, tranche.quantity);
  if (!part.is_positive()) return;
  const Value cost = exact::share(tranche.cost, part, tranche.quantity);
  const Value gain = fill.key.side == PositionSide::Long ? value - cost : cost - value;
  tranche.quantity -= part;
  tranche.cost -= cost;
  tranche.exited += part;
  tranche.exited_cost += cost;
  tranche.exit_value += value;
  tranche.realized_pnl += Money::from_wide(exact::nearest(gain, kDecimalOne));
}

void Chronicle::take(const TrancheMerged& merged) {
  SeenTranche* from = find(merged.from);
  SeenTranche* into = find(merged.into);
  if (from == nullptr || into == nullptr) return;
  into->quantity += from->quantity;
  into->cost += from->cost;
  into->live.insert(into->live.end(), from->live.begin(), from->live.end());
  std::sort(into->live.begin(), into->live.end());
  from->live.clear();
  from->quantity = Quantity();
  from->cost = 0;
  from->life = SeenTranche::Life::Merged;
  from->merged_into = merged.into;
  std::erase(book(from->key).tranches, from->id);
  for (SeenOrder& order : orders_) {
    if (order.tranche == merged.from) order.tranche = merged.into;
  }
}

void Chronicle::take(const Booking& booking) {
  std::visit(Overload{[this](const TrancheOpened& b) {
                        tranche(b.tranche_id, b.key, b.tranche).life = SeenTranche::Life::Open;
                      },
                      [this](const FillBooked& b) { take(b); },
                      [this](const FeeCorrected& b) {
                        if (SeenTranche* t = find(b.tranche_id)) t->fees += b.fee;
                      },
                      [](const FundingBooked&) {}, [this](const TrancheMerged& b) { take(b); },
                      [this](const TrancheClosed& b) {
                        SeenTranche* t = find(b.tranche_id);
                        if (t != nullptr) t->life = SeenTranche::Life::Closed;
                      }},
             booking);
}

// ---- Commands.

void Chronicle::take(const SubmitOrder& submit, const Event& cause) {
  const PositionKey key{submit.instrument, submit.position_side};
  SeenOrder order;
  order.id = submit.order;
  order.key = key;
  order.tranche = order.born_for = submit.tranche_id;
  order.cause = cause.sequence;
  order.purpose = submit.purpose;
  order.type = submit.order_type;
  order.side = submit.side;
  order.working_type = submit.working_type;
  order.total = submit.quantity;
  order.limit_price = submit.limit_price;
  order.stop_price = submit.stop_price;
  order.reference = submit.limit_price.value_or(instrument(key.instrument).mark.value_or(Price()));
  order.corrective =
      submit.purpose == Purpose::Close && submit.side == entry_side(submit.position_side);
  if (!order.corrective) tranche(submit.tranche_id, key, submit.tranche).live.push_back(order.id);
  const auto at =
      std::lower_bound(orders_.begin(), orders_.end(), order.id,
                       [](const SeenOrder& known, OrderId wanted) { return known.id < wanted; });
  if (at == orders_.end() || at->id != order.id) orders_.insert(at, std::move(order));
}

void Chronicle::take(const Alert& alert, Timestamp time) {
  if (alert.reason == AlertReason::CloseFailed) {
    if (SeenTranche* t = find(alert.tranche_id)) {
      t->rests_until = time + kExitRest;
      t->stop_triggered = t->stop_would_trigger = false;
    }
  }
  const PositionKey key{alert.instrument, PositionSide{alert.position_side}};
  if (alert.reason == AlertReason::ProtectionFailed) book(key).entries_halted = true;
  if (alert.reason == AlertReason::ForeignPosition &&
      settings_.choice<ForeignPolicy>(Setting::ForeignPosition) == ForeignPolicy::Halt) {
    entries_halted_ = true;
  }
}

void Chronicle::take(const Command& command, const Event& cause) {
  const auto with = [this](OrderId id, auto change) {
    if (SeenOrder* order = find(id); order != nullptr && !order->is_over()) change(*order);
  };
  std::visit(Overload{[&](const SubmitOrder& c) { take(c, cause); },
                      [&](const AmendOrder& c) {
                        with(c.order, [&c](SeenOrder& order) {
                          order.amend_asked = true;
                          order.amend_total = c.quantity;
                        });
                      },
                      [&](const CancelOrder& c) {
                        with(c.order, [&cause](SeenOrder& order) {
                          order.cancel_asked = true;
                          order.cancel_asked_in = cause.sequence;
                          order.cancel_refused = false;
                        });
                      },
                      [&](const QueryOrder& c) {
                        with(c.order, [](SeenOrder& order) { order.query_asked = true; });
                      },
                      [&](const SetTimer& c) {
                        timers_[c.timer] = c.at;
                        find_next_timer();
                      },
                      [&](const CancelTimer& c) {
                        timers_.erase(c.timer);
                        find_next_timer();
                      },
                      [&](const Alert& c) { take(c, cause.time); }, [](const auto&) {}},
             command);
}

}  // namespace tranchet

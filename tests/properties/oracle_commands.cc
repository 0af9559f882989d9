// The oracle's judgement of each command: may the engine ask for this, now?
#include <algorithm>
#include <array>

#include "tests/properties/oracle.h"

namespace tranchet::oracle {

void Oracle::index_updates(std::span<const Command> commands) {
  updates_.clear();
  dust_announced_.clear();
  Update* current = nullptr;
  for (const Command& command : commands) {
    if (const auto* header = std::get_if<PositionUpdate>(&command)) {
      const PositionKey key{header->instrument, header->position_side};
      if (updates_.contains(key)) complain("two PositionUpdates of one key");
      current = &updates_[key];
      current->header = *header;
    } else if (const auto* row = std::get_if<TrancheState>(&command)) {
      if (current == nullptr) {
        complain("a TrancheState without its PositionUpdate");
      } else {
        current->rows.push_back(*row);
      }
    } else {
      current = nullptr;
    }
    const auto* alert = std::get_if<Alert>(&command);
    if (alert != nullptr && alert->reason == AlertReason::Dust) {
      dust_announced_.insert(alert->tranche_id);
    }
  }
}

// Entries come first: a merge decides whose the commands before it are.
void Oracle::place_entries(std::span<const Command> commands) {
  std::map<PositionKey, const SubmitOrder*> first;
  for (const Command& command : commands) {
    const auto* submit = std::get_if<SubmitOrder>(&command);
    if (submit == nullptr || submit->purpose != Purpose::Entry) continue;
    entry_sent_ = true;
    const PositionKey key{submit->instrument, submit->position_side};
    const auto [slot, fresh] = first.emplace(key, submit);
    if (fresh) {
      place_entry(*submit);
    } else if (slot->second->tranche_id != submit->tranche_id ||
               slot->second->tranche != submit->tranche) {
      complain("slices of one entry go to different tranches");
    }
  }
}

void Oracle::place_entry(const SubmitOrder& submit) {
  using enum Placement::Kind;
  const PositionKey key{submit.instrument, submit.position_side};
  for (const auto& [id, order] : orders_) {
    const bool same = rules_.hedge ? order.key == key : order.key.instrument == key.instrument;
    if (same && order.purpose == Purpose::Entry && !order.done) {
      complain("a second entry while " + to_text(id) + " is in flight");
    }
  }
  const PositionKey other{
      key.instrument, key.side == PositionSide::Long ? PositionSide::Short : PositionSide::Long};
  if (!rules_.hedge && !ledger_.live(other).empty()) complain("an entry against the position");
  const auto mark = marks_.find(key.instrument);
  if (!submit.limit_price && mark == marks_.end()) complain("a market entry without a mark");
  const Price price =
      submit.limit_price.value_or(mark == marks_.end() ? Price() : mark->second.price);
  std::string allowed;
  for (const Placement& option : ledger_.placements(key, price, rules_, false)) {
    allowed += (allowed.empty() ? "" : " or ") + std::to_string(option.ordinal) + " (kind " +
               std::to_string(static_cast<int>(option.kind)) + ")";
    if (option.kind == Refuse || option.ordinal != submit.tranche) continue;
    if (option.kind == Join && option.tranche != submit.tranche_id) continue;
    if (option.kind != Join && submit.tranche_id <= ledger_.newest_id()) continue;
    if (option.kind == Merge) {
      Ledger trial = ledger_;
      trial.move(trial.tranches().at(option.merged), trial.tranches().at(option.tranche));
      // Which two went together is published.
      if (updates_.contains(key) && !rows_match(trial, key)) continue;
      ledger_ = trial;
    }
    if (option.kind == Join) return;
    Tranche& opened = ledger_.open(submit.tranche_id, key, submit.tranche);
    opened.entry_in_flight = true;
    if (const auto* signal = std::get_if<EntrySignal>(body_)) {
      const Price tick = listings_[key.instrument].tick;
      const auto set = [&](Leg& leg, Purpose purpose, TargetChoice choice, Maybe<Price> at) {
        if (choice == TargetChoice::None) leg = {choice, {}};
        if (choice != TargetChoice::AtPrice) return;
        const Price rounded = Price::from_wide(nearest((*at).raw(), tick.raw()) * tick.raw());
        if (mark != marks_.end() && passed(opened, purpose, rounded, mark->second.price)) return;
        leg = {choice, rounded};
      };
      set(opened.take_profit, Purpose::TakeProfit, signal->take_profit, signal->take_profit_price);
      set(opened.stop_loss, Purpose::StopLoss, signal->stop_loss, signal->stop_loss_price);
    }
    return;
  }
  complain("an entry sent for tranche " + std::to_string(submit.tranche) + " (id " +
           std::to_string(static_cast<std::uint64_t>(submit.tranche_id)) +
           "); allowed: " + allowed);
  if (ledger_.holder(submit.tranche_id) == nullptr) {
    ledger_.open(submit.tranche_id, key, submit.tranche).entry_in_flight = true;
  }
}

// What a failed close allows again stands before its alert.
void Oracle::announce_failures(std::span<const Command> commands) {
  for (const Command& command : commands) {
    const auto* alert = std::get_if<Alert>(&command);
    if (alert == nullptr || alert->reason != AlertReason::CloseFailed) continue;
    Tranche* tranche = ledger_.holder(alert->tranche_id);
    if (tranche == nullptr) continue;
    tranche->phase = Phase::Live;
    tranche->began.clear();
    progress_[tranche->id].rest_until = now_ + Duration::minutes(5);
    guard_due_.erase(tranche->id);
  }
}

void Oracle::judge(const Command& command) {
  std::visit(Overload{
                 [&](const SubmitOrder& c) { judge_submit(c); },
                 [&](const AmendOrder& c) { judge_amend(c); },
                 [&](const CancelOrder& c) { judge_cancel(c); },
                 [&](const QueryOrder& c) { judge_query(c); },
                 [&](const SetTimer& c) { judge_timer(c); },
                 [&](const CancelTimer& c) { timers_.erase(c.timer); },
                 [&](const RequestSnapshot&) { snapshot_requested_ = true; },
                 [](const PositionUpdate&) {},
                 [](const TrancheState&) {},
                 [&](const TradeClosed& c) { judge_closed(c); },
                 [&](const EntryRefused& c) { judge_refusal(c); },
                 [&](const Alert& c) { judge_alert(c); },
             },
             command);
}

void Oracle::judge_submit(const SubmitOrder& submit) {
  const std::string what = std::string(to_text(submit.purpose)) + " " + to_text(submit.order);
  const PositionKey key{submit.instrument, submit.position_side};
  const bool exit = submit.purpose != Purpose::Entry;
  commanded_keys_.insert(key);
  if (orders_.contains(submit.order)) return complain("the id of " + what + " was used before");
  if (parts_of(submit.order).sequence != sequence_) complain(what + " has another event's id");
  if (!submit.quantity.is_positive()) complain(what + " has no quantity");
  if (submit.reduce_only != (exit && !rules_.hedge)) complain(what + " has the wrong reduce_only");
  const Side side = exit ? exit_side(key.side) : entry_side(key.side);
  if (submit.side != side) complain(what + " has the wrong side");
  const Listing& listing = listings_[key.instrument];
  if (!exit && submit.quantity.raw() % listing.step.raw() != 0) complain(what + " is off the step");
  if (submit.order_type != OrderType::Limit && listing.market_max.is_positive() &&
      submit.quantity > listing.market_max) {
    complain(what + " is above the market maximum");
  }
  for (const Maybe<Price> price : {submit.limit_price, submit.stop_price}) {
    if (price && ((*price).raw() % listing.tick.raw() != 0 || !(*price).is_positive())) {
      complain(what + " has a price off the tick");
    }
  }
  Tranche* tranche = ledger_.holder(submit.tranche_id);
  if (tranche == nullptr) return complain(what + " names an unknown tranche");
  if (tranche->key != key) complain(what + " names a tranche of another key");
  if (tranche->ordinal != submit.tranche || tranche->id != submit.tranche_id) {
    complain(what + " names its tranche wrongly");
  }
  Order order;
  order.id = submit.order;
  order.purpose = submit.purpose;
  order.type = submit.order_type;
  order.tranche = submit.tranche_id;
  order.key = key;
  order.quantity = submit.quantity.raw();
  order.price = submit.limit_price ? submit.limit_price : submit.stop_price;
  order.sent = sequence_;
  if (exit) {
    judge_exit(submit, *tranche);
    if (submit.purpose == Purpose::Close) order.reasons = tranche->began;
  }
  orders_[order.id] = order;
}

void Oracle::judge_exit(const SubmitOrder& submit, Tranche& tranche) {
  const std::string what = std::string(to_text(submit.purpose)) + " of " + name(tranche);
  if (tranche.quantity == 0) return complain(what + ": nothing is open");
  for (const Order* order : leg(tranche.id, submit.purpose)) {
    if (submit.purpose != Purpose::Close && busy_before_.contains(order->id)) {
      complain(what + ": " + to_text(order->id) + " of the same leg is unanswered");
    }
  }
  switch (submit.purpose) {
    case Purpose::TakeProfit:
      return judge_target_submit(submit, tranche);
    case Purpose::StopLoss:
      return judge_stop_submit(submit, tranche);
    case Purpose::Close:
      return judge_close_submit(submit, tranche);
    case Purpose::Entry:
      return;
  }
}

void Oracle::judge_target_submit(const SubmitOrder& submit, const Tranche& tranche) {
  const std::string what = "TakeProfit of " + name(tranche);
  if (submit.order_type != OrderType::Limit || submit.time_in_force != TimeInForce::GTC ||
      submit.stop_price) {
    complain(what + " is not a LIMIT GTC");
  }
  if (!leg(tranche.id, Purpose::TakeProfit).empty()) complain(what + " beside another");
  if (!leg(tranche.id, Purpose::Close).empty()) complain(what + " beside a Close");
  if (tranche.phase == Phase::Closing) complain(what + " while it closes");
  if (submit.quantity.raw() > tranche.quantity) complain(what + " is more than is open");
  const auto price = wanted(tranche, Purpose::TakeProfit);
  if (!price || submit.limit_price != Maybe<Price>(*price)) {
    complain(what + " at " + to_text(submit.limit_price.value_or(Price())) + ", not " +
             (price ? to_text(*price) : "none"));
  }
  if (timer_pending(TimerKind::TargetRetry, tranche.id)) complain(what + " skips its wait");
}

void Oracle::judge_stop_submit(const SubmitOrder& submit, const Tranche& tranche) {
  const std::string what = "StopLoss of " + name(tranche);
  if (submit.order_type != OrderType::StopMarket || submit.limit_price ||
      submit.working_type != rules_.working_type) {
    complain(what + " is not a STOP_MARKET of the working type");
  }
  std::int64_t total = submit.quantity.raw();
  std::int64_t resting = 0;
  bool another = false;  // To be replaced by this one: with no order free it had to go first.
  for (const Order* order : leg(tranche.id, Purpose::StopLoss)) {
    if (order->sent == sequence_) total += order->quantity;
    another |= order->sent != sequence_ && order->price != submit.stop_price;
    if (order->triggered && !order->before_dust && tranche.phase == Phase::Closing) {
      complain(what + " after another has triggered");
    }
  }
  for (const auto& [id, order] : orders_) {
    if (order.purpose == Purpose::StopLoss && !order.done && !order.triggered &&
        order.key.instrument == submit.instrument) {
      ++resting;
    }
  }
  const auto cap = listings_[submit.instrument].max_conditional;
  if (another && cap != 0 && resting >= cap) complain(what + " with no conditional order free");
  if (total > tranche.quantity) complain(what + " is more than is open");
  const auto price = wanted(tranche, Purpose::StopLoss);
  if (!price || submit.stop_price != Maybe<Price>(*price)) {
    complain(what + " at " + to_text(submit.stop_price.value_or(Price())) + ", not " +
             (price ? to_text(*price) : "none"));
  }
  if (timer_pending(TimerKind::StopRetry, tranche.id)) complain(what + " skips its wait");
  if (!leg(tranche.id, Purpose::Close).empty()) complain(what + " beside a Close in flight");
}

void Oracle::judge_close_submit(const SubmitOrder& submit, Tranche& tranche) {
  const std::string what = "Close of " + name(tranche);
  if (submit.order_type != OrderType::Market) complain(what + " is not a market order");
  if (tranche.phase == Phase::Live) return complain(what + " without a cause");
  if (!leg(tranche.id, Purpose::TakeProfit).empty()) complain(what + " while its TP is alive");
  std::int64_t total = submit.quantity.raw();
  bool first_slice = true;
  for (const Order* order : leg(tranche.id, Purpose::Close)) {
    total += order->remaining();
    first_slice &= order->sent != sequence_;
  }
  for (const Order* order : leg(tranche.id, Purpose::StopLoss)) {
    if (order->triggered) total += order->remaining();
  }
  if (total > tranche.quantity) complain(what + ": more than is open is on its way out");
  Progress& progress = progress_[tranche.id];
  progress.closed_by_market = true;
  if (!first_slice) return;
  if (timer_pending(TimerKind::ExitRetry, tranche.id) &&
      !std::holds_alternative<CloseRequested>(*body_)) {
    complain(what + " skips its wait");
  }
  const auto* fired = std::get_if<TimerFired>(body_);
  const bool retry = fired != nullptr && fired->timer.kind == TimerKind::ExitRetry;
  if (progress.attempt_failed && !retry && !std::holds_alternative<CloseRequested>(*body_)) {
    complain(what + " again without a timer or a request");
  }
  if (progress.close_no_position && !progress.stop_spent) {
    complain(what + " again after NoPosition");
  }
  progress.close_no_position = false;
  progress.attempt_failed = false;
}

Order* Oracle::commanded(OrderId id, std::string_view what) {
  Order* order = find(id);
  const std::string text = std::string(what) + " of " + to_text(id);
  if (order == nullptr) {
    complain(text + ": it was never sent");
    return nullptr;
  }
  commanded_keys_.insert(order->key);
  if (order->done) complain(text + ": it has ended");
  if (busy_before_.contains(id) && order->purpose != Purpose::Entry) {
    complain(text + ": a command of it is unanswered");
  }
  if (order->sent == sequence_) complain(text + ": it was sent by the same event");
  return order;
}

void Oracle::judge_amend(const AmendOrder& amend) {
  Order* order = commanded(amend.order, "Amend");
  if (order == nullptr) return;
  const Tranche& tranche = *ledger_.holder(order->tranche);
  const std::string what = "Amend of the TP of " + name(tranche);
  if (order->purpose != Purpose::TakeProfit) complain("an amend of something that is no TP");
  if (!rules_.can_amend) complain(what + ", which the venue cannot");
  if (tranche.phase == Phase::Closing) complain(what + " while it closes");
  for (const Order* other : leg(tranche.id, Purpose::TakeProfit)) {
    if (other->id != order->id) complain(what + " while " + to_text(other->id) + " is alive");
  }
  if (amend.quantity.raw() - order->filled > tranche.quantity) {
    complain(what + " to more than is open");
  }
  const auto price = wanted(tranche, Purpose::TakeProfit);
  if (!price || amend.limit_price != *price) {
    complain(what + " to " + to_text(amend.limit_price) + ", not " +
             (price ? to_text(*price) : "none"));
  }
  if (amend.quantity.raw() == order->quantity && Maybe<Price>(amend.limit_price) == order->price) {
    complain(what + " changes nothing");
  }
  order->amending = true;
  order->amended_to = amend.quantity.raw();
}

void Oracle::judge_cancel(const CancelOrder& cancel) {
  Order* order = commanded(cancel.order, "Cancel");
  if (order == nullptr) return;
  const Tranche& tranche = *ledger_.holder(order->tranche);
  if (order->canceling) complain("a second cancel of " + to_text(order->id));
  const auto* refused = std::get_if<CancelRejected>(body_);
  if (refused != nullptr && refused->order == order->id) {
    complain("the cancel of " + to_text(order->id) + " again without a wait");
  }
  if (order->purpose == Purpose::Close) complain("a cancel of a Close");
  if (order->purpose == Purpose::StopLoss && !order->triggered) judge_stop_cancel(*order, tranche);
  order->canceling = true;
}

// Place before cancel: what else is accepted covers what is open, or one of the excuses holds.
void Oracle::judge_stop_cancel(const Order& order, const Tranche& tranche) {
  if (tranche.quantity == 0 || tranche.dust) return;
  const auto price = wanted(tranche, Purpose::StopLoss);
  if (!price || progress_[tranche.id].cancel_first) return;
  std::int64_t resting = 0;
  for (const auto& [id, other] : orders_) {
    if (other.purpose == Purpose::StopLoss && !other.done && !other.triggered &&
        other.key.instrument == order.key.instrument) {
      ++resting;
    }
  }
  const Listing& listing = listings_[order.key.instrument];
  std::int64_t needed = 1;
  if (listing.market_max.is_positive()) {
    needed = 1 + (tranche.quantity - 1) / listing.market_max.raw();
  }
  if (listing.max_conditional != 0 && resting + needed > listing.max_conditional) return;
  for (const auto& [id, other] : orders_) {
    // A trigger cancels the others at once.
    if (other.triggered && ledger_.holder(other.tranche)->id == tranche.id) return;
  }
  if (stop_cover(tranche, true, order.id) < tranche.quantity) {
    complain("the cancel of stop " + to_text(order.id) + " leaves " + name(tranche) + " naked");
  }
}

void Oracle::judge_query(const QueryOrder& query) {
  Order* order = find(query.order);
  if (order == nullptr) return complain("a query of an order that was never sent");
  commanded_keys_.insert(order->key);
  if (order->done) complain("a query of " + to_text(order->id) + ", which has ended");
  if (order->querying) complain("a second query of " + to_text(order->id));
  if (query_owed_.erase(order->id) == 0)
    complain("a query of " + to_text(order->id) + " for no reason");
  order->querying = true;
}

void Oracle::judge_timer(const SetTimer& timer) {
  timers_[timer.timer] = timer.at;
  const Duration wait = timer.at - now_;
  if (wait <= Duration()) complain("a timer that is due already: " + to_text(timer.timer));
  if (timer.timer.kind == TimerKind::EntryTimeout) return;
  const Tranche* tranche = ledger_.holder(TrancheId{timer.timer.subject});
  if (tranche == nullptr) return complain("a timer of no tranche: " + to_text(timer.timer));
  const Progress& progress = progress_[tranche->id];
  const auto refused = [&](std::uint32_t count, bool exact) {
    const std::array<std::int64_t, 3> waits{1, 2, 30};
    const bool known = exact && count > 0;
    const std::int64_t seconds = waits[std::min<std::size_t>(count - 1, 2) % 3];
    const bool allowed = known ? wait == Duration::seconds(seconds)
                               : wait == Duration::seconds(1) || wait == Duration::seconds(2) ||
                                     wait == Duration::seconds(30);
    if (!allowed) complain("timer " + to_text(timer.timer) + " waits " + to_text(wait));
  };
  if (timer.timer.kind == TimerKind::StopRetry)
    refused(progress.stop_refusals, progress.stop_exact);
  if (timer.timer.kind == TimerKind::TargetRetry)
    refused(progress.target_refusals, progress.target_exact);
  if (timer.timer.kind == TimerKind::ExitRetry && progress.exits_exact) {
    const std::uint32_t n = progress.failed_exits;
    if (n == 0) return complain("an exit retry of " + name(*tranche) + " without a failed exit");
    if (wait != rules_.exit_backoff * (std::int64_t{1} << (n - 1))) {
      complain("exit retry " + std::to_string(n) + " of " + name(*tranche) + " waits " +
               to_text(wait));
    }
  }
}

void Oracle::judge_alert(const Alert& alert) {
  if (alert.reason == AlertReason::ExcessExit) excess_alerted_ = true;
  Tranche* tranche = ledger_.holder(alert.tranche_id);
  if (tranche == nullptr) return;
  Progress& progress = progress_[tranche->id];
  if (alert.reason == AlertReason::CloseFailed) {
    if (progress.exits_exact && progress.failed_exits < rules_.exit_attempts) {
      complain("CloseFailed of " + name(*tranche) + " after " +
               std::to_string(progress.failed_exits) + " attempts");
    }
  }
  if (alert.reason == AlertReason::ProtectionFailed && progress.stop_exact &&
      progress.stop_refusals != 3) {
    complain("ProtectionFailed of " + name(*tranche) + " after " +
             std::to_string(progress.stop_refusals) + " refusals");
  }
  if (alert.reason == AlertReason::Dust) {
    if (progress.dust_alerted && tranche->dust) complain("a second Dust of " + name(*tranche));
    progress.dust_alerted = true;
  }
}

void Oracle::judge_refusal(const EntryRefused& refused) {
  entry_refused_ = true;
  const auto* signal = std::get_if<EntrySignal>(body_);
  if (signal == nullptr || signal->instrument != refused.instrument) return;
  const PositionKey key{refused.instrument, refused.position_side};
  const PositionKey other{
      key.instrument, key.side == PositionSide::Long ? PositionSide::Short : PositionSide::Long};
  bool pending = false;
  for (const auto& [id, order] : orders_) {
    const bool same = rules_.hedge ? order.key == key : order.key.instrument == key.instrument;
    pending |= same && order.purpose == Purpose::Entry && !order.done;
  }
  if (refused.reason == EntryRefusal::PendingEntry && !pending) {
    complain("PendingEntry, but none is");
  }
  if (refused.reason == EntryRefusal::OppositePosition &&
      (rules_.hedge || ledger_.live(other).empty())) {
    complain("OppositePosition, but there is none");
  }
  if (refused.reason == EntryRefusal::TrancheCap) {
    const auto mark = marks_.find(key.instrument);
    const Price price =
        signal->limit_price.value_or(mark == marks_.end() ? Price() : mark->second.price);
    const auto options = ledger_.placements(key, price, rules_, false);
    const bool allowed = std::any_of(options.begin(), options.end(), [](const Placement& option) {
      return option.kind == Placement::Kind::Refuse;
    });
    if (!allowed) complain("TrancheCap, but a tranche could take the entry");
  }
}

}  // namespace tranchet::oracle

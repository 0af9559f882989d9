// The oracle's reading of events: orders, fills, and what begins or ends a closing.
#include <algorithm>

#include "tests/properties/oracle.h"

namespace tranchet::oracle {
namespace {

bool matches_side(std::uint8_t wanted, PositionSide side) {
  return wanted == 0 || wanted == static_cast<std::uint8_t>(side);
}

}  // namespace

void Oracle::learn(const EventBody& body) {
  const auto with = [this](OrderId id, auto&& react) {
    if (Order* order = find(id)) react(*order);
  };
  std::visit(
      Overload{
          [&](const InstrumentListed& e) { on_listed(e); },
          [&](const TimerFired& e) { on_timer(e); },
          [&](const MarkPrice& e) {
            marks_[e.instrument] = {e.price, now_};
            on_price(e.instrument, WorkingType::MarkPrice);
          },
          [&](const TradePrinted& e) {
            trades_[e.instrument] = {e.price, now_};
            on_price(e.instrument, WorkingType::ContractPrice);
          },
          [&](const OrderAccepted& e) { with(e.order, [&](Order& o) { on_accepted(o); }); },
          [&](const OrderRejected& e) {
            with(e.order, [&](Order& o) { on_rejected(o, e.reason); });
          },
          [&](const OrderTriggered& e) { with(e.order, [&](Order& o) { on_triggered(o); }); },
          [&](const OrderFilled& e) { with(e.order, [&](Order& o) { on_filled(o, e); }); },
          [&](const OrderAmended& e) {
            with(e.order, [&](Order& o) {
              o.quantity = e.quantity.raw();
              o.price = e.limit_price;
              o.amending = false;
              o.accepted = true;
              if (o.filled >= o.quantity) finish(o, false);
            });
          },
          [&](const AmendRejected& e) {
            with(e.order, [&](Order& o) { on_amend_rejected(o, e.reason); });
          },
          [&](const OrderCanceled& e) { with(e.order, [&](Order& o) { finish(o, true); }); },
          [&](const CancelRejected& e) {
            with(e.order, [&](Order& o) { on_cancel_rejected(o, e.reason); });
          },
          [&](const OrderExpired& e) { with(e.order, [&](Order& o) { finish(o, false); }); },
          [&](const OutcomeUnknown& e) { with(e.order, [&](Order& o) { on_unknown(o); }); },
          [&](const QueryAnswered& e) { with(e.order, [&](Order& o) { on_answered(o, e); }); },
          [&](const CloseRequested& e) { on_close_requested(e); },
          [&](const ProtectionRequested& e) { on_protection_requested(e); },
          [&](const SnapshotEnded&) {
            for (auto& [id, progress] : progress_) {
              progress.stop_no_position = progress.target_no_position = false;
              progress.close_no_position = false;
            }
          },
          [](const auto&) {},
      },
      body);
  refresh_entries();
  watch_prices();
}

void Oracle::on_listed(const InstrumentListed& listed) {
  listings_[listed.instrument] = {listed.tick_size, listed.step_size, listed.market_max_quantity,
                                  listed.max_conditional_orders};
}

void Oracle::on_timer(const TimerFired& fired) {
  timers_.erase(fired.timer);
}

void Oracle::on_accepted(Order& order) {
  order.accepted = true;
  if (order.done) return;
  const Tranche* tranche = ledger_.holder(order.tranche);
  Progress& progress = progress_[tranche->id];
  if (order.purpose == Purpose::StopLoss) {
    progress.stop_refusals = 0;
    progress.stop_exact = true;
    progress.cancel_first = false;
    progress.would_trigger &= tranche->phase != Phase::Live;
  }
  if (order.purpose == Purpose::TakeProfit) {
    progress.target_refusals = 0;
    progress.target_exact = true;
  }
}

void Oracle::on_rejected(Order& order, RejectReason reason) {
  if (order.done) return;
  Tranche* tranche = ledger_.holder(order.tranche);
  Progress& progress = progress_[tranche->id];
  const bool open = tranche->quantity > 0;
  const bool closes = open && (!tranche->dust || now_ > progress.rest_until);
  if (reason == RejectReason::NoPosition) {
    progress.stop_no_position |= order.purpose == Purpose::StopLoss;
    progress.target_no_position |= order.purpose == Purpose::TakeProfit;
    if (order.purpose == Purpose::Close) {
      progress.close_no_position = true;
      progress.stop_spent = false;
    }
  }
  const bool sliced = std::any_of(orders_.begin(), orders_.end(), [&order](const auto& entry) {
    const Order& other = entry.second;
    return other.sent == order.sent && other.purpose == order.purpose &&
           other.tranche == order.tranche && other.id != order.id;
  });
  if (order.purpose == Purpose::StopLoss) {
    if (reason != RejectReason::WouldTrigger) ++progress.stop_refusals;
    // One refused slice of several is counted together with the others, or apart.
    if (sliced || reason == RejectReason::WouldTrigger) progress.stop_exact = false;
    progress.would_trigger |= reason == RejectReason::WouldTrigger;
    if (progress.cancel_first) progress.stop_exact = false;
    progress.cancel_first |=
        reason == RejectReason::TooManyConditional || reason == RejectReason::ReduceOnlyCapacity;
    // At rest after a CloseFailed it is an ordinary refusal; the guard still watches.
    if (reason == RejectReason::WouldTrigger && closes && now_ >= progress.rest_until) {
      begin_closing(*tranche, ExitReason::StopLoss, now_ > progress.rest_until);
    }
  }
  if (order.purpose == Purpose::TakeProfit) {
    ++progress.target_refusals;
    if (reason == RejectReason::OutOfBand && closes && now_ >= progress.rest_until) {
      begin_closing(*tranche, ExitReason::TakeProfit, now_ > progress.rest_until);
    }
  }
  if (order.purpose == Purpose::Close && reason == RejectReason::NoPosition) {
    progress.exits_exact = false;
  }
  finish(order, false);
  if (reason == RejectReason::BelowMinimum && order.purpose != Purpose::Entry && open) {
    settle_dust(tranche->id, !sliced && order.quantity >= tranche->quantity);
  }
}

void Oracle::on_triggered(Order& order) {
  order.accepted = order.triggered = true;
  Tranche* tranche = ledger_.holder(order.tranche);
  Progress& progress = progress_[tranche->id];
  progress.stop_spent = true;
  progress.attempt_failed = false;
  // A stop that came with dust from another tranche may close this one or not.
  const bool certain = !order.done && order.tranche == tranche->id;
  if (tranche->quantity > 0) begin_closing(*tranche, ExitReason::StopLoss, certain);
}

void Oracle::on_filled(Order& order, const OrderFilled& fill) {
  if (!order.trades.insert(fill.trade).second) return;
  order.touched = true;
  std::int64_t quantity = fill.quantity.raw();
  const std::int64_t known = std::min(order.ahead, quantity);
  order.ahead -= known;
  quantity -= known;
  if (known > 0) {
    // A query counted it; what is new is its fee, and whose it is depends on what happened since.
    for (auto& [id, tranche] : ledger_.tranches()) {
      if (tranche.key == order.key) tranche.fees_exact = false;
    }
  }
  if (quantity > 0) book(order, quantity, fill.price, known > 0 ? Money() : fill.fee);
  // An amend on its way may have raised the total before the fill: its answer tells.
  const std::int64_t most =
      order.amending ? std::max(order.quantity, order.amended_to) : order.quantity;
  if (order.filled >= most) finish(order, false);
}

void Oracle::on_amend_rejected(Order& order, RejectReason reason) {
  order.amending = false;
  Tranche* tranche = ledger_.holder(order.tranche);
  Progress& progress = progress_[tranche->id];
  progress.stop_exact = progress.target_exact = false;
  if (reason == RejectReason::NoPosition) progress.target_no_position = true;
  if (order.filled >= order.quantity) finish(order, false);
}

void Oracle::on_cancel_rejected(Order& order, RejectReason reason) {
  order.canceling = false;
  progress_[ledger_.holder(order.tranche)->id].stop_exact =
      progress_[ledger_.holder(order.tranche)->id].target_exact = false;
  if (reason == RejectReason::NotFound && !order.done && !order.querying) {
    query_owed_.insert(order.id);
  }
}

void Oracle::on_unknown(Order& order) {
  progress_[ledger_.holder(order.tranche)->id].stop_exact =
      progress_[ledger_.holder(order.tranche)->id].target_exact = false;
  if (!order.done && !order.querying) query_owed_.insert(order.id);
}

void Oracle::on_answered(Order& order, const QueryAnswered& answer) {
  order.querying = false;
  if (answer.filled_quantity && (*answer.filled_quantity).raw() > order.filled) {
    const std::int64_t total = (*answer.filled_quantity).raw();
    const std::int64_t quantity = total - order.filled;
    Maybe<Price> price = order.type == OrderType::Limit ? order.price : Maybe<Price>();
    if (answer.average_price) {
      price = average(Int128{(*answer.average_price).raw()} * total - order.value, quantity);
    } else if (!price && marks_.contains(order.key.instrument)) {
      price = marks_[order.key.instrument].price;
    }
    order.ahead += quantity;
    book(order, quantity, price.value_or(Price()), Money());
  }
  if (order.done) return;
  if (answer.status == QueryStatus::New || answer.status == QueryStatus::PartiallyFilled) {
    if (!order.accepted) on_accepted(order);
    order.amending = order.canceling = false;
    if (answer.quantity) order.quantity = (*answer.quantity).raw();
    if (answer.limit_price && order.type == OrderType::Limit) order.price = answer.limit_price;
    if (order.filled >= order.quantity) finish(order, false);
    return;
  }
  progress_[ledger_.holder(order.tranche)->id].stop_exact =
      progress_[ledger_.holder(order.tranche)->id].target_exact = false;
  finish(order, answer.status == QueryStatus::Canceled);
}

void Oracle::on_close_requested(const CloseRequested& request) {
  const auto in_scope = [&](PositionKey key, std::uint32_t ordinal) {
    return (request.instrument == InstrumentId::None || request.instrument == key.instrument) &&
           matches_side(request.position_side, key.side) &&
           (request.tranche == kAllTranches || request.tranche == ordinal);
  };
  for (auto& [id, tranche] : ledger_.tranches()) {
    if (tranche.ended || !in_scope(tranche.key, tranche.ordinal)) continue;
    if (tranche.quantity > 0) begin_closing(tranche, request.reason, true);
    progress_[id].close_no_position = false;
  }
  for (auto& [id, order] : orders_) {
    if (order.purpose != Purpose::Entry || order.done) continue;
    const Tranche* tranche = ledger_.holder(order.tranche);
    if (in_scope(order.key, tranche->ordinal)) order.reasons.push_back(request.reason);
  }
}

void Oracle::on_protection_requested(const ProtectionRequested& request) {
  std::vector<Tranche*> named;
  for (auto& [id, tranche] : ledger_.tranches()) {
    const bool live = !tranche.ended && (tranche.quantity > 0 || tranche.entry_in_flight);
    if (live && tranche.key.instrument == request.instrument &&
        tranche.ordinal == request.tranche &&
        matches_side(request.position_side, tranche.key.side)) {
      named.push_back(&tranche);
    }
  }
  if (named.size() != 1) return;
  Tranche& tranche = *named.front();
  Progress& progress = progress_[tranche.id];
  progress.stop_no_position = progress.target_no_position = false;
  const auto mark = marks_.find(request.instrument);
  const auto set = [&](Leg& leg, Purpose purpose, TargetChoice choice, Maybe<Price> price) {
    if (choice == TargetChoice::Keep) return;
    if (choice == TargetChoice::AtPrice) {
      const Price tick = listings_[request.instrument].tick;
      const Price rounded = Price::from_wide(nearest((*price).raw(), tick.raw()) * tick.raw());
      if (mark != marks_.end() && passed(tranche, purpose, rounded, mark->second.price)) return;
      leg = {choice, rounded};
    } else {
      leg = {choice, {}};
    }
  };
  set(tranche.take_profit, Purpose::TakeProfit, request.take_profit, request.take_profit_price);
  set(tranche.stop_loss, Purpose::StopLoss, request.stop_loss, request.stop_loss_price);
}

void Oracle::on_price(InstrumentId instrument, WorkingType kind) {
  if (kind != WorkingType::MarkPrice || !rules_.instant) return;
  for (auto& [id, tranche] : ledger_.tranches()) {
    if (tranche.key.instrument != instrument || tranche.quantity == 0 || tranche.dust) continue;
    const bool rested = now_ >= progress_[id].rest_until;
    const auto profit = wanted(tranche, Purpose::TakeProfit);
    if (profit && rested &&
        passed(tranche, Purpose::TakeProfit, *profit, marks_[instrument].price)) {
      // While a guard's part is on its way, the mark is tested again when it is done.
      const bool certain = now_ != progress_[id].rest_until && tranche.phase == Phase::Live;
      begin_closing(tranche, ExitReason::InstantTakeProfit, certain);
    }
  }
}

void Oracle::book(Order& order, std::int64_t quantity, Price price, Money fee) {
  order.filled += quantity;
  order.value += Int128{price.raw()} * quantity;
  booked_.insert(order.key);
  if (order.purpose == Purpose::Entry) {
    book_entry(order, quantity, price, fee);
  } else {
    book_exit(order, quantity, price, fee);
    // A stop that fills has triggered, whether or not it was said.
    if (order.purpose == Purpose::StopLoss) on_triggered(order);
  }
}

std::vector<Placement> Oracle::fill_placements(const Order& order, Price price) const {
  using enum Placement::Kind;
  const Tranche& pinned = *ledger_.holder(order.tranche);
  const bool takes = !pinned.ended && pinned.phase != Phase::Closing;
  std::vector<Placement> options;
  if (takes) options.push_back({Join, pinned.id, {}, pinned.ordinal});
  if (!order.reasons.empty()) {
    std::uint32_t ordinal = 0;
    for (const Tranche* tranche : ledger_.live(order.key)) {
      // A first entry's own place is free for the tranche that its late fill opens.
      if (tranche->quantity > 0 || tranche->id != pinned.id) {
        ordinal = std::max(ordinal, tranche->ordinal + 1);
      }
    }
    options.push_back({Open, {}, {}, ordinal});
    return options;
  }
  if (!takes || pinned.phase == Phase::Either || order.rerouted) {
    for (const Placement& placement : ledger_.placements(order.key, price, rules_, true)) {
      options.push_back(placement);
    }
  }
  return options;
}

// Applies it to `ledger`; false: the published rows do not name the tranche that it would open.
bool Oracle::try_placement(Ledger& ledger, const Placement& placement, const Order& order,
                           TrancheId& into) const {
  if (placement.kind == Placement::Kind::Join) {
    into = placement.tranche;
    return true;
  }
  const auto update = updates_.find(order.key);
  if (update == updates_.end()) return false;
  for (const TrancheState& row : update->second.rows) {
    const Tranche* known = ledger.holder(row.tranche_id);
    const bool fresh = known == nullptr ? row.tranche_id > ledger.newest_id()
                                        : !known->filled && known->key == order.key;
    if (row.tranche != placement.ordinal || !fresh) continue;
    into = row.tranche_id;
    const Leg profit = known != nullptr ? known->take_profit : Leg();
    const Leg stop = known != nullptr ? known->stop_loss : Leg();
    Tranche& opened = ledger.open(into, order.key, placement.ordinal);
    opened.take_profit = profit;
    opened.stop_loss = stop;
    return true;
  }
  return false;
}

void Oracle::book_entry(Order& order, std::int64_t quantity, Price price, Money fee) {
  const std::vector<Placement> options = fill_placements(order, price);
  TrancheId into{};
  bool found = false;
  for (const Placement& option : options) {
    Ledger trial = ledger_;
    if (!try_placement(trial, option, order, into)) continue;
    trial.enter(trial.tranches().at(into), quantity, price, fee);
    // With one reading only, a mismatch is judged where the rows are.
    if (options.size() > 1 && !rows_match(trial, order.key)) continue;
    ledger_ = trial;
    found = true;
    break;
  }
  if (!found) {
    std::string allowed;
    for (const Placement& option : options) {
      allowed += (allowed.empty() ? "" : " or ") +
                 std::string(option.kind == Placement::Kind::Join ? "join " : "open ") +
                 std::to_string(option.ordinal);
    }
    complain("the entry fill of " + to_text(order.id) + " went where no rule sends it; expected " +
             allowed);
    if (Tranche* pinned = ledger_.holder(order.tranche)) {
      pinned->ended = false;
      ledger_.enter(*pinned, quantity, price, fee);
      into = pinned->id;
    }
  }
  Tranche& tranche = ledger_.tranches().at(into);
  Progress& progress = progress_[into];
  progress.stop_no_position = progress.target_no_position = progress.dust_alerted = false;
  order.rerouted |= ledger_.holder(order.tranche)->id != into;
  order.tranche = into;
  if (order.reasons.empty()) return;
  if (tranche.phase != Phase::Closing) begin_closing(tranche, order.reasons.front(), true);
  for (const ExitReason reason : order.reasons) tranche.began.push_back(reason);
}

void Oracle::book_exit(Order& order, std::int64_t quantity, Price price, Money fee) {
  std::vector<ExitReason> reasons = order.reasons;
  // A request may take over what a guard or an instant close began.
  const Tranche& own = *ledger_.holder(order.tranche);
  reasons.insert(reasons.end(), own.began.begin(), own.began.end());
  if (order.purpose == Purpose::TakeProfit) reasons = {ExitReason::TakeProfit};
  if (order.purpose == Purpose::StopLoss) reasons = {ExitReason::StopLoss};
  const ExitResult result = ledger_.exit(order.tranche, quantity, price, fee, reasons);
  for (const Given& given : result.given) {
    if (ledger_.tranches().at(given.tranche).quantity == 0) emptied_.insert(given.tranche);
  }
  if (result.excess > 0) excess_ = true;
}

void Oracle::finish(Order& order, bool canceled) {
  if (order.done) return;
  order.done = true;
  order.amending = order.canceling = order.querying = false;
  query_owed_.erase(order.id);
  refresh_entries();
  Tranche* tranche = ledger_.holder(order.tranche);
  if (order.purpose == Purpose::Close && tranche->quantity > 0) after_close_ended(order, *tranche);
  if (order.purpose == Purpose::TakeProfit && tranche->quantity > 0) {
    after_target_gone(*tranche, canceled);
  }
  if (order.purpose == Purpose::StopLoss && order.triggered && tranche->quantity > 0 &&
      !tranche->dust) {
    Progress& progress = progress_[tranche->id];
    // Not an attempt of ours: the next goes at once.
    progress.attempt_failed = progress.exits_exact = false;
    progress.stop_spent = true;
    const bool certain = order.filled < order.quantity && order.tranche == tranche->id;
    begin_closing(*tranche, ExitReason::StopLoss, certain);
  }
}

void Oracle::after_close_ended(const Order& order, const Tranche& tranche) {
  Progress& progress = progress_[tranche.id];
  progress.attempt_failed |= order.filled < order.quantity;
  const bool ended = leg(tranche.id, Purpose::Close).empty();
  if (!ended) return;
  if (progress.attempt_failed) {
    ++progress.failed_exits;
  } else {
    progress.exits_exact = false;  // A guard's part is done; whether it counts as a try is open.
  }
}

// Once the TP is out of the way, a mark that came back inside turns an instant close around.
void Oracle::after_target_gone(Tranche& tranche, bool canceled) {
  if (tranche.phase == Phase::Live || !leg(tranche.id, Purpose::TakeProfit).empty()) return;
  const bool instant = std::find(tranche.began.begin(), tranche.began.end(),
                                 ExitReason::InstantTakeProfit) != tranche.began.end();
  const Progress& progress = progress_[tranche.id];
  if (!instant || progress.closed_by_market) return;
  for (const Order* stop : leg(tranche.id, Purpose::StopLoss)) {
    if (stop->triggered) return;
  }
  const auto profit =
      target(tranche, Purpose::TakeProfit, rules_, listings_[tranche.key.instrument].tick);
  const auto mark = marks_.find(tranche.key.instrument);
  if (!profit || passed(tranche, Purpose::TakeProfit, *profit, mark->second.price)) return;
  tranche.phase = canceled && tranche.began.size() == 1 ? Phase::Live : Phase::Either;
  if (tranche.phase == Phase::Live) tranche.began.clear();
}

// What is left moves into the newest other tranche, or stays: the published rows tell. While an
// entry may still lift it above the minimum, or while it closes anyway, it is a plain refusal.
void Oracle::settle_dust(TrancheId id, bool whole) {
  const PositionKey key = ledger_.tranches().at(id).key;
  bool live_other = false;
  const std::vector<const Tranche*> live = ledger_.live(key);
  for (auto it = live.rbegin(); it != live.rend(); ++it) {
    if ((*it)->id == id || (*it)->quantity == 0) continue;
    live_other |= (*it)->phase == Phase::Live && !(*it)->dust;
    Ledger trial = ledger_;
    trial.move(trial.tranches().at(id), trial.tranches().at((*it)->id));
    if (!rows_match(trial, key)) continue;
    const Tranche& tranche = ledger_.tranches().at(id);
    if (tranche.entry_in_flight && tranche.phase == Phase::Live) {
      complain("the dust of " + name(tranche) + " moves while an entry of it is in flight");
    }
    ledger_ = trial;
    booked_.insert(key);
    return;
  }
  Tranche& stays = ledger_.tranches().at(id);
  progress_[id].stop_exact = progress_[id].target_exact = false;
  bool told_before = false;  // Alerted once; what it then wants is published.
  if (const auto update = updates_.find(key); update != updates_.end()) {
    for (const TrancheState& row : update->second.rows) {
      told_before |= progress_[id].dust_alerted && row.tranche_id == id && !row.stop_loss;
    }
  }
  if (dust_announced_.contains(id) || told_before) {
    if (live_other) complain("the dust of " + name(stays) + " did not move");
    stays.dust = true;
    for (auto& [other, order] : orders_) {
      order.before_dust |= ledger_.holder(order.tranche)->id == id;
    }
    stays.phase = Phase::Live;
    stays.began.clear();
  } else if (stays.phase == Phase::Live && !stays.entry_in_flight && whole) {
    complain("the dust of " + name(stays) + " neither moves nor is announced");
  }
}

// Which tranches wait for an entry, and which first entries came to nothing.
void Oracle::refresh_entries() {
  for (auto& [id, tranche] : ledger_.tranches()) tranche.entry_in_flight = false;
  for (const auto& [id, order] : orders_) {
    if (order.purpose != Purpose::Entry || order.done) continue;
    ledger_.holder(order.tranche)->entry_in_flight = true;
  }
  for (auto& [id, tranche] : ledger_.tranches()) {
    if (!tranche.filled && !tranche.entry_in_flight) tranche.ended = true;
  }
}

void Oracle::begin_closing(Tranche& tranche, ExitReason reason, bool certain) {
  Progress& progress = progress_[tranche.id];
  if (tranche.phase == Phase::Closing) {
    // An instant close may still turn around; what came after it then stands for itself.
    const bool tentative = tranche.began.front() == ExitReason::InstantTakeProfit;
    if (tentative && !progress.closed_by_market) tranche.began.push_back(reason);
    return;
  }
  if (tranche.phase == Phase::Live) {
    tranche.dust = false;
    tranche.began.clear();
    progress.failed_exits = 0;
    progress.attempt_failed = false;
    progress.exits_exact = true;
    progress.closed_by_market = progress.by_guard = false;
    progress.stop_exact = progress.target_exact = false;
  }
  tranche.began.push_back(reason);
  tranche.phase = certain ? Phase::Closing : Phase::Either;
}

// Guard and backstop: tested on prices for certain, and perhaps after any event.
void Oracle::watch_prices() {
  InstrumentId priced{};  // Of an event with the price that triggers stops.
  if (const auto* mark = std::get_if<MarkPrice>(body_)) {
    if (rules_.working_type == WorkingType::MarkPrice) priced = mark->instrument;
  }
  if (const auto* trade = std::get_if<TradePrinted>(body_)) {
    if (rules_.working_type == WorkingType::ContractPrice) priced = trade->instrument;
  }
  for (auto& [id, tranche] : ledger_.tranches()) {
    if (tranche.quantity == 0 || tranche.dust) continue;
    const auto stop = wanted(tranche, Purpose::StopLoss);
    const auto price = working_price(tranche.key.instrument);
    if (!stop || !price) continue;
    const Progress& progress = progress_[id];
    bool triggered = false,
         moved_here =
             false;  // Moved: of a tranche merged into it, or of its life before it was dust.
    for (const Order* order : leg(id, Purpose::StopLoss)) {
      triggered |= order->triggered && order->tranche == id && !order->before_dust;
      moved_here |= order->triggered && (order->tranche != id || order->before_dust);
    }
    const bool buys = tranche.key.side == PositionSide::Long;
    const Int128 at = Int128{price->raw()} * kPpmOne;
    const Int128 line =
        Int128{stop->raw()} * (buys ? kPpmOne - rules_.backstop : kPpmOne + rules_.backstop);
    const bool own_event = priced == tranche.key.instrument;
    if (rules_.backstop_enabled && !triggered && now_ >= progress.rest_until &&
        (buys ? at <= line : at >= line)) {
      const bool certain = own_event && now_ != progress.rest_until && !moved_here;
      begin_closing(tranche, ExitReason::StopLoss, certain);
    }
    const std::int64_t uncovered = tranche.quantity - stop_cover(tranche, false, OrderId::None);
    if ((uncovered > 0 || moved_here) && passed(tranche, Purpose::StopLoss, *stop, *price)) {
      const bool was_live = tranche.phase == Phase::Live;
      begin_closing(tranche, ExitReason::StopLoss, false);
      if (was_live) progress_[id].by_guard = true;
      if (own_event && uncovered > 0 && now_ >= progress.rest_until) guard_due_.insert(id);
    }
  }
}

}  // namespace tranchet::oracle

// The oracle's judgement of the whole after every event: coverage, no over-close, publications.
#include <algorithm>

#include "tests/properties/oracle.h"

namespace tranchet::oracle {

void Oracle::step(const Event& event, std::span<const Command> commands) {
  sequence_ = event.sequence;
  now_ = event.time;
  body_ = &event.body;
  booked_.clear();
  commanded_keys_.clear();
  query_owed_.clear();
  emptied_.clear();
  published_closed_.clear();
  guard_due_.clear();
  phases_before_.clear();
  for (const auto& [id, tranche] : ledger_.tranches()) phases_before_[id] = tranche.phase;
  excess_ = excess_alerted_ = snapshot_requested_ = entry_sent_ = entry_refused_ = false;
  index_updates(commands);
  learn(event.body);
  busy_before_.clear();
  for (const auto& [id, order] : orders_) {
    if (order.surely_busy()) busy_before_.insert(id);
  }
  place_entries(commands);
  announce_failures(commands);
  for (const Command& command : commands) judge(command);
  judge_moment();
  body_ = nullptr;
}

void Oracle::judge_moment() {
  judge_answers_owed();
  settle_phases();
  for (const auto& [id, tranche] : ledger_.tranches()) {
    if (tranche.quantity == 0) continue;
    judge_target_leg(tranche);
    judge_stop_leg(tranche);
    judge_closing(tranche);
    judge_guard(tranche);
    judge_exits_within(tranche);
  }
  for (const auto& [key, update] : updates_) judge_update(key, update);
  for (const PositionKey key : booked_) {
    if (!updates_.contains(key)) complain("a fill without a PositionUpdate");
  }
  judge_closings_published();
}

void Oracle::judge_answers_owed() {
  for (const OrderId id : query_owed_) {
    complain("nobody asks what became of " + to_text(id));
  }
  if (excess_ && !(excess_alerted_ && snapshot_requested_)) {
    complain("an excess without Alert and snapshot");
  }
  if (excess_alerted_ && !excess_) complain("ExcessExit, but the tranches could give it");
  if (std::holds_alternative<EntrySignal>(*body_) && entry_sent_ == entry_refused_) {
    complain("an EntrySignal must be sent or refused, and not both");
  }
}

void Oracle::settle_phases() {
  for (auto& [id, tranche] : ledger_.tranches()) {
    if (tranche.quantity > 0 && tranche.phase == Phase::Either) settle_phase(tranche);
  }
}

// What the engine shows tells how it read an open question: a closing wants no TP, and a changed
// wish is published.
void Oracle::settle_phase(Tranche& tranche) {
  bool closing = false, live = false;
  std::int64_t closes = 0;
  for (const Order* order : leg(tranche.id, Purpose::Close)) closes += order->remaining();
  const auto update = updates_.find(tranche.key);
  if (!wanted(tranche, Purpose::TakeProfit)) {
    closing = closes > 0;
    bool busy = false;
    for (const Order* order : leg(tranche.id, Purpose::StopLoss)) busy |= order->possibly_busy();
    live = closes == 0 && !busy && leg(tranche.id, Purpose::TakeProfit).empty() &&
           !timer_pending(TimerKind::ExitRetry, tranche.id) &&
           !progress_[tranche.id].close_no_position;
  } else if (update != updates_.end()) {
    for (const TrancheState& row : update->second.rows) {
      if (row.tranche_id != tranche.id) continue;
      closing = !row.take_profit.has_value();
      live = !closing;
    }
  } else {
    // Nothing published: the wish is what it was.
    const auto before = phases_before_.find(tranche.id);
    live = before != phases_before_.end() && before->second == Phase::Live && closes == 0;
    closing = before != phases_before_.end() && before->second == Phase::Closing;
  }
  if (closing && !progress_[tranche.id].by_guard) tranche.phase = Phase::Closing;
  if (live) {
    tranche.phase = Phase::Live;
    tranche.began.clear();
  }
}

void Oracle::judge_target_leg(const Tranche& tranche) {
  const std::vector<const Order*> orders = leg(tranche.id, Purpose::TakeProfit);
  for (const Order* order : orders) {
    if (order->possibly_busy()) return;
  }
  if (tranche.phase == Phase::Either || tranche.dust || retry_pending(tranche) ||
      progress_[tranche.id].target_no_position) {
    return;
  }
  const auto price = wanted(tranche, Purpose::TakeProfit);
  const std::string what = "the TP of " + name(tranche);
  if (tranche.phase == Phase::Closing || !price) {
    if (!orders.empty()) complain(what + " rests although it is not wanted");
    return;
  }
  if (orders.size() != 1) {
    return complain(what + " rests " + std::to_string(orders.size()) + " times");
  }
  const Order& order = *orders.front();
  if (order.remaining() != tranche.quantity || order.price != Maybe<Price>(*price)) {
    complain(what + " is " + decimal_text(order.remaining()) + " at " +
             to_text(order.price.value_or(Price())) + ", wanted " + decimal_text(tranche.quantity) +
             " at " + to_text(*price));
  }
}

void Oracle::judge_stop_leg(const Tranche& tranche) {
  const std::vector<const Order*> orders = leg(tranche.id, Purpose::StopLoss);
  std::int64_t total = 0;
  bool triggered = false, as_wished = true;
  const auto price = wanted(tranche, Purpose::StopLoss);
  for (const Order* order : orders) {
    if (order->possibly_busy()) return;
    total += order->remaining();
    triggered |= order->triggered;
    as_wished &= price && order->price == Maybe<Price>(*price);
  }
  const Progress& progress = progress_[tranche.id];
  if (tranche.dust || retry_pending(tranche) || progress.stop_no_position) return;
  const std::string what = "the stop of " + name(tranche);
  if (!price) {
    if (!orders.empty() && !triggered && tranche.phase == Phase::Live)
      complain(what + " rests although it is not wanted");
    return;
  }
  std::int64_t closing = 0;
  for (const Order* order : leg(tranche.id, Purpose::Close)) closing += order->remaining();
  if (tranche.phase != Phase::Live) {
    bool spent = triggered || closing > 0 || progress.would_trigger ||
                 timer_pending(TimerKind::ExitRetry, tranche.id) || progress.close_no_position;
    for (const auto& [id, order] : orders_) {
      spent |= order.triggered && order.purpose == Purpose::StopLoss &&
               ledger_.holder(order.tranche)->id == tranche.id;
    }
    if (!spent && total < tranche.quantity) complain(what + " covers less than is open");
    return;
  }
  if (total != tranche.quantity || !as_wished) {
    complain(what + " is " + decimal_text(total) + (as_wished ? "" : " at another price") +
             ", wanted " + decimal_text(tranche.quantity) + " at " + to_text(*price));
  }
}

// A closing always has a next step.
void Oracle::judge_closing(const Tranche& tranche) {
  if (tranche.phase != Phase::Closing || tranche.dust) return;
  const Progress& progress = progress_[tranche.id];
  bool moving = retry_pending(tranche) || timer_pending(TimerKind::ExitRetry, tranche.id) ||
                progress.close_no_position || !leg(tranche.id, Purpose::Close).empty();
  for (const Order* order : leg(tranche.id, Purpose::TakeProfit)) moving |= order->possibly_busy();
  for (const Order* order : leg(tranche.id, Purpose::StopLoss)) moving |= order->triggered;
  // One slice of a stop has triggered, and the others, at the same price, cover the rest.
  bool triggered = false;
  for (const auto& [id, order] : orders_) {
    triggered |= order.triggered && ledger_.holder(order.tranche)->id == tranche.id;
  }
  moving |= triggered && stop_cover(tranche, true, OrderId::None) >= tranche.quantity;
  // A stop that is on its way out must not meet the market order.
  for (const Order* order : leg(tranche.id, Purpose::StopLoss)) moving |= order->possibly_busy();
  if (!moving) complain(name(tranche) + " closes, but nothing is on its way");
}

// A price at the stop of what no stop covers is acted on at once.
void Oracle::judge_guard(const Tranche& tranche) {
  if (!guard_due_.contains(tranche.id) || tranche.dust) return;
  const Progress& progress = progress_[tranche.id];
  bool moving = retry_pending(tranche) && tranche.phase != Phase::Live;
  moving |= timer_pending(TimerKind::ExitRetry, tranche.id) || progress.close_no_position;
  moving |= !leg(tranche.id, Purpose::Close).empty();
  for (const Order* order : leg(tranche.id, Purpose::TakeProfit)) moving |= order->possibly_busy();
  for (const Order* order : leg(tranche.id, Purpose::StopLoss)) {
    moving |= order->triggered || (order->possibly_busy() && tranche.phase != Phase::Live);
  }
  if (!moving) complain("the guard of " + name(tranche) + " sleeps");
}

// One TP and all Closes are one-cancels-other with the stops: no kind alone passes what is open,
// but for an order that a change in flight is cutting.
void Oracle::judge_exits_within(const Tranche& tranche) {
  std::int64_t targets = 0, closes = 0;
  bool changing = retry_pending(tranche) || tranche.dust;
  for (const Order* order : leg(tranche.id, Purpose::TakeProfit)) {
    targets += order->remaining();
    changing |= order->possibly_busy();
  }
  for (const Order* order : leg(tranche.id, Purpose::Close)) closes += order->remaining();
  if (!changing && targets > tranche.quantity && !progress_[tranche.id].target_no_position) {
    complain("targets of " + name(tranche) + " exceed what is open");
  }
  // A fill of another leg may cut what is open under a market order; only a new one is judged.
  if (closes > 0 && targets > 0 && !changing) complain(name(tranche) + " has a TP beside a Close");
}

void Oracle::judge_update(PositionKey key, const Update& update) {
  const PositionUpdate& header = update.header;
  Int128 sum = 0;
  std::int64_t quantity = 0;
  for (const auto& [id, tranche] : ledger_.tranches()) {
    if (tranche.key != key) continue;
    sum += tranche.sum;
    quantity += tranche.quantity;
  }
  if (header.quantity.raw() != quantity) {
    complain("a PositionUpdate of " + to_text(header.quantity) + ", the books say " +
             decimal_text(quantity));
  }
  const Maybe<Price> entry = quantity > 0 ? average(sum, quantity) : Maybe<Price>();
  if (header.average_entry != entry) complain("the position's average entry is wrong");
  if (header.tranches != update.rows.size()) complain("the count of TrancheState rows is wrong");
  const bool price_event =
      std::holds_alternative<MarkPrice>(*body_) || std::holds_alternative<TradePrinted>(*body_);
  const bool all_live =
      std::all_of(ledger_.tranches().begin(), ledger_.tranches().end(), [key](const auto& held) {
        return held.second.key != key || held.second.quantity == 0 ||
               held.second.phase == Phase::Live;
      });
  // A price may begin a closing, which is a changed wish.
  if (price_event && all_live && !commanded_keys_.contains(key)) {
    complain("a PositionUpdate for a price alone");
  }
  judge_rows(update);
}

void Oracle::judge_rows(const Update& update) {
  const PositionKey key{update.header.instrument, update.header.position_side};
  Maybe<Price> profit, stop;
  const bool is_long = key.side == PositionSide::Long;
  const TrancheState* before = nullptr;
  std::size_t open = 0;
  for (const TrancheState& row : update.rows) {
    if (before != nullptr && before->tranche >= row.tranche) complain("rows out of order");
    before = &row;
    const Tranche* tranche = ledger_.holder(row.tranche_id);
    if (tranche == nullptr || tranche->id != row.tranche_id || tranche->key != key) {
      complain("a row of a tranche that is not there");
      continue;
    }
    if (row.tranche != tranche->ordinal) complain("a wrong ordinal of " + name(*tranche));
    if (row.quantity.raw() != tranche->quantity) {
      complain("a row of " + to_text(row.quantity) + " for " + name(*tranche));
    }
    if (row.take_profit &&
        (!profit || (is_long ? *row.take_profit < *profit : *row.take_profit > *profit))) {
      profit = row.take_profit;
    }
    if (row.stop_loss && (!stop || (is_long ? *row.stop_loss > *stop : *row.stop_loss < *stop))) {
      stop = row.stop_loss;
    }
    if (tranche->quantity == 0) continue;
    ++open;
    if (row.average_entry != average(tranche->sum, tranche->quantity)) {
      complain("a row's average entry of " + name(*tranche) + " is " + to_text(row.average_entry));
    }
    for (const Purpose purpose : {Purpose::TakeProfit, Purpose::StopLoss}) {
      const Maybe<Price> shown = purpose == Purpose::TakeProfit ? row.take_profit : row.stop_loss;
      const auto price = wanted(*tranche, purpose);
      const Maybe<Price> expected = price ? Maybe<Price>(*price) : Maybe<Price>();
      const bool strict = tranche->phase == Phase::Live && !tranche->dust;
      if (shown != expected && (strict || shown)) {
        complain("a row's " + std::string(to_text(purpose)) + " of " + name(*tranche) + " is " +
                 (shown ? to_text(*shown) : "none") + ", not " +
                 (price ? to_text(*price) : "none"));
      }
    }
  }
  std::size_t expected_open = 0;
  for (const Tranche* tranche : ledger_.live(key)) expected_open += tranche->quantity > 0 ? 1 : 0;
  if (open != expected_open) complain("open tranches are missing in a PositionUpdate");
  if (update.header.take_profit != profit || update.header.stop_loss != stop) {
    complain("the targets of a PositionUpdate are not the nearest of its tranches");
  }
}

void Oracle::judge_closed(const TradeClosed& closed) {
  const Tranche* tranche = ledger_.holder(closed.tranche_id);
  if (tranche == nullptr || !emptied_.contains(closed.tranche_id)) {
    return complain("a TradeClosed of a tranche that did not close");
  }
  if (!published_closed_.insert(closed.tranche_id).second) complain("TradeClosed twice");
  const std::string what = "TradeClosed of " + name(*tranche) + ": ";
  if (closed.tranche != tranche->ordinal || closed.instrument != tranche->key.instrument ||
      closed.position_side != tranche->key.side) {
    complain(what + "another tranche's name");
  }
  if (closed.quantity.raw() != tranche->exited) {
    complain(what + "quantity " + to_text(closed.quantity) + ", not " +
             decimal_text(tranche->exited));
  }
  if (closed.average_entry != average(tranche->exited_sum, tranche->exited)) {
    complain(what + "average_entry " + to_text(closed.average_entry));
  }
  if (closed.average_exit != average(tranche->exited_value, tranche->exited)) {
    complain(what + "average_exit " + to_text(closed.average_exit));
  }
  if (closed.realized_pnl.raw() != tranche->realized) {
    complain(what + "realized_pnl " + to_text(closed.realized_pnl) + ", not " +
             decimal_text(tranche->realized));
  }
  if (tranche->fees_exact && closed.fees.raw() != tranche->fees) {
    complain(what + "fees " + to_text(closed.fees) + ", not " + decimal_text(tranche->fees));
  }
  const auto& reasons = tranche->last_reasons;
  if (std::find(reasons.begin(), reasons.end(), closed.reason) == reasons.end()) {
    std::string allowed;
    for (const ExitReason reason : reasons) allowed += " " + std::string(to_text(reason));
    complain(what + "reason " + std::string(to_text(closed.reason)) + ", not" + allowed);
  }
}

void Oracle::judge_closings_published() {
  for (const TrancheId id : emptied_) {
    const Tranche& tranche = ledger_.tranches().at(id);
    if (!published_closed_.contains(id)) complain("no TradeClosed of " + name(tranche));
    const auto update = updates_.find(tranche.key);
    if (update == updates_.end()) continue;
    const PositionUpdate& header = update->second.header;
    if (!header.exit_price || !header.realized_pnl || header.reason == 0) {
      complain("a PositionUpdate that does not say how " + name(tranche) + " closed");
    } else if (emptied_.size() == 1 && (*header.realized_pnl).raw() != tranche.realized) {
      complain("a PositionUpdate with another realized_pnl than " + name(tranche) + " has");
    }
  }
}

// ---- Looking things up.

Order* Oracle::find(OrderId id) {
  const auto found = orders_.find(id);
  return found == orders_.end() ? nullptr : &found->second;
}

std::vector<const Order*> Oracle::leg(TrancheId tranche, Purpose purpose) const {
  std::vector<const Order*> result;
  for (const auto& [id, order] : orders_) {
    if (order.done || order.purpose != purpose) continue;
    if (ledger_.holder(order.tranche)->id == tranche) result.push_back(&order);
  }
  return result;
}

std::int64_t Oracle::stop_cover(const Tranche& tranche, bool accepted_only, OrderId but) const {
  std::int64_t total = 0;
  for (const Order* order : leg(tranche.id, Purpose::StopLoss)) {
    if (order->id == but || order->canceling || (accepted_only && !order->accepted)) continue;
    total += order->remaining();
  }
  return total;
}

bool Oracle::timer_pending(TimerKind kind, TrancheId tranche) const {
  return timers_.contains({kind, static_cast<std::uint64_t>(tranche)});
}

bool Oracle::retry_pending(const Tranche& tranche) const {
  return timer_pending(TimerKind::StopRetry, tranche.id) ||
         timer_pending(TimerKind::TargetRetry, tranche.id);
}

std::optional<Price> Oracle::wanted(const Tranche& tranche, Purpose leg) const {
  const auto listing = listings_.find(tranche.key.instrument);
  if (tranche.quantity == 0 || listing == listings_.end()) return std::nullopt;
  return target(tranche, leg, rules_, listing->second.tick);
}

std::optional<Price> Oracle::working_price(InstrumentId instrument) const {
  const auto mark = marks_.find(instrument), trade = trades_.find(instrument);
  const bool fresh = trade != trades_.end() && now_ - trade->second.time < rules_.stale_after;
  if (rules_.working_type == WorkingType::ContractPrice && fresh) return trade->second.price;
  if (mark == marks_.end()) return std::nullopt;
  return mark->second.price;
}

bool Oracle::passed(const Tranche& tranche, Purpose leg, Price target, Price price) const {
  const bool above = (leg == Purpose::TakeProfit) == (tranche.key.side == PositionSide::Long);
  return above ? price >= target : price <= target;
}

bool Oracle::rows_match(const Ledger& ledger, PositionKey key) const {
  const auto update = updates_.find(key);
  if (update == updates_.end()) return false;
  std::map<TrancheId, const TrancheState*> rows;
  for (const TrancheState& row : update->second.rows) rows[row.tranche_id] = &row;
  for (const auto& [id, tranche] : ledger.tranches()) {
    if (tranche.key != key) continue;
    const auto row = rows.find(id);
    const std::int64_t shown = row == rows.end() ? 0 : row->second->quantity.raw();
    if (shown != tranche.quantity) return false;
    if (shown > 0 && row->second->average_entry != average(tranche.sum, tranche.quantity)) {
      return false;
    }
    if (shown > 0 && row->second->tranche != tranche.ordinal) return false;
  }
  return true;
}

std::string Oracle::name(const Tranche& tranche) const {
  return std::string(to_text(tranche.key.side)) + " tranche " + std::to_string(tranche.ordinal) +
         " (id " + std::to_string(static_cast<std::uint64_t>(tranche.id)) + ", open " +
         decimal_text(tranche.quantity) + ")";
}

void Oracle::complain(const std::string& text) {
  violations_.push_back("seq " + std::to_string(number(sequence_)) + ": " + text);
}

}  // namespace tranchet::oracle

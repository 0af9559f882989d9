// Requests for protective orders, as they are asked for: I-18, I-19, I-22 to I-24, I-26 and I-28.
#include <algorithm>

#include "backtest/wargame/invariants/exact.h"
#include "backtest/wargame/invariants/watch.h"

namespace tranchet {
void Invariants::Watch::judge_commands(const Event& event, const Output& output,
                                       const State& state) {
  for (const Command& command : output.commands) {
    if (const auto* submit = std::get_if<SubmitOrder>(&command)) {
      judge_submit_form(event, *submit, state);
      if (submit->purpose != Purpose::Entry && submit->side == exit_side(submit->position_side)) {
        judge_exit_submit(*submit, output, state);
      }
    } else if (const auto* amend = std::get_if<AmendOrder>(&command)) {
      judge_amend_grid(*amend);
      judge_amend(*amend, state);
    } else if (const auto* closed = std::get_if<TradeClosed>(&command)) {
      judge_trade_closed(*closed);
    }
    chronicle_.take(command, event);
  }
  for (const Command& command : output.commands) {
    if (const auto* cancel = std::get_if<CancelOrder>(&command)) judge_cancel(*cancel, state);
  }
  if (std::holds_alternative<KillSwitch>(event.body)) judge_kill();
}

void Invariants::Watch::judge_exit_submit(const SubmitOrder& submit, const Output& output,
                                          const State& state) {
  SeenTranche* seen = chronicle_.find(submit.tranche_id);
  if (seen == nullptr || !seen->is_open()) {
    fail(18, "order ", submit.order, " (", submit.purpose, ") is for ", submit.tranche_id,
         ", which holds nothing");
    return;
  }
  Quantity all;  // The slices of this leg together.
  for (const Command& command : output.commands) {
    const auto* other = std::get_if<SubmitOrder>(&command);
    if (other != nullptr && other->tranche_id == submit.tranche_id &&
        other->purpose == submit.purpose) {
      all += other->quantity;
    }
  }
  bool target_lives = false, close_lives = false, stop_lives = false, leg_waits = false;
  for (const OrderId id : seen->live) {
    const SeenOrder& order = *chronicle_.find(id);
    if (order.cause == newest_) continue;  // A slice beside it.
    target_lives |= order.purpose == Purpose::TakeProfit;
    close_lives |= order.purpose == Purpose::Close;
    stop_lives |= order.purpose == Purpose::StopLoss;
    leg_waits |= order.purpose == submit.purpose && order.is_unanswered();
  }
  expect(18, all <= seen->quantity && !leg_waits, "order ", submit.order, " (", submit.purpose,
         "): ", all, " is sent for ", seen->id, ", which holds ", seen->quantity,
         leg_waits ? ", and the leg waits for an answer" : "");
  const Tranche* tranche = find_tranche(state.position(seen->key), seen->id);
  if (submit.purpose == Purpose::Close) {
    const bool stops_act = seen->stop_triggered && stop_lives;
    expect(26, !target_lives && !close_lives && !stops_act, "order ", submit.order, " closes ",
           seen->id, " while ",
           target_lives  ? "its take-profit lives"
           : close_lives ? "another close is out"
                         : "its stop sells");
  } else {
    expect(26, !close_lives, "order ", submit.order, " (", submit.purpose, ") is sent while ",
           seen->id, " is being closed");
    if (submit.purpose == Purpose::TakeProfit) {
      expect(18, !target_lives, seen->id, " gets a second take-profit, order ", submit.order);
    }
    if (tranche != nullptr && tranche->dust) {
      fail(28, "order ", submit.order, " is sent for dust, ", seen->id);
    }
  }
  if (submit.purpose == Purpose::StopLoss) judge_stop_price(submit, *seen);
}

void Invariants::Watch::judge_stop_price(const SubmitOrder& submit, SeenTranche& seen) {
  const auto working =
      chronicle_.settings().choice<WorkingType>(Setting::StopWorkingType, submit.instrument);
  expect(23, submit.working_type == working, "stop ", submit.order, " watches the ",
         submit.working_type, ", expected the ", working);
  if (!submit.stop_price) {
    fail(22, "stop ", submit.order, " has no price");
    return;
  }
  const bool same_average =
      seen.last_stop && exact::compare_averages(seen.cost, seen.quantity, seen.last_stop_cost,
                                                seen.last_stop_quantity) == 0;
  if (same_average) {
    expect(22, !exact::gains(submit.position_side, *seen.last_stop, *submit.stop_price), "stop ",
           submit.order, " of ", seen.id, " retreats from ", seen.last_stop, " to ",
           submit.stop_price, ", and the average is the same");
  }
  seen.last_stop = submit.stop_price;
  seen.last_stop_cost = seen.cost;
  seen.last_stop_quantity = seen.quantity;
}

void Invariants::Watch::judge_amend(const AmendOrder& amend, const State& state) {
  const SeenOrder* order = chronicle_.find(amend.order);
  const SeenTranche* seen = order == nullptr ? nullptr : chronicle_.find(order->tranche);
  if (order == nullptr || order->is_over() || seen == nullptr) {
    fail(18, "order ", amend.order, " is amended, and is over");
    return;
  }
  expect(18, amend.quantity - order->filled <= seen->quantity && !order->is_unanswered(), "order ",
         order->id, " is amended to ", amend.quantity, " with ", order->filled, " filled, ",
         seen->id, " holds ", seen->quantity,
         order->is_unanswered() ? ", and an answer is due" : "");
  const Tranche* tranche = find_tranche(state.position(seen->key), seen->id);
  expect(26, tranche == nullptr || !tranche->closing, "order ", order->id, " is amended while ",
         seen->id, " is closing");
}

// Who may cancel what: the end of the tranche, a replacement, a person. All commands are taken.
void Invariants::Watch::judge_cancel(const CancelOrder& cancel, const State& state) {
  const SeenOrder* order = chronicle_.find(cancel.order);
  if (order == nullptr || order->is_over()) return;  // An orphan.
  if (order->purpose == Purpose::Entry || order->purpose == Purpose::Close) return;
  const SeenTranche* seen = chronicle_.find(order->tranche);
  if (seen == nullptr || !seen->is_open()) return;
  const Tranche* tranche = find_tranche(state.position(seen->key), seen->id);
  if (tranche == nullptr) return;
  if (tranche->dust) {
    expect(24, order->remaining() > seen->quantity, "order ", order->id,
           " of dust is cancelled, and it fits");
    return;
  }
  if (order->purpose == Purpose::StopLoss) {
    judge_stop_cancel(*order, *seen, *tranche);
    return;
  }
  std::size_t targets = 0;
  for (const OrderId id : seen->live) {
    if (chronicle_.find(id)->purpose == Purpose::TakeProfit) ++targets;
  }
  const bool fits = order->remaining() == seen->quantity &&
                    order->limit_price == tranche->target.price && targets == 1;
  const bool can_amend = chronicle_.settings().flag(Setting::CanAmend) && !order->amend_refused;
  const bool is_wanted = !tranche->closing && tranche->target.price;
  expect(24, !is_wanted || targets > 1 || (!fits && !can_amend), "take-profit ", order->id, " of ",
         seen->id, " is cancelled, and nothing asks for it");
}

void Invariants::Watch::judge_stop_cancel(const SeenOrder& order, const SeenTranche& seen,
                                          const Tranche& tranche) {
  if (!tranche.stop.price) return;
  const bool triggered = seen.stop_triggered || order.standing == SeenOrder::Standing::Triggered;
  if (tranche.closing && triggered) return;
  Quantity standing;
  Quantity fitting;  // Of all stops at the wished price, this one too.
  Int128 fitting_count = 0;
  Int128 still_wished = 0;  // Of these, not being cancelled.
  const auto working =
      chronicle_.settings().choice<WorkingType>(Setting::StopWorkingType, seen.key.instrument);
  const auto is_at_wish = [&](const SeenOrder& stop) {
    return stop.stop_price == tranche.stop.price && stop.working_type == working;
  };
  for (const OrderId id : seen.live) {
    const SeenOrder& stop = *chronicle_.find(id);
    if (stop.purpose != Purpose::StopLoss) continue;
    if (stop.is_standing() && !stop.cancel_asked) standing += stop.remaining();
    if (is_at_wish(stop)) {
      fitting += stop.remaining();
      ++fitting_count;
      if (!stop.cancel_asked) ++still_wished;
    }
  }
  const Quantity largest = chronicle_.instrument(seen.key.instrument).rules.market_max_quantity;
  const Int128 slices = largest.is_positive() ? divide_ceil(seen.quantity.raw(), largest.raw()) : 1;
  const bool is_wished = is_at_wish(order) && fitting == seen.quantity && fitting_count == slices;
  expect(24, !is_wished, "stop ", order.id, " of ", seen.id,
         " is cancelled, and it is what is wished");
  if (!judges(19) || standing >= seen.quantity || seen.second_stop_refused) return;
  const std::uint32_t cap = chronicle_.instrument(seen.key.instrument).rules.max_conditional_orders;
  const auto missing = static_cast<std::uint32_t>(std::max<Int128>(slices - still_wished, 1));
  const std::uint32_t conditional = chronicle_.conditional_orders(seen.key.instrument);
  if (cap != 0 && conditional + missing > cap) return;
  fail(19, "stop ", order.id, " of ", seen.id, " is cancelled first: ", standing, " of ",
       seen.quantity, " would be stopped, and a new stop could be placed beside it");
}

}  // namespace tranchet

// Stops, targets and the closing path, after every step: I-17, I-18, and I-20 to I-28.
#include <algorithm>

#include "backtest/wargame/invariants/exact.h"
#include "backtest/wargame/invariants/watch.h"

namespace tranchet {
namespace {

// How long a leg may be other than wished in a world where nothing goes wrong.
constexpr Duration kToProtect = Duration::seconds(2);
constexpr std::int64_t kSlicesMax = 40;

// The position needs more stops than one order of the engine may have slices.
bool needs_too_many_slices(const InstrumentListed& rules, Quantity quantity) {
  if (!rules.market_max_quantity.is_positive()) return false;
  return quantity.raw() / rules.market_max_quantity.raw() >= kSlicesMax;
}

}  // namespace

Invariants::Watch::Cover Invariants::Watch::cover_of(const SeenTranche& tranche,
                                                     Maybe<Price> target_wish) {
  Cover cover;
  for (const OrderId id : tranche.live) {
    const SeenOrder& order = *chronicle_.find(id);
    switch (order.purpose) {
      case Purpose::StopLoss:
        cover.stops += order.remaining();
        cover.stop_unanswered |= order.is_unanswered();
        cover.stop_triggered |= order.standing == SeenOrder::Standing::Triggered;
        if (!order.cancel_asked) cover.sent += order.remaining();
        if (!order.cancel_asked && order.is_standing()) cover.standing += order.remaining();
        break;
      case Purpose::TakeProfit:
        cover.targets += order.remaining();
        cover.target_unanswered |= order.is_unanswered();
        cover.target_off_wish |= order.limit_price != target_wish;
        break;
      case Purpose::Close:
        ++cover.closes;
        break;
      case Purpose::Entry:
        break;
    }
  }
  return cover;
}

void Invariants::Watch::judge_protection(const Event& event, const Position& position,
                                         const Tranche& tranche, SeenTranche& seen) {
  if (tranche.ended) {
    judge_ended(seen);
    return;
  }
  if (!seen.is_open()) return;
  // The venue has said how it stands: what waited for that waits no longer.
  if (std::holds_alternative<SnapshotEnded>(event.body) && !position.difference) {
    seen.stop_blocked = seen.target_blocked = false;
  }
  const Cover cover = cover_of(seen, tranche.target.price);
  judge_coverage(tranche, seen, cover);
  judge_sizes(tranche, seen, cover);
  judge_promptness(tranche, seen, cover);
  judge_wishes(position.key, tranche, seen);
  judge_closing(event, tranche, seen, cover);
  judge_dust(event, tranche, seen);
}

bool Invariants::Watch::is_stop_excused(const Tranche& tranche, const SeenTranche& seen,
                                        const Cover& cover) const {
  if (tranche.dust || cover.stop_unanswered || seen.stop_blocked) return true;
  if (chronicle_.timer_is_set(TimerKind::StopRetry, seen.id)) return true;
  return tranche.closing && (cover.closes > 0 || seen.stop_triggered || cover.stop_triggered ||
                             seen.stop_would_trigger);
}

// Quantity without a stop has a reason: one of those that the design gives, seen with our own eyes.
void Invariants::Watch::judge_coverage(const Tranche& tranche, const SeenTranche& seen,
                                       const Cover& cover) {
  if (!tranche.stop.price || !judges(17)) return;
  if (cover.sent >= seen.quantity || is_stop_excused(tranche, seen, cover)) return;
  const InstrumentListed& rules = chronicle_.instrument(seen.key.instrument).rules;
  if (needs_too_many_slices(rules, seen.quantity)) return;
  fail(17, seen.id, " holds ", seen.quantity, ", stops stand or are sent for ", cover.sent,
       ", and nothing says why");
}

// What rests is what is open, or a change is under way.
void Invariants::Watch::judge_sizes(const Tranche& tranche, const SeenTranche& seen,
                                    const Cover& cover) {
  const bool target_waits =
      cover.target_unanswered || chronicle_.timer_is_set(TimerKind::TargetRetry, seen.id);
  expect(18, cover.targets <= seen.quantity || target_waits, seen.id, " holds ", seen.quantity,
         ", its take-profits could sell ", cover.targets);
  expect(18, cover.stops <= seen.quantity || is_stop_excused(tranche, seen, cover), seen.id,
         " holds ", seen.quantity, ", its stops could sell ", cover.stops);
  if (tranche.dust || tranche.closing || target_waits || seen.target_blocked) return;
  const Quantity wanted = tranche.target.price ? seen.quantity : Quantity();
  expect(21, cover.targets == wanted && !cover.target_off_wish, seen.id, " wants a take-profit of ",
         wanted, " at ", tranche.target.price, ", it has ", cover.targets,
         cover.target_off_wish ? " at another price" : "");
}

// Where nothing goes wrong, no change takes longer than two seconds.
void Invariants::Watch::judge_promptness(const Tranche& tranche, SeenTranche& seen,
                                         const Cover& cover) {
  if (!healthy_) return;
  const bool is_excused = tranche.dust || tranche.closing.has_value();
  const bool is_naked =
      !is_excused && tranche.stop.price.has_value() && cover.standing < seen.quantity;
  const bool is_misfit =
      !is_excused && (cover.stops > seen.quantity || cover.targets > seen.quantity ||
                      (tranche.target.price && cover.targets < seen.quantity));
  // A step forward, as an accepted stop for a part, starts the time anew: what is missing now came
  // later.
  const bool moved = cover.standing != seen.standing || cover.targets != seen.targets;
  seen.standing = cover.standing;
  seen.targets = cover.targets;
  const auto judge = [&](int number, std::optional<Timestamp>& since, bool is_wrong,
                         const char* what) {
    if (since) {
      expect(number, now_ - *since <= kToProtect, seen.id, " was ", what, " from ", *since, " to ",
             now_);
    }
    if (!is_wrong) {
      since.reset();
    } else if (!since || moved) {
      since = now_;
    }
  };
  judge(17, seen.naked_since, is_naked, "without a full stop");
  judge(21, seen.misfit_since, is_misfit, "with exits of another size");
}

// One leg has taken all: the other goes.
void Invariants::Watch::judge_ended(const SeenTranche& seen) {
  for (const OrderId id : seen.live) {
    const SeenOrder& order = *chronicle_.find(id);
    const bool is_stop = order.purpose == Purpose::StopLoss;
    if (!is_stop && order.purpose != Purpose::TakeProfit) continue;
    const bool waits =
        chronicle_.timer_is_set(is_stop ? TimerKind::StopRetry : TimerKind::TargetRetry, seen.id);
    expect(20, order.is_unanswered() || waits, seen.id, " is closed, and the ", order.purpose,
           " order ", id, " still rests");
  }
}

// A stop has triggered: what rests beside it, and is no slice of it, would sell the same again.
void Invariants::Watch::judge_other_stops(const SeenTranche& seen) {
  for (const OrderId id : seen.live) {
    const SeenOrder& order = *chronicle_.find(id);
    if (order.purpose != Purpose::StopLoss || order.standing == SeenOrder::Standing::Triggered) {
      continue;
    }
    const bool is_slice =
        order.cause == seen.trigger_cause && order.born_for == seen.trigger_born_for;
    if (is_slice) continue;
    expect(20, order.is_unanswered() || order.cancel_refused, "a stop of ", seen.id,
           " has triggered, and order ", id, " still rests beside it");
  }
}

// The wishes that follow from the average.
void Invariants::Watch::judge_wishes(PositionKey key, const Tranche& tranche,
                                     const SeenTranche& seen) {
  const InstrumentListed& rules = chronicle_.instrument(key.instrument).rules;
  if (!seen.quantity.is_positive() || seen.cost <= 0 || !judges(22)) return;
  const bool is_long = key.side == PositionSide::Long;
  const auto judge = [&](const Leg& leg, bool above, Ppm fraction, bool enabled, Purpose purpose) {
    if (leg.choice == TargetChoice::AtPrice) return;  // A person's.
    Maybe<Price> expected;
    if (leg.choice == TargetChoice::Default && enabled) {
      const auto price =
          exact::leg_price(seen.cost, seen.quantity, above, fraction, rules.tick_size);
      if (price) expected = *price;
    }
    if (leg.price == expected) return;
    fail(22, seen.id, ": a ", purpose, " at ", leg.price, ", expected ", expected, " for ",
         seen.quantity, " that cost ", seen.cost);
  };
  judge(tranche.target, is_long, seen.take_profit, seen.take_profit_enabled, Purpose::TakeProfit);
  judge(tranche.stop, !is_long, seen.stop_loss, seen.stop_loss_enabled, Purpose::StopLoss);
}

void Invariants::Watch::judge_closing(const Event& event, const Tranche& tranche,
                                      const SeenTranche& seen, const Cover& cover) {
  if (!tranche.closing) {
    expect(26, cover.closes == 0, seen.id, " is not closing, and ", cover.closes,
           " market orders are out");
    return;
  }
  const bool target_waits =
      cover.target_unanswered || chronicle_.timer_is_set(TimerKind::TargetRetry, seen.id);
  expect(26, cover.targets.is_zero() || (target_waits && cover.closes == 0), seen.id,
         " is closing, and its take-profit could still sell ", cover.targets);
  if (cover.stop_triggered) judge_other_stops(seen);
  if (!seen.closing) judge_closing_reason(event, tranche, seen, cover);
}

// What began to close it was the right price, seen from the right side.
void Invariants::Watch::judge_closing_reason(const Event& event, const Tranche& tranche,
                                             const SeenTranche& seen, const Cover& cover) {
  const PositionSide side = seen.key.side;
  const InstrumentId id = seen.key.instrument;
  const Maybe<Price> mark = chronicle_.instrument(id).mark;
  switch (tranche.closing->reason) {
    case ExitReason::InstantTakeProfit: {
      const Maybe<Price> target = tranche.target.price;
      const bool reached = target && mark && exact::is_at_or_beyond_target(side, *mark, *target);
      expect(27, reached, seen.id, " (", side, ") closes at its target ", target, ", the mark is ",
             mark);
      return;
    }
    case ExitReason::StopLoss: {
      if (seen.stop_triggered || cover.stop_triggered || seen.stop_would_trigger) return;
      const auto price = chronicle_.working_price(id, now_);
      const Maybe<Price> stop = tranche.stop.price;
      const bool reached = stop && price && exact::is_at_or_beyond_stop(side, *price, *stop);
      expect(23, reached, seen.id, " (", side, ") closes at its stop ", stop,
             ", the price that the stop sees is ", price ? word(*price) : word("none"));
      return;
    }
    case ExitReason::TakeProfit: {
      const auto* rejected = std::get_if<OrderRejected>(&event.body);
      expect(27, rejected != nullptr && rejected->reason == RejectReason::OutOfBand, seen.id,
             " closes as if the venue had refused its take-profit");
      return;
    }
    default:
      return;
  }
}

// Dust is what the venue would not take, and nothing else.
void Invariants::Watch::judge_dust(const Event& event, const Tranche& tranche,
                                   const SeenTranche& seen) {
  if (!tranche.dust) return;
  for (const OrderId id : seen.live) {
    const SeenOrder& order = *chronicle_.find(id);
    if (order.purpose == Purpose::Entry || order.is_unanswered() || order.cancel_refused) continue;
    expect(28, order.remaining() <= seen.quantity, "order ", id, " rests for ", order.remaining(),
           " of ", seen.id, ", which is dust of ", seen.quantity);
  }
  if (seen.dust) return;
  const auto* rejected = std::get_if<OrderRejected>(&event.body);
  const SeenOrder* order = rejected == nullptr ? nullptr : chronicle_.find(rejected->order);
  expect(28,
         order != nullptr && rejected->reason == RejectReason::BelowMinimum &&
             order->tranche == seen.id,
         seen.id, " became dust, and the venue refused no exit of it as too small");
  for (const TrancheId id : chronicle_.book(seen.key).tranches) {
    const SeenTranche& other = *chronicle_.find(id);
    const bool takes_it = id != seen.id && other.is_open() && !other.closing && !other.dust &&
                          other.quantity.is_positive();
    expect(28, !takes_it, seen.id, " stays as dust, and ", id, " could take it in");
  }
}

// ---- Prices: what has to start, starts.

Quantity Invariants::Watch::naked_quantity_of(const SeenTranche& seen) {
  const Cover cover = cover_of(seen, {});
  return cover.sent < seen.quantity ? seen.quantity - cover.sent : Quantity();
}

// A stop is taken away in this event, as at a merge: the guard looks at the next price.
bool Invariants::Watch::loses_a_stop_now(const SeenTranche& seen) {
  return std::any_of(seen.live.begin(), seen.live.end(), [this](OrderId id) {
    const SeenOrder& order = *chronicle_.find(id);
    return order.purpose == Purpose::StopLoss && order.cancel_asked &&
           order.cancel_asked_in == newest_;
  });
}

void Invariants::Watch::judge_prices(InstrumentId id, bool is_mark, const State& state) {
  if (!state.knows(id)) return;
  const SeenInstrument& instrument = chronicle_.instrument(id);
  const Settings& settings = chronicle_.settings();
  for (const SeenBook& book : instrument.books) {
    const PositionSide side = book.key.side;
    for (const TrancheId tranche_id : book.tranches) {
      const SeenTranche& seen = *chronicle_.find(tranche_id);
      const Tranche* tranche = find_tranche(state.position(book.key), tranche_id);
      if (tranche == nullptr || !seen.is_open() || seen.dust) continue;
      const bool closes = tranche->closing.has_value();
      const bool closes_all = closes && !tranche->closing->part;
      const bool rests = now_ < seen.rests_until;
      const bool instant = is_mark && !rests && seen.target_wish && !seen.closing &&
                           settings.flag(Setting::InstantTakeProfitEnabled, id);
      if (instant && exact::is_at_or_beyond_target(side, *instrument.mark, *seen.target_wish)) {
        expect(27, closes, seen.id, " (", side, "): the mark ", instrument.mark,
               " has passed its target ", seen.target_wish, ", and it does not close");
        continue;
      }
      // A price that stops do not look at starts nothing.
      const bool by_trade = chronicle_.works_by_trade(id, now_);
      if (by_trade == is_mark && !chronicle_.trades_are_marks()) continue;
      const auto price = chronicle_.working_price(id, now_);
      if (!price || !seen.stop_wish) continue;
      const bool backstop = !rests && settings.flag(Setting::BackstopEnabled, id) &&
                            exact::is_beyond_backstop(side, *price, *seen.stop_wish,
                                                      settings.percent(Setting::Backstop, id));
      if (backstop) {
        expect(23, closes_all, seen.id, " (", side, "): the price ", *price,
               " is past the backstop of its stop ", seen.stop_wish, ", and it does not close");
      } else if (exact::is_at_or_beyond_stop(side, *price, *seen.stop_wish) &&
                 naked_quantity_of(seen).is_positive() && !loses_a_stop_now(seen)) {
        expect(17, closes, seen.id, " (", side, ") has no full stop, the price ", *price,
               " is at the stop ", seen.stop_wish, ", and it does not close");
      }
    }
  }
}

}  // namespace tranchet

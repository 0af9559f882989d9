#include "backtest/wargame/marks/mark_watch.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tranchet {
namespace {

// Nothing follows from most of them.
bool is_market(const EventBody& body) {
  return std::holds_alternative<MarkPrice>(body) || std::holds_alternative<TradePrinted>(body) ||
         std::holds_alternative<BookTop>(body) || std::holds_alternative<FundingRate>(body) ||
         std::holds_alternative<LiquidationPrinted>(body) ||
         std::holds_alternative<Conflated>(body);
}

// Of SeenTranche::lost.
std::uint8_t lost_bit(Purpose purpose) {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(purpose));
}

const Tranche* tranche_of(const State& state, const Order& order) {
  return find_tranche(state.position(order.key), order.tranche_id);
}

bool any_on_its_way(const State& state, const OrderIds& orders) {
  return std::ranges::any_of(
      orders, [&state](OrderId id) { return state.order(id).status == OrderStatus::PendingNew; });
}

// Visits positions until `visit` says true; whether it did.
template <class Visit>
bool any_position(const State& state, Visit visit) {
  return std::ranges::any_of(state.instruments, [&visit](const InstrumentState& instrument) {
    return std::ranges::any_of(instrument.positions, visit);
  });
}

// The same with the live orders of a position.
template <class Visit>
bool any_order(const State& state, const Position& position, Visit visit) {
  const auto any_of = [&](const OrderIds& orders) {
    return std::ranges::any_of(orders, [&](OrderId id) { return visit(state.order(id)); });
  };
  return any_of(position.entries) || std::ranges::any_of(position.tranches, [&](const Tranche& t) {
           return any_of(t.stops) || any_of(t.targets) || any_of(t.closes);
         });
}

bool any_unanswered(const State& state) {
  return any_position(state, [&state](const Position& position) {
    return any_order(state, position, [](const Order& order) { return order.is_unanswered(); });
  });
}

bool cancels(const Output& output, Purpose purpose) {
  return std::ranges::any_of(output.commands, [purpose](const Command& command) {
    const auto* cancel = std::get_if<CancelOrder>(&command);
    return cancel != nullptr && cancel->purpose == purpose;
  });
}

bool submits(const Output& output, Purpose purpose) {
  return std::ranges::any_of(output.commands, [purpose](const Command& command) {
    const auto* submit = std::get_if<SubmitOrder>(&command);
    return submit != nullptr && submit->purpose == purpose;
  });
}

template <class Key>
struct Pair {
  Key key;
  Mark mark;
};
template <class Key, std::size_t kSize>
std::optional<Mark> find_mark(const std::array<Pair<Key>, kSize>& pairs, Key key) {
  const auto found = std::ranges::find(pairs, key, &Pair<Key>::key);
  return found == pairs.end() ? std::nullopt : std::optional(found->mark);
}

}  // namespace

void MarkWatch::on_step(const Event& event, const Output& output, const State& state) {
  if (is_market(event.body) && output.commands.empty()) return;
  const Step step{event, output, state};
  see_event(step);
  for (const Booking& booking : output.bookings) see_booking(step, booking);
  see_commands(step);
  remember(step);
}

void MarkWatch::on_restart(const State& state) {
  if (any_unanswered(state)) reach(Mark::RestartBesideTheUnanswered);
  any_position(state, [this](const Position& position) {
    for (const Tranche& tranche : position.tranches) {
      if (tranche.closing) reach(Mark::RestartWhileClosing);
      if (tranche.stops.size() > 1) reach(Mark::RestartBesideTwoStops);
    }
    return false;
  });
}

MarkWatch::Known MarkWatch::known(const State& state, OrderId id) const {
  const auto was = orders_.find(id);
  const auto is = state.orders.find(id);
  if (was == orders_.end() || is == state.orders.end()) return {};
  return {.was = &was->second, .is = &is->second};
}

// ---- What happened.

void MarkWatch::see_event(const Step& step) {
  const State& state = step.state;
  std::visit(Overload{[&](const OrderFilled& e) { see_fill(step, e); },
                      [&](const OrderTriggered& e) { see_triggered(state, e.order); },
                      [&](const OrderAccepted& e) { see_accepted(step, e.order); },
                      [&](const OrderRejected& e) { see_rejected(state, e); },
                      [&](const OrderCanceled& e) { see_ended(state, e.order); },
                      [&](const OrderExpired& e) { see_ended(state, e.order); },
                      [&](const AmendRejected& e) {
                        const Known order = known(state, e.order);
                        if (order && order.was->awaiting_amend) reach(Mark::AmendRefused);
                      },
                      [&](const CancelRejected& e) {
                        const Known order = known(state, e.order);
                        const bool asked = order && order.was->awaiting_cancel;
                        if (asked && e.reason == RejectReason::NotFound)
                          reach(Mark::CancelFoundNothing);
                      },
                      [&](const QueryAnswered& e) { see_query(state, e); },
                      [&](const SnapshotEnded&) { see_snapshot(step); },
                      [&](const CloseRequested& e) { see_close_requested(state, e); },
                      [&](const Disconnected& e) {
                        const bool is_user = e.stream == Stream::User;
                        if (is_user && any_unanswered(state)) reach(Mark::CutWhileUnanswered);
                      },
                      [&](const KillSwitch&) {
                        const auto in_flight = [](const Position& p) { return !p.entries.empty(); };
                        if (any_position(state, in_flight)) reach(Mark::KillSwitchBesideAnEntry);
                      },
                      [&](const InstrumentListed& e) {
                        for (const Position& position : state.instrument(e.instrument).positions) {
                          const auto any = [](const Order&) { return true; };
                          if (any_order(state, position, any)) reach(Mark::RulesChangeBesideOrders);
                        }
                      },
                      [&](const ConfigChanged&) {
                        const auto is_open = [](const Position& p) {
                          return open_quantity(p).is_positive();
                        };
                        if (any_position(state, is_open)) reach(Mark::SettingsChangeWhileOpen);
                      },
                      [&](const TimerFired& e) {
                        const bool is_timeout = e.timer.kind == TimerKind::EntryTimeout;
                        if (is_timeout && cancels(step.output, Purpose::Entry))
                          reach(Mark::EntryTimedOut);
                      },
                      [](const auto&) {}},
             step.event.body);
}

void MarkWatch::see_fill(const Step& step, const OrderFilled& fill) {
  const State& state = step.state;
  const Known order = known(state, fill.order);
  if (!order) return;
  if (order.is->trades.size() == order.was->trades) {
    reach(Mark::FillRepeated);
    return;
  }
  const bool is_part = order.is->remaining().is_positive();
  const bool cancelling = order.was->awaiting_cancel;
  const OrderStatus was = order.was->status;
  if (was == OrderStatus::PendingNew) reach(Mark::FillBeforeAcceptance);
  if (was == OrderStatus::Canceled || was == OrderStatus::Expired) reach(Mark::FilledAfterItsEnd);
  if (order.was->awaiting_amend) reach(Mark::FillBesideAnAmend);
  if (order.was->awaiting_query) reach(Mark::AnsweredBeforeItsQuery);
  SeenTranche& tranche = tranches_[order.is->tranche_id];
  switch (order.is->purpose) {
    case Purpose::Entry:
      if (cancelling) reach(Mark::EntryFilledBesideItsCancel);
      if (is_part) reach(Mark::EntryFilledInPart);
      break;
    case Purpose::TakeProfit: {
      if (cancelling) reach(Mark::TargetFilledBesideItsCancel);
      if (is_part) reach(Mark::TargetFilledInPart);
      const Tranche* held = tranche_of(state, *order.is);
      if (held != nullptr && any_on_its_way(state, held->stops)) {
        reach(Mark::TargetFilledBesideANewStop);
      }
      tranche.target_filled = true;
      break;
    }
    case Purpose::StopLoss:
      if (cancelling) reach(Mark::StopFilledBesideItsCancel);
      if (is_part) reach(Mark::StopFilledInPart);
      if (was == OrderStatus::New) reach(Mark::StopFilledUntriggered);
      tranche.stop_filled = true;
      break;
    case Purpose::Close:
      if (is_part) reach(Mark::CloseFilledInPart);
      break;
  }
  if (tranche.target_filled && tranche.stop_filled) reach(Mark::BothLegsFilled);
}

void MarkWatch::see_triggered(const State& state, OrderId id) {
  const Known order = known(state, id);
  if (!order || order.is->purpose != Purpose::StopLoss) return;
  if (order.was->awaiting_cancel) reach(Mark::TriggerBesideItsCancel);
  const Tranche* tranche = tranche_of(state, *order.is);
  if (tranche == nullptr) return;
  const bool beside = std::ranges::any_of(tranche->stops, [&](OrderId other) {
    return other != id && state.order(other).status == OrderStatus::PendingNew;
  });
  if (beside) reach(Mark::TriggerBesideANewStop);
}

void MarkWatch::see_accepted(const Step& step, OrderId id) {
  const Known order = known(step.state, id);
  if (!order || order.was->status != OrderStatus::PendingNew) return;
  if (order.was->awaiting_query) reach(Mark::AnsweredBeforeItsQuery);
  if (order.is->purpose != Purpose::StopLoss) return;
  SeenTranche& tranche = tranches_[order.is->tranche_id];
  if (std::exchange(tranche.stop_failed, false)) reach(Mark::StopAcceptedAfterThreeRefusals);
  const Tranche* held = tranche_of(step.state, *order.is);
  const bool stands = held != nullptr && !held->ended && !held->closing;
  if (stands && cancels(step.output, Purpose::StopLoss)) reach(Mark::StopReplaced);
}

void MarkWatch::see_rejected(const State& state, const OrderRejected& rejected) {
  const Known order = known(state, rejected.order);
  if (!order || order.was->status != OrderStatus::PendingNew) return;
  const RejectReason reason = rejected.reason;
  switch (order.is->purpose) {
    case Purpose::Entry:
      if (reason == RejectReason::Margin) reach(Mark::EntryRefusedForMargin);
      return;
    case Purpose::StopLoss:
      if (reason == RejectReason::WouldTrigger) reach(Mark::StopWouldTrigger);
      if (reason == RejectReason::ReduceOnlyCapacity) reach(Mark::SecondStopRefused);
      break;
    case Purpose::TakeProfit:
      if (reason == RejectReason::OutOfBand) reach(Mark::TargetOutOfBand);
      break;
    case Purpose::Close:
      break;
  }
  if (reason == RejectReason::NoPosition) reach(Mark::NoPositionToExit);
}

void MarkWatch::see_ended(const State& state, OrderId id) {
  const Known order = known(state, id);
  if (!order) return;
  const bool is_stop = order.is->purpose == Purpose::StopLoss;
  const bool is_leg = is_stop || order.is->purpose == Purpose::TakeProfit;
  const OrderStatus was = order.was->status;
  const bool has_rest = order.is->remaining().is_positive();
  if (is_stop && was == OrderStatus::Triggered && has_rest) reach(Mark::StopEndedWithARest);
  if (is_leg && was == OrderStatus::New && !order.was->awaiting_cancel) {
    reach(Mark::ProtectionEndedUnasked);
  }
}

void MarkWatch::see_query(const State& state, const QueryAnswered& answered) {
  const Known order = known(state, answered.order);
  if (!order || !order.was->awaiting_query) return;
  const QueryStatus status = answered.status;
  if (order.was->status == OrderStatus::PendingNew) {
    if (status == QueryStatus::NotFound) {
      see_lost(*order.is);
    } else {
      see_found(*order.is, status);
    }
    return;
  }
  const bool stands = status == QueryStatus::New || status == QueryStatus::PartiallyFilled;
  if (order.was->awaiting_cancel) {
    if (status == QueryStatus::Canceled) reach(Mark::UnknownCancelHadWorked);
    if (stands) reach(Mark::UnknownCancelHadNot);
  }
  if (order.was->awaiting_amend && stands) {
    const bool worked = answered.quantity == Maybe<Quantity>(order.was->amend_quantity) &&
                        answered.limit_price == Maybe<Price>(order.was->amend_price);
    reach(worked ? Mark::UnknownAmendHadWorked : Mark::UnknownAmendHadNot);
  }
}

void MarkWatch::see_lost(const Order& order) {
  static constexpr std::array kMarkOf{
      Pair<Purpose>{Purpose::Entry, Mark::UnknownEntryNeverArrived},
      Pair<Purpose>{Purpose::StopLoss, Mark::UnknownStopNeverArrived},
      Pair<Purpose>{Purpose::TakeProfit, Mark::UnknownTargetNeverArrived},
      Pair<Purpose>{Purpose::Close, Mark::UnknownCloseNeverArrived}};
  reach(*find_mark(kMarkOf, order.purpose));
  tranches_[order.tranche_id].lost |= lost_bit(order.purpose);
}

void MarkWatch::see_found(const Order& order, QueryStatus status) {
  if (status == QueryStatus::New) {
    if (order.purpose == Purpose::Entry) reach(Mark::UnknownEntryRests);
    if (order.purpose == Purpose::StopLoss) reach(Mark::UnknownStopStands);
    if (order.purpose == Purpose::TakeProfit) reach(Mark::UnknownTargetStands);
  } else if (order.filled.is_positive()) {
    if (order.purpose == Purpose::Entry) reach(Mark::UnknownEntryHadFilled);
    if (order.purpose == Purpose::Close) reach(Mark::UnknownCloseHadFilled);
  }
}

void MarkWatch::see_snapshot(const Step& step) {
  const State& state = step.state;
  for (const Command& command : step.output.commands) {
    if (std::holds_alternative<QueryOrder>(command)) reach(Mark::OrderMissingFromSnapshot);
  }
  for (const auto& [id, order] : orders_) {
    const bool unanswered =
        order.status == OrderStatus::PendingNew || order.awaiting_amend || order.awaiting_cancel;
    if (order.status < OrderStatus::Filled && unanswered) reach(Mark::SnapshotBesideTheUnanswered);
  }
  any_position(state, [&](const Position& position) {
    for (const Tranche& tranche : position.tranches) {
      for (const auto* orders : {&tranche.stops, &tranche.targets}) {
        for (const OrderId id : *orders) {
          if (state.order(id).born_for != tranche.id) reach(Mark::SnapshotDuringAMerge);
        }
      }
    }
    see_difference(step, position);
    return false;
  });
}

void MarkWatch::see_difference(const Step& step, const Position& position) {
  const auto was = differences_.find(position.key);
  if (position.difference) {
    if (was == differences_.end()) reach(Mark::DifferenceRemembered);
    differences_[position.key] = {.ignored = position.ignored};
    return;
  }
  if (was == differences_.end()) return;
  const bool booked = std::ranges::any_of(step.output.bookings, [&](const Booking& booking) {
    const auto* fill = std::get_if<FillBooked>(&booking);
    return fill != nullptr && fill->order == OrderId::None && fill->key == position.key;
  });
  const bool counted = booked || was->second.ignored != position.ignored;
  reach(counted ? Mark::DifferenceRepeated : Mark::DifferenceGone);
  differences_.erase(was);
}

void MarkWatch::see_close_requested(const State& state, const CloseRequested& request) {
  any_position(state, [&](const Position& position) {
    const bool in_scope = (request.instrument == InstrumentId::None ||
                           request.instrument == position.key.instrument) &&
                          (request.position_side == 0 ||
                           request.position_side == static_cast<std::uint8_t>(position.key.side));
    if (!in_scope) return false;
    const auto wanted = [&request](std::uint32_t ordinal) {
      return request.tranche == kAllTranches || request.tranche == ordinal;
    };
    for (const OrderId id : position.entries) {
      if (wanted(state.order(id).tranche)) reach(Mark::CloseRequestedBesideAnEntry);
    }
    for (const Tranche& tranche : position.tranches) {
      const auto seen = tranches_.find(tranche.id);
      const bool closing = seen != tranches_.end() && seen->second.closing;
      if (closing && tranche.closing && wanted(tranche.ordinal)) reach(Mark::SecondReasonToClose);
    }
    return false;
  });
}

// Its tranches have changed: which closings began, and which were called off.
void MarkWatch::see_position(const Step& step, PositionKey key) {
  for (const Tranche& tranche : step.state.position(key).tranches) {
    SeenTranche& seen = tranches_[tranche.id];
    if (tranche.closing && !seen.closing) {
      const Closing& closing = *tranche.closing;
      const bool by_price = is_market(step.event.body) && closing.reason == ExitReason::StopLoss;
      if (closing.reason == ExitReason::InstantTakeProfit) reach(Mark::InstantClose);
      if (closing.part) {
        reach(Mark::GuardClosesAPart);
      } else if (by_price) {
        reach(Mark::PriceClosesAtTheStop);
      }
    }
    const bool rests = tranche.rest_until && step.state.now < *tranche.rest_until;
    if (seen.closing_at_once && !tranche.closing && !tranche.ended && !tranche.dust && !rests) {
      reach(Mark::InstantCloseCalledOff);
    }
    seen.closing = tranche.closing.has_value();
    seen.closing_at_once =
        tranche.closing && tranche.closing->reason == ExitReason::InstantTakeProfit;
  }
}

// ---- What was booked.

void MarkWatch::see_booking(const Step& step, const Booking& booking) {
  std::visit(Overload{[&](const FillBooked& b) { see_fill_booked(step, b); },
                      [&](const TrancheOpened& b) {
                        if (b.tranche > 0) reach(Mark::SecondTranche);
                        const auto& positions = step.state.instrument(b.key.instrument).positions;
                        if (open_quantity(positions[0]).is_positive() &&
                            open_quantity(positions[1]).is_positive()) {
                          reach(Mark::BothSidesOpen);
                        }
                      },
                      [&](const TrancheMerged& b) { see_merge(step, b); },
                      [&](const FeeCorrected&) { reach(Mark::FillAlreadyCounted); },
                      [&](const FundingBooked&) {
                        if (step.output.bookings.size() > 1) reach(Mark::FundingShared);
                      },
                      [](const TrancheClosed&) {}},
             booking);
}

void MarkWatch::see_fill_booked(const Step& step, const FillBooked& booked) {
  if (booked.order == OrderId::None) return see_foreign(step, booked);
  if (booked.trade == TradeId::None) reach(Mark::UntoldFillCounted);
  const Known order = known(step.state, booked.order);
  if (!order) return;
  if (booked.purpose == Purpose::Entry) {
    if (order.is->reason != 0) reach(Mark::EntryClosedAtOnce);
    if (booked.tranche_id != order.was->tranche) reach(Mark::EntryOutlivesItsTranche);
    return;
  }
  const bool is_own = booked.tranche_id == order.is->tranche_id;
  if (!is_own && !order.is->corrective) reach(Mark::ExcessFromAnotherTranche);
  if (order.is->born_for != order.is->tranche_id) reach(Mark::MergedOrderFills);
}

void MarkWatch::see_foreign(const Step& step, const FillBooked& booked) {
  const bool by_snapshot = std::holds_alternative<SnapshotEnded>(step.event.body);
  if (booked.purpose == Purpose::Entry) {
    reach(Mark::ForeignPositionAdopted);
    return;
  }
  switch (static_cast<ExitReason>(booked.reason)) {
    case ExitReason::Liquidation:
      return reach(Mark::Liquidated);
    case ExitReason::Adl:
      reach(Mark::Deleveraged);
      if (tranches_[booked.tranche_id].closing) reach(Mark::DeleveragedWhileClosing);
      return;
    case ExitReason::Venue:
      return reach(by_snapshot ? Mark::VenueHasLess : Mark::ForeignTradeReduces);
    default:
      return;
  }
}

void MarkWatch::see_merge(const Step& step, const TrancheMerged& merged) {
  reach(submits(step.output, Purpose::Entry) ? Mark::MergedAtTheCap : Mark::DustMoved);
  for (auto& [id, order] : orders_) {
    if (order.tranche == merged.from) order.tranche = merged.into;
  }
}

// ---- What it caused.

void MarkWatch::see_commands(const Step& step) {
  const SubmitOrder* before = nullptr;
  for (const Command& command : step.output.commands) {
    std::visit(Overload{[&](const SubmitOrder& c) {
                          see_submit(step.state, c, before);
                          before = &c;
                        },
                        [&](const CancelOrder& c) { see_cancel(step.state, c); },
                        [&](const EntryRefused& c) { see_refusal(c); },
                        [&](const Alert& c) { see_alert(step, c); },
                        [&](const PositionUpdate& c) {
                          see_position(step, {c.instrument, c.position_side});
                        },
                        [](const auto&) {}},
               command);
  }
}

// `before`: the one sent before it in the same step.
void MarkWatch::see_submit(const State& state, const SubmitOrder& submit,
                           const SubmitOrder* before) {
  const bool is_slice = before != nullptr && before->purpose == submit.purpose &&
                        before->tranche_id == submit.tranche_id;
  if (is_slice) {
    if (submit.purpose == Purpose::Entry) reach(Mark::EntryInSlices);
    if (submit.purpose == Purpose::StopLoss) reach(Mark::StopsInSlices);
    if (submit.purpose == Purpose::Close) reach(Mark::CloseInSlices);
  }
  if (submit.purpose == Purpose::Entry) return;
  std::uint8_t& lost = tranches_[submit.tranche_id].lost;
  if ((lost & lost_bit(submit.purpose)) != 0) reach(Mark::NewAttemptAfterNotFound);
  lost &= static_cast<std::uint8_t>(~lost_bit(submit.purpose));
  if (submit.purpose != Purpose::Close) return;
  const Tranche* tranche =
      find_tranche(state.position({submit.instrument, submit.position_side}), submit.tranche_id);
  if (tranche != nullptr && tranche->closing && tranche->closing->attempts > 1) {
    reach(Mark::CloseRetried);
  }
}

void MarkWatch::see_cancel(const State& state, const CancelOrder& cancel) {
  const auto found = state.orders.find(cancel.order);
  if (found == state.orders.end() || found->second.is_finished()) return;
  const Tranche* tranche = tranche_of(state, found->second);
  if (tranche == nullptr || tranche->ended || tranche->closing || tranche->dust) return;
  if (cancel.purpose == Purpose::StopLoss && tranche->stop.price &&
      covered_quantity(state, *tranche).is_zero()) {
    reach(Mark::StopCancelledFirst);
  }
  if (cancel.purpose == Purpose::TakeProfit && tranche->target.price &&
      tranche->targets.size() == 1) {
    reach(Mark::TargetCancelledToMove);
  }
}

void MarkWatch::see_refusal(const EntryRefused& refused) {
  static constexpr std::array kMarkOf{
      Pair<EntryRefusal>{EntryRefusal::Halted, Mark::EntryWhileHalted},
      Pair<EntryRefusal>{EntryRefusal::NotReconciled, Mark::EntryWhileNotReconciled},
      Pair<EntryRefusal>{EntryRefusal::StalePrice, Mark::MarkTooOld},
      Pair<EntryRefusal>{EntryRefusal::PendingEntry, Mark::EntryWhileOneIsPending},
      Pair<EntryRefusal>{EntryRefusal::OppositePosition, Mark::EntryAgainstThePosition},
      Pair<EntryRefusal>{EntryRefusal::PositionExposure, Mark::ExposureReached},
      Pair<EntryRefusal>{EntryRefusal::TotalExposure, Mark::ExposureReached},
      Pair<EntryRefusal>{EntryRefusal::TrancheCap, Mark::RefusedAtTheCap},
      Pair<EntryRefusal>{EntryRefusal::ProtectionCap, Mark::NoStopLeftForTheEntry}};
  if (refused.order != OrderId::None) return;  // The venue's word.
  if (const auto mark = find_mark(kMarkOf, refused.reason)) reach(*mark);
}

void MarkWatch::see_alert(const Step& step, const Alert& alert) {
  static constexpr std::array kMarkOf{
      Pair<AlertReason>{AlertReason::ProtectionFailed, Mark::StopRefusedThreeTimes},
      Pair<AlertReason>{AlertReason::TargetFailed, Mark::TargetRefusedThreeTimes},
      Pair<AlertReason>{AlertReason::CloseFailed, Mark::CloseGivenUp},
      Pair<AlertReason>{AlertReason::ExcessExit, Mark::ExcessLeft},
      Pair<AlertReason>{AlertReason::ProtectionRefused, Mark::ProtectionRefused},
      Pair<AlertReason>{AlertReason::Dust, Mark::DustStays},
      Pair<AlertReason>{AlertReason::TargetFromMark, Mark::AdoptedTargetFromTheMark}};
  if (const auto mark = find_mark(kMarkOf, alert.reason)) reach(*mark);
  if (alert.reason == AlertReason::ProtectionFailed) {
    tranches_[alert.tranche_id].stop_failed = true;
  }
  if (alert.reason == AlertReason::ForeignPosition) {
    const auto policy = step.state.settings.choice<ForeignPolicy>(Setting::ForeignPosition);
    reach(policy == ForeignPolicy::Halt ? Mark::ForeignPositionHaltsEntries
                                        : Mark::ForeignPositionLeftAlone);
  }
}

// ---- Memory.

void MarkWatch::remember(const Step& step) {
  std::visit(
      [&](const auto& body) {
        if constexpr (requires { body.order; }) remember(step.state, body.order);
      },
      step.event.body);
  for (const Command& command : step.output.commands) {
    std::visit(
        [&](const auto& asked) {
          if constexpr (requires { asked.order; }) remember(step.state, asked.order);
        },
        command);
  }
  if (!std::holds_alternative<SnapshotEnded>(step.event.body)) return;
  for (const auto& [id, order] : orders_) {
    if (order.status < OrderStatus::Filled) remember(step.state, id);
  }
}

void MarkWatch::remember(const State& state, OrderId id) {
  const auto found = state.orders.find(id);
  if (found == state.orders.end()) return;
  const Order& order = found->second;
  orders_[id] = {.status = order.status,
                 .awaiting_amend = order.awaiting_amend,
                 .awaiting_cancel = order.awaiting_cancel,
                 .awaiting_query = order.awaiting_query,
                 .amend_quantity = order.amend_quantity,
                 .amend_price = order.amend_price,
                 .trades = order.trades.size(),
                 .tranche = order.tranche_id};
}

}  // namespace tranchet

#include "engine/exits.h"

#include <algorithm>

#include "engine/protection.h"
#include "engine/refill.h"
#include "engine/targets.h"

namespace tranchet {
namespace {

constexpr Duration kExitRest = Duration::minutes(5);

std::uint64_t subject_of(const Tranche& tranche) {
  return static_cast<std::uint64_t>(tranche.id);
}

// What the closing path still has to sell: all that is open, or the guard's part.
Quantity quantity_to_close(const Tranche& tranche) {
  const Closing& closing = *tranche.closing;
  return closing.part && *closing.part < tranche.quantity ? *closing.part : tranche.quantity;
}

void send_market_order(Turn& turn, const Position& position, Tranche& tranche, Quantity quantity) {
  Closing& closing = *tranche.closing;
  const InstrumentState& instrument = turn.state.instrument(position.key.instrument);
  const InstrumentListed& rules = instrument.rules;
  const Price price = instrument.mark.value_or(rounded_average(tranche.cost, tranche.quantity));
  for_each_slice(quantity, rules.market_max_quantity, rules, price, [&](Quantity slice) {
    Order& order = turn.submit({.key = position.key,
                                .tranche_id = tranche.id,
                                .tranche = tranche.ordinal,
                                .purpose = Purpose::Close,
                                .type = OrderType::Market,
                                .side = exit_side(position.key.side),
                                .quantity = slice,
                                .attempt = closing.attempts});
    order.reason = static_cast<std::uint8_t>(closing.reason);
    tranche.closes.push_back(order.id);
  });
  ++closing.attempts;
}

// Live again: its take-profit comes back with the next difference.
void stop_closing(Turn& turn, const Position& position, Tranche& tranche) {
  tranche.closing.reset();
  turn.cancel_timer(position.key, {TimerKind::ExitRetry, subject_of(tranche)});
  turn.publish(position.key);
}

void remember_trigger(Closing& closing, const Order& stop) {
  closing.stop_triggered = true;
  closing.trigger_generation = stop.generation;
  closing.trigger_born_for = stop.born_for;
  closing.part = {};
}

bool mark_is_back_inside(const State& state, const Position& position, const Tranche& tranche) {
  const InstrumentState& instrument = state.instrument(position.key.instrument);
  return tranche.target.price && instrument.mark &&
         !reaches_target(position.key.side, *instrument.mark, *tranche.target.price);
}

}  // namespace

bool is_triggered_generation(const Closing& closing, const Order& stop) {
  return closing.stop_triggered && stop.generation == closing.trigger_generation &&
         stop.born_for == closing.trigger_born_for;
}

void start_closing(Turn& turn, const Position& position, Tranche& tranche, ExitReason reason,
                   Maybe<Quantity> part) {
  turn.touch(position.key);
  if (tranche.ended || !tranche.quantity.is_positive()) return;
  if (tranche.closing) {
    Closing& closing = *tranche.closing;
    closing.stalled = false;
    if (part) return;
    // One exit is enough. But all of it outranks the guard's part, and an instant close that is
    // called off because the mark came back goes on for this reason instead.
    if (closing.part) {
      closing.part = {};
      closing.reason = reason;
    } else if (closing.reason == ExitReason::InstantTakeProfit) {
      closing.otherwise = static_cast<std::uint8_t>(reason);
    }
    return;
  }
  Closing& closing = tranche.closing.emplace();
  closing.reason = reason;
  closing.part = part;
  tranche.dust = false;
  for (const OrderId id : tranche.stops) {
    const Order& stop = turn.state.order(id);
    if (stop.status == OrderStatus::Triggered) remember_trigger(closing, stop);
  }
  turn.publish(position.key);
}

namespace {

// An attempt is over with something left: the next one later, or, after the last, the alert.
void handle_failure(Turn& turn, const Position& position, Tranche& tranche) {
  Closing& closing = *tranche.closing;
  closing.failed = false;
  if (closing.no_position) {
    closing.no_position = false;
    turn.request_snapshot();
    closing.stalled = true;
    return;
  }
  const Settings& settings = turn.state.settings;
  const InstrumentId instrument = position.key.instrument;
  if (closing.attempts >= settings.get(Setting::ExitAttempts, instrument)) {
    turn.alert(AlertReason::CloseFailed, position.key, &tranche);
    tranche.rest_until = turn.state.now + kExitRest;
    stop_closing(turn, position, tranche);
    return;
  }
  closing.waiting = true;
  const Duration backoff = settings.duration(Setting::ExitBackoff, instrument);
  turn.set_timer(position.key, {TimerKind::ExitRetry, subject_of(tranche)},
                 turn.state.now + backoff * (std::int64_t{1} << (closing.attempts - 1)));
}

}  // namespace

void progress_closing(Turn& turn, const Position& position, Tranche& tranche) {
  if (tranche.ended) return;
  Closing& closing = *tranche.closing;
  if (!tranche.closes.empty() || closing.waiting || closing.stalled) return;
  // Once a stop has triggered, what it does not sell is sold when no stop is left that might.
  if (closing.stop_triggered && !tranche.stops.empty()) return;
  if (closing.part && !(*closing.part).is_positive()) {
    stop_closing(turn, position, tranche);
    return;
  }
  if (closing.failed) {
    handle_failure(turn, position, tranche);
    return;
  }
  if (!tranche.targets.empty()) return;  // Its cancel must be confirmed first.
  if (closing.reason == ExitReason::InstantTakeProfit && closing.attempts == 0 &&
      !closing.stop_triggered && mark_is_back_inside(turn.state, position, tranche)) {
    if (closing.otherwise == 0) {
      stop_closing(turn, position, tranche);
      return;
    }
    closing.reason = static_cast<ExitReason>(closing.otherwise);
  }
  const Quantity quantity = quantity_to_close(tranche);
  if (quantity.is_positive()) send_market_order(turn, position, tranche, quantity);
}

void note_triggered(Turn& turn, Order& order) {
  if (!order.is_finished()) order.status = OrderStatus::Triggered;
  Position& position = turn.state.position(order.key);
  Tranche* tranche = find_tranche(position, order.tranche_id);
  if (tranche == nullptr || tranche->ended) return;
  if (!tranche->closing) {
    tranche->closing.emplace().reason = ExitReason::StopLoss;
    turn.publish(order.key, tranche->id);
  }
  remember_trigger(*tranche->closing, order);
  tranche->closing->stalled = false;
  tranche->dust = false;
  turn.touch(order.key, tranche->id);
}

void note_close_failed(Turn& turn, const Position& position, Tranche& tranche,
                       std::optional<RejectReason> reason) {
  turn.touch(position.key);
  if (!tranche.closing || tranche.ended) return;
  tranche.closing->failed = true;
  if (reason == RejectReason::NoPosition) tranche.closing->no_position = true;
}

void retry_exit(Turn&, Tranche& tranche) {
  if (tranche.closing) tranche.closing->waiting = false;
}

namespace {

// A price may start an exit of it. While the guard closes a part, the backstop still asks for all.
bool watches_prices(const Tranche& tranche) {
  const bool closes_all = tranche.closing && !tranche.closing->part;
  return !tranche.ended && !tranche.dust && !closes_all && tranche.quantity.is_positive();
}

// The backstop lies beyond the stop: a price short of the stop starts neither it nor the guard.
bool is_short_of(Price stop, PositionSide side, Price price) {
  return !reaches_stop(side, price, stop);
}

// Of the last trade and the mark the one that is nearer to the stops of this side, or past them.
Maybe<Price> worst_price(const InstrumentState& instrument, PositionSide side) {
  if (!instrument.trade || !instrument.mark) {
    return instrument.trade ? instrument.trade : instrument.mark;
  }
  return side == PositionSide::Long ? std::min(*instrument.trade, *instrument.mark)
                                    : std::max(*instrument.trade, *instrument.mark);
}

}  // namespace

void test_stop_price(Turn& turn, const Position& position, Tranche& tranche) {
  const State& state = turn.state;
  const InstrumentId id = position.key.instrument;
  const PositionSide side = position.key.side;
  if (!watches_prices(tranche) || !tranche.stop.price) return;
  const auto price =
      working_price(state, id, state.settings.choice<WorkingType>(Setting::StopWorkingType, id));
  if (!price || is_short_of(*tranche.stop.price, side, *price)) return;
  const bool rests = tranche.rest_until && state.now < *tranche.rest_until;
  if (!rests && state.settings.flag(Setting::BackstopEnabled, id) &&
      reaches_backstop(side, *price, *tranche.stop.price,
                       state.settings.percent(Setting::Backstop, id))) {
    start_closing(turn, position, tranche, ExitReason::StopLoss, {});
    return;
  }
  const Quantity naked = naked_quantity(state, tranche);
  if (tranche.closing || !naked.is_positive()) return;
  if (!reaches_stop(side, *price, *tranche.stop.price)) return;
  const bool all = naked == tranche.quantity;
  start_closing(turn, position, tranche, ExitReason::StopLoss,
                all ? Maybe<Quantity>() : Maybe<Quantity>(naked));
}

void test_tranches(Turn& turn, Position& position, bool is_mark) {
  const State& state = turn.state;
  const InstrumentId id = position.key.instrument;
  const InstrumentState& instrument = state.instrument(id);
  if (instrument.session_closed) return;
  const bool closes_instantly =
      is_mark && instrument.mark && state.settings.flag(Setting::InstantTakeProfitEnabled, id);
  const Maybe<Price> worst = worst_price(instrument, position.key.side);
  for (Tranche& tranche : position.tranches) {
    const auto rests = [&] { return tranche.rest_until && state.now < *tranche.rest_until; };
    const bool passed_target =
        closes_instantly && tranche.target.price &&
        reaches_target(position.key.side, *instrument.mark, *tranche.target.price) &&
        watches_prices(tranche) && !tranche.closing && !rests();
    if (passed_target) {
      start_closing(turn, position, tranche, ExitReason::InstantTakeProfit, {});
    } else if (worst && tranche.stop.price &&
               !is_short_of(*tranche.stop.price, position.key.side, *worst)) {
      test_stop_price(turn, position, tranche);
    }
  }
}

namespace {

bool in_scope(const CloseRequested& request, PositionKey key) {
  return (request.instrument == InstrumentId::None || request.instrument == key.instrument) &&
         (request.position_side == 0 ||
          request.position_side == static_cast<std::uint8_t>(key.side));
}

void close_position(Turn& turn, Position& position, const CloseRequested& request) {
  const auto wanted = [&request](std::uint32_t ordinal) {
    return request.tranche == kAllTranches || request.tranche == ordinal;
  };
  for (const OrderId id : position.entries) {
    Order& entry = turn.state.order(id);
    if (!wanted(entry.tranche)) continue;
    entry.cancel_wanted = true;
    entry.reason = static_cast<std::uint8_t>(request.reason);
  }
  for (Tranche& tranche : position.tranches) {
    if (wanted(tranche.ordinal)) start_closing(turn, position, tranche, request.reason, {});
  }
  turn.touch(position.key);
}

}  // namespace

void request_close(Turn& turn, const CloseRequested& request) {
  for (InstrumentState& instrument : turn.state.instruments) {
    for (Position& position : instrument.positions) {
      if (in_scope(request, position.key)) close_position(turn, position, request);
    }
  }
}

QuietBand quiet_band(const State& state, const InstrumentState& instrument) {
  QuietBand band{.low = Price(), .high = Price::max()};
  const bool instant = state.settings.flag(Setting::InstantTakeProfitEnabled,
                                           instrument.positions[0].key.instrument);
  for (const Position& position : instrument.positions) {
    if (wants_refill(state, position)) return {.low = Price::max(), .high = Price()};
    const bool is_long = position.key.side == PositionSide::Long;
    for (const Tranche& tranche : position.tranches) {
      if (!watches_prices(tranche)) continue;
      // The stop's own price stands for guard and backstop: the backstop lies beyond it. A tranche
      // at rest counts too: testing it too often does nothing.
      const Maybe<Price> target = instant ? tranche.target.price : Maybe<Price>();
      const Maybe<Price> above = is_long ? target : tranche.stop.price;
      const Maybe<Price> below = is_long ? tranche.stop.price : target;
      if (above) band.high = std::min(band.high, *above);
      if (below) band.low = std::max(band.low, *below);
    }
  }
  return band;
}

}  // namespace tranchet

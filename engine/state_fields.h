// The fields of the state, each named once, in the order the digest has them in. What goes over
// them is a visitor: the digest, the encoder and the decoder of the image, and whoever tells people
// where two states differ.
//
//   visit.named("a b ...", a, b, ...)      plain fields: numbers, enums, times, ids, lists of these
//   visit.part("name", fields)             a struct
//   visit.list("name", vector, fields)     a list of structs
//   visit.optional("name", value, fields)  a struct that may be missing
//   visit.two_lists(a, b, fields)          two lists of structs, both lengths first
//   visit.beside_digest(a)                 in the image only
//   visit.newer(part, is_there, fields)    the last of all, and not there while it says nothing:
//                                          younger than digests and images in logs that must hold
//   visit.settings(s), orders(o, fields), window(w)
#pragma once

#include <string>

#include "engine/state.h"

namespace tranchet {

// What states have come to hold later; a bit each, for an image says which of them it has.
enum class NewerPart : std::uint8_t { Adoptions = 1, Exchange = 2, Distances = 4, Schema = 8 };
inline constexpr std::uint64_t kNewerParts = 15;

// States of the first schema do not say so, nor do those that no RunStarted has reached yet.
inline bool has_schema(const State& state) {
  return state.schema >= kCommandsApart;
}
// Whether there is anything to say of candles or sessions.
inline bool has_exchange(const State& state) {
  for (const InstrumentState& instrument : state.instruments) {
    if (instrument.candles.seconds != 0 || instrument.session_closed) return true;
  }
  return false;
}
// Whether a tranche has targets by ATR.
inline bool has_distances(const State& state) {
  for (const InstrumentState& instrument : state.instruments) {
    for (const Position& position : instrument.positions) {
      for (const Tranche& tranche : position.tranches) {
        if (tranche.take_profit_distance || tranche.stop_loss_distance) return true;
      }
    }
  }
  return false;
}

template <class Visit, class Order>
void visit_order(Visit& visit, Order& o) {
  visit.named(
      "id key tranche_id born_for tranche purpose type side working_type trade_type status "
      "quantity filled filled_value credited limit_price stop_price reference_price "
      "amend_quantity amend_price awaiting_amend awaiting_cancel awaiting_query amend_refused "
      "cancel_wanted cancel_refused corrective reason generation signal_id trades",
      o.id, o.key, o.tranche_id, o.born_for, o.tranche, o.purpose, o.type, o.side, o.working_type,
      o.trade_type, o.status, o.quantity, o.filled, o.filled_value, o.credited, o.limit_price,
      o.stop_price, o.reference_price, o.amend_quantity, o.amend_price, o.awaiting_amend,
      o.awaiting_cancel, o.awaiting_query, o.amend_refused, o.cancel_wanted, o.cancel_refused,
      o.corrective, o.reason, o.generation, o.signal_id, o.trades);
}

template <class Visit, class Leg>
void visit_leg(Visit& visit, Leg& leg) {
  visit.named(
      "choice hand_price price refusals change_refusals lost waiting blocked cancel_first alerted",
      leg.choice, leg.hand_price, leg.price, leg.refusals, leg.change_refusals, leg.lost,
      leg.waiting, leg.blocked, leg.cancel_first, leg.alerted);
}

template <class Visit, class Tranche>
void visit_tranche(Visit& visit, Tranche& t) {
  visit.named(
      "id ordinal quantity cost take_profit stop_loss take_profit_enabled stop_loss_enabled", t.id,
      t.ordinal, t.quantity, t.cost, t.take_profit, t.stop_loss, t.take_profit_enabled,
      t.stop_loss_enabled);
  visit.part("target", [&] { visit_leg(visit, t.target); });
  visit.part("stop", [&] { visit_leg(visit, t.stop); });
  visit.optional("closing", t.closing, [&visit](auto& c) {
    visit.named(
        "reason part otherwise attempts waiting failed no_position stalled stop_triggered "
        "trigger_generation trigger_born_for stop_refused",
        c.reason, c.part, c.otherwise, c.attempts, c.waiting, c.failed, c.no_position, c.stalled,
        c.stop_triggered, c.trigger_generation, c.trigger_born_for, c.stop_refused);
  });
  visit.named(
      "opened ended dust dust_alerted rest_until generation exited exited_cost exit_value "
      "realized_pnl fees entries stops targets closes",
      t.opened, t.ended, t.dust, t.dust_alerted, t.rest_until, t.generation, t.exited,
      t.exited_cost, t.exit_value, t.realized_pnl, t.fees, t.entries, t.stops, t.targets, t.closes);
}

// Not the quiet band: it follows from the rest.
template <class Visit, class InstrumentState>
void visit_instrument(Visit& visit, InstrumentState& i) {
  auto& r = i.rules;
  visit.named(
      "listed tick_size step_size min_quantity max_quantity market_max_quantity min_notional "
      "instrument max_conditional_orders mark mark_time trade trade_time",
      i.listed, r.tick_size, r.step_size, r.min_quantity, r.max_quantity, r.market_max_quantity,
      r.min_notional, r.instrument, r.max_conditional_orders, i.mark, i.mark_time, i.trade,
      i.trade_time);
  visit.beside_digest(r.symbol);
  for (auto& p : i.positions) {
    visit.part(p.key.side == PositionSide::Short ? "Short" : "Long", [&] {
      visit.optional("difference", p.difference, [&visit](auto& d) {
        visit.named("quantity answers asked", d.quantity, d.answers, d.asked);
      });
      visit.named(
          "key entries corrections excess excess_value ignored answers trade_type entries_halted",
          p.key, p.entries, p.corrections, p.excess, p.excess_value, p.ignored, p.answers,
          p.trade_type, p.entries_halted);
      visit.list("tranches", p.tranches,
                 [&visit](auto& tranche) { visit_tranche(visit, tranche); });
    });
  }
  visit.window(i.dip);
  visit.named("cooldown_until_long cooldown_until_short foreign_trades", i.cooldown_until[0],
              i.cooldown_until[1], i.foreign_trades);
}

template <class Visit, class HunterMemory>
void visit_hunter(Visit& visit, HunterMemory& hunter) {
  visit.part("hunter", [&] {
    visit.named("liquidated_long liquidated_short", hunter.liquidated[0], hunter.liquidated[1]);
    visit.list("traded", hunter.traded, [&visit](auto& minute) {
      visit.named("start value quantity", minute.start, minute.value, minute.quantity);
    });
  });
}

template <class Visit, class InstrumentState>
void visit_exchange(Visit& visit, InstrumentState& instrument) {
  const auto number = static_cast<std::uint64_t>(instrument.positions[0].key.instrument);
  visit.part("exchange[" + std::to_string(number) + "]", [&] {
    auto& candles = instrument.candles;
    visit.named("session_closed seconds period count opened close range", instrument.session_closed,
                candles.seconds, candles.period, candles.count, candles.opened, candles.close,
                candles.range);
  });
}

template <class Visit, class InstrumentState>
void visit_distances(Visit& visit, InstrumentState& instrument) {
  for (auto& position : instrument.positions) {
    for (auto& tranche : position.tranches) {
      const auto number = static_cast<std::uint64_t>(tranche.id);
      visit.part("distances[" + std::to_string(number) + "]", [&] {
        visit.named("take_profit_distance stop_loss_distance", tranche.take_profit_distance,
                    tranche.stop_loss_distance);
      });
    }
  }
}

template <class Visit, class Snapshot>
void visit_snapshot(Visit& visit, Snapshot& snapshot) {
  visit.named("started", snapshot.started);
  visit.two_lists(snapshot.positions, snapshot.orders, [&visit](auto& row) {
    if constexpr (requires { row.average_price; }) {
      visit.named("instrument position_side quantity average_price", row.instrument,
                  row.position_side, row.quantity, row.average_price);
    } else {
      visit.named(
          "order instrument position_side order_type side quantity filled_quantity limit_price "
          "stop_price",
          row.order, row.instrument, row.position_side, row.order_type, row.side, row.quantity,
          row.filled_quantity, row.limit_price, row.stop_price);
    }
  });
}

template <class Visit, class State>
void visit_state(Visit& visit, State& state) {
  visit.settings(state.settings);
  visit.named("account last now", state.account, state.last, state.now);
  visit.list("instruments", state.instruments, [&visit](auto& i) { visit_instrument(visit, i); });
  visit.orders(state.orders, [&visit](auto& order) { visit_order(visit, order); });
  visit.named("finished timers", state.finished, state.timers);
  visit.optional("snapshot", state.snapshot,
                 [&visit](auto& snapshot) { visit_snapshot(visit, snapshot); });
  visit.named("last_tranche entries_halted reconciled command_digest", state.last_tranche,
              state.entries_halted, state.reconciled, state.command_digest);
  // Came later: nothing of it is said under the strategies that were there before.
  if (state.settings.template choice<StrategyName>(Setting::Strategy) ==
      StrategyName::LiquidationHunter) {
    for (auto& instrument : state.instruments) visit_hunter(visit, instrument.hunter);
  }
  visit.newer(NewerPart::Adoptions, !state.adoptions.empty(), [&] {
    visit.list("adoptions", state.adoptions, [&visit](auto& a) {
      visit.named("instrument side tranche quantity average_price", a.instrument, a.position_side,
                  a.tranche, a.quantity, a.average_price);
      visit.beside_digest(a.author);
    });
  });
  visit.newer(NewerPart::Exchange, has_exchange(state), [&] {
    for (auto& instrument : state.instruments) visit_exchange(visit, instrument);
  });
  visit.newer(NewerPart::Distances, has_distances(state), [&] {
    for (auto& instrument : state.instruments) visit_distances(visit, instrument);
  });
  visit.newer(NewerPart::Schema, has_schema(state), [&] { visit.named("schema", state.schema); });
}

}  // namespace tranchet

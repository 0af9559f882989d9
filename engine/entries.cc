#include "engine/entries.h"

#include <algorithm>

#include "engine/placement.h"
#include "engine/protection.h"
#include "engine/refill.h"
#include "engine/session.h"
#include "engine/targets.h"

namespace tranchet {
namespace {

// A signal made concrete: what the checks need, worked out as they go.
struct Entry {
  PositionKey key;
  Quantity quantity;
  Maybe<Price> limit_price;
  Price price;  // Limit, or mark.
  Placement placement;
};

Value in_flight(const State& state, const Position& position) {
  Value sum = 0;
  for (const OrderId id : position.entries) {
    const Order& order = state.order(id);
    sum += value_of(order.reference_price, order.remaining());
  }
  return sum;
}

Value exposure(const State& state, const Position& position) {
  return open_cost(position) + in_flight(state, position);
}

bool is_invalid(const EntrySignal& signal) {
  const bool is_limit = signal.order_type == OrderType::Limit;
  if (is_conditional(signal.order_type)) return true;
  if (is_limit != signal.limit_price.has_value()) return true;
  const Price half = Price::from_raw(Price::max().raw() / 2);  // Room for the tick above.
  if (is_limit && (!(*signal.limit_price).is_positive() || *signal.limit_price > half)) return true;
  if (signal.quantity && signal.value) return true;
  const Quantity most = Quantity::from_raw(Quantity::max().raw() / 2);
  if (signal.quantity && (!(*signal.quantity).is_positive() || *signal.quantity > most))
    return true;
  if (signal.value && !(*signal.value).is_positive()) return true;
  const auto opened = static_cast<std::uint8_t>(position_side_of_entry(signal.side));
  return signal.position_side != 0 && signal.position_side != opened;
}

// A limit off the tick is moved to the passive side of it.
Price passive_tick(Price price, Side side, Price tick) {
  return side == Side::Buy ? floor_to(price, tick) : ceil_to(price, tick);
}

// Nullopt: more than can be counted, or more slices than one entry may have.
std::optional<Quantity> wanted_quantity(const State& state, const EntrySignal& signal,
                                        Price price) {
  const Quantity step = state.instrument(signal.instrument).rules.step_size;
  if (signal.quantity) return floor_to(*signal.quantity, step);
  const Money value =
      signal.value.value_or(state.settings.amount(Setting::TradeValue, signal.instrument));
  const Int128 raw = divide_floor(static_cast<Int128>(value.raw()) * kDecimalOne, price.raw());
  if (raw > Quantity::max().raw() / 2) return std::nullopt;
  return floor_to(Quantity::from_wide(raw), step);
}

Quantity most_at_once(const InstrumentListed& rules, bool is_limit) {
  return is_limit ? rules.max_quantity : rules.market_max_quantity;
}

bool needs_too_many_slices(Quantity quantity, Quantity most, const InstrumentListed& rules) {
  if (fits_one_order(quantity, most, rules)) return false;
  const Quantity largest = floor_to(most, rules.step_size);
  return largest.is_positive() &&
         quantity.raw() / largest.raw() >= static_cast<std::int64_t>(kSlicesMax);
}

bool is_below_minimum(const InstrumentListed& rules, Quantity quantity, Price price) {
  return !quantity.is_positive() || quantity < rules.min_quantity ||
         value_of(price, quantity) < static_cast<Value>(rules.min_notional.raw()) * kDecimalOne;
}

bool is_one_way(const State& state) {
  return state.settings.choice<PositionMode>(Setting::PositionModeChoice) == PositionMode::OneWay;
}

bool has_pending_entry(const State& state, PositionKey key, bool one_way) {
  const InstrumentState& instrument = state.instrument(key.instrument);
  if (!one_way) return !instrument.position(key.side).entries.empty();
  return std::any_of(instrument.positions.begin(), instrument.positions.end(),
                     [](const Position& position) { return !position.entries.empty(); });
}

// What is ignored is held all the same.
bool holds_opposite(const State& state, PositionKey key) {
  const PositionSide side =
      key.side == PositionSide::Long ? PositionSide::Short : PositionSide::Long;
  const Position& other = state.instrument(key.instrument).position(side);
  return open_quantity(other).is_positive() || other.ignored.is_positive();
}

Value total_exposure(const State& state) {
  Value sum = 0;
  for (const InstrumentState& instrument : state.instruments) {
    for (const Position& position : instrument.positions) sum += exposure(state, position);
  }
  return sum;
}

Value limit_of(Money limit) {
  return static_cast<Value>(limit.raw()) * kDecimalOne;
}

bool wants_stop(const Tranche& tranche) {
  return tranche.stop.choice == TargetChoice::AtPrice ||
         (tranche.stop.choice == TargetChoice::Default && tranche.stop_loss_enabled);
}

// What a tranche will hold when everything in flight has filled.
Quantity expected_quantity(const State& state, const Tranche& tranche) {
  Quantity quantity = tranche.quantity;
  for (const OrderId id : tranche.entries) quantity += state.order(id).remaining();
  return quantity;
}

// Stops that all books of the instrument want, with this entry filled, against the venue's cap.
bool lacks_protection(const State& state, const EntrySignal& signal, const Entry& entry) {
  const InstrumentState& instrument = state.instrument(entry.key.instrument);
  const std::uint32_t cap = instrument.rules.max_conditional_orders;
  if (cap == 0) return false;
  const Placement& placement = entry.placement;
  std::uint32_t wanted = 0;
  for (const Position& position : instrument.positions) {
    const bool is_its_book = position.key == entry.key;
    for (const Tranche& tranche : position.tranches) {
      const bool merges = placement.kind == Placement::Kind::MergeAndOpen && is_its_book;
      if (tranche.ended || !wants_stop(tranche) || (merges && placement.from == tranche.id)) {
        continue;
      }
      Quantity quantity = expected_quantity(state, tranche);
      if (merges && placement.tranche == tranche.id) {
        quantity += expected_quantity(state, *find_tranche(position, placement.from));
      }
      if (is_its_book && placement.kind == Placement::Kind::Join &&
          placement.tranche == tranche.id) {
        quantity += entry.quantity;
      }
      if (quantity.is_positive()) wanted += stops_needed(instrument, quantity);
    }
  }
  const bool opens = placement.kind != Placement::Kind::Join;
  const bool stop_enabled = state.settings.flag(Setting::StopLossEnabled, entry.key.instrument) &&
                            signal.stop_loss != TargetChoice::None;
  if (opens && (stop_enabled || signal.stop_loss == TargetChoice::AtPrice)) {
    wanted += stops_needed(instrument, entry.quantity);
  }
  return wanted > cap;
}

// It would open a tranche with a target by ATR, and the candles for that are not there.
bool lacks_candles(const State& state, const EntrySignal& signal, const Entry& entry) {
  const Settings& settings = state.settings;
  const InstrumentId id = entry.key.instrument;
  const bool opens = entry.placement.kind != Placement::Kind::Join;
  if (!opens || settings.choice<TargetsChoice>(Setting::Targets, id) != TargetsChoice::Atr) {
    return false;
  }
  const auto is_by_rule = [](TargetChoice choice) {
    return choice == TargetChoice::Keep || choice == TargetChoice::Default;
  };
  const bool needs_range =
      (settings.flag(Setting::TakeProfitEnabled, id) && is_by_rule(signal.take_profit)) ||
      (settings.flag(Setting::StopLossEnabled, id) && is_by_rule(signal.stop_loss));
  return needs_range && !average_true_range(state, id);
}

// The checks, cheap before dear; the first that fails is the answer. Fills in `entry` on the way.
std::optional<EntryRefusal> check(const State& state, const EntrySignal& signal, Entry& entry) {
  const Settings& settings = state.settings;
  const InstrumentId id = signal.instrument;
  if (is_invalid(signal)) return EntryRefusal::InvalidEntry;
  const bool known = state.knows(id) && state.instrument(id).listed;
  if (state.entries_halted || (known && state.position(entry.key).entries_halted)) {
    return EntryRefusal::Halted;
  }
  if (!state.reconciled) return EntryRefusal::NotReconciled;
  if (!known) return EntryRefusal::UnknownInstrument;
  if (!settings.flag(Setting::EntriesAllowed, id)) return EntryRefusal::NotTrading;
  const InstrumentState& instrument = state.instrument(id);
  if (instrument.session_closed) return EntryRefusal::NotTrading;
  if (is_after_last_entry(state, id)) return EntryRefusal::AfterLastEntry;
  if (!instrument.mark ||
      state.now - instrument.mark_time > settings.duration(Setting::StaleAfter, id)) {
    return EntryRefusal::StalePrice;
  }
  // Cooldown: strategies keep to it themselves and never signal within it.
  const bool one_way = is_one_way(state);
  if (has_pending_entry(state, entry.key, one_way)) return EntryRefusal::PendingEntry;
  if (one_way && holds_opposite(state, entry.key)) return EntryRefusal::OppositePosition;

  entry.limit_price = signal.limit_price;
  if (entry.limit_price) {
    entry.limit_price = passive_tick(*signal.limit_price, signal.side, instrument.rules.tick_size);
    if (!(*entry.limit_price).is_positive()) return EntryRefusal::InvalidEntry;
  }
  entry.price = entry.limit_price.value_or(*instrument.mark);
  const auto quantity = wanted_quantity(state, signal, entry.price);
  const Quantity most = most_at_once(instrument.rules, entry.limit_price.has_value());
  if (!quantity || needs_too_many_slices(*quantity, most, instrument.rules)) {
    return EntryRefusal::InvalidEntry;
  }
  entry.quantity = *quantity;
  if (is_below_minimum(instrument.rules, entry.quantity, entry.price)) {
    return EntryRefusal::BelowMinimum;
  }
  const Position& position = state.position(entry.key);
  const Value value = value_of(entry.price, entry.quantity);
  if (exposure(state, position) + value >
      limit_of(settings.amount(Setting::MaxPositionValue, id))) {
    return EntryRefusal::PositionExposure;
  }
  if (total_exposure(state) + value > limit_of(settings.amount(Setting::MaxTotalValue))) {
    return EntryRefusal::TotalExposure;
  }
  entry.placement = place_entry(state, position, entry.price);
  if (entry.placement.kind == Placement::Kind::Refuse) return EntryRefusal::TrancheCap;
  if (lacks_protection(state, signal, entry)) return EntryRefusal::ProtectionCap;
  if (lacks_candles(state, signal, entry)) return EntryRefusal::MissingCandles;
  return std::nullopt;
}

Tranche& take_place(Turn& turn, Position& position, const EntrySignal& signal, const Entry& entry) {
  const Placement& placement = entry.placement;
  if (placement.kind == Placement::Kind::Join) return *find_tranche(position, placement.tranche);
  if (placement.kind == Placement::Kind::MergeAndOpen) {
    absorb(turn, position, placement.from, placement.tranche);
  }
  Tranche& tranche = open_tranche(turn, position, placement.ordinal);
  set_target_by_hand(turn, position, tranche, false, {signal.take_profit, signal.take_profit_price},
                     entry.price);
  set_target_by_hand(turn, position, tranche, true, {signal.stop_loss, signal.stop_loss_price},
                     entry.price);
  return tranche;
}

void refuse(Turn& turn, const EntryRefused& refusal) {
  turn.refuse_entry(refusal);
  note_refused_refill(turn.state, {refusal.instrument, refusal.position_side});
}

}  // namespace

bool side_is_free(const State& state, PositionKey key) {
  const bool one_way = is_one_way(state);
  return !has_pending_entry(state, key, one_way) && !(one_way && holds_opposite(state, key));
}

void consider_entry(Turn& turn, const EntrySignal& signal) {
  State& state = turn.state;
  Entry entry{.key = {signal.instrument, position_side_of_entry(signal.side)}};
  if (const auto refusal = check(state, signal, entry)) {
    refuse(turn, {.signal_id = signal.signal_id,
                  .instrument = signal.instrument,
                  .position_side = entry.key.side,
                  .reason = *refusal});
    return;
  }
  const InstrumentListed& rules = state.instrument(signal.instrument).rules;
  Position& position = state.position(entry.key);
  Tranche& tranche = take_place(turn, position, signal, entry);
  const bool is_limit = entry.limit_price.has_value();
  const Quantity most = most_at_once(rules, is_limit);
  for_each_slice(entry.quantity, most, rules, entry.price, [&](Quantity slice) {
    Order& order = turn.submit({.key = entry.key,
                                .tranche_id = tranche.id,
                                .tranche = tranche.ordinal,
                                .purpose = Purpose::Entry,
                                .type = signal.order_type,
                                .side = signal.side,
                                .quantity = slice,
                                .limit_price = entry.limit_price});
    order.reference_price = entry.price;
    order.trade_type = signal.trade_type;
    order.signal_id = signal.signal_id;
    tranche.entries.push_back(order.id);
    position.entries.push_back(order.id);
    if (is_limit) {
      turn.set_timer(entry.key, {TimerKind::EntryTimeout, static_cast<std::uint64_t>(order.id)},
                     state.now + state.settings.duration(Setting::EntryTimeout, signal.instrument));
    }
  });
}

void settle_entries(Turn& turn, Position& position) {
  for (const OrderId id : position.entries) {
    Order& order = turn.state.order(id);
    if (order.cancel_wanted && !order.is_unanswered()) turn.cancel(order);
  }
}

bool has_no_orders(const Tranche& tranche) {
  return tranche.entries.empty() && tranche.stops.empty() && tranche.targets.empty() &&
         tranche.closes.empty();
}

void note_entry_over(Turn& turn, const Order& order, std::optional<RejectReason> reason) {
  turn.touch(order.key);
  if (!reason) return;
  const auto refusal = parse_enum<EntryRefusal>(to_text(*reason));
  refuse(turn, {.signal_id = order.signal_id,
                .order = order.id,
                .instrument = order.key.instrument,
                .position_side = order.key.side,
                .reason = refusal.value_or(EntryRefusal::Other)});
}

void cancel_all_entries(Turn& turn) {
  for (InstrumentState& instrument : turn.state.instruments) {
    for (Position& position : instrument.positions) {
      for (const OrderId id : position.entries) turn.state.order(id).cancel_wanted = true;
      if (!position.entries.empty()) turn.touch(position.key);
    }
  }
}

}  // namespace tranchet

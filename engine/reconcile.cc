#include "engine/reconcile.h"

#include <algorithm>

#include "engine/answers.h"
#include "engine/books.h"
#include "engine/placement.h"
#include "engine/targets.h"

namespace tranchet {
namespace {

// What a quantity that nobody priced is booked at: the mark, else the last trade, else our average.
Price best_price(const State& state, const Position& position) {
  const InstrumentState& instrument = state.instrument(position.key.instrument);
  if (instrument.mark) return *instrument.mark;
  if (instrument.trade) return *instrument.trade;
  return rounded_average(open_cost(position), open_quantity(position));
}

bool has_live_orders(const Position& position) {
  return !position.entries.empty() || !position.corrections.empty() ||
         std::any_of(position.tranches.begin(), position.tranches.end(), [](const Tranche& t) {
           return !t.stops.empty() || !t.targets.empty() || !t.closes.empty();
         });
}

template <class Visit>
void for_each_live_order(State& state, Position& position, Visit visit) {
  std::vector<OrderId> ids(position.entries.begin(), position.entries.end());
  ids.insert(ids.end(), position.corrections.begin(), position.corrections.end());
  for (const Tranche& tranche : position.tranches) {
    for (const auto* list : {&tranche.stops, &tranche.targets, &tranche.closes}) {
      ids.insert(ids.end(), list->begin(), list->end());
    }
  }
  for (const OrderId id : ids) visit(state.order(id));
}

// An amend that was given up as lost can arrive after all, behind our question and a later amend,
// and nobody may tell us: the order rests for 103.4 then, and the books say 154.
bool rests_otherwise(const Order& order, const OrderReported& row) {
  return order.type == OrderType::Limit && !order.is_finished() && !order.is_unanswered() &&
         (order.quantity != row.quantity || order.limit_price != row.limit_price);
}

// An order of ours that rests at the venue: it stands, and what it filled is booked. One that our
// books are done with, or never knew, is an orphan. What the row says may be older than an answer
// that was faster: it is asked about, not believed.
void take_own_order(Turn& turn, const OrderReported& row) {
  State& state = turn.state;
  const auto found = state.orders.find(row.order);
  if (found == state.orders.end()) {
    if (!state.knows(row.instrument)) return;
    turn.cancel_orphan({.order = row.order,
                        .instrument = row.instrument,
                        .purpose = Purpose::Close,
                        .position_side = row.position_side});
    return;
  }
  Order& order = found->second;
  turn.touch(order.key);
  if (order.is_finished()) {
    count_catch_up(turn, order, row.filled_quantity, {});
    turn.cancel_orphan({.order = order.id,
                        .tranche = order.tranche,
                        .instrument = order.key.instrument,
                        .purpose = order.purpose,
                        .position_side = order.key.side});
    return;
  }
  if (order.status == OrderStatus::PendingNew) take_answer(turn, OrderAccepted{order.id});
  count_catch_up(turn, order, row.filled_quantity, {});
  if (state.schema >= kRestingTermsAsked && rests_otherwise(order, row)) turn.query(order);
}

void query_missing_orders(Turn& turn, Position& position, const Snapshot& snapshot) {
  for_each_live_order(turn.state, position, [&](Order& order) {
    const bool reported =
        std::any_of(snapshot.orders.begin(), snapshot.orders.end(),
                    [&order](const OrderReported& row) { return row.order == order.id; });
    // What was sent after the venue began to answer cannot be in the answer.
    const bool sent_since = parts_of(order.id).sequence > snapshot.started;
    if (reported || sent_since) return;
    turn.query(order);
    turn.touch(position.key);
  });
}

std::int64_t venue_quantity(const Snapshot& snapshot, PositionKey key, Price& average) {
  for (const PositionReported& row : snapshot.positions) {
    if (row.instrument != key.instrument || row.position_side != key.side) continue;
    average = row.average_price;
    return row.quantity.raw();
  }
  return 0;
}

// What the venue paid for the quantity it has beyond ours, from its average; else its average.
Price increment_price(const Position& position, Price average, Quantity venue, Quantity more) {
  if (!average.is_positive()) return Price();
  const Int128 value = value_of(average, venue) - open_cost(position);
  const Int128 price = divide_half_away(value, more.raw());
  return price > 0 && price <= Price::max().raw() ? Price::from_wide(price) : average;
}

// An adopted tranche whose target the mark has passed measures it from the mark: adoption never
// closes.
void keep_targets_ahead(Turn& turn, const Position& position, Tranche& tranche) {
  const InstrumentState& instrument = turn.state.instrument(position.key.instrument);
  if (!instrument.mark) return;
  const Price mark = *instrument.mark;
  const PositionSide side = position.key.side;
  const bool is_long = side == PositionSide::Long;
  const auto from_mark = [&](bool above, Ppm fraction, Maybe<Price> distance) {
    const Quantity one = Quantity::from_raw(kDecimalOne);
    const Price tick = instrument.rules.tick_size;
    return distance ? target_at_distance(value_of(mark, one), one, above, *distance, tick)
                    : target_price(value_of(mark, one), one, above, fraction, tick);
  };
  const auto move = [&](Leg& leg, bool above, Ppm fraction, Maybe<Price> distance) {
    const auto price = from_mark(above, fraction, distance);
    leg.choice = price ? TargetChoice::AtPrice : TargetChoice::None;
    leg.hand_price = price ? Maybe<Price>(*price) : Maybe<Price>();
    turn.alert(AlertReason::TargetFromMark, position.key, &tranche);
  };
  if (tranche.target.price && reaches_target(side, mark, *tranche.target.price)) {
    move(tranche.target, is_long, tranche.take_profit, tranche.take_profit_distance);
  }
  if (tranche.stop.price && reaches_stop(side, mark, *tranche.stop.price)) {
    move(tranche.stop, !is_long, tranche.stop_loss, tranche.stop_loss_distance);
  }
  update_targets(instrument, side, tranche);
}

bool is_about(const AdoptionRequested& request, PositionKey key) {
  return request.instrument == key.instrument && request.position_side == key.side;
}

void adopt_requested_part(Turn& turn, Position& position, const AdoptionRequested& request,
                          Quantity quantity) {
  Tranche* found = nullptr;
  for (Tranche& tranche : position.tranches) {
    if (tranche.takes_entries() && tranche.ordinal == request.tranche) found = &tranche;
  }
  Tranche& tranche = found != nullptr ? *found : open_tranche(turn, position, request.tranche);
  add_quantity(turn, position, tranche, {.quantity = quantity, .price = request.average_price});
  keep_targets_ahead(turn, position, tranche);
}

// The tranches that were named for this book, lower ordinals first, out of `more`; the rest of it
// is returned. What the venue does not hold of them, or what cannot be protected, is refused aloud.
Quantity adopt_requested(Turn& turn, Position& position, Quantity more) {
  std::vector<AdoptionRequested>& all = turn.state.adoptions;
  const auto others = std::stable_partition(
      all.begin(), all.end(),
      [&](const AdoptionRequested& request) { return !is_about(request, position.key); });
  std::vector<AdoptionRequested> requests(others, all.end());
  all.erase(others, all.end());
  std::stable_sort(
      requests.begin(), requests.end(),
      [](const AdoptionRequested& a, const AdoptionRequested& b) { return a.tranche < b.tranche; });
  const bool can_protect = turn.state.instrument(position.key.instrument).listed;
  for (const AdoptionRequested& request : requests) {
    const Quantity there = more < request.quantity ? more : request.quantity;
    const Quantity part = can_protect ? there : Quantity();
    if (part < request.quantity) {
      turn.alert(AlertReason::AdoptionRefused, position.key, nullptr);
    }
    if (part.is_positive()) adopt_requested_part(turn, position, request, part);
    more -= part;
  }
  return more;
}

void apply_difference(Turn& turn, Position& position, std::int64_t difference, Price average,
                      std::int64_t venue) {
  const bool is_more = difference > 0;
  const Quantity more =
      adopt_requested(turn, position, is_more ? Quantity::from_raw(difference) : Quantity());
  if (is_more && !more.is_positive()) return;
  if (is_more) {
    Price price = increment_price(position, average, Quantity::from_raw(venue), more);
    if (!price.is_positive()) price = best_price(turn.state, position);
    take_foreign_quantity(turn, position, more, price, TradeId::None);
    return;
  }
  Quantity less = Quantity::from_raw(-difference);
  const Quantity from_ignored = less < position.ignored ? less : position.ignored;
  position.ignored -= from_ignored;
  less -= from_ignored;
  const Price price = best_price(turn.state, position);
  if (!less.is_positive() || !price.is_positive()) return;
  reduce_newest_first(turn, {.key = position.key,
                             .fill = {.quantity = less, .price = price},
                             .reason = ExitReason::Venue});
}

// One-way without reduce-only: what the other book has sold beyond its position and is buying back.
// Until then the venue has it on this side; adopted, it would be given back twice.
Quantity given_back(State& state, PositionKey key) {
  const PositionSide side =
      key.side == PositionSide::Long ? PositionSide::Short : PositionSide::Long;
  Quantity left;
  for (const OrderId id : state.position({key.instrument, side}).corrections) {
    left += state.order(id).remaining();
  }
  return left;
}

void compare_quantity(Turn& turn, Position& position, const Snapshot& snapshot) {
  Price average;
  const std::int64_t venue = venue_quantity(snapshot, position.key, average);
  // What was ignored may be what is to be adopted.
  const bool is_adopting = std::any_of(
      turn.state.adoptions.begin(), turn.state.adoptions.end(),
      [&](const AdoptionRequested& request) { return is_about(request, position.key); });
  const Quantity ignored = is_adopting ? Quantity() : position.ignored;
  const Quantity leaving = given_back(turn.state, position.key);
  std::int64_t difference = venue - open_quantity(position).raw() - ignored.raw();
  if (difference > 0) difference -= std::min(difference, leaving.raw());
  turn.touch(position.key);
  if (difference == 0) {
    position.difference.reset();
    position.ignored = ignored;
    adopt_requested(turn, position, Quantity());
    return;
  }
  const bool repeated = position.difference && position.difference->quantity == difference &&
                        position.difference->answers == position.answers;
  if ((has_live_orders(position) || leaving.is_positive()) && !repeated) {
    position.difference = Difference{.quantity = difference, .answers = position.answers};
    return;
  }
  position.difference.reset();
  position.ignored = ignored;
  apply_difference(turn, position, difference, average, venue);
}

}  // namespace

void start_snapshot(Turn& turn) {
  turn.state.snapshot = Snapshot{.started = turn.state.last};
}

void add_to_snapshot(Turn& turn, const PositionReported& row) {
  if (turn.state.snapshot) turn.state.snapshot->positions.push_back(row);
}

void add_to_snapshot(Turn& turn, const OrderReported& row) {
  if (turn.state.snapshot) turn.state.snapshot->orders.push_back(row);
}

void end_snapshot(Turn& turn) {
  State& state = turn.state;
  if (!state.snapshot) return;
  const Snapshot snapshot = std::move(*state.snapshot);
  state.snapshot.reset();
  state.reconciled = true;
  for (const OrderReported& row : snapshot.orders) {
    if (row.order != OrderId::None) take_own_order(turn, row);
  }
  for (InstrumentState& instrument : state.instruments) {
    for (Position& position : instrument.positions) {
      query_missing_orders(turn, position, snapshot);
      compare_quantity(turn, position, snapshot);
      // What waits because the venue saw no position goes on only when the books agree with it.
      if (position.difference) continue;
      for (Tranche& tranche : position.tranches) {
        tranche.stop.blocked = false;
        tranche.target.blocked = false;
        if (tranche.closing) tranche.closing->stalled = false;
      }
    }
  }
}

void settle_difference(Turn& turn, Position& position) {
  if (!position.difference || position.difference->asked) return;
  bool quiet = true;
  for_each_live_order(turn.state, position,
                      [&quiet](const Order& order) { quiet = quiet && !order.is_unanswered(); });
  if (!quiet) return;
  position.difference->asked = true;
  turn.request_snapshot();
}

void take_foreign_quantity(Turn& turn, Position& position, Quantity quantity, Price price,
                           TradeId trade) {
  State& state = turn.state;
  turn.touch(position.key);
  const auto policy = state.settings.choice<ForeignPolicy>(Setting::ForeignPosition);
  const bool can_protect = state.instrument(position.key.instrument).listed && price.is_positive();
  if (policy != ForeignPolicy::Adopt || !can_protect) {
    position.ignored += quantity;
    if (policy == ForeignPolicy::Halt) state.entries_halted = true;
    turn.alert(AlertReason::ForeignPosition, position.key, nullptr);
    return;
  }
  const Placement placement = place_fill(state, position, price);
  Tranche& tranche = placement.kind == Placement::Kind::Join
                         ? *find_tranche(position, placement.tranche)
                         : open_tranche(turn, position, placement.ordinal);
  add_quantity(turn, position, tranche, {.trade = trade, .quantity = quantity, .price = price});
  keep_targets_ahead(turn, position, tranche);
}

}  // namespace tranchet

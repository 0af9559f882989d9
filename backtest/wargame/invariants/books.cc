// Quantities and money: I-01 to I-10, and I-15.
#include <algorithm>

#include "backtest/wargame/invariants/exact.h"
#include "backtest/wargame/invariants/watch.h"

namespace tranchet {
namespace {

constexpr Duration kOrderMemory = Duration::hours(7 * 24);

bool has_alert(const Output& output, AlertReason reason) {
  return std::any_of(output.commands.begin(), output.commands.end(), [reason](const Command& c) {
    const auto* alert = std::get_if<Alert>(&c);
    return alert != nullptr && alert->reason == reason;
  });
}

template <class Kind>
bool asks_for(const Output& output) {
  return std::any_of(output.commands.begin(), output.commands.end(),
                     [](const Command& c) { return std::holds_alternative<Kind>(c); });
}

}  // namespace

Quantity Invariants::Watch::open_quantity_of(PositionKey key) {
  Quantity sum;
  for (const TrancheId id : chronicle_.book(key).tranches) sum += chronicle_.find(id)->quantity;
  return sum;
}

// The facts against the bookings first, while the chronicle is as before; then one booking after
// the other.
void Invariants::Watch::judge_bookings(const Event& event, const Output& output) {
  const auto& counted = chronicle_.counted();
  for (const CountedFill& fill : counted) judge_fill(fill, output, counted.size() == 1);
  if (const auto* paid = std::get_if<FundingPaid>(&event.body)) judge_funding(*paid, output);
  for (const Booking& booking : output.bookings) {
    if (const auto* booked = std::get_if<FillBooked>(&booking)) {
      judge_booking(*booked);
    } else if (const auto* merged = std::get_if<TrancheMerged>(&booking)) {
      judge_merge(*merged, event);
    } else if (const auto* opened = std::get_if<TrancheOpened>(&booking)) {
      const SeenTranche* seen = chronicle_.find(opened->tranche_id);
      if (seen == nullptr) {
        judge_new_tranche(opened->tranche_id);
      } else {
        expect(11, seen->life == SeenTranche::Life::Pending, seen->id, " opens a second time");
      }
    }
    note_held(booking);
    chronicle_.take(booking);
  }
  note_netted(event, output);
}

void Invariants::Watch::judge_fill(const CountedFill& fill, const Output& output, bool alone) {
  const SeenOrder* order = fill.order == OrderId::None ? nullptr : chronicle_.find(fill.order);
  if (order != nullptr && order->is_over() && now_ - order->over_at > kOrderMemory) return;
  Quantity booked;
  Money fee;
  bool corrected = false;
  bool price_agrees = true;
  for (const Booking& booking : output.bookings) {
    if (const auto* b = std::get_if<FillBooked>(&booking)) {
      if (b->order != fill.order || b->trade != fill.trade) continue;
      booked += b->quantity;
      fee += b->fee;
      price_agrees = price_agrees && b->price == fill.price;
    } else if (const auto* f = std::get_if<FeeCorrected>(&booking)) {
      corrected = true;
      fee += f->fee;
    }
  }
  if (fill.repeated) {
    expect(6, booked.is_zero() && !corrected, fill.trade, " of order ", fill.order,
           " was counted before, and again ", booked);
    return;
  }
  if (fill.has_credit) {
    expect(6, booked <= fill.fresh, fill.trade, " of order ", fill.order, " brings ", fill.fresh,
           " beyond what a query had counted, and ", booked, " was booked");
  }
  if (!alone) {
    expect(1, booked <= fill.fresh, "order ", fill.order, " filled ", fill.fresh, ", booked ",
           booked);
    return;
  }
  const bool is_entry = fill.side == entry_side(fill.key.side);
  const bool is_correction = order != nullptr && order->corrective;
  Quantity expected = fill.fresh;
  if (!is_entry) expected = std::min(expected, open_quantity_of(fill.key));
  if (order == nullptr && is_entry && booked.is_zero()) {
    note_foreign(fill, booked);
    return;
  }
  if (!is_correction) {
    expect(1, booked == expected, "order ", fill.order, " (", fill.key, ") filled ", fill.fresh,
           " more, expected to book ", expected, ", booked ", booked);
  }
  expect(4, price_agrees, "order ", fill.order, " filled at ", fill.price, ", booked at another");
  if (fill.trade != TradeId::None && booked == fill.fresh && (order != nullptr || !is_entry)) {
    expect(5, fee == fill.fee, fill.trade, " of order ", fill.order, " cost a fee of ", fill.fee,
           ", booked ", fee);
  }
  if (order == nullptr) {
    note_foreign(fill, booked);
  } else if (!is_entry && booked < fill.fresh) {
    judge_excess(fill, fill.fresh - booked, output);
  }
}

// A foreign fill that no tranche took: it is ignored, or takes from what was.
void Invariants::Watch::note_foreign(const CountedFill& fill, Quantity booked) {
  SeenBook& book = chronicle_.book(fill.key);
  const std::int64_t left = (fill.fresh - booked).raw();
  if (fill.side == entry_side(fill.key.side)) {
    book.held += left;
  } else {
    book.held -= std::min(left, book.ignored.raw());
  }
}

void Invariants::Watch::note_held(const Booking& booking) {
  const auto* booked = std::get_if<FillBooked>(&booking);
  if (booked == nullptr) return;
  const SeenOrder* order =
      booked->order == OrderId::None ? nullptr : chronicle_.find(booked->order);
  if (order != nullptr && order->corrective) return;
  const std::int64_t quantity = booked->quantity.raw();
  chronicle_.book(booked->key).held += booked->purpose == Purpose::Entry ? quantity : -quantity;
}

// One-way: an entry's fill has closed what the other side held. What of that was ignored, no
// tranche booked: it is the difference between what the two sides gave up.
void Invariants::Watch::note_netted(const Event& event, const Output& output) {
  const auto scope = scope_of(event);
  const bool one_way = chronicle_.settings().choice<PositionMode>(Setting::PositionModeChoice) ==
                       PositionMode::OneWay;
  if (!one_way || !scope || !is_valid(scope->side)) return;
  std::int64_t here = 0, there = 0;
  bool enters = false;
  for (const Booking& booking : output.bookings) {
    const auto* booked = std::get_if<FillBooked>(&booking);
    if (booked == nullptr || booked->key.instrument != scope->instrument) continue;
    enters = enters || (booked->order != OrderId::None && booked->purpose == Purpose::Entry);
    if (booked->reason != static_cast<std::uint8_t>(ExitReason::Venue)) continue;
    (booked->key.side == scope->side ? here : there) += booked->quantity.raw();
  }
  if (!enters) return;
  const PositionSide other =
      scope->side == PositionSide::Long ? PositionSide::Short : PositionSide::Long;
  chronicle_.book({scope->instrument, other}).held -= here - there;
}

// More was sold than there was: it is said, or bought back.
void Invariants::Watch::judge_excess(const CountedFill& fill, Quantity left, const Output& output) {
  const Settings& settings = chronicle_.settings();
  const bool one_way =
      settings.choice<PositionMode>(Setting::PositionModeChoice) == PositionMode::OneWay;
  if (!one_way || settings.flag(Setting::ReduceOnly)) {
    expect(20, has_alert(output, AlertReason::ExcessExit) && asks_for<RequestSnapshot>(output),
           "order ", fill.order, " sold ", left, " too much: no alert and snapshot followed");
    return;
  }
  Quantity back;
  for (const Command& command : output.commands) {
    const auto* submit = std::get_if<SubmitOrder>(&command);
    if (submit != nullptr && submit->purpose == Purpose::Close &&
        submit->side == entry_side(fill.key.side)) {
      back += submit->quantity;
    }
  }
  expect(20, back == left, "order ", fill.order, " sold ", left, " too much, bought back ", back);
}

void Invariants::Watch::judge_booking(const FillBooked& booked) {
  const SeenOrder* order = booked.order == OrderId::None ? nullptr : chronicle_.find(booked.order);
  if (order != nullptr && order->corrective) return;
  const bool is_entry = booked.purpose == Purpose::Entry;
  if (order != nullptr) {
    expect(9, booked.purpose == order->purpose, "a fill of the ", order->purpose, " order ",
           order->id, " was booked as ", booked.purpose);
  }
  expect(9, booked.side == (is_entry ? entry_side(booked.key.side) : exit_side(booked.key.side)),
         booked.tranche_id, ": a ", booked.purpose, " fill to the ", booked.side);
  const SeenTranche* seen = chronicle_.find(booked.tranche_id);
  const bool is_gone = seen != nullptr && (seen->life == SeenTranche::Life::Closed ||
                                           seen->life == SeenTranche::Life::Merged);
  expect(12, !is_gone, booked.tranche_id, " is over, and a fill of ", booked.quantity,
         " was booked on it");
  if (is_entry) {
    expect(4, booked.cost == value_of(booked.price, booked.quantity), booked.tranche_id,
           ": an entry of ", booked.quantity, " at ", booked.price, " cost ", booked.cost);
    if (order != nullptr) judge_entry_tranche(booked, *order);
    return;
  }
  if (seen == nullptr || booked.quantity > seen->quantity || !booked.quantity.is_positive()) {
    fail(1, booked.tranche_id, " gave up ", booked.quantity, " and held ",
         seen == nullptr ? Quantity() : seen->quantity);
    return;
  }
  const Value cost = exact::share(seen->cost, booked.quantity, seen->quantity);
  expect(4, booked.cost == cost, booked.tranche_id, " gave up ", booked.quantity, " of ",
         seen->quantity, ", expected cost ", cost, ", booked ", booked.cost);
  const Value value = value_of(booked.price, booked.quantity);
  const Value gain = booked.key.side == PositionSide::Long ? value - cost : cost - value;
  expect(5, static_cast<Int128>(booked.realized_pnl.raw()) == exact::nearest(gain, kDecimalOne),
         booked.tranche_id, ": expected a profit of ", gain, ", booked ", booked.realized_pnl);
  judge_exit_source(booked, order);
}

// An exit takes from its own tranche first, then from the newest.
void Invariants::Watch::judge_exit_source(const FillBooked& booked, const SeenOrder* order) {
  if (!judges(7)) return;
  const SeenTranche* own = order == nullptr ? nullptr : chronicle_.find(order->tranche);
  if (own != nullptr && own->quantity.is_positive()) {
    if (own->id != booked.tranche_id) {
      fail(7, "order ", order->id, " of ", own->id, ", which holds ", own->quantity, ", took from ",
           booked.tranche_id);
    }
    return;
  }
  const SeenTranche* newest = nullptr;
  for (const TrancheId id : chronicle_.book(booked.key).tranches) {
    const SeenTranche* seen = chronicle_.find(id);
    if (!seen->quantity.is_positive()) continue;
    const bool is_newer = newest == nullptr || std::pair(seen->ordinal, seen->id) >
                                                   std::pair(newest->ordinal, newest->id);
    if (is_newer) newest = seen;
  }
  if (newest == nullptr || newest->id != booked.tranche_id) {
    fail(7, "what no tranche of its own held was taken from ", booked.tranche_id, ", expected ",
         newest == nullptr ? TrancheId::None : newest->id);
  }
}

void Invariants::Watch::judge_funding(const FundingPaid& paid, const Output& output) {
  Money sum;
  const PositionKey key{paid.instrument, paid.position_side};
  for (const Booking& booking : output.bookings) {
    if (const auto* b = std::get_if<FundingBooked>(&booking); b != nullptr && b->key == key) {
      sum += b->amount;
    }
  }
  expect(5, sum == paid.amount, "funding of ", paid.amount, " on ", key, ", booked ", sum);
}

// All of it moves at once; an entry at the cap merges the two least lossy.
void Invariants::Watch::judge_merge(const TrancheMerged& merged, const Event& event) {
  if (!judges(15)) return;
  const SeenTranche* from = chronicle_.find(merged.from);
  const SeenTranche* into = chronicle_.find(merged.into);
  if (from == nullptr || into == nullptr || from->key != merged.key || into->key != merged.key) {
    fail(15, merged.from, " merged into ", merged.into, ": not two tranches of ", merged.key);
    return;
  }
  if (merged.quantity != from->quantity || merged.cost != from->cost) {
    fail(15, merged.from, " held ", from->quantity, " for ", from->cost, ", moved ",
         merged.quantity, " for ", merged.cost);
  }
  if (!std::holds_alternative<EntrySignal>(event.body)) return;
  const Pair pair = least_lossy(merged.key);
  if (pair.first == nullptr || pair.first->id != merged.into || pair.second->id != merged.from) {
    fail(15, merged.from, " merged into ", merged.into, ", expected ",
         pair.second == nullptr ? TrancheId::None : pair.second->id, " into ",
         pair.first == nullptr ? TrancheId::None : pair.first->id);
  }
}

void Invariants::Watch::judge_trade_closed(const TradeClosed& closed) {
  if (!judges(5)) return;
  const SeenTranche* seen = chronicle_.find(closed.tranche_id);
  if (seen == nullptr || closed.realized_pnl != seen->realized_pnl || closed.fees != seen->fees ||
      closed.quantity != seen->exited) {
    fail(5, closed.tranche_id, " is said to have earned ", closed.realized_pnl, " for fees of ",
         closed.fees, ", expected ", seen == nullptr ? Money() : seen->realized_pnl, " and ",
         seen == nullptr ? Money() : seen->fees);
  }
}

// The tranche in the books against the one in the chronicle.
void Invariants::Watch::judge_holdings(const Tranche& tranche, const SeenTranche& seen) {
  expect(1, tranche.quantity == seen.quantity && tranche.quantity >= Quantity(), tranche.id,
         ": expected to hold ", seen.quantity, ", holds ", tranche.quantity);
  expect(4, tranche.cost == seen.cost, tranche.id, ": expected a cost of ", seen.cost, ", has ",
         tranche.cost);
  const bool earned = tranche.realized_pnl == seen.realized_pnl && tranche.fees == seen.fees &&
                      tranche.exited == seen.exited && tranche.exited_cost == seen.exited_cost &&
                      tranche.exit_value == seen.exit_value;
  expect(5, earned, tranche.id, ": expected realized ", seen.realized_pnl, ", fees ", seen.fees,
         ", exited ", seen.exited, ", has ", tranche.realized_pnl, ", ", tranche.fees, ", ",
         tranche.exited);
  expect(8, tranche.cost >= 0 && tranche.exited_cost >= 0 && tranche.quantity >= Quantity(),
         tranche.id, " holds ", tranche.quantity, " for ", tranche.cost);
}

// Its live orders, in the books and in the chronicle.
void Invariants::Watch::judge_orders(const State& state, const Tranche& tranche,
                                     const SeenTranche& seen) {
  const bool judges_owner = judges(7);
  const bool judges_end = judges(25);
  if (!judges_owner && !judges_end) return;
  std::size_t count = 0;
  for (const auto* list : {&tranche.entries, &tranche.stops, &tranche.targets, &tranche.closes}) {
    count += list->size();
    for (const OrderId id : *list) {
      const SeenOrder* order = chronicle_.find(id);
      if (order == nullptr || order->tranche != tranche.id) {
        fail(7, "order ", id, " is with ", tranche.id, ", expected ",
             order == nullptr ? TrancheId::None : order->tranche);
      } else if (order->is_over()) {
        fail(25, "order ", id, " of ", tranche.id, " is over, and the books still hold it");
      } else if (const Order& held = state.order(id); held.filled != order->filled) {
        fail(1, "order ", id, " has filled ", order->filled, ", counted ", held.filled);
      }
    }
  }
  if (count == seen.live.size()) return;
  for (const OrderId id : seen.live) {
    const auto held = state.orders.find(id);
    if (held == state.orders.end() || held->second.is_finished()) {
      fail(25, "order ", id, " of ", tranche.id, " was given up without proof that it ended");
      return;
    }
  }
  fail(7, tranche.id, " has ", count, " live orders, expected ", seen.live.size());
}

// What the other side sold beyond its position, and is buying back: the venue has it on this one.
Quantity Invariants::Watch::given_back(PositionKey key) const {
  Quantity left;
  for (const SeenOrder& order : chronicle_.orders()) {
    const bool is_other = order.key.instrument == key.instrument && order.key.side != key.side;
    if (order.corrective && is_other && !order.is_over()) left += order.remaining();
  }
  return left;
}

void Invariants::Watch::judge_position(const Event& event, const Position& position) {
  const Quantity open = open_quantity(position);
  SeenBook& book = chronicle_.book(position.key);
  const std::int64_t ours = open.raw() + position.ignored.raw();
  if (std::holds_alternative<SnapshotEnded>(event.body) && !position.difference) {
    std::int64_t venue = 0;
    for (const PositionReported& row : chronicle_.reported()) {
      if (row.instrument == position.key.instrument && row.position_side == position.key.side) {
        venue = row.quantity.raw();
      }
    }
    // What nobody ever priced cannot be booked; it waits for the next snapshot.
    const bool priced = chronicle_.instrument(position.key.instrument).mark.has_value();
    if (priced) {
      const bool agrees = ours <= venue && venue - ours <= given_back(position.key).raw();
      expect(3, agrees, position.key, ": the venue holds ", Quantity::from_raw(venue),
             ", our books ", open, " and ignored ", position.ignored);
    }
    book.held = ours;
  }
  expect(2, ours == book.held, position.key, ": expected ", Quantity::from_raw(book.held),
         ", the tranches hold ", open, " and ignored is ", position.ignored);
  expect(8, position.ignored >= Quantity(), position.key, " ignores ", position.ignored);
}

// What the event is not about has not moved.
void Invariants::Watch::judge_isolation(const Event& event, const Output& output,
                                        const State& state) {
  if (!judges(10)) return;
  auto scope = scope_of(event);
  const bool one_way = chronicle_.settings().choice<PositionMode>(Setting::PositionModeChoice) ==
                       PositionMode::OneWay;
  const bool counts_fills = std::holds_alternative<OrderFilled>(event.body) ||
                            std::holds_alternative<QueryAnswered>(event.body);
  // One-way: what opens one side closes the other.
  if (scope && one_way && counts_fills) scope->side = {};
  if (scope) {
    const auto within = [&scope](PositionKey key) {
      return key.instrument == scope->instrument &&
             (!is_valid(scope->side) || key.side == scope->side);
    };
    for (const Booking& booking : output.bookings) {
      const PositionKey key = std::visit([](const auto& b) { return b.key; }, booking);
      if (!within(key)) fail(10, "an event of ", *scope, " booked on ", key);
    }
    for (const Command& command : output.commands) {
      const auto key = key_of(command);
      if (key && !within(*key)) fail(10, "an event of ", *scope, " caused a command for ", *key);
    }
  }
  for (const InstrumentState& instrument : state.instruments) {
    for (const Position& position : instrument.positions) {
      if (std::find(touched_.begin(), touched_.end(), position.key) != touched_.end()) continue;
      const SeenBook& book = chronicle_.book(position.key);
      if (open_quantity(position) != book.open || open_cost(position) != book.cost) {
        fail(10, position.key, " held ", book.open, ", holds ", open_quantity(position),
             ", and the event was of another");
      }
    }
  }
}

}  // namespace tranchet

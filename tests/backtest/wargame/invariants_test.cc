// The checks themselves: quiet over honest histories, and each of them falls over a false one. A
// history is made false in one place, with that one check on.
#include "backtest/wargame/invariants/invariants.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/backtest/wargame/made_up_world.h"

namespace tranchet {
namespace {

PositionMode mode_of(std::uint64_t seed) {
  return seed % 3 == 0 ? PositionMode::OneWay : PositionMode::Hedge;
}

// ---- Honest histories.

InvariantCounts run_honest_worlds(bool lossy, std::uint64_t seeds) {
  InvariantCounts sum{};
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    MadeUpWorld world({.seed = seed, .lossy = lossy, .mode = mode_of(seed)}, InvariantSet::all());
    world.run();
    EXPECT_EQ(told(world.invariants()), "") << "seed " << seed;
    for (std::size_t n = 0; n < sum.size(); ++n) sum[n] += world.invariants().counts()[n];
  }
  return sum;
}

// What only a whole world can show: I-38 needs a replay. I-35, I-40 and I-42 are proved elsewhere.
bool is_seen_elsewhere(int number) {
  return number == 35 || number == 38 || number == 40 || number == 42;
}

TEST(Invariants, HoldInHealthyWorlds) {
  const InvariantCounts counts = run_honest_worlds(false, 60);
  for (const int number : {1,  2,  3,  4,  5,  7,  8,  9,  10, 11, 12, 13, 14, 17, 18, 19, 20,
                           21, 22, 23, 24, 25, 26, 27, 29, 30, 31, 32, 33, 34, 36, 37, 41}) {
    EXPECT_GT(counts[static_cast<std::size_t>(number)], 0U) << "I-" << number;
  }
}

TEST(Invariants, HoldInLossyWorlds) {
  const InvariantCounts counts = run_honest_worlds(true, 150);
  for (int number = 1; number <= kInvariants; ++number) {
    const bool exercised = counts[static_cast<std::size_t>(number)] > 0;
    EXPECT_NE(exercised, is_seen_elsewhere(number)) << "I-" << number;
  }
}

// ---- False ones. Each says whether it could falsify this step.

// What a falsehood remembers of its world.
struct Memory {
  std::map<TradeId, FillBooked> booked;
  std::map<OrderId, TrancheId> pinned;
  std::set<TrancheId> closed;
  OrderId used{};
};
using Falsehood = bool (*)(Event&, Output&, State&, Memory&);

template <class Kind>
Kind* first(std::vector<Command>& commands, bool (*wanted)(const Kind&)) {
  for (Command& command : commands) {
    if (auto* found = std::get_if<Kind>(&command); found != nullptr && wanted(*found)) return found;
  }
  return nullptr;
}
template <class Kind>
Kind* first(std::vector<Booking>& bookings, bool (*wanted)(const Kind&)) {
  for (Booking& booking : bookings) {
    if (auto* found = std::get_if<Kind>(&booking); found != nullptr && wanted(*found)) return found;
  }
  return nullptr;
}
template <class Kind>
Kind* first(std::vector<Booking>& bookings) {
  return first<Kind>(bookings, [](const Kind&) { return true; });
}
SubmitOrder* first_submit(Output& output, Purpose purpose) {
  for (Command& command : output.commands) {
    auto* submit = std::get_if<SubmitOrder>(&command);
    if (submit != nullptr && submit->purpose == purpose) return submit;
  }
  return nullptr;
}
template <class Kind>
std::size_t erase(Output& output, bool (*wanted)(const Kind&)) {
  return std::erase_if(output.commands, [wanted](const Command& command) {
    const auto* found = std::get_if<Kind>(&command);
    return found != nullptr && wanted(*found);
  });
}
// The tranche of the first fill in this step, if it still holds something.
Tranche* filled_tranche(Output& output, State& state) {
  const auto* booked = first<FillBooked>(output.bookings);
  if (booked == nullptr) return nullptr;
  Tranche* tranche = find_tranche(state.position(booked->key), booked->tranche_id);
  return tranche != nullptr && tranche->quantity.is_positive() ? tranche : nullptr;
}
constexpr Quantity kBit = Quantity::from_raw(1);

bool hold_more(Event&, Output& output, State& state, Memory&) {
  Tranche* tranche = filled_tranche(output, state);
  if (tranche == nullptr) return false;
  tranche->quantity += kBit;
  return true;
}
bool ignore_more(Event&, Output& output, State& state, Memory&) {
  const auto* booked = first<FillBooked>(output.bookings);
  if (booked == nullptr) return false;
  state.position(booked->key).ignored += kBit;
  return true;
}
bool differ_from_snapshot(Event& event, Output&, State& state, Memory&) {
  if (!std::holds_alternative<SnapshotEnded>(event.body)) return false;
  for (InstrumentState& instrument : state.instruments) {
    for (Position& position : instrument.positions) {
      if (position.tranches.empty() || position.difference || !instrument.mark) continue;
      position.ignored += kBit;
      return true;
    }
  }
  return false;
}
bool cost_more(Event&, Output& output, State& state, Memory&) {
  Tranche* tranche = filled_tranche(output, state);
  if (tranche == nullptr) return false;
  tranche->cost += 1;
  return true;
}
bool earn_more(Event&, Output& output, State&, Memory&) {
  auto* booked = first<FillBooked>(
      output.bookings,
      +[](const FillBooked& b) { return b.purpose != Purpose::Entry && b.order != OrderId::None; });
  if (booked == nullptr) return false;
  booked->realized_pnl += Money::from_raw(1);
  return true;
}
bool count_twice(Event& event, Output& output, State&, Memory& memory) {
  const auto* fill = std::get_if<OrderFilled>(&event.body);
  if (fill == nullptr || fill->order == OrderId::None) return false;
  if (const auto* booked = first<FillBooked>(output.bookings)) {
    memory.booked[fill->trade] = *booked;
    return false;
  }
  const auto before = memory.booked.find(fill->trade);
  if (before == memory.booked.end() || before->second.order != fill->order) return false;
  output.bookings.emplace_back(before->second);
  return true;
}
bool take_from_another(Event&, Output& output, State& state, Memory&) {
  auto* booked = first<FillBooked>(
      output.bookings,
      +[](const FillBooked& b) { return b.purpose != Purpose::Entry && b.order != OrderId::None; });
  if (booked == nullptr) return false;
  for (const Tranche& other : state.position(booked->key).tranches) {
    if (other.id == booked->tranche_id || other.quantity < booked->quantity) continue;
    booked->tranche_id = other.id;
    return true;
  }
  return false;
}
bool leave_the_tick(Event&, Output& output, State&, Memory&) {
  SubmitOrder* stop = first_submit(output, Purpose::StopLoss);
  if (stop == nullptr) return false;
  stop->stop_price = *stop->stop_price + Price::from_raw(1);
  return true;
}
bool call_an_exit_an_entry(Event&, Output& output, State&, Memory&) {
  auto* booked = first<FillBooked>(
      output.bookings,
      +[](const FillBooked& b) { return b.purpose != Purpose::Entry && b.order != OrderId::None; });
  if (booked == nullptr) return false;
  booked->purpose = Purpose::Entry;
  return true;
}
bool move_another_book(Event& event, Output&, State& state, Memory&) {
  const auto* accepted = std::get_if<OrderAccepted>(&event.body);
  if (accepted == nullptr || !state.orders.contains(accepted->order)) return false;
  const PositionKey key = state.order(accepted->order).key;
  for (InstrumentState& instrument : state.instruments) {
    for (Position& position : instrument.positions) {
      if (position.key == key || position.tranches.empty()) continue;
      position.tranches.front().quantity += kBit;
      return true;
    }
  }
  return false;
}
bool reopen(Event&, Output& output, State&, Memory& memory) {
  if (const auto* over = first<TrancheClosed>(output.bookings))
    memory.closed.insert(over->tranche_id);
  auto* opened = first<TrancheOpened>(output.bookings);
  if (opened == nullptr || memory.closed.empty()) return false;
  opened->tranche_id = *memory.closed.begin();
  return true;
}
bool end_while_open(Event&, Output& output, State& state, Memory&) {
  Tranche* tranche = filled_tranche(output, state);
  if (tranche == nullptr) return false;
  tranche->ended = true;
  return true;
}
bool open_instead_of_joining(Event&, Output& output, State& state, Memory&) {
  SubmitOrder* entry = first_submit(output, Purpose::Entry);
  if (entry == nullptr) return false;
  const Position& position = state.position({entry->instrument, entry->position_side});
  const Tranche* tranche = find_tranche(position, entry->tranche_id);
  if (tranche == nullptr || !tranche->opened) return false;
  entry->tranche_id = TrancheId{1'000'000};
  return true;
}
bool number_wrongly(Event&, Output& output, State&, Memory&) {
  SubmitOrder* entry = first_submit(output, Purpose::Entry);
  if (entry == nullptr) return false;
  ++entry->tranche;
  return true;
}
bool merge_less(Event&, Output& output, State&, Memory&) {
  auto* merged = first<TrancheMerged>(output.bookings);
  if (merged == nullptr) return false;
  merged->quantity -= kBit;
  return true;
}
bool fill_the_dead(Event&, Output& output, State&, Memory& memory) {
  for (const Command& command : output.commands) {
    const auto* submit = std::get_if<SubmitOrder>(&command);
    if (submit != nullptr) memory.pinned[submit->order] = submit->tranche_id;
  }
  for (const Booking& booking : output.bookings) {
    if (const auto* over = std::get_if<TrancheClosed>(&booking))
      memory.closed.insert(over->tranche_id);
  }
  auto* booked = first<FillBooked>(
      output.bookings, +[](const FillBooked& b) {
        return b.purpose == Purpose::Entry && b.order != OrderId::None && b.trade != TradeId::None;
      });
  if (booked == nullptr || !memory.pinned.contains(booked->order)) return false;
  const TrancheId dead = memory.pinned[booked->order];
  if (dead == booked->tranche_id || !memory.closed.contains(dead)) return false;
  booked->tranche_id = dead;
  return true;
}
bool forget_the_stop(Event&, Output& output, State&, Memory&) {
  return erase<SubmitOrder>(
             output,
             +[](const SubmitOrder& submit) { return submit.purpose == Purpose::StopLoss; }) > 0;
}
bool sell_too_much(Event&, Output& output, State&, Memory&) {
  SubmitOrder* target = first_submit(output, Purpose::TakeProfit);
  if (target == nullptr) return false;
  target->quantity += kBit;
  return true;
}
bool cancel_first(Event&, Output& output, State& state, Memory&) {
  for (Command& command : output.commands) {
    const auto* submit = std::get_if<SubmitOrder>(&command);
    if (submit == nullptr || submit->purpose != Purpose::StopLoss) continue;
    const PositionKey key{submit->instrument, submit->position_side};
    const Tranche* tranche = find_tranche(state.position(key), submit->tranche_id);
    if (tranche == nullptr || tranche->stops.size() != 2) continue;
    if (state.order(tranche->stops.front()).status != OrderStatus::New) continue;
    const CancelOrder cancel{.order = tranche->stops.front(),
                             .tranche = submit->tranche,
                             .instrument = key.instrument,
                             .purpose = Purpose::StopLoss,
                             .position_side = key.side};
    command = cancel;
    return true;
  }
  return false;
}
bool leave_the_sibling(Event&, Output& output, State&, Memory&) {
  if (first<TrancheClosed>(output.bookings) == nullptr) return false;
  return erase<CancelOrder>(
             output, +[](const CancelOrder& cancel) {
               return cancel.purpose == Purpose::StopLoss || cancel.purpose == Purpose::TakeProfit;
             }) > 0;
}
bool forget_the_target(Event&, Output& output, State&, Memory&) {
  return erase<SubmitOrder>(
             output,
             +[](const SubmitOrder& submit) { return submit.purpose == Purpose::TakeProfit; }) > 0;
}
bool wish_another_price(Event&, Output& output, State& state, Memory&) {
  Tranche* tranche = filled_tranche(output, state);
  if (tranche == nullptr || tranche->target.choice != TargetChoice::Default) return false;
  if (!tranche->target.price) return false;
  tranche->target.price = *tranche->target.price + Price::from_raw(10'000'000);
  return true;
}
bool watch_another_price(Event&, Output& output, State&, Memory&) {
  SubmitOrder* stop = first_submit(output, Purpose::StopLoss);
  if (stop == nullptr) return false;
  stop->working_type = stop->working_type == WorkingType::MarkPrice ? WorkingType::ContractPrice
                                                                    : WorkingType::MarkPrice;
  return true;
}
bool cancel_what_is_wished(Event&, Output& output, State& state, Memory&) {
  for (const InstrumentState& instrument : state.instruments) {
    for (const Position& position : instrument.positions) {
      for (const Tranche& tranche : position.tranches) {
        if (tranche.ended || tranche.closing || tranche.stops.size() != 1) continue;
        const Order& stop = state.order(tranche.stops.front());
        if (stop.status != OrderStatus::New || stop.is_unanswered()) continue;
        if (stop.remaining() != tranche.quantity || stop.stop_price != tranche.stop.price) continue;
        output.commands.emplace_back(CancelOrder{.order = stop.id,
                                                 .tranche = tranche.ordinal,
                                                 .instrument = position.key.instrument,
                                                 .purpose = Purpose::StopLoss,
                                                 .position_side = position.key.side});
        return true;
      }
    }
  }
  return false;
}
bool ask_nobody(Event& event, Output& output, State&, Memory&) {
  if (!std::holds_alternative<OutcomeUnknown>(event.body)) return false;
  return erase<QueryOrder>(
             output, +[](const QueryOrder&) { return true; }) > 0;
}
bool close_beside_the_target(Event& event, Output& output, State& state, Memory&) {
  for (const Command& command : output.commands) {
    const auto* cancel = std::get_if<CancelOrder>(&command);
    if (cancel == nullptr || cancel->purpose != Purpose::TakeProfit) continue;
    const Order& order = state.order(cancel->order);
    const Tranche* tranche = find_tranche(state.position(order.key), order.tranche_id);
    if (tranche == nullptr || !tranche->closing) continue;
    const OrderId id = make_order_id({.account = 1, .sequence = event.sequence, .index = 99});
    output.commands.emplace_back(SubmitOrder{.order = id,
                                             .quantity = tranche->quantity,
                                             .tranche_id = tranche->id,
                                             .tranche = tranche->ordinal,
                                             .instrument = order.key.instrument,
                                             .side = exit_side(order.key.side),
                                             .position_side = order.key.side,
                                             .order_type = OrderType::Market,
                                             .purpose = Purpose::Close});
    return true;
  }
  return false;
}
bool let_the_target_pass(Event& event, Output& output, State& state, Memory&) {
  const auto* mark = std::get_if<MarkPrice>(&event.body);
  if (mark == nullptr || output.commands.empty()) return false;
  for (Position& position : state.instrument(mark->instrument).positions) {
    for (Tranche& tranche : position.tranches) {
      const bool starts = tranche.closing && !tranche.ended && tranche.closing->attempts == 0 &&
                          tranche.closing->reason == ExitReason::InstantTakeProfit;
      if (!starts) continue;
      tranche.closing.reset();
      return true;
    }
  }
  return false;
}
bool call_it_dust(Event&, Output& output, State& state, Memory&) {
  Tranche* tranche = filled_tranche(output, state);
  if (tranche == nullptr || tranche->dust) return false;
  tranche->dust = true;
  return true;
}
bool use_an_id_twice(Event&, Output& output, State&, Memory& memory) {
  SubmitOrder* submit = first_submit(output, Purpose::TakeProfit);
  if (submit == nullptr) return false;
  const bool falsifies = memory.used != OrderId::None;
  if (falsifies) {
    submit->order = memory.used;
  } else {
    memory.used = submit->order;
  }
  return falsifies;
}
bool flip_reduce_only(Event&, Output& output, State&, Memory&) {
  SubmitOrder* stop = first_submit(output, Purpose::StopLoss);
  if (stop == nullptr) return false;
  stop->reduce_only = !stop->reduce_only;
  return true;
}
bool buy_too_much(Event&, Output& output, State&, Memory&) {
  SubmitOrder* entry = first_submit(output, Purpose::Entry);
  if (entry == nullptr) return false;
  entry->quantity = Quantity::from_raw(entry->quantity.raw() * 10'000);
  return true;
}
bool enter_while_halted(Event& event, Output& output, State& state, Memory&) {
  const auto* refused = first<EntryRefused>(
      output.commands, +[](const EntryRefused& r) {
        return r.reason == EntryRefusal::Halted || r.reason == EntryRefusal::NotReconciled;
      });
  if (refused == nullptr || !std::holds_alternative<EntrySignal>(event.body)) return false;
  const OrderId id = make_order_id({.account = 1, .sequence = event.sequence, .index = 99});
  output.commands.emplace_back(
      SubmitOrder{.order = id,
                  .quantity = Quantity::from_raw(kDecimalOne),
                  .tranche_id = TrancheId{static_cast<std::uint64_t>(state.last_tranche) + 1},
                  .instrument = refused->instrument,
                  .side = entry_side(refused->position_side),
                  .position_side = refused->position_side,
                  .order_type = OrderType::Market,
                  .purpose = Purpose::Entry});
  return true;
}
bool leave_a_gap(Event& event, Output&, State& state, Memory&) {
  if (number(event.sequence) < 50) return false;
  event.sequence = state.last = next(event.sequence);
  return true;
}
bool turn_back_time(Event& event, Output&, State& state, Memory&) {
  if (number(event.sequence) < 50) return false;
  event.time = state.now = event.time - Duration::hours(1);
  return true;
}

struct FalseHistory {
  int number;
  Falsehood falsify;
};
constexpr FalseHistory kFalseHistories[] = {
    {1, hold_more},
    {2, ignore_more},
    {3, differ_from_snapshot},
    {4, cost_more},
    {5, earn_more},
    {6, count_twice},
    {7, take_from_another},
    {8, leave_the_tick},
    {9, call_an_exit_an_entry},
    {10, move_another_book},
    {11, reopen},
    {12, end_while_open},
    {13, open_instead_of_joining},
    {14, number_wrongly},
    {15, merge_less},
    {16, fill_the_dead},
    {17, forget_the_stop},
    {18, sell_too_much},
    {19, cancel_first},
    {20, leave_the_sibling},
    {21, forget_the_target},
    {22, wish_another_price},
    {23, watch_another_price},
    {24, cancel_what_is_wished},
    {25, ask_nobody},
    {26, close_beside_the_target},
    {27, let_the_target_pass},
    {28, call_it_dust},
    {30, use_an_id_twice},
    {32, flip_reduce_only},
    {34, buy_too_much},
    {36, enter_while_halted},
    {37, leave_a_gap},
    {41, turn_back_time},
};

TEST(Invariants, EachFallsOverAFalseHistory) {
  for (const FalseHistory& history : kFalseHistories) {
    SCOPED_TRACE("I-" + std::to_string(history.number));
    bool is_false = false;
    Sequence falsified{};
    for (std::uint64_t seed = 1; seed <= 200 && !is_false; ++seed) {
      MadeUpWorld world({.seed = seed, .prices = 300, .lossy = true, .mode = mode_of(seed)},
                        InvariantSet::only(history.number));
      Memory memory;
      world.run([&](Event& event, Output& output, State& state) {
        if (is_false) return;
        is_false = history.falsify(event, output, state, memory);
        falsified = event.sequence;
      });
      const auto& found = world.invariants().violation();
      ASSERT_EQ(found.has_value(), is_false) << "seed " << seed << " " << told(world.invariants());
      if (!found) continue;
      EXPECT_EQ(found->invariant, history.number);
      EXPECT_EQ(found->sequence, falsified) << told(world.invariants());
      EXPECT_FALSE(found->text.empty());
    }
    EXPECT_TRUE(is_false) << "no seed offers the occasion";
  }
}

}  // namespace
}  // namespace tranchet

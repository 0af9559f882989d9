#include "backtest/wargame/invariants/invariants.h"

#include <algorithm>

#include "backtest/wargame/invariants/watch.h"

namespace tranchet {
namespace {

constexpr auto kStatements = std::to_array<std::string_view>({
    "",
    "what a tranche holds is its entry fills minus its exit fills, never less than nothing",
    "the tranches and what is ignored are the position",
    "after a snapshot, and at rest, our quantity is the venue's",
    "the cost of what is open is exact",
    "profit, cost, fees and funding are conserved",
    "every trade counts once",
    "a fill belongs to the tranche of its order, or to the one that the rules name",
    "prices are on the tick, quantities on the step, nothing is negative",
    "an exit's fill never adds to a tranche",
    "an event of one book changes no other",
    "tranche ids only rise and never come back",
    "pending, open, closing, closed: a closed tranche holds nothing and stays closed",
    "no entry opens a tranche above the cap",
    "a tranche opens if, and only if, the price has fallen far enough",
    "a merge conserves quantity, cost and orders, and takes the two least lossy",
    "an entry filled after its tranche has gone goes to a defined successor",
    "open quantity has its stop, or a reason why not",
    "no exit is sent for more than its tranche holds",
    "the new stop stands before the old one goes",
    "one leg cancels the other, and an excess is said",
    "what rests is resized to what is open",
    "stops lie on the loss side, targets on the profit side, and a stop never retreats",
    "a stop and what acts in its place look at the same price",
    "a protective order is cancelled only for its tranche's end, its replacement, or a person",
    "not found is no proof: an order ends only by the venue's word",
    "a closing tranche has one exit at a time",
    "long and short compare the right way round",
    "dust is what the venue refused as too small, and nothing is sent for it",
    "what caused a request is durable before it leaves",
    "an order id means one order, and a nonce is used once",
    "the venue takes an order at most once",
    "reduce-only in one-way mode, the position side in hedge mode, never both",
    "the venue's rate limits are kept, with a reserve for protection",
    "exposure stays below its limits whenever an entry is sent",
    "a simulated run has no way to a live venue",
    "after a halt no entry is sent",
    "sequences have no gap, and a replay decides the same",
    "a replay, from a snapshot too, comes to the same state",
    "a restart by itself changes nothing",
    "old logs replay to their digests",
    "time does not run back, and timers fire when they are due",
    "no secret is written anywhere",
});
static_assert(kStatements.size() == kInvariants + 1);

}  // namespace

InvariantSet InvariantSet::all() {
  InvariantSet set;
  for (int number = 1; number <= kInvariants; ++number)
    set.bits_.set(static_cast<std::size_t>(number));
  return set;
}

InvariantSet InvariantSet::only(int number) {
  ENSURE(number >= 1 && number <= kInvariants);
  InvariantSet set;
  set.bits_.set(static_cast<std::size_t>(number));
  return set;
}

std::string_view statement_of(int invariant) {
  ENSURE(invariant >= 1 && invariant <= kInvariants);
  return kStatements[static_cast<std::size_t>(invariant)];
}

Invariants::Invariants(const InvariantSet& checks, const Settings& settings, bool healthy)
    : watch_(std::make_unique<Watch>(checks, settings, healthy)) {}
Invariants::~Invariants() = default;

void Invariants::on_step(const Event& event, const Output& output, const State& state) {
  watch_->on_step(event, output, state);
}
void Invariants::on_sent(const SentRequest& request) {
  watch_->on_sent(request);
}
void Invariants::on_venue_order(OrderId order, bool taken) {
  watch_->on_venue_order(order, taken);
}
void Invariants::on_restart(Sequence last, const State& state) {
  watch_->on_restart(last, state);
}
void Invariants::on_replayed(std::uint64_t live_commands, std::uint64_t live_state,
                             std::uint64_t replayed_commands, std::uint64_t replayed_state,
                             bool from_snapshot) {
  watch_->on_replayed({live_commands, live_state}, {replayed_commands, replayed_state},
                      from_snapshot);
}
void Invariants::on_log_refused(bool rightly) {
  watch_->on_log_refused(rightly);
}
void Invariants::on_rest(const State& state, const SimulatedVenue& venue) {
  watch_->on_rest(state, venue);
}
const std::optional<Violation>& Invariants::violation() const {
  return watch_->violation();
}
const InvariantCounts& Invariants::counts() const {
  return watch_->counts();
}

std::optional<PositionKey> key_of(const Command& command) {
  return std::visit(
      Overload{[](const Alert& c) -> std::optional<PositionKey> {
                 if (c.instrument == InstrumentId::None) return std::nullopt;
                 return PositionKey{c.instrument, PositionSide{c.position_side}};
               },
               [](const auto& c) -> std::optional<PositionKey> {
                 if constexpr (requires { PositionKey{c.instrument, c.position_side}; }) {
                   return PositionKey{c.instrument, c.position_side};
                 } else {
                   return std::nullopt;
                 }
               }},
      command);
}

// ---- One step.

Invariants::Watch::Watch(const InvariantSet& checks, const Settings& settings, bool healthy)
    : checks_(checks), first_settings_(settings), healthy_(healthy), chronicle_(settings) {
  steps_.reserve(4'096);
}

void Invariants::Watch::on_step(const Event& event, const Output& output, const State& state) {
  if (violation_) return;
  const Sequence before = newest_;
  const Timestamp time_before = now_;
  newest_ = event.sequence;
  now_ = event.time;
  judge_time(event, state, before, time_before);
  keep(event, output, state);
  if (take_quiet_price(event, output, state)) return;

  judge_answers(event, output);
  const bool halted = chronicle_.entries_halted();
  const bool reconciled = chronicle_.reconciled();
  chronicle_.take(event);
  find_touched(event, output);
  judge_entries(event, output, state);
  judge_bookings(event, output);
  judge_adoptions(event, output, state);
  judge_commands(event, output, state);
  judge_entries_sent(event, output, halted, reconciled);
  for (const PositionKey key : touched_) judge_book(event, state, key);
  judge_isolation(event, output, state);
  if (const auto* mark = std::get_if<MarkPrice>(&event.body)) {
    judge_prices(mark->instrument, true, state);
  } else if (const auto* trade = std::get_if<TradePrinted>(&event.body)) {
    judge_prices(trade->instrument, chronicle_.trades_are_marks(), state);
  }
  for (const PositionKey key : touched_) remember(state, key);
}

// A price from which nothing follows: right if it lies where nothing has to.
bool Invariants::Watch::take_quiet_price(const Event& event, const Output& output,
                                         const State& state) {
  const auto* mark = std::get_if<MarkPrice>(&event.body);
  const auto* trade = std::get_if<TradePrinted>(&event.body);
  if (mark == nullptr && trade == nullptr) return false;
  if (!output.commands.empty() || !output.bookings.empty()) return false;
  chronicle_.take(event);
  const InstrumentId id = mark != nullptr ? mark->instrument : trade->instrument;
  const Price price = mark != nullptr ? mark->price : trade->price;
  const SeenInstrument& seen = chronicle_.instrument(id);
  if (price > seen.low && price < seen.high) return true;
  judge_prices(id, mark != nullptr || chronicle_.trades_are_marks(), state);
  return true;
}

void Invariants::Watch::touch(PositionKey key) {
  if (key.instrument == InstrumentId::None || !is_valid(key.side)) return;
  if (std::find(touched_.begin(), touched_.end(), key) == touched_.end()) touched_.push_back(key);
}

void Invariants::Watch::touch_both(InstrumentId id) {
  touch({id, PositionSide::Long});
  touch({id, PositionSide::Short});
}

// The books that the event may have changed.
void Invariants::Watch::find_touched(const Event& event, const Output& output) {
  touched_.clear();
  const auto of_order = [this](OrderId id) {
    if (const SeenOrder* order = chronicle_.find(id)) touch(order->key);
  };
  const auto of_all = [this](const auto&) {
    for (const SeenInstrument& seen : chronicle_.instruments()) {
      touch_both(seen.books[0].key.instrument);
    }
  };
  std::visit(
      Overload{[&](const ConfigChanged& b) { of_all(b); },
               [&](const InstrumentListed& b) { touch_both(b.instrument); },
               [&](const TimerFired& b) {
                 if (b.timer.kind == TimerKind::EntryTimeout) of_order(OrderId{b.timer.subject});
                 const SeenTranche* tranche = chronicle_.find(TrancheId{b.timer.subject});
                 if (tranche != nullptr) touch(tranche->key);
               },
               [&](const MarkPrice& b) { touch_both(b.instrument); },
               [&](const TradePrinted& b) { touch_both(b.instrument); },
               [&](const OrderFilled& b) {
                 of_order(b.order);
                 if (b.order == OrderId::None) touch({b.instrument, b.position_side});
               },
               [&](const FundingPaid& b) {
                 touch({b.instrument, b.position_side});
               },
               [&](const EntrySignal& b) { touch_both(b.instrument); },
               [&](const ProtectionRequested& b) { touch_both(b.instrument); },
               [&](const SnapshotEnded& b) { of_all(b); },
               [&](const CloseRequested& b) { of_all(b); }, [&](const KillSwitch& b) { of_all(b); },
               [&](const EntriesResumed& b) { of_all(b); },
               [&](const auto& b) {
                 if constexpr (requires { OrderId{b.order}; }) of_order(b.order);
               }},
      event.body);
  for (const Booking& booking : output.bookings) {
    std::visit([this](const auto& b) { touch(b.key); }, booking);
  }
  for (const Command& command : output.commands) {
    if (const auto key = key_of(command)) touch(*key);
  }
}

std::optional<PositionKey> Invariants::Watch::scope_of(const Event& event) {
  using Scope = std::optional<PositionKey>;
  const auto of_order = [this](OrderId id) -> Scope {
    if (const SeenOrder* order = chronicle_.find(id)) return order->key;
    return std::nullopt;
  };
  return std::visit(Overload{[](const MarkPrice& b) -> Scope {
                               return PositionKey{b.instrument, {}};
                             },
                             [](const TradePrinted& b) -> Scope {
                               return PositionKey{b.instrument, {}};
                             },
                             [](const InstrumentListed& b) -> Scope {
                               return PositionKey{b.instrument, {}};
                             },
                             [&](const OrderFilled& b) -> Scope {
                               if (b.order != OrderId::None) return of_order(b.order);
                               return PositionKey{b.instrument, b.position_side};
                             },
                             [](const FundingPaid& b) -> Scope {
                               return PositionKey{b.instrument, b.position_side};
                             },
                             [](const EntrySignal& b) -> Scope {
                               return PositionKey{b.instrument, {}};
                             },
                             [](const ProtectionRequested& b) -> Scope {
                               return PositionKey{b.instrument, {}};
                             },
                             [](const CloseRequested& b) -> Scope {
                               if (b.instrument == InstrumentId::None) return std::nullopt;
                               return PositionKey{b.instrument, PositionSide{b.position_side}};
                             },
                             [&](const auto& b) -> Scope {
                               if constexpr (requires { OrderId{b.order}; })
                                 return of_order(b.order);
                               return std::nullopt;
                             }},
                    event.body);
}

void Invariants::Watch::judge_book(const Event& event, const State& state, PositionKey key) {
  if (!state.knows(key.instrument)) return;
  const Position& position = state.position(key);
  const SeenBook& book = chronicle_.book(key);
  if (position.tranches.empty() && book.tranches.empty() && book.held == 0 &&
      !position.ignored.is_positive() && !std::holds_alternative<SnapshotEnded>(event.body)) {
    return;
  }
  for (const Tranche& tranche : position.tranches) {
    SeenTranche* seen = chronicle_.find(tranche.id);
    if (seen == nullptr) {
      fail(11, tranche.id, " is in the books, and nothing opened it");
      return;
    }
    judge_holdings(tranche, *seen);
    judge_life(tranche, *seen);
    judge_orders(state, tranche, *seen);
    judge_protection(event, position, tranche, *seen);
  }
  for (const TrancheId id : book.tranches) {
    const SeenTranche& seen = *chronicle_.find(id);
    if (!seen.is_open() || find_tranche(position, id) != nullptr) continue;
    fail(1, id, " holds ", seen.quantity, " and is not in the books");
  }
  judge_position(event, position);
}

// What the next step is compared with.
void Invariants::Watch::remember(const State& state, PositionKey key) {
  if (!state.knows(key.instrument)) return;
  const Position& position = state.position(key);
  SeenBook& book = chronicle_.book(key);
  book.ignored = position.ignored;
  book.open = Quantity();
  book.cost = 0;
  for (const Tranche& tranche : position.tranches) {
    book.open += tranche.quantity;
    book.cost += tranche.cost;
    SeenTranche* seen = chronicle_.find(tranche.id);
    if (seen == nullptr) continue;
    seen->closing = tranche.closing.has_value();
    seen->closing_part = tranche.closing && tranche.closing->part;
    seen->dust = tranche.dust;
    seen->stop_wish = tranche.ended ? Maybe<Price>() : tranche.stop.price;
    seen->target_wish = tranche.ended ? Maybe<Price>() : tranche.target.price;
    if (!seen->closing) seen->stop_triggered = seen->stop_would_trigger = false;
  }
  std::erase_if(book.tranches, [this](TrancheId id) {
    const SeenTranche& seen = *chronicle_.find(id);
    return !seen.is_open() && seen.live.empty();
  });
  remember_band(key.instrument);
}

// Between these prices no exit has to start.
void Invariants::Watch::remember_band(InstrumentId id) {
  SeenInstrument& seen = chronicle_.instrument(id);
  seen.low = Price();
  seen.high = Price::max();
  for (const SeenBook& book : seen.books) {
    const bool is_long = book.key.side == PositionSide::Long;
    for (const TrancheId tranche_id : book.tranches) {
      const SeenTranche& tranche = *chronicle_.find(tranche_id);
      if (!tranche.is_open() || tranche.dust || (tranche.closing && !tranche.closing_part))
        continue;
      const Maybe<Price> above = is_long ? tranche.target_wish : tranche.stop_wish;
      const Maybe<Price> below = is_long ? tranche.stop_wish : tranche.target_wish;
      if (above) seen.high = std::min(seen.high, *above);
      if (below) seen.low = std::max(seen.low, *below);
    }
  }
}

}  // namespace tranchet

// Identity and life of tranches: I-11 to I-14, and I-16.
#include <algorithm>

#include "backtest/wargame/invariants/exact.h"
#include "backtest/wargame/invariants/watch.h"

namespace tranchet {
namespace {

// (P - W) / W <= -increment for Long, mirrored for Short, multiplied out.
bool is_far_enough(PositionSide side, Price price, Value cost, Quantity quantity, Ppm increment) {
  const Int128 here = value_of(price, quantity);
  const Int128 lost = side == PositionSide::Long ? cost - here : here - cost;
  return lost * kPpmOne >= cost * increment;
}

}  // namespace

// Open, or waiting for a first entry.
bool Invariants::Watch::is_live(const SeenTranche& tranche) const {
  return tranche.is_open() || (tranche.life == SeenTranche::Life::Pending && !tranche.live.empty());
}

// The two with the highest profit in percent, the survivor first.
Invariants::Watch::Pair Invariants::Watch::least_lossy(PositionKey key) {
  Pair best;  // `first` is the better one, until the end.
  const auto is_better = [&key](const SeenTranche& a, const SeenTranche& b) {
    const int order = exact::compare_averages(a.cost, a.quantity, b.cost, b.quantity);
    if (order == 0) return a.ordinal < b.ordinal;
    return (order < 0) == (key.side == PositionSide::Long);
  };
  for (const TrancheId id : chronicle_.book(key).tranches) {
    const SeenTranche* seen = chronicle_.find(id);
    if (!seen->is_open() || seen->closing || seen->dust) continue;
    if (best.first == nullptr || is_better(*seen, *best.first)) {
      best.second = best.first;
      best.first = seen;
    } else if (best.second == nullptr || is_better(*seen, *best.second)) {
      best.second = seen;
    }
  }
  if (best.second == nullptr) return {};
  if (best.second->ordinal < best.first->ordinal) std::swap(best.first, best.second);
  return best;
}

// What the rules say of an entry, or of a fill whose tranche is gone, at this price. `without` did
// not exist yet.
Invariants::Watch::Choice Invariants::Watch::choose(PositionKey key, Price price, bool is_fill,
                                                    TrancheId without) {
  const SeenTranche* newest = nullptr;
  const SeenTranche* dust = nullptr;
  Quantity quantity;
  Value cost = 0;
  std::int64_t live = 0;
  Choice open{.kind = Choice::Kind::Open};
  const auto is_newer = [](const SeenTranche& a, const SeenTranche* b) {
    return b == nullptr || std::pair(a.ordinal, a.id) > std::pair(b->ordinal, b->id);
  };
  for (const TrancheId id : chronicle_.book(key).tranches) {
    const SeenTranche& seen = *chronicle_.find(id);
    if (!is_live(seen) || id == without) continue;
    open.ordinal = std::max(open.ordinal, seen.ordinal + 1);
    if (!seen.dust) ++live;
    if (seen.closing) continue;
    if (seen.dust) {
      if (is_newer(seen, dust)) dust = &seen;
      continue;
    }
    if (is_newer(seen, newest)) newest = &seen;
    quantity += seen.quantity;
    cost += seen.cost;
  }
  const auto join = [](const SeenTranche& seen) {
    return Choice{.kind = Choice::Kind::Join, .tranche = seen.id, .ordinal = seen.ordinal};
  };
  if (dust != nullptr) return join(*dust);
  const Settings& settings = chronicle_.settings();
  const Ppm increment = settings.percent(Setting::TrancheIncrement, key.instrument);
  const bool deep =
      quantity.is_positive() && is_far_enough(key.side, price, cost, quantity, increment);
  if (newest != nullptr && !deep) return join(*newest);
  if (live < settings.get(Setting::MaxTranches, key.instrument)) return open;
  if (newest == nullptr) return is_fill ? open : Choice{.kind = Choice::Kind::Refuse};
  if (is_fill) return join(*newest);
  const auto policy = settings.choice<AtCapPolicy>(Setting::AtCap, key.instrument);
  if (policy == AtCapPolicy::Reject) return Choice{.kind = Choice::Kind::Refuse};
  const Pair pair = policy == AtCapPolicy::Merge ? least_lossy(key) : Pair{};
  if (pair.first == nullptr) return join(*newest);
  Choice merge{.kind = Choice::Kind::Merge, .tranche = pair.first->id, .from = pair.second->id};
  for (const TrancheId id : chronicle_.book(key).tranches) {
    const SeenTranche& seen = *chronicle_.find(id);
    if (is_live(seen) && id != merge.from)
      merge.ordinal = std::max(merge.ordinal, seen.ordinal + 1);
  }
  return merge;
}

void Invariants::Watch::judge_new_tranche(TrancheId id) {
  expect(11, id > chronicle_.newest_tranche(), id, " is new, and the newest was ",
         chronicle_.newest_tranche());
}

// Entries that are sent: did they choose their tranches by the rules? The chronicle is as before.
// One event may enter on both sides; slices of one entry are one.
void Invariants::Watch::judge_entries(const Event& event, const Output& output,
                                      const State& state) {
  const SubmitOrder* judged = nullptr;
  for (const Command& command : output.commands) {
    const auto* entry = std::get_if<SubmitOrder>(&command);
    if (entry == nullptr || entry->purpose != Purpose::Entry) continue;
    if (judged == nullptr || judged->tranche_id != entry->tranche_id) {
      judge_entry(*entry, event, output, state);
    }
    judged = entry;
  }
}

void Invariants::Watch::judge_entry(const SubmitOrder& entry, const Event& event,
                                    const Output& output, const State& state) {
  const PositionKey key{entry.instrument, entry.position_side};
  const bool is_signal = std::holds_alternative<EntrySignal>(event.body);
  if (!is_signal) note_closing(state, key);
  const bool one_way = chronicle_.settings().choice<PositionMode>(Setting::PositionModeChoice) ==
                       PositionMode::OneWay;
  const PositionSide other =
      key.side == PositionSide::Long ? PositionSide::Short : PositionSide::Long;
  const SeenBook& against = chronicle_.book({key.instrument, other});
  expect(32, !one_way || (against.held == 0 && against.open.is_zero()), "order ", entry.order,
         " enters against what ", PositionKey{key.instrument, other}, " holds");
  const bool known = chronicle_.find(entry.tranche_id) != nullptr;
  if (!known) judge_new_tranche(entry.tranche_id);
  const TrancheMerged* merged = nullptr;
  for (const Booking& booking : output.bookings) {
    const auto* merge = std::get_if<TrancheMerged>(&booking);
    if (merge != nullptr && merge->key == key) merged = merge;
  }
  const Maybe<Price> mark = chronicle_.instrument(key.instrument).mark;
  const Choice expected = choose(key, entry.limit_price.value_or(mark.value_or(Price())), false);
  const auto kind = known               ? Choice::Kind::Join
                    : merged != nullptr ? Choice::Kind::Merge
                                        : Choice::Kind::Open;
  if (!known) {
    expect(13, expected.kind != Choice::Kind::Refuse && expected.kind != Choice::Kind::Join,
           "order ", entry.order, " opens ", entry.tranche_id, " on ", key,
           ": the cap, or the price, does not allow it");
  }
  const bool agrees = kind == expected.kind && entry.tranche == expected.ordinal &&
                      (kind != Choice::Kind::Join || entry.tranche_id == expected.tranche) &&
                      (kind != Choice::Kind::Merge ||
                       (merged->into == expected.tranche && merged->from == expected.from));
  static constexpr auto kWords =
      std::to_array<const char*>({"join", "open", "merge", "be refused"});
  expect(14, agrees, "order ", entry.order, " was expected to ",
         kWords[static_cast<std::size_t>(expected.kind)], " (ordinal ", expected.ordinal, ", ",
         expected.tranche, "), and went to ", entry.tranche_id, ", ordinal ", entry.tranche);
}

// What a price event began to close before it let an entry in.
void Invariants::Watch::note_closing(const State& state, PositionKey key) {
  for (const Tranche& tranche : state.position(key).tranches) {
    SeenTranche* seen = chronicle_.find(tranche.id);
    if (seen != nullptr && tranche.closing) seen->closing = true;
  }
}

// An entry's fill goes where the entry was pinned, or, if that is gone, where the rules say.
void Invariants::Watch::judge_entry_tranche(const FillBooked& booked, const SeenOrder& order) {
  if (chronicle_.counted().size() != 1) return;
  const SeenTranche* pinned = chronicle_.find(order.tranche);
  const bool was_live = !order.is_over() || order.over_in == newest_;
  const bool waits = pinned != nullptr && pinned->life == SeenTranche::Life::Pending &&
                     (was_live || !pinned->live.empty());
  // Its own tranche is opened by the very fill.
  const bool is_first =
      pinned != nullptr && pinned->is_open() && pinned->quantity.is_zero() && was_live;
  const SeenTranche* into = chronicle_.find(booked.tranche_id);
  const bool is_new = into != nullptr && into->seen_in == newest_;
  if (waits || is_first) {
    expect(7, booked.tranche_id == order.tranche, "order ", order.id, " was sent for ",
           order.tranche, ", filled into ", booked.tranche_id);
    return;
  }
  if (order.doomed) {
    expect(16, is_new, "order ", order.id, " is to be closed at once, filled into ",
           booked.tranche_id, ", which is not its own");
    return;
  }
  if (pinned != nullptr && pinned->is_open() && !pinned->closing) {
    expect(7, booked.tranche_id == order.tranche, "order ", order.id, " was sent for ",
           order.tranche, ", filled into ", booked.tranche_id);
    return;
  }
  const TrancheId opened = is_new ? booked.tranche_id : TrancheId::None;
  const Choice expected = choose(booked.key, booked.price, true, opened);
  const bool agrees =
      expected.kind == Choice::Kind::Join ? booked.tranche_id == expected.tranche : is_new;
  expect(16, agrees, "order ", order.id, ", whose ", order.tranche, " is gone, filled into ",
         booked.tranche_id, ", expected ",
         expected.kind == Choice::Kind::Join ? word(expected.tranche) : word("a new one"));
}

void Invariants::Watch::judge_life(const Tranche& tranche, const SeenTranche& seen) {
  if (!judges(12)) return;
  const bool is_closed = seen.life == SeenTranche::Life::Closed;
  if (seen.life == SeenTranche::Life::Merged) {
    fail(12, tranche.id, " was merged into ", seen.merged_into, ", and is back");
  } else if (tranche.ended != is_closed) {
    fail(12, tranche.id, is_closed ? " was closed, and is open" : " has ended without closing");
  } else if (tranche.ended && (tranche.quantity.is_positive() || tranche.closing)) {
    fail(12, tranche.id, " is closed and holds ", tranche.quantity);
  } else if (tranche.opened != (seen.life != SeenTranche::Life::Pending)) {
    fail(12, tranche.id,
         tranche.opened ? " is open without a fill" : " was filled, and is pending");
  } else if (tranche.closing && !seen.is_open()) {
    fail(12, tranche.id, " is closing and was never open");
  }
}

}  // namespace tranchet

#include "engine/placement.h"

#include <algorithm>

#include "engine/targets.h"

namespace tranchet {
namespace {

bool joins(const Tranche& tranche) {
  return tranche.takes_entries() && !tranche.dust;
}

// (P - W) / W <= -increment for Long, (W - P) / W <= -increment for Short, with W = cost /
// quantity; multiplied out, so that equality is exact.
bool is_deep_enough(PositionSide side, Value cost, Quantity quantity, Price price, Ppm increment) {
  const Int128 at_price = value_of(price, quantity) * kPpmOne;
  return side == PositionSide::Long ? at_price <= cost * (kPpmOne - increment)
                                    : at_price >= cost * (kPpmOne + increment);
}

// The two tranches with the highest PnL percentage: for Long the two lowest averages. The mark
// cancels out. Compared as fractions: a / b < c / d as a x d < c x b would pass 128 bits, so by
// whole part first and then by the rest.
bool has_lower_average(const Tranche& a, const Tranche& b) {
  const Int128 qa = a.quantity.raw(), qb = b.quantity.raw();
  const Int128 whole_a = a.cost / qa, whole_b = b.cost / qb;
  if (whole_a != whole_b) return whole_a < whole_b;
  return (a.cost % qa) * qb < (b.cost % qb) * qa;
}

struct LeastLossy {
  const Tranche* first = nullptr;
  const Tranche* second = nullptr;
};

LeastLossy least_lossy(const Position& position) {
  std::vector<const Tranche*> candidates;
  for (const Tranche& tranche : position.tranches) {
    if (joins(tranche) && tranche.quantity.is_positive()) candidates.push_back(&tranche);
  }
  if (candidates.size() < 2) return {};
  // By ordinal already; a stable sort leaves ties to the lower one.
  const bool is_long = position.key.side == PositionSide::Long;
  std::stable_sort(candidates.begin(), candidates.end(),
                   [is_long](const Tranche* a, const Tranche* b) {
                     return is_long ? has_lower_average(*a, *b) : has_lower_average(*b, *a);
                   });
  LeastLossy result{candidates[0], candidates[1]};
  if (result.second->ordinal < result.first->ordinal) std::swap(result.first, result.second);
  return result;
}

const Tranche* newest(const Position& position) {
  const Tranche* result = nullptr;
  for (const Tranche& tranche : position.tranches) {
    if (joins(tranche)) result = &tranche;
  }
  return result;
}

// What rule 1 says without the cap: a tranche to join, or none to open one.
const Tranche* rule_one(const State& state, const Position& position, Price price) {
  const Tranche* dust = nullptr;
  const Tranche* last = nullptr;
  Quantity quantity;
  Value cost = 0;
  for (const Tranche& tranche : position.tranches) {
    if (!tranche.takes_entries()) continue;
    if (tranche.dust) {
      dust = &tranche;
      continue;
    }
    last = &tranche;
    quantity += tranche.quantity;
    cost += tranche.cost;
  }
  if (dust != nullptr) return dust;
  const Ppm increment = state.settings.percent(Setting::TrancheIncrement, position.key.instrument);
  if (last != nullptr && quantity.is_positive() &&
      is_deep_enough(position.key.side, cost, quantity, price, increment)) {
    return nullptr;
  }
  return last;
}

bool is_at_cap(const State& state, const Position& position) {
  return live_count(position) >= static_cast<std::uint64_t>(state.settings.get(
                                     Setting::MaxTranches, position.key.instrument));
}

}  // namespace

std::uint32_t ordinal_after_highest(const Position& position) {
  std::uint32_t ordinal = 0;
  for (const Tranche& tranche : position.tranches) {
    if (tranche.is_live()) ordinal = std::max(ordinal, tranche.ordinal + 1);
  }
  return ordinal;
}

Placement place_entry(const State& state, const Position& position, Price price) {
  if (const Tranche* join = rule_one(state, position, price)) {
    return {.kind = Placement::Kind::Join, .tranche = join->id};
  }
  if (!is_at_cap(state, position)) {
    return {.kind = Placement::Kind::Open, .ordinal = ordinal_after_highest(position)};
  }
  const Tranche* last = newest(position);
  if (last == nullptr) return {.kind = Placement::Kind::Refuse};
  const Placement join_newest{.kind = Placement::Kind::Join, .tranche = last->id};
  switch (state.settings.choice<AtCapPolicy>(Setting::AtCap, position.key.instrument)) {
    case AtCapPolicy::Reject:
      return {.kind = Placement::Kind::Refuse};
    case AtCapPolicy::Join:
      return join_newest;
    case AtCapPolicy::Merge:
      break;
  }
  const LeastLossy pair = least_lossy(position);
  if (pair.first == nullptr) return join_newest;
  // The highest live ordinal after the merge: the absorbed one may have been the highest.
  std::uint32_t highest = 0;
  for (const Tranche& tranche : position.tranches) {
    if (tranche.is_live() && tranche.id != pair.second->id) {
      highest = std::max(highest, tranche.ordinal);
    }
  }
  return {.kind = Placement::Kind::MergeAndOpen,
          .tranche = pair.first->id,
          .from = pair.second->id,
          .ordinal = highest + 1};
}

Placement place_fill(const State& state, const Position& position, Price price) {
  const Tranche* join = rule_one(state, position, price);
  if (join == nullptr && is_at_cap(state, position)) join = newest(position);
  if (join != nullptr) return {.kind = Placement::Kind::Join, .tranche = join->id};
  return {.kind = Placement::Kind::Open, .ordinal = ordinal_after_highest(position)};
}

Tranche& open_tranche(Turn& turn, Position& position, std::uint32_t ordinal) {
  const TrancheId id = turn.state.last_tranche =
      TrancheId{static_cast<std::uint64_t>(turn.state.last_tranche) + 1};
  const auto at = std::upper_bound(
      position.tranches.begin(), position.tranches.end(), ordinal,
      [](std::uint32_t wanted, const Tranche& other) { return wanted < other.ordinal; });
  Tranche& tranche = *position.tranches.emplace(at);
  tranche.id = id;
  tranche.ordinal = ordinal;
  pin_targets(turn.state, position.key.instrument, tranche);
  return tranche;
}

void absorb(Turn& turn, Position& position, TrancheId from_id, TrancheId into_id) {
  Tranche& from = *find_tranche(position, from_id);
  Tranche& into = *find_tranche(position, into_id);
  turn.book(TrancheMerged{.from = from_id,
                          .into = into_id,
                          .key = position.key,
                          .quantity = from.quantity,
                          .cost = from.cost});
  into.quantity += from.quantity;
  into.cost += from.cost;
  const auto take = [](OrderIds& mine, const OrderIds& theirs) {
    for (const OrderId id : theirs) mine.push_back(id);
    std::sort(mine.begin(), mine.end());
  };
  take(into.entries, from.entries);
  take(into.stops, from.stops);
  take(into.targets, from.targets);
  take(into.closes, from.closes);
  into.generation = std::max(into.generation, from.generation);
  // Finished orders too: a late fill of theirs is the survivor's.
  for (auto& [id, order] : turn.state.orders) {
    if (order.key != position.key || order.tranche_id != from_id) continue;
    order.tranche_id = into_id;
    order.cancel_refused = false;  // Its retry timer goes with the tranche.
    order.tranche = into.ordinal;
  }
  for (const TimerKind kind :
       {TimerKind::StopRetry, TimerKind::TargetRetry, TimerKind::ExitRetry}) {
    turn.cancel_timer(position.key, {kind, static_cast<std::uint64_t>(from_id)});
  }
  std::erase_if(position.tranches, [from_id](const Tranche& t) { return t.id == from_id; });
  Tranche& survivor = *find_tranche(position, into_id);
  update_targets(turn.state.instrument(position.key.instrument), position.key.side, survivor);
  turn.publish(position.key);
}

}  // namespace tranchet

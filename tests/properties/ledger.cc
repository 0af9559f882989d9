#include "tests/properties/ledger.h"

#include <algorithm>

#include "tests/properties/wide.h"

namespace tranchet::oracle {
namespace {

bool is_long(PositionKey key) {
  return key.side == PositionSide::Long;
}

// a.sum / a.quantity against b.sum / b.quantity.
std::strong_ordering compare_averages(const Tranche& a, const Tranche& b) {
  return compare(product(a.sum, b.quantity), product(b.sum, a.quantity));
}

// The two with the highest PnL percentage at any one mark: Long the lowest averages, Short the
// highest; ties to the lower ordinal. The survivor is the older.
Placement merge_of(std::vector<const Tranche*> active, const std::vector<const Tranche*>& live) {
  std::sort(active.begin(), active.end(), [](const Tranche* a, const Tranche* b) {
    const auto order = compare_averages(*a, *b);
    if (order == 0) return a->ordinal < b->ordinal;
    return is_long(a->key) ? order < 0 : order > 0;
  });
  const Tranche* survivor = active[0];
  const Tranche* merged = active[1];
  if (survivor->ordinal > merged->ordinal) std::swap(survivor, merged);
  std::uint32_t ordinal = 0;
  for (const Tranche* tranche : live) {
    if (tranche != merged) ordinal = std::max(ordinal, tranche->ordinal + 1);
  }
  return {Placement::Kind::Merge, survivor->id, merged->id, ordinal};
}

// Rule 1: has the position lost the increment at `price`?
bool increment_reached(PositionKey key, Int128 sum, Int128 quantity, Price price, Ppm increment) {
  const Int128 at_price = Int128{price.raw()} * quantity * kPpmOne;
  return is_long(key) ? at_price <= sum * (kPpmOne - increment)
                      : at_price >= sum * (kPpmOne + increment);
}

// The placements when exactly the tranches in `closing` are closing: one, unless an average is
// asked for where nothing is open.
std::vector<Placement> place(PositionKey key, const std::vector<const Tranche*>& live,
                             const std::vector<bool>& closing, Price price, const Rules& rules,
                             bool fill) {
  using enum Placement::Kind;
  std::vector<const Tranche*> active;
  std::uint32_t counted = 0, next_ordinal = 0;
  Int128 sum = 0, quantity = 0;
  for (std::size_t i = 0; i < live.size(); ++i) {
    next_ordinal = std::max(next_ordinal, live[i]->ordinal + 1);
    if (!live[i]->dust) ++counted;
    if (closing[i] || live[i]->dust) continue;
    active.push_back(live[i]);
    sum += live[i]->sum;
    quantity += live[i]->quantity;
  }
  const Placement refused{Refuse, {}, {}, 0}, opened{Open, {}, {}, next_ordinal};
  if (active.empty()) {
    return {live.empty() || counted < rules.max_tranches || fill ? opened : refused};
  }
  const Placement joined{Join, active.back()->id, {}, active.back()->ordinal};
  if (quantity == 0) return {joined, opened};
  if (!increment_reached(key, sum, quantity, price, rules.increment)) return {joined};
  if (counted < rules.max_tranches) return {opened};
  if (fill || rules.at_cap == AtCap::Join) return {joined};
  if (rules.at_cap == AtCap::Reject) return {refused};
  if (active.size() < 2) return {joined};
  return {merge_of(active, live)};
}

}  // namespace

Int128 share(Int128 sum, std::int64_t part, std::int64_t whole) {
  return divide(product(sum, part), whole).whole;
}

Int128 nearest(Int128 numerator, Int128 denominator) {
  const bool negative = numerator < 0;
  const Quotient quotient = divide(widen(negative ? -numerator : numerator), denominator);
  Int128 size = quotient.whole;
  if (compare(doubled(quotient.rest), widen(denominator)) >= 0) ++size;
  return negative ? -size : size;
}

Price average(Int128 sum, std::int64_t quantity) {
  return Price::from_wide(nearest(sum, quantity));
}

std::optional<Price> target(const Tranche& tranche, Purpose leg, const Rules& rules, Price tick) {
  const bool profit = leg == Purpose::TakeProfit;
  const Leg& wish = profit ? tranche.take_profit : tranche.stop_loss;
  if (wish.choice == TargetChoice::None) return std::nullopt;
  if (wish.choice == TargetChoice::AtPrice) return *wish.price;
  if (!(profit ? rules.take_profit_enabled : rules.stop_loss_enabled)) return std::nullopt;
  const Ppm distance = profit ? rules.take_profit : rules.stop_loss;
  const bool above = profit == is_long(tranche.key);
  // The target in ticks is numerator / denominator.
  const Int128 numerator = tranche.sum * (above ? kPpmOne + distance : kPpmOne - distance);
  const Int128 denominator = Int128{tranche.quantity} * kPpmOne * tick.raw();
  Int128 ticks = numerator / denominator;
  const Int128 rest = numerator % denominator;
  // A tie goes toward the entry: down for a target above it, up for one below.
  if (above ? rest * 2 > denominator : rest * 2 >= denominator) ++ticks;
  const Int128 in_ticks = Int128{tranche.quantity} * tick.raw();
  if (above && ticks * in_ticks <= tranche.sum) ++ticks;
  if (!above && ticks * in_ticks >= tranche.sum) --ticks;
  if (ticks < 1) return std::nullopt;
  return Price::from_wide(ticks * tick.raw());
}

Tranche& Ledger::open(TrancheId id, PositionKey key, std::uint32_t ordinal) {
  Tranche& tranche = tranches_[id];
  tranche = {};
  tranche.id = id;
  tranche.key = key;
  tranche.ordinal = ordinal;
  return tranche;
}

const Tranche* Ledger::holder(TrancheId id) const {
  auto found = tranches_.find(id);
  while (found != tranches_.end() && found->second.merged_into != TrancheId::None) {
    found = tranches_.find(found->second.merged_into);
  }
  return found == tranches_.end() ? nullptr : &found->second;
}
Tranche* Ledger::holder(TrancheId id) {
  return const_cast<Tranche*>(static_cast<const Ledger*>(this)->holder(id));
}

void Ledger::enter(Tranche& tranche, std::int64_t quantity, Price price, Money fee) {
  tranche.quantity += quantity;
  tranche.sum += Int128{price.raw()} * quantity;
  tranche.fees += fee.raw();
  tranche.filled = true;
  tranche.dust = false;
}

void Ledger::take(Tranche& tranche, std::int64_t quantity, Price price, Money fee,
                  const std::vector<ExitReason>& reasons) {
  const Int128 off = share(tranche.sum, quantity, tranche.quantity);
  const Int128 value = Int128{price.raw()} * quantity;
  const Int128 gain = is_long(tranche.key) ? value - off : off - value;
  tranche.quantity -= quantity;
  tranche.sum -= off;
  tranche.exited += quantity;
  tranche.exited_sum += off;
  tranche.exited_value += value;
  tranche.realized += static_cast<std::int64_t>(nearest(gain, kDecimalOne));
  tranche.fees += fee.raw();
  tranche.last_reasons = reasons;
  if (tranche.quantity == 0) tranche.ended = true;
}

ExitResult Ledger::exit(TrancheId own, std::int64_t quantity, Price price, Money fee,
                        const std::vector<ExitReason>& reasons) {
  const Tranche* first = holder(own);
  ENSURE(first != nullptr);
  std::vector<TrancheId> order{first->id};
  const std::vector<const Tranche*> others = live(first->key);
  for (auto it = others.rbegin(); it != others.rend(); ++it) {
    if ((*it)->id != first->id) order.push_back((*it)->id);
  }
  ExitResult result{{}, quantity};
  for (const TrancheId id : order) {
    Tranche& tranche = tranches_.at(id);
    const std::int64_t part = std::min(result.excess, tranche.quantity);
    if (part == 0) continue;
    const bool whole = part == quantity;
    take(tranche, part, price, whole ? fee : Money(), reasons);
    if (!whole) tranche.fees_exact = false;
    result.given.push_back({id, part});
    result.excess -= part;
  }
  return result;
}

void Ledger::move(Tranche& from, Tranche& into) {
  into.quantity += from.quantity;
  into.sum += from.sum;
  from.quantity = 0;
  from.sum = 0;
  from.ended = true;
  from.merged_into = into.id;
}

std::vector<Placement> Ledger::placements(PositionKey key, Price price, const Rules& rules,
                                          bool fill) const {
  const std::vector<const Tranche*> candidates = live(key);
  std::vector<Placement> result;
  const auto add = [&result](const Placement& placement) {
    if (std::find(result.begin(), result.end(), placement) == result.end()) {
      result.push_back(placement);
    }
  };
  bool dust = false;
  for (const Tranche* tranche : candidates) {
    if (!tranche->dust) continue;
    dust = true;
    add({Placement::Kind::Join, tranche->id, {}, tranche->ordinal});
  }
  if (dust && !fill) return result;
  std::vector<std::size_t> open_questions;
  std::vector<bool> closing(candidates.size());
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    closing[i] = candidates[i]->phase == Phase::Closing;
    if (candidates[i]->phase == Phase::Either) open_questions.push_back(i);
  }
  for (std::size_t world = 0; world < (std::size_t{1} << open_questions.size()); ++world) {
    for (std::size_t bit = 0; bit < open_questions.size(); ++bit) {
      closing[open_questions[bit]] = ((world >> bit) & 1) != 0;
    }
    for (const Placement& placement : place(key, candidates, closing, price, rules, fill)) {
      add(placement);
    }
  }
  return result;
}

std::vector<const Tranche*> Ledger::live(PositionKey key) const {
  std::vector<const Tranche*> result;
  for (const auto& [id, tranche] : tranches_) {
    if (tranche.key != key || tranche.ended) continue;
    if (tranche.quantity > 0 || tranche.entry_in_flight) result.push_back(&tranche);
  }
  std::sort(result.begin(), result.end(),
            [](const Tranche* a, const Tranche* b) { return a->ordinal < b->ordinal; });
  return result;
}

std::int64_t Ledger::position(PositionKey key) const {
  std::int64_t total = 0;
  for (const auto& [id, tranche] : tranches_) {
    if (tranche.key == key) total += tranche.quantity;
  }
  return total;
}

TrancheId Ledger::newest_id() const {
  return tranches_.empty() ? TrancheId::None : tranches_.rbegin()->first;
}

}  // namespace tranchet::oracle

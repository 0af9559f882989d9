#include "adapters/beside/side_by_side.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace tranchet::beside {
namespace {

Duration distance(Timestamp a, Timestamp b) {
  return a < b ? b - a : a - b;
}

bool may_be_same(const Deal& a, const Deal& b) {
  return a.symbol == b.symbol && a.side == b.side && a.is_entry == b.is_entry;
}

std::vector<const Deal*> between(const std::vector<Deal>& deals, Timestamp from, Timestamp to) {
  std::vector<const Deal*> result;
  for (const Deal& deal : deals) {
    if (deal.time >= from && deal.time <= to) result.push_back(&deal);
  }
  return result;
}

Ppm price_off(Price bot, Price ours) {
  return static_cast<Ppm>(
      divide_half_away((static_cast<Int128>(ours.raw()) - bot.raw()) * kPpmOne, bot.raw()));
}

std::string why_not(const Deal& deal, const Deals& ours, Duration within) {
  if (!deal.is_entry) return {};
  const Refusal* nearest = nullptr;
  for (const Refusal& refusal : ours.refusals) {
    if (refusal.symbol != deal.symbol || refusal.side != deal.side) continue;
    const Duration apart = distance(refusal.time, deal.time);
    if (apart > within) continue;
    if (nearest == nullptr || apart < distance(nearest->time, deal.time)) nearest = &refusal;
  }
  return nearest == nullptr ? std::string() : nearest->reason + " at " + to_text(nearest->time);
}

bool is_like(const Holding& a, const Holding& b) {
  const auto average = [](const Holding& one) {
    return divide_half_away(one.cost, one.quantity.raw());
  };
  return a.tranches == b.tranches && a.quantity == b.quantity && average(a) == average(b);
}

}  // namespace

bool SideBySide::is_same() const {
  return bot_alone.empty() && ours_alone.empty() && holdings.empty();
}

SideBySide compare(const Deals& bot, const Deals& ours, Duration within) {
  // The last row of the bot's need not be the end of its life, so the log says when to stop; before
  // the log begins nothing can be the same.
  SideBySide result{.from = ours.first, .to = ours.last, .flaws = bot.flaws};
  const auto theirs = between(bot.deals, result.from, result.to);
  const auto own = between(ours.deals, result.from, result.to);
  std::vector<std::tuple<Duration, std::size_t, std::size_t>> candidates;
  for (std::size_t a = 0; a < theirs.size(); ++a) {
    for (std::size_t b = 0; b < own.size(); ++b) {
      const Duration apart = distance(theirs[a]->time, own[b]->time);
      if (apart <= within && may_be_same(*theirs[a], *own[b])) candidates.emplace_back(apart, a, b);
    }
  }
  std::ranges::sort(candidates);
  std::map<std::size_t, std::size_t> pair_of;  // The bot's to ours.
  std::vector<bool> taken(own.size());
  for (const auto& [apart, a, b] : candidates) {
    if (pair_of.contains(a) || taken[b]) continue;
    pair_of[a] = b;
    taken[b] = true;
  }
  for (std::size_t a = 0; a < theirs.size(); ++a) {
    const auto found = pair_of.find(a);
    if (found == pair_of.end()) {
      result.bot_alone.push_back({*theirs[a], why_not(*theirs[a], ours, within)});
      continue;
    }
    const Deal& other = *own[found->second];
    result.pairs.push_back({.bot = *theirs[a],
                            .ours = other,
                            .later = other.time - theirs[a]->time,
                            .price_off = price_off(theirs[a]->price, other.price)});
  }
  for (std::size_t b = 0; b < own.size(); ++b) {
    if (!taken[b]) result.ours_alone.push_back(*own[b]);
  }
  std::map<std::pair<std::string, PositionSide>,
           std::pair<std::optional<Holding>, std::optional<Holding>>>
      held;
  for (const Holding& one : bot.holdings) held[{one.symbol, one.side}].first = one;
  for (const Holding& one : ours.holdings) held[{one.symbol, one.side}].second = one;
  for (auto& [key, both] : held) {
    if (both.first && both.second && is_like(*both.first, *both.second)) continue;
    result.holdings.push_back(std::move(both));
  }
  return result;
}

}  // namespace tranchet::beside

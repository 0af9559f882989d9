#include "adapters/legacy/adoption_plan.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

namespace tranchet::legacy {
namespace {

using aster::SurveyOrder;
using aster::SurveyPosition;

// The venue rounds its entry price, and the bot's averages pass through floating point: within this
// the ladder and the venue say the same. A made-up average is off by percents.
constexpr Ppm kSameAverage = 1'000;

Quantity floor_to_step(Quantity quantity, Quantity step) {
  if (!step.is_positive()) return quantity;
  // 0.15 that became 0.1499999999999999 is 0.15.
  const std::int64_t nearest =
      static_cast<std::int64_t>(divide_half_away(quantity.raw(), step.raw())) * step.raw();
  const std::int64_t away =
      nearest > quantity.raw() ? nearest - quantity.raw() : quantity.raw() - nearest;
  if (away <= 1) return Quantity::from_raw(nearest);
  return Quantity::from_raw(quantity.raw() / step.raw() * step.raw());
}

std::string describe(const SurveyOrder& order) {
  std::string text = std::string(to_text(order.side)) + " " +
                     (order.closes_all ? std::string("all") : to_text(order.remaining)) + " " +
                     std::string(to_text(order.type));
  const Maybe<Price> price = is_conditional(order.type) ? order.stop_price : order.limit_price;
  return price ? text + " at " + to_text(*price) : text;
}

std::string name_of(const std::string& symbol, PositionSide side) {
  return symbol + " " + std::string(to_text(side));
}

class Planner {
 public:
  Planner(const BotDatabase* database, const aster::AccountSurvey* survey,
          const ExchangeInfo* rules)
      : database_(database), survey_(survey), rules_(rules) {}

  AdoptionPlan plan() {
    if (survey_ == nullptr) {
      take_ladder_as_it_is();
    } else {
      for (const SurveyPosition& position : survey_->positions) plan_position(position);
      name_what_is_gone();
      sort_orders();
    }
    std::ranges::sort(out_.tranches, {}, [](const PlannedTranche& tranche) {
      return std::tie(tranche.symbol, tranche.side, tranche.ordinal);
    });
    return std::move(out_);
  }

 private:
  void remark(const std::string& where, const std::string& text) {
    out_.remarks.push_back(where + ": " + text);
  }

  void take_ladder_as_it_is() {
    if (database_ == nullptr) return;
    std::set<std::tuple<std::string, PositionSide, std::uint32_t>> seen;
    for (const BotTranche& tranche : database_->tranches) {
      if (!tranche.side) {
        remark(tranche.row, "whether it is long or short, only the venue can say: left out");
      } else if (seen.emplace(tranche.symbol, *tranche.side, tranche.ordinal).second) {
        out_.tranches.push_back(
            {tranche.symbol, *tranche.side, tranche.ordinal, tranche.quantity, tranche.average});
      }
    }
  }

  Quantity step_of(const std::string& symbol) const {
    if (rules_ == nullptr) return {};
    const auto found = std::ranges::find(rules_->symbols, symbol, &InstrumentRules::symbol);
    return found == rules_->symbols.end() ? Quantity() : found->rules.step_size;
  }

  // The database's tranches of this position, older ones first, each ordinal once.
  std::vector<PlannedTranche> ladder_of(const SurveyPosition& position) {
    std::vector<PlannedTranche> ladder;
    if (database_ == nullptr) return ladder;
    for (const BotTranche& tranche : database_->tranches) {
      if (tranche.symbol != position.symbol) continue;
      if (tranche.side && *tranche.side != position.side) continue;
      const auto repeated = std::ranges::find(ladder, tranche.ordinal, &PlannedTranche::ordinal);
      const Quantity quantity = floor_to_step(tranche.quantity, step_of(tranche.symbol));
      if (repeated != ladder.end()) {
        remark(tranche.row, "stands there twice: the first is taken");
      } else if (!quantity.is_positive()) {
        remark(tranche.row, to_text(tranche.quantity) + " is less than the venue's step");
      } else {
        ladder.push_back(
            {position.symbol, position.side, tranche.ordinal, quantity, tranche.average});
      }
    }
    std::ranges::sort(ladder, {}, &PlannedTranche::ordinal);
    return ladder;
  }

  void plan_position(const SurveyPosition& position) {
    const std::string where = name_of(position.symbol, position.side);
    const PlannedTranche whole{position.symbol, position.side, 0, position.quantity,
                               position.average};
    std::vector<PlannedTranche> ladder = ladder_of(position);
    if (ladder.empty()) {
      remark(where, to_text(position.quantity) + " at " + to_text(position.average) +
                        " is not in the database: it becomes tranche 0");
      out_.tranches.push_back(whole);
      return;
    }
    Quantity known;
    for (const PlannedTranche& tranche : ladder) known += tranche.quantity;
    if (known > position.quantity) {
      remark(where, "the database says " + to_text(known) + ", the venue holds " +
                        to_text(position.quantity) + ": the newest tranches give way");
      cut(ladder, known - position.quantity);
    } else if (known < position.quantity) {
      add_the_rest(ladder, position, position.quantity - known);
    }
    if (!adds_up(ladder, position)) {
      remark(where, "the averages of the database do not come out at the venue's entry price " +
                        to_text(position.average) + ": it becomes one tranche at that price");
      ladder = {whole};
    }
    for (PlannedTranche& tranche : ladder) out_.tranches.push_back(std::move(tranche));
  }

  static void cut(std::vector<PlannedTranche>& ladder, Quantity surplus) {
    for (auto newest = ladder.rbegin(); newest != ladder.rend(); ++newest) {
      const Quantity part = std::min(surplus, newest->quantity);
      newest->quantity -= part;
      surplus -= part;
    }
    std::erase_if(ladder,
                  [](const PlannedTranche& tranche) { return !tranche.quantity.is_positive(); });
  }

  // At the price that makes the whole come out at the venue's entry price.
  void add_the_rest(std::vector<PlannedTranche>& ladder, const SurveyPosition& position,
                    Quantity rest) {
    Value cost = value_of(position.average, position.quantity);
    for (const PlannedTranche& tranche : ladder)
      cost -= value_of(tranche.average, tranche.quantity);
    const Int128 price = divide_half_away(cost, rest.raw());
    const std::int64_t half = position.average.raw() / 2;
    const std::string where = name_of(position.symbol, position.side);
    const bool is_likely =
        price > half && price < static_cast<Int128>(position.average.raw()) + half;
    if (!is_likely) {
      remark(where, to_text(rest) +
                        " is not in the database, and no price that it may have had "
                        "fits the rest");
      ladder.clear();
      return;
    }
    const std::uint32_t ordinal = ladder.back().ordinal + 1;
    remark(where, to_text(rest) + " at " + to_text(Price::from_wide(price)) +
                      " is not in the database: it becomes tranche " + std::to_string(ordinal));
    ladder.push_back({position.symbol, position.side, ordinal, rest, Price::from_wide(price)});
  }

  static bool adds_up(const std::vector<PlannedTranche>& ladder, const SurveyPosition& position) {
    Value cost = 0;
    for (const PlannedTranche& tranche : ladder)
      cost += value_of(tranche.average, tranche.quantity);
    const Value venue = value_of(position.average, position.quantity);
    const Value away = cost > venue ? cost - venue : venue - cost;
    return !ladder.empty() && away <= venue / kPpmOne * kSameAverage;
  }

  void name_what_is_gone() {
    if (database_ == nullptr) return;
    for (const BotTranche& tranche : database_->tranches) {
      const bool is_held =
          std::ranges::any_of(survey_->positions, [&](const SurveyPosition& position) {
            return position.symbol == tranche.symbol &&
                   (!tranche.side || *tranche.side == position.side);
          });
      if (is_held) continue;
      remark(tranche.row, to_text(tranche.quantity) + " at " + to_text(tranche.average) +
                              " is not held by the venue: dropped");
    }
  }

  void sort_orders() {
    for (const SurveyOrder& order : survey_->orders) {
      LeftOrder left{order.number, order.symbol, order.position_side, describe(order)};
      if (order.id != OrderId::None) {
        out_.own_orders.push_back(std::move(left));
        continue;
      }
      const bool is_named = database_ != nullptr && database_->orders.contains(order.number);
      const bool is_bots = is_named && database_->orders.at(order.number).symbol == order.symbol;
      if (is_named && !is_bots) {
        remark("order " + std::to_string(order.number),
               "is of " + order.symbol + ", and the database has it under " +
                   database_->orders.at(order.number).symbol + ": it is left alone");
      }
      (is_bots ? out_.bots_orders : out_.others_orders).push_back(std::move(left));
    }
  }

  const BotDatabase* database_;
  const aster::AccountSurvey* survey_;
  const ExchangeInfo* rules_;
  AdoptionPlan out_;
};

}  // namespace

AdoptionPlan plan_adoption(const BotDatabase* database, const aster::AccountSurvey* survey,
                           const ExchangeInfo* rules) {
  return Planner(database, survey, rules).plan();
}

}  // namespace tranchet::legacy

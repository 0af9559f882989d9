#include "adapters/doctor/examination.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "adapters/live/stop_distance.h"
#include "engine/targets.h"
#include "events/settings_text.h"

namespace tranchet {
namespace {

using aster::SurveyOrder;
using aster::SurveyPosition;

constexpr Quantity kOne = Quantity::from_raw(kDecimalOne);

struct Pool {
  std::vector<const SurveyOrder*> orders;
  Quantity left;  // Not yet counted for any tranche.
};

Quantity take_from(Pool& pool, Quantity wanted) {
  const Quantity taken = std::min(pool.left, wanted);
  pool.left -= taken;
  return taken;
}

class Doctor {
 public:
  explicit Doctor(const ExaminedAccount& account) : account_(account) {}

  Examination examine() {
    out_.orders = account_.survey.orders.size();
    check_mode();
    for (const BookKey& key : keys()) examine_book(key);
    for (const std::string& symbol : symbols()) check_symbol(symbol);
    return std::move(out_);
  }

 private:
  // ---- What there is.

  const SurveyPosition* position_of(const BookKey& key) const {
    const auto found = std::ranges::find_if(
        account_.survey.positions,
        [&](const SurveyPosition& p) { return p.symbol == key.first && p.side == key.second; });
    return found == account_.survey.positions.end() ? nullptr : &*found;
  }
  const ExpectedBook* expected_of(const BookKey& key) const {
    if (account_.expectation == nullptr) return nullptr;
    const auto found = account_.expectation->books.find(key);
    return found == account_.expectation->books.end() ? nullptr : &found->second;
  }
  std::set<BookKey> keys() const {
    std::set<BookKey> all;
    for (const SurveyPosition& p : account_.survey.positions) all.insert({p.symbol, p.side});
    for (const SurveyOrder& o : account_.survey.orders) all.insert({o.symbol, o.position_side});
    if (account_.expectation != nullptr) {
      for (const auto& [key, book] : account_.expectation->books) all.insert(key);
    }
    return all;
  }
  std::set<std::string> symbols() const {
    std::set<std::string> all;
    for (const BookKey& key : keys()) all.insert(key.first);
    return all;
  }
  const InstrumentRules* rules_of(const std::string& symbol) const {
    const auto found = std::ranges::find(account_.rules.symbols, symbol, &InstrumentRules::symbol);
    return found == account_.rules.symbols.end() ? nullptr : &*found;
  }
  InstrumentId instrument_of(const std::string& symbol) const {
    return account_.names.find_instrument(symbol);
  }

  void find(FindingKind kind, const BookKey& key, std::optional<std::uint32_t> tranche,
            std::string text, std::int64_t order = 0) {
    out_.findings.push_back({.kind = kind,
                             .symbol = key.first,
                             .side = key.second,
                             .tranche = tranche,
                             .order = order,
                             .text = std::move(text)});
  }

  void check_mode() {
    const auto wanted = account_.settings.choice<PositionMode>(Setting::PositionModeChoice);
    if (wanted == account_.survey.mode) return;
    const auto name = [](PositionMode mode) {
      return mode == PositionMode::Hedge ? "hedge" : "one_way";
    };
    out_.findings.push_back({.kind = FindingKind::PositionMode,
                             .symbol = {},
                             .side = {},
                             .tranche = {},
                             .text = std::string("the account is in position mode ") +
                                     name(account_.survey.mode) + ", the configuration says " +
                                     name(wanted)});
  }

  void check_symbol(const std::string& symbol) {
    const InstrumentRules* rules = rules_of(symbol);
    const auto say = [&](FindingKind kind, std::string text) {
      out_.findings.push_back(
          {.kind = kind, .symbol = symbol, .side = {}, .tranche = {}, .text = std::move(text)});
    };
    if (rules == nullptr) return say(FindingKind::NotTrading, "is not listed by the venue");
    if (rules->status != "TRADING") {
      say(FindingKind::NotTrading, "has the status " + rules->status);
    }
    const std::size_t cap = rules->rules.max_conditional_orders;
    const auto used = static_cast<std::size_t>(
        std::ranges::count_if(account_.survey.orders, [&](const SurveyOrder& order) {
          return order.symbol == symbol && is_conditional(order.type);
        }));
    if (cap > 0 && used >= cap) {
      say(FindingKind::NoRoom, "has " + std::to_string(used) + " conditional orders of " +
                                   std::to_string(cap) + ": no stop can be added");
    }
  }

  // ---- One position.

  void examine_book(const BookKey& key) {
    const SurveyPosition* position = position_of(key);
    const ExpectedBook* expected = expected_of(key);
    const Quantity held = position != nullptr ? position->quantity : Quantity();
    Pool stops, targets;
    collect(key, held, stops, targets);
    if (expected != nullptr) {
      compare_with_log(key, position, *expected, stops, targets);
    } else if (position != nullptr) {
      if (account_.expectation != nullptr) {
        find(FindingKind::UnknownQuantity, key, {},
             "holds " + to_text(held) + ", and the log knows nothing of it");
      }
      add_whole(key, *position, held, stops, targets);
    }
    check_orders(key, position, expected);
    check_excess(key, held, stops, targets);
    if (position == nullptr) return;
    for (const SurveyOrder* stop : stops.orders) check_liquidation(key, *position, *stop);
    check_configured_distance(key, *position);
  }

  // Exits of the book by what they are for.
  void collect(const BookKey& key, Quantity held, Pool& stops, Pool& targets) const {
    for (const SurveyOrder& order : account_.survey.orders) {
      if (order.symbol != key.first || order.position_side != key.second) continue;
      if (!order.is_exit()) continue;
      Pool& pool = order.type == OrderType::StopMarket ? stops : targets;
      pool.orders.push_back(&order);
      pool.left += order.closes_all ? held : order.remaining;
    }
  }

  Holding holding(const BookKey& key, const SurveyPosition* position) const {
    Holding line{.symbol = key.first,
                 .side = key.second,
                 .tranche = {},
                 .liquidation = {},
                 .stop = {},
                 .target = {}};
    if (position != nullptr) {
      line.mark = position->mark;
      line.liquidation = position->liquidation;
    }
    return line;
  }

  void compare_with_log(const BookKey& key, const SurveyPosition* position,
                        const ExpectedBook& expected, Pool& stops, Pool& targets) {
    const Quantity held = position != nullptr ? position->quantity : Quantity();
    // What the venue does not hold leaves the newest tranches first, as the engine will book it.
    Quantity known;
    for (const ExpectedTranche& tranche : expected.tranches) known += tranche.quantity;
    Quantity missing = known > held ? known - held : Quantity();
    if (missing.is_positive()) {
      find(FindingKind::MissingQuantity, key, {},
           "holds " + to_text(held) + ", and the log says " + to_text(known));
    }
    std::vector<ExpectedTranche> tranches = expected.tranches;
    for (auto newest = tranches.rbegin(); newest != tranches.rend(); ++newest) {
      const Quantity gone = std::min(missing, newest->quantity);
      newest->quantity -= gone;
      missing -= gone;
    }
    // Each tranche by its own orders first; what others have placed is shared out after that.
    std::vector<Holding> lines;
    for (const ExpectedTranche& tranche : tranches) {
      if (!tranche.quantity.is_positive()) continue;
      lines.push_back(own_cover(key, position, tranche, stops, targets));
    }
    for (Holding& line : lines) add(key, line, stops, targets);
    const Quantity beyond =
        held > known + expected.ignored ? held - known - expected.ignored : Quantity();
    if (!beyond.is_positive()) return;
    find(FindingKind::UnknownQuantity, key, {},
         "holds " + to_text(held) + ", and the log says " + to_text(known));
    add_whole(key, *position, beyond, stops, targets);
  }

  Holding own_cover(const BookKey& key, const SurveyPosition* position,
                    const ExpectedTranche& tranche, Pool& stops, Pool& targets) {
    Holding line = holding(key, position);
    line.tranche = tranche.ordinal;
    line.quantity = tranche.quantity;
    line.average = tranche.average;
    line.stop = tranche.stop;
    line.target = tranche.target;
    line.wants_stop = tranche.stop.has_value() && !tranche.is_dust;
    line.wants_target = tranche.target.has_value() && !tranche.is_dust;
    if (tranche.is_dust) {
      find(FindingKind::Dust, key, tranche.ordinal,
           to_text(tranche.quantity) + " is too small for the venue to take an exit");
    }
    const auto own = [&](Pool& pool, auto check) {
      Quantity sum;
      for (const SurveyOrder* order : pool.orders) {
        if (!tranche.orders.contains(order->id)) continue;
        sum += order->remaining;
        check(*order);
      }
      pool.left -= std::min(sum, pool.left);
      return std::min(sum, tranche.quantity);
    };
    line.under_stop = own(stops, [&](const SurveyOrder& order) {
      check_price(FindingKind::StopPrice, key, tranche.ordinal, order, order.stop_price,
                  tranche.stop);
      check_working_type(key, tranche.ordinal, order);
    });
    line.under_target = own(targets, [&](const SurveyOrder& order) {
      check_price(FindingKind::TargetPrice, key, tranche.ordinal, order, order.limit_price,
                  tranche.target);
    });
    return line;
  }

  void check_price(FindingKind kind, const BookKey& key, std::optional<std::uint32_t> tranche,
                   const SurveyOrder& order, Maybe<Price> is, Maybe<Price> ought) {
    if (is == ought || !ought) return;
    find(kind, key, tranche,
         "order " + std::to_string(order.number) + " is at " +
             (is ? to_text(*is) : std::string("no price")) + " and ought to be at " +
             to_text(*ought),
         order.number);
  }

  void check_working_type(const BookKey& key, std::optional<std::uint32_t> tranche,
                          const SurveyOrder& order) {
    const auto wanted =
        account_.settings.choice<WorkingType>(Setting::StopWorkingType, instrument_of(key.first));
    if (order.working_type == wanted) return;
    find(FindingKind::WorkingType, key, tranche,
         "stop " + std::to_string(order.number) + " looks at " +
             std::string(to_text(order.working_type)) + " and ought to look at " +
             std::string(to_text(wanted)),
         order.number);
  }

  // A holding as far as its own orders cover it: the rest from what others have placed.
  void add(const BookKey& key, Holding line, Pool& stops, Pool& targets) {
    if (line.wants_stop && line.under_stop < line.quantity) {
      const Quantity foreign = take_from(stops, line.quantity - line.under_stop);
      line.under_stop += foreign;
      if (foreign.is_positive()) {
        find(FindingKind::ForeignCover, key, line.tranche,
             to_text(foreign) + " is under a stop that is none of ours");
      }
    }
    if (line.wants_target && line.under_target < line.quantity) {
      line.under_target += take_from(targets, line.quantity - line.under_target);
    }
    note_gaps(key, line);
    out_.holdings.push_back(std::move(line));
  }

  void note_gaps(const BookKey& key, const Holding& line) {
    if (line.naked().is_positive()) {
      find(FindingKind::Naked, key, line.tranche,
           to_text(line.naked()) + " of " + to_text(line.quantity) + " has no stop");
    }
    if (line.wants_target && line.under_target < line.quantity) {
      find(FindingKind::NoTarget, key, line.tranche,
           to_text(line.quantity - line.under_target) + " of " + to_text(line.quantity) +
               " has no take-profit");
    }
  }

  // Quantity of which no tranche is known: any exit counts for it.
  void add_whole(const BookKey& key, const SurveyPosition& position, Quantity quantity, Pool& stops,
                 Pool& targets) {
    const InstrumentId instrument = instrument_of(key.first);
    Holding line = holding(key, &position);
    line.quantity = quantity;
    line.average = position.average;
    line.wants_stop = account_.settings.flag(Setting::StopLossEnabled, instrument);
    line.wants_target = account_.settings.flag(Setting::TakeProfitEnabled, instrument);
    const bool is_long = key.second == PositionSide::Long;
    const auto target = [&](bool above, Setting setting) -> Maybe<Price> {
      const InstrumentRules* rules = rules_of(key.first);
      const bool can = rules != nullptr && rules->rules.tick_size.is_positive() &&
                       position.average.is_positive();
      const auto price =
          can ? target_price(value_of(position.average, kOne), kOne, above,
                             account_.settings.percent(setting, instrument), rules->rules.tick_size)
              : std::nullopt;
      return price ? Maybe<Price>(*price) : Maybe<Price>();
    };
    if (line.wants_stop) line.stop = target(!is_long, Setting::StopLoss);
    if (line.wants_target) line.target = target(is_long, Setting::TakeProfit);
    line.under_stop = take_from(stops, quantity);
    line.under_target = take_from(targets, quantity);
    note_gaps(key, line);
    check_levels(key, line, stops, targets);
    out_.holdings.push_back(std::move(line));
  }

  // The orders of a position may be of several tranches, each about its own average; weighed by
  // quantity they must come out at the position's. Each is rounded to a tick, and so is the average
  // that the venue tells: one tick is allowed, none where a single order stands for all.
  void check_levels(const BookKey& key, const Holding& line, const Pool& stops,
                    const Pool& targets) {
    const InstrumentRules* rules = rules_of(key.first);
    if (rules == nullptr) return;
    const auto check = [&](FindingKind kind, const Pool& pool, Maybe<Price> ought, auto price_of) {
      if (!ought || pool.orders.empty()) return;
      Value sum = 0;
      Quantity total;
      for (const SurveyOrder* order : pool.orders) {
        if (!price_of(*order)) return;
        const Quantity part = order->closes_all ? line.quantity : order->remaining;
        sum += value_of(*price_of(*order), part);
        total += part;
      }
      if (!total.is_positive()) return;
      const Value away = sum - value_of(*ought, total);
      const Price allowed = pool.orders.size() > 1 ? rules->rules.tick_size : Price();
      if ((away < 0 ? -away : away) <= value_of(allowed, total)) return;
      find(kind, key, line.tranche,
           std::string(pool.orders.size() > 1 ? "orders are at " : "order is at ") +
               to_text(rounded_average(sum, total)) +
               (pool.orders.size() > 1 ? ", weighed by quantity" : "") +
               "; the configuration puts it at " + to_text(*ought));
    };
    check(FindingKind::StopPrice, stops, line.stop,
          [](const SurveyOrder& order) { return order.stop_price; });
    check(FindingKind::TargetPrice, targets, line.target,
          [](const SurveyOrder& order) { return order.limit_price; });
    for (const SurveyOrder* stop : stops.orders) check_working_type(key, line.tranche, *stop);
  }

  // ---- Orders for themselves.

  void check_orders(const BookKey& key, const SurveyPosition* position,
                    const ExpectedBook* expected) {
    for (const SurveyOrder& order : account_.survey.orders) {
      if (order.symbol != key.first || order.position_side != key.second) continue;
      const std::string what = describe(order);
      if (account_.legacy_orders.contains(order.number)) {
        find(FindingKind::LegacyOrder, key, {}, what + " is the old bot's", order.number);
      } else if (order.id == OrderId::None) {
        find(FindingKind::ForeignOrder, key, {}, what + " is none of ours", order.number);
      } else if (is_orphan(order, position, expected)) {
        find(FindingKind::Orphan, key, {}, what + " is ours and stands for nothing", order.number);
      }
    }
  }

  bool is_orphan(const SurveyOrder& order, const SurveyPosition* position,
                 const ExpectedBook* expected) const {
    if (account_.expectation == nullptr) return order.is_exit() && position == nullptr;
    if (!account_.expectation->orders.contains(order.id)) return true;
    return order.is_exit() && expected == nullptr;
  }

  static std::string describe(const SurveyOrder& order) {
    std::string text = "order " + std::to_string(order.number) + " (" +
                       std::string(to_text(order.side)) + " " +
                       (order.closes_all ? std::string("all") : to_text(order.remaining)) + " " +
                       std::string(to_text(order.type));
    const Maybe<Price> price = is_conditional(order.type) ? order.stop_price : order.limit_price;
    if (price) text += " at " + to_text(*price);
    return text + ")";
  }

  void check_excess(const BookKey& key, Quantity held, const Pool& stops, const Pool& targets) {
    const auto check = [&](const Pool& pool, std::string_view name) {
      Quantity sum;
      for (const SurveyOrder* order : pool.orders) sum += order->remaining;
      if (sum <= held) return;
      find(FindingKind::TooMuch, key, {},
           std::string(name) + " for " + to_text(sum) + " rest, and " + to_text(held) + " is open");
    };
    check(stops, "stops");
    check(targets, "take-profits");
  }

  void check_liquidation(const BookKey& key, const SurveyPosition& position,
                         const SurveyOrder& stop) {
    if (!position.liquidation || !stop.stop_price) return;
    if (!reaches_stop(key.second, *stop.stop_price, *position.liquidation)) return;
    find(FindingKind::BeyondLiquidation, key, {},
         "stop " + std::to_string(stop.number) + " is at " + to_text(*stop.stop_price) +
             ", and the venue liquidates at " + to_text(*position.liquidation),
         stop.number);
  }

  // Of the next entries, whatever the venue says of this position.
  void check_configured_distance(const BookKey& key, const SurveyPosition& position) {
    const InstrumentId instrument = instrument_of(key.first);
    Settings settings = account_.settings;
    if (position.leverage > 0 && position.leverage <= info(Setting::Leverage).max) {
      settings.set(Setting::Leverage, instrument, position.leverage);
    }
    if (position.liquidation ||
        !is_stop_beyond_liquidation(settings, instrument, account_.maintenance_margin)) {
      return;
    }
    const std::int64_t leverage = settings.get(Setting::Leverage, instrument);
    find(FindingKind::BeyondLiquidation, key, {},
         "the configured stop is " + percent_text(settings.percent(Setting::StopLoss, instrument)) +
             " % away, and with isolated margin at leverage " + std::to_string(leverage) +
             " the venue liquidates after " +
             percent_text(liquidation_distance(leverage, account_.maintenance_margin)) + " %");
  }

  const ExaminedAccount& account_;
  Examination out_;
};

constexpr auto kNames = std::to_array<std::string_view>(
    {"naked", "no_target", "foreign_cover", "stop_price", "target_price", "working_type",
     "beyond_liquidation", "too_much", "orphan", "foreign_order", "legacy_order",
     "unknown_quantity", "missing_quantity", "dust", "position_mode", "no_room", "not_trading"});

}  // namespace

std::string_view to_text(FindingKind kind) {
  return kNames[static_cast<std::size_t>(kind) - 1];
}

bool Examination::is_anything_naked() const {
  return std::ranges::any_of(holdings,
                             [](const Holding& line) { return line.naked().is_positive(); });
}

Examination examine(const ExaminedAccount& account) {
  return Doctor(account).examine();
}

}  // namespace tranchet

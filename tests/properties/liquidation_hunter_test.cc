// The strategy liquidation_hunter against its rules stated anew: whoever remembers everything that
// ever happened, and looks through all of it at each liquidation, must enter when the engine does.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"

namespace tranchet {
namespace {

constexpr InstrumentId kCoin{1}, kGold{2};
constexpr std::int64_t kSecond = 1'000'000'000;

struct Rule {
  bool single = false;
  bool vwap = false;
  std::int64_t window = 60, vwap_minutes = 3, cooldown = 30;  // Seconds, minutes, seconds.
  std::int64_t long_threshold = 100, short_threshold = 100;   // Whole units of the quote currency.
  std::int64_t ratio = 0;                                     // ppm.
  std::array<std::int64_t, 2> gold_sides{1, 1};               // Gold trades Long, Short.
};

// All quantities and prices are whole numbers here, so that long division is not in the way.
struct Happening {
  enum class Kind { Mark, Trade, Liquidation } kind{};
  InstrumentId instrument{};
  std::int64_t second = 0;
  std::int64_t price = 0, quantity = 0;
  bool buys = false;
  bool spent = false;  // An entry was made of it.
};

// Whether this newest happening, a liquidation, makes an entry. Marks those that it is made of.
class Restated {
 public:
  explicit Restated(const Rule& rule) : rule_(rule) {}

  bool enters(std::vector<Happening>& all) {
    Happening& now = all.back();
    const bool to_long = !now.buys;
    if (now.instrument == kGold && rule_.gold_sides[to_long ? 0 : 1] == 0) return false;
    std::int64_t worth = 0;
    std::vector<Happening*> made_of;
    for (Happening& one : all) {
      const bool counts = one.kind == Happening::Kind::Liquidation &&
                          one.instrument == now.instrument && one.buys == now.buys && !one.spent &&
                          (rule_.single ? &one == &now : now.second - one.second < rule_.window);
      if (!counts) continue;
      worth += one.price * one.quantity;
      made_of.push_back(&one);
    }
    if (worth < (to_long ? rule_.long_threshold : rule_.short_threshold)) return false;
    const auto& last = entered_[now.instrument == kGold ? 1 : 0][to_long ? 0 : 1];
    if (last && now.second - *last < rule_.cooldown) return false;
    if (!filters_pass(all, now, to_long)) return false;
    for (Happening* one : made_of) one->spent = true;
    entered_[now.instrument == kGold ? 1 : 0][to_long ? 0 : 1] = now.second;
    return true;
  }

 private:
  bool filters_pass(const std::vector<Happening>& all, const Happening& now, bool to_long) const {
    std::int64_t mark = 0, value = 0, quantity = 0;
    for (const Happening& one : all) {
      if (one.instrument != now.instrument) continue;
      if (one.kind == Happening::Kind::Mark) mark = one.price;
      if (one.kind == Happening::Kind::Trade &&
          now.second / 60 - one.second / 60 < rule_.vwap_minutes) {
        value += one.price * one.quantity;
        quantity += one.quantity;
      }
    }
    if (mark == 0) return true;  // The engine's own check refuses such an entry.
    if (rule_.ratio > 0 && to_long && now.price * 1'000'000 >= mark * (1'000'000 + rule_.ratio)) {
      return false;
    }
    if (rule_.ratio > 0 && !to_long && now.price * 1'000'000 <= mark * (1'000'000 - rule_.ratio)) {
      return false;
    }
    if (!rule_.vwap) return true;
    if (quantity == 0) return false;
    return to_long ? mark * quantity < value : mark * quantity > value;
  }

  Rule rule_;
  std::array<std::array<std::optional<std::int64_t>, 2>, 2> entered_;
};

Settings settings_of(const Rule& rule) {
  Settings settings;
  const auto set = [&](Setting setting, std::int64_t value, InstrumentId of = InstrumentId::None) {
    settings.set(setting, of, value);
  };
  set(Setting::Strategy, static_cast<std::int64_t>(StrategyName::LiquidationHunter));
  set(Setting::HunterTrigger, rule.single ? 2 : 1);
  set(Setting::HunterVwapFilter, rule.vwap ? 1 : 0);
  set(Setting::HunterWindow, rule.window * kSecond);
  set(Setting::HunterVwapWindow, rule.vwap_minutes * 60 * kSecond);
  set(Setting::StrategyCooldown, rule.cooldown * kSecond);
  set(Setting::HunterLongThreshold, rule.long_threshold * kDecimalOne);
  set(Setting::HunterShortThreshold, rule.short_threshold * kDecimalOne);
  set(Setting::HunterMarkRatio, rule.ratio);
  const bool both = rule.gold_sides[0] == 1 && rule.gold_sides[1] == 1;
  set(Setting::StrategySides, both ? 1 : rule.gold_sides[0] == 1 ? 2 : 3, kGold);
  return settings;
}

class Run {
 public:
  explicit Run(const Rule& rule) : engine_(settings_of(rule)) {
    take(0, RunStarted{.account = 1});
    for (const InstrumentId instrument : {kCoin, kGold}) {
      take(0, InstrumentListed{.tick_size = Price::from_raw(kDecimalOne),
                               .step_size = Quantity::from_raw(kDecimalOne / 1'000),
                               .instrument = instrument});
    }
  }

  // The sides of the instrument that were entered, or refused, because of it: "L", "S" or nothing.
  std::string take(const Happening& one) {
    const Price price = Price::from_raw(one.price * kDecimalOne);
    const Quantity quantity = Quantity::from_raw(one.quantity * kDecimalOne);
    switch (one.kind) {
      case Happening::Kind::Mark:
        return take(one.second, MarkPrice{one.instrument, price});
      case Happening::Kind::Trade:
        return take(
            one.second,
            TradePrinted{.instrument = one.instrument, .quantity = quantity, .price = price});
      case Happening::Kind::Liquidation:
        break;
    }
    return take(one.second, LiquidationPrinted{.instrument = one.instrument,
                                               .side = one.buys ? Side::Buy : Side::Sell,
                                               .average_price = price,
                                               .quantity = quantity});
  }

  // Also from a snapshot of the state on, the same happens.
  void restart() {
    auto again = Engine::from_image(engine_.image());
    RC_ASSERT(again.has_value());
    RC_ASSERT(again->state_digest() == engine_.state_digest());
    engine_ = std::move(*again);
  }

 private:
  std::string take(std::int64_t second, const EventBody& body) {
    output_.clear();
    engine_.apply(
        {next(engine_.last_sequence()), Timestamp::from_nanoseconds(second * kSecond), body},
        output_);
    std::string sides;
    std::vector<OrderId> sent;
    for (const Command& command : output_.commands) {
      if (const auto* order = std::get_if<SubmitOrder>(&command)) {
        RC_ASSERT(order->purpose == Purpose::Entry && order->order_type == OrderType::Market);
        sides += order->position_side == PositionSide::Long ? 'L' : 'S';
        sent.push_back(order->order);
      } else if (const auto* refused = std::get_if<EntryRefused>(&command)) {
        sides += refused->position_side == PositionSide::Long ? 'L' : 'S';
      }
    }
    // Entries come to nothing, so that the next one is never refused for an older one's sake.
    for (const OrderId order : sent) {
      output_.clear();
      engine_.apply({next(engine_.last_sequence()), Timestamp::from_nanoseconds(second * kSecond),
                     OrderExpired{order}},
                    output_);
    }
    return sides;
  }

  Engine engine_;
  Output output_;
};

Rule some_rule() {
  Rule rule;
  rule.single = *rc::gen::arbitrary<bool>();
  rule.vwap = *rc::gen::arbitrary<bool>();
  rule.window = *rc::gen::inRange(1, 90);
  rule.vwap_minutes = *rc::gen::inRange(1, 4);
  rule.cooldown = *rc::gen::inRange(0, 60);
  rule.long_threshold = *rc::gen::inRange(1, 600);
  rule.short_threshold = *rc::gen::inRange(1, 600);
  rule.ratio = *rc::gen::element(0, 10'000, 50'000, 100'000);
  rule.gold_sides =
      *rc::gen::element(std::array<std::int64_t, 2>{1, 1}, std::array<std::int64_t, 2>{1, 0},
                        std::array<std::int64_t, 2>{0, 1});
  return rule;
}

RC_GTEST_PROP(LiquidationHunterProperty, EntersWhenTheRulesStatedAnewDo, ()) {
  const Rule rule = some_rule();
  Restated restated(rule);
  Run run(rule);
  std::vector<Happening> all;
  std::int64_t second = 0;
  std::size_t entries = 0;
  const int count = *rc::gen::inRange(20, 120);
  for (int step = 0; step < count; ++step) {
    second += *rc::gen::element(0, 0, 1, 2, 5, 20, 45);
    const auto kind = static_cast<Happening::Kind>(*rc::gen::element(0, 1, 2, 2));
    all.push_back({.kind = kind,
                   .instrument = *rc::gen::element(kCoin, kGold),
                   .second = second,
                   .price = *rc::gen::inRange(18, 23),
                   .quantity = *rc::gen::inRange(1, 9),
                   .buys = *rc::gen::arbitrary<bool>()});
    const bool is_liquidation = kind == Happening::Kind::Liquidation;
    const bool expected = is_liquidation && restated.enters(all);
    const std::string got = run.take(all.back());
    RC_ASSERT(got == (!expected ? "" : all.back().buys ? "S" : "L"));
    entries += expected ? 1 : 0;
    if (*rc::gen::inRange(0, 10) == 0) run.restart();
  }
  RC_CLASSIFY(entries > 0, "enters");
  RC_CLASSIFY(entries > 2, "enters three times and more");
}

}  // namespace
}  // namespace tranchet

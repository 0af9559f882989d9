#include "backtest/wargame/plan.h"

#include <algorithm>
#include <array>

#include "backtest/wargame/random.h"

namespace tranchet {
namespace {

constexpr auto kStart = Timestamp::from_nanoseconds(1'767'225'600'000'000'000);  // 2026-01-01.
constexpr std::int64_t kPercent = 10'000;  // Parts per million.
constexpr std::uint16_t kOpenOrdersMost = 200;

// A price, a tick and a step that exist on the market: a coin of 45,000, one of 2.5, one of 150.
struct Coin {
  std::int64_t price;
  std::int64_t tick;
  std::int64_t step;
};
constexpr std::array<Coin, 3> kCoins{{
    {45'000 * kDecimalOne, kDecimalOne / 10, kDecimalOne / 1'000},
    {kDecimalOne * 5 / 2, kDecimalOne / 10'000, kDecimalOne / 10},
    {150 * kDecimalOne, kDecimalOne / 100, kDecimalOne / 100},
}};

// By the tick sizes that the NSE has had since 2025: below 250 rupees, below 1'000, above.
constexpr std::array<Coin, 3> kShares{{
    {180 * kDecimalOne, kDecimalOne / 100, kDecimalOne},
    {640 * kDecimalOne, kDecimalOne / 20, kDecimalOne},
    {2'450 * kDecimalOne, kDecimalOne / 10, kDecimalOne},
}};
constexpr std::array kNotOfShares{Fault::DuplicateRequest,  Fault::DuplicateMessage,
                                  Fault::ReorderedMessages, Fault::FewConditionals,
                                  Fault::Liquidation,       Fault::Deleveraging};

const std::array<Coin, 3>& coins_of(Exchange exchange) {
  return exchange == Exchange::Shares ? kShares : kCoins;
}
// Amounts of money are drawn in dollars; a rupee is about a hundredth.
std::int64_t money_of(Exchange exchange) {
  return exchange == Exchange::Shares ? 100 * kDecimalOne : kDecimalOne;
}

// Which faults make sense in which profile.
constexpr std::array kUnknowing{Fault::LostRequest, Fault::LostResponse,    Fault::DuplicateRequest,
                                Fault::LateRequest, Fault::ExecutedUnknown, Fault::RefusedUnknown,
                                Fault::Kill,        Fault::StreamCut,       Fault::Maintenance,
                                Fault::SlowNetwork};

FaultSet choose_faults(Random& random, Profile profile) {
  FaultSet faults;
  if (profile == Profile::Healthy) return faults;
  if (profile == Profile::Intents) {
    for (const Fault fault : kUnknowing) {
      if (random.percent(60)) faults.add(fault);
    }
    return faults;
  }
  if (random.below(16) == 0) return faults;
  constexpr std::array<std::uint32_t, 3> kDensities{8, 20, 45};
  const std::uint32_t density = kDensities[random.below(kDensities.size())];
  for (std::size_t number = 1; number <= kFaults; ++number) {
    if (random.percent(density)) faults.add(static_cast<Fault>(number));
  }
  return faults;
}

void choose_settings(Random& random, Plan& plan) {
  const std::int64_t money = money_of(plan.exchange);
  const bool busy = plan.profile == Profile::Intents;
  const auto set = [&plan](Setting setting, std::int64_t value) {
    plan.settings.set(setting, InstrumentId::None, value);
  };
  const auto flag = [&](Setting setting, std::uint32_t chance) {
    set(setting, random.percent(chance) ? 1 : 0);
  };
  set(Setting::PositionModeChoice, random.percent(60) ? 1 : 2);
  set(Setting::ForeignPosition, random.percent(60) ? 1 : random.percent(70) ? 2 : 3);
  flag(Setting::CanAmend, 70);
  set(Setting::TrancheIncrement, random.between(kPercent / 20, kPercent));
  set(Setting::MaxTranches, random.between(1, 5));
  set(Setting::AtCap, random.percent(50) ? 1 : random.between(1, 3));
  set(Setting::TakeProfit, random.between(kPercent / 10, busy ? kPercent / 2 : 3 * kPercent));
  set(Setting::StopLoss, random.between(kPercent / 5, busy ? kPercent : 5 * kPercent));
  set(Setting::StopWorkingType, random.between(1, 2));
  set(Setting::TradeValue, random.between(50, 500) * money);
  set(Setting::MaxPositionValue, random.between(2'000, 50'000) * money);
  set(Setting::MaxTotalValue, random.between(5'000, 100'000) * money);
  flag(Setting::TakeProfitEnabled, 92);
  flag(Setting::StopLossEnabled, 94);
  flag(Setting::InstantTakeProfitEnabled, 70);
  flag(Setting::BackstopEnabled, 70);
  set(Setting::Backstop, random.between(kPercent / 10, kPercent));
  set(Setting::EntryTimeout, Duration::seconds(random.between(5, 90)).count());
  set(Setting::ExitAttempts, random.between(1, 4));
  set(Setting::ExitBackoff, Duration::milliseconds(random.between(200, 3'000)).count());
  if (random.percent(10)) {
    set(Setting::Strategy, static_cast<std::int64_t>(StrategyName::Dip));
    set(Setting::DipDrop, random.between(kPercent / 5, kPercent));
    set(Setting::DipWindow, Duration::seconds(random.between(20, 300)).count());
    set(Setting::StrategyCooldown, Duration::seconds(random.between(1, 60)).count());
  }
  if (plan.exchange == Exchange::Shares) {
    set(Setting::PositionModeChoice, static_cast<std::int64_t>(PositionMode::OneWay));
    set(Setting::ReduceOnly, 0);
  }
}

void choose_market(Random& random, Plan& plan) {
  const std::array<Coin, 3>& coins = coins_of(plan.exchange);
  const auto count = random.percent(60) ? 1 : 2 + random.below(2);
  for (std::size_t index = 0; index < count; ++index) {
    const Coin& coin = coins[(index + random.below(coins.size())) % coins.size()];
    InstrumentListed listed;
    listed.instrument = InstrumentId{static_cast<std::uint16_t>(index + 1)};
    listed.tick_size = Price::from_raw(coin.tick);
    listed.step_size = Quantity::from_raw(coin.step);
    listed.min_quantity = Quantity::from_raw(coin.step);
    constexpr std::array<std::int64_t, 4> kMinimums{0, 5, 20, 60};
    listed.min_notional = Money::from_raw(kMinimums[random.below(4)] * kDecimalOne);
    // What freezes a share is far from what an account holds.
    const std::int64_t size = plan.exchange == Exchange::Shares ? 10 : 1;
    const Int128 lots = static_cast<Int128>(random.between(200, 2'000)) * size *
                        money_of(plan.exchange) * kDecimalOne / coin.price / coin.step;
    if (random.percent(25)) {
      listed.market_max_quantity = Quantity::from_raw(static_cast<std::int64_t>(lots) * coin.step);
    }
    listed.max_conditional_orders = plan.faults.has(Fault::FewConditionals)
                                        ? static_cast<std::uint16_t>(random.between(1, 5))
                                        : std::uint16_t{10};
    if (plan.exchange == Exchange::Shares) {
      listed.min_notional = Money();
      listed.max_conditional_orders = kOpenOrdersMost;
    }
    plan.instruments.push_back(listed);
  }
}

void choose_venue(Random& random, Plan& plan) {
  SimulationParameters& venue = plan.venue;
  const FaultSet& faults = plan.faults;
  venue.position_mode = plan.settings.choice<PositionMode>(Setting::PositionModeChoice);
  venue.latency = Duration();  // The network has it.
  venue.initial_balance =
      Money::from_raw(random.between(10'000, 100'000) * money_of(plan.exchange));
  venue.reduce_only = plan.exchange != Exchange::Shares;
  venue.queue = random.percent(50) ? QueueAssumption::Touch : QueueAssumption::Through;
  venue.market_slippage = random.percent(50) ? 0 : random.between(0, kPercent / 20);
  venue.open_orders_max = kOpenOrdersMost;
  venue.terms.leverage = 20;
  if (faults.has(Fault::Liquidation)) {
    venue.initial_balance = Money::from_raw(random.between(20, 200) * kDecimalOne);
    venue.terms.leverage = 100;
  }
  if (faults.has(Fault::ThinBook)) {
    venue.terms.market_take_bound = random.between(kPercent / 20, kPercent / 2);
    venue.terms.trigger_protect = random.percent(50) ? kPercent / 2 : 0;
  }
  if (faults.has(Fault::PartialFills)) venue.take_share = random.between(5, 90) * kPercent;
  if (faults.has(Fault::NoSecondStop)) venue.exit_capacity = true;
  if (faults.has(Fault::PriceBand)) {
    const std::int64_t width = random.between(kPercent / 2, 3 * kPercent);
    venue.terms.multiplier_up = kPpmOne + width;
    venue.terms.multiplier_down = kPpmOne - width;
  }
}

std::int64_t starting_price(const InstrumentListed& listed, Exchange exchange) {
  for (const Coin& coin : coins_of(exchange)) {
    if (coin.tick == listed.tick_size.raw()) return coin.price;
  }
  ENSURE(false);
  return 0;
}

Price on_tick(const InstrumentListed& listed, std::int64_t raw) {
  const std::int64_t tick = listed.tick_size.raw();
  return Price::from_raw(std::max(tick, raw / tick * tick));
}

// What others have done on the account: trades and orders by hand as the price went its way, the
// last of them moments ago; and tranches that are claimed of it, rightly or not.
class Inheritance {
 public:
  Inheritance(Plan& plan, Random random) : plan_(plan), random_(random) {}

  void write() {
    const auto acts = random_.between(1, 12);
    time_ = kStart - random_.between(Duration::seconds(30), Duration::minutes(20));
    for (const InstrumentListed& listed : plan_.instruments) {
      prices_.push_back(starting_price(listed, plan_.exchange));
    }
    for (const InstrumentListed& listed : plan_.instruments) quote(listed);
    for (std::int64_t act = 0; act < acts; ++act) {
      time_ = time_ + random_.between(Duration::milliseconds(1),
                                      Duration::nanoseconds((kStart - time_).count() / (acts + 1)));
      const InstrumentListed& listed = plan_.instruments[random_.below(plan_.instruments.size())];
      price(listed) += price(listed) / kPpmOne * random_.between(-2 * kPercent, 2 * kPercent);
      quote(listed);
      const Fault fault = random_.percent(75) ? Fault::ForeignTrade : Fault::ForeignOrder;
      plan_.stimuli.push_back({time_, FaultStrike{fault, random_.next()}});
    }
    for (const InstrumentListed& listed : plan_.instruments) {
      for (const PositionSide side : {PositionSide::Long, PositionSide::Short}) {
        if (random_.percent(45)) claim(listed, side);
      }
    }
  }

 private:
  std::int64_t& price(const InstrumentListed& listed) {
    return prices_[static_cast<std::size_t>(listed.instrument) - 1];
  }
  void quote(const InstrumentListed& listed) {
    const Price now = on_tick(listed, price(listed));
    plan_.stimuli.push_back(
        {time_, TradePrinted{
                    .instrument = listed.instrument, .quantity = listed.step_size, .price = now}});
    plan_.stimuli.push_back({time_, MarkPrice{listed.instrument, now}});
  }
  void claim(const InstrumentListed& listed, PositionSide side) {
    std::uint32_t ordinal = 0;
    for (auto more = random_.between(1, 4); more > 0; --more) {
      const std::int64_t average =
          price(listed) + price(listed) / kPpmOne * random_.between(-4 * kPercent, 4 * kPercent);
      plan_.stimuli.push_back(
          {time_, AdoptionRequested{.instrument = listed.instrument,
                                    .position_side = side,
                                    .tranche = ordinal,
                                    .quantity = Quantity::from_raw(listed.step_size.raw() *
                                                                   random_.between(1, 25)),
                                    .average_price = on_tick(listed, average)}});
      ordinal += static_cast<std::uint32_t>(random_.between(1, 2));
    }
  }

  Plan& plan_;
  Random random_;
  Timestamp time_;
  std::vector<std::int64_t> prices_;
};

// The market and the people, drawn along the way.
class Script {
 public:
  Script(Plan& plan, Random market, Random people)
      : plan_(plan), market_(market), people_(people), time_(kStart) {
    for (const InstrumentListed& listed : plan.instruments) {
      prices_.push_back(starting_price(listed, plan.exchange));
    }
    gap_ = market_.between(Duration::milliseconds(100), Duration::seconds(2));
    pace_ = market_.between(20, 400);
    entry_every_ = static_cast<std::uint32_t>(people_.between(8, 40));
    if (plan.profile == Profile::Intents) {
      entry_every_ = 3;
      gap_ = Duration::seconds(1);
    }
  }

  void write() {
    for (std::uint16_t number = 1; number <= plan_.instruments.size(); ++number) {
      quote(InstrumentId{number});
    }
    for (std::uint64_t step = 0; step < plan_.events; ++step) {
      time_ = time_ + market_.between(Duration::milliseconds(1), gap_ * 2);
      const auto number = 1 + market_.below(plan_.instruments.size());
      move(InstrumentId{static_cast<std::uint16_t>(number)});
      if (people_.below(entry_every_) == 0) enter();
      if (people_.below(entry_every_ * 12) == 0) request();
    }
  }
  Timestamp end() const { return time_; }

 private:
  void add(const EventBody& body) { plan_.stimuli.push_back({time_, body}); }

  InstrumentId some_instrument() {
    return InstrumentId{static_cast<std::uint16_t>(1 + people_.below(plan_.instruments.size()))};
  }
  const InstrumentListed& rules(InstrumentId id) const {
    return plan_.instruments[static_cast<std::size_t>(id) - 1];
  }
  std::int64_t& price(InstrumentId id) { return prices_[static_cast<std::size_t>(id) - 1]; }
  Quantity lots(InstrumentId id, std::int64_t count) const {
    return Quantity::from_raw(rules(id).step_size.raw() * count);
  }
  Price on_tick(InstrumentId id, std::int64_t raw) const {
    return tranchet::on_tick(rules(id), raw);
  }

  void quote(InstrumentId id) {
    add(TradePrinted{.instrument = id,
                     .quantity = lots(id, market_.between(1, 2'000)),
                     .price = on_tick(id, price(id))});
    add(MarkPrice{id, on_tick(id, price(id))});
  }

  // A random walk that is drawn back to where it began, with jumps where those are on.
  void move(InstrumentId id) {
    const std::int64_t home = starting_price(rules(id), plan_.exchange);
    std::int64_t& now = price(id);
    const std::int64_t pull = (home - now) / 400;
    std::int64_t ppm = market_.between(-pace_, pace_) * 5;
    if (plan_.faults.has(Fault::Jumps) && market_.below(120) == 0) {
      ppm += market_.between(-6 * kPercent, 6 * kPercent);
    }
    now += pull + static_cast<std::int64_t>(static_cast<Int128>(now) * ppm / kPpmOne);
    now = std::max(now, home / 3);
    // There a price is one of a trade, and the only one.
    if (plan_.exchange == Exchange::Shares) return quote(id);
    const std::uint64_t kind = market_.below(100);
    if (kind < 55) {
      add(TradePrinted{.instrument = id,
                       .quantity = lots(id, market_.between(1, 2'000)),
                       .price = on_tick(id, now)});
    } else if (kind < 97) {
      const std::int64_t off = market_.between(-pace_, pace_);
      add(MarkPrice{id, on_tick(id, now + static_cast<std::int64_t>(static_cast<Int128>(now) * off /
                                                                    kPpmOne))});
    } else if (kind < 98) {
      add(FundingRate{.instrument = id, .rate = market_.between(-30'000, 30'000)});
    } else {
      add(BookTop{.instrument = id,
                  .bid_price = on_tick(id, now),
                  .bid_quantity = lots(id, 100),
                  .ask_price = on_tick(id, now + rules(id).tick_size.raw()),
                  .ask_quantity = lots(id, 100)});
    }
  }

  void enter() {
    const InstrumentId id = some_instrument();
    EntrySignal signal;
    signal.instrument = id;
    signal.side = people_.percent(60) ? Side::Buy : Side::Sell;
    signal.order_type = people_.percent(60) ? OrderType::Market : OrderType::Limit;
    signal.signal_id = ++signals_;
    const std::int64_t now = price(id);
    const std::int64_t away = now / 1'000 * people_.between(-1, 4);
    if (signal.order_type == OrderType::Limit) {
      signal.limit_price = on_tick(id, signal.side == Side::Buy ? now - away : now + away);
    }
    if (people_.percent(20)) {
      signal.value = Money::from_raw(people_.between(1, 1'500) * money_of(plan_.exchange));
    }
    const std::int64_t distance = now / 1'000 * people_.between(1, 40);
    if (people_.percent(8)) {
      signal.take_profit = TargetChoice::AtPrice;
      signal.take_profit_price =
          on_tick(id, signal.side == Side::Buy ? now + distance : now - distance);
    }
    if (people_.percent(8)) {
      signal.stop_loss = TargetChoice::AtPrice;
      signal.stop_loss_price =
          on_tick(id, signal.side == Side::Buy ? now - distance : now + distance);
    }
    add(signal);
  }

  void request() {
    switch (people_.below(10)) {
      case 0:
      case 1:
      case 2:
        return close();
      case 3:
      case 4:
      case 5:
        return protect();
      case 6:
        return add(EntriesHalted{});
      case 7:
        return add(KillSwitch{});
      case 8:
        return add(
            ConfigChanged{.setting = people_.percent(50) ? Setting::TakeProfit : Setting::StopLoss,
                          .value = people_.between(kPercent / 5, 3 * kPercent)});
      default:
        return add(EntriesResumed{});
    }
  }

  void close() {
    CloseRequested close;
    close.instrument = people_.percent(90) ? some_instrument() : InstrumentId::None;
    close.position_side = static_cast<std::uint8_t>(people_.below(3));
    if (close.position_side != 0 && people_.percent(50)) {
      close.tranche = static_cast<std::uint32_t>(people_.below(4));
    }
    constexpr std::array kReasons{ExitReason::ModelClose, ExitReason::Manual,
                                  ExitReason::Emergency};
    close.reason = kReasons[people_.below(kReasons.size())];
    if (close.instrument == InstrumentId::None) close.tranche = kAllTranches;
    add(close);
    // Whoever halts or closes everything comes back to it.
    if (people_.percent(50)) add(EntriesResumed{});
  }

  void protect() {
    const InstrumentId id = some_instrument();
    ProtectionRequested wanted;
    wanted.instrument = id;
    wanted.tranche = static_cast<std::uint32_t>(people_.below(4));
    wanted.position_side = static_cast<std::uint8_t>(people_.below(3));
    const std::int64_t now = price(id);
    const auto choose = [&](TargetChoice& choice, Maybe<Price>& at) {
      choice = static_cast<TargetChoice>(1 + people_.below(4));
      if (choice == TargetChoice::AtPrice) {
        at = on_tick(id, now + now / 1'000 * people_.between(-40, 40));
      }
    };
    choose(wanted.take_profit, wanted.take_profit_price);
    choose(wanted.stop_loss, wanted.stop_loss_price);
    add(wanted);
  }

  Plan& plan_;
  Random market_;
  Random people_;
  Timestamp time_;
  std::vector<std::int64_t> prices_;
  Duration gap_;
  std::int64_t pace_ = 0;
  std::uint32_t entry_every_ = 0;
  std::uint64_t signals_ = 0;
};

// Faults that have a moment, and how often a world sees them.
struct Rate {
  Fault fault;
  int at_most;
};
constexpr std::array kStrikes{
    Rate{Fault::StreamCut, 6},     Rate{Fault::MarketCut, 3},    Rate{Fault::HalfOpen, 2},
    Rate{Fault::Maintenance, 2},   Rate{Fault::TradingHalt, 3},  Rate{Fault::SessionEnd, 2},
    Rate{Fault::FiltersChange, 2}, Rate{Fault::Deleveraging, 6}, Rate{Fault::ForeignTrade, 8},
    Rate{Fault::ForeignOrder, 3},  Rate{Fault::TornWrite, 2},    Rate{Fault::LostTail, 1},
    Rate{Fault::RottenRecord, 1},  Rate{Fault::DiskFull, 2},     Rate{Fault::FailingSync, 2},
    Rate{Fault::SlowDisk, 3},      Rate{Fault::Kill, 4},         Rate{Fault::Pause, 2},
    Rate{Fault::SecondStart, 2},   Rate{Fault::ClockSkew, 4},
};

void add_strikes(Plan& plan, Timestamp end) {
  for (const Rate& rate : kStrikes) {
    if (!plan.faults.has(rate.fault)) continue;
    Random random(plan.seed, name_of(rate.fault));
    const auto count = random.between(1, rate.at_most);
    for (std::int64_t i = 0; i < count; ++i) {
      const Timestamp time = kStart + random.between(Duration::seconds(1), end - kStart);
      plan.stimuli.push_back({time, FaultStrike{rate.fault, random.next()}});
    }
  }
  std::stable_sort(plan.stimuli.begin(), plan.stimuli.end(),
                   [](const Stimulus& a, const Stimulus& b) { return a.time < b.time; });
}

constexpr std::array<std::string_view, 4> kProfiles{"everything", "healthy", "intents", "adoption"};

}  // namespace

std::string_view name_of(Profile profile) {
  return kProfiles[static_cast<std::size_t>(profile) - 1];
}

std::optional<Profile> profile_named(std::string_view name) {
  const auto found = std::ranges::find(kProfiles, name);
  if (found == kProfiles.end()) return std::nullopt;
  return static_cast<Profile>(found - kProfiles.begin() + 1);
}

std::string symbol_at(Exchange exchange, std::size_t number) {
  if (exchange == Exchange::Coins) return "COIN" + std::to_string(number);
  return "NSE:SHARE" + std::to_string(number) + "-EQ";
}

Plan plan_for(std::uint64_t seed, std::uint64_t events, Profile profile,
              const std::optional<FaultSet>& only, Exchange exchange) {
  Plan plan;
  plan.seed = seed;
  plan.events = events;
  plan.profile = profile;
  plan.exchange = exchange;
  Random shape(seed, "shape");
  plan.faults = choose_faults(shape, profile);
  if (only) plan.faults = *only;
  if (exchange == Exchange::Shares) {
    for (const Fault fault : kNotOfShares) plan.faults.remove(fault);
  }
  choose_settings(shape, plan);
  choose_market(shape, plan);
  choose_venue(shape, plan);
  plan.round_trip = shape.between(Duration::milliseconds(10), Duration::milliseconds(300));
  if (profile == Profile::Adoption) {
    plan.begins = kStart;
    Inheritance(plan, Random(seed, "inheritance")).write();
  }
  Script script(plan, Random(seed, "market"), Random(seed, "people"));
  script.write();
  add_strikes(plan, script.end());
  return plan;
}

}  // namespace tranchet

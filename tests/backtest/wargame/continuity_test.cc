// A process that is killed with a position a side, five tranches and fourteen orders at the venue:
// after the restart the same fourteen are there, none twice, and every tranche has its stop.
//
// The variants differ in prices, sizes, delays, and in when and how the process dies. Three
// tranches are long, two short, each with its take-profit; two are larger than one market order may
// be, so that their stops are two each. An entry of either side rests far from the market.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "backtest/wargame/random.h"
#include "backtest/wargame/world.h"
#include "tests/support/coin.h"

namespace tranchet {
namespace {

constexpr std::uint64_t kVariants = 1'000;
constexpr std::size_t kOrders = 14;
constexpr std::size_t kTranches = 5;
constexpr std::int64_t kStep = kDecimalOne / 1'000;
constexpr std::int64_t kTick = kDecimalOne / 10;
constexpr std::int64_t kMarketMax = 50;  // Steps.
constexpr std::int64_t kPercent = 10'000;
constexpr auto kStart = Timestamp::from_nanoseconds(1'767'225'600'000'000'000);

class Variant {
 public:
  explicit Variant(std::uint64_t number) : random_(number, "continuity") {
    plan_.seed = number;
    plan_.events = 1'000'000;  // More than there will be: the whole list is told.
    plan_.faults.add(Fault::Kill);
    plan_.round_trip = random_.between(Duration::milliseconds(10), Duration::milliseconds(300));
    choose_rules();
    price_ = 40'000 * kDecimalOne + random_.between(0, 100'000) * kTick;
    open_tranches();
    rest_and_die();
  }
  const Plan& plan() const { return plan_; }

 private:
  void choose_rules() {
    const auto set = [this](Setting setting, std::int64_t value) {
      plan_.settings.set(setting, InstrumentId::None, value);
    };
    set(Setting::TrancheIncrement, kPercent / 2);
    set(Setting::TakeProfit, 3 * kPercent);
    set(Setting::StopLoss, 10 * kPercent);
    set(Setting::MaxPositionValue, 1'000'000 * kDecimalOne);
    set(Setting::MaxTotalValue, 1'000'000 * kDecimalOne);
    set(Setting::EntryTimeout, Duration::minutes(20).count());
    set(Setting::CanAmend, random_.between(0, 1));
    set(Setting::StopWorkingType, random_.between(1, 2));
    plan_.instruments.push_back({.tick_size = Price::from_raw(kTick),
                                 .step_size = Quantity::from_raw(kStep),
                                 .min_quantity = Quantity::from_raw(kStep),
                                 .market_max_quantity = Quantity::from_raw(kMarketMax * kStep),
                                 .instrument = kCoin,
                                 .max_conditional_orders = 10});
    plan_.venue.initial_balance = Money::from_raw(1'000'000 * kDecimalOne);
    plan_.venue.latency = Duration();
  }

  // The market falls twice while we buy, and rises once while we sell.
  void open_tranches() {
    quote(12);  // Time to connect.
    enter(Side::Buy, random_.between(kMarketMax + 1, 2 * kMarketMax), 0);
    move(-random_.between(8, 12));
    enter(Side::Buy, random_.between(kMarketMax + 1, 2 * kMarketMax), 0);
    move(-random_.between(8, 12));
    enter(Side::Buy, random_.between(5, kMarketMax), 0);
    enter(Side::Sell, random_.between(5, kMarketMax), 0);
    move(random_.between(8, 12));
    enter(Side::Sell, random_.between(5, kMarketMax), 0);
    enter(Side::Buy, random_.between(1, kMarketMax), 50);
    enter(Side::Sell, random_.between(1, kMarketMax), 50);
  }

  void rest_and_die() {
    const Timestamp settled = time_;
    quote(100);
    const Timestamp dies = settled + random_.between(Duration::seconds(1), Duration::seconds(90));
    // In a commit, before or after it is kept, or between two steps; the others wait for a command
    // to be sent, and none is.
    constexpr std::array<std::uint64_t, 4> kWays{0, 1, 4, 5};
    const std::uint64_t number = random_.next() / 6 * 6 + kWays[random_.below(kWays.size())];
    plan_.stimuli.push_back({dies, FaultStrike{Fault::Kill, number}});
    std::ranges::stable_sort(plan_.stimuli, {}, &Stimulus::time);
    quote(200);  // It may be away for 90 seconds.
  }

  void add(const EventBody& body) { plan_.stimuli.push_back({time_, body}); }
  Price on_tick(std::int64_t raw) const { return Price::from_raw(raw / kTick * kTick); }

  void quote(int times) {
    for (int time = 0; time < times; ++time) {
      time_ = time_ + random_.between(Duration::milliseconds(500), Duration::milliseconds(1'500));
      const Price price = on_tick(price_ + price_ / 10'000 * random_.between(-5, 5));
      add(TradePrinted{
          .instrument = kCoin, .quantity = Quantity::from_raw(1'000'000 * kStep), .price = price});
      add(MarkPrice{kCoin, price});
    }
  }
  void move(std::int64_t per_mille) {
    price_ += price_ / 1'000 * per_mille;
    quote(5);
  }
  // A limit that the market has passed already, or one that rests so far away.
  void enter(Side side, std::int64_t lots, std::int64_t per_mille_away) {
    const std::int64_t away = per_mille_away == 0 ? -2 : per_mille_away;
    const std::int64_t distance = price_ / 1'000 * away;
    add(EntrySignal{
        .quantity = Quantity::from_raw(lots * kStep),
        .limit_price = on_tick(side == Side::Buy ? price_ - distance : price_ + distance),
        .signal_id = ++signals_,
        .instrument = kCoin,
        .side = side,
        .order_type = OrderType::Limit});
    quote(4);
  }

  Plan plan_;
  Random random_;
  Timestamp time_ = kStart;
  std::int64_t price_ = 0;
  std::uint64_t signals_ = 0;
};

// What the venue holds of an order.
struct Held {
  Quantity quantity;
  Maybe<Price> limit_price;
  Maybe<Price> stop_price;
  std::uint64_t acceptances = 0;
  friend bool operator==(const Held&, const Held&) = default;
};

struct Scene {
  std::map<OrderId, Held> orders;
  std::size_t tranches = 0;
  std::size_t naked = 0;  // Tranches without an accepted stop for all they hold.
};

Scene scene_of(const State& state, const SimulatedVenue& venue) {
  Scene scene;
  for (const auto& [id, order] : venue.open_orders()) {
    scene.orders[id] = {order.request.quantity, order.request.limit_price, order.request.stop_price,
                        venue.acceptances(id)};
  }
  for (const Position& position : state.instrument(kCoin).positions) {
    for (const Tranche& tranche : position.tranches) {
      if (!tranche.quantity.is_positive()) continue;
      ++scene.tranches;
      Quantity stopped;
      for (const OrderId id : tranche.stops) {
        const auto order = venue.open_orders().find(id);
        if (order != venue.open_orders().end()) stopped += order->second.remaining();
      }
      if (stopped != tranche.quantity) ++scene.naked;
    }
  }
  return scene;
}

void expect_continuity(std::uint64_t number) {
  SCOPED_TRACE("variant " + std::to_string(number));
  Scene now;
  std::optional<Scene> before;
  std::optional<Scene> after;
  const Variant variant(number);
  const WorldResult result =
      run_world(variant.plan(), {.tell =
                                     [&](std::string_view line) {
                                       if (line == "-- the process is gone") before = now;
                                       if (line.ends_with("the faults end")) after = now;
                                     },
                                 .inspect =
                                     [&](const State& state, const SimulatedVenue& venue) {
                                       if (state.knows(kCoin)) now = scene_of(state, venue);
                                     }});
  if (result.violation) {
    ADD_FAILURE() << "I-" << result.violation->invariant << " " << result.violation->text;
  }
  EXPECT_EQ(result.restarts, 1U);
  ASSERT_TRUE(before && after);
  EXPECT_EQ(before->orders.size(), kOrders);
  EXPECT_EQ(before->tranches, kTranches);
  EXPECT_EQ(after->tranches, kTranches);
  EXPECT_EQ(after->naked, 0U);
  EXPECT_EQ(after->orders, before->orders);
  for (const auto& [id, held] : after->orders) EXPECT_EQ(held.acceptances, 1U);
}

TEST(Continuity, AKillLosesNoOrderAndDoublesNone) {
  for (std::uint64_t number = 1; number <= kVariants; ++number) {
    expect_continuity(number);
    if (testing::Test::HasFailure()) break;
  }
}

}  // namespace
}  // namespace tranchet

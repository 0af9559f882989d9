// What one price event costs the engine when nothing follows from it, with five tranches open,
// beside the bare limit of the same run: a scan over the same prices that compares with two bounds.
#include <cstdio>
#include <vector>

#include "engine/engine.h"
#include "tests/bench/measure.h"

namespace tranchet {
namespace {

constexpr int kRepeats = 3;

constexpr InstrumentId kInstrument{1};

class World {
 public:
  explicit World(const Settings& settings) : engine_(settings) {
    happen(RunStarted{.schema = kCommandsApart, .account = 1});
    happen(InstrumentListed{.tick_size = Price::from_raw(10'000'000),
                            .step_size = Quantity::from_raw(100'000),
                            .instrument = kInstrument});
  }

  void happen(const EventBody& body) {
    output_.clear();
    engine_.apply({next(engine_.last_sequence()), now_, body}, output_);
  }

  // Buys 0.01 at `price` and answers everything that follows.
  void open_tranche(std::int64_t price) {
    const Price at = Price::from_raw(price * kDecimalOne);
    happen(MarkPrice{kInstrument, at});
    happen(EntrySignal{.quantity = Quantity::from_raw(1'000'000),
                       .instrument = kInstrument,
                       .side = Side::Buy,
                       .order_type = OrderType::Market});
    const auto entry = std::get<SubmitOrder>(output_.commands.at(0)).order;
    happen(OrderFilled{.order = entry,
                       .trade = TradeId{number(engine_.last_sequence())},
                       .quantity = Quantity::from_raw(1'000'000),
                       .price = at});
    for (const Command& command : std::vector(output_.commands)) {
      if (const auto* order = std::get_if<SubmitOrder>(&command)) {
        happen(OrderAccepted{order->order});
      }
    }
  }

  Engine& engine() { return engine_; }

 private:
  Engine engine_;
  Timestamp now_ = Timestamp::from_nanoseconds(1'700'000'000'000'000'000);
  Output output_;
};

Settings five_tranches(StrategyName strategy) {
  Settings settings;
  settings.set(Setting::MaxPositionValue, InstrumentId::None, 1'000'000 * kDecimalOne);
  settings.set(Setting::MaxTotalValue, InstrumentId::None, 1'000'000 * kDecimalOne);
  settings.set(Setting::TakeProfit, InstrumentId::None, 300'000);
  settings.set(Setting::StopLoss, InstrumentId::None, 500'000);
  settings.set(Setting::Strategy, InstrumentId::None, static_cast<std::int64_t>(strategy));
  // More than any fall of the walk and of the prices the tranches are opened at.
  settings.set(Setting::DipDrop, InstrumentId::None, 500'000);
  return settings;
}

// A walk of one tick at a time around 40,000, inside every target.
std::vector<Price> quiet_walk(std::size_t count) {
  std::vector<Price> prices(count);
  std::uint64_t random = 1;
  std::int64_t ticks = 400'000;
  for (Price& price : prices) {
    random = random * 6'364'136'223'846'793'005 + 1'442'695'040'888'963'407;
    ticks += (random >> 63) != 0 ? 1 : -1;
    price = Price::from_raw(ticks * 10'000'000);
  }
  return prices;
}

void scan(const std::vector<Price>& prices) {
  std::uint64_t outside = 0;
  const Price low = Price::from_raw(1), high = Price::max();
  for (const Price price : prices) outside += price <= low || price >= high ? 1U : 0U;
  ENSURE(outside == 0);
}

World with_five_tranches(StrategyName strategy) {
  World world(five_tranches(strategy));
  for (const std::int64_t price : {50'000, 47'000, 45'000, 42'000, 40'000}) {
    world.open_tranche(price);
  }
  ENSURE(world.engine().state().instrument(kInstrument).positions[0].tranches.size() == 5);
  return world;
}

void apply_all(World world, const std::vector<Price>& prices, bool with_digest) {
  Output output;
  Engine& engine = world.engine();
  const Timestamp start_time = engine.state().now;
  std::uint64_t digests = 0;
  std::int64_t step = 0;
  for (const Price price : prices) {
    const Event event{next(engine.last_sequence()),
                      start_time + Duration::nanoseconds(++step * 1'000),
                      MarkPrice{kInstrument, price}};
    engine.apply(event, output);
    if (with_digest && number(event.sequence) % 65'536 == 0) digests ^= engine.state_digest();
  }
  ENSURE(output.commands.empty() && (digests != 0) == with_digest);
}

void pass_all(World world, const std::vector<Price>& prices) {
  Engine& engine = world.engine();
  const Timestamp start_time = engine.state().now;
  std::int64_t step = 0;
  for (const Price price : prices) {
    ENSURE(engine.pass(MarkPrice{kInstrument, price},
                       start_time + Duration::nanoseconds(++step * 1'000)));
  }
}

void run() {
  constexpr std::size_t kCount = 20'000'000;
  const std::vector<Price> prices = quiet_walk(kCount);
  std::printf("engine: a price event that triggers nothing, 5 live tranches, %zu events\n", kCount);
  const double limit = best_seconds(kRepeats, [&] { scan(prices); });
  const auto row = [&](const char* stage, auto&& stage_run) {
    print_rate(stage, kCount, best_seconds(kRepeats, stage_run), limit);
  };
  print_rate("limit: compare each price with two bounds", kCount, limit, limit);
  const World signals = with_five_tranches(StrategyName::Signals);
  row("apply, dispatching variant", [&] { apply_all(signals, prices, false); });
  row("apply, with the state digest every 65,536", [&] { apply_all(signals, prices, true); });
  row("pass, where no event is kept", [&] { pass_all(signals, prices); });
  const World dip = with_five_tranches(StrategyName::Dip);
  row("apply, with the dip strategy's rolling window", [&] { apply_all(dip, prices, false); });
}

}  // namespace
}  // namespace tranchet

int main() {
  tranchet::run();
  return 0;
}

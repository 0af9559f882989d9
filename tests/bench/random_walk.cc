#include "tests/bench/random_walk.h"

#include <fstream>
#include <string>

#include "tests/bench/made_up_market.h"

namespace tranchet {
namespace {

constexpr std::int64_t kEvery = 100;  // Milliseconds.
constexpr std::int64_t kLowest = 100'000;
constexpr std::int64_t kHighest = 1'000'000'000;

}  // namespace

std::int64_t RandomWalk::next() {
  state_ = state_ * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
  const bool up = ticks_ < kLowest || (ticks_ < kHighest && (state_ >> 63) != 0);
  const std::int64_t step = ticks_ / divisor_;
  ticks_ += up ? step : -step;
  return ticks_;
}

Timestamp WalkColumns::time(std::size_t i) {
  return Timestamp::from_nanoseconds((kMarketStart + static_cast<std::int64_t>(i) * kEvery) *
                                     1'000'000);
}

WalkColumns random_walk(WalkStep step, std::size_t trades, std::uint64_t seed) {
  WalkColumns columns;
  columns.ticks.resize(trades);
  RandomWalk walk(step, seed);
  for (std::int32_t& ticks : columns.ticks) ticks = static_cast<std::int32_t>(walk.next());
  return columns;
}

void write_walk(const std::filesystem::path& file, WalkStep step, std::int64_t trades) {
  std::ofstream out(file, std::ios::binary);
  out << "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n";
  RandomWalk walk(step);
  for (std::int64_t row = 0; row < trades; ++row) {
    const std::int64_t ticks = walk.next();
    const std::int64_t cents = ticks % 100;
    out << row << ',' << ticks / 100 << (cents < 10 ? ".0" : ".") << cents << ",0.01001," << row
        << ',' << row << ',' << kMarketStart + row * kEvery
        << (row % 2 == 0 ? ",true\n" : ",false\n");
  }
  out.flush();
  ENSURE(out.good());
}

InstrumentListed walk_rules(InstrumentId instrument) {
  return {.tick_size = Price::from_raw(WalkColumns::kWalkTick),
          .step_size = Quantity::from_raw(kDecimalOne / 100'000),
          .instrument = instrument};
}

Settings walk_settings() {
  Settings settings;
  const auto set = [&](Setting setting, std::int64_t value) {
    settings.set(setting, InstrumentId::None, value);
  };
  set(Setting::Strategy, static_cast<std::int64_t>(StrategyName::Refill));
  set(Setting::StrategySides, static_cast<std::int64_t>(StrategySidesChoice::Long));
  set(Setting::TrancheIncrement, -kPpmOne);
  set(Setting::TakeProfit, kPpmOne * 4 / 1'000);
  set(Setting::StopLoss, kPpmOne * 4 / 1'000);
  set(Setting::TradeValue, 1'000 * kDecimalOne);
  set(Setting::MaxPositionValue, 1'000'000 * kDecimalOne);
  set(Setting::MaxTotalValue, 1'000'000 * kDecimalOne);
  return settings;
}

std::vector<std::string> walk_arguments() {
  return {"strategy.name=refill",
          "strategy.side=long",
          "defaults.tranche_increment_pct=-100",
          "defaults.take_profit_pct=0.4",
          "defaults.stop_loss_pct=0.4",
          "defaults.trade_value=1000",
          "defaults.max_position_value=1000000",
          "defaults.max_total_value=1000000",
          "simulation.initial_balance=1000000"};
}

}  // namespace tranchet

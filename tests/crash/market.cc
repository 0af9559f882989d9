#include "tests/crash/market.h"

#include <array>
#include <string_view>

namespace tranchet::crash {
namespace {

using namespace literals;

constexpr auto kSymbols = std::to_array<std::string_view>({"BTCUSDT", "ETHUSDT"});
constexpr std::int64_t kTick = kDecimalOne / 10;
constexpr std::int64_t kFirstTicks = 450'000;

}  // namespace

Market::Market(std::uint64_t seed)
    : random_(seed, "market"), time_(start()), ticks_(kSymbols.size(), kFirstTicks) {}

Timestamp Market::start() {
  return parse_time("2026-01-01T00:00:00Z").value();
}

Opening Market::opening(Names& names) {
  Opening opening;
  const auto set = [&opening](Setting setting, std::int64_t value) {
    opening.settings.set(setting, InstrumentId::None, value);
  };
  set(Setting::TakeProfit, 4'000);
  set(Setting::StopLoss, 15'000);
  set(Setting::TrancheIncrement, 3'000);
  set(Setting::TradeValue, 450 * kDecimalOne);
  set(Setting::MaxPositionValue, 4'000 * kDecimalOne);
  set(Setting::MaxTotalValue, 8'000 * kDecimalOne);
  for (const std::string_view symbol : kSymbols) {
    const InstrumentId instrument = names.instrument(symbol);
    opening.instruments.push_back({.tick_size = Price::from_raw(kTick),
                                   .step_size = 0.001_qty,
                                   .symbol = names.intern(symbol),
                                   .instrument = instrument});
  }
  return opening;
}

SimulationParameters Market::venue() {
  SimulationParameters parameters;
  parameters.initial_balance = Money::from_raw(100'000 * kDecimalOne);
  parameters.latency = Duration();
  return parameters;
}

Market::Moment Market::next_quiet() {
  const std::size_t index = random_.below(ticks_.size());
  const auto instrument = static_cast<InstrumentId>(index + 1);
  time_ = time_ + Duration::milliseconds(random_.between(50, 900));
  ++moments_;
  ticks_[index] += random_.between(-600, 600);
  if (ticks_[index] < kFirstTicks / 2) ticks_[index] += 600;
  const Price price = Price::from_raw(ticks_[index] * kTick);
  return {.time = time_,
          .prices = {MarkPrice{.instrument = instrument, .price = price},
                     TradePrinted{.instrument = instrument, .quantity = 1_qty, .price = price}},
          .acts = {}};
}

Market::Moment Market::next() {
  Moment moment = next_quiet();
  const auto& mark = std::get<MarkPrice>(moment.prices.front());
  if (random_.percent(35)) {
    EntrySignal signal{.signal_id = moments_,
                       .instrument = mark.instrument,
                       .side = random_.percent(50) ? Side::Buy : Side::Sell,
                       .order_type = OrderType::Market};
    if (random_.percent(40)) {
      signal.order_type = OrderType::Limit;
      const std::int64_t away = random_.between(-300, 300) * kTick;
      signal.limit_price = Price::from_raw(mark.price.raw() + away);
    }
    moment.acts.emplace_back(signal);
  } else if (random_.percent(8)) {
    moment.acts.emplace_back(
        CloseRequested{.instrument = mark.instrument, .reason = ExitReason::Manual});
  }
  return moment;
}

}  // namespace tranchet::crash

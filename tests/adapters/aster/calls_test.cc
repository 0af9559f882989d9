// A normal day: 20 positions, 50 fills, and how often the venue is called.
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <string>

#include "adapters/aster/wargame/aster_end.h"
#include "backtest/wargame/plan.h"
#include "backtest/wargame/world.h"

namespace tranchet {
namespace {

using namespace literals;

constexpr std::size_t kInstruments = 20;
constexpr std::int64_t kHours = 24;

Price price_of(std::size_t instrument, std::int64_t minute) {
  // Fifteen of them rise by 2 % after some hours, past their take-profits, and stay there.
  const auto rises = static_cast<std::int64_t>(120 + instrument * 60);
  return instrument < 15 && minute > rises ? 102_px : 100_px;
}

void signal(Plan& plan, std::size_t instrument, std::int64_t minute) {
  EntrySignal entry;
  entry.signal_id = plan.stimuli.size() + 1;
  entry.quantity = 1_qty;
  entry.instrument = static_cast<InstrumentId>(instrument + 1);
  entry.side = Side::Buy;
  entry.order_type = OrderType::Market;
  plan.stimuli.push_back({Timestamp() + Duration::minutes(minute) + Duration::seconds(1), entry});
}

Plan normal_day() {
  Plan plan = plan_for(1, 100, Profile::Healthy);
  plan.events = 1'000'000'000;  // All of the day.
  plan.settings = Settings();
  plan.settings.set(Setting::TakeProfit, InstrumentId::None, 10'000);
  plan.venue = SimulationParameters();
  plan.venue.latency = Duration();  // The network of the world has its own.
  plan.instruments.clear();
  plan.stimuli.clear();
  for (std::size_t index = 0; index < kInstruments; ++index) {
    InstrumentListed listed{.tick_size = 0.01_px, .step_size = 0.001_qty};
    listed.instrument = static_cast<InstrumentId>(index + 1);
    listed.max_conditional_orders = 10;
    plan.instruments.push_back(listed);
  }
  for (std::int64_t minute = 0; minute < kHours * 60; ++minute) {
    const Timestamp time = Timestamp() + Duration::minutes(minute);
    for (std::size_t index = 0; index < kInstruments; ++index) {
      const auto id = static_cast<InstrumentId>(index + 1);
      const Price price = price_of(index, minute);
      plan.stimuli.push_back({time, TradePrinted{.instrument = id, .price = price}});
      plan.stimuli.push_back({time, MarkPrice{id, price}});
    }
    for (std::size_t index = 0; index < kInstruments; ++index) {
      const auto first = static_cast<std::int64_t>(5 + index);
      const auto again = static_cast<std::int64_t>(200 + index * 60);
      if (minute == first || (index < 15 && minute == again)) signal(plan, index, minute);
    }
  }
  return plan;
}

TEST(AsterCalls, ANormalDayTakesFewCallsAndPollsNothing) {
  std::vector<CallCount> calls;
  std::uint64_t fills = 0;
  const auto count_fills = [&fills](std::string_view line) {
    fills += line.find("\"type\":\"OrderFilled\"") != std::string_view::npos ? 1U : 0U;
  };
  const Plan plan = normal_day();
  const WorldResult result =
      run_world(plan, {.tell = count_fills, .make_end = aster::aster_end(&calls)});
  EXPECT_FALSE(result.violation) << result.violation->text;
  EXPECT_EQ(fills, 50U);
  std::uint64_t total = 0;
  for (const CallCount& count : calls) {
    std::cout << "  " << count.label << " " << count.calls << "\n";
    total += count.calls;
    // At the start, and when the streams are renewed once a day; the fills of that gap are fetched
    // once a symbol. What the account holds is told by the stream, not asked for.
    const bool polls = count.label == "GET order" || count.label == "GET openOrders" ||
                       count.label == "GET premiumIndex" || count.label == "GET balance";
    const std::uint64_t most = polls ? 2 : count.label == "GET userTrades" ? kInstruments : 200;
    EXPECT_LE(count.calls, most) << count.label;
  }
  const auto hours = static_cast<std::uint64_t>(result.simulated.count() / 3'600'000'000'000);
  std::cout << "  " << total << " calls in " << hours << " h, " << fills
            << " fills: " << total / hours << " calls an hour\n";
  EXPECT_LE(total / hours, 30U);
}

}  // namespace
}  // namespace tranchet

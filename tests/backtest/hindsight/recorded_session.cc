#include "tests/backtest/hindsight/recorded_session.h"

#include <algorithm>

#include "backtest/lane.h"
#include "tests/events/log/scratch_log.h"

namespace tranchet::testing {
namespace {

using namespace literals;

constexpr int kSeconds = 4 * 3'600;

}  // namespace

Timestamp session_time(Duration at) {
  return parse_time("2026-01-05T00:00:00Z").value() + at;
}

Settings Session::session_settings() {
  Settings settings;
  for (const auto& [setting, value] : std::initializer_list<std::pair<Setting, std::int64_t>>{
           {Setting::MarkSource, static_cast<std::int64_t>(MarkSourceChoice::Trade)},
           {Setting::InstantTakeProfitEnabled, 0},
           {Setting::BackstopEnabled, 0},
           {Setting::TrancheIncrement, kPpmOne / 2'000},
           {Setting::TakeProfit, kPpmOne / 10'000 * 12},
           {Setting::StopLoss, kPpmOne / 1'000 * 2}}) {
    settings.set(setting, InstrumentId::None, value);
  }
  return settings;
}

SimulationParameters Session::session_venue() {
  SimulationParameters venue;
  venue.latency = Duration();
  venue.mark_from_trades = true;
  return venue;
}

// A walk of a trade a second in steps of at most 2 around 45,000; every seven minutes a signal,
// three to buy and then two to sell short; funding every hour.
std::vector<Occurrence> Session::session_inputs() {
  std::vector<Occurrence> inputs;
  std::uint64_t state = 7;
  std::int64_t price = 45'000;
  for (int second = 0; second < kSeconds; ++second) {
    const Timestamp time = session_time(Duration::seconds(second));
    state = state * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
    price += static_cast<std::int64_t>((state >> 33) % 5) - 2;
    inputs.push_back({time, TradePrinted{.instrument = kCoin,
                                         .quantity = 1_qty,
                                         .price = Price::from_raw(price * kDecimalOne)}});
    if (second % 3'600 == 3'500) {
      inputs.push_back({time, FundingRate{.instrument = kCoin, .rate = 10'000}});
    }
    if (second % 420 != 60) continue;
    const int turn = second / 420 % 5;
    inputs.push_back({time, EntrySignal{.quantity = turn < 3 ? 0.004_qty : 0.006_qty,
                                        .signal_id = static_cast<std::uint64_t>(second),
                                        .instrument = kCoin,
                                        .side = turn < 3 ? Side::Buy : Side::Sell,
                                        .order_type = OrderType::Market}});
  }
  return inputs;
}

void Session::add(Duration at, const EventBody& body) {
  const Timestamp time = session_time(at);
  const auto place = std::ranges::upper_bound(inputs, time, {}, &Occurrence::time);
  inputs.insert(place, {time, body});
}

std::unique_ptr<LogReader> record(const Session& session, const std::filesystem::path& log) {
  auto writer = must(LogWriter::create(log, Durability::AtClose));
  Names names;
  EXPECT_EQ(names.instrument("COINUSDT"), kCoin);
  const LaneOptions options{
      .opening = {.settings = session.settings,
                  .instruments = {{.tick_size = 1_px,
                                   .step_size = 0.001_qty,
                                   .symbol = names.intern("COINUSDT"),
                                   .instrument = kCoin}}},
      .simulation = session.venue,
      .skip = false,
      .journal = {.log = writer.get(), .names = &names, .durability = Durability::AtClose}};
  Lane lane(options, names);
  must(lane.open(options.opening, session_time({}), names));
  for (const Occurrence& input : session.inputs) must(lane.take(input));
  EXPECT_TRUE(lane.finish(session_time(Duration::seconds(kSeconds))).has_value());
  must(writer->close());
  return must(LogReader::open(log));
}

std::unique_ptr<LogReader> rewrite(LogReader& from, const std::filesystem::path& log,
                                   const std::function<void(Event&)>& change) {
  auto writer = must(LogWriter::create(log, Durability::AtClose));
  std::vector<Event> events;
  must(from.scan(Sequence{1}, [&](const Event& event) {
    events.push_back(event);
    change(events.back());
    return true;
  }));
  must(writer->append(events, from.names()));
  must(writer->close());
  return must(LogReader::open(log));
}

}  // namespace tranchet::testing

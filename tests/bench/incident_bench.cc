// What it costs to ask a log of ten million events. README.md says how to read the table.
#include <cstdio>
#include <filesystem>

#include "backtest/hindsight/parity.h"
#include "backtest/hindsight/what_if.h"
#include "backtest/run.h"
#include "events/log/archive.h"
#include "replay/compare_logs.h"
#include "replay/decisions.h"
#include "replay/slice.h"
#include "replay/verify.h"
#include "replay/why.h"
#include "tests/bench/made_up_market.h"
#include "tests/bench/measure.h"

namespace tranchet {
namespace {

constexpr std::int64_t kTrades = 10'000'000;
constexpr int kRepeats = 3;

std::uint64_t make_log(const BenchFolder& folder, const std::filesystem::path& log) {
  const auto file = folder.file("BTCUSDT-aggTrades.csv");
  write_trades(file, kTrades);
  BacktestOptions options;
  options.data.paths = {file};
  options.data.symbol = "BTCUSDT";
  options.rules = {.tick_size = Price::from_raw(10'000'000),
                   .step_size = Quantity::from_raw(100'000)};
  options.settings.set(Setting::Strategy, InstrumentId::None,
                       static_cast<std::int64_t>(StrategyName::Dip));
  options.skip = false;
  options.log = log;
  Names names;
  const auto summary = run_backtest(options, names);
  ENSURE(summary.has_value());
  std::filesystem::remove(file);
  return summary->events;
}

std::unique_ptr<LogReader> open(const std::filesystem::path& log) {
  auto reader = LogReader::open(log);
  ENSURE(reader.has_value());
  return std::move(*reader);
}

void run() {
  const BenchFolder folder;
  const auto log = folder.file("log");
  const std::uint64_t events = make_log(folder, log);
  const double limit = best_seconds(kRepeats, [&] { ENSURE(replay(*open(log), {}).has_value()); });
  std::printf("a log of %llu events\n", static_cast<unsigned long long>(events));
  print_rate("limit: a replay with verification", events, limit, limit);
  const auto row = [&](const char* what, auto&& stage) {
    const double seconds = best_seconds(kRepeats, stage);
    std::printf("  %.2f s  ", seconds);
    print_rate(what, events, seconds, limit);
  };
  row("why of an event in the middle",
      [&] { ENSURE(why(*open(log), Sequence{events / 2}).has_value()); });
  row("why of the last event", [&] { ENSURE(why(*open(log), Sequence{events}).has_value()); });
  row("why of tranche 1", [&] { ENSURE(why(*open(log), TrancheId{1}).has_value()); });
  row("the state after the last event, by field",
      [&] { ENSURE(state_at(*open(log), Sequence{events}).has_value()); });
  row("this side of a bisect: every decision", [&] {
    const auto reader = open(log);
    Decisions decisions(*reader);
    for (bool more = true; more;) {
      const auto decision = decisions.next_decision();
      ENSURE(decision.has_value());
      more = decision->has_value();
    }
  });
  row("what if, simulated from the first entry on", [&] {
    const std::vector<SettingChange> changes = {{Setting::TakeProfit, InstrumentId::None, 20'000}};
    ENSURE(what_if(*open(log), {.changes = changes, .venue = {}}).has_value());
  });
  row("parity: four simulations, four replays",
      [&] { ENSURE(parity_of(*open(log), {.changes = {}, .venue = {}}).has_value()); });
  const auto hour = folder.file("hour");
  const double cut = best_seconds(1, [&] {
    const auto reader = open(log);
    const auto slice = slice_of(*reader, Sequence{events / 2}, Sequence{events / 2 + 36'000});
    ENSURE(slice.has_value() && write_archive(log, *slice, hour).has_value());
  });
  std::printf("  bundle of 36,000 events, an hour at ten a second: %.2f s, %.2f MB\n", cut,
              static_cast<double>(std::filesystem::file_size(hour)) / 1'000'000);
}

}  // namespace
}  // namespace tranchet

int main() {
  tranchet::run();
  return 0;
}

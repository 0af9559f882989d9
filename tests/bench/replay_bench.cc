// What the log of a run costs to write within a backtest and to replay with verification. README.md
// says how to read the table.
#include <cstdio>
#include <filesystem>
#include <vector>

#include "backtest/run.h"
#include "replay/opening.h"
#include "replay/resume.h"
#include "replay/verify.h"
#include "tests/bench/made_up_market.h"
#include "tests/bench/measure.h"

namespace tranchet {
namespace {

constexpr std::int64_t kTrades = 2'000'000;
constexpr int kRepeats = 3;
constexpr const char* kSymbol = "BTCUSDT";

BacktestOptions options_of(const std::filesystem::path& file) {
  BacktestOptions options;
  options.data.paths = {file};
  options.data.symbol = kSymbol;
  options.rules = {.tick_size = Price::from_raw(10'000'000),
                   .step_size = Quantity::from_raw(100'000)};
  options.settings.set(Setting::Strategy, InstrumentId::None,
                       static_cast<std::int64_t>(StrategyName::Dip));
  options.skip = false;
  return options;
}

Summary run_whole(const BacktestOptions& options) {
  Names names;
  auto summary = run_backtest(options, names);
  ENSURE(summary.has_value());
  return std::move(*summary);
}

std::unique_ptr<LogReader> open(const std::filesystem::path& log) {
  auto reader = LogReader::open(log);
  ENSURE(reader.has_value());
  return std::move(*reader);
}

std::vector<Event> events_of(const std::filesystem::path& log) {
  std::vector<Event> events;
  const auto scanned = open(log)->scan(Sequence{1}, [&](const Event& event) {
    events.push_back(event);
    return true;
  });
  ENSURE(scanned.has_value());
  return events;
}

// The least a replay could do: the events through an engine, from memory.
void apply_all(const std::filesystem::path& log, const std::vector<Event>& events) {
  Names names = open(log)->names();
  auto engine = engine_of(std::get<RunStarted>(events.front().body), names);
  ENSURE(engine.has_value());
  Output output;
  for (const Event& event : events) {
    output.clear();
    engine->apply(event, output);
  }
}

void scan(const std::filesystem::path& log) {
  const auto scanned = open(log)->scan(Sequence{1}, [](const Event&) { return true; });
  ENSURE(scanned.has_value());
}

void verify(const std::filesystem::path& log) {
  const auto result = replay(*open(log), {});
  ENSURE(result.has_value() && !result->divergence && result->notes > 0);
}

constexpr std::uint64_t kTail = 100'000;

// The same events with one snapshot, so many before the end.
void write_with_snapshot(const std::filesystem::path& source, const std::filesystem::path& target,
                         const std::vector<Event>& events) {
  Names names = open(source)->names();
  auto engine = engine_of(std::get<RunStarted>(events.front().body), names);
  auto log = LogWriter::create(target, Durability::AtClose);
  ENSURE(engine.has_value() && log.has_value());
  Output output;
  const std::size_t cut = events.size() - kTail;
  for (std::size_t at = 0; at < cut; ++at) {
    output.clear();
    engine->apply(events[at], output);
  }
  ENSURE((*log)->append(std::span(events).first(cut), names).has_value());
  const StateSnapshot snapshot{.sequence = engine->last_sequence(),
                               .command_digest = engine->command_digest(),
                               .state_digest = engine->state_digest(),
                               .build = std::string(build_name()),
                               .image = engine->image()};
  std::printf("snapshot of the state: %zu orders, %.1f kB\n", engine->state().orders.size(),
              static_cast<double>(snapshot.image.size()) / 1'000);
  ENSURE((*log)->keep_snapshot(snapshot).has_value());
  ENSURE((*log)->append(std::span(events).subspan(cut), names).has_value());
  ENSURE((*log)->close().has_value());
}

// What a program does before it may trade again.
void start_cold(const std::filesystem::path& log, bool use_snapshot) {
  const auto writer = LogWriter::open(log, Durability::EveryBatch);
  ENSURE(writer.has_value());
  const auto reader = open(log);
  const auto resumed = resume(*reader, {.use_snapshot = use_snapshot, .visit = {}});
  ENSURE(resumed.has_value() && resumed->snapshot.has_value() == use_snapshot);
  ENSURE(!use_snapshot || resumed->replayed == kTail);
}

void run() {
  const BenchFolder folder;
  const auto file = folder.file("BTCUSDT-aggTrades.csv");
  write_trades(file, kTrades);
  BacktestOptions options = options_of(file);
  std::uint64_t events = 0;
  const double without = best_seconds(kRepeats, [&] { events = run_whole(options).events; });
  options.log = folder.file("log");
  const double with = best_seconds(kRepeats, [&] {
    std::filesystem::remove_all(*options.log);
    run_whole(options);
  });
  std::uintmax_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(*options.log)) {
    bytes += entry.file_size();
  }
  std::printf("log of a backtest: %llu events, %.1f bytes an event on disk\n",
              static_cast<unsigned long long>(events),
              static_cast<double>(bytes) / static_cast<double>(events));
  std::puts("writing (percent of the backtest without a log)");
  print_rate("backtest, every price an event, no log", events, without, without);
  print_rate("the same with the log, synced at its close", events, with, without);
  print_rate("  of it: append, the difference", events, with - without, without);

  const std::vector<Event> in_memory = events_of(*options.log);
  const double limit = best_seconds(kRepeats, [&] { apply_all(*options.log, in_memory); });
  std::puts("reading (percent of the engine alone)");
  print_rate("limit: the engine over the events in memory", events, limit, limit);
  const auto row = [&](const char* stage, auto&& stage_run) {
    print_rate(stage, events, best_seconds(kRepeats, stage_run), limit);
  };
  row("scan: read, check, decode", [&] { scan(*options.log); });
  row("chain: SHA-256 over every record",
      [&] { ENSURE(open(*options.log)->verify_chain().has_value()); });
  row("replay with verification of the digests", [&] { verify(*options.log); });

  const auto log = folder.file("with-snapshot");
  write_with_snapshot(*options.log, log, in_memory);
  const auto seconds = [&](bool use_snapshot) {
    return best_seconds(kRepeats, [&] { start_cold(log, use_snapshot); });
  };
  std::printf("cold start: %.3f s from the snapshot and %llu events, %.3f s from the first event\n",
              seconds(true), static_cast<unsigned long long>(kTail), seconds(false));
}

}  // namespace
}  // namespace tranchet

int main() {
  tranchet::run();
  return 0;
}

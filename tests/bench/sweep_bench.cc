// A sweep of 64 settings over the walk of the main benchmark, against the bare rule in the same
// run: what is read once is used 64 times.
//
//   bench_sweep [MILLIONS]     ticks of the walk; 10 without
//
// A tick-parameter is one tick seen by one trial. The sweep is run_sweep over a tape of the walk:
// engines, simulated venues, accounts, figures and digests of all trials; without the survey before
// it. One job is measured in processor time, the gain of two jobs in time that passes.
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "backtest/sweep/sweep.h"
#include "backtest/tape/tape_import.h"
#include "tests/bench/bare_rule.h"
#include "tests/bench/measure.h"
#include "tests/bench/random_walk.h"

namespace tranchet {
namespace {

constexpr std::size_t kSide = 8;  // 8 take-profits x 8 stop-losses.
constexpr std::size_t kSettings = kSide * kSide;
constexpr std::size_t kChunk = 4'096;
constexpr int kRepeats = 2;

// 0.33 %, 0.35 % ... 0.47 %: around the 0.4 % of the main benchmark.
constexpr Ppm target_at(std::size_t place) {
  return 3'300 + 200 * static_cast<Ppm>(place);
}

// Chunk by chunk, so that a chunk is in the cache for all settings of [first, last).
std::uint64_t run_bare(const WalkColumns& walk, std::size_t first, std::size_t last) {
  std::vector<BareRule> all;
  for (std::size_t place = first; place < last; ++place) {
    all.push_back({.take_profit = target_at(place / kSide), .stop_loss = target_at(place % kSide)});
  }
  for (std::size_t from = 0; from < walk.size(); from += kChunk) {
    const std::size_t end = std::min(from + kChunk, walk.size());
    const auto chunk = std::span(walk.ticks).subspan(from, end - from);
    for (BareRule& rule : all) rule.run(chunk);
  }
  std::uint64_t exits = 0;
  for (const BareRule& rule : all) exits += rule.exits;
  return exits;
}

// ---- The sweep.

class Watch final : public SweepWatch {
 public:
  void on_plan(std::uint64_t, std::uint64_t) override {}
  bool on_work(std::uint64_t) override { return true; }
  std::expected<void, ResultsError> on_results(std::span<const TrialResult> results) override {
    for (const TrialResult& result : results) digest += result.state_digest + result.command_digest;
    trials += results.size();
    return {};
  }
  std::uint64_t digest = 0;
  std::size_t trials = 0;
};

Parameter targets(const std::string& key) {
  Parameter parameter{key, {}};
  for (std::size_t place = 0; place < kSide; ++place) {
    parameter.values.push_back(parameter_value(percent_text(target_at(place))));
  }
  return parameter;
}

SweepOptions sweep_options(const std::filesystem::path& tape) {
  SweepOptions options;
  options.space.parameters = {targets("defaults.take_profit_pct"),
                              targets("defaults.stop_loss_pct")};
  options.search.objective = *parse_objective("net_pnl", true);
  options.data = {.paths = {tape}, .symbol = "BTCUSDT"};
  const auto survey = survey_data(options.data, [](std::uint64_t) { return true; });
  ENSURE(survey.has_value());
  options.survey = *survey;
  options.options_of = [data = options.data](
                           const Point& point,
                           Names& names) -> std::expected<BacktestOptions, std::string> {
    BacktestOptions backtest{.data = data, .settings = walk_settings()};
    backtest.rules = walk_rules(names.instrument(data.symbol));
    backtest.settings.set(Setting::TakeProfit, InstrumentId::None, target_at(point[0]));
    backtest.settings.set(Setting::StopLoss, InstrumentId::None, target_at(point[1]));
    backtest.simulation.initial_balance = Money::from_raw(1'000'000 * kDecimalOne);
    return backtest;
  };
  return options;
}

std::uint64_t run(SweepOptions options, unsigned jobs) {
  options.jobs = jobs;
  Watch watch;
  const auto ended = run_sweep(options, {}, watch);
  ENSURE(ended.has_value() && watch.trials == kSettings);
  return watch.digest;
}

template <class Run>
double passing_seconds(const Run& run) {
  double best = 1e9;
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    const auto start = std::chrono::steady_clock::now();
    run();
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
    best = std::min(best, spent.count());
  }
  return best;
}

void run_bare_on_two(const WalkColumns& walk) {
  const std::jthread other([&] { run_bare(walk, 0, kSettings / 2); });
  run_bare(walk, kSettings / 2, kSettings);
}

void measure(WalkStep step, std::int64_t ticks, const std::filesystem::path& folder) {
  const std::string csv = (folder / "BTCUSDT-aggTrades.csv").string();
  const std::string tape = (folder / "walk.tape").string();
  std::filesystem::remove(tape);
  write_walk(csv, step, ticks);
  ENSURE(import_tape({.paths = {csv}, .symbol = "BTCUSDT"}, tape).has_value());
  const WalkColumns walk = random_walk(step, static_cast<std::size_t>(ticks));
  const SweepOptions options = sweep_options(tape);
  const auto work = static_cast<std::uint64_t>(ticks) * kSettings;

  std::uint64_t exits = 0;
  const double bare = best_seconds(kRepeats, [&] { exits = run_bare(walk, 0, kSettings); });
  std::uint64_t one = 0;
  const double sweep = best_seconds(kRepeats, [&] { one = run(options, 1); });
  std::uint64_t two = 0;
  const double bare_alone = passing_seconds([&] { run_bare(walk, 0, kSettings); });
  const double bare_both = passing_seconds([&] { run_bare_on_two(walk); });
  const double sweep_alone = passing_seconds([&] { run(options, 1); });
  const double sweep_both = passing_seconds([&] { two = run(options, 2); });
  ENSURE(one == two);
  std::printf("%lld ticks of %s x %zu settings, %llu exits by the bare rule\n",
              static_cast<long long>(ticks), step == WalkStep::OneBasisPoint ? "1 bp" : "0.1 bp",
              kSettings, static_cast<unsigned long long>(exits));
  print_rate("bare rule, chunk by chunk, one thread", work, bare, bare);
  print_rate("sweep, one job", work, sweep, bare);
  std::printf("  gain of two threads: bare rule %.2f, sweep %.2f\n", bare_alone / bare_both,
              sweep_alone / sweep_both);
}

}  // namespace
}  // namespace tranchet

int main(int count, char** arguments) {
  const std::int64_t millions = count > 1 ? std::atoll(arguments[1]) : 10;
  std::string folder = (std::filesystem::temp_directory_path() / "sweep-bench-XXXXXX").string();
  ENSURE(::mkdtemp(folder.data()) != nullptr);
  tranchet::measure(tranchet::WalkStep::OneBasisPoint, millions * 1'000'000, folder);
  tranchet::measure(tranchet::WalkStep::TenthOfBasisPoint, millions * 1'000'000, folder);
  std::filesystem::remove_all(folder);
  return 0;
}

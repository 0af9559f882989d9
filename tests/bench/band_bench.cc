// What jumping from event to event is worth: the walk of the main benchmark as blocks in memory,
// through one lane (engine, simulated venue, account), against the bare rule of the same run.
//
//   bench_band [MILLIONS [BARS]]     ticks of each walk, 50 without; millions of bars, 2 without
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "backtest/lane.h"
#include "backtest/tape/block_encoder.h"
#include "events/digest.h"
#include "tests/bench/bare_rule.h"
#include "tests/bench/measure.h"
#include "tests/bench/random_walk.h"

namespace tranchet {
namespace {

constexpr InstrumentId kInstrument{1};
constexpr int kRepeats = 2;
constexpr double kAtLeast = 0.5;  // Seconds of runs.

std::uint64_t run_bare(const WalkColumns& walk) {
  BareRule rule;
  rule.run(walk.ticks);
  return rule.exits;
}

// ---- The lane.

std::vector<EncodedBlock> blocks_of(const WalkColumns& walk) {
  std::vector<EncodedBlock> blocks;
  BlockEncoder encoder;
  std::vector<Occurrence> rows;
  for (std::size_t from = 0; from < walk.size(); from += kBlockTicks) {
    rows.clear();
    const std::size_t end = std::min<std::size_t>(from + kBlockTicks, walk.size());
    for (std::size_t at = from; at < end; ++at) {
      rows.push_back(
          {WalkColumns::time(at), TradePrinted{.instrument = kInstrument,
                                               .quantity = Quantity::from_raw(kDecimalOne / 100),
                                               .price = walk.price(at)}});
    }
    encoder.encode(rows, blocks.emplace_back());
  }
  return blocks;
}

LaneOptions lane_options(bool skip, BarPath path = BarPath::Pessimistic) {
  LaneOptions options;
  Settings& settings = options.opening.settings;
  settings = walk_settings();
  const auto set = [&](Setting setting, std::int64_t value) {
    settings.set(setting, InstrumentId::None, value);
  };
  set(Setting::MarkSource, static_cast<std::int64_t>(MarkSourceChoice::Trade));
  set(Setting::InstantTakeProfitEnabled, 0);
  set(Setting::BackstopEnabled, 0);
  options.opening.instruments = {walk_rules(kInstrument)};
  options.simulation.initial_balance = Money::from_raw(1'000'000 * kDecimalOne);
  options.simulation.mark_from_trades = true;
  options.skip = skip;
  options.path = path;
  return options;
}

struct Ran {
  std::uint64_t exits = 0;
  std::uint64_t digest = 0;
  Money drawdown;
};

Ran run_lane(const std::vector<EncodedBlock>& blocks, const LaneOptions& options) {
  Names names;
  ENSURE(names.instrument("BTCUSDT") == kInstrument);
  Lane lane(options, names);
  const PriceSummary& first = blocks.front().head.summary[0];
  const PriceSummary& last = blocks.back().head.summary[0];
  const auto opened = Timestamp::from_nanoseconds(first.first_time);
  ENSURE(lane.open(options.opening, opened, names).has_value());
  for (const EncodedBlock& block : blocks) {
    ENSURE(lane.take(kInstrument, {.block = block.view()}).has_value());
  }
  const auto result = lane.finish(Timestamp::from_nanoseconds(last.last_time));
  ENSURE(result.has_value());
  const std::uint64_t digest = lane.engine().state_digest() ^ lane.engine().command_digest();
  return {result->trades, digest, result->max_drawdown};
}

void measure_walk(WalkStep step, std::size_t ticks) {
  const WalkColumns walk = random_walk(step, ticks);
  std::uint64_t bare_exits = 0;
  const double bare = best_seconds(
      kRepeats, [&] { bare_exits = run_bare(walk); }, kAtLeast);
  const std::vector<EncodedBlock> blocks = blocks_of(walk);
  Ran each, jumped;
  const double stepping = best_seconds(
      kRepeats, [&] { each = run_lane(blocks, lane_options(false)); }, kAtLeast);
  const double jumping = best_seconds(
      kRepeats, [&] { jumped = run_lane(blocks, lane_options(true)); }, kAtLeast);
  ENSURE(each.digest == jumped.digest && each.drawdown == jumped.drawdown);
  std::printf("%zu ticks of %s, %llu exits (bare rule: %llu)\n", ticks,
              step == WalkStep::OneBasisPoint ? "1 bp" : "0.1 bp",
              static_cast<unsigned long long>(jumped.exits),
              static_cast<unsigned long long>(bare_exits));
  print_rate("bare rule, price by price", ticks, bare, bare);
  print_rate("lane, price by price", ticks, stepping, bare);
  print_rate("lane, from event to event", ticks, jumping, bare);
  std::printf("  an exit and the entry after it: %.0f ns; digest of both %s\n",
              jumping / static_cast<double>(jumped.exits) * 1e9,
              digest_text(jumped.digest).c_str());
}

void measure_bars(std::size_t count) {
  RandomWalk walk(WalkStep::TenthOfBasisPoint);
  std::vector<Bar> bars(count);
  for (std::size_t at = 0; at < count; ++at) {
    const auto price = [&] { return Price::from_raw(walk.next() * WalkColumns::kWalkTick); };
    Bar& bar = bars[at];
    bar.open_time = Timestamp::from_nanoseconds(static_cast<std::int64_t>(at) * 60'000'000'000);
    bar.close_time = bar.open_time + Duration::milliseconds(59'999);
    bar.open = bar.high = bar.low = bar.close = price();
    for (int tick = 0; tick < 20; ++tick) {
      bar.close = price();
      bar.high = std::max(bar.high, bar.close);
      bar.low = std::min(bar.low, bar.close);
    }
    bar.volume = Quantity::from_raw(kDecimalOne);
  }
  std::vector<EncodedBlock> blocks;
  BlockEncoder encoder;
  for (std::size_t from = 0; from < count; from += kBlockTicks) {
    const std::size_t size = std::min<std::size_t>(kBlockTicks, count - from);
    encoder.encode(std::span(bars).subspan(from, size), blocks.emplace_back());
  }
  std::uint64_t exits = 0;
  const auto both = [&](bool skip) {
    exits = run_lane(blocks, lane_options(skip, BarPath::Pessimistic)).exits;
    run_lane(blocks, lane_options(skip, BarPath::Optimistic));
  };
  const double stepping = best_seconds(1, [&] { both(false); });
  const double jumping = best_seconds(kRepeats, [&] { both(true); });
  std::printf("%zu bars, both orders of the extremes, %llu exits\n", count,
              static_cast<unsigned long long>(exits));
  print_rate("lanes, price by price", count, stepping, stepping);
  print_rate("lanes, from event to event", count, jumping, stepping);
}

}  // namespace
}  // namespace tranchet

int main(int count, char** arguments) {
  const std::size_t millions = count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 50;
  tranchet::measure_walk(tranchet::WalkStep::OneBasisPoint, millions * 1'000'000);
  tranchet::measure_walk(tranchet::WalkStep::TenthOfBasisPoint, millions * 1'000'000);
  const std::size_t bars = count > 2 ? std::strtoul(arguments[2], nullptr, 10) : 2;
  if (bars > 0) tranchet::measure_bars(bars * 1'000'000);
}

// What an exit and the entry after it cost: about nine events through engine, venue and account, on
// the walk of the main benchmark. Prices between the events that matter are scanned, not worked, so
// that nearly all of the time is these events'. README.md says how to read the table.
//
//   bench_cycle [MILLIONS [REPEATS]]    trades of the walk, 5 without; runs of each part, 3 without
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <vector>

#include "backtest/report/account.h"
#include "backtest/venue/simulated_venue.h"
#include "engine/turn.h"
#include "events/digest.h"
#include "events/log/event_log.h"
#include "replay/loop.h"
#include "replay/opening.h"
#include "tests/bench/bare_rule.h"
#include "tests/bench/measure.h"
#include "tests/bench/random_walk.h"

namespace tranchet {
namespace {

constexpr InstrumentId kInstrument{1};

std::uint64_t run_bare(const WalkColumns& walk) {
  BareRule rule;
  rule.run(walk.ticks);
  return rule.exits;
}

// ---- The program's parts.

class Booker final : public Observer {
 public:
  explicit Booker(bool keeps_account) : keeps_account_(keeps_account) {}
  void on_event(const Event& event, const Output& output) override {
    ++events;
    if (kept != nullptr) {
      kept->insert(kept->end(), output.commands.begin(), output.commands.end());
    }
    for (const Booking& booking : output.bookings) {
      exits += std::holds_alternative<TrancheClosed>(booking) ? 1U : 0U;
    }
    if (!keeps_account_) return;
    if (const auto* trade = std::get_if<TradePrinted>(&event.body)) {
      account.on_price(trade->instrument, trade->price, event.time);
    }
    if (output.bookings.empty() && output.commands.empty()) return;
    account.on_bookings(output.bookings, event.sequence, event.time);
    account.on_commands(output.commands);
  }

  std::uint64_t events = 0;
  std::uint64_t exits = 0;
  std::vector<Command>* kept = nullptr;  // Gets every command, where it is given.
  Account account{Money::from_raw(1'000'000 * kDecimalOne)};

 private:
  bool keeps_account_;
};

class World {
 public:
  explicit World(bool keeps_account, std::vector<Command>* kept = nullptr)
      : booker_(keeps_account),
        engine_(settings()),
        venue_(simulation()),
        loop_(engine_, venue_, booker_, {}) {
    booker_.kept = kept;
    venue_.list(walk_rules(kInstrument));
    Names names;
    ENSURE(names.instrument("BTCUSDT") == kInstrument);
    const Opening opening{.settings = settings(), .instruments = {walk_rules(kInstrument)}};
    for (const EventBody& body : opening_events(opening, names)) {
      ENSURE(loop_.take(WalkColumns::time(0), body).has_value());
    }
  }

  void run(const WalkColumns& walk) {
    for (std::size_t at = 0; at < walk.size(); ++at) {
      at = skip(walk, at);
      if (at < walk.size()) take(walk, at);
    }
  }

  const Booker& booker() const { return booker_; }
  std::uint64_t digest() const { return engine_.command_digest(); }

 private:
  static Settings settings() {
    Settings settings = walk_settings();
    const auto set = [&](Setting setting, std::int64_t value) {
      settings.set(setting, InstrumentId::None, value);
    };
    set(Setting::MarkSource, static_cast<std::int64_t>(MarkSourceChoice::Trade));
    set(Setting::InstantTakeProfitEnabled, 0);
    set(Setting::BackstopEnabled, 0);
    return settings;
  }
  static SimulationParameters simulation() {
    SimulationParameters simulation;
    simulation.initial_balance = Money::from_raw(1'000'000 * kDecimalOne);
    simulation.mark_from_trades = true;
    return simulation;
  }

  // The first trade from `at` on that is not quiet. The last one passed over is noted.
  std::size_t skip(const WalkColumns& walk, std::size_t at) {
    if (!loop_.may_pass_until(WalkColumns::time(at))) return at;
    const QuietBand& quiet = engine_.quiet_band(kInstrument);
    const PriceBand& band = venue_band();
    const std::int64_t low = std::max(band.low, quiet.low).raw() / WalkColumns::kWalkTick;
    const std::int64_t high = std::min(band.high, quiet.high).raw() / WalkColumns::kWalkTick;
    const std::size_t begin = at;
    while (at < walk.size() && walk.ticks[at] > low && walk.ticks[at] < high) ++at;
    if (at == begin) return at;
    const TradePrinted last{.instrument = kInstrument, .price = walk.price(at - 1)};
    ENSURE(loop_.pass(WalkColumns::time(at - 1), last));
    venue_.note_price(kInstrument, last.price, WalkColumns::time(at - 1));
    return at;
  }

  void take(const WalkColumns& walk, std::size_t at) {
    const Timestamp time = WalkColumns::time(at);
    const TradePrinted trade{.instrument = kInstrument, .price = walk.price(at)};
    ENSURE(loop_.run_until(time).has_value());
    if (venue_band().contains(trade.price)) {
      venue_.note_price(kInstrument, trade.price, time);
    } else {
      venue_.observe(trade, time);
      loop_.look_again();
      band_change_ = ~std::uint64_t{0};
      ENSURE(loop_.run_until(time).has_value());
    }
    ENSURE(loop_.take(time, trade).has_value());
  }

  const PriceBand& venue_band() {
    if (band_change_ != loop_.venue_changes()) band_ = venue_.quiet_band(kInstrument);
    band_change_ = loop_.venue_changes();
    return band_;
  }

  Booker booker_;
  Engine engine_;
  SimulatedVenue venue_;
  Loop loop_;
  PriceBand band_;
  std::uint64_t band_change_ = ~std::uint64_t{0};
};

void print_cycles(const char* stage, double seconds, std::uint64_t cycles, std::size_t trades) {
  std::printf("  %-44s %8.1f ns a cycle %8.1f M ticks/s\n", stage,
              seconds / static_cast<double>(cycles) * 1e9,
              static_cast<double>(trades) / seconds / 1e6);
}

void run(std::size_t trades, int repeats) {
  const WalkColumns walk = random_walk(WalkStep::OneBasisPoint, trades);
  std::uint64_t bare_exits = 0;
  const double bare = best_seconds(repeats, [&] { bare_exits = run_bare(walk); });
  // This much no program can spare.
  std::vector<Command> commands;
  World(false, &commands).run(walk);
  Digest digest;
  const double digesting =
      best_seconds(repeats, [&] { add_to_digest(digest = Digest(), commands, kSchemaVersion); });
  std::optional<World> world;
  const auto seconds = [&](bool keeps_account) {
    return best_seconds(repeats, [&] {
      world.emplace(keeps_account);
      world->run(walk);
    });
  };
  const double venue = seconds(false);
  const double whole = seconds(true);
  const Booker& booker = world->booker();
  std::printf(
      "exit and entry again: %zu trades of 1 bp, %llu exits, %.1f events and %.1f commands a "
      "cycle, "
      "%016llx\n",
      walk.size(), static_cast<unsigned long long>(booker.exits),
      static_cast<double>(booker.events) / static_cast<double>(booker.exits),
      static_cast<double>(commands.size()) / static_cast<double>(booker.exits),
      static_cast<unsigned long long>(world->digest()));
  print_cycles("limit: the rule alone, trade by trade", bare, bare_exits, trades);
  print_cycles("limit: the digest of its commands alone", digesting, booker.exits, trades);
  print_cycles("engine and venue", venue, booker.exits, trades);
  print_cycles("engine, venue and account", whole, booker.exits, trades);
}

}  // namespace
}  // namespace tranchet

int main(int count, char** arguments) {
  const std::size_t millions = count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 5;
  tranchet::run(millions * 1'000'000, count > 2 ? std::atoi(arguments[2]) : 3);
  return 0;
}

#include "tests/crash/script.h"

#include <memory>
#include <utility>

#include "backtest/venue/simulated_venue.h"
#include "engine/engine.h"
#include "replay/loop.h"
#include "tests/crash/market.h"

namespace tranchet::crash {
namespace {

// The venue, and a word about every dispatch before it.
class WatchedVenue final : public Venue {
 public:
  WatchedVenue(SimulatedVenue& venue, const Engine& engine, const ScriptWatch& watch)
      : venue_(venue), engine_(engine), watch_(watch) {}
  void submit(std::span<const Command> commands, Timestamp now) override {
    watch_.on_dispatch(engine_.last_sequence());
    venue_.submit(commands, now);
  }
  std::optional<Timestamp> next_wakeup() const override { return venue_.next_wakeup(); }
  void advance(Timestamp now, std::vector<Occurrence>& out) override { venue_.advance(now, out); }

 private:
  SimulatedVenue& venue_;
  const Engine& engine_;
  const ScriptWatch& watch_;
};

class NoObserver final : public Observer {
 public:
  void on_event(const Event&, const Output&) override {}
};

// The log, and a word about every commit after it.
class WatchedLog final : public LogWriter {
 public:
  WatchedLog(std::unique_ptr<LogWriter> log, const ScriptWatch& watch)
      : log_(std::move(log)), watch_(watch) {}
  std::expected<void, LogError> append(std::span<const Event> events, const Names& names) override {
    auto appended = log_->append(events, names);
    if (appended) {
      ++commits_;
      watch_.on_commit(log_->head());
    }
    return appended;
  }
  std::expected<void, LogError> note_digests(const DigestNote& note) override {
    return log_->note_digests(note);
  }
  std::expected<void, LogError> keep_snapshot(const StateSnapshot& snapshot) override {
    return log_->keep_snapshot(snapshot);
  }
  std::expected<void, LogError> close() override { return log_->close(); }
  LogHead head() const override { return log_->head(); }
  std::uint64_t commits() const { return commits_; }

 private:
  std::unique_ptr<LogWriter> log_;
  const ScriptWatch& watch_;
  std::uint64_t commits_ = 0;
};

// A digest note for every moment, and now and then a snapshot of several pages. What it is an image
// of does not matter to the log.
std::expected<void, LogError> keep_progress(WatchedLog& log, const Engine& engine) {
  constexpr std::uint64_t kSnapshotEvery = 8;
  constexpr std::size_t kImageBytes = 9'000;
  const DigestNote note{engine.last_sequence(), engine.command_digest(), engine.state_digest()};
  if (auto noted = log.note_digests(note); !noted) return noted;
  if (log.commits() % kSnapshotEvery != 0) return {};
  return log.keep_snapshot(
      {.sequence = note.sequence,
       .command_digest = note.command_digest,
       .state_digest = note.state_digest,
       .build = "script",
       .image = std::vector<std::byte>(kImageBytes, std::byte(number(note.sequence) % 251))});
}

}  // namespace

std::expected<void, LogError> run_script(const std::filesystem::path& directory,
                                         std::uint64_t commits, const ScriptWatch& watch) {
  auto created = LogWriter::create(directory, Durability::EveryBatch, kScriptMap);
  if (!created) return std::unexpected(created.error());
  WatchedLog log(std::move(*created), watch);
  watch.on_commit(log.head());
  Names names;
  const Opening opening = Market::opening(names);
  Engine engine(opening.settings);
  SimulatedVenue simulated(Market::venue());
  for (const InstrumentListed& rules : opening.instruments) simulated.list(rules);
  WatchedVenue venue(simulated, engine, watch);
  NoObserver observer;
  Loop loop(engine, venue, observer, {.log = &log, .names = &names});

  std::expected<void, LogError> taken;
  for (const EventBody& body : opening_events(opening, names)) {
    if (taken = loop.take(Market::start(), body); !taken) return taken;
  }
  Market market(1);
  while (log.commits() < commits) {
    const Market::Moment moment = market.next();
    if (taken = loop.run_until(moment.time); !taken) return taken;
    for (const EventBody& price : moment.prices) {
      simulated.observe(price, moment.time);
      if (taken = loop.take(moment.time, price); !taken) return taken;
    }
    for (const EventBody& act : moment.acts) {
      if (taken = loop.take(moment.time, act); !taken) return taken;
    }
    loop.look_again();
    if (taken = loop.run_until(moment.time); !taken) return taken;
    if (log.head().last == engine.last_sequence()) {
      if (taken = keep_progress(log, engine); !taken) return taken;
    }
  }
  if (taken = loop.finish(); !taken) return taken;
  return log.close();
}

}  // namespace tranchet::crash

#include "backtest/wargame/process.h"

#include "replay/opening.h"
#include "replay/resume.h"

namespace tranchet {
namespace {

std::unique_ptr<ProcessEnd> make_end(const Process::Options& options, const State& state,
                                     ProcessClock& clock, Wire& wire, MarkWatch& marks,
                                     Names& names) {
  ProcessEnd::Options link = options.link;
  link.mode = options.plan->settings.choice<PositionMode>(Setting::PositionModeChoice);
  for (std::size_t id = 1; id <= names.instruments(); ++id) {
    link.rules.push_back(state.instrument(static_cast<InstrumentId>(id)).rules);
  }
  if (link.rules.empty()) link.rules = options.plan->instruments;
  if (options.make_end) return options.make_end(link, clock, wire, marks, names);
  return std::make_unique<VenueLink>(link, clock, wire, marks);
}

}  // namespace

Process::Process(Engine engine, Names names, const Options& options, ProcessClock& clock,
                 Wire& wire, MarkWatch& marks, Watcher& watcher)
    : plan_(*options.plan),
      engine_(std::move(engine)),
      names_(std::move(names)),
      clock_(clock),
      link_(make_end(options, engine_.state(), clock, wire, marks, names_)),
      cause_(*link_, watcher) {}

std::expected<std::unique_ptr<Process>, LogError> Process::open(const Options& options, Disk& disk,
                                                                ProcessClock& clock, Wire& wire,
                                                                MarkWatch& marks,
                                                                Watcher& watcher) {
  const bool begins = !disk.holds_a_log();
  auto log = begins ? disk.create() : disk.open();
  if (!log) return std::unexpected(log.error());
  Engine engine(options.plan->settings, 1);
  Names names;
  bool from_snapshot = false;
  auto reader = disk.read();
  if (!reader) return std::unexpected(reader.error());
  if (number((*reader)->head().last) > 0) {  // A log that was begun may hold nothing yet.
    auto resumed = resume(**reader, {.use_snapshot = options.from_snapshot,
                                     .visit = [&watcher](const Event& event, const Output& output,
                                                         const Engine& replayed) {
                                       watcher.on_replay(event, output, replayed.state());
                                     }});
    if (!resumed) return std::unexpected(resumed.error());
    engine = std::move(resumed->engine);
    names = std::move(resumed->names);
    from_snapshot = resumed->snapshot.has_value();
  }
  std::unique_ptr<Process> process(
      new Process(std::move(engine), std::move(names), options, clock, wire, marks, watcher));
  process->log_ = std::move(*log);
  process->from_snapshot_ = from_snapshot;
  process->loop_.emplace(process->engine_, *process->link_, process->cause_,
                         Journal{.log = process->log_.get(),
                                 .names = &process->names_,
                                 .durability = Durability::EveryBatch,
                                 .snapshot_interval = options.snapshot_interval});
  return process;
}

void Process::begin() {
  // A process that was killed in the midst of its opening has left the rest of it to be said.
  const std::vector<EventBody> bodies = opening();
  const auto said = static_cast<std::size_t>(number(engine_.last_sequence()));
  for (std::size_t index = said; index < bodies.size(); ++index) take(bodies[index]);
  for (const EventBody& body : restart_events(engine_.state())) take(body);
  link_->start();
}

std::vector<EventBody> Process::opening() {
  Opening opening{.settings = plan_.settings, .instruments = plan_.instruments};
  for (std::size_t index = 0; index < opening.instruments.size(); ++index) {
    const std::string symbol = symbol_at(plan_.exchange, index + 1);
    opening.instruments[index].symbol = names_.intern(symbol);
    names_.instrument(symbol);
  }
  std::vector<EventBody> bodies = opening_events(opening, names_);
  for (const Stimulus& stimulus : plan_.stimuli) {
    const auto* body = std::get_if<EventBody>(&stimulus.what);
    if (body != nullptr && std::holds_alternative<AdoptionRequested>(*body))
      bodies.push_back(*body);
  }
  return bodies;
}

void Process::take(const EventBody& body) {
  if (!run()) return;  // Timers that were due while the program was down.
  if (auto taken = loop_->take(clock_.wall(), body); !taken) error_ = taken.error();
}

bool Process::run() {
  if (error_ || link_->is_dead()) return false;
  link_->tick();
  loop_->look_again();
  if (auto ran = loop_->run_until(clock_.wall()); !ran) error_ = ran.error();
  return !error_ && !link_->is_dead();
}

std::optional<Timestamp> Process::next_due() const {
  std::optional<Timestamp> due = link_->next_tick();
  if (const auto timer = engine_.next_timer()) {
    const Timestamp fires = timer->first + Duration::nanoseconds(1) - clock_.skew();
    due = due ? std::min(*due, fires) : fires;
  }
  return due;
}

}  // namespace tranchet

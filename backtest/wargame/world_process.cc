#include "backtest/wargame/world_parts.h"

#include "events/log/json.h"
#include "replay/resume.h"

namespace tranchet {

void World::start_process() {
  restart_planned_ = false;
  if (is_over()) return;
  ++incarnation_;
  lines_[0] = Line{.number = lines_[0].number + 1};
  lines_[1] = Line{.number = lines_[1].number + 1};
  paused_until_ = now_;
  const bool begins = !disk_.holds_a_log();
  const Process::Options options{
      .link = {.incarnation = incarnation_,
               .limits = gate_.published_limits(),
               .known_until = known_until_},
      .make_end = options_.make_end,
      .plan = &plan_,
      .snapshot_interval = plan_.seed % 3 == 0 ? 0U : 200U + plan_.seed % 400,
      // What nobody has watched must be watched now.
      .from_snapshot = random_.percent(50) && disk_.durable() <= seen_};
  auto started = Process::open(options, disk_, clock_, *this, marks_, *this);
  if (!started) {
    tell("-- the log is refused: " + started.error().message);
    const bool rightly = started.error().kind == LogErrorKind::Damaged ||
                         started.error().kind == LogErrorKind::Gap ||
                         started.error().kind == LogErrorKind::TailLost;
    invariants_.on_log_refused(rightly);
    marks_.reach(started.error().kind == LogErrorKind::TailLost ? Mark::LostTailRefused
                                                                : Mark::RotRefused);
    disk_.forget_writer();
    disk_.restore();
    at(now_ + Duration::seconds(5), [this] { start_process(); });
    restart_planned_ = true;
    return;
  }
  process_ = std::move(*started);
  if (!begins || number(seen_) > 0) {  // A log that was begun may hold nothing yet.
    ++result_.restarts;
    if (process_->began_from_snapshot()) {
      marks_.reach(Mark::RestartedFromSnapshot);
      check_replay();
    }
    seen_ = process_->engine().last_sequence();
    invariants_.on_restart(seen_, process_->engine().state());
    marks_.on_restart(process_->engine().state());
  }
  process_->begin();
  for (const InstrumentListed& rules : gate_.rules()) tell_rules(rules);
  run_process();
}

void World::kill_process(Duration downtime) {
  if (process_ == nullptr) return;
  tell("-- the process is gone");
  process_.reset();
  disk_.forget_writer();
  restart_planned_ = true;
  at(now_ + downtime, [this] { start_process(); });
}

// It has died by itself: of its disk, or in the midst of sending.
void World::end_of_process() {
  if (const auto fault = disk_.struck()) {
    const bool failed = *fault == DiskFault::SyncFails || *fault == DiskFault::SyncFailsKept;
    marks_.reach(*fault == DiskFault::Full ? Mark::DiskFullStopped
                 : failed                  ? Mark::FailedCommitStopped
                                           : Mark::KilledInACommit);
  } else if (!process_->error()) {
    marks_.reach(Mark::KilledWhileSending);
  }
  kill_process(random_.between(Duration(), Duration::seconds(40)));
}

void World::on_event(const Event& event, const Output& output) {
  const State& state = process_->engine().state();
  ++result_.events;
  seen_ = event.sequence;
  known_until_ = event.time;
  invariants_.on_step(event, output, state);
  marks_.on_step(event, output, state);
  if (plan_.faults.empty()) protection_.on_step(event, output, state);
  for (const Command& command : output.commands) {
    if (std::holds_alternative<SubmitOrder>(command)) ++result_.intents;
  }
  if (options_.inspect) options_.inspect(state, gate_.venue());
  if (!options_.tell) return;
  std::string lines = event_json(event, process_->names()) + "\n";
  append_command_lines(output.commands, event.sequence, process_->names(), lines);
  tell(lines);
}

// What a restart reads again. Most of it was seen when it happened; a commit whose outcome was not
// known may turn out to have been kept.
void World::on_replay(const Event& event, const Output& output, const State& state) {
  if (event.sequence <= seen_) return;
  ++result_.events;
  seen_ = event.sequence;
  known_until_ = event.time;
  invariants_.on_step(event, output, state);
  marks_.on_step(event, output, state);
  marks_.reach(Mark::UnknownCommitWasKept);
}

// The history once more from its first event, and once more from a snapshot, must come to what the
// process has come to, if all of that is in the log: quiet market data may not be yet.
void World::check_replay() {
  const Engine& live = process_->engine();
  for (const bool from_snapshot : {false, true}) {
    const auto reader = disk_.read();
    if (!reader) return;
    const auto again = resume(**reader, {.use_snapshot = from_snapshot, .visit = {}});
    if (!again || again->engine.last_sequence() != live.last_sequence()) return;
    if (again->snapshot.has_value() != from_snapshot) return;
    invariants_.on_replayed(live.command_digest(), live.state_digest(),
                            again->engine.command_digest(), again->engine.state_digest(),
                            from_snapshot);
  }
}

}  // namespace tranchet

#include "backtest/hindsight/what_if.h"

#include <algorithm>

#include "backtest/hindsight/simulated_run.h"
#include "replay/log_follower.h"

namespace tranchet {
namespace {

class Hindsight {
 public:
  Hindsight(LogReader& log, const WhatIfOptions& options, const LogFacts& facts)
      : log_(log), options_(options), facts_(facts), follower_(log) {
    base_ = facts.knows_balance ? facts.initial_balance : options.venue.initial_balance;
  }

  std::expected<void, LogError> run() {
    for (bool first = true;; first = false) {
      const auto read = follower_.read();
      if (!read) return std::unexpected(read.error());
      if (*read == nullptr) break;
      const bool is_start = std::holds_alternative<RunStarted>((*read)->body);
      if (first && !is_start) ledger_.begin_with(follower_.engine().state());
      if (!shadow_ && !is_start && (*read)->sequence >= options_.from) change(**read);
      step(**read);
    }
    return {};
  }

  WhatIf result() {
    WhatIf result{.events = facts_.events,
                  .last_time = facts_.last_time,
                  .in_log = facts_.outcome,
                  .otherwise = {},
                  .parting = parting_};
    if (parting_) simulation_->run_until(facts_.last_time);
    const Engine& engine = parting_  ? simulation_->engine()
                           : shadow_ ? shadow_->engine()
                                     : follower_.engine();
    result.otherwise = ledger_.finish(engine.state());
    return result;
  }

 private:
  // Before `event`.
  void change(const Event& event) {
    shadow_.emplace(follower_.engine());
    const bool same = shadow_->change(options_.changes, event.time);
    simulation_.emplace(shadow_->engine(), options_.venue, facts_.rates_settle, ledger_);
    if (same) return;
    parting_ = Parting{.sequence = event.sequence,
                       .time = event.time,
                       .by_the_change = true,
                       .in_log = {},
                       .otherwise = asked_by_shadow(event.sequence)};
    begin_simulation();
  }

  void step(const Event& event) {
    const Quantity held = held_by_log(event.body);
    follower_.apply();
    note_venue(event);
    if (parting_) return simulate(event, held);
    if (is_input(event.body)) source_ = event.sequence;
    if (!shadow_) {
      ledger_.take(event, follower_.output(), follower_.engine().state(), source_);
      return;
    }
    const bool same = shadow_->follow(event, follower_.output(), log_.names());
    ledger_.take(event, shadow_->output(), shadow_->engine().state(), source_);
    simulation_->watch(event);
    if (same) return;
    parting_ =
        Parting{.sequence = event.sequence,
                .time = event.time,
                .in_log = request_lines(follower_.output().commands, event.sequence, log_.names()),
                .otherwise = asked_by_shadow(event.sequence)};
    begin_simulation();
  }

  void simulate(const Event& event, Quantity held) {
    if (const auto* filled = std::get_if<OrderFilled>(&event.body)) {
      const bool foreign = filled->order == OrderId::None && filled->origin == FillOrigin::Foreign;
      if (foreign) simulation_->take_foreign(*filled, event.time);
    } else if (const auto* paid = std::get_if<FundingPaid>(&event.body)) {
      simulation_->take_funding(*paid, held, event.time);
    } else if (is_input(event.body)) {
      Event input = event;
      input.body = with_changes(event.body, options_.changes);
      simulation_->take(input);
    }
  }

  void begin_simulation() {
    simulation_->begin(shadow_->engine(), shadow_->output(),
                       {.balance = base_ + ledger_.earned(),
                        .last_trade = facts_.last_trade,
                        .snapshot_asked_for = snapshot_asked_for_,
                        .source = source_});
  }

  // What the venue told of the account, and whether a snapshot of it is on its way.
  void note_venue(const Event& event) {
    for (const Command& command : follower_.output().commands) {
      if (std::holds_alternative<RequestSnapshot>(command)) snapshot_asked_for_ = true;
    }
    if (std::holds_alternative<SnapshotEnded>(event.body)) snapshot_asked_for_ = false;
    const auto* balance = std::get_if<BalanceReported>(&event.body);
    if (balance != nullptr && !parting_) base_ = balance->balance - ledger_.earned();
  }

  Quantity held_by_log(const EventBody& body) const {
    const auto* paid = std::get_if<FundingPaid>(&body);
    if (paid == nullptr || !follower_.engine().state().knows(paid->instrument)) return {};
    return open_quantity(
        follower_.engine().state().position({paid->instrument, paid->position_side}));
  }

  std::string asked_by_shadow(Sequence sequence) const {
    return request_lines(shadow_->output().commands, sequence, log_.names());
  }

  LogReader& log_;
  const WhatIfOptions& options_;
  const LogFacts& facts_;
  LogFollower follower_;
  RunLedger ledger_;
  std::optional<Shadow> shadow_;
  std::optional<SimulatedRun> simulation_;
  std::optional<Parting> parting_;
  Sequence source_{};
  Money base_;  // The balance, less what the ledger has earned.
  bool snapshot_asked_for_ = false;
};

}  // namespace

std::expected<WhatIf, LogError> what_if(LogReader& log, const WhatIfOptions& options) {
  const Sequence last = log.head().last;
  const bool begins_anywhere = options.from == Sequence{};
  if (!begins_anywhere && (options.from < log.first() || options.from > last)) {
    return std::unexpected(LogError{.kind = LogErrorKind::NotALog,
                                    .sequence = options.from,
                                    .message = "sequence " + std::to_string(number(options.from)) +
                                               " is not in the log, which holds " +
                                               std::to_string(number(log.first())) + " to " +
                                               std::to_string(number(last))});
  }
  const auto facts = facts_of(log);
  if (!facts) return std::unexpected(facts.error());
  Hindsight hindsight(log, options, *facts);
  if (auto ran = hindsight.run(); !ran) return std::unexpected(ran.error());
  return hindsight.result();
}

}  // namespace tranchet

// Sequence, time, restarts and replays: I-37 to I-41.
#include "backtest/wargame/invariants/watch.h"

namespace tranchet {

void Invariants::Watch::judge_time(const Event& event, const State& state, Sequence before,
                                   Timestamp time_before) {
  expect(37, event.sequence == next(before) && state.last == event.sequence, "event ",
         event.sequence, " after ", before, ", the state is at ", state.last);
  if (!judges(41)) return;
  if (event.time < time_before || state.now != event.time) {
    fail(41, "event ", event.sequence, " at ", event.time, " after ", time_before,
         ", the state is at ", state.now);
    return;
  }
  const auto* fired = std::get_if<TimerFired>(&event.body);
  if (fired == nullptr) {
    if (!chronicle_.timers().empty() && chronicle_.next_timer() < event.time) {
      fail(41, "a timer was due at ", chronicle_.next_timer(), ", and the next event is at ",
           event.time);
    }
    return;
  }
  const auto set = chronicle_.timers().find(fired->timer);
  if (set != chronicle_.timers().end() && event.time < set->second) {
    fail(41, "timer ", fired->timer, " fired at ", event.time, ", it was set for ", set->second);
  }
}

// ---- Going back.

void Invariants::Watch::keep(const Event& event, const Output& output, const State& state) {
  bookings_.insert(bookings_.end(), output.bookings.begin(), output.bookings.end());
  commands_.insert(commands_.end(), output.commands.begin(), output.commands.end());
  steps_.push_back({.event = event,
                    .bookings_end = static_cast<std::uint32_t>(bookings_.size()),
                    .commands_end = static_cast<std::uint32_t>(commands_.size()),
                    .command_digest = state.command_digest});
}

// Tells the chronicle again what is left of the history.
void Invariants::Watch::rebuild(Sequence last) {
  while (!steps_.empty() && steps_.back().event.sequence > last) steps_.pop_back();
  bookings_.resize(steps_.empty() ? 0 : steps_.back().bookings_end);
  commands_.resize(steps_.empty() ? 0 : steps_.back().commands_end);
  chronicle_ = Chronicle(first_settings_);
  std::size_t booking = 0, command = 0;
  for (const Step& step : steps_) {
    chronicle_.take(step.event);
    for (; booking < step.bookings_end; ++booking) chronicle_.take(bookings_[booking]);
    for (; command < step.commands_end; ++command) {
      chronicle_.take(commands_[command], step.event);
    }
  }
  forget_claims(last);
  newest_ = last;
  now_ = steps_.empty() ? Timestamp() : steps_.back().event.time;
}

void Invariants::Watch::on_restart(Sequence last, const State& state) {
  if (violation_) return;
  expect(29, newest_cause_ <= last, "a request that event ", newest_cause_,
         " caused had left, and the log ends at ", last);
  expect(37, last <= newest_ && state.last == last, "the log ends at ", last, ", the state is at ",
         state.last, ", seen up to ", newest_);
  if (last < newest_) rebuild(last);
  if (!steps_.empty()) {
    expect(39, steps_.back().command_digest == state.command_digest, "a restart at ", last,
           " came to other decisions than the process before it");
  }
  for (const InstrumentState& instrument : state.instruments) {
    for (const Position& position : instrument.positions) {
      for (const Tranche& tranche : position.tranches) {
        const SeenTranche* seen = chronicle_.find(tranche.id);
        const bool same =
            seen != nullptr && seen->quantity == tranche.quantity && seen->cost == tranche.cost;
        expect(39, same, tranche.id, " holds ", tranche.quantity, " after the restart, expected ",
               seen == nullptr ? Quantity() : seen->quantity);
      }
      chronicle_.book(position.key).held = open_quantity(position).raw() + position.ignored.raw();
      remember(state, position.key);
    }
  }
}

void Invariants::Watch::on_replayed(const DigestPair& live, const DigestPair& replayed,
                                    bool from_snapshot) {
  if (violation_) return;
  expect(from_snapshot ? 38 : 37, live.commands == replayed.commands,
         from_snapshot ? "a replay from a snapshot" : "a replay",
         " decides otherwise: ", live.commands, " live, ", replayed.commands);
  expect(38, live.state == replayed.state, from_snapshot ? "a replay from a snapshot" : "a replay",
         " comes to another state: ", live.state, " live, ", replayed.state);
}

void Invariants::Watch::on_log_refused(bool rightly) {
  if (violation_) return;
  expect(37, rightly, "the log was refused, and nothing was wrong with it");
}

}  // namespace tranchet

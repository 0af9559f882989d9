#include "backtest/wargame/world.h"

#include "backtest/wargame/world_parts.h"
#include "events/digest.h"

namespace tranchet {
namespace {

// After the faults have ended: longer than the five minutes that a failed exit waits.
constexpr Duration kRest = Duration::minutes(6);
constexpr Duration kPatience = Duration::minutes(60);
constexpr Duration kRestTick = Duration::seconds(10);

}  // namespace

void World::heal() {
  tell("-- " + to_text(now_) + " the faults end");
  healed_ = true;
  network_.heal();
  gate_.heal(now_);
}

bool World::is_at_rest() const {
  if (process_ == nullptr || !tasks_.empty() || !process_->link().is_idle()) return false;
  if (!lines_[0].up || !lines_[1].up) return false;
  const State& state = process_->engine().state();
  if (!state.reconciled || state.snapshot) return false;
  for (const InstrumentState& instrument : state.instruments) {
    for (const Position& position : instrument.positions) {
      if (position.difference || !position.entries.empty()) return false;
      for (const Tranche& tranche : position.tranches) {
        if (tranche.closing) return false;
        for (const auto* orders : {&tranche.stops, &tranche.targets}) {
          for (const OrderId id : *orders) {
            if (state.order(id).is_unanswered()) return false;
          }
        }
      }
    }
  }
  return true;
}

void World::tick(Timestamp time) {
  run_until(time);
  move_to(time);
  // A strategy would go on for ever.
  if (process_ != nullptr && !process_->engine().state().entries_halted) {
    at_process(now_, incarnation_, [this] { process_->link().on_input(EntriesHalted{}); });
  }
  for (const auto& [instrument, price] : last_prices_) {
    take_market(TradePrinted{.instrument = instrument, .quantity = {}, .price = price});
    take_market(MarkPrice{instrument, price});
  }
}

void World::come_to_rest() {
  const Timestamp healed = now_;
  while (!is_over()) {
    tick(now_ + kRestTick);
    run_until(now_ + kRestTick - Duration::milliseconds(1));
    if (now_ >= healed + kRest && is_at_rest()) break;
    if (now_ > healed + kPatience) {
      result_.violation = Violation{.invariant = 0, .sequence = seen_, .text = why_no_rest()};
      return;
    }
  }
  if (is_over()) return;
  invariants_.on_rest(process_->engine().state(), gate_.venue());
  // An event that is committed at once, and the quiet ones before it.
  process_->link().on_input(EntriesResumed{});
  if (process_->run()) check_replay();
}

std::string World::why_no_rest() const {
  if (process_ == nullptr) return "the process does not start";
  if (!process_->link().is_idle()) return "something is always under way to the venue";
  const State& state = process_->engine().state();
  if (!state.reconciled) return "the books are not reconciled";
  for (const InstrumentState& instrument : state.instruments) {
    for (const Position& position : instrument.positions) {
      if (position.difference) return "a difference to the venue stays";
      if (!position.entries.empty()) return "an entry stays: " + to_text(position.entries.front());
      for (const Tranche& tranche : position.tranches) {
        if (tranche.closing) {
          return "tranche " + std::to_string(static_cast<std::uint64_t>(tranche.id)) +
                 " never ends its closing";
        }
      }
    }
  }
  return "an order stays unanswered";
}

void World::run_until(Timestamp time) {
  while (!is_over()) {
    if (std::min(tasks_.next_time(), process_wake()) > time) break;
    step();
  }
}

WorldResult World::run() {
  const auto first = std::ranges::lower_bound(plan_.stimuli, plan_.begins, {}, &Stimulus::time);
  for (const Stimulus& stimulus : std::span(plan_.stimuli.begin(), first)) take_early(stimulus);
  const Timestamp start = first == plan_.stimuli.end() ? plan_.begins : first->time;
  move_to(start);
  start_process();
  for (const Stimulus& stimulus : std::span(first, plan_.stimuli.end())) {
    // The rest belongs to the time after the faults.
    if (is_over() || result_.events * 100 >= plan_.events * 85) break;
    run_until(stimulus.time);
    move_to(stimulus.time);
    if (!is_over()) take(stimulus);
  }
  if (!is_over()) {
    heal();
    come_to_rest();
  }
  if (!result_.violation) result_.violation = invariants_.violation();
  result_.simulated = now_ - start;
  result_.accepted = gate_.accepted();
  result_.checked = invariants_.counts();
  result_.marks = marks_.reached();
  result_.to_protection = protection_.times();
  Digest digest;
  digest.add(result_.events);
  digest.add(result_.simulated.count());
  if (process_ != nullptr) {
    digest.add(process_->engine().command_digest());
    digest.add(process_->engine().state_digest());
  }
  result_.digest = digest.value();
  return result_;
}

WorldResult run_world(const Plan& plan, const WorldOptions& options) {
  return World(plan, options).run();
}

}  // namespace tranchet

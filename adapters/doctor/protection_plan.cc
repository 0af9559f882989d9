#include "adapters/doctor/protection_plan.h"

#include <algorithm>
#include <set>

#include "replay/resume.h"

namespace tranchet {
namespace {

using aster::SurveyOrder;
using aster::SurveyPosition;

class Rehearsal {
 public:
  Rehearsal(Engine& engine, Names& names, Timestamp now)
      : engine_(engine), names_(names), now_(std::max(now, engine.state().now)) {}

  void take(const EventBody& body) {
    Output output;
    engine_.apply({next(engine_.last_sequence()), now_, body}, output);
    for (const Command& command : output.commands) {
      const bool is_told = std::holds_alternative<SubmitOrder>(command) ||
                           std::holds_alternative<AmendOrder>(command) ||
                           std::holds_alternative<CancelOrder>(command) ||
                           std::holds_alternative<QueryOrder>(command) ||
                           std::holds_alternative<Alert>(command);
      if (is_told) commands_.push_back(command);
    }
  }

  // Rules of what the log does not know yet.
  void list(const std::string& symbol, const ExchangeInfo& rules) {
    const InstrumentId instrument = names_.instrument(symbol);
    const State& state = engine_.state();
    if (state.knows(instrument) && state.instrument(instrument).listed) return;
    const auto found = std::ranges::find(rules.symbols, symbol, &InstrumentRules::symbol);
    if (found == rules.symbols.end()) return;
    InstrumentListed listed = found->rules;
    if (!listed.tick_size.is_positive() || !listed.step_size.is_positive()) return;
    listed.instrument = instrument;
    listed.symbol = names_.intern(symbol);
    take(listed);
  }

  std::vector<Command> commands() { return std::move(commands_); }

 private:
  Engine& engine_;
  Names& names_;
  Timestamp now_;
  std::vector<Command> commands_;
};

OrderReported reported(const SurveyOrder& order, InstrumentId instrument) {
  return {.order = order.id,
          .instrument = instrument,
          .position_side = order.position_side,
          .order_type = order.type,
          .side = order.side,
          .quantity = order.quantity,
          .filled_quantity = order.filled,
          .limit_price = order.limit_price,
          .stop_price = order.stop_price};
}

}  // namespace

std::vector<Command> plan_protection(Engine engine, Names& names,
                                     const aster::AccountSurvey& survey, const ExchangeInfo& rules,
                                     Timestamp now) {
  Rehearsal rehearsal(engine, names, now);
  for (const EventBody& body : restart_events(engine.state())) rehearsal.take(body);
  std::set<std::string> symbols;
  for (const SurveyPosition& position : survey.positions) symbols.insert(position.symbol);
  for (const SurveyOrder& order : survey.orders) symbols.insert(order.symbol);
  for (const std::string& symbol : symbols) rehearsal.list(symbol, rules);
  for (const SurveyPosition& position : survey.positions) {
    if (!position.mark.is_positive()) continue;
    rehearsal.take(MarkPrice{names.instrument(position.symbol), position.mark});
  }
  rehearsal.take(Connected{Stream::User});
  rehearsal.take(SnapshotStarted{});
  for (const SurveyPosition& position : survey.positions) {
    rehearsal.take(PositionReported{.instrument = names.instrument(position.symbol),
                                    .position_side = position.side,
                                    .quantity = position.quantity,
                                    .average_price = position.average});
  }
  for (const SurveyOrder& order : survey.orders) {
    rehearsal.take(reported(order, names.instrument(order.symbol)));
  }
  rehearsal.take(SnapshotEnded{});
  return rehearsal.commands();
}

}  // namespace tranchet

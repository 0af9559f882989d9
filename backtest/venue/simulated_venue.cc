#include "backtest/venue/simulated_venue.h"

#include <algorithm>

namespace tranchet {

SimulatedVenue::SimulatedVenue(const SimulationParameters& parameters)
    : parameters_(parameters),
      request_delay_(Duration::nanoseconds(parameters.latency.count() / 2)),
      answer_delay_(parameters.latency - request_delay_),
      markets_(1),
      account_(parameters.initial_balance, parameters.position_mode) {
  ENSURE(parameters.latency >= Duration());
  ENSURE(parameters.terms.leverage >= 1);
}

void SimulatedVenue::list(const InstrumentListed& rules) {
  ENSURE(rules.instrument != InstrumentId::None);
  ENSURE(rules.tick_size.is_positive() && rules.step_size.is_positive());
  const auto index = static_cast<std::size_t>(rules.instrument);
  if (index >= markets_.size()) markets_.resize(index + 1);
  VenueMarket& market = markets_[index];
  if (!market.listed) market.terms = parameters_.terms;
  market.rules = rules;
  market.listed = true;
}

void SimulatedVenue::set_terms(InstrumentId instrument, const VenueTerms& terms) {
  ENSURE(terms.leverage >= 1);
  market_of(instrument).terms = terms;
}

VenueMarket& SimulatedVenue::market_of(InstrumentId instrument) {
  const auto index = static_cast<std::size_t>(instrument);
  ENSURE(index < markets_.size() && markets_[index].listed);
  return markets_[index];
}

const VenueMarket* SimulatedVenue::find_market(InstrumentId instrument) const {
  const auto index = static_cast<std::size_t>(instrument);
  return index < markets_.size() && markets_[index].listed ? &markets_[index] : nullptr;
}

void SimulatedVenue::answer(const EventBody& body) {
  answers_.push_back({now_ + answer_delay_, body});
}

void SimulatedVenue::submit(std::span<const Command> commands, Timestamp now) {
  const Timestamp arrival = now + request_delay_;
  ENSURE(requests_.empty() || arrival >= requests_.back().arrival);
  for (const Command& command : commands) {
    const bool ours = std::holds_alternative<SubmitOrder>(command) ||
                      std::holds_alternative<AmendOrder>(command) ||
                      std::holds_alternative<CancelOrder>(command) ||
                      std::holds_alternative<QueryOrder>(command) ||
                      std::holds_alternative<RequestSnapshot>(command);
    if (ours) requests_.push_back({arrival, command});
  }
}

std::optional<Timestamp> SimulatedVenue::next_wakeup() const {
  if (requests_.empty() && answers_.empty()) return std::nullopt;
  if (requests_.empty()) return answers_.front().time;
  if (answers_.empty()) return requests_.front().arrival;
  return std::min(requests_.front().arrival, answers_.front().time);
}

void SimulatedVenue::advance(Timestamp now, std::vector<Occurrence>& out) {
  // An earlier time than the last price may still fetch answers: its requests are processed.
  if (now >= now_) process_requests(now);
  while (!answers_.empty() && answers_.front().time <= now) {
    out.push_back(answers_.front());
    answers_.pop_front();
  }
}

}  // namespace tranchet

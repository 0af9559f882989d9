#include "backtest/venue/simulated_venue.h"

#include <algorithm>

#include "events/order_of.h"

namespace tranchet {
namespace {

Duration half_of(Duration duration) {
  return Duration::nanoseconds(duration.count() / 2);
}

// Puts a message in its place by time, but never before one of the same order.
template <class Message>
void enqueue(MessageQueue<Message>& queue, Message message) {
  const OrderId order = order_of(message.body);
  for (const Message& queued : queue) {
    if (order_of(queued.body) == order) message.time = std::max(message.time, queued.time);
  }
  const auto place =
      std::upper_bound(queue.begin(), queue.end(), message.time,
                       [](Timestamp time, const Message& queued) { return time < queued.time; });
  queue.insert(place, message);
}

}  // namespace

SimulatedVenue::SimulatedVenue(const SimulationParameters& parameters)
    : parameters_(parameters),
      request_delay_(half_of(parameters.latency)),
      answer_delay_(parameters.latency - request_delay_),
      request_jitter_(half_of(parameters.latency_jitter), parameters.seed, 1),
      answer_jitter_(parameters.latency_jitter - half_of(parameters.latency_jitter),
                     parameters.seed, 2),
      in_turn_(parameters.latency_jitter == Duration()),
      markets_(1),
      account_(parameters.initial_balance, parameters.position_mode),
      orders_(parameters.queue) {
  ENSURE(parameters.latency >= Duration() && parameters.latency_jitter >= Duration());
  ENSURE(parameters.terms.leverage >= 1);
}

void SimulatedVenue::stand(const VenueStanding& standing) {
  ENSURE(account_.positions().empty() && orders_.open().size() == 0);
  account_ = VenueAccount(standing.balance, account_.mode(),
                          {standing.positions.begin(), standing.positions.end()});
  solvent_at_ = kUnknown;
  for (const StandingOrder& order : standing.orders) {
    VenueOrder& stands = orders_.add(order.request);
    stands.filled = order.filled;
    stands.filled_value = order.filled_value;
    if (order.triggered) orders_.trigger(stands);
    if (order.filled.is_positive()) stands.status = QueryStatus::PartiallyFilled;
  }
  for (VenueMarket& market : markets_) market.trades = standing.trades;
}

void SimulatedVenue::set_latency(Duration latency) {
  ENSURE(latency >= Duration());
  const Duration request = half_of(latency);
  if (request == request_delay_ && latency - request == answer_delay_) return;
  request_delay_ = request;
  answer_delay_ = latency - request;
  in_turn_ = false;
}

void SimulatedVenue::pay_funding(const PositionKey& key, Money amount, Timestamp now) {
  process_requests(now);
  account_.credit(amount);
  answer(FundingPaid{.instrument = key.instrument, .position_side = key.side, .amount = amount});
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
  solvent_at_ = kUnknown;
}

Maybe<Price> SimulatedVenue::mark(InstrumentId instrument) const {
  const VenueMarket* market = find_market(instrument);
  return market == nullptr ? Maybe<Price>() : market->mark_price();
}

void SimulatedVenue::answer_with_jitter(const EventBody& body) {
  if (order_of(body) == OrderId::None) {
    answers_.push_back({due_in_place(), body});
  } else {
    const Timestamp due = now_ + answer_delay_ + answer_jitter_.draw();
    enqueue(answers_, Occurrence{std::max(due, in_place_due_), body});
  }
}

// For what overtakes nothing, and is overtaken by nothing.
Timestamp SimulatedVenue::due_in_place() {
  in_place_due_ = now_ + answer_delay_ + answer_jitter_.draw();
  if (!answers_.empty()) in_place_due_ = std::max(in_place_due_, answers_.back().time);
  return in_place_due_;
}

void SimulatedVenue::submit(std::span<const Command> commands, Timestamp now) {
  ENSURE(now >= submitted_);
  submitted_ = now;
  const Timestamp arrival = now + request_delay_;
  for (const Command& command : commands) {
    const bool ours = std::holds_alternative<SubmitOrder>(command) ||
                      std::holds_alternative<AmendOrder>(command) ||
                      std::holds_alternative<CancelOrder>(command) ||
                      std::holds_alternative<QueryOrder>(command) ||
                      std::holds_alternative<RequestSnapshot>(command);
    if (!ours) continue;
    if (in_turn_) {
      Request& request = requests_.add();
      request.time = arrival;
      request.body = command;
    } else {
      enqueue(requests_, Request{arrival + request_jitter_.draw(), command});
    }
  }
}

void SimulatedVenue::advance(Timestamp now, std::vector<Occurrence>& out) {
  // An earlier time than the last price may still fetch answers: its requests are processed.
  if (now >= now_) process_requests(now);
  if (!answers_.empty() && answers_.front().time <= now) hand_out(now, out);
}

void SimulatedVenue::hand_out(Timestamp until, std::vector<Occurrence>& out) {
  do {
    out.push_back(answers_.front());
    answers_.pop_front();
  } while (!answers_.empty() && answers_.front().time <= until);
}

}  // namespace tranchet

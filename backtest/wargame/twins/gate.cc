#include "backtest/wargame/twins/gate.h"

#include <algorithm>
#include <utility>

namespace tranchet {
namespace {

DoorLimits full_limits(Exchange exchange) {
  DoorLimits limits;
  if (exchange == Exchange::Shares) {
    limits.weight_per_second = kRequestsPerSecond;
    limits.weight_per_minute = kRequestsPerMinute;
  }
  return limits;
}

DoorLimits enforced_limits(const Plan& plan) {
  DoorLimits limits = full_limits(plan.exchange);
  if (!plan.faults.has(Fault::RateLimit)) return limits;
  if (plan.exchange == Exchange::Shares) {
    // Other programs of the same user take half of them.
    limits.weight_per_second /= 2;
    limits.weight_per_minute /= 2;
  } else {
    limits.weight_per_minute /= 10;
    limits.orders_per_minute /= 10;
    limits.orders_per_10_seconds /= 10;
  }
  return limits;
}

Quantity steps(const InstrumentListed& rules, std::int64_t count) {
  return Quantity::from_raw(rules.step_size.raw() * count);
}

// Every other venue that has lowered its limits says so.
DoorLimits limits_to_publish(const Plan& plan) {
  return plan.seed % 2 == 0 ? enforced_limits(plan) : full_limits(plan.exchange);
}

bool is_order(const Command& command) {
  return std::holds_alternative<SubmitOrder>(command) ||
         std::holds_alternative<AmendOrder>(command) ||
         std::holds_alternative<CancelOrder>(command);
}

// Said to whoever asked, and to nobody else.
bool is_private(const EventBody& body) {
  return std::holds_alternative<OrderRejected>(body) ||
         std::holds_alternative<AmendRejected>(body) ||
         std::holds_alternative<CancelRejected>(body) ||
         std::holds_alternative<QueryAnswered>(body) ||
         std::holds_alternative<SnapshotStarted>(body) ||
         std::holds_alternative<PositionReported>(body) ||
         std::holds_alternative<OrderReported>(body) ||
         std::holds_alternative<BalanceReported>(body) ||
         std::holds_alternative<SnapshotEnded>(body);
}

// Said in the response; what follows from it (fills, a trigger, an end) is not.
bool answers_request(const EventBody& body) {
  return is_private(body) || std::holds_alternative<OrderAccepted>(body) ||
         std::holds_alternative<OrderAmended>(body) || std::holds_alternative<OrderCanceled>(body);
}

}  // namespace

VenueGate::VenueGate(const Plan& plan, Invariants& invariants, MarkWatch& marks)
    : faults_(plan.faults),
      full_limits_(full_limits(plan.exchange)),
      rules_(plan.instruments),
      published_(limits_to_publish(plan)),
      door_(enforced_limits(plan)),
      venue_(plan.venue),
      invariants_(invariants),
      marks_(marks),
      random_(plan.seed, "gate") {
  for (const InstrumentListed& listed : rules_) venue_.list(listed);
}

Response VenueGate::receive(const Request& request, Timestamp now) {
  Response response = answer(request, now);
  response.usage = door_.usage(now);
  return response;
}

Response VenueGate::answer(const Request& request, Timestamp now) {
  Response response{.request = request.id, .incarnation = request.incarnation, .venue_time = now};
  if (request.question == Question::Public || request.question == Question::Account) {
    for (const InstrumentListed& listed : rules_) {
      const Maybe<Price> mark = venue_.mark(listed.instrument);
      if (mark) response.marks.push_back({listed.instrument, *mark});
    }
  }
  if (request.question == Question::Public) {
    response.verdict = Verdict::Answered;
    response.rules = rules_;
    return response;
  }
  const std::uint32_t weight = request.weight > 0 ? request.weight : weight_of(request.command);
  const DoorAnswer door = door_.admit(
      {.nonce = request.nonce, .weight = weight, .is_order = is_order(request.command)}, now);
  switch (door) {
    case DoorAnswer::Admitted:
      break;
    case DoorAnswer::TooMany:
    case DoorAnswer::Banned:
      marks_.reach(Mark::TooManyRequests);
      response.verdict = Verdict::TooMany;
      return response;
    case DoorAnswer::NonceUsed:
      marks_.reach(Mark::DuplicateRefused);
      response.verdict = Verdict::NonceUsed;
      return response;
    case DoorAnswer::NonceOld:
      marks_.reach(Mark::LateRequestRefused);
      response.verdict = Verdict::NonceOld;
      return response;
    case DoorAnswer::Maintenance:
      marks_.reach(Mark::VenueInMaintenance);
      response.verdict = Verdict::Unknown;
      return response;
  }
  response.verdict = Verdict::Answered;
  if (happens(Fault::RefusedUnknown, 40)) {
    marks_.reach(Mark::UnknownAndNotExecuted);
    response.verdict = Verdict::Unknown;
    return response;
  }
  std::vector<Update> answers;
  if (request.question == Question::Trades) {
    answers = trades_since(request.since);
  } else if (request.question == Question::Account) {
    answers = carry_out(RequestSnapshot{}, now);
  } else {
    answers = carry_out(request.command, now);
    for (const Command& other : request.others) {
      for (Update& update : carry_out(other, now)) answers.push_back(std::move(update));
    }
  }
  if (happens(Fault::ExecutedUnknown, 40)) {
    marks_.reach(Mark::UnknownAndExecuted);
    response.verdict = Verdict::Unknown;
    return response;
  }
  response.updates = std::move(answers);
  return response;
}

// Trading is halted: cancels and questions are all that it takes.
std::vector<Update> VenueGate::refuse(const Command& command) {
  if (const auto* submit = std::get_if<SubmitOrder>(&command)) {
    invariants_.on_venue_order(submit->order, false);
    return {fact(OrderRejected{submit->order, RejectReason::Other}, Timestamp())};
  }
  const auto& amend = std::get<AmendOrder>(command);
  return {fact(AmendRejected{amend.order, RejectReason::Other}, Timestamp())};
}

std::vector<Update> VenueGate::carry_out(const Command& command, Timestamp now) {
  const bool is_halted = now < halted_until_ && (std::holds_alternative<SubmitOrder>(command) ||
                                                 std::holds_alternative<AmendOrder>(command));
  if (is_halted) return refuse(command);
  const auto* submitted = std::get_if<SubmitOrder>(&command);
  venue_.submit({&command, 1}, now);
  answers_.clear();
  venue_.advance(now, answers_);
  std::vector<Update> response;
  // A snapshot is one fact, however many rows it has.
  if (std::holds_alternative<RequestSnapshot>(command)) {
    for (const Occurrence& row : answers_) {
      Update update{.serial = serial_, .body = row.body};
      if (const auto* position = std::get_if<PositionReported>(&row.body)) {
        update.time = moved_[{position->instrument, position->position_side}];
      } else if (const auto* order = std::get_if<OrderReported>(&row.body)) {
        const auto known = standings_.find(order->order);
        if (known != standings_.end()) update.order = known->second.order;
        if (known != standings_.end()) update.time = known->second.changed;
      }
      response.push_back(std::move(update));
    }
    return response;
  }
  if (submitted != nullptr && !standings_.contains(submitted->order)) {
    standings_[submitted->order] = {.order = {.request = *submitted}, .changed = now};
  }
  bool answered = false;
  for (const Occurrence& answer : answers_) {
    const Update update = fact(answer.body, now);
    if (!answered && answers_request(answer.body)) {
      response.push_back(update);
      answered = true;
    }
    if (!is_private(answer.body)) stream_.push_back(update);
    if (std::holds_alternative<OrderFilled>(answer.body)) trades_.emplace_back(now, update);
  }
  if (submitted != nullptr) {
    const bool taken =
        !answers_.empty() && std::holds_alternative<OrderAccepted>(answers_.front().body);
    accepted_ += taken ? 1 : 0;
    invariants_.on_venue_order(submitted->order, taken);
  }
  return response;
}

Update VenueGate::fact(const EventBody& body, Timestamp now) {
  Update update{.serial = ++serial_, .body = body, .time = now};
  if (const auto* fill = std::get_if<OrderFilled>(&body)) {
    moved_[{fill->instrument, fill->position_side}] = now;
  }
  const OrderId order = std::visit(
      [](const auto& told) {
        if constexpr (requires { told.order; }) {
          return told.order;
        } else {
          return OrderId::None;
        }
      },
      body);
  const auto found = standings_.find(order);
  if (order == OrderId::None || found == standings_.end()) return update;
  VenueOrder& stands = found->second.order;
  const auto changed = [&] { found->second.changed = now; };
  std::visit(Overload{[&](const OrderFilled& e) {
                        stands.filled += e.quantity;
                        stands.filled_value += value_of(e.price, e.quantity);
                        const bool is_whole = stands.filled == stands.request.quantity;
                        stands.status =
                            is_whole ? QueryStatus::Filled : QueryStatus::PartiallyFilled;
                        changed();
                      },
                      [&](const OrderAmended& e) {
                        stands.request.quantity = e.quantity;
                        stands.request.limit_price = e.limit_price;
                        changed();
                      },
                      [&](const OrderTriggered&) {
                        stands.triggered = true;
                        changed();
                      },
                      [&](const OrderCanceled&) {
                        stands.status = QueryStatus::Canceled;
                        changed();
                      },
                      [&](const OrderExpired&) {
                        stands.status = QueryStatus::Expired;
                        changed();
                      },
                      [](const auto&) {}},
             body);
  update.order = stands;
  if (std::holds_alternative<QueryAnswered>(body)) update.time = found->second.changed;
  return update;
}

void VenueGate::collect(Timestamp now) {
  answers_.clear();
  venue_.advance(now, answers_);
  for (const Occurrence& answer : answers_) {
    const Update update = fact(answer.body, now);
    stream_.push_back(update);
    if (std::holds_alternative<OrderFilled>(answer.body)) trades_.emplace_back(now, update);
  }
}

void VenueGate::observe(const EventBody& market, Timestamp now) {
  venue_.observe(market, now);
  collect(now);
}

std::vector<Update> VenueGate::take_stream() {
  return std::exchange(stream_, {});
}

std::vector<Update> VenueGate::trades_since(Timestamp time) const {
  std::vector<Update> found;
  for (auto at = trades_.rbegin(); at != trades_.rend() && at->first >= time; ++at) {
    found.push_back(at->second);
  }
  std::ranges::reverse(found);
  return found;
}

std::vector<InstrumentListed> VenueGate::take_new_rules() {
  return std::exchange(new_rules_, {});
}

// ---- What happens by itself.

void VenueGate::strike(const FaultStrike& strike, Timestamp now) {
  switch (strike.fault) {
    case Fault::Maintenance:
      door_.set_maintenance(true);
      break;
    case Fault::TradingHalt:
      halted_until_ = now + Duration::seconds(static_cast<std::int64_t>(3 + strike.number % 90));
      break;
    case Fault::ForeignTrade:
      trade_by_hand(strike.number, now);
      break;
    case Fault::ForeignOrder:
      order_by_hand(strike.number, now);
      break;
    case Fault::Deleveraging:
      deleverage(strike.number, now);
      break;
    case Fault::FiltersChange:
      change_rules(strike.number);
      break;
    default:
      ENSURE(false);
  }
  collect(now);
}

void VenueGate::trade_by_hand(std::uint64_t number, Timestamp now) {
  const InstrumentListed& rules = rules_[number % rules_.size()];
  const auto side = static_cast<PositionSide>(1 + number / 8 % 2);
  const PositionKey key{rules.instrument, side};
  const Quantity held = venue_.position(key).quantity;
  const bool reduces = number / 16 % 2 == 1 && held.is_positive();
  const std::int64_t lots =
      reduces ? held.raw() / rules.step_size.raw() : 1 + static_cast<std::int64_t>(number % 20);
  if (lots == 0) return;
  const auto wanted = static_cast<std::int64_t>(number / 32 % 4 + 1);
  const std::int64_t part = reduces ? std::max<std::int64_t>(1, lots * wanted / 4) : lots;
  venue_.foreign_market(key, reduces ? exit_side(side) : entry_side(side), steps(rules, part), now);
}

void VenueGate::order_by_hand(std::uint64_t number, Timestamp now) {
  const InstrumentListed& rules = rules_[number % rules_.size()];
  const VenuePosition held = venue_.position({rules.instrument, PositionSide::Long});
  SubmitOrder order;
  order.instrument = rules.instrument;
  order.position_side = PositionSide::Long;
  order.quantity = steps(rules, static_cast<std::int64_t>(1 + number % 10));
  order.order_type = number / 16 % 2 == 0 ? OrderType::Limit : OrderType::TakeProfitMarket;
  const bool exits = order.order_type == OrderType::TakeProfitMarket;
  order.side = exits ? Side::Sell : Side::Buy;
  if (exits && !held.quantity.is_positive()) return;
  const Maybe<Price> mark = venue_.mark(rules.instrument);
  if (!mark) return;
  const std::int64_t tick = rules.tick_size.raw();
  const std::int64_t away = (*mark).raw() / 500 / tick * tick + tick;
  const std::int64_t on_tick = (*mark).raw() / tick * tick;
  const Price price = Price::from_raw(exits ? on_tick + away : on_tick - away);
  (exits ? order.stop_price : order.limit_price) = price;
  venue_.foreign_order(order, now);
}

void VenueGate::deleverage(std::uint64_t number, Timestamp now) {
  if (venue_.positions().empty()) return;
  auto at = venue_.positions().begin();
  std::advance(at, static_cast<std::ptrdiff_t>(number % venue_.positions().size()));
  const auto [key, position] = *at;
  const auto& rules = rules_[static_cast<std::size_t>(key.instrument) - 1];
  const std::int64_t lots = position.quantity.raw() / rules.step_size.raw();
  if (lots == 0) return;
  const auto part = 1 + static_cast<std::int64_t>(number / 64 % static_cast<std::uint64_t>(lots));
  venue_.deleverage(key, steps(rules, part), now);
}

void VenueGate::change_rules(std::uint64_t number) {
  InstrumentListed& rules = rules_[number % rules_.size()];
  if (number / 8 % 2 == 0) {
    // Finer, or back.
    const bool is_fine = number / 16 % 2 == 0;
    rules.tick_size =
        Price::from_raw(is_fine ? std::max<std::int64_t>(1, rules.tick_size.raw() / 10)
                                : rules.tick_size.raw() * 5);
  } else {
    rules.min_notional = Money::from_raw(static_cast<std::int64_t>(number / 16 % 30) * kDecimalOne);
  }
  venue_.list(rules);
  new_rules_.push_back(rules);
}

void VenueGate::heal(Timestamp now) {
  faults_ = FaultSet();
  published_ = full_limits_;
  door_.set_limits(published_);
  halted_until_ = now;
  door_.set_maintenance(false);
  venue_.cancel_foreign_orders(now);
  collect(now);
}

}  // namespace tranchet

#include "tests/properties/exchange.h"

#include <algorithm>
#include <array>

namespace tranchet::oracle {
namespace {

constexpr auto kExitReasons =
    std::to_array({RejectReason::ReduceOnlyCapacity, RejectReason::BelowMinimum,
                   RejectReason::RateLimited, RejectReason::Other, RejectReason::Margin});
constexpr auto kStopReasons = std::to_array(
    {RejectReason::WouldTrigger, RejectReason::TooManyConditional, RejectReason::ReduceOnlyCapacity,
     RejectReason::RateLimited, RejectReason::Other, RejectReason::BelowMinimum});
constexpr auto kTargetReasons =
    std::to_array({RejectReason::OutOfBand, RejectReason::ReduceOnlyCapacity,
                   RejectReason::RateLimited, RejectReason::Other, RejectReason::BelowMinimum});

// 0, -1, 1, -2, 2, ...: small numbers stay small, so that worlds shrink to quiet ones.
std::int64_t either_way(std::uint32_t number) {
  const auto half = static_cast<std::int64_t>((number + 1) / 2);
  return number % 2 == 1 ? -half : half;
}

bool works(OrderType type, bool triggered) {
  return type != OrderType::StopMarket || triggered;
}

}  // namespace

Exchange::Exchange(const Market& market, std::span<const std::uint32_t> choices)
    : market_(market), choices_(choices) {
  now_ = Timestamp::from_nanoseconds(1'700'000'000'000'000'000);
  for (const InstrumentId instrument : market_.instruments) {
    marks_[instrument] = Price::from_raw(100 * kDecimalOne);
  }
}

void Exchange::take(std::span<const Command> commands) {
  for (const Command& command : commands) {
    std::visit(Overload{
                   [&](const SubmitOrder& c) {
                     Held& held = orders_[c.order];
                     held.submit = c;
                     held.quantity = c.quantity.raw();
                     held.price = c.limit_price ? c.limit_price : c.stop_price;
                     requests_.push_back({Asking::Submit, c.order});
                   },
                   [&](const AmendOrder& c) {
                     requests_.push_back({Asking::Amend, c.order, c.quantity.raw(), c.limit_price});
                   },
                   [&](const CancelOrder& c) {
                     requests_.push_back({Asking::Cancel, c.order});
                   },
                   [&](const QueryOrder& c) {
                     requests_.push_back({Asking::Query, c.order});
                   },
                   [&](const SetTimer& c) { timers_[c.timer] = c.at; },
                   [&](const CancelTimer& c) { timers_.erase(c.timer); },
                   [](const auto&) {},
               },
               command);
  }
}

std::optional<Occurrence> Exchange::due_timer(Timestamp until) {
  auto first = timers_.end();
  for (auto it = timers_.begin(); it != timers_.end(); ++it) {
    if (first == timers_.end() || it->second < first->second) first = it;
  }
  if (first == timers_.end() || first->second > until) return std::nullopt;
  now_ = std::max(now_, first->second);
  const Occurrence fired{now_, TimerFired{first->first}};
  timers_.erase(first);
  return fired;
}

std::optional<Occurrence> Exchange::next() {
  constexpr auto kSteps = std::to_array<std::int64_t>({0, 1, 100, 1'000, 5'000});
  if (choices_.empty()) return std::nullopt;
  const std::uint32_t choice = choices_.below(100);
  if (choice >= 96) {
    if (auto fired = due_timer(now_ + Duration::hours(1))) return fired;
  }
  const Timestamp time = now_ + Duration::milliseconds(kSteps[choices_.below(kSteps.size())]);
  if (auto fired = due_timer(time)) return fired;
  now_ = time;
  const std::optional<EventBody> body = act(choice);
  return Occurrence{now_, body ? *body : price_move()};
}

std::optional<EventBody> Exchange::act(std::uint32_t choice) {
  if (choice < 42) return answer_some();
  if (choice < 55) return fill_some();
  if (choice < 61) return deliver_some();
  if (choice < 63) return repeat_some();
  if (choice < 67) return trigger_some();
  if (choice < 69) return end_some();
  if (choice < 84) return price_move();
  if (choice < 94) return entry_signal();
  return request();
}

std::optional<Occurrence> Exchange::settle() {
  for (auto& [key, queue] : undelivered_) {
    if (!queue.empty()) return Occurrence{now_, *deliver(key)};
  }
  for (std::size_t index = 0; index < requests_.size(); ++index) {
    if (auto body = answer(index, true)) return Occurrence{now_, *body};
  }
  for (auto& [id, held] : orders_) {
    const bool at_market = held.submit.order_type != OrderType::Limit;
    if (held.standing != Standing::Live || !at_market ||
        !works(held.submit.order_type, held.triggered)) {
      continue;
    }
    if (auto body = fill(held, true, true)) return Occurrence{now_, *body};
  }
  return due_timer(now_ + Duration::hours(48));
}

std::optional<EventBody> Exchange::answer_some() {
  if (requests_.empty()) return std::nullopt;
  const auto count = static_cast<std::uint32_t>(requests_.size());
  const std::size_t index = choices_.percent(40) ? choices_.below(count) : 0;
  return answer(index, false);
}

std::optional<EventBody> Exchange::answer(std::size_t index, bool willing) {
  const Request request = requests_[index];
  Held& held = orders_.at(request.order);
  const auto last = requests_.begin() + static_cast<std::ptrdiff_t>(index);
  const bool submit_pending =
      std::any_of(requests_.begin(), requests_.end(), [&](const Request& other) {
        return other.order == request.order && other.asking == Asking::Submit;
      });
  // "Not found" is said only when it is final, and cancels wait for the order to arrive.
  if (submit_pending && request.asking != Asking::Submit) return std::nullopt;
  if (request.asking == Asking::Query) {
    auto body = answer_query(held);
    if (body && std::holds_alternative<QueryAnswered>(*body)) requests_.erase(last);
    return body;
  }
  if (request.asking == Asking::Cancel && fills_pending(held) && !market_.hedge) {
    return deliver(key_of(held));
  }
  requests_.erase(last);
  switch (request.asking) {
    case Asking::Submit:
      return answer_submit(held, willing);
    case Asking::Amend:
      return answer_amend(held, request, willing);
    case Asking::Cancel:
      return answer_cancel(held, willing);
    case Asking::Announce:
    case Asking::Query:
      break;
  }
  return OrderAccepted{request.order};
}

std::optional<EventBody> Exchange::answer_submit(Held& held, bool willing) {
  const OrderId id = held.submit.order;
  const std::uint32_t choice = willing ? 0 : choices_.below(100);
  if (choice < 65) {
    held.standing = Standing::Live;
    return OrderAccepted{id};
  }
  if (choice < 80) {
    if (const auto reason = refusal(held)) {
      held.standing = Standing::Rejected;
      return OrderRejected{id, *reason};
    }
  }
  if (choice < 88) {
    held.standing = Standing::Never;
    return OutcomeUnknown{id};
  }
  held.standing = Standing::Live;
  if (choice < 94) {
    if (choices_.percent(50)) requests_.push_back({Asking::Announce, id});
    return OutcomeUnknown{id};
  }
  // A fill overtakes the acceptance.
  requests_.push_back({Asking::Announce, id});
  if (!works(held.submit.order_type, false)) return std::nullopt;
  return fill(held, choices_.percent(50), true);
}

std::optional<RejectReason> Exchange::refusal(const Held& held) {
  const auto draw = [this](const auto& reasons) {
    return reasons[choices_.below(static_cast<std::uint32_t>(reasons.size()))];
  };
  const Purpose purpose = held.submit.purpose;
  if (purpose != Purpose::Entry && position(key_of(held)) == 0) return RejectReason::NoPosition;
  if (purpose == Purpose::StopLoss) return draw(kStopReasons);
  if (purpose == Purpose::TakeProfit) return draw(kTargetReasons);
  return draw(kExitReasons);
}

EventBody Exchange::answer_amend(Held& held, const Request& request, bool willing) {
  const OrderId id = request.order;
  if (held.standing != Standing::Live) return AmendRejected{id, RejectReason::NotFound};
  if (request.quantity <= held.filled) return AmendRejected{id, RejectReason::Other};
  const std::uint32_t choice = willing ? 0 : choices_.below(100);
  if (choice >= 60 && choice < 78) {
    return AmendRejected{id, choices_.percent(20) ? RejectReason::OutOfBand : RejectReason::Other};
  }
  if (choice < 60 || choice >= 90) {
    held.quantity = request.quantity;
    held.price = request.price;
  }
  if (choice >= 78) return OutcomeUnknown{id};
  return OrderAmended{id, Quantity::from_raw(held.quantity), *held.price};
}

EventBody Exchange::answer_cancel(Held& held, bool willing) {
  const OrderId id = held.submit.order;
  const std::uint32_t choice = willing ? 0 : choices_.below(100);
  if (choice >= 92) return OutcomeUnknown{id};
  if (held.standing != Standing::Live) return CancelRejected{id, RejectReason::NotFound};
  if (choice >= 75 && choice < 85) return CancelRejected{id, RejectReason::Other};
  held.standing = Standing::Canceled;
  if (choice >= 85) return OutcomeUnknown{id};
  return OrderCanceled{id};
}

std::optional<EventBody> Exchange::answer_query(Held& held) {
  // What it is about to reveal must not overtake the fills of other orders before it.
  bool foreign_before = false;
  for (const OrderFilled& filled : undelivered_[key_of(held)]) {
    const bool own = filled.order == held.submit.order;
    if (own && foreign_before) return deliver(key_of(held));
    foreign_before |= !own;
  }
  QueryAnswered answer;
  answer.order = held.submit.order;
  switch (held.standing) {
    case Standing::Live:
      answer.status = held.filled > 0 ? QueryStatus::PartiallyFilled : QueryStatus::New;
      break;
    case Standing::Filled:
      answer.status = QueryStatus::Filled;
      break;
    case Standing::Canceled:
      answer.status = QueryStatus::Canceled;
      break;
    case Standing::Expired:
      answer.status = QueryStatus::Expired;
      break;
    case Standing::Rejected:
      answer.status = QueryStatus::Rejected;
      break;
    case Standing::Sent:
    case Standing::Never:
      answer.status = QueryStatus::NotFound;
      return answer;
  }
  answer.filled_quantity = Quantity::from_raw(held.filled);
  if (held.filled > 0) {
    answer.average_price = Price::from_wide(divide_half_away(held.value, held.filled));
  }
  answer.quantity = Quantity::from_raw(held.quantity);
  if (held.submit.order_type == OrderType::Limit) answer.limit_price = held.price;
  return answer;
}

std::optional<EventBody> Exchange::fill_some() {
  const std::vector<OrderId> live = where([](const Held& held) {
    return held.standing == Standing::Live && works(held.submit.order_type, held.triggered);
  });
  if (live.empty()) return std::nullopt;
  Held& held = orders_.at(live[choices_.below(static_cast<std::uint32_t>(live.size()))]);
  return fill(held, choices_.percent(60), choices_.percent(75));
}

// Nullopt: it happened, and is told later.
std::optional<EventBody> Exchange::fill(Held& held, bool whole, bool now) {
  const PositionKey key = key_of(held);
  const bool exit = held.submit.purpose != Purpose::Entry;
  std::int64_t quantity = held.quantity - held.filled;
  if (!whole) {
    const std::int64_t step = market_.step.raw();
    quantity = std::min(quantity, std::max(quantity / 2 / step, std::int64_t{1}) * step);
  }
  if (exit) quantity = std::min(quantity, positions_[key]);
  if (quantity == 0) {
    held.standing = Standing::Expired;
    return OrderExpired{held.submit.order};
  }
  held.filled += quantity;
  const Price mark = marks_.at(key.instrument);
  OrderFilled filled;
  filled.order = held.submit.order;
  filled.trade = TradeId{++last_trade_};
  filled.quantity = Quantity::from_raw(quantity);
  filled.price = held.submit.order_type == OrderType::Limit
                     ? *held.price
                     : mark + Price::from_raw(market_.tick.raw() * choices_.below(3));
  filled.fee = Money::from_raw(choices_.below(1'000));
  filled.instrument = key.instrument;
  filled.position_side = key.side;
  filled.side = held.submit.side;
  held.value += value_of(filled.price, filled.quantity);
  positions_[key] += exit ? -quantity : quantity;
  if (held.filled == held.quantity) held.standing = Standing::Filled;
  undelivered_[key].push_back(filled);
  if (!now || undelivered_[key].size() > 1) return std::nullopt;
  return deliver(key);
}

std::optional<EventBody> Exchange::deliver(PositionKey key) {
  auto& queue = undelivered_[key];
  if (queue.empty()) return std::nullopt;
  const OrderFilled filled = queue.front();
  queue.pop_front();
  delivered_.push_back(filled);
  return filled;
}

std::optional<EventBody> Exchange::deliver_some() {
  std::vector<PositionKey> keys;
  for (const auto& [key, queue] : undelivered_) {
    if (!queue.empty()) keys.push_back(key);
  }
  if (keys.empty()) return std::nullopt;
  return deliver(keys[choices_.below(static_cast<std::uint32_t>(keys.size()))]);
}

std::optional<EventBody> Exchange::repeat_some() {
  if (delivered_.empty()) return std::nullopt;
  return delivered_[choices_.below(static_cast<std::uint32_t>(delivered_.size()))];
}

std::optional<EventBody> Exchange::trigger_some() {
  const std::vector<OrderId> stops = where([](const Held& held) {
    return held.standing == Standing::Live && !works(held.submit.order_type, held.triggered);
  });
  if (stops.empty()) return std::nullopt;
  Held& held = orders_.at(stops[choices_.below(static_cast<std::uint32_t>(stops.size()))]);
  held.triggered = true;
  if (choices_.percent(20)) return std::nullopt;  // Its fills will tell.
  return OrderTriggered{held.submit.order};
}

std::optional<EventBody> Exchange::end_some() {
  const std::vector<OrderId> live =
      where([](const Held& held) { return held.standing == Standing::Live; });
  if (live.empty()) return std::nullopt;
  Held& held = orders_.at(live[choices_.below(static_cast<std::uint32_t>(live.size()))]);
  if (!market_.hedge && fills_pending(held)) return deliver(key_of(held));
  held.standing = choices_.percent(30) ? Standing::Canceled : Standing::Expired;
  if (held.standing == Standing::Canceled) return OrderCanceled{held.submit.order};
  return OrderExpired{held.submit.order};
}

EventBody Exchange::price_move() {
  const auto count = static_cast<std::uint32_t>(market_.instruments.size());
  const InstrumentId instrument = market_.instruments[choices_.below(count)];
  std::int64_t raw = marks_.at(instrument).raw();
  const std::uint32_t choice = choices_.below(10);
  std::vector<std::int64_t> targets;
  for (const auto& [id, held] : orders_) {
    if (held.standing == Standing::Live && held.price && held.submit.instrument == instrument) {
      targets.push_back((*held.price).raw());
    }
  }
  if (choice < 4 && !targets.empty()) {
    raw = targets[choices_.below(static_cast<std::uint32_t>(targets.size()))];
    raw += market_.tick.raw() * either_way(choices_.below(3));
    if (choice == 3) raw += raw / 1'000 * (choices_.percent(50) ? 6 : -6);
  } else if (choice < 7) {
    raw += raw / 10'000 * either_way(choices_.below(41));
  } else {
    raw += raw / 1'000 * either_way(choices_.below(141));
  }
  const std::int64_t tick = market_.tick.raw();
  raw = std::clamp(raw, 20 * kDecimalOne, 1'000 * kDecimalOne) / tick * tick;
  const Price price = Price::from_raw(raw);
  if (choices_.percent(30)) return TradePrinted{instrument, {}, price};
  marks_[instrument] = price;
  return MarkPrice{instrument, price};
}

EventBody Exchange::entry_signal() {
  EntrySignal signal;
  const auto count = static_cast<std::uint32_t>(market_.instruments.size());
  signal.instrument = market_.instruments[choices_.below(count)];
  signal.side = choices_.percent(25) ? Side::Sell : Side::Buy;
  signal.quantity = Quantity::from_raw(market_.step.raw() * (1 + choices_.below(3'000)));
  signal.order_type = choices_.percent(40) ? OrderType::Limit : OrderType::Market;
  if (signal.order_type == OrderType::Limit) {
    const std::int64_t mark = marks_.at(signal.instrument).raw() / market_.tick.raw();
    signal.limit_price =
        Price::from_raw((mark + either_way(choices_.below(21))) * market_.tick.raw());
  }
  return signal;
}

EventBody Exchange::request() {
  const auto count = static_cast<std::uint32_t>(market_.instruments.size());
  const InstrumentId instrument = market_.instruments[choices_.below(count)];
  const std::uint32_t choice = choices_.below(10);
  if (choice == 9) return EntriesHalted{};
  if (choice == 8) return KillSwitch{};
  if (choice >= 6) return EntriesResumed{};
  if (choice >= 3) {
    CloseRequested close;
    close.instrument = instrument;
    if (choices_.percent(60)) close.tranche = choices_.below(4);
    close.position_side = static_cast<std::uint8_t>(choices_.below(3));
    close.reason = choices_.percent(50) ? ExitReason::Manual : ExitReason::ModelClose;
    return close;
  }
  ProtectionRequested wish;
  wish.instrument = instrument;
  wish.tranche = choices_.below(3);
  wish.position_side = static_cast<std::uint8_t>(choices_.below(3));
  const auto draw = [&](TargetChoice& leg, Maybe<Price>& price) {
    leg = static_cast<TargetChoice>(1 + choices_.below(4));
    const std::int64_t mark = marks_.at(instrument).raw() / market_.tick.raw();
    const std::int64_t distance = either_way(choices_.below(401));
    if (leg == TargetChoice::AtPrice) {
      price = Price::from_raw(std::max(mark + distance, std::int64_t{1}) * market_.tick.raw());
    }
  };
  draw(wish.take_profit, wish.take_profit_price);
  draw(wish.stop_loss, wish.stop_loss_price);
  return wish;
}

std::vector<OrderId> Exchange::where(bool (*wanted)(const Held&)) const {
  std::vector<OrderId> result;
  for (const auto& [id, held] : orders_) {
    if (wanted(held)) result.push_back(id);
  }
  return result;
}

bool Exchange::fills_pending(const Held& held) const {
  const auto queue = undelivered_.find(key_of(held));
  if (queue == undelivered_.end()) return false;
  return std::any_of(queue->second.begin(), queue->second.end(),
                     [&](const OrderFilled& filled) { return filled.order == held.submit.order; });
}

PositionKey Exchange::key_of(const Held& held) const {
  return {held.submit.instrument, held.submit.position_side};
}

std::int64_t Exchange::position(PositionKey key) const {
  const auto found = positions_.find(key);
  return found == positions_.end() ? 0 : found->second;
}

}  // namespace tranchet::oracle

#include "tests/backtest/wargame/made_up_world.h"

#include <algorithm>

namespace tranchet {
namespace {

using namespace literals;

constexpr std::uint16_t kInstruments = 2;

Settings settings_of(const WorldChoices& choices, Random& chance) {
  Settings settings;
  const auto set = [&settings](Setting setting, std::int64_t value) {
    settings.set(setting, InstrumentId::None, value);
  };
  set(Setting::PositionModeChoice, static_cast<std::int64_t>(choices.mode));
  set(Setting::TrancheIncrement, 5'000);  // 0.5 %
  set(Setting::MaxTranches, chance.between(1, 4));
  set(Setting::AtCap, chance.between(1, 3));
  set(Setting::TakeProfit, 8'000);
  set(Setting::StopLoss, 40'000);
  set(Setting::MaxPositionValue, chance.between(1, 9) * (1000_usd).raw());
  set(Setting::MaxTotalValue, (20000_usd).raw());
  set(Setting::CanAmend, chance.percent(80) ? 1 : 0);
  set(Setting::StopWorkingType, chance.between(1, 2));
  set(Setting::EntryTimeout, Duration::seconds(20).count());
  set(Setting::ForeignPosition, chance.between(1, 3));
  set(Setting::Strategy, chance.percent(15) ? 2 : 1);
  set(Setting::InstantTakeProfitEnabled, chance.percent(80) ? 1 : 0);
  set(Setting::BackstopEnabled, chance.percent(80) ? 1 : 0);
  set(Setting::TakeProfitEnabled, chance.percent(90) ? 1 : 0);
  set(Setting::StopLossEnabled, chance.percent(90) ? 1 : 0);
  set(Setting::MarkSource, chance.percent(10) ? 2 : 1);
  return settings;
}

SimulationParameters parameters_of(const WorldChoices& choices) {
  SimulationParameters parameters;
  if (choices.lossy && choices.seed % 2 == 0) parameters.take_share = 200'000;
  if (choices.lossy && choices.seed % 5 == 0) parameters.exit_capacity = true;
  if (choices.lossy && choices.seed % 7 == 0) parameters.terms.market_take_bound = 1'000;
  parameters.position_mode = choices.mode;
  parameters.initial_balance = choices.lossy && choices.seed % 11 == 0 ? 700_usd : 100'000_usd;
  return parameters;
}

bool is_request(const Command& command) {
  return std::holds_alternative<SubmitOrder>(command) ||
         std::holds_alternative<AmendOrder>(command) ||
         std::holds_alternative<CancelOrder>(command) ||
         std::holds_alternative<QueryOrder>(command) ||
         std::holds_alternative<RequestSnapshot>(command);
}

InstrumentListed rules_of(InstrumentId id) {
  return {.tick_size = 0.1_px,
          .step_size = 0.001_qty,
          .min_quantity = 0.001_qty,
          .market_max_quantity = 4_qty,
          .min_notional = 5_usd,
          .instrument = id,
          .max_conditional_orders = 6};
}

OrderId order_of(const Command& command) {
  return std::visit(
      [](const auto& c) {
        if constexpr (requires { OrderId{c.order}; }) {
          return c.order;
        } else {
          return OrderId::None;
        }
      },
      command);
}

}  // namespace

MadeUpWorld::MadeUpWorld(const WorldChoices& choices, const InvariantSet& checks)
    : choices_(choices),
      chance_(choices.seed, "made up"),
      settings_(settings_of(choices, chance_)),
      parameters_(parameters_of(choices)),
      venue_(parameters_),
      engine_(settings_),
      loop_(engine_, *this, *this, Journal{}),
      invariants_(checks, settings_, !choices.lossy),
      now_(Timestamp::from_nanoseconds(Duration::hours(24 * 365 * 50).count())) {}

// ---- The venue, and the network before it.

void MadeUpWorld::say(Timestamp time, const EventBody& body) {
  const auto at = std::upper_bound(late_.begin(), late_.end(), time,
                                   [](Timestamp t, const Occurrence& o) { return t < o.time; });
  late_.insert(at, {time, body});
}

// The venue may refuse anything.
bool MadeUpWorld::refuse(const Command& command, Timestamp now) {
  static constexpr auto kReasons = std::to_array<RejectReason>(
      {RejectReason::WouldTrigger, RejectReason::NoPosition, RejectReason::ReduceOnlyCapacity,
       RejectReason::TooManyConditional, RejectReason::OutOfBand, RejectReason::BelowMinimum,
       RejectReason::Margin, RejectReason::RateLimited, RejectReason::Other});
  const RejectReason reason = kReasons[chance_.below(kReasons.size())];
  const Timestamp heard = now + Duration::milliseconds(50);
  if (const auto* submit = std::get_if<SubmitOrder>(&command)) {
    say(heard, OrderRejected{submit->order, reason});
  } else if (const auto* amend = std::get_if<AmendOrder>(&command)) {
    say(heard, AmendRejected{amend->order, reason});
  } else if (const auto* cancel = std::get_if<CancelOrder>(&command)) {
    const bool not_found = chance_.percent(50);
    say(heard, CancelRejected{cancel->order, not_found ? RejectReason::NotFound : reason});
  } else {
    return false;
  }
  return true;
}

void MadeUpWorld::submit(std::span<const Command> commands, Timestamp now) {
  for (const Command& command : commands) {
    if (!is_request(command)) continue;
    invariants_.on_sent({.command = command,
                         .cause = engine_.last_sequence(),
                         .durable = engine_.last_sequence(),
                         .nonce = ++nonce_,
                         .time = now});
    const OrderId order = order_of(command);
    const bool faulty = choices_.lossy && !healing_ && order != OrderId::None;
    if (faulty && chance_.percent(8) && refuse(command, now)) continue;
    const bool lost = faulty && chance_.percent(6);
    const bool unknown = lost || (faulty && chance_.percent(6));
    if (!lost) venue_.submit(std::span(&command, 1), now);
    if (!unknown) continue;
    say(now + Duration::seconds(1), OutcomeUnknown{order});
  }
}

std::optional<Timestamp> MadeUpWorld::next_wakeup() const {
  const auto own = venue_.next_wakeup();
  if (late_.empty()) return own;
  return own ? std::min(*own, late_.front().time) : late_.front().time;
}

// Messages of the user stream, which a broken stream loses.
bool MadeUpWorld::is_lost(const EventBody& answer) {
  if (!choices_.lossy || healing_) return false;
  const bool streams = std::holds_alternative<OrderFilled>(answer) ||
                       std::holds_alternative<OrderTriggered>(answer) ||
                       std::holds_alternative<OrderExpired>(answer);
  return streams && chance_.percent(4);
}

void MadeUpWorld::advance(Timestamp now, std::vector<Occurrence>& out) {
  answers_.clear();
  venue_.advance(now, answers_);
  for (const Occurrence& answer : answers_) {
    if (const auto* accepted = std::get_if<OrderAccepted>(&answer.body)) {
      invariants_.on_venue_order(accepted->order, true);
    }
    if (is_lost(answer.body)) {
      const Timestamp heard = answer.time + Duration::seconds(3);
      say(heard, Disconnected{Stream::User});
      say(heard, Connected{Stream::User});
      continue;
    }
    out.push_back(answer);
    const bool twice = choices_.lossy && !healing_ &&
                       std::holds_alternative<OrderFilled>(answer.body) && chance_.percent(10);
    if (twice) out.push_back(answer);
  }
  while (!late_.empty() && late_.front().time <= now) {
    out.push_back(
        {std::max(late_.front().time, out.empty() ? now : out.back().time), late_.front().body});
    late_.pop_front();
  }
}

// ---- The world.

void MadeUpWorld::on_event(const Event& event, const Output& output) {
  ++events_;
  kept_.push_back(event);
  const bool is_kept =
      !output.commands.empty() || std::holds_alternative<InstrumentListed>(event.body);
  if (is_kept) durable_ = event.sequence;
  if (!change_) {
    invariants_.on_step(event, output, engine_.state());
    return;
  }
  Event shown = event;
  Output said = output;
  State state = engine_.state();
  change_(shown, said, state);
  invariants_.on_step(shown, said, state);
}

void MadeUpWorld::take(const EventBody& body) {
  if (!loop_.run_until(now_)) return;
  static_cast<void>(loop_.take(now_, body));
}

void MadeUpWorld::list(InstrumentId id) {
  const InstrumentListed rules = rules_of(id);
  venue_.list(rules);
  take(rules);
  prices_.push_back(1000_px);
}

void MadeUpWorld::show_price(InstrumentId id, std::int64_t most) {
  Price& price = prices_[static_cast<std::size_t>(id) - 1];
  const std::int64_t ticks = chance_.between(-most, most);
  price = std::max(price + Price::from_raw((0.1_px).raw() * ticks), 500_px);
  if (!loop_.run_until(now_)) return;
  const TradePrinted trade{.instrument = id, .quantity = 1_qty, .price = price};
  venue_.observe(trade, now_);
  loop_.look_again();
  take(trade);
  if (!chance_.percent(70)) return;
  const MarkPrice mark{.instrument = id, .price = price};
  venue_.observe(mark, now_);
  loop_.look_again();
  take(mark);
}

EntrySignal MadeUpWorld::signal() {
  const auto id = InstrumentId{static_cast<std::uint16_t>(chance_.between(1, kInstruments))};
  const Price price = prices_[static_cast<std::size_t>(id) - 1];
  EntrySignal signal{.quantity = Quantity::from_raw((0.001_qty).raw() * chance_.between(20, 600)),
                     .instrument = id,
                     .side = chance_.percent(70) ? Side::Buy : Side::Sell,
                     .order_type = OrderType::Market};
  if (chance_.percent(40)) {
    signal.order_type = OrderType::Limit;
    const Price away = Price::from_raw((0.1_px).raw() * chance_.between(-5, 20));
    // Off the tick, as people say prices.
    signal.limit_price = 0.03_px + (signal.side == Side::Buy ? price - away : price + away);
  }
  return signal;
}

// What people do.
void MadeUpWorld::act() {
  const EntrySignal entry = signal();
  const std::uint64_t choice = chance_.below(100);
  if (choice < 70) {
    take(entry);
  } else if (choice < 76) {
    take(CloseRequested{.instrument = entry.instrument, .reason = ExitReason::Manual});
  } else if (choice < 78) {
    take(CloseRequested{.reason = ExitReason::Emergency});
  } else if (choice < 84) {
    const Price price = prices_[static_cast<std::size_t>(entry.instrument) - 1];
    take(ProtectionRequested{.instrument = entry.instrument,
                             .tranche = static_cast<std::uint32_t>(chance_.below(3)),
                             .position_side = 1,
                             .stop_loss = TargetChoice::AtPrice,
                             .stop_loss_price = price - 5.03_px});
  } else if (choice < 86) {
    take(KillSwitch{});
  } else if (choice < 92) {
    take(EntriesResumed{});
  } else if (choice < 94 && choices_.lossy) {
    take(Connected{Stream::User});
  } else if (choice < 97) {
    const FundingRate rate{.instrument = entry.instrument, .rate = 10'000};
    if (!loop_.run_until(now_)) return;
    venue_.observe(rate, now_);
    loop_.look_again();
    take(rate);
  } else if (choices_.lossy && chance_.percent(30)) {
    const PositionKey key{entry.instrument, PositionSide::Long};
    const Quantity held = venue_.position(key).quantity;
    if (held.is_positive()) venue_.deleverage(key, std::min(held, 0.1_qty), now_);
    loop_.look_again();
  } else if (choices_.lossy && chance_.percent(20)) {
    InstrumentListed rules = rules_of(entry.instrument);
    rules.tick_size = chance_.percent(50) ? 0.5_px : 0.1_px;
    rules.min_notional = chance_.percent(50) ? 5_usd : 60_usd;
    venue_.list(rules);
    take(rules);
  } else if (choices_.lossy) {
    const bool is_long = chance_.percent(50);
    venue_.foreign_market({entry.instrument, is_long ? PositionSide::Long : PositionSide::Short},
                          chance_.percent(50) ? Side::Buy : Side::Sell, 0.05_qty, now_);
    loop_.look_again();
  }
}

// The process dies, and with it what its log did not hold yet: what came since the last commands.
void MadeUpWorld::restart() {
  while (!kept_.empty() && kept_.back().sequence > durable_) kept_.pop_back();
  engine_ = Engine(settings_);
  Output output;
  for (const Event& event : kept_) {
    output.clear();
    engine_.apply(event, output);
  }
  invariants_.on_restart(durable_, engine_.state());
  loop_.look_again();
  std::vector<OrderId> unanswered;
  for (const auto& [id, order] : engine_.state().orders) {
    if (order.is_unanswered()) unanswered.push_back(id);
  }
  for (const OrderId id : unanswered) take(OutcomeUnknown{id});
  take(Connected{Stream::User});
}

void MadeUpWorld::heal() {
  healing_ = true;
  take(KillSwitch{});
  for (int round = 0; round < 60; ++round) {
    now_ = now_ + Duration::seconds(7);
    if (round % 30 == 0) take(Connected{Stream::User});
    for (std::uint16_t id = 1; id <= kInstruments; ++id)
      show_price(InstrumentId{id}, round < 30 ? 3 : 0);
  }
  now_ = now_ + Duration::minutes(1);
  if (!loop_.run_until(now_)) return;
  invariants_.on_rest(engine_.state(), venue_);
}

void MadeUpWorld::run(const Change& change) {
  change_ = change;
  take(RunStarted{.account = 1});
  for (std::uint16_t id = 1; id <= kInstruments; ++id) list(InstrumentId{id});
  for (std::uint64_t i = 0; i < choices_.prices && !invariants_.violation(); ++i) {
    now_ = now_ + chance_.between(Duration::milliseconds(5), Duration::milliseconds(1'500));
    const auto id = InstrumentId{static_cast<std::uint16_t>(chance_.between(1, kInstruments))};
    show_price(id, chance_.percent(3) ? 120 : 15);
    if (chance_.percent(25)) act();
    if (choices_.lossy && chance_.percent(1)) restart();
  }
  if (!invariants_.violation()) heal();
}

std::string told(const Invariants& invariants) {
  const auto& found = invariants.violation();
  if (!found) return "";
  return "I-" + std::to_string(found->invariant) + " at " +
         std::to_string(number(found->sequence)) + ": " + found->text;
}

}  // namespace tranchet

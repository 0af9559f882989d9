#include "engine/engine.h"

#include <algorithm>

#include "engine/answers.h"
#include "engine/books.h"
#include "engine/candles.h"
#include "engine/entries.h"
#include "engine/exits.h"
#include "engine/liquidation_hunter.h"
#include "engine/protection.h"
#include "engine/publish.h"
#include "engine/reconcile.h"
#include "engine/refill.h"
#include "engine/session.h"
#include "engine/state_image.h"
#include "engine/strategy.h"
#include "engine/targets.h"
#include "engine/turn.h"

namespace tranchet {
namespace {

// Instruments are numbered as they appear; an event may name one before its rules are listed.
void know_instrument(State& state, InstrumentId id) {
  ENSURE(id != InstrumentId::None);
  while (!state.knows(id)) {
    InstrumentState instrument;
    const auto number = InstrumentId{static_cast<std::uint16_t>(state.instruments.size() + 1)};
    instrument.positions[0].key = {number, PositionSide::Long};
    instrument.positions[1].key = {number, PositionSide::Short};
    state.instruments.push_back(std::move(instrument));
  }
}

void touch_all(Turn& turn) {
  for (const InstrumentState& instrument : turn.state.instruments) {
    for (const Position& position : instrument.positions) {
      if (!position.tranches.empty()) turn.touch(position.key);
    }
  }
}

// What holds for a book that nothing has touched: a setting, or rules, may end its quiet.
void forget_bands(State& state) {
  for (InstrumentState& instrument : state.instruments) instrument.band.reset();
}

void take(Turn& turn, const InstrumentListed& listed) {
  know_instrument(turn.state, listed.instrument);
  InstrumentState& instrument = turn.state.instrument(listed.instrument);
  ENSURE(listed.tick_size.is_positive() && listed.step_size.is_positive());
  instrument.rules = listed;
  instrument.listed = true;
  for (Position& position : instrument.positions) {
    if (position.tranches.empty()) continue;
    for (Tranche& tranche : position.tranches) {
      if (!tranche.ended) update_targets(instrument, position.key.side, tranche);
    }
    turn.publish(position.key);
  }
  forget_bands(turn.state);
}

void take(Turn& turn, const ConfigChanged& changed) {
  if (changed.instrument != InstrumentId::None) know_instrument(turn.state, changed.instrument);
  turn.state.settings.set(changed.setting, changed.instrument, changed.value);
  forget_unasked(turn.state);
  for (const InstrumentState& instrument : turn.state.instruments) {
    settle_square_off(turn, instrument.positions[0].key.instrument);
  }
  touch_all(turn);
  forget_bands(turn.state);
}

void retry_leg(Turn& turn, TimerKind kind, const Position& position, Tranche& tranche) {
  if (kind == TimerKind::ExitRetry) retry_exit(turn, tranche);
  const bool is_stop = kind == TimerKind::StopRetry;
  if (is_stop || kind == TimerKind::TargetRetry) {
    (is_stop ? tranche.stop : tranche.target).waiting = false;
    for (const OrderId id : is_stop ? tranche.stops : tranche.targets) {
      turn.state.order(id).cancel_refused = false;
    }
  }
  turn.touch(position.key);
}

void take(Turn& turn, const TimerFired& fired) {
  State& state = turn.state;
  if (state.timers.erase(fired.timer) == 0) return;  // Cancelled in the meantime.
  if (fired.timer.kind == TimerKind::EntryTimeout) {
    const auto order = state.orders.find(OrderId{fired.timer.subject});
    if (order == state.orders.end() || order->second.is_finished()) return;
    order->second.cancel_wanted = true;
    turn.touch(order->second.key);
    return;
  }
  if (fired.timer.kind == TimerKind::SquareOff) {
    const InstrumentId instrument{static_cast<std::uint16_t>(fired.timer.subject)};
    if (state.knows(instrument)) square_off(turn, instrument);
    return;
  }
  for (InstrumentState& instrument : state.instruments) {
    for (Position& position : instrument.positions) {
      Tranche* tranche = find_tranche(position, TrancheId{fired.timer.subject});
      if (tranche != nullptr) retry_leg(turn, fired.timer.kind, position, *tranche);
    }
  }
}

void take(Turn& turn, const Connected& connected) {
  if (connected.stream != Stream::User) return;
  turn.state.reconciled = false;
  turn.request_snapshot();
}

void take(Turn& turn, const Disconnected& disconnected) {
  if (disconnected.stream == Stream::User) turn.state.reconciled = false;
}

template <class Row>
void take_row(Turn& turn, const Row& row) {
  know_instrument(turn.state, row.instrument);
  add_to_snapshot(turn, row);
}

void take(Turn& turn, const EntriesResumed&) {
  turn.state.entries_halted = false;
  for (InstrumentState& instrument : turn.state.instruments) {
    for (Position& position : instrument.positions) position.entries_halted = false;
  }
}

void take(Turn& turn, const RunStarted& started) {
  ENSURE(started.account == turn.state.account);
  turn.state.schema = started.schema;
}

void take(Turn& turn, const AdapterFault&) {
  turn.alert(AlertReason::AdapterFault);
}

void take(Turn& turn, const SnapshotStarted&) {
  start_snapshot(turn);
}

void take(Turn& turn, const PositionReported& row) {
  take_row(turn, row);
}

void take(Turn& turn, const OrderReported& row) {
  take_row(turn, row);
}

void take(Turn& turn, const SnapshotEnded&) {
  end_snapshot(turn);
}

void take(Turn& turn, const FundingPaid& paid) {
  know_instrument(turn.state, paid.instrument);
  book_funding(turn, {paid.instrument, paid.position_side}, paid.amount);
}

void take(Turn& turn, const AdoptionRequested& request) {
  know_instrument(turn.state, request.instrument);
  turn.state.adoptions.push_back(request);
  turn.request_snapshot();
}

void take(Turn& turn, const LiquidationPrinted& printed) {
  if (!hunts_liquidations(turn.state.settings)) return;
  know_instrument(turn.state, printed.instrument);
  consider_liquidation(turn, printed);
}

void take(Turn& turn, const CandleClosed& candle) {
  know_instrument(turn.state, candle.instrument);
  take_candle(turn.state, candle);
}

void take(Turn& turn, const SessionChanged& changed) {
  know_instrument(turn.state, changed.instrument);
  change_session(turn, changed);
}

void take(Turn& turn, const EntrySignal& signal) {
  know_instrument(turn.state, signal.instrument);
  consider_entry(turn, signal);
}

void take(Turn& turn, const CloseRequested& request) {
  request_close(turn, request);
}

void take(Turn& turn, const ProtectionRequested& request) {
  request_protection(turn, request);
}

void take(Turn& turn, const EntriesHalted&) {
  turn.state.entries_halted = true;
}

void take(Turn& turn, const KillSwitch&) {
  turn.state.entries_halted = true;
  cancel_all_entries(turn);
}

template <class Answer>
requires requires(Turn& turn, const Answer& answer) {
  take_answer(turn, answer);
}
void take(Turn& turn, const Answer& answer) {
  take_answer(turn, answer);
}

// Prices have been taken in already. Nothing is decided from the others yet; they are in the log
// for those who look.
template <class Body, class... Ignored>
concept IsOneOf = (std::is_same_v<Body, Ignored> || ...);
template <class Body>
requires IsOneOf<Body, MarkPrice, TradePrinted, LogicSwitched, BookTop, FundingRate, Conflated,
                 BalanceReported, UsersReloaded>
void take(Turn&, const Body&) {}

}  // namespace

Engine::Engine(const Settings& settings, std::uint8_t account) {
  state_.settings = settings;
  state_.account = account;
  note_settings();
}

std::vector<std::byte> Engine::image() const {
  return image_of(state_);
}

std::optional<Engine> Engine::from_image(std::span<const std::byte> image) {
  std::optional<State> state = state_from_image(image);
  if (!state) return std::nullopt;
  Engine engine(state->settings, state->account);
  engine.state_ = std::move(*state);
  return engine;
}

// What the hot path asks for at every price.
void Engine::note_settings() {
  const Settings& settings = state_.settings;
  const auto strategy = settings.choice<StrategyName>(Setting::Strategy);
  strategy_is_dip_ = strategy == StrategyName::Dip;
  strategy_is_refill_ = strategy == StrategyName::Refill;
  strategy_hunts_by_vwap_ = hunts_by_vwap(settings);
  trades_are_marks_ =
      settings.choice<MarkSourceChoice>(Setting::MarkSource) == MarkSourceChoice::Trade;
  trades_intraday_ = trades_intraday(settings);
  dip_drop_ = settings.percent(Setting::DipDrop);
  dip_window_ = settings.duration(Setting::DipWindow);
}

bool Engine::strategy_may_enter(const InstrumentState& instrument, Price price,
                                Timestamp time) const {
  return dip_may_enter(state_, instrument.positions[0].key.instrument, price, time);
}

std::optional<Timestamp> Engine::rests_until(InstrumentId id, PositionSide side) const {
  if (!strategy_trades(state_, id, side)) return std::nullopt;
  const auto& until = state_.instrument(id).cooldown_until[side == PositionSide::Long ? 0 : 1];
  return until.value_or(state_.now);
}

bool Engine::pass(InstrumentId id, const PricePath& path, bool are_trades) {
  if (!state_.knows(id) || !is_quiet(id, path.low) || !is_quiet(id, path.high)) return false;
  if (are_trades && strategy_hunts_by_vwap_) return false;
  InstrumentState& instrument = state_.instrument(id);
  const bool are_marks = !are_trades || trades_are_marks_;
  if (are_marks && strategy_is_dip_) {
    const bool moves =
        instrument.dip.may_fall(path, dip_drop_) || instrument.dip.may_rise(path, dip_drop_);
    if (moves && dip_may_enter(state_, id, path)) return false;
    instrument.dip.add(path, dip_window_);
  }
  const PricePoint& last = path.points.back();
  ENSURE(path.points.front().time >= state_.now);
  state_.last = Sequence{number(state_.last) + path.points.size()};
  state_.now = last.time;
  if (are_trades) {
    instrument.trade = last.price;
    instrument.trade_time = last.time;
  }
  if (are_marks) pass_mark(instrument, last.price, last.time);
  return true;
}

bool Engine::pass(InstrumentId id, const PriceStretch& prices, bool are_trades) {
  if (!state_.knows(id) || !is_quiet(id, prices.low) || !is_quiet(id, prices.high)) return false;
  if (are_trades && strategy_hunts_by_vwap_) return false;
  ENSURE(prices.count > 0 && prices.first_time >= state_.now);
  InstrumentState& instrument = state_.instrument(id);
  state_.last = Sequence{number(state_.last) + prices.count};
  state_.now = prices.last_time;
  if (are_trades) {
    instrument.trade = prices.last;
    instrument.trade_time = prices.last_time;
  }
  if (!are_trades || trades_are_marks_) pass_mark(instrument, prices.last, prices.last_time);
  return true;
}

void Engine::remember(InstrumentId id, DipWindow window) {
  ENSURE(state_.knows(id) && strategy_is_dip_);
  state_.instrument(id).dip = std::move(window);
}

void Engine::apply(const Event& event, Output& output) {
  ENSURE(event.sequence == next(state_.last));
  ENSURE(event.time >= state_.now);
  state_.last = event.sequence;
  state_.now = event.time;

  // What happens a million times for every once that something follows from it.
  if (const auto* mark = std::get_if<MarkPrice>(&event.body)) {
    take_mark(mark->instrument, mark->price, output);
    return;
  }
  if (const auto* trade = std::get_if<TradePrinted>(&event.body)) {
    know_instrument(state_, trade->instrument);
    InstrumentState& instrument = state_.instrument(trade->instrument);
    instrument.trade = trade->price;
    instrument.trade_time = state_.now;
    if (strategy_hunts_by_vwap_) remember_trade(state_, *trade);
    if (trades_are_marks_) {
      take_mark(trade->instrument, trade->price, output);
    } else if (!is_quiet(trade->instrument, trade->price)) {
      Turn turn(state_, output);
      for (Position& position : instrument.positions) test_prices(turn, position, false);
      settle(turn);
    }
    return;
  }

  Turn turn(state_, output);
  std::visit([&turn](const auto& body) { take(turn, body); }, event.body);
  if (std::holds_alternative<ConfigChanged>(event.body)) note_settings();
  settle(turn);
}

void Engine::take_mark(InstrumentId id, Price price, Output& output) {
  if (!state_.knows(id)) know_instrument(state_, id);
  InstrumentState& instrument = state_.instrument(id);
  instrument.mark = price;
  instrument.mark_time = state_.now;
  const bool dips = strategy_sees(instrument, price, state_.now);
  if (!dips && is_quiet(id, price)) return;
  Turn turn(state_, output);
  for (Position& position : instrument.positions) test_prices(turn, position, true);
  if (dips) consider_dip(turn, id, price);
  if (strategy_is_refill_) consider_refill(turn, id);
  settle(turn);
}

// The difference between what is wanted and what exists, for every book that the event touched.
void Engine::settle(Turn& turn) {
  for (const PositionKey key : turn.touched()) settle_book(turn, key);
  turn.finish();
}

void Engine::settle_book(Turn& turn, PositionKey key) {
  InstrumentState& instrument = state_.instrument(key.instrument);
  Position& position = instrument.position(key.side);
  bool is_over = false;
  const auto settle_tranche = [&](Tranche& tranche) {
    turn.look_at(tranche);
    if (!instrument.session_closed) {
      if (tranche.closing) progress_closing(turn, position, tranche);
      settle_protection(turn, position, tranche);
    }
    is_over = is_over || has_come_to_nothing(tranche);
  };
  const bool all = turn.touches_all(key);
  // Nearly every event is about one tranche: it is looked up, and the others are not asked.
  if (const std::span<const TrancheId> touched = turn.tranches(); !all && touched.size() == 1) {
    if (Tranche* tranche = find_tranche(position, touched.front())) settle_tranche(*tranche);
  } else {
    for (Tranche& tranche : position.tranches) {
      if (all || std::ranges::find(touched, tranche.id) != touched.end()) settle_tranche(tranche);
    }
  }
  if (!position.entries.empty()) settle_entries(turn, position);
  if (is_over) std::erase_if(position.tranches, has_come_to_nothing);
  if (position.difference) settle_difference(turn, position);
  if (trades_intraday_) settle_square_off(turn, key.instrument);
  if (turn.is_published(key)) publish_position(turn, position);
  instrument.band.reset();
}

void Engine::find_band(InstrumentState& instrument) const {
  instrument.band = tranchet::quiet_band(state_, instrument);
}

std::optional<std::pair<Timestamp, TimerId>> Engine::first_timer() const {
  std::optional<std::pair<Timestamp, TimerId>> first;
  for (const auto& [timer, at] : state_.timers) {
    if (!first || at < first->first) first = {at, timer};
  }
  return first;
}

}  // namespace tranchet

// The state digest covers every field that a decision can depend on: each one changed alone changes
// it. The bindings below name all fields of all parts of the state, so a new field does not compile
// until it stands here, and then fails until it is in the digest.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <type_traits>

#include "engine/engine.h"
#include "engine/state_image.h"
#include "engine/turn.h"
#include "events/digest.h"

namespace tranchet {
namespace {

// Walks over every field; the one whose turn it is gets another value.
class Changer {
 public:
  explicit Changer(std::size_t target) : target_(target) {}
  std::size_t fields() const { return fields_; }
  const std::string& changed() const { return changed_; }

  template <class... Fields>
  void operator()(const char* where, Fields&... fields) {
    std::size_t number = 0;
    (visit(std::string(where) + " field " + std::to_string(++number), fields), ...);
  }

 private:
  bool is_turn(const std::string& name) {
    if (fields_++ != target_) return false;
    changed_ = name;
    return true;
  }

  template <class T>
  void visit(const std::string& name, T& field) {
    if constexpr (requires { walk(*this, field); }) {
      walk(*this, field);
    } else if (is_turn(name)) {
      change(field);
    }
  }
  template <class T>
  void visit(const std::string& name, std::optional<T>& field) {
    if (is_turn(name)) {
      if (field) {
        field.reset();
      } else {
        field.emplace();
      }
    }
    if (field) visit(name, *field);
  }
  template <class T>
  void visit(const std::string& name, std::vector<T>& field) {
    if (is_turn(name)) field.emplace_back();
    if (!field.empty()) visit(name, field.front());
  }
  template <class T, std::size_t N>
  void visit(const std::string& name, ShortList<T, N>& field) {
    if (is_turn(name)) field.emplace_back();
    if (!field.empty()) visit(name, field.front());
  }
  template <class A, class B>
  void visit(const std::string& name, std::pair<A, B>& field) {
    visit(name, field.first);
    visit(name, field.second);
  }

  template <class T>
  static void change(T& field) {
    if constexpr (std::is_same_v<T, bool>) {
      field = !field;
    } else if constexpr (std::is_enum_v<T>) {
      field = static_cast<T>(static_cast<std::underlying_type_t<T>>(field) + 1);
    } else if constexpr (std::is_same_v<T, Timestamp>) {
      field = field + Duration::nanoseconds(1);
    } else if constexpr (requires { field.has_value(); }) {
      field = std::decay_t<decltype(*field)>::from_raw(field ? (*field).raw() + 1 : 0);
    } else if constexpr (requires { field.raw(); }) {
      field = T::from_raw(field.raw() + 1);
    } else {
      field = static_cast<T>(field + 1);
    }
  }

  std::size_t target_;
  std::size_t fields_ = 0;
  std::string changed_;
};

void walk(Changer& c, PositionKey& key) {
  auto& [instrument, side] = key;
  c("key", instrument, side);
}
void walk(Changer& c, Leg& leg) {
  auto& [choice, hand_price, price, refusals, change_refusals, lost, waiting, blocked, cancel_first,
         alerted] = leg;
  c("leg", choice, hand_price, price, refusals, change_refusals, lost, waiting, blocked,
    cancel_first, alerted);
}
void walk(Changer& c, Closing& closing) {
  auto& [reason, part, otherwise, attempts, waiting, failed, no_position, stalled, stop_triggered,
         trigger_generation, trigger_born_for, stop_refused] = closing;
  c("closing", reason, part, otherwise, attempts, waiting, failed, no_position, stalled,
    stop_triggered, trigger_generation, trigger_born_for, stop_refused);
}
void walk(Changer& c, Tranche& tranche) {
  auto& [id, ordinal, quantity, cost, average, take_profit, stop_loss, take_profit_enabled,
         stop_loss_enabled, take_profit_distance, stop_loss_distance, target, stop, closing, opened,
         ended, dust, dust_alerted, rest_until, generation, exited, exited_cost, exit_value,
         realized_pnl, fees, entries, stops, targets, closes] = tranche;
  static_cast<void>(average);  // Follows from the two before.
  c("tranche", id, ordinal, quantity, cost, take_profit, stop_loss, take_profit_enabled,
    stop_loss_enabled, take_profit_distance, stop_loss_distance, target, stop, closing, opened,
    ended, dust, dust_alerted, rest_until, generation, exited, exited_cost, exit_value,
    realized_pnl, fees, entries, stops, targets, closes);
}
void walk(Changer& c, Order& order) {
  auto& [id, key, tranche_id, born_for, tranche, purpose, type, side, working_type, trade_type,
         status, quantity, filled, filled_value, credited, limit_price, stop_price, reference_price,
         amend_quantity, amend_price, awaiting_amend, awaiting_cancel, awaiting_query,
         amend_refused, cancel_wanted, cancel_refused, corrective, reason, generation, signal_id,
         trades] = order;
  c("order", id, key, tranche_id, born_for, tranche, purpose, type, side, working_type, trade_type,
    status, quantity, filled, filled_value, credited, limit_price, stop_price, reference_price,
    amend_quantity, amend_price, awaiting_amend, awaiting_cancel, awaiting_query, amend_refused,
    cancel_wanted, cancel_refused, corrective, reason, generation, signal_id, trades);
}
void walk(Changer& c, Difference& difference) {
  auto& [quantity, answers, asked] = difference;
  c("difference", quantity, answers, asked);
}
void walk(Changer& c, PositionReported& row) {
  auto& [instrument, side, quantity, average_price] = row;
  c("reported position", instrument, side, quantity, average_price);
}
void walk(Changer& c, OrderReported& row) {
  auto& [order, instrument, position_side, order_type, side, quantity, filled, limit, stop] = row;
  c("reported order", order, instrument, position_side, order_type, side, quantity, filled, limit,
    stop);
}
void walk(Changer& c, Snapshot& snapshot) {
  auto& [started, positions, orders] = snapshot;
  c("snapshot", started, positions, orders);
}
void walk(Changer& c, Position& position) {
  auto& [key, tranches, entries, corrections, excess, excess_value, ignored, difference, answers,
         trade_type, entries_halted] = position;
  c("position", key, tranches, entries, corrections, excess, excess_value, ignored, difference,
    answers, trade_type, entries_halted);
}
// The symbol is a name: nothing is decided by it.
void walk(Changer& c, InstrumentListed& rules) {
  auto& [tick, step, least, most, market_most, least_notional, symbol, instrument, stops] = rules;
  static_cast<void>(symbol);
  c("rules", tick, step, least, most, market_most, least_notional, instrument, stops);
}
void walk(Changer& c, CandleMemory& candles) {
  auto& [seconds, period, count, opened, close, range] = candles;
  c("candles", seconds, period, count, opened, close, range);
}
// The band follows from the rest; window and hunter's memory are changed by tests of their own.
void walk(Changer& c, InstrumentState& instrument) {
  auto& [listed, rules, mark, mark_time, trade, trade_time, band, positions, dip, hunter, candles,
         session_closed, cooldown_until, foreign_trades] = instrument;
  static_cast<void>(band);
  static_cast<void>(dip);
  static_cast<void>(hunter);
  c("instrument", listed, rules, mark, mark_time, trade, trade_time, positions[0], positions[1],
    candles, session_closed, cooldown_until[0], cooldown_until[1], foreign_trades);
}
// The author is a name.
void walk(Changer& c, AdoptionRequested& request) {
  auto& [instrument, side, tranche, quantity, average_price, author] = request;
  static_cast<void>(author);
  c("adoption", instrument, side, tranche, quantity, average_price);
}
// Settings and containers without a front are changed by tests of their own.
void walk(Changer& c, State& state) {
  auto& [settings, account, last, now, instruments, orders, finished, timers, snapshot, adoptions,
         last_tranche, entries_halted, reconciled, command_digest, schema] = state;
  static_cast<void>(settings);
  static_cast<void>(finished);
  static_cast<void>(timers);
  c("state", account, last, now, instruments, orders.begin()->second, snapshot, adoptions,
    last_tranche, entries_halted, reconciled, command_digest, schema);
}

// One of everything, so that every field of every part is walked over.
State full_state() {
  State state;
  InstrumentState instrument;
  instrument.foreign_trades.emplace_back();
  instrument.dip.add(Price::from_raw(5), Timestamp(), Duration::seconds(1));
  instrument.candles.seconds = 300;
  for (Position& position : instrument.positions) {
    Tranche tranche;
    tranche.closing.emplace();
    tranche.entries = tranche.stops = tranche.targets = tranche.closes = {OrderId{1}};
    position.tranches.push_back(tranche);
    position.difference.emplace();
  }
  state.instruments.push_back(instrument);
  Order order;
  order.trades = {TradeId{1}};
  state.orders.emplace(OrderId{1}, order);
  state.finished.emplace_back(Timestamp(), OrderId{1});
  state.timers.emplace(TimerId{TimerKind::ExitRetry, 1}, Timestamp());
  state.adoptions.emplace_back();
  state.schema = kCommandsApart;
  state.snapshot = Snapshot{.positions = {PositionReported{}}, .orders = {OrderReported{}}};
  return state;
}

TEST(StateDigest, ChangesWithEveryField) {
  const State state = full_state();
  State counted = state;
  Changer counter(static_cast<std::size_t>(-1));
  walk(counter, counted);
  ASSERT_GT(counter.fields(), 150U);
  ASSERT_EQ(digest_of(state), digest_of(counted));
  for (std::size_t target = 0; target < counter.fields(); ++target) {
    State changed = state;
    Changer changer(target);
    walk(changer, changed);
    EXPECT_NE(digest_of(changed), digest_of(state)) << changer.changed();
  }
}

TEST(StateDigest, ChangesWithEverySetting) {
  const State state = full_state();
  for (const SettingInfo& setting : all_settings()) {
    State changed = state;
    const std::int64_t value = setting.fallback == setting.max ? setting.min : setting.fallback + 1;
    changed.settings.set(setting.id, InstrumentId::None, value);
    EXPECT_NE(digest_of(changed), digest_of(state)) << setting.name;
    if (!setting.per_instrument) continue;
    State overridden = state;
    overridden.settings.set(setting.id, InstrumentId{1}, setting.fallback);
    EXPECT_NE(digest_of(overridden), digest_of(state)) << setting.name;
  }
}

TEST(StateDigest, ChangesWithContainersAndTheWindow) {
  const State state = full_state();
  const auto expect_change = [&state](const char* what, const std::function<void(State&)>& change) {
    State changed = state;
    change(changed);
    EXPECT_NE(digest_of(changed), digest_of(state)) << what;
  };
  expect_change("finished", [](State& s) { s.finished.pop_back(); });
  expect_change("finished order", [](State& s) { s.finished.front().second = OrderId{2}; });
  expect_change("timer", [](State& s) { s.timers.clear(); });
  expect_change("timer time", [](State& s) {
    s.timers.begin()->second = Timestamp() + Duration::nanoseconds(1);
  });
  expect_change("order", [](State& s) { s.orders.clear(); });
  expect_change("dip window", [](State& s) {
    s.instruments[0].dip.add(Price::from_raw(4), Timestamp(), Duration::seconds(1));
  });
}

State hunting_state() {
  State state = full_state();
  state.settings.set(Setting::Strategy, InstrumentId::None,
                     static_cast<std::int64_t>(StrategyName::LiquidationHunter));
  HunterMemory& hunter = state.instruments[0].hunter;
  for (auto& seen : hunter.liquidated) seen.emplace_back(Timestamp(), Value{1});
  hunter.traded.push_back({.value = 1, .quantity = 1});
  return state;
}

TEST(StateDigest, ChangesWithWhatTheHunterRemembers) {
  const State state = hunting_state();
  const auto expect_change = [&state](const char* what,
                                      const std::function<void(HunterMemory&)>& change) {
    State changed = state;
    change(changed.instruments[0].hunter);
    EXPECT_NE(digest_of(changed), digest_of(state)) << what;
  };
  auto& [liquidated, traded] = hunting_state().instruments[0].hunter;
  static_assert(
      std::is_same_v<std::remove_reference_t<decltype(traded)>, std::vector<HunterMemory::Minute>>);
  for (std::size_t side = 0; side < liquidated.size(); ++side) {
    expect_change(
        "time", [=](auto& h) { h.liquidated[side][0].first = Timestamp() + Duration::seconds(1); });
    expect_change("value", [=](auto& h) { h.liquidated[side][0].second = 2; });
    expect_change("liquidation", [=](auto& h) { h.liquidated[side].clear(); });
  }
  expect_change("minute", [](auto& h) { h.traded.clear(); });
  expect_change("start", [](auto& h) { h.traded[0].start = Timestamp() + Duration::minutes(1); });
  expect_change("minute's value", [](auto& h) { h.traded[0].value = 2; });
  expect_change("minute's quantity", [](auto& h) { h.traded[0].quantity = 2; });
}

// What was noted before there was a hunter stays true.
TEST(StateDigest, SaysNothingOfTheHunterUnderOtherStrategies) {
  State state = hunting_state();
  state.settings.set(Setting::Strategy, InstrumentId::None,
                     static_cast<std::int64_t>(StrategyName::Dip));
  State without = state;
  without.instruments[0].hunter = {};
  EXPECT_EQ(digest_of(state), digest_of(without));
}

TEST(StateDigest, LeavesOutWhatFollowsFromTheRest) {
  const State state = full_state();
  State changed = state;
  changed.instruments[0].band = QuietBand{.low = Price(), .high = Price::from_raw(7)};
  changed.instruments[0].positions[0].tranches[0].average = Price::from_raw(7);
  EXPECT_EQ(digest_of(changed), digest_of(state));
}

// ---- The command digest.

using namespace literals;

std::uint64_t folded(const std::vector<Command>& commands, std::uint32_t schema) {
  Digest digest;
  add_to_digest(digest, commands, schema);
  return digest.value();
}

const std::vector<Command>& two_commands() {
  static const std::vector<Command> commands{
      SubmitOrder{.order = OrderId{7}, .quantity = 1_qty, .stop_price = 99_px},
      CancelOrder{.order = OrderId{6}}};
  return commands;
}

TEST(CommandDigest, IsOneChainInTheFirstSchema) {
  Digest digest;
  for (const Command& command : two_commands()) {
    add_to_digest(digest, std::span(&command, 1), 1);
  }
  EXPECT_EQ(folded(two_commands(), 1), digest.value());
  EXPECT_EQ(folded(two_commands(), 0), digest.value()) << "a run that names no schema";
}

TEST(CommandDigest, FoldsEveryCommandApartFromTheSecondSchemaOn) {
  Digest digest;
  for (const Command& command : two_commands()) digest.add(folded({command}, 1));
  EXPECT_EQ(folded(two_commands(), 2), digest.value());
  EXPECT_NE(folded(two_commands(), 2), folded(two_commands(), 1));
}

TEST(CommandDigest, ChangesWithFieldsOrderAndNumberOfCommands) {
  for (const std::uint32_t schema : {1U, 2U}) {
    const std::uint64_t whole = folded(two_commands(), schema);
    std::vector<Command> other = two_commands();
    std::get<SubmitOrder>(other[0]).stop_price = 98_px;
    EXPECT_NE(folded(other, schema), whole);
    EXPECT_NE(folded({two_commands()[1], two_commands()[0]}, schema), whole);
    EXPECT_NE(folded({two_commands()[0]}, schema), whole);
    EXPECT_NE(folded({two_commands()[0], two_commands()[1], two_commands()[1]}, schema), whole);
  }
}

// An engine after `schema` has said how commands are folded, and one entry was placed.
Engine engine_of(std::uint32_t schema) {
  Engine engine(Settings(), 1);
  Output output;
  std::uint64_t sequence = 0;
  const auto apply = [&](const EventBody& body) {
    engine.apply({.sequence = Sequence{++sequence}, .time = Timestamp(), .body = body}, output);
  };
  apply(RunStarted{.schema = schema, .account = 1});
  apply(Connected{Stream::User});
  apply(SnapshotStarted{});
  apply(SnapshotEnded{});
  apply(InstrumentListed{.tick_size = 0.1_px, .step_size = 0.1_qty, .instrument = InstrumentId{1}});
  apply(MarkPrice{InstrumentId{1}, 100_px});
  apply(EntrySignal{.quantity = 1_qty,
                    .instrument = InstrumentId{1},
                    .side = Side::Buy,
                    .order_type = OrderType::Market});
  return engine;
}

TEST(CommandDigest, IsFoldedAsTheLogSaysAndStaysSoBehindAnImage) {
  EXPECT_EQ(engine_of(0).command_digest(), engine_of(1).command_digest());
  EXPECT_NE(engine_of(2).command_digest(), engine_of(1).command_digest());
  for (const std::uint32_t schema : {0U, 1U, 2U}) {
    Engine engine = engine_of(schema);
    auto again = Engine::from_image(engine.image());
    ASSERT_TRUE(again);
    EXPECT_EQ(again->state_digest(), engine.state_digest());
    const std::uint64_t before = engine.command_digest();
    const Event fill{.sequence = next(engine.last_sequence()),
                     .time = Timestamp(),
                     .body = OrderFilled{.order = engine.state().orders.begin()->first,
                                         .trade = TradeId{1},
                                         .quantity = 1_qty,
                                         .price = 100_px}};
    Output output;
    engine.apply(fill, output);
    again->apply(fill, output);
    EXPECT_NE(engine.command_digest(), before);
    EXPECT_EQ(again->command_digest(), engine.command_digest());
  }
}

// What older programs wrote, they wrote without a schema.
TEST(CommandDigest, AnImageOfTheFirstSchemaSaysNothingOfIt) {
  State state = full_state();
  state.schema = 0;
  const auto without = image_of(state);
  const std::uint64_t digest = digest_of(state);
  state.schema = 1;
  EXPECT_EQ(image_of(state), without);
  EXPECT_EQ(digest_of(state), digest);
  state.schema = 2;
  EXPECT_NE(image_of(state), without);
}

}  // namespace
}  // namespace tranchet

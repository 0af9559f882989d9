// Sessions: entries end, intraday positions are closed in time, stops come back with the next day.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "engine/engine.h"

namespace tranchet {
namespace {

using namespace literals;

constexpr InstrumentId kShare{1};
constexpr TimerId kSquareOffTimer{TimerKind::SquareOff, 1};

Settings settings_of(ProductChoice product) {
  Settings settings;
  settings.set(Setting::Product, InstrumentId::None, static_cast<std::int64_t>(product));
  settings.set(Setting::MaxPositionValue, InstrumentId::None, 10'000'000 * kDecimalOne);
  settings.set(Setting::MaxTotalValue, InstrumentId::None, 10'000'000 * kDecimalOne);
  return settings;
}

using Purposes = std::vector<Purpose>;

class Day {
 public:
  explicit Day(ProductChoice product) : engine_(settings_of(product), 1) {
    at("09:15");
    apply(RunStarted{.account = 1});
    apply(InstrumentListed{.tick_size = 0.05_px, .step_size = 1_qty, .instrument = kShare});
    apply(MarkPrice{kShare, 600_px});
  }
  // The time of the exchange on the day at hand; from the next day on after next_day().
  void at(const std::string& time) {
    now_ = *parse_time((day_ == 0 ? "2024-01-02T" : "2024-01-03T") + time + ":00+05:30");
  }
  void next_day() { ++day_; }
  Timestamp now() const { return now_; }

  std::vector<Command> apply(const EventBody& body) {
    Output output;
    engine_.apply({next(engine_.last_sequence()), now_, body}, output);
    return output.commands;
  }
  std::vector<Command> signal() {
    apply(MarkPrice{kShare, 600_px});
    return apply(EntrySignal{.quantity = 10_qty,
                             .instrument = kShare,
                             .side = Side::Buy,
                             .order_type = OrderType::Market});
  }
  // An open position with stop and take-profit accepted.
  void enter() {
    for (const SubmitOrder& order : submits(signal())) fill(order, 600_px);
  }
  void fill(const SubmitOrder& order, Price price) {
    accept(apply(OrderFilled{.order = order.order,
                             .trade = TradeId{++trades_},
                             .quantity = order.quantity,
                             .price = price}));
  }
  void accept(const std::vector<Command>& commands) {
    for (const SubmitOrder& order : submits(commands)) {
      if (order.purpose != Purpose::Close) accept(apply(OrderAccepted{order.order}));
    }
  }
  std::vector<Command> session(SessionPhase phase) {
    return apply(SessionChanged{.instrument = kShare, .phase = phase});
  }
  // What the exchange does at the end of its day.
  std::vector<Command> expire_all() {
    std::vector<Command> all;
    for (const auto* list : {&tranche().stops, &tranche().targets}) {
      const OrderIds orders = *list;
      for (const OrderId id : orders) {
        const auto commands = apply(OrderExpired{id});
        all.insert(all.end(), commands.begin(), commands.end());
      }
    }
    return all;
  }
  std::optional<Timestamp> timer() const {
    const auto found = state().timers.find(kSquareOffTimer);
    return found == state().timers.end() ? std::nullopt : std::optional(found->second);
  }
  std::vector<Command> fire() {
    now_ = *timer();
    return apply(TimerFired{kSquareOffTimer});
  }

  static std::vector<SubmitOrder> submits(const std::vector<Command>& commands) {
    std::vector<SubmitOrder> found;
    for (const Command& command : commands) {
      if (const auto* order = std::get_if<SubmitOrder>(&command)) found.push_back(*order);
    }
    return found;
  }
  static std::vector<Purpose> purposes(const std::vector<Command>& commands) {
    std::vector<Purpose> found;
    for (const SubmitOrder& order : submits(commands)) found.push_back(order.purpose);
    return found;
  }
  static std::optional<EntryRefusal> refusal(const std::vector<Command>& commands) {
    for (const Command& command : commands) {
      if (const auto* refused = std::get_if<EntryRefused>(&command)) return refused->reason;
    }
    return std::nullopt;
  }
  const Tranche& tranche() const {
    return state().position({kShare, PositionSide::Long}).tranches.at(0);
  }
  const State& state() const { return engine_.state(); }

 private:
  Engine engine_;
  int day_ = 0;
  Timestamp now_;
  std::uint64_t trades_ = 0;
};

TEST(SquareOff, ClosesByTheOneClosingPathAtItsTime) {
  Day day(ProductChoice::Intraday);
  day.at("10:00");
  day.enter();
  ASSERT_TRUE(day.timer());
  EXPECT_EQ(to_text(*day.timer()), "2024-01-02T09:45:00Z");  // 15:15 in India.
  const OrderId target = day.tranche().targets.front();
  const auto fired = day.fire();
  EXPECT_TRUE(day.submits(fired).empty());  // Its take-profit goes first, and is confirmed.
  EXPECT_EQ(day.tranche().stops.size(), 1U);
  const auto closes = day.submits(day.apply(OrderCanceled{target}));
  ASSERT_EQ(closes.size(), 1U);
  EXPECT_EQ(closes[0].purpose, Purpose::Close);
  const auto done = day.apply(OrderFilled{
      .order = closes[0].order, .trade = TradeId{99}, .quantity = 10_qty, .price = 601_px});
  const auto closed = std::ranges::find_if(
      done, [](const Command& command) { return std::holds_alternative<TradeClosed>(command); });
  ASSERT_NE(closed, done.end());
  EXPECT_EQ(std::get<TradeClosed>(*closed).reason, ExitReason::SquareOff);
  EXPECT_EQ(label(ExitReason::SquareOff), "Square Off");
  EXPECT_FALSE(day.timer());
}

TEST(SquareOff, IsTriedAgainEveryMinuteUntilItIsGone) {
  Day day(ProductChoice::Intraday);
  day.at("10:00");
  day.enter();
  const Timestamp first = *day.timer();
  day.fire();
  ASSERT_TRUE(day.timer());
  EXPECT_EQ(*day.timer() - first, Duration::minutes(1));
  // What happens in between does not put it off.
  const Timestamp again = *day.timer();
  day.apply(ProtectionRequested{.instrument = kShare, .tranche = 0});
  EXPECT_EQ(*day.timer(), again);
}

TEST(SquareOff, CancelsEntriesAndClosesWhatStillFills) {
  Day day(ProductChoice::Intraday);
  day.at("14:59");
  const auto entries = day.submits(day.signal());
  ASSERT_EQ(entries.size(), 1U);
  day.apply(OrderAccepted{entries[0].order});
  ASSERT_TRUE(day.timer());
  const auto fired = day.fire();
  const bool cancels = std::ranges::any_of(fired, [](const Command& command) {
    const auto* cancel = std::get_if<CancelOrder>(&command);
    return cancel != nullptr && cancel->purpose == Purpose::Entry;
  });
  EXPECT_TRUE(cancels);
  const auto late = day.apply(OrderFilled{
      .order = entries[0].order, .trade = TradeId{1}, .quantity = 10_qty, .price = 600_px});
  const Purposes purposes = day.purposes(late);
  EXPECT_TRUE(std::ranges::find(purposes, Purpose::Close) != purposes.end());
}

TEST(SquareOff, AChangedTimeMovesTheTimer) {
  Day day(ProductChoice::Intraday);
  day.at("10:00");
  day.enter();
  constexpr std::int64_t kMinute = 60'000'000'000;
  for (const std::int64_t minutes : {920, 900}) {
    day.apply(ConfigChanged{.setting = Setting::SquareOff, .value = minutes * kMinute});
    EXPECT_EQ(*day.timer() - day.now(), Duration::minutes(minutes - 600));
  }
  day.apply(ConfigChanged{.setting = Setting::Product, .value = 1});
  EXPECT_FALSE(day.timer());
}

TEST(SquareOff, IsNotForWhatIsCarried) {
  Day day(ProductChoice::Carry);
  day.at("15:10");
  day.enter();
  EXPECT_FALSE(day.timer());
}

TEST(LastEntry, RefusesIntradayEntriesOnly) {
  Day day(ProductChoice::Intraday);
  day.at("15:00");
  EXPECT_EQ(day.refusal(day.signal()), EntryRefusal::AfterLastEntry);
  Day carries(ProductChoice::Carry);
  carries.at("15:00");
  EXPECT_EQ(carries.refusal(carries.signal()), std::nullopt);
}

TEST(ClosedSession, TakesNoEntry) {
  Day day(ProductChoice::Carry);
  day.at("15:30");
  day.session(SessionPhase::Closed);
  EXPECT_EQ(day.refusal(day.signal()), EntryRefusal::NotTrading);
  day.session(SessionPhase::Open);
  EXPECT_EQ(day.refusal(day.signal()), std::nullopt);
}

// Orders for the day have expired: nothing is sent into a closed market, however long the night,
// and the stop is the first thing of the next day.
TEST(ClosedSession, ProtectionComesBackWithTheNextDay) {
  Day day(ProductChoice::Carry);
  day.at("15:00");
  day.enter();
  day.at("15:30");
  EXPECT_TRUE(day.submits(day.session(SessionPhase::Closed)).empty());
  EXPECT_TRUE(day.submits(day.expire_all()).empty());
  EXPECT_TRUE(day.tranche().stops.empty());
  EXPECT_TRUE(day.submits(day.apply(MarkPrice{kShare, 500_px})).empty());
  EXPECT_FALSE(day.tranche().closing);
  day.next_day();
  day.at("09:15");
  const auto open = day.session(SessionPhase::Open);
  EXPECT_EQ(day.purposes(open), (Purposes{Purpose::StopLoss, Purpose::TakeProfit}));
}

// Over night the price has passed the stop: the venue will not take it, and all is closed at once.
TEST(ClosedSession, AStopThatTheOpenHasPassedIsAnExit) {
  Day day(ProductChoice::Carry);
  day.at("15:00");
  day.enter();
  day.at("15:30");
  day.session(SessionPhase::Closed);
  day.expire_all();
  day.next_day();
  day.at("09:15");
  day.apply(MarkPrice{kShare, 500_px});
  const auto open = day.submits(day.session(SessionPhase::Open));
  ASSERT_EQ(open.size(), 2U);
  day.apply(OrderAccepted{open[1].order});
  day.apply(OrderRejected{.order = open[0].order, .reason = RejectReason::WouldTrigger});
  const auto closes = day.submits(day.apply(OrderCanceled{open[1].order}));
  ASSERT_EQ(closes.size(), 1U);
  EXPECT_EQ(closes[0].purpose, Purpose::Close);
}

TEST(ClosedSession, AnExitUnderWayGoesOnWhenItOpens) {
  Day day(ProductChoice::Carry);
  day.at("15:29");
  day.enter();
  day.at("15:30");
  day.session(SessionPhase::Closed);
  day.expire_all();
  EXPECT_TRUE(
      day.submits(day.apply(CloseRequested{.instrument = kShare, .reason = ExitReason::Manual}))
          .empty());
  day.next_day();
  day.at("09:15");
  const auto open = day.purposes(day.session(SessionPhase::Open));
  EXPECT_TRUE(std::ranges::find(open, Purpose::Close) != open.end());
}

}  // namespace
}  // namespace tranchet

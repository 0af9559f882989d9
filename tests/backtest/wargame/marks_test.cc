// Each history is short, goes through the real engine, and reaches the marks that are named and no
// others.
#include "backtest/wargame/marks/marks.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "backtest/wargame/marks/mark_watch.h"
#include "engine/engine.h"
#include "tests/support/coin.h"

namespace tranchet {
namespace {

using namespace literals;

// A coin at 100, tranches of 1, take-profit 1 % above and stop 5 % below.
class History {
 public:
  explicit History(const Settings& settings = Settings()) : engine_(settings) {
    take(RunStarted{.account = 1});
    take(rules());
    take(MarkPrice{kCoin, 100_px});
    EXPECT_EQ(news(), "");
  }

  static InstrumentListed rules() {
    return {.tick_size = 0.1_px, .step_size = 0.1_qty, .instrument = kCoin};
  }

  void take(const EventBody& body) {
    output_.clear();
    engine_.apply({.sequence = next(engine_.last_sequence()), .time = now_, .body = body}, output_);
    for (const Command& command : output_.commands) {
      if (const auto* submit = std::get_if<SubmitOrder>(&command)) {
        sent_[submit->purpose].push_back(submit->order);
      }
    }
    watch_.on_step({.sequence = engine_.last_sequence(), .time = now_, .body = body}, output_,
                   engine_.state());
  }
  void wait(Duration time) { now_ = now_ + time; }
  // Fires what is due `time` from now.
  void fire_after(Duration time) {
    wait(time);
    const auto due = engine_.next_timer();
    ASSERT_TRUE(due && due->first <= now_);
    take(TimerFired{due->second});
  }

  // The newest order for this purpose, or one that was sent before it.
  OrderId order(Purpose purpose, std::size_t before = 0) const {
    const std::vector<OrderId>& sent = sent_.at(purpose);
    return sent.at(sent.size() - 1 - before);
  }
  void mark(Price price) { take(MarkPrice{kCoin, price}); }
  void signal(Quantity quantity, OrderType type = OrderType::Market) {
    EntrySignal signal{.quantity = quantity, .instrument = kCoin, .side = Side::Buy};
    signal.order_type = type;
    if (type == OrderType::Limit) signal.limit_price = 99_px;
    take(signal);
  }
  void accept(Purpose purpose) { take(OrderAccepted{order(purpose)}); }
  void reject(Purpose purpose, RejectReason reason) { take(OrderRejected{order(purpose), reason}); }
  void cancelled(Purpose purpose) { take(OrderCanceled{order(purpose)}); }
  void fill(OrderId order, Quantity quantity, Price price) {
    take(OrderFilled{
        .order = order, .trade = TradeId{++trades_}, .quantity = quantity, .price = price});
  }
  void fill(Purpose purpose, Quantity quantity, Price price) {
    fill(order(purpose), quantity, price);
  }
  void foreign(FillOrigin origin, Side side, Quantity quantity, Price price,
               PositionSide position_side = PositionSide::Long) {
    take(OrderFilled{.trade = TradeId{++trades_},
                     .quantity = quantity,
                     .price = price,
                     .instrument = kCoin,
                     .position_side = position_side,
                     .side = side,
                     .origin = origin});
  }
  void unknown(Purpose purpose) { take(OutcomeUnknown{order(purpose)}); }
  void answer(Purpose purpose, QueryStatus status) { take(QueryAnswered{order(purpose), status}); }

  // An entry, filled whole, with both its legs standing.
  void buy(Quantity quantity = 1_qty, Price price = 100_px) {
    signal(quantity);
    accept(Purpose::Entry);
    fill(Purpose::Entry, quantity, price);
    accept(Purpose::StopLoss);
    accept(Purpose::TakeProfit);
  }
  // What the venue holds: `held`, and of our live orders all but `without`.
  void snapshot(Quantity held, const std::set<OrderId>& without = {}) {
    take(SnapshotStarted{});
    if (held.is_positive()) {
      take(PositionReported{kCoin, PositionSide::Long, held, 100_px});
    }
    for (const auto& [id, order] : engine_.state().orders) {
      if (!order.is_finished() && !without.contains(id)) report(order);
    }
    take(SnapshotEnded{});
  }
  void restart() { watch_.on_restart(engine_.state()); }

  const State& state() const { return engine_.state(); }
  // What was reached since the last call: "fill_repeated, both_legs_filled".
  std::string news() {
    std::string text;
    for (std::size_t number = 1; number <= kMarks; ++number) {
      if (!watch_.reached().test(number) || known_.test(number)) continue;
      if (!text.empty()) text += ", ";
      text += name_of(static_cast<Mark>(number));
    }
    known_ = watch_.reached();
    return text;
  }

 private:
  void report(const Order& order) {
    take(OrderReported{.order = order.id,
                       .instrument = order.key.instrument,
                       .position_side = order.key.side,
                       .order_type = order.type,
                       .side = order.side,
                       .quantity = order.quantity,
                       .filled_quantity = order.filled,
                       .limit_price = order.limit_price,
                       .stop_price = order.stop_price});
  }

  Engine engine_;
  MarkWatch watch_;
  MarkSet known_;
  Output output_;
  Timestamp now_ = Timestamp::from_nanoseconds(1'000'000'000);
  std::map<Purpose, std::vector<OrderId>> sent_;
  std::uint64_t trades_ = 0;
};

Settings with(std::initializer_list<std::pair<Setting, std::int64_t>> values) {
  Settings settings;
  for (const auto& [setting, value] : values) settings.set(setting, InstrumentId::None, value);
  return settings;
}

TEST(Marks, NamesComeBack) {
  std::set<std::string_view> names, explanations;
  for (std::size_t number = 1; number <= kMarks; ++number) {
    const auto mark = static_cast<Mark>(number);
    EXPECT_EQ(mark_named(name_of(mark)), mark);
    EXPECT_TRUE(names.insert(name_of(mark)).second) << name_of(mark);
    EXPECT_TRUE(explanations.insert(explanation_of(mark)).second) << name_of(mark);
  }
  EXPECT_GE(kMarks, 75u);
  EXPECT_EQ(mark_named("second_start_refused"), Mark::SecondStartRefused);
  EXPECT_EQ(mark_named("SecondStartRefused"), std::nullopt);
}

TEST(Marks, ReportedOnesAreKept) {
  MarkWatch watch;
  EXPECT_TRUE(watch.reached().none());
  watch.reach(Mark::SecondStartRefused);
  EXPECT_EQ(watch.reached().count(), 1u);
  EXPECT_TRUE(watch.reached().test(bit_of(Mark::SecondStartRefused)));
}

TEST(Marks, AnUneventfulTradeReachesNone) {
  History history;
  history.buy();
  history.mark(100.5_px);
  history.fill(Purpose::TakeProfit, 1_qty, 101_px);
  history.cancelled(Purpose::StopLoss);
  EXPECT_EQ(history.news(), "");
}

TEST(Marks, FillsOfAnEntry) {
  History history;
  history.signal(1_qty, OrderType::Limit);
  history.fill(Purpose::Entry, 0.2_qty, 99_px);
  EXPECT_EQ(history.news(), "fill_before_acceptance, entry_filled_in_part");
  history.take(KillSwitch{});
  EXPECT_EQ(history.news(), "kill_switch_beside_an_entry");
  history.fill(Purpose::Entry, 0.2_qty, 99_px);
  EXPECT_EQ(history.news(), "entry_filled_beside_its_cancel");
  history.cancelled(Purpose::Entry);
  EXPECT_EQ(history.news(), "");
  history.fill(Purpose::Entry, 0.2_qty, 99_px);
  EXPECT_EQ(history.news(), "filled_after_its_end");
  history.take(OrderFilled{history.order(Purpose::Entry), TradeId{1}, 0.2_qty, 99_px});
  EXPECT_EQ(history.news(), "fill_repeated");
}

TEST(Marks, BothLegsFill) {
  History history;
  history.buy();
  history.fill(Purpose::TakeProfit, 1_qty, 101_px);
  EXPECT_EQ(history.news(), "");
  history.fill(Purpose::StopLoss, 1_qty, 95_px);
  EXPECT_EQ(history.news(),
            "stop_filled_beside_its_cancel, stop_filled_untriggered, both_legs_filled, "
            "excess_left");
}

TEST(Marks, ExcessComesOffAnotherTranche) {
  History history(with({{Setting::TrancheIncrement, 10'000}}));
  history.buy();
  const OrderId target = history.order(Purpose::TakeProfit);
  const OrderId stop = history.order(Purpose::StopLoss);
  history.mark(98_px);
  history.buy(2_qty, 98_px);
  EXPECT_EQ(history.news(), "second_tranche");
  history.fill(target, 1_qty, 101_px);
  history.take(OrderTriggered{stop});
  EXPECT_EQ(history.news(), "trigger_beside_its_cancel");
  history.fill(stop, 0.5_qty, 95_px);
  EXPECT_EQ(history.news(),
            "stop_filled_beside_its_cancel, stop_filled_in_part, both_legs_filled, "
            "excess_from_another_tranche");
}

TEST(Marks, ThePriceOutrunsTheStop) {
  History history;
  history.buy();
  history.mark(94_px);
  EXPECT_EQ(history.news(), "price_closes_at_the_stop");
}

TEST(Marks, AStopIsReplaced) {
  History history;
  history.buy();
  const OrderId old = history.order(Purpose::StopLoss);
  history.signal(1_qty);
  history.accept(Purpose::Entry);
  history.fill(Purpose::Entry, 1_qty, 99_px);
  EXPECT_EQ(history.news(), "");
  history.fill(Purpose::TakeProfit, 0.5_qty, 101_px);
  EXPECT_EQ(history.news(),
            "fill_beside_an_amend, target_filled_in_part, target_filled_beside_a_new_stop");
  history.accept(Purpose::StopLoss);
  EXPECT_EQ(history.news(), "");
  history.accept(Purpose::StopLoss);
  EXPECT_EQ(history.news(), "stop_replaced");
  history.restart();
  EXPECT_EQ(history.news(), "restart_beside_the_unanswered, restart_beside_two_stops");
  history.take(OrderTriggered{old});
  EXPECT_EQ(history.news(), "trigger_beside_its_cancel");
}

TEST(Marks, AStopTriggersBesideTheNext) {
  History history;
  history.buy();
  const OrderId old = history.order(Purpose::StopLoss);
  history.signal(1_qty);
  history.accept(Purpose::Entry);
  history.fill(Purpose::Entry, 1_qty, 99_px);
  history.take(OrderTriggered{old});
  EXPECT_EQ(history.news(), "trigger_beside_a_new_stop");
}

TEST(Marks, AStopIsCancelledFirst) {
  History history;
  history.buy();
  history.signal(1_qty);
  history.accept(Purpose::Entry);
  history.fill(Purpose::Entry, 1_qty, 99_px);
  history.reject(Purpose::StopLoss, RejectReason::ReduceOnlyCapacity);
  EXPECT_EQ(history.news(), "stop_cancelled_first, second_stop_refused");
}

TEST(Marks, AStopIsRefusedThreeTimes) {
  History history;
  history.signal(1_qty);
  history.accept(Purpose::Entry);
  history.fill(Purpose::Entry, 1_qty, 100_px);
  for (const std::int64_t seconds : {1, 2}) {
    history.reject(Purpose::StopLoss, RejectReason::Other);
    history.fire_after(Duration::seconds(seconds));
  }
  EXPECT_EQ(history.news(), "");
  history.reject(Purpose::StopLoss, RejectReason::Other);
  EXPECT_EQ(history.news(), "stop_refused_three_times");
  history.accept(Purpose::TakeProfit);
  EXPECT_EQ(history.news(), "");
  history.fire_after(Duration::seconds(30));
  history.accept(Purpose::StopLoss);
  EXPECT_EQ(history.news(), "stop_accepted_after_three_refusals");
}

TEST(Marks, AStopIsNotEnough) {
  History history;
  history.buy();
  history.take(OrderTriggered{history.order(Purpose::StopLoss)});
  history.cancelled(Purpose::TakeProfit);
  history.fill(Purpose::StopLoss, 0.4_qty, 95_px);
  EXPECT_EQ(history.news(), "stop_filled_in_part");
  history.take(OrderExpired{history.order(Purpose::StopLoss)});
  EXPECT_EQ(history.news(), "stop_ended_with_a_rest");
  history.reject(Purpose::Close, RejectReason::NoPosition);
  EXPECT_EQ(history.news(), "no_position_to_exit");
}

TEST(Marks, TheVenueEndsAStop) {
  History history;
  history.buy();
  history.take(OrderExpired{history.order(Purpose::StopLoss)});
  EXPECT_EQ(history.news(), "protection_ended_unasked");
  history.reject(Purpose::StopLoss, RejectReason::WouldTrigger);
  EXPECT_EQ(history.news(), "stop_would_trigger");
}

TEST(Marks, InstantClose) {
  History history;
  history.buy();
  history.mark(102_px);
  EXPECT_EQ(history.news(), "instant_close");
  history.mark(100_px);
  EXPECT_EQ(history.news(), "");
  history.cancelled(Purpose::TakeProfit);
  EXPECT_EQ(history.news(), "instant_close_called_off");
}

TEST(Marks, AClosingFailsAndIsGivenUp) {
  History history(with({{Setting::ExitAttempts, 2}}));
  history.buy();
  history.take(CloseRequested{.instrument = kCoin, .reason = ExitReason::Manual});
  EXPECT_EQ(history.news(), "");
  history.fill(Purpose::TakeProfit, 0.2_qty, 101_px);
  EXPECT_EQ(history.news(),
            "target_filled_beside_its_cancel, target_filled_in_part, "
            "target_filled_beside_a_new_stop");
  history.take(CloseRequested{.instrument = kCoin, .reason = ExitReason::Emergency});
  history.restart();
  EXPECT_EQ(history.news(),
            "second_reason_to_close, restart_beside_the_unanswered, restart_while_closing, "
            "restart_beside_two_stops");
  history.cancelled(Purpose::TakeProfit);
  history.fill(Purpose::Close, 0.2_qty, 101_px);
  EXPECT_EQ(history.news(), "fill_before_acceptance, close_filled_in_part");
  history.take(OrderExpired{history.order(Purpose::Close)});
  history.fire_after(Duration::seconds(1));
  EXPECT_EQ(history.news(), "close_retried");
  history.take(OrderExpired{history.order(Purpose::Close)});
  EXPECT_EQ(history.news(), "close_given_up");
}

TEST(Marks, TheGuardClosesAPart) {
  History history;
  history.buy();
  history.signal(1_qty);
  history.accept(Purpose::Entry);
  history.fill(Purpose::Entry, 1_qty, 100_px);
  history.reject(Purpose::StopLoss, RejectReason::Other);
  EXPECT_EQ(history.news(), "");
  history.mark(95_px);
  EXPECT_EQ(history.news(), "guard_closes_a_part");
}

TEST(Marks, TheLadderMerges) {
  History history(with({{Setting::TrancheIncrement, 10'000}, {Setting::MaxTranches, 2}}));
  for (const Price price : {100_px, 98_px}) {
    history.mark(price);
    history.buy(1_qty, price);
  }
  EXPECT_EQ(history.news(), "second_tranche");
  history.mark(96.5_px);
  history.signal(1_qty);
  EXPECT_EQ(history.news(), "merged_at_the_cap");
  history.snapshot(2_qty);
  EXPECT_EQ(history.news(), "snapshot_beside_the_unanswered, snapshot_during_a_merge");
  history.fill(Purpose::TakeProfit, 1_qty, 99_px);
  EXPECT_EQ(history.news(), "target_filled_beside_its_cancel, merged_order_fills");
}

TEST(Marks, RefusalsOfEntries) {
  History history;
  history.signal(1_qty, OrderType::Limit);
  history.signal(1_qty);
  EXPECT_EQ(history.news(), "entry_while_one_is_pending");
  history.reject(Purpose::Entry, RejectReason::Margin);
  EXPECT_EQ(history.news(), "entry_refused_for_margin");
  history.signal(100_qty);
  EXPECT_EQ(history.news(), "exposure_reached");
  history.wait(Duration::seconds(11));
  history.signal(1_qty);
  EXPECT_EQ(history.news(), "mark_too_old");
  history.take(Connected{Stream::User});
  history.signal(1_qty);
  EXPECT_EQ(history.news(), "entry_while_not_reconciled");
  history.take(EntriesHalted{});
  history.signal(1_qty);
  EXPECT_EQ(history.news(), "entry_while_halted");
}

TEST(Marks, AnEntryTimesOut) {
  History history;
  history.signal(1_qty, OrderType::Limit);
  history.accept(Purpose::Entry);
  history.fire_after(Duration::seconds(60));
  EXPECT_EQ(history.news(), "entry_timed_out");
  history.take(CancelRejected{history.order(Purpose::Entry), RejectReason::NotFound});
  EXPECT_EQ(history.news(), "cancel_found_nothing");
}

TEST(Marks, AnEntryIsClosedAtOnce) {
  History history;
  history.signal(1_qty, OrderType::Limit);
  history.take(CloseRequested{.instrument = kCoin, .reason = ExitReason::Manual});
  EXPECT_EQ(history.news(), "close_requested_beside_an_entry");
  history.accept(Purpose::Entry);
  history.fill(Purpose::Entry, 1_qty, 99_px);
  EXPECT_EQ(history.news(), "entry_filled_beside_its_cancel, entry_closed_at_once");
}

TEST(Marks, AnUnknownEntryHadFilled) {
  History history;
  history.signal(1_qty);
  history.take(Disconnected{Stream::User});
  EXPECT_EQ(history.news(), "cut_while_unanswered");
  history.unknown(Purpose::Entry);
  history.take(QueryAnswered{.order = history.order(Purpose::Entry),
                             .status = QueryStatus::Filled,
                             .filled_quantity = 1_qty,
                             .average_price = 100_px});
  EXPECT_EQ(history.news(), "unknown_entry_had_filled, untold_fill_counted");
  history.fill(Purpose::Entry, 1_qty, 100_px);
  EXPECT_EQ(history.news(), "fill_already_counted");
}

TEST(Marks, AnUnknownStopIsSentAgain) {
  History history;
  history.signal(1_qty);
  history.accept(Purpose::Entry);
  history.fill(Purpose::Entry, 1_qty, 100_px);
  history.unknown(Purpose::TakeProfit);
  history.answer(Purpose::TakeProfit, QueryStatus::New);
  EXPECT_EQ(history.news(), "unknown_target_stands");
  history.unknown(Purpose::StopLoss);
  history.answer(Purpose::StopLoss, QueryStatus::NotFound);
  EXPECT_EQ(history.news(), "unknown_stop_never_arrived, new_attempt_after_not_found");
  history.unknown(Purpose::StopLoss);
  history.accept(Purpose::StopLoss);
  EXPECT_EQ(history.news(), "answered_before_its_query");
}

TEST(Marks, AnUnknownAmendAndAnUnknownCancel) {
  History history;
  history.buy();
  history.signal(1_qty);
  history.accept(Purpose::Entry);
  history.fill(Purpose::Entry, 1_qty, 99_px);
  const Order amended = history.state().order(history.order(Purpose::TakeProfit));
  history.unknown(Purpose::TakeProfit);
  history.take(QueryAnswered{.order = amended.id,
                             .status = QueryStatus::New,
                             .filled_quantity = Quantity(),
                             .quantity = amended.quantity,
                             .limit_price = amended.limit_price});
  EXPECT_EQ(history.news(), "unknown_amend_had_not");
  history.unknown(Purpose::TakeProfit);
  history.take(QueryAnswered{.order = amended.id,
                             .status = QueryStatus::New,
                             .filled_quantity = Quantity(),
                             .quantity = amended.amend_quantity,
                             .limit_price = amended.amend_price});
  EXPECT_EQ(history.news(), "unknown_amend_had_worked");
  history.take(CloseRequested{.instrument = kCoin, .reason = ExitReason::Manual});
  history.unknown(Purpose::TakeProfit);
  history.answer(Purpose::TakeProfit, QueryStatus::New);
  EXPECT_EQ(history.news(), "unknown_cancel_had_not");
  history.unknown(Purpose::TakeProfit);
  history.answer(Purpose::TakeProfit, QueryStatus::Canceled);
  EXPECT_EQ(history.news(), "unknown_cancel_had_worked");
}

TEST(Marks, ForeignTrades) {
  History history;
  history.foreign(FillOrigin::Foreign, Side::Buy, 2_qty, 100_px);
  EXPECT_EQ(history.news(), "foreign_position_adopted");
  history.foreign(FillOrigin::Foreign, Side::Sell, 0.5_qty, 100_px);
  EXPECT_EQ(history.news(), "foreign_trade_reduces");
  history.foreign(FillOrigin::Adl, Side::Sell, 0.5_qty, 100_px);
  EXPECT_EQ(history.news(), "deleveraged");
  history.take(CloseRequested{.instrument = kCoin, .reason = ExitReason::Manual});
  history.foreign(FillOrigin::Adl, Side::Sell, 0.5_qty, 100_px);
  EXPECT_EQ(history.news(), "deleveraged_while_closing");
  history.foreign(FillOrigin::Liquidation, Side::Sell, 0.5_qty, 100_px);
  EXPECT_EQ(history.news(), "liquidated");
  for (const auto& [policy, mark] :
       {std::pair(ForeignPolicy::Ignore, "foreign_position_left_alone"),
        std::pair(ForeignPolicy::Halt, "foreign_position_halts_entries")}) {
    History other(with({{Setting::ForeignPosition, static_cast<std::int64_t>(policy)}}));
    other.foreign(FillOrigin::Foreign, Side::Buy, 2_qty, 100_px);
    EXPECT_EQ(other.news(), mark);
  }
}

TEST(Marks, ASnapshotDiffers) {
  History history;
  history.buy();
  history.snapshot(1_qty);
  EXPECT_EQ(history.news(), "");
  history.snapshot(0.4_qty);
  EXPECT_EQ(history.news(), "difference_remembered");
  history.snapshot(1_qty);
  EXPECT_EQ(history.news(), "difference_gone");
  history.snapshot(0.4_qty);
  history.snapshot(0.4_qty);
  EXPECT_EQ(history.news(), "venue_has_less, difference_repeated");
}

TEST(Marks, ASnapshotLacksAnOrder) {
  History history;
  history.buy();
  const OrderId stop = history.order(Purpose::StopLoss);
  history.snapshot(1_qty, {stop});
  EXPECT_EQ(history.news(), "order_missing_from_snapshot");
}

TEST(Marks, PeopleAndRules) {
  History history;
  history.buy();
  InstrumentListed finer = History::rules();
  finer.tick_size = 0.01_px;
  history.take(finer);
  EXPECT_EQ(history.news(), "rules_change_beside_orders");
  history.take(ProtectionRequested{.instrument = kCoin,
                                   .tranche = 0,
                                   .take_profit = TargetChoice::AtPrice,
                                   .take_profit_price = 90_px});
  EXPECT_EQ(history.news(), "protection_refused");
  history.take(FundingPaid{kCoin, PositionSide::Long, Money::from_raw(5)});
  EXPECT_EQ(history.news(), "");
}

TEST(Marks, SettingsChange) {
  History history;
  history.take(ConfigChanged{.setting = Setting::TakeProfit, .value = 20'000});
  EXPECT_EQ(history.news(), "");
  history.buy();
  history.take(ConfigChanged{.setting = Setting::TakeProfit, .value = 10'000});
  EXPECT_EQ(history.news(), "settings_change_while_open");
}

TEST(Marks, Dust) {
  for (const bool has_other : {false, true}) {
    History history(with({{Setting::TrancheIncrement, 10'000}}));
    history.buy();
    if (has_other) {
      history.mark(98_px);
      history.buy(1_qty, 98_px);
    }
    static_cast<void>(history.news());
    history.take(CloseRequested{.instrument = kCoin, .tranche = 0, .reason = ExitReason::Manual});
    history.take(OrderCanceled{history.order(Purpose::TakeProfit, has_other ? 1 : 0)});
    history.reject(Purpose::Close, RejectReason::BelowMinimum);
    EXPECT_EQ(history.news(), has_other ? "dust_moved" : "dust_stays");
  }
}

TEST(Marks, AnEntryOutlivesItsTranche) {
  History history;
  history.buy();
  history.signal(1_qty, OrderType::Limit);
  history.accept(Purpose::Entry);
  history.fill(Purpose::TakeProfit, 1_qty, 101_px);
  EXPECT_EQ(history.news(), "");
  history.fill(Purpose::Entry, 1_qty, 99_px);
  EXPECT_EQ(history.news(), "entry_outlives_its_tranche");
}

TEST(Marks, TakeProfitsAreRefused) {
  History history;
  history.signal(1_qty);
  history.accept(Purpose::Entry);
  history.fill(Purpose::Entry, 1_qty, 100_px);
  history.accept(Purpose::StopLoss);
  for (const std::int64_t seconds : {1, 2}) {
    history.reject(Purpose::TakeProfit, RejectReason::Other);
    history.fire_after(Duration::seconds(seconds));
  }
  EXPECT_EQ(history.news(), "");
  history.reject(Purpose::TakeProfit, RejectReason::Other);
  EXPECT_EQ(history.news(), "target_refused_three_times");
  history.fire_after(Duration::seconds(30));
  history.reject(Purpose::TakeProfit, RejectReason::OutOfBand);
  EXPECT_EQ(history.news(), "target_out_of_band");
}

TEST(Marks, ATakeProfitThatCannotBeAmended) {
  History history;
  history.buy();
  history.signal(1_qty);
  history.accept(Purpose::Entry);
  history.fill(Purpose::Entry, 1_qty, 99_px);
  history.take(AmendRejected{history.order(Purpose::TakeProfit), RejectReason::Other});
  EXPECT_EQ(history.news(), "target_cancelled_to_move, amend_refused");
}

TEST(Marks, BooksOfBothSides) {
  History history;
  history.foreign(FillOrigin::Foreign, Side::Buy, 1_qty, 100_px);
  static_cast<void>(history.news());
  history.foreign(FillOrigin::Foreign, Side::Sell, 1_qty, 100_px, PositionSide::Short);
  EXPECT_EQ(history.news(), "both_sides_open");
}

TEST(Marks, EntriesThatHaveNoPlace) {
  History full(with({{Setting::MaxTranches, 1},
                     {Setting::AtCap, static_cast<std::int64_t>(AtCapPolicy::Reject)},
                     {Setting::TrancheIncrement, 10'000}}));
  full.buy();
  full.mark(97_px);
  full.signal(1_qty);
  EXPECT_EQ(full.news(), "refused_at_the_cap");

  History one_way(
      with({{Setting::PositionModeChoice, static_cast<std::int64_t>(PositionMode::OneWay)}}));
  one_way.buy();
  one_way.take(EntrySignal{
      .quantity = 1_qty, .instrument = kCoin, .side = Side::Sell, .order_type = OrderType::Market});
  EXPECT_EQ(one_way.news(), "entry_against_the_position");

  History few(with({{Setting::TrancheIncrement, 10'000}}));
  InstrumentListed one_stop = History::rules();
  one_stop.max_conditional_orders = 1;
  few.take(one_stop);
  few.buy();
  few.mark(97_px);
  few.signal(1_qty);
  EXPECT_EQ(few.news(), "no_stop_left_for_the_entry");
}

TEST(Marks, WhatQueriesFind) {
  History rests;
  rests.signal(1_qty, OrderType::Limit);
  rests.unknown(Purpose::Entry);
  rests.answer(Purpose::Entry, QueryStatus::New);
  EXPECT_EQ(rests.news(), "unknown_entry_rests");

  History history;
  history.signal(1_qty);
  history.unknown(Purpose::Entry);
  history.answer(Purpose::Entry, QueryStatus::NotFound);
  EXPECT_EQ(history.news(), "unknown_entry_never_arrived");
  history.signal(1_qty);
  history.accept(Purpose::Entry);
  history.fill(Purpose::Entry, 1_qty, 100_px);
  history.unknown(Purpose::StopLoss);
  history.answer(Purpose::StopLoss, QueryStatus::New);
  EXPECT_EQ(history.news(), "unknown_stop_stands");
  history.unknown(Purpose::TakeProfit);
  history.answer(Purpose::TakeProfit, QueryStatus::NotFound);
  EXPECT_EQ(history.news(), "unknown_target_never_arrived, new_attempt_after_not_found");
  history.accept(Purpose::TakeProfit);
  history.take(CloseRequested{.instrument = kCoin, .reason = ExitReason::Manual});
  history.cancelled(Purpose::TakeProfit);
  history.unknown(Purpose::Close);
  history.answer(Purpose::Close, QueryStatus::NotFound);
  EXPECT_EQ(history.news(), "unknown_close_never_arrived");
  history.fire_after(Duration::seconds(1));
  EXPECT_EQ(history.news(), "close_retried");
  history.unknown(Purpose::Close);
  history.answer(Purpose::Close, QueryStatus::Filled);
  EXPECT_EQ(history.news(), "unknown_close_had_filled, untold_fill_counted");
}

TEST(Marks, AnAdoptedTrancheNeverCloses) {
  History history;
  history.mark(103_px);
  history.foreign(FillOrigin::Foreign, Side::Buy, 1_qty, 100_px);
  EXPECT_EQ(history.news(), "foreign_position_adopted, adopted_target_from_the_mark");
}

TEST(Marks, FillsAroundASnapshot) {
  History history;
  history.signal(1_qty, OrderType::Limit);
  history.accept(Purpose::Entry);
  history.take(SnapshotStarted{});
  history.fill(Purpose::Entry, 0.2_qty, 99_px);
  EXPECT_EQ(history.news(), "entry_filled_in_part");
  history.take(PositionReported{kCoin, PositionSide::Long, 0.5_qty, 99_px});
  history.take(OrderReported{.order = history.order(Purpose::Entry),
                             .instrument = kCoin,
                             .position_side = PositionSide::Long,
                             .order_type = OrderType::Limit,
                             .side = Side::Buy,
                             .quantity = 1_qty,
                             .filled_quantity = 0.5_qty,
                             .limit_price = 99_px});
  history.take(SnapshotEnded{});
  EXPECT_EQ(history.news(), "untold_fill_counted, snapshot_beside_the_unanswered");
}

TEST(Marks, FundingIsShared) {
  History history(with({{Setting::TrancheIncrement, 10'000}}));
  history.buy();
  history.mark(98_px);
  history.buy(1_qty, 98_px);
  EXPECT_EQ(history.news(), "second_tranche");
  history.take(FundingPaid{kCoin, PositionSide::Long, Money::from_raw(5)});
  EXPECT_EQ(history.news(), "funding_shared");
}

TEST(Marks, OrdersInSlices) {
  History history;
  InstrumentListed small = History::rules();
  small.market_max_quantity = 0.6_qty;
  history.take(small);
  history.signal(1_qty);
  EXPECT_EQ(history.news(), "entry_in_slices");
  history.cancelled(Purpose::Entry);
  history.take(OrderCanceled{history.order(Purpose::Entry, 1)});
  history.signal(1_qty, OrderType::Limit);
  history.accept(Purpose::Entry);
  history.fill(Purpose::Entry, 1_qty, 99_px);
  EXPECT_EQ(history.news(), "stops_in_slices");
  history.accept(Purpose::TakeProfit);
  history.take(CloseRequested{.instrument = kCoin, .reason = ExitReason::Manual});
  history.cancelled(Purpose::TakeProfit);
  EXPECT_EQ(history.news(), "close_in_slices");
}

}  // namespace
}  // namespace tranchet

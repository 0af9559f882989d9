// A price inside the quiet band is a promise: it causes no command and changes nothing but the last
// price. Tested in states reached by random events and random answers of the venue.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <random>
#include <vector>

#include "engine/engine.h"
#include "engine/exits.h"
#include "engine/refill.h"
#include "engine/turn.h"
#include "tests/support/coin.h"

namespace tranchet {
namespace {

constexpr Price kTick = Price::from_raw(kDecimalOne / 10);

Price ticks(int count) {
  return Price::from_raw(count * kTick.raw());
}

class RandomRun {
 public:
  RandomRun(std::uint64_t seed, StrategyName strategy)
      : engine_(settings(strategy)), random_(seed) {
    apply(RunStarted{.account = 1});
    apply(InstrumentListed{.tick_size = kTick,
                           .step_size = Quantity::from_raw(kDecimalOne / 10),
                           .market_max_quantity = Quantity::from_raw(3 * kDecimalOne),
                           .instrument = kCoin,
                           .max_conditional_orders = 6});
    apply(MarkPrice{kCoin, ticks(1'000)});
  }

  void step() {
    if (const auto timer = engine_.next_timer(); timer && pick(0, 4) == 0) {
      now_ = std::max(now_, timer->first);
      apply(TimerFired{timer->second});
      return;
    }
    switch (pick(0, 10)) {
      case 0:
        apply(MarkPrice{kCoin, random_price()});
        break;
      case 1:
        apply(TradePrinted{.instrument = kCoin, .price = random_price()});
        break;
      case 2:
        signal();
        break;
      case 3:
        ask();
        break;
      default:
        answer();
    }
  }

  // Every kind of price event at `price`: nothing follows from it.
  void expect_quiet(Price price) {
    if (!engine_.is_quiet(kCoin, price)) return;
    expect_no_exit(price);
    expect_nothing(MarkPrice{kCoin, price});
    expect_nothing(TradePrinted{.instrument = kCoin, .price = price});
  }

  // Any price, where the band has none.
  Price inside() {
    const QuietBand& band = engine_.quiet_band(kCoin);
    if (band.low >= band.high) return random_price();
    const int low = static_cast<int>(band.low.raw() / kTick.raw()) + 1;
    const auto top = std::min<std::int64_t>(band.high.raw() / kTick.raw(), 3'000);
    return ticks(pick(low, std::max(low + 1, static_cast<int>(top))));
  }

  // The prices that bounds come from, and their neighbours: where a bound off by one shows.
  void expect_quiet_at_targets() {
    for (const Position& position : engine_.state().instrument(kCoin).positions) {
      for (const Tranche& tranche : position.tranches) {
        for (const Maybe<Price> price : {tranche.target.price, tranche.stop.price}) {
          if (!price) continue;
          for (const std::int64_t by : {-1, 0, 1}) {
            expect_quiet(Price::from_raw((*price).raw() + by));
          }
        }
      }
    }
  }

 private:
  static Settings settings(StrategyName strategy) {
    Settings settings;
    settings.set(Setting::MaxPositionValue, InstrumentId::None, 100'000 * kDecimalOne);
    settings.set(Setting::MaxTotalValue, InstrumentId::None, 100'000 * kDecimalOne);
    settings.set(Setting::MaxTranches, InstrumentId::None, 3);
    settings.set(Setting::Strategy, InstrumentId::None, static_cast<std::int64_t>(strategy));
    return settings;
  }
  // From `low` to below `end`. The remainder of a 64-bit number: the same on every library.
  int pick(int low, int end) {
    return low + static_cast<int>(random_() % static_cast<std::uint64_t>(end - low));
  }
  template <class T>
  T one_of(std::initializer_list<T> values) {
    return values.begin()[pick(0, static_cast<int>(values.size()))];
  }
  Price random_price() { return ticks(pick(930, 1'070)); }
  Quantity random_quantity(Quantity most) {
    const auto steps = static_cast<int>(most.raw() / (kDecimalOne / 10));
    return Quantity::from_raw(pick(1, std::max(steps, 1) + 1) * (kDecimalOne / 10));
  }

  void apply(const EventBody& body) {
    now_ = now_ + Duration::milliseconds(pick(0, 300));
    Output output;
    engine_.apply({.sequence = next(engine_.last_sequence()), .time = now_, .body = body}, output);
  }

  void signal() {
    const bool limit = pick(0, 2) == 0;
    EntrySignal signal{.quantity = random_quantity(Quantity::from_raw(4 * kDecimalOne)),
                       .instrument = kCoin,
                       .side = one_of({Side::Buy, Side::Sell}),
                       .order_type = limit ? OrderType::Limit : OrderType::Market};
    if (limit) signal.limit_price = random_price();
    apply(signal);
  }

  void ask() {
    if (pick(0, 3) == 0) {
      apply(CloseRequested{.instrument = kCoin, .reason = ExitReason::Manual});
      return;
    }
    ProtectionRequested request{.instrument = kCoin, .position_side = 1};
    request.stop_loss = one_of({TargetChoice::Default, TargetChoice::None, TargetChoice::AtPrice});
    if (request.stop_loss == TargetChoice::AtPrice) request.stop_loss_price = random_price();
    apply(request);
  }

  void answer() {
    std::vector<OrderId> live;
    for (const auto& [id, order] : engine_.state().orders) {
      if (!order.is_finished()) live.push_back(id);
    }
    if (live.empty()) return signal();
    const Order order = engine_.state().order(
        live[static_cast<std::size_t>(pick(0, static_cast<int>(live.size())))]);
    const auto reason =
        one_of({RejectReason::Other, RejectReason::WouldTrigger, RejectReason::BelowMinimum,
                RejectReason::OutOfBand, RejectReason::TooManyConditional});
    if (order.awaiting_query) {
      return apply(QueryAnswered{
          .order = order.id,
          .status = one_of({QueryStatus::New, QueryStatus::Filled, QueryStatus::NotFound})});
    }
    if (pick(0, 10) == 0) return apply(OutcomeUnknown{order.id});
    if (order.status == OrderStatus::PendingNew && pick(0, 4) != 0) {
      if (pick(0, 4) == 0) return apply(OrderRejected{order.id, reason});
      return apply(OrderAccepted{order.id});
    }
    if (order.awaiting_amend && pick(0, 2) == 0) {
      return apply(OrderAmended{order.id, order.amend_quantity, order.amend_price});
    }
    if (order.awaiting_cancel && pick(0, 2) == 0) {
      if (pick(0, 4) == 0) return apply(CancelRejected{order.id, reason});
      return apply(OrderCanceled{order.id});
    }
    if (order.purpose == Purpose::StopLoss && pick(0, 2) == 0) {
      return apply(OrderTriggered{order.id});
    }
    if (pick(0, 6) == 0) return apply(OrderExpired{order.id});
    if (order.remaining().is_zero()) return;
    apply(OrderFilled{.order = order.id,
                      .trade = TradeId{++trades_},
                      .quantity = random_quantity(order.remaining()),
                      .price = random_price()});
  }

  // The engine passes over prices inside the band, so the tests of prices are asked themselves,
  // with the price as mark and as last trade.
  void expect_no_exit(Price price) const {
    State state = engine_.state();
    InstrumentState& instrument = state.instrument(kCoin);
    instrument.mark = instrument.trade = price;
    instrument.mark_time = instrument.trade_time = now_;
    Output output;
    Turn turn(state, output);
    for (const bool is_mark : {true, false}) {
      for (Position& position : instrument.positions) test_prices(turn, position, is_mark);
    }
    consider_refill(turn, kCoin);
    RC_ASSERT(turn.touched().empty());
  }

  void expect_nothing(const EventBody& body) const {
    Engine engine = engine_;
    Output output;
    engine.apply({.sequence = next(engine.last_sequence()), .time = now_, .body = body}, output);
    RC_ASSERT(output.commands.empty());
    RC_ASSERT(output.bookings.empty());
    const State& before = engine_.state();
    State after = engine.state();
    after.last = before.last;
    InstrumentState& instrument = after.instrument(kCoin);
    const InstrumentState& was = before.instrument(kCoin);
    instrument.mark = was.mark;
    instrument.mark_time = was.mark_time;
    instrument.trade = was.trade;
    instrument.trade_time = was.trade_time;
    RC_ASSERT(digest_of(after) == digest_of(before));
  }

  Engine engine_;
  std::mt19937_64 random_;
  Timestamp now_;
  std::uint64_t trades_ = 0;
};

RC_GTEST_PROP(QuietBandProperty, APriceInsideCausesNothing, ()) {
  RandomRun run(*rc::gen::noShrink(rc::gen::arbitrary<std::uint64_t>()),
                *rc::gen::element(StrategyName::Signals, StrategyName::Refill));
  for (int step = 0; step < 200; ++step) {
    run.step();
    run.expect_quiet(run.inside());
    run.expect_quiet_at_targets();
  }
}

}  // namespace
}  // namespace tranchet

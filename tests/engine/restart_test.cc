// What a crash may leave half done with the venue's truth: a snapshot half received, a second one
// asked for and never sent. The connection that a restart makes heals both.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "engine/engine.h"
#include "tests/support/coin.h"

namespace tranchet {
namespace {

using namespace literals;

// One tranche of 1 bought at 100, stop and target resting.
class RestartTest : public testing::Test {
 protected:
  RestartTest() : engine_(Settings()) {
    apply(RunStarted{.account = 1});
    apply(Connected{Stream::User});
    apply(SnapshotStarted{});
    apply(SnapshotEnded{});
    apply(InstrumentListed{.tick_size = 0.1_px, .step_size = 0.1_qty, .instrument = kCoin});
    apply(MarkPrice{kCoin, 100_px});
    apply(EntrySignal{.quantity = 1_qty,
                      .instrument = kCoin,
                      .side = Side::Buy,
                      .order_type = OrderType::Market});
    const OrderId entry = submitted().front();
    apply(OrderFilled{.order = entry, .trade = TradeId{1}, .quantity = 1_qty, .price = 100_px});
    resting_ = submitted();
    for (const OrderId order : resting_) apply(OrderAccepted{order});
  }

  void apply(const EventBody& body) {
    output_.clear();
    engine_.apply({.sequence = next(engine_.last_sequence()),
                   .time = engine_.state().now + Duration::milliseconds(1),
                   .body = body},
                  output_);
  }
  std::vector<OrderId> submitted() const {
    std::vector<OrderId> orders;
    for (const Command& command : output_.commands) {
      if (const auto* order = std::get_if<SubmitOrder>(&command)) orders.push_back(order->order);
    }
    return orders;
  }
  bool asks_for_snapshot() const {
    return std::ranges::any_of(output_.commands, [](const Command& command) {
      return std::holds_alternative<RequestSnapshot>(command);
    });
  }
  Quantity held() const {
    return open_quantity(engine_.state().position({kCoin, PositionSide::Long}));
  }

  void report_position(Quantity quantity) {
    apply(PositionReported{.instrument = kCoin,
                           .position_side = PositionSide::Long,
                           .quantity = quantity,
                           .average_price = 100_px});
  }
  void report_orders() {
    for (const OrderId id : resting_) {
      const Order& order = engine_.state().order(id);
      apply(OrderReported{.order = id,
                          .instrument = kCoin,
                          .position_side = PositionSide::Long,
                          .order_type = order.type,
                          .side = order.side,
                          .quantity = order.quantity,
                          .limit_price = order.limit_price,
                          .stop_price = order.stop_price});
    }
  }
  void report_whole(Quantity quantity) {
    apply(SnapshotStarted{});
    report_position(quantity);
    report_orders();
    apply(SnapshotEnded{});
  }
  // The process ends here and another one goes on from the log, or from an image of the state.
  void restart() {
    auto engine = Engine::from_image(engine_.image());
    ASSERT_TRUE(engine);
    engine_ = std::move(*engine);
    apply(Connected{Stream::User});
  }

  Engine engine_;
  Output output_;
  std::vector<OrderId> resting_;
};

TEST_F(RestartTest, ASnapshotHalfReceivedIsAskedForAgainAndItsRowsAreForgotten) {
  apply(SnapshotStarted{});
  report_position(5_qty);
  restart();
  EXPECT_TRUE(asks_for_snapshot());
  report_whole(1_qty);
  EXPECT_FALSE(asks_for_snapshot()) << "what was half received made a difference";
  EXPECT_EQ(held(), 1_qty);
  EXPECT_FALSE(engine_.state().position({kCoin, PositionSide::Long}).difference);
}

TEST_F(RestartTest, TheSecondSnapshotOfADifferenceIsAskedForAgain) {
  report_whole(3_qty);
  ASSERT_TRUE(asks_for_snapshot()) << "one with live orders does not count by itself";
  EXPECT_EQ(held(), 1_qty);
  restart();
  EXPECT_TRUE(asks_for_snapshot()) << "the first request may never have left";
  report_whole(3_qty);
  EXPECT_EQ(held(), 3_qty) << "the second repeats it";
}

TEST_F(RestartTest, ADifferenceIsNotCountedTwiceOverARestart) {
  report_whole(3_qty);
  report_whole(3_qty);
  ASSERT_EQ(held(), 3_qty);
  for (const OrderId id : submitted()) resting_.push_back(id);
  restart();
  report_whole(3_qty);
  report_whole(3_qty);
  EXPECT_EQ(held(), 3_qty);
}

TEST_F(RestartTest, EntriesWaitForTheSnapshotOfTheNewConnection) {
  restart();
  EXPECT_FALSE(engine_.state().reconciled);
  report_whole(1_qty);
  EXPECT_TRUE(engine_.state().reconciled);
}

TEST_F(RestartTest, SetTimersAreStillSet) {
  apply(OrderExpired{resting_.front()});
  apply(OrderRejected{submitted().front(), RejectReason::Other});
  const auto timer = engine_.next_timer();
  ASSERT_TRUE(timer);
  restart();
  EXPECT_EQ(engine_.next_timer(), timer);
  apply(TimerFired{timer->second});
  EXPECT_FALSE(submitted().empty()) << "and what they are for is done";
}

}  // namespace
}  // namespace tranchet

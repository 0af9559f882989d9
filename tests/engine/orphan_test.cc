// Orders of ours that rest at the venue and that the books are done with, or never knew: orphans. A
// snapshot shows them, and they are cancelled.
#include <gtest/gtest.h>

#include <vector>

#include "engine/engine.h"
#include "tests/support/coin.h"

namespace tranchet {
namespace {

class BookWithOrphans {
 public:
  BookWithOrphans() : engine_(Settings(), 1) {
    apply(RunStarted{.account = 1});
    apply(InstrumentListed{.tick_size = Price::from_raw(kDecimalOne / 10),
                           .step_size = Quantity::from_raw(kDecimalOne / 10),
                           .instrument = kCoin});
    apply(MarkPrice{kCoin, Price::from_raw(100 * kDecimalOne)});
  }

  std::vector<Command> apply(const EventBody& body) {
    Output output;
    const Event event{next(engine_.last_sequence()), Timestamp::from_nanoseconds(1), body};
    engine_.apply(event, output);
    return output.commands;
  }

  // A snapshot in which one order rests and nothing is held; the orders it makes us cancel.
  std::vector<OrderId> cancelled_after_snapshot_with(OrderId order) {
    apply(SnapshotStarted{});
    apply(OrderReported{.order = order,
                        .instrument = kCoin,
                        .position_side = PositionSide::Long,
                        .order_type = OrderType::Limit,
                        .side = Side::Buy,
                        .quantity = Quantity::from_raw(kDecimalOne),
                        .limit_price = Price::from_raw(90 * kDecimalOne)});
    std::vector<OrderId> cancelled;
    for (const Command& command : apply(SnapshotEnded{})) {
      if (const auto* cancel = std::get_if<CancelOrder>(&command)) {
        cancelled.push_back(cancel->order);
      }
    }
    return cancelled;
  }

 private:
  Engine engine_;
};

OrderId limit_entry(BookWithOrphans& book) {
  EntrySignal signal;
  signal.instrument = kCoin;
  signal.side = Side::Buy;
  signal.order_type = OrderType::Limit;
  signal.limit_price = Price::from_raw(90 * kDecimalOne);
  for (const Command& command : book.apply(signal)) {
    if (const auto* submit = std::get_if<SubmitOrder>(&command)) return submit->order;
  }
  return OrderId::None;
}

TEST(Orphan, OneThatTheBooksAreDoneWithIsCancelled) {
  BookWithOrphans book;
  const OrderId entry = limit_entry(book);
  ASSERT_NE(entry, OrderId::None);
  book.apply(OrderAccepted{entry});
  book.apply(OrderCanceled{entry});
  EXPECT_EQ(book.cancelled_after_snapshot_with(entry), std::vector{entry});
}

TEST(Orphan, OneThatTheBooksNeverKnewIsCancelled) {
  BookWithOrphans book;
  const OrderId strange = make_order_id({.account = 1, .sequence = Sequence{77}});
  EXPECT_EQ(book.cancelled_after_snapshot_with(strange), std::vector{strange});
}

TEST(Orphan, OneThatStandsInTheBooksStays) {
  BookWithOrphans book;
  const OrderId entry = limit_entry(book);
  book.apply(OrderAccepted{entry});
  EXPECT_TRUE(book.cancelled_after_snapshot_with(entry).empty());
}

TEST(Orphan, AnotherPersonsOrderIsNotTouched) {
  BookWithOrphans book;
  EXPECT_TRUE(book.cancelled_after_snapshot_with(OrderId::None).empty());
}

}  // namespace
}  // namespace tranchet

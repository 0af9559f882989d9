// An order of ours that rests at the venue otherwise than the books say: an amend that was given up
// as lost has come after all, behind the answer to our question and the next amend.
#include <gtest/gtest.h>

#include <vector>

#include "engine/engine.h"
#include "tests/support/coin.h"

namespace tranchet {
namespace {

using namespace literals;

// Long 1 at 100 without a stop; its take-profit rests for 1 at 101.
class BookWithTarget {
 public:
  explicit BookWithTarget(std::uint32_t schema) : engine_(settings(), 1) {
    apply(RunStarted{.schema = schema, .account = 1});
    apply(InstrumentListed{.tick_size = 1_px, .step_size = 1_qty, .instrument = kCoin});
    apply(MarkPrice{kCoin, 100_px});
    const auto entry =
        submitted(apply(EntrySignal{.quantity = 1_qty, .instrument = kCoin, .side = Side::Buy}));
    target_ = submitted(apply(OrderFilled{.order = entry,
                                          .trade = TradeId{1},
                                          .quantity = 1_qty,
                                          .price = 100_px,
                                          .instrument = kCoin,
                                          .position_side = PositionSide::Long,
                                          .side = Side::Buy}));
    apply(OrderAccepted{target_});
  }

  std::vector<Command> apply(const EventBody& body) {
    Output output;
    const Event event{next(engine_.last_sequence()), Timestamp::from_nanoseconds(1), body};
    engine_.apply(event, output);
    return output.commands;
  }
  // What follows from a snapshot in which the target rests like this.
  std::vector<Command> snapshot(Quantity total, Price limit) {
    apply(SnapshotStarted{});
    apply(PositionReported{.instrument = kCoin,
                           .position_side = PositionSide::Long,
                           .quantity = 1_qty,
                           .average_price = 100_px});
    apply(OrderReported{.order = target_,
                        .instrument = kCoin,
                        .position_side = PositionSide::Long,
                        .order_type = OrderType::Limit,
                        .side = Side::Sell,
                        .quantity = total,
                        .limit_price = limit});
    return apply(SnapshotEnded{});
  }
  OrderId target() const { return target_; }

 private:
  static Settings settings() {
    Settings settings;
    settings.set(Setting::StopLossEnabled, InstrumentId::None, 0);
    settings.set(Setting::CanAmend, InstrumentId::None, 1);
    return settings;
  }
  static OrderId submitted(const std::vector<Command>& commands) {
    for (const Command& command : commands) {
      if (const auto* submit = std::get_if<SubmitOrder>(&command)) return submit->order;
    }
    return OrderId::None;
  }

  Engine engine_;
  OrderId target_{};
};

template <class T>
const T* only(const std::vector<Command>& commands) {
  return commands.size() == 1 ? std::get_if<T>(&commands.front()) : nullptr;
}

TEST(RestingTerms, ThatTheBooksHaveAreNotAskedAbout) {
  BookWithTarget book(kRestingTermsAsked);
  EXPECT_TRUE(book.snapshot(1_qty, 101_px).empty());
}

TEST(RestingTerms, OfAnotherQuantityOrPriceAreAskedAboutAndPutRight) {
  const std::pair<Quantity, Price> others[] = {{2_qty, 101_px}, {1_qty, 103_px}};
  for (const auto& [total, limit] : others) {
    BookWithTarget book(kRestingTermsAsked);
    const std::vector<Command> asked = book.snapshot(total, limit);
    ASSERT_NE(only<QueryOrder>(asked), nullptr);
    EXPECT_EQ(only<QueryOrder>(asked)->order, book.target());
    const std::vector<Command> righted = book.apply(QueryAnswered{.order = book.target(),
                                                                  .status = QueryStatus::New,
                                                                  .filled_quantity = Quantity(),
                                                                  .quantity = total,
                                                                  .limit_price = limit});
    ASSERT_NE(only<AmendOrder>(righted), nullptr);
    EXPECT_EQ(only<AmendOrder>(righted)->quantity, 1_qty);
    EXPECT_EQ(only<AmendOrder>(righted)->limit_price, 101_px);
  }
}

TEST(RestingTerms, AreNotAskedAboutWhileAQuestionIsOpen) {
  BookWithTarget book(kRestingTermsAsked);
  ASSERT_NE(only<QueryOrder>(book.snapshot(2_qty, 101_px)), nullptr);
  EXPECT_TRUE(book.snapshot(2_qty, 101_px).empty());
}

TEST(RestingTerms, AreBelievedInLogsOfAnEarlierSchema) {
  BookWithTarget book(kCommandsApart);
  EXPECT_TRUE(book.snapshot(2_qty, 101_px).empty());
}

}  // namespace
}  // namespace tranchet

// Funding of a book, shared by open quantity. No command shows it: the bookings do.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/engine.h"
#include "tests/support/coin.h"

namespace tranchet {
namespace {

using namespace literals;

class FundedBook {
 public:
  FundedBook() : engine_(settings()) {
    apply(RunStarted{.account = 1});
    apply(InstrumentListed{.tick_size = 0.1_px, .step_size = 0.1_qty, .instrument = kCoin});
  }

  // An entry at `price`, filled whole.
  void buy(Quantity quantity, Price price) {
    apply(MarkPrice{kCoin, price});
    const Output sent = apply(EntrySignal{.quantity = quantity,
                                          .instrument = kCoin,
                                          .side = Side::Buy,
                                          .order_type = OrderType::Market});
    const auto& order = std::get<SubmitOrder>(sent.commands.at(0));
    apply(OrderFilled{
        .order = order.order, .trade = TradeId{++trades_}, .quantity = quantity, .price = price});
  }

  // "1: -0.6; 2: -0.3", by tranche id; "0" where nothing was open.
  std::string funding(Money amount) {
    const Output output = apply(FundingPaid{kCoin, PositionSide::Long, amount});
    EXPECT_TRUE(output.commands.empty());
    std::string text;
    for (const Booking& booking : output.bookings) {
      const auto& funded = std::get<FundingBooked>(booking);
      text += (text.empty() ? "" : "; ") +
              std::to_string(static_cast<std::uint64_t>(funded.tranche_id)) + ": " +
              to_text(funded.amount);
    }
    return text;
  }

 private:
  static Settings settings() {
    Settings settings;
    settings.set(Setting::StopLoss, InstrumentId::None, 200'000);
    return settings;
  }
  Output apply(const EventBody& body) {
    Output output;
    engine_.apply({.sequence = next(engine_.last_sequence()), .body = body}, output);
    return output;
  }

  Engine engine_;
  std::uint64_t trades_ = 0;
};

TEST(Funding, IsSharedByOpenQuantity) {
  FundedBook book;
  book.buy(2_qty, 100_px);
  book.buy(1_qty, 95_px);
  EXPECT_EQ(book.funding(-0.9_usd), "1: -0.6; 2: -0.3");
  EXPECT_EQ(book.funding(0.9_usd), "1: 0.6; 2: 0.3");
}

TEST(Funding, WhatDoesNotDivideGoesToTheNewest) {
  FundedBook book;
  book.buy(2_qty, 100_px);
  book.buy(1_qty, 95_px);
  EXPECT_EQ(book.funding(0.00000001_usd), "1: 0; 2: 0.00000001");
  // floor(-1 x 2 / 3) = -1 count: nothing is left for the newest.
  EXPECT_EQ(book.funding(-0.00000001_usd), "1: -0.00000001; 2: 0");
}

TEST(Funding, OfAFlatBookIsNobodys) {
  FundedBook book;
  EXPECT_EQ(book.funding(0.5_usd), "0: 0.5");
}

}  // namespace
}  // namespace tranchet

// Indian charges to the paisa, on paper and at the venue.
#include <gtest/gtest.h>

#include "backtest/venue/charges.h"
#include "tests/backtest/venue/venue_story.h"

namespace tranchet {
namespace {

using namespace literals;

// SBIN, intraday, bought 100 at 600 (60'000) and sold at 606 (60'600), by hand:
//
//               bought                          sold
//   brokerage   0.03 % = 18.00                  0.03 % = 18.18
//   STT         -                               0.025 % = 15.15
//   exchange    0.00297 % = 1.782 -> 1.78       1.79982 -> 1.80
//   SEBI        0.0001 % = 0.06                 0.0606 -> 0.06
//   stamp       0.003 % = 1.80                  -
//   GST         18 % of 19.84 = 3.5712 -> 3.57  18 % of 20.04 = 3.6072 -> 3.61
//   together    25.21                           38.80
TEST(IndianCharges, OfAnIntradayRoundTripAreThoseOfTheContractNote) {
  const ChargeRates rates = charge_rates(Segment::Intraday);
  const Charges bought = charges_on(rates, Side::Buy, value_of(600_px, 100_qty));
  EXPECT_EQ(bought, (Charges{.brokerage = 18_usd,
                             .exchange = 1.78_usd,
                             .sebi = 0.06_usd,
                             .stamp = 1.8_usd,
                             .gst = 3.57_usd}));
  EXPECT_EQ(bought.total(), 25.21_usd);
  const Charges sold = charges_on(rates, Side::Sell, value_of(606_px, 100_qty));
  EXPECT_EQ(sold, (Charges{.brokerage = 18.18_usd,
                           .stt = 15.15_usd,
                           .exchange = 1.8_usd,
                           .sebi = 0.06_usd,
                           .gst = 3.61_usd}));
  EXPECT_EQ(sold.total(), 38.8_usd);
}

// One lakh of each, bought and sold; of options the premium.
TEST(IndianCharges, DifferBySegment) {
  struct Row {
    Segment segment;
    Charges bought, sold;
  };
  const Row rows[] = {
      {Segment::Delivery,
       {.brokerage = 20_usd,
        .stt = 100_usd,
        .exchange = 2.97_usd,
        .sebi = 0.1_usd,
        .stamp = 15_usd,
        .gst = 4.15_usd},
       {.brokerage = 20_usd,
        .stt = 100_usd,
        .exchange = 2.97_usd,
        .sebi = 0.1_usd,
        .gst = 4.15_usd}},
      {Segment::Futures,
       {.brokerage = 20_usd,
        .exchange = 1.73_usd,
        .sebi = 0.1_usd,
        .stamp = 2_usd,
        .gst = 3.93_usd},
       {.brokerage = 20_usd,
        .stt = 20_usd,
        .exchange = 1.73_usd,
        .sebi = 0.1_usd,
        .gst = 3.93_usd}},
      {Segment::Options,
       {.brokerage = 20_usd,
        .exchange = 35.03_usd,
        .sebi = 0.1_usd,
        .stamp = 3_usd,
        .gst = 9.92_usd},
       {.brokerage = 20_usd,
        .stt = 100_usd,
        .exchange = 35.03_usd,
        .sebi = 0.1_usd,
        .gst = 9.92_usd}},
  };
  const Value lakh = value_of(100_px, 1'000_qty);
  for (const Row& row : rows) {
    EXPECT_EQ(charges_on(charge_rates(row.segment), Side::Buy, lakh), row.bought);
    EXPECT_EQ(charges_on(charge_rates(row.segment), Side::Sell, lakh), row.sold);
  }
}

TEST(IndianCharges, BrokerageIsTheLowerOfShareAndLimit) {
  const ChargeRates rates = charge_rates(Segment::Intraday);
  const auto brokerage = [&](Quantity quantity) {
    return charges_on(rates, Side::Buy, value_of(100_px, quantity)).brokerage;
  };
  EXPECT_EQ(brokerage(1_qty), 0.03_usd);
  EXPECT_EQ(brokerage(666_qty), 19.98_usd);
  EXPECT_EQ(brokerage(667_qty), 20_usd);
  EXPECT_EQ(brokerage(10'000_qty), 20_usd);
}

SimulationParameters with_charges() {
  SimulationParameters parameters = story_parameters();
  parameters.initial_balance = 1'000'000_usd;
  parameters.terms.charges = charge_rates(Segment::Intraday);
  return parameters;
}

TEST(VenueCharges, TakeThePlaceOfFees) {
  VenueStory story(with_charges());
  story.send("Buy Long Market 100");  // 10'000 and, at 110, 11'000.
  story.prices("t110");
  story.send("Sell Long Market 100");
  story.answers();
  const ChargeRates rates = charge_rates(Segment::Intraday);
  Charges both = charges_on(rates, Side::Buy, value_of(100_px, 100_qty));
  both += charges_on(rates, Side::Sell, value_of(110_px, 100_qty));
  EXPECT_EQ(story.venue().charges(), both);
  EXPECT_EQ(story.venue().balance(), 1'000'000_usd + 1'000_usd - both.total());
}

// The limit of brokerage is per order: fills of one order share it, each bears what it adds.
TEST(VenueCharges, AreOfTheOrderHoweverManyFillsItHas) {
  SimulationParameters parameters = with_charges();
  parameters.take_share = kPpmOne;
  VenueStory story(parameters);
  story.send("Buy Long Limit 1000 at 99");
  story.prices("t99*300 t99*300 t99*400");
  EXPECT_EQ(story.answers(),
            "Accepted; Filled 300 @ 99 Maker; Filled 300 @ 99 Maker; Filled 400 @ 99 Maker");
  EXPECT_EQ(story.venue().charges(),
            charges_on(charge_rates(Segment::Intraday), Side::Buy, value_of(99_px, 1'000_qty)));
  EXPECT_EQ(story.venue().charges().brokerage, 20_usd);
}

}  // namespace
}  // namespace tranchet

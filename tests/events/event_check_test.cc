// Values that no venue and no person can mean are named where events enter.
#include "events/event_check.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/coin.h"

namespace tranchet {
namespace {

using namespace literals;

constexpr OrderId kOrder{1};

struct FlawRow {
  EventBody body;
  const char* flaw;
};
class Flaw : public testing::TestWithParam<FlawRow> {};

TEST_P(Flaw, IsNamed) {
  EXPECT_EQ(flaw_in(GetParam().body), GetParam().flaw);
}

const InstrumentListed kListed{.tick_size = 0.1_px, .step_size = 0.1_qty, .instrument = kCoin};

InstrumentListed listed(auto change) {
  InstrumentListed rules = kListed;
  change(rules);
  return rules;
}
OrderFilled filled(Quantity quantity, Price price) {
  return {.order = kOrder, .trade = TradeId{1}, .quantity = quantity, .price = price};
}

CandleClosed candle(auto change) {
  CandleClosed closed{
      .instrument = kCoin, .seconds = 60, .open = 2_px, .high = 3_px, .low = 1_px, .close = 2_px};
  change(closed);
  return closed;
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Flaw,
    testing::Values(
        FlawRow{kListed, ""},
        FlawRow{listed([](auto& r) { r.tick_size = Price(); }), "tick_size must be above 0"},
        FlawRow{listed([](auto& r) { r.step_size = -1_qty; }), "step_size must be above 0"},
        FlawRow{listed([](auto& r) { r.min_quantity = -1_qty; }),
                "min_quantity must not be negative"},
        FlawRow{listed([](auto& r) { r.max_quantity = -1_qty; }),
                "max_quantity must not be negative"},
        FlawRow{listed([](auto& r) { r.market_max_quantity = -1_qty; }),
                "market_max_quantity must not be negative"},
        FlawRow{listed([](auto& r) { r.min_notional = -1_usd; }),
                "min_notional must not be negative"},
        FlawRow{MarkPrice{kCoin, 0_px}, "price must be above 0"}, FlawRow{candle([](auto&) {}), ""},
        FlawRow{candle([](auto& c) { c.seconds = 0; }), "seconds must be above 0"},
        FlawRow{candle([](auto& c) { c.low = Price(); }), "low must be above 0"},
        FlawRow{candle([](auto& c) { c.high = 1.5_px; }),
                "open and close must lie within low and high"},
        FlawRow{candle([](auto& c) { c.close = 0.5_px; }),
                "open and close must lie within low and high"},
        FlawRow{candle([](auto& c) { c.volume = -1_qty; }), "volume must not be negative"},
        FlawRow{MarkPrice{kCoin, 0.00000001_px}, ""},
        FlawRow{TradePrinted{.instrument = kCoin, .quantity = 0_qty, .price = 1_px}, ""},
        FlawRow{TradePrinted{.instrument = kCoin, .price = -1_px}, "price must be above 0"},
        FlawRow{TradePrinted{.instrument = kCoin, .quantity = -1_qty, .price = 1_px},
                "quantity must not be negative"},
        FlawRow{filled(1_qty, 1_px), ""}, FlawRow{filled(0_qty, 1_px), "quantity must be above 0"},
        FlawRow{filled(1_qty, 0_px), "price must be above 0"},
        FlawRow{filled(90'000'000'000_qty, 2_px), "price x quantity is out of range"},
        FlawRow{OrderAmended{kOrder, 0_qty, 1_px}, "quantity must be above 0"},
        FlawRow{OrderAmended{kOrder, 1_qty, 0_px}, "limit_price must be above 0"},
        FlawRow{QueryAnswered{.order = kOrder, .status = QueryStatus::New}, ""},
        FlawRow{QueryAnswered{.order = kOrder,
                              .status = QueryStatus::New,
                              .filled_quantity = 0_qty,
                              .average_price = 0_px,
                              .limit_price = 0_px},
                ""},
        FlawRow{
            QueryAnswered{.order = kOrder, .status = QueryStatus::New, .filled_quantity = -1_qty},
            "filled_quantity must not be negative"},
        FlawRow{CloseRequested{.reason = ExitReason::Manual}, ""},
        FlawRow{CloseRequested{.reason = ExitReason::TakeProfit},
                "reason must be ModelClose, Manual or Emergency"},
        FlawRow{ConfigChanged{Setting::TakeProfit, InstrumentId::None, 0},
                "take_profit_pct is out of range"},
        FlawRow{ConfigChanged{Setting::MaxTotalValue, kCoin, 5},
                "max_total_value cannot be set for one instrument"},
        FlawRow{ConfigChanged{Setting::TakeProfit, kCoin, 8'000}, ""},
        FlawRow{ProtectionRequested{.instrument = kCoin, .take_profit_price = 0_px},
                "take_profit must be above 0"},
        // An entry is the engine's to judge: a bad one is refused, not unreadable.
        FlawRow{EntrySignal{.quantity = 0_qty, .instrument = kCoin}, ""}));

}  // namespace
}  // namespace tranchet

// The parsers, on every sample: what is said, what is missing, and what must not be believed.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "adapters/aster/instrument_rules.h"
#include "adapters/aster/market_feed.h"
#include "adapters/aster/rest_messages.h"
#include "adapters/aster/user_messages.h"
#include "tests/adapters/aster/samples.h"
#include "tests/support/market_history.h"

namespace tranchet::aster {
namespace {

using namespace literals;

class MarketStream : public testing::Test {
 protected:
  MarketStream() {
    names_.instrument("BTCUSDT");
    names_.instrument("PAIRUSDT");
    feed_.emplace(names_);
  }
  std::vector<EventBody> read(std::string_view text) {
    std::vector<EventBody> out;
    flaw_ = feed_->read(text, out);
    return out;
  }
  template <class Event>
  Event only(std::string_view text) {
    const auto out = read(text);
    EXPECT_EQ(flaw_, "");
    if (out.empty() || !std::holds_alternative<Event>(out.front())) {
      ADD_FAILURE() << "no such event from " << text;
      return Event{};
    }
    return std::get<Event>(out.front());
  }

  Names names_;
  std::optional<MarketFeed> feed_;
  std::string flaw_;
};

// The rate is an event when it was paid: when the time of the next payment has moved on.
TEST_F(MarketStream, MarkPricesAndFundingWhenItIsPaid) {
  const auto replaced = [](std::string_view text, std::string_view what, std::string_view by) {
    std::string result(text);
    return result.replace(result.find(what), what.size(), by);
  };
  auto out = read(kMarkPrices);
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(std::get<MarkPrice>(out[0]).price, 11'185.87786614_px);
  EXPECT_EQ(read(replaced(kMarkPrices, "0.00030000", "0.00020000")).size(), 1U);
  const std::string next = replaced(replaced(kMarkPrices, "1562306400000", "1562335200000"),
                                    "0.00030000", "0.00070000");
  out = read(next);
  ASSERT_EQ(out.size(), 2U);
  EXPECT_EQ(std::get<FundingRate>(out[1]).rate, 20'000);
  EXPECT_EQ(read(next).size(), 1U);
  read(replaced(kMarkPrices, ",\"T\":1562306400000", ""));
  EXPECT_NE(flaw_.find("T is not the time of the next funding"), std::string::npos) << flaw_;
  EXPECT_EQ(only<MarkPrice>(kRecordedMarkPrice).price, 116'809.6_px);
}

TEST_F(MarketStream, TradesSayWhoTook) {
  const auto trade = only<TradePrinted>(kAggTrade);
  EXPECT_EQ(trade.price, 0.001_px);
  EXPECT_EQ(*trade.quantity, 100_qty);
  EXPECT_EQ(trade.aggressor, static_cast<std::uint8_t>(Side::Sell));  // The buyer was the maker.
}

TEST_F(MarketStream, LiquidationsAtTheirAveragePrice) {
  const auto printed = only<LiquidationPrinted>(kRecordedForceOrder);
  EXPECT_EQ(printed.average_price, 0.0044461_px);
  EXPECT_EQ(printed.quantity, 28'448_qty);
  EXPECT_EQ(printed.side, Side::Sell);
  EXPECT_EQ(only<LiquidationPrinted>(kForceOrder).quantity, 0.014_qty);
}

TEST_F(MarketStream, BookTopAndCombinedStreams) {
  const std::string wrapped =
      R"({"stream":"btcusdt@bookTicker","data":)" + std::string(kRecordedBookTicker) + "}";
  EXPECT_EQ(only<BookTop>(wrapped).ask_quantity, 0.001_qty);
  const std::string marks =
      R"({"stream":"!markPrice@arr@1s","data":)" + std::string(kMarkPrices) + "}";
  EXPECT_EQ(only<MarkPrice>(marks).price, 11'185.87786614_px);
}

TEST_F(MarketStream, WhatIsNotOursIsPassedOver) {
  EXPECT_TRUE(read(kRecordedTicker).empty());
  EXPECT_TRUE(read(R"({"result":null,"id":1})").empty());
  EXPECT_EQ(flaw_, "");
}

TEST_F(MarketStream, FlawsAreNamed) {
  read(R"({"e":"markPriceUpdate","s":"BTCUSDT","p":"1x"})");
  EXPECT_NE(flaw_.find("markPriceUpdate of BTCUSDT: p \"1x\""), std::string::npos) << flaw_;
  read(R"({"e":"aggTrade","s":"BTCUSDT","q":"1"})");
  EXPECT_EQ(flaw_, "aggTrade of BTCUSDT: p is missing");
  for (const std::string_view text : {"", "{", "[1]", "{}x", "\xff\xfe", "[[[[", "null"}) {
    std::vector<EventBody> out;
    EXPECT_NE(feed_->read(text, out), "") << text;
    EXPECT_TRUE(out.empty());
  }
}

TEST_F(MarketStream, NinthDecimalsAreCutOffAndZeroIsNoPrice) {
  EXPECT_EQ(only<MarkPrice>(R"({"e":"markPriceUpdate","s":"BTCUSDT","p":"0.0000123456"})").price,
            0.00001234_px);
  EXPECT_TRUE(read(R"({"e":"markPriceUpdate","s":"BTCUSDT","p":"0"})").empty());
  EXPECT_EQ(flaw_, "");
}

// ---- The user stream.

template <class Message>
Message user(std::string_view text) {
  const auto read = read_user_message(text);
  EXPECT_TRUE(read.has_value()) << read.error();
  if (!read || !std::holds_alternative<Message>(*read)) {
    ADD_FAILURE() << "another message: " << text;
    return Message{};
  }
  return std::get<Message>(*read);
}

TEST(UserStream, EverySample) {
  const auto order = user<OrderUpdate>(kOrderUpdate);
  EXPECT_EQ(order.order, 8'886'774);
  EXPECT_EQ(order.client_id, "TEST");
  EXPECT_TRUE(order.is_conditional);
  EXPECT_FALSE(order.is_triggered);
  EXPECT_EQ(order.position_side, SideOfPosition::Long);
  EXPECT_EQ(order.time, 1'568'879'465'650);
  const auto account = user<AccountUpdate>(kAccountUpdate);
  EXPECT_EQ(account.balance_change, 50.12345678_usd);
  ASSERT_EQ(account.positions.size(), 3U);
  EXPECT_EQ(account.positions[2].amount, -10_qty);
  EXPECT_EQ(user<AccountUpdate>(kRecordedAccountUpdate).reason, "ORDER");
  EXPECT_EQ(user<MarginCall>(kMarginCall).symbols, std::vector<std::string>{"ETHUSDT"});
  EXPECT_EQ(user<LeverageChanged>(kLeverageUpdate).leverage, 25);
  EXPECT_TRUE(user<AccountModeChanged>(kModeUpdate).hedge);
  user<ListenKeyExpired>(kListenKeyExpired);
  EXPECT_EQ(user<OtherMessage>(R"({"e":"SOMETHING_NEW","x":{"deep":[1]}})").kind, "SOMETHING_NEW");
}

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string result(text);
  const std::size_t at = result.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return result.replace(at, from.size(), to);
}

TEST(UserStream, ATriggeredStopIsAMarketOrderNow) {
  const auto order = user<OrderUpdate>(
      replaced(kOrderUpdate, R"("o":"TRAILING_STOP_MARKET","f")", R"("o":"MARKET","f")"));
  EXPECT_TRUE(order.is_triggered);
}

TEST(UserStream, MissingAndWrongFieldsAreNamed) {
  const auto error = [](std::string_view text) { return read_user_message(text).error(); };
  EXPECT_EQ(error(replaced(kOrderUpdate, R"("X":"NEW",)", "")), "o.X is missing");
  EXPECT_EQ(error(replaced(kOrderUpdate, R"("z":"0")", R"("z":"NaN")")),
            "o.z \"NaN\" is not a number");
  EXPECT_EQ(error(replaced(kOrderUpdate, R"("S":"SELL")", R"("S":"HOLD")")),
            "o.S is neither BUY nor SELL");
  EXPECT_EQ(error(replaced(kOrderUpdate, R"("x":"NEW")", R"("x":"TRADE")")),
            "o.l of a trade must be above 0");
  EXPECT_EQ(error(R"({"e":"ORDER_TRADE_UPDATE","E":1,"T":1})"), "o is missing");
  EXPECT_NE(error("[" + std::string(40, '[')).find("not JSON"), std::string::npos);
}

TEST(UserStream, NumbersAreNeverRounded) {
  const auto order =
      user<OrderUpdate>(replaced(kOrderUpdate, R"("q":"0.001")", R"("q":90071992547.40993217)"));
  EXPECT_EQ(order.quantity.raw(), 9'007'199'254'740'993'217);  // Not representable as a double.
}

// ---- REST.

constexpr std::string_view kOrder =
    R"({"clientOrderId":"T1S4N0A0","cumQty":"0","cumQuote":"0","executedQty":"0.5","orderId":22542,)"
    R"("avgPrice":"9.1","origQty":"10","price":"9.2","reduceOnly":false,"side":"BUY",)"
    R"("positionSide":"SHORT","status":"PARTIALLY_FILLED","stopPrice":"0","closePosition":false,)"
    R"("symbol":"BTCUSDT","timeInForce":"GTC","type":"LIMIT","origType":"LIMIT",)"
    R"("updateTime":1566818724722,"workingType":"CONTRACT_PRICE","priceProtect":false})";

TEST(Rest, OrdersAndBatches) {
  const auto order = read_order(kOrder);
  ASSERT_TRUE(order.has_value()) << order.error();
  EXPECT_EQ(*order->limit_price, 9.2_px);
  EXPECT_FALSE(order->stop_price.has_value());
  EXPECT_EQ(order->filled, 0.5_qty);
  EXPECT_EQ(order->time, 1'566'818'724'722);
  const auto batch = read_batch("[" + std::string(kOrder) +
                                R"(,{"code":-2022,"msg":"ReduceOnly Order is rejected."}])");
  ASSERT_TRUE(batch.has_value());
  EXPECT_TRUE((*batch)[0].order.has_value());
  EXPECT_EQ((*batch)[1].error.code, -2022);
  EXPECT_EQ(read_orders("[{}]").error(), "row 1: symbol is missing");
  EXPECT_EQ(read_error(R"({"code":-1121,"msg":"Invalid symbol."})")->code, -1121);
  EXPECT_FALSE(read_error(kOrder).has_value());
  EXPECT_FALSE(read_error("<html>").has_value());
}

TEST(Rest, TheAccount) {
  const auto positions = read_positions(
      R"([{"symbol":"BTCUSDT","positionAmt":"-0.5","entryPrice":"9000.5","leverage":"10",)"
      R"("positionSide":"SHORT","updateTime":17,"marginType":"cross"}])");
  ASSERT_TRUE(positions.has_value()) << positions.error();
  EXPECT_EQ(positions->front().amount, -0.5_qty);
  EXPECT_EQ(positions->front().leverage, 10);
  EXPECT_EQ(*read_balance(R"([{"asset":"BNB","balance":"1"},{"asset":"USDT","balance":"2.5"}])"),
            2.5_usd);
  const auto trades = read_trades(
      R"([{"buyer":false,"commission":"-0.07","commissionAsset":"USDT","id":698759,"maker":true,)"
      R"("orderId":25851813,"price":"7819.01","qty":"0.002","quoteQty":"15.6","side":"SELL",)"
      R"("positionSide":"LONG","symbol":"BTCUSDT","time":1569514978020}])");
  ASSERT_TRUE(trades.has_value()) << trades.error();
  EXPECT_EQ(trades->front().fee, -0.07_usd);
  EXPECT_EQ(*read_server_time(R"({"serverTime":1499827319559})"), 1'499'827'319'559);
  EXPECT_EQ(*read_listen_key(R"({"listenKey":"pqia91ma19a5s61cv6a81va65sd"})"),
            "pqia91ma19a5s61cv6a81va65sd");
  EXPECT_FALSE(read_listen_key(R"({"listenKey":"a/../b"})").has_value());
  EXPECT_TRUE(*read_dual_side(R"({"dualSidePosition":true})"));
  EXPECT_TRUE(*read_dual_side(R"({"dualSidePosition":"true"})"));
}

// ---- exchangeInfo.

std::string symbol_json(std::string_view symbol, std::string_view tick,
                        std::string_view status = "TRADING") {
  return R"({"symbol":")" + std::string(symbol) + R"(","status":")" + std::string(status) +
         R"(","pricePrecision":3,"quantityPrecision":2,"filters":[{"filterType":"PRICE_FILTER",)" +
         R"("tickSize":")" + std::string(tick) +
         R"("},{"filterType":"LOT_SIZE","stepSize":"0.01"}]})";
}

class Rules : public testing::Test {
 protected:
  Rules() {
    InstrumentListed listed{.tick_size = 0.01_px, .step_size = 0.01_qty};
    listed.symbol = names_.intern("AUSDT");
    listed.instrument = names_.instrument("AUSDT");
    book_.emplace(std::vector{listed}, names_);
  }
  InstrumentRulesBook::Change take(const std::string& symbols) {
    auto info = parse_exchange_info(R"({"symbols":[)" + symbols + "]}");
    EXPECT_TRUE(info.has_value());
    return book_->take(std::move(*info));
  }
  Names names_;
  std::optional<InstrumentRulesBook> book_;
};

TEST_F(Rules, ChangedFiltersAreAnEventOnce) {
  EXPECT_TRUE(take(symbol_json("AUSDT", "0.01")).events.empty());
  const auto change = take(symbol_json("AUSDT", "0.001"));
  ASSERT_EQ(change.events.size(), 1U);
  EXPECT_EQ(std::get<InstrumentListed>(change.events[0]).tick_size, 0.001_px);
  EXPECT_TRUE(take(symbol_json("AUSDT", "0.001")).events.empty());
}

TEST_F(Rules, ATickOfZeroIsThePrecision) {
  const auto change = take(symbol_json("AUSDT", "0"));
  ASSERT_EQ(change.events.size(), 1U);
  EXPECT_EQ(std::get<InstrumentListed>(change.events[0]).tick_size, 0.001_px);
}

TEST_F(Rules, ASymbolThatEndsTakesNoEntries) {
  const auto settling = take(symbol_json("AUSDT", "0.01", "SETTLING"));
  ASSERT_EQ(settling.events.size(), 1U);
  const auto& changed = std::get<ConfigChanged>(settling.events[0]);
  EXPECT_EQ(changed.setting, Setting::EntriesAllowed);
  EXPECT_EQ(changed.value, 0);
  EXPECT_EQ(settling.faults.size(), 1U);
  EXPECT_EQ(std::get<ConfigChanged>(take(symbol_json("AUSDT", "0.01")).events.at(0)).value, 1);
  EXPECT_EQ(std::get<ConfigChanged>(take(symbol_json("BUSDT", "0.01")).events.at(0)).value, 0);
}

TEST_F(Rules, ABadSymbolHidesNoOther) {
  const auto change = take(symbol_json("BUSDT", "x") + "," + symbol_json("AUSDT", "0.1"));
  ASSERT_EQ(change.events.size(), 1U);
  ASSERT_EQ(change.faults.size(), 1U);
  EXPECT_NE(change.faults[0].find("BUSDT: tickSize \"x\""), std::string::npos);
}

TEST(ExchangeInfo, TheRealOne) {
  const auto file = market_history() / "exchange_info/aster_futures_exchangeInfo_20260112.json";
  std::ifstream in(file);
  if (!in) GTEST_SKIP() << "no " << file << "; set TRANCHET_MARKET_DATA";
  std::stringstream text;
  text << in.rdbuf();
  const auto info = parse_exchange_info(text.str());
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(info->symbols.size(), 290U);
  EXPECT_TRUE(info->flaws.empty());
  const auto limits = read_limits(text.str());
  ASSERT_TRUE(limits.has_value());
  EXPECT_EQ(limits->weight_per_minute, 2'400U);
  EXPECT_EQ(limits->orders_per_minute, 1'200U);
  EXPECT_EQ(limits->orders_per_10_seconds, 300U);
}

}  // namespace
}  // namespace tranchet::aster

// The front desk without sockets: who may come in, what is refused with which code, what becomes of
// orders, and what streams say.
#include "adapters/aster/server/front_desk.h"

#include <gtest/gtest.h>

#include "adapters/aster/server/signatures.h"
#include "tests/adapters/aster/server/trader.h"

namespace tranchet::aster_venue {
namespace {

std::string header_of(const DeskAnswer& answer, std::string_view name) {
  for (const auto& [key, value] : answer.headers) {
    if (key == name) return value;
  }
  return "";
}

constexpr std::string_view kLimit =
    "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.1&price=44000";

// ---- Who it is.

TEST(Signatures, RecoverTheSignerOfThePublishedVector) {
  const std::string message =
      "symbol=ASTERUSDT&type=LIMIT&side=BUY&timeInForce=GTC&quantity=20&price=0.5"
      "&nonce=1748310859508867&user=0x63DD5aCC6b1aa0f563956C0e534DD30B6dcF7C4e"
      "&signer=0x21cF8Ae13Bb72632562c6Fff438652Ba1a151bb0";
  const std::string main_net =
      "0x0a56c5923ebf3524475c5f631940ec4c0e41dbd300ad28198d1915d8f3ca49ce"
      "26fd1aeb8b0c3079133595da0de38322ae7e860e0c76d032c4a491d27c1430b01c";
  const std::string test_net =
      "0xf91e000376f360c1661cf0fbc79a816e915dce485c616bd49c5e35c6cbc5ba50"
      "42ccf75a2bffd282676dbf698087a73982bfd1491a993eeedc276f6827c94a8c1c";
  const std::string signer = lower_case(kExampleSigner);
  EXPECT_EQ(recover_signer(message, main_net, 1666), signer);
  EXPECT_EQ(recover_signer(message, test_net, 714), signer);
  EXPECT_NE(recover_signer(message, main_net, 714), signer);
  EXPECT_NE(recover_signer(message + " ", main_net, 1666), signer);
  for (const std::string_view bad : {"", "0x", "0x00", "no hex at all"}) {
    EXPECT_EQ(recover_signer(message, bad, 1666), std::nullopt);
  }
}

TEST(Signatures, HmacOfThePublishedVector) {
  const std::string_view message =
      "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC&recvWindow=5000"
      "&timestamp=1591702613943";
  const std::string_view secret =
      "2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9";
  const std::string_view digest =
      "3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9";
  EXPECT_TRUE(hmac_matches(secret, message, digest));
  EXPECT_FALSE(hmac_matches(secret, message, "3c66"));
  EXPECT_FALSE(hmac_matches("other", message, digest));
}

TEST(FrontDeskTest, LetsInWhoSignsByV3AndNobodyElse) {
  Trader trader;
  EXPECT_EQ(trader.ask("GET", "balance").status, 200U);
  const std::string target = "/fapi/v3/balance?";
  // Another's key, behind the signer's name.
  const std::string stranger(64, '1');
  EXPECT_EQ(code_of(trader.send("GET", target + signed_form("", trader.next_nonce(), stranger))),
            -1022);
  // A signer that no account has.
  EXPECT_EQ(code_of(trader.send(
                "GET", target + signed_form("", trader.next_nonce(), stranger,
                                            "0x00000000000000000000000000000000000000aa"))),
            -2015);
  // Changed on the way.
  std::string form = signed_form("symbol=BTCUSDT", trader.next_nonce());
  form.replace(form.find("BTC"), 3, "ETH");
  EXPECT_EQ(code_of(trader.send("GET", target + form)), -1022);
  EXPECT_EQ(code_of(trader.send("GET", target + "signer=x&nonce=1")), -1102);
  EXPECT_EQ(trader.send("GET", "/fapi/v3/balance").status, 401U);
  // Unknown parameters are signed like others, and ignored.
  EXPECT_EQ(trader.ask("GET", "balance", "builder=0x1&feeRate=1").status, 200U);
}

TEST(FrontDeskTest, TakesANonceOnceAndNearItsClock) {
  Trader trader;
  const std::uint64_t nonce = trader.next_nonce();
  const std::string once = "/fapi/v3/balance?" + signed_form("", nonce);
  EXPECT_EQ(trader.send("GET", once).status, 200U);
  EXPECT_EQ(code_of(trader.send("GET", once)), -4225);
  const std::string old = "/fapi/v3/balance?" + signed_form("", nonce - 10'000'001);
  EXPECT_EQ(code_of(trader.send("GET", old)), -4225);
  const std::string early = "/fapi/v3/balance?" + signed_form("", nonce + 10'000'001);
  EXPECT_EQ(code_of(trader.send("GET", early)), -4225);
}

TEST(FrontDeskTest, LetsInWhoSignsByV1) {
  Trader trader;
  const auto ask = [&](std::int64_t timestamp, std::string_view key, std::string_view secret) {
    const std::string query = "timestamp=" + std::to_string(timestamp);
    return trader.send("GET", "/fapi/v2/balance?" + query + "&signature=" + hmac_hex(secret, query),
                       "", key);
  };
  const std::int64_t now = milliseconds(trader.now());
  EXPECT_EQ(ask(now, "api-key", "secret").status, 200U);
  EXPECT_EQ(ask(now - 5'000, "api-key", "secret").status, 200U);
  EXPECT_EQ(code_of(ask(now - 5'001, "api-key", "secret")), -1021);
  EXPECT_EQ(code_of(ask(now + 1'000, "api-key", "secret")), -1021);
  EXPECT_EQ(code_of(ask(now, "api-key", "wrong")), -1022);
  EXPECT_EQ(code_of(ask(now, "no-key", "secret")), -2015);
  EXPECT_EQ(code_of(ask(now, "", "secret")), -2014);
  // Query and body are signed together, without anything between them.
  const std::string query = "symbol=BTCUSDT&side=BUY";
  const std::string body = "type=MARKET&quantity=0.1&timestamp=" + std::to_string(now);
  EXPECT_EQ(trader
                .send("POST", "/fapi/v1/order?" + query,
                      body + "&signature=" + hmac_hex("secret", query + body), "api-key")
                .status,
            200U);
  // The user stream needs the key alone.
  EXPECT_HAS(trader.send("POST", "/fapi/v1/listenKey", "", "api-key").body, "listenKey");
}

TEST(FrontDeskTest, CountsWeightsAndOrdersAndBansWhoDoesNotListen) {
  DeskOptions options = example_options();
  options.limits.orders_per_10_seconds = 3;
  options.limits.weight_per_minute = 100;
  Trader trader(options);
  const DeskAnswer first = trader.ask("POST", "order", std::string(kLimit));
  EXPECT_EQ(header_of(first, "X-MBX-USED-WEIGHT-1M"), "1");
  EXPECT_EQ(header_of(first, "X-MBX-ORDER-COUNT-10S"), "1");
  EXPECT_EQ(header_of(first, "X-MBX-ORDER-COUNT-1M"), "1");
  EXPECT_EQ(header_of(first, "Date"), "Mon, 05 Jan 2026 00:00:00 GMT");
  trader.ask("POST", "order", std::string(kLimit));
  trader.ask("POST", "order", std::string(kLimit));
  const DeskAnswer fourth = trader.ask("POST", "order", std::string(kLimit));
  EXPECT_EQ(fourth.status, 429U);
  EXPECT_EQ(code_of(fourth), -1015);
  EXPECT_EQ(header_of(fourth, "Retry-After"), "10");
  // 40 each without a symbol.
  trader.ask("GET", "openOrders");
  trader.ask("GET", "openOrders");
  EXPECT_EQ(code_of(trader.ask("GET", "openOrders")), -1003);
  for (int count = 0; count < 9; ++count) {
    EXPECT_EQ(trader.ask("GET", "openOrders").status, 429U);
  }
  const DeskAnswer banned = trader.ask("GET", "openOrders");
  EXPECT_EQ(banned.status, 418U);
  EXPECT_EQ(header_of(banned, "Retry-After"), "120");
}

// ---- What is refused, and with which code.

TEST(FrontDeskTest, RefusesOrdersWithTheVenuesCodes) {
  struct Case {
    int code;
    std::string_view parameters;
  };
  const Case cases[] = {
      {-1102, "side=BUY&type=MARKET&quantity=1"},
      {-1121, "symbol=NOUSDT&side=BUY&type=MARKET&quantity=1"},
      {-1117, "symbol=BTCUSDT&side=HOLD&type=MARKET&quantity=1"},
      {-1116, "symbol=BTCUSDT&side=BUY&type=ICEBERG&quantity=1"},
      {-1102, "symbol=BTCUSDT&side=BUY&type=STOP&timeInForce=GTC&quantity=1&stopPrice=46000"},
      {-2021, "symbol=BTCUSDT&side=BUY&type=STOP&timeInForce=GTC&quantity=1&price=1&stopPrice=1"},
      {-2007, "symbol=BTCUSDT&side=SELL&type=TRAILING_STOP_MARKET&quantity=1&callbackRate=5.1"},
      {-2021,
       "symbol=BTCUSDT&side=SELL&type=TRAILING_STOP_MARKET&quantity=1&callbackRate=1"
       "&activationPrice=44000"},
      {-4136, "symbol=BTCUSDT&side=SELL&type=MARKET&closePosition=true"},
      {-1102, "symbol=BTCUSDT&side=BUY&type=MARKET"},
      {-1130, "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=one"},
      {-4137,
       "symbol=BTCUSDT&side=SELL&type=STOP_MARKET&stopPrice=44000&closePosition=true&quantity=1"},
      {-4003, "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0"},
      {-1111, "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.0015"},
      {-4005, "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=10.001"},
      {-1102, "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=44000"},
      {-1115, "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=DAY&quantity=1&price=44000"},
      {-1102, "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1"},
      {-4013, "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0"},
      {-1111, "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=44000.05"},
      {-4016, "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.1&price=49500.1"},
      {-4024, "symbol=BTCUSDT&side=SELL&type=LIMIT&timeInForce=GTC&quantity=0.1&price=40499.9"},
      {-4164, "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.001&price=4999.9"},
      {-2019, "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=9"},
      {-1102, "symbol=BTCUSDT&side=SELL&type=STOP_MARKET&quantity=0.1"},
      {-2021, "symbol=BTCUSDT&side=SELL&type=STOP_MARKET&quantity=0.1&stopPrice=45000"},
      {-2022, "symbol=BTCUSDT&side=SELL&type=MARKET&quantity=0.1&reduceOnly=true"},
      {-4061, "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.1&positionSide=LONG"},
      {-4015, "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.1&newClientOrderId=a%20b"},
  };
  Trader trader;
  for (const Case& each : cases) {
    // Its price is far from the mark: the band would speak first.
    if (each.code == -4164) trader.show("5000");
    const DeskAnswer answer = trader.ask("POST", "order", std::string(each.parameters));
    EXPECT_EQ(code_of(answer), each.code) << each.parameters << "\n" << answer.body;
    EXPECT_EQ(answer.status, 400U);
    if (each.code == -4164) trader.show("45000");
  }
  EXPECT_EQ(trader.ask("GET", "openOrders").body, "[]");
}

TEST(FrontDeskTest, StepsAndTicksThatAreNoPowerOfTen) {
  using namespace literals;
  DeskOptions options = example_options();
  options.symbols[0].rules.tick_size = 0.5_px;
  options.symbols[0].rules.step_size = 0.02_qty;
  Trader trader(options);
  const std::string head = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC";
  EXPECT_EQ(code_of(trader.ask("POST", "order", head + "&quantity=0.03&price=44000")), -4023);
  EXPECT_EQ(code_of(trader.ask("POST", "order", head + "&quantity=0.02&price=44000.3")), -4014);
  EXPECT_EQ(trader.ask("POST", "order", head + "&quantity=0.02&price=44000.5").status, 200U);
}

TEST(FrontDeskTest, HedgeModeNamesTheBookAndHasNoReduceOnly) {
  Trader trader(example_options(PositionMode::Hedge));
  const std::string order = "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.1";
  EXPECT_EQ(code_of(trader.ask("POST", "order", order)), -4061);
  EXPECT_EQ(code_of(trader.ask("POST", "order", order + "&positionSide=LONG&reduceOnly=true")),
            -1106);
  // What would close everything cannot be of the side that opens.
  const std::string opens = "symbol=BTCUSDT&closePosition=true&type=STOP_MARKET&stopPrice=";
  EXPECT_EQ(code_of(trader.ask("POST", "order", opens + "46000&side=BUY&positionSide=LONG")),
            -4138);
  EXPECT_EQ(code_of(trader.ask("POST", "order", opens + "44000&side=SELL&positionSide=SHORT")),
            -4138);
  EXPECT_EQ(trader.ask("POST", "order", order + "&positionSide=LONG").status, 200U);
  EXPECT_EQ(trader
                .ask("POST", "order",
                     "symbol=BTCUSDT&side=SELL&type=MARKET&quantity=0.2&positionSide=SHORT")
                .status,
            200U);
  const std::string rows = trader.ask("GET", "positionRisk", "symbol=BTCUSDT").body;
  EXPECT_HAS(rows, "\"positionAmt\":\"0.1\"");
  EXPECT_HAS(rows, "\"positionAmt\":\"-0.2\"");
  EXPECT_EQ(code_of(trader.ask("POST", "positionSide/dual", "dualSidePosition=false")), -4068);
  EXPECT_EQ(code_of(trader.ask("POST", "positionSide/dual", "dualSidePosition=true")), -4059);
}

TEST(FrontDeskTest, HasTenStopsAtMostAndOneOrderOfAnId) {
  Trader trader;
  trader.ask("POST", "order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.1");
  const std::string stop =
      "symbol=BTCUSDT&side=SELL&type=STOP_MARKET&quantity=0.1&stopPrice=40000&reduceOnly=true";
  for (int count = 0; count < 3; ++count) {
    EXPECT_EQ(trader.ask("POST", "order", stop).status, 200U);
  }
  EXPECT_EQ(code_of(trader.ask("POST", "order", stop)), -4045);
  const std::string twin = std::string(kLimit) + "&newClientOrderId=twin";
  EXPECT_EQ(trader.ask("POST", "order", twin).status, 200U);
  EXPECT_EQ(code_of(trader.ask("POST", "order", twin)), -4116);
  trader.ask("DELETE", "order", "symbol=BTCUSDT&origClientOrderId=twin");
  EXPECT_EQ(trader.ask("POST", "order", twin).status, 200U);
}

// ---- What becomes of orders.

TEST(FrontDeskTest, AnOrderFromItsPlacingToItsFill) {
  Trader trader;
  trader.listen();
  const std::string placed =
      trader.ask("POST", "order", std::string(kLimit) + "&newClientOrderId=mine").body;
  EXPECT_HAS(placed, "\"orderId\":1000001,");
  EXPECT_HAS(placed, "\"status\":\"NEW\"");
  std::string heard = trader.take_texts();
  EXPECT_HAS(heard, "\"x\":\"NEW\",\"X\":\"NEW\",\"i\":1000001");
  const std::string amended =
      trader.ask("PUT", "order", "symbol=BTCUSDT&orderId=1000001&quantity=0.2&price=44500").body;
  EXPECT_HAS(amended, "\"price\":\"44500\"");
  EXPECT_HAS(trader.take_texts(), "\"x\":\"AMENDMENT\"");
  trader.show("44500");
  heard = trader.take_texts();
  EXPECT_HAS(heard, "\"x\":\"TRADE\",\"X\":\"FILLED\"");
  EXPECT_HAS(heard, "\"l\":\"0.2\",\"z\":\"0.2\",\"L\":\"44500\",\"N\":\"USDT\",\"n\":\"0.89\"");
  EXPECT_HAS(heard, "\"m\":true");
  EXPECT_HAS(heard, "\"e\":\"ACCOUNT_UPDATE\"");
  EXPECT_HAS(heard, "\"pa\":\"0.2\",\"ep\":\"44500\"");
  // 0.2 x 44500 x 1 bp.
  EXPECT_HAS(heard, "\"wb\":\"9999.11\"");
  const std::string queried =
      trader.ask("GET", "order", "symbol=BTCUSDT&origClientOrderId=mine").body;
  EXPECT_HAS(queried, "\"status\":\"FILLED\"");
  EXPECT_HAS(queried, "\"avgPrice\":\"44500\"");
  EXPECT_HAS(trader.ask("GET", "userTrades", "symbol=BTCUSDT").body, "\"commission\":\"0.89\"");
  EXPECT_EQ(code_of(trader.ask("DELETE", "order", "symbol=BTCUSDT&orderId=1000001")), -2011);
  EXPECT_EQ(code_of(trader.ask("GET", "order", "symbol=BTCUSDT&orderId=7")), -2013);
  EXPECT_EQ(code_of(trader.ask("GET", "openOrder", "symbol=BTCUSDT&orderId=1000001")), -2013);
}

TEST(FrontDeskTest, AStopTriggersAndRealizesTheLoss) {
  Trader trader;
  trader.ask("POST", "order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.1");
  trader.ask("POST", "order",
             "symbol=BTCUSDT&side=SELL&type=STOP_MARKET&quantity=0.1&stopPrice=44000"
             "&reduceOnly=true&workingType=CONTRACT_PRICE");
  trader.listen();
  trader.show("43900");
  const std::string heard = trader.take_texts();
  EXPECT_HAS(heard, "\"o\":\"MARKET\"");
  EXPECT_HAS(heard, "\"ot\":\"STOP_MARKET\"");
  EXPECT_HAS(heard, "\"R\":true");
  const std::string income = trader.ask("GET", "income", "incomeType=REALIZED_PNL").body;
  // (43900 - 45000) x 0.1
  EXPECT_HAS(income, "\"income\":\"-110\"");
  EXPECT_HAS(trader.ask("GET", "positionRisk", "symbol=BTCUSDT").body, "\"positionAmt\":\"0\"");
}

// Bought at 45000; what is sold by each type, when, and at which price.
TEST(FrontDeskTest, StopsWithALimitBecomeLimitOrders) {
  Trader trader;
  trader.ask("POST", "order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.2");
  trader.listen();
  const std::string placed =
      trader
          .ask("POST", "order",
               "symbol=BTCUSDT&side=SELL&type=STOP&timeInForce=GTC&quantity=0.1&stopPrice=44000"
               "&price=43950&reduceOnly=true")
          .body;
  EXPECT_HAS(placed, "\"type\":\"STOP\"");
  EXPECT_HAS(placed, "\"stopPrice\":\"44000\"");
  EXPECT_HAS(trader.take_texts(), "\"o\":\"STOP\"");
  trader.ask("POST", "order",
             "symbol=BTCUSDT&side=SELL&type=TAKE_PROFIT&timeInForce=GTC&quantity=0.1"
             "&stopPrice=46000&price=46050&reduceOnly=true");
  trader.show("43900");  // Below the limit: it rests.
  std::string heard = trader.take_texts();
  EXPECT_HAS(heard, "\"o\":\"LIMIT\"");
  EXPECT_HAS(heard, "\"ot\":\"STOP\"");
  EXPECT_FALSE(has(heard, "\"x\":\"TRADE\"")) << heard;
  trader.show("43950");
  heard = trader.take_texts();
  EXPECT_HAS(heard, "\"X\":\"FILLED\"");
  EXPECT_HAS(heard, "\"L\":\"43950\"");
  trader.show("46000");
  EXPECT_FALSE(has(trader.take_texts(), "\"x\":\"TRADE\""));
  trader.show("46050");
  EXPECT_HAS(trader.take_texts(), "\"L\":\"46050\"");
}

TEST(FrontDeskTest, ATrailingStopFollowsFromItsActivationOn) {
  Trader trader;
  trader.ask("POST", "order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.1");
  trader.listen();
  const std::string placed =
      trader
          .ask("POST", "order",
               "symbol=BTCUSDT&side=SELL&type=TRAILING_STOP_MARKET&quantity=0.1&reduceOnly=true"
               "&activationPrice=46000&callbackRate=1.5")
          .body;
  EXPECT_HAS(placed, "\"activatePrice\":\"46000\",\"priceRate\":\"1.5\"");
  EXPECT_HAS(trader.take_texts(), "\"AP\":\"46000\",\"cr\":\"1.5\"");
  for (const char* price : {"43000", "46000", "48000", "47280.1"}) {
    trader.show(price);
    EXPECT_FALSE(has(trader.take_texts(), "\"x\":\"TRADE\"")) << price;
  }
  trader.show("47280");  // 48000 less 1.5 %.
  const std::string heard = trader.take_texts();
  EXPECT_HAS(heard, "\"o\":\"MARKET\"");
  EXPECT_HAS(heard, "\"L\":\"47280\"");
  EXPECT_HAS(trader.ask("GET", "positionRisk", "symbol=BTCUSDT").body, "\"positionAmt\":\"0\"");
}

TEST(FrontDeskTest, ClosePositionTakesWhatIsOpenWhenItTriggers) {
  for (const PositionMode mode : {PositionMode::OneWay, PositionMode::Hedge}) {
    Trader trader(example_options(mode));
    const std::string book = mode == PositionMode::Hedge ? "&positionSide=LONG" : "";
    trader.ask("POST", "order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.1" + book);
    const std::string closes =
        "symbol=BTCUSDT&side=SELL&closePosition=true&type=STOP_MARKET&stopPrice=44000" + book;
    EXPECT_HAS(trader.ask("POST", "order", closes).body, "\"closePosition\":true");
    trader.ask("POST", "order", closes);
    trader.ask("POST", "order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.2" + book);
    trader.listen();
    trader.show("44000");
    const std::string heard = trader.take_texts();
    EXPECT_HAS(heard, "\"l\":\"0.3\",\"z\":\"0.3\"");
    EXPECT_HAS(heard, "\"x\":\"EXPIRED\"");  // The second found nothing.
    EXPECT_EQ(trader.ask("GET", "openOrders", "symbol=BTCUSDT").body, "[]");
  }
}

TEST(FrontDeskTest, OrdersThatTheDeskHoldsAreCountedAndCanceled) {
  Trader trader;
  trader.ask("POST", "order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.1");
  const std::string trails =
      "symbol=BTCUSDT&side=SELL&type=TRAILING_STOP_MARKET&quantity=0.1&reduceOnly=true"
      "&callbackRate=1";
  const std::string stop =
      "symbol=BTCUSDT&side=SELL&type=STOP_MARKET&quantity=0.1&stopPrice=40000&reduceOnly=true";
  EXPECT_EQ(trader.ask("POST", "order", trails + "&newClientOrderId=t").status, 200U);
  EXPECT_EQ(trader.ask("POST", "order", stop).status, 200U);
  EXPECT_EQ(trader.ask("POST", "order", trails).status, 200U);
  EXPECT_EQ(code_of(trader.ask("POST", "order", stop)), -4045);
  const std::string canceled =
      trader.ask("DELETE", "order", "symbol=BTCUSDT&origClientOrderId=t").body;
  EXPECT_HAS(canceled, "\"status\":\"CANCELED\"");
  EXPECT_EQ(trader.ask("POST", "order", stop).status, 200U);
  EXPECT_EQ(code_of(trader.ask("PUT", "order",
                               "symbol=BTCUSDT&orderId=1000004&quantity=0.1&price=44000")),
            -4086);
  trader.ask("DELETE", "allOpenOrders", "symbol=BTCUSDT");
  EXPECT_EQ(trader.ask("GET", "openOrders", "symbol=BTCUSDT").body, "[]");
}

// A symbol that is about to be delisted lets positions out, and nobody in.
TEST(FrontDeskTest, RulesAndStatusCanChange) {
  Trader trader;
  trader.ask("POST", "order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.1");
  InstrumentListed rules = trader.desk().boards()[0].listed().rules;
  rules.tick_size = Price::from_raw(5 * kDecimalOne);
  trader.desk().relist(rules, "SETTLING");
  const std::string info = trader.send("GET", "/fapi/v3/exchangeInfo").body;
  EXPECT_HAS(info, "\"status\":\"SETTLING\"");
  EXPECT_HAS(info, "\"tickSize\":\"5\"");
  EXPECT_EQ(code_of(trader.ask("POST", "order", std::string(kLimit))), -4140);
  const std::string exit =
      "symbol=BTCUSDT&side=SELL&type=LIMIT&timeInForce=GTC&quantity=0.1&reduceOnly=true&price=";
  EXPECT_EQ(code_of(trader.ask("POST", "order", exit + "46001")), -4014);
  EXPECT_EQ(code_of(trader.ask("POST", "order", exit + "46001.5")), -1111);
  EXPECT_EQ(trader.ask("POST", "order", exit + "46005").status, 200U);
  trader.desk().relist(rules, "CLOSE");
  EXPECT_EQ(code_of(trader.ask("POST", "order", exit + "46010")), -4141);
}

TEST(FrontDeskTest, ABatchIsAnsweredOneByOne) {
  Trader trader;
  const std::string batch =
      "batchOrders=%5B%7B%22symbol%22%3A%22BTCUSDT%22%2C%22side%22%3A%22BUY%22%2C%22type%22%3A"
      "%22LIMIT%22%2C%22timeInForce%22%3A%22GTC%22%2C%22quantity%22%3A%220.1%22%2C%22price%22%3A"
      "44000%7D%2C%7B%22symbol%22%3A%22NOUSDT%22%7D%5D";
  const std::string answer = trader.ask("POST", "batchOrders", batch).body;
  EXPECT_HAS(answer, "[{\"orderId\":1000001,");
  EXPECT_HAS(answer, ",{\"code\":-1121,");
  EXPECT_EQ(header_of(trader.ask("GET", "openOrders", "symbol=BTCUSDT"), "X-MBX-ORDER-COUNT-1M"),
            "2");
  const std::string canceled =
      trader.ask("DELETE", "batchOrders", "symbol=BTCUSDT&orderIdList=%5B1000001%2C77%5D").body;
  EXPECT_HAS(canceled, "\"status\":\"CANCELED\"");
  EXPECT_HAS(canceled, ",{\"code\":-2011,");
  std::string six = "batchOrders=%5B%7B%7D";
  for (int count = 0; count < 5; ++count) six += "%2C%7B%7D";
  EXPECT_EQ(code_of(trader.ask("POST", "batchOrders", six + "%5D")), -4082);
  EXPECT_EQ(code_of(trader.ask("POST", "batchOrders", "batchOrders=nonsense")), -1130);
}

TEST(FrontDeskTest, ALiquidationIsTheVenuesOwnOrder) {
  Trader trader;
  trader.ask("POST", "leverage", "symbol=BTCUSDT&leverage=100");
  EXPECT_EQ(trader.ask("POST", "order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=9").status,
            200U);
  const std::string row = trader.ask("GET", "positionRisk", "symbol=BTCUSDT").body;
  // (9 x 45000 - (10000 - 202.5)) / (9 x 0.996): equity there is the maintenance margin.
  EXPECT_HAS(row, "\"liquidationPrice\":\"44087.7\"");
  trader.listen();
  trader.show("44087.8");
  EXPECT_FALSE(has(trader.take_texts(), "autoclose-"));
  trader.show("44087");
  const std::string heard = trader.take_texts();
  EXPECT_HAS(heard, "\"c\":\"autoclose-");
  EXPECT_HAS(heard, "\"pa\":\"0\"");
  EXPECT_HAS(trader.ask("GET", "forceOrders").body, "autoclose-");
}

TEST(FrontDeskTest, FundingGoesToTheBalance) {
  Trader trader;
  trader.ask("POST", "order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.1");
  trader.listen();
  trader.desk().observe(FundingRate{InstrumentId{1}, 10'000}, trader.now());
  const std::string heard = trader.take_texts();
  EXPECT_HAS(heard, "\"m\":\"FUNDING_FEE\"");
  EXPECT_HAS(heard, "\"wb\":\"9997.3\",\"cw\":\"9997.3\",\"bc\":\"-0.45\"");
  EXPECT_HAS(heard, "\"P\":[]");
  EXPECT_HAS(trader.ask("GET", "income", "incomeType=FUNDING_FEE").body, "\"income\":\"-0.45\"");
  // 10000 - 4500 x 5 bp - 0.45
  EXPECT_HAS(trader.ask("GET", "balance").body, "\"balance\":\"9997.3\"");
}

TEST(FrontDeskTest, AnOrderGetsItsShareOfEachPrint) {
  DeskOptions options = example_options();
  options.simulation.take_share = 100'000;
  Trader trader(options);
  trader.listen();
  trader.ask("POST", "order",
             "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.15&price=44000");
  trader.take_texts();
  trader.show("44000");  // A print of 1.
  std::string heard = trader.take_texts();
  EXPECT_HAS(heard, "\"x\":\"TRADE\",\"X\":\"PARTIALLY_FILLED\"");
  EXPECT_HAS(heard, "\"l\":\"0.1\",\"z\":\"0.1\"");
  trader.show("44000");
  heard = trader.take_texts();
  EXPECT_HAS(heard, "\"X\":\"FILLED\"");
  EXPECT_HAS(heard, "\"l\":\"0.05\",\"z\":\"0.15\"");
}

// Nothing that a client can say brings the venue down.
TEST(FrontDeskTest, AbsurdNumbersAreRefused) {
  using namespace literals;
  DeskOptions options = example_options();
  options.symbols[0].rules.max_quantity = Quantity();
  options.symbols[0].rules.market_max_quantity = Quantity();
  Trader trader(options);
  for (const std::string_view quantity : {"92000000000", "2222.223", "99999999999999999999"}) {
    for (const std::string_view rest :
         {"type=MARKET", "type=LIMIT&timeInForce=GTC&price=45000",
          "type=STOP_MARKET&stopPrice=46000", "type=TAKE_PROFIT_MARKET&stopPrice=91000000000"}) {
      const DeskAnswer answer = trader.ask(
          "POST", "order",
          "symbol=BTCUSDT&side=BUY&quantity=" + std::string(quantity) + "&" + std::string(rest));
      EXPECT_EQ(answer.status, 400U) << quantity << " " << rest << answer.body;
    }
  }
  trader.ask("POST", "marginType", "symbol=BTCUSDT&marginType=ISOLATED");
  trader.ask("POST", "order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.1");
  for (const std::string_view number : {"-9223372036854775808", "9223372036854775807", "1e9", ""}) {
    const std::string text(number);
    for (const std::string_view name : {"limit", "fromId", "startTime", "endTime", "orderId"}) {
      for (const std::string_view endpoint : {"klines", "aggTrades", "depth", "userTrades",
                                              "allOrders", "income", "order", "fundingRate"}) {
        trader.ask("GET", endpoint, "symbol=BTCUSDT&interval=1w&" + std::string(name) + "=" + text);
      }
    }
    trader.ask("POST", "leverage", "symbol=BTCUSDT&leverage=" + text);
    for (const std::string_view type : {"1", "2"}) {
      const std::string moved = "symbol=BTCUSDT&type=" + std::string(type) + "&amount=" + text;
      EXPECT_EQ(trader.ask("POST", "positionMargin", moved).status, 400U) << moved;
    }
    trader.ask("GET", "positionMargin/history",
               "symbol=BTCUSDT&type=" + text + "&startTime=" + text + "&limit=" + text);
    trader.send("GET", "/fapi/v1/balance?signature=1&timestamp=" + text + "&recvWindow=" + text, "",
                "api-key");
    trader.send("GET", "/fapi/v3/balance?signature=1&signer=1&nonce=" + text);
    trader.wait(Duration::minutes(1));
  }
}

TEST(FrontDeskTest, ArbitraryBytesAreRefused) {
  Trader trader;
  const StreamId stream = trader.listen();
  const std::string seeds[] = {
      std::string(kLimit), "batchOrders=[{\"symbol\":\"BTCUSDT\",\"quantity\":[1,{}]}]",
      R"({"method":"SUBSCRIBE","params":["btcusdt@depth5","!ticker@arr"],"id":1})",
      "symbol=%42%54&orderIdList=[1,[2],null]&interval=1m"};
  std::uint64_t state = 1;
  const auto random = [&state](std::size_t below) {
    state = state * 6'364'136'223'846'793'005 + 1'442'695'040'888'963'407;
    return static_cast<std::size_t>(state >> 33) % below;
  };
  for (int round = 0; round < 3'000; ++round) {
    std::string bytes = seeds[random(4)];
    for (std::size_t change = random(6); change > 0; --change) {
      bytes[random(bytes.size())] = static_cast<char>(random(256));
    }
    bytes.resize(1 + random(bytes.size()));
    trader.ask("POST", "batchOrders", bytes);
    trader.ask("POST", "order", bytes);
    trader.send("DELETE", "/fapi/v3/batchOrders?" + bytes, bytes);
    trader.desk().on_stream_text(stream, bytes, trader.now());
    trader.desk().open_stream("/stream?streams=" + bytes, trader.now());
    trader.take_texts();
    trader.wait(Duration::seconds(2));
  }
}

}  // namespace
}  // namespace tranchet::aster_venue

// Self-trade prevention: a sell rests at 45005, between a bid of 45000 and an ask of 45010, and the
// same account buys.
#include <gtest/gtest.h>

#include "tests/adapters/aster/server/trader.h"

namespace tranchet::aster_venue {
namespace {

using namespace literals;

class SelfTrade : public testing::Test {
 protected:
  SelfTrade() {
    trader_.desk().observe(BookTop{.instrument = InstrumentId{1},
                                   .bid_price = 45000_px,
                                   .bid_quantity = 1_qty,
                                   .ask_price = 45010_px,
                                   .ask_quantity = 1_qty},
                           trader_.now());
    rest("SELL", "45005", "maker");
    rest("SELL", "45006", "behind");
    trader_.listen();
  }
  void rest(const std::string& side, const std::string& price, const std::string& id) {
    EXPECT_EQ(trader_
                  .ask("POST", "order",
                       "symbol=BTCUSDT&type=LIMIT&timeInForce=GTC&quantity=0.1&side=" + side +
                           "&price=" + price + "&newClientOrderId=" + id)
                  .status,
              200U);
  }
  DeskAnswer buy(const std::string& rest) {
    return trader_.ask("POST", "order",
                       "symbol=BTCUSDT&side=BUY&quantity=0.2&newClientOrderId=taker&"
                       "newOrderRespType=RESULT&" +
                           rest);
  }
  std::string status(const std::string& id) {
    const std::string body =
        trader_.ask("GET", "order", "symbol=BTCUSDT&origClientOrderId=" + id).body;
    const std::size_t begin = body.find("\"status\":\"") + 10;
    return body.substr(begin, body.find('"', begin) - begin);
  }

  Trader trader_;
};

TEST_F(SelfTrade, ExpiresTheTakerWhereNothingElseIsSaid) {
  EXPECT_EQ(trader_.ask("GET", "stpMode").body, "{\"stpMode\":\"EXPIRE_TAKER\"}");
  EXPECT_HAS(buy("type=MARKET").body, "\"status\":\"EXPIRED\"");
  const std::string heard = trader_.take_texts();
  const std::size_t taken = heard.find("\"x\":\"NEW\",\"X\":\"NEW\"");
  const std::size_t expired = heard.find("\"x\":\"EXPIRED\",\"X\":\"EXPIRED\"");
  EXPECT_LT(taken, expired) << heard;
  EXPECT_NE(expired, std::string::npos) << heard;
  EXPECT_FALSE(has(heard, "TRADE\",")) << heard;
  EXPECT_EQ(status("maker"), "NEW");
  EXPECT_HAS(trader_.ask("GET", "positionRisk", "symbol=BTCUSDT").body, "\"positionAmt\":\"0\"");
}

TEST_F(SelfTrade, ExpiresTheMakersOnTheWayToTheMarket) {
  EXPECT_HAS(buy("type=MARKET&stpMode=EXPIRE_MAKER").body, "\"status\":\"FILLED\"");
  const std::string heard = trader_.take_texts();
  EXPECT_HAS(heard, "\"L\":\"45010\"");
  EXPECT_LT(heard.find("\"x\":\"EXPIRED\""), heard.find("\"x\":\"TRADE\"")) << heard;
  EXPECT_EQ(status("maker"), "EXPIRED");
  EXPECT_EQ(status("behind"), "EXPIRED");
}

TEST_F(SelfTrade, ExpiresTheOrderAndTheFirstItWouldMeet) {
  trader_.ask("POST", "stpMode", "stpMode=EXPIRE_BOTH");
  EXPECT_EQ(trader_.ask("GET", "stpMode").body, "{\"stpMode\":\"EXPIRE_BOTH\"}");
  EXPECT_HAS(buy("type=LIMIT&timeInForce=GTC&price=45020").body, "\"status\":\"EXPIRED\"");
  EXPECT_EQ(status("maker"), "EXPIRED");
  EXPECT_EQ(status("behind"), "NEW");
}

TEST_F(SelfTrade, ALimitThatReachesNoOrderOfOursRests) {
  EXPECT_HAS(buy("type=LIMIT&timeInForce=GTC&price=45004.9").body, "\"status\":\"NEW\"");
}

// At the price of others, and behind them, others come first.
TEST_F(SelfTrade, NothingOfOursIsMetBehindOthers) {
  trader_.ask("DELETE", "allOpenOrders", "symbol=BTCUSDT");
  rest("SELL", "45010", "level");
  rest("SELL", "45012", "beyond");
  EXPECT_HAS(buy("type=LIMIT&timeInForce=GTC&price=45020").body, "\"status\":\"FILLED\"");
  EXPECT_EQ(status("level"), "NEW");
}

TEST_F(SelfTrade, AnAmendedOrderIsLookedAtAgain) {
  rest("BUY", "44990", "mover");
  const std::string there = "symbol=BTCUSDT&origClientOrderId=mover&quantity=0.1&price=";
  EXPECT_HAS(trader_.ask("PUT", "order", there + "45004").body, "\"status\":\"NEW\"");
  EXPECT_HAS(trader_.ask("PUT", "order", there + "45005").body, "\"status\":\"EXPIRED\"");
  EXPECT_EQ(status("maker"), "NEW");
}

TEST_F(SelfTrade, AnAmendedOrderClearsItsWay) {
  trader_.ask("POST", "stpMode", "stpMode=EXPIRE_MAKER");
  rest("BUY", "44990", "mover");
  const std::string there = "symbol=BTCUSDT&origClientOrderId=mover&quantity=0.1&price=";
  EXPECT_HAS(trader_.ask("PUT", "order", there + "45005").body, "\"status\":\"NEW\"");
  EXPECT_EQ(status("maker"), "EXPIRED");
  EXPECT_EQ(status("behind"), "NEW");
}

TEST_F(SelfTrade, APostOnlyOrderExpiresByItself) {
  EXPECT_HAS(buy("type=LIMIT&timeInForce=GTX&price=45005&stpMode=EXPIRE_MAKER").body,
             "\"status\":\"EXPIRED\"");
  EXPECT_EQ(status("maker"), "NEW");
}

// What would be refused anyway is refused, and expires nothing.
TEST_F(SelfTrade, ARefusedOrderMeetsNobody) {
  for (const char* mode : {"EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH"}) {
    const std::string rest = std::string("type=MARKET&stpMode=") + mode;
    EXPECT_EQ(code_of(trader_.ask("POST", "order",
                                  "symbol=BTCUSDT&side=BUY&quantity=9&" + rest)),
              -2019)
        << mode;
  }
  EXPECT_EQ(status("maker"), "NEW");
}

TEST_F(SelfTrade, UnknownModesAreRefused) {
  EXPECT_EQ(code_of(buy("type=MARKET&stpMode=NONE")), -1130);
  EXPECT_EQ(code_of(trader_.ask("POST", "stpMode", "stpMode=none")), -1130);
  EXPECT_EQ(code_of(trader_.ask("POST", "stpMode")), -1102);
}

}  // namespace
}  // namespace tranchet::aster_venue

// Isolated margin as clients see it, and the call for more margin.
#include <gtest/gtest.h>

#include "tests/adapters/aster/server/trader.h"

namespace tranchet::aster_venue {
namespace {

constexpr std::string_view kBuy = "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.2";

DeskAnswer move(Trader& trader, const std::string& rest) {
  return trader.ask("POST", "positionMargin", "symbol=BTCUSDT&" + rest);
}
void isolate(Trader& trader) {
  EXPECT_EQ(trader.ask("POST", "marginType", "symbol=BTCUSDT&marginType=ISOLATED").status, 200U);
}

TEST(MarginType, StaysAsItIsWhileAnythingIsOpen) {
  const std::string isolated = "symbol=BTCUSDT&marginType=ISOLATED";
  Trader trader;
  trader.ask("POST", "order",
             "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.1&price=44000");
  EXPECT_EQ(code_of(trader.ask("POST", "marginType", isolated)), -4047);
  trader.ask("DELETE", "allOpenOrders", "symbol=BTCUSDT");
  trader.ask("POST", "order", std::string(kBuy));
  EXPECT_EQ(code_of(trader.ask("POST", "marginType", isolated)), -4048);
  trader.ask("POST", "order", "symbol=BTCUSDT&side=SELL&type=MARKET&quantity=0.2");
  EXPECT_EQ(trader.ask("POST", "marginType", isolated).status, 200U);
  EXPECT_EQ(code_of(trader.ask("POST", "marginType", isolated)), -4046);
}

// 0.2 at 45000 with leverage 10 ties up 900; a fee of 4.5 was paid.
TEST(PositionMargin, GoesIntoAnIsolatedPositionAndOutAgain) {
  Trader trader;
  isolate(trader);
  trader.ask("POST", "order", std::string(kBuy));
  trader.listen();
  EXPECT_HAS(trader.ask("GET", "positionRisk", "symbol=BTCUSDT").body,
             "\"isolatedMargin\":\"900\"");
  EXPECT_EQ(move(trader, "amount=100.5&type=1").body,
            "{\"amount\":100.5,\"code\":200,\"msg\":\"Successfully modify position margin.\","
            "\"type\":1}");
  std::string heard = trader.take_texts();
  EXPECT_HAS(heard, "\"m\":\"MARGIN_TRANSFER\"");
  EXPECT_HAS(heard, "\"wb\":\"9995.5\",\"cw\":\"8995\",\"bc\":\"0\"");
  EXPECT_HAS(heard, "\"mt\":\"isolated\",\"iw\":\"1000.5\"");
  trader.show("46000");
  std::string row = trader.ask("GET", "positionRisk", "symbol=BTCUSDT").body;
  EXPECT_HAS(row, "\"isolatedMargin\":\"1200.5\"");  // With 200 of profit.
  EXPECT_HAS(row, "\"isolatedWallet\":\"1000.5\"");
  const std::string balance = trader.ask("GET", "balance").body;
  EXPECT_HAS(balance, "\"crossWalletBalance\":\"8995\",\"crossUnPnl\":\"0\"");
  EXPECT_HAS(balance, "\"availableBalance\":\"8995\"");
  // The initial margin at 46000 is 920: 80.5 can be spared.
  EXPECT_EQ(code_of(move(trader, "amount=80.51&type=2")), -4051);
  EXPECT_EQ(move(trader, "amount=80.5&type=2").status, 200U);
  EXPECT_HAS(trader.ask("GET", "positionRisk", "symbol=BTCUSDT").body,
             "\"isolatedWallet\":\"920\"");
}

TEST(PositionMargin, LeavesWithWhatIsClosed) {
  Trader trader;
  isolate(trader);
  trader.ask("POST", "order", std::string(kBuy));
  move(trader, "amount=100&type=1");
  const auto sell = [&](const std::string& quantity) {
    trader.ask("POST", "order", "symbol=BTCUSDT&side=SELL&type=MARKET&quantity=" + quantity);
  };
  sell("0.15");
  EXPECT_HAS(trader.ask("GET", "positionRisk", "symbol=BTCUSDT").body,
             "\"isolatedWallet\":\"250\"");  // 225, and a quarter of what was added.
  sell("0.05");
  trader.ask("POST", "order", std::string(kBuy));
  EXPECT_HAS(trader.ask("GET", "positionRisk", "symbol=BTCUSDT").body,
             "\"isolatedWallet\":\"900\"");
}

TEST(PositionMargin, RefusesWithTheVenuesCodes) {
  Trader trader;
  EXPECT_EQ(code_of(move(trader, "amount=1&type=1")), -4049);
  isolate(trader);
  EXPECT_EQ(code_of(move(trader, "amount=1&type=1")), -4054);
  trader.ask("POST", "order", std::string(kBuy));
  EXPECT_EQ(code_of(move(trader, "type=1")), -1102);
  EXPECT_EQ(code_of(move(trader, "amount=1")), -1102);
  EXPECT_EQ(code_of(move(trader, "amount=1&type=3")), -1130);
  EXPECT_EQ(code_of(move(trader, "amount=much&type=1")), -1130);
  EXPECT_EQ(code_of(move(trader, "amount=0&type=1")), -4055);
  EXPECT_EQ(code_of(move(trader, "amount=-1&type=1")), -4055);
  EXPECT_EQ(code_of(move(trader, "amount=1&type=1&positionSide=LONG")), -4061);
  EXPECT_EQ(code_of(move(trader, "amount=9095.51&type=1")), -4050);
  EXPECT_EQ(move(trader, "amount=9095.5&type=1").status, 200U);
  EXPECT_EQ(code_of(trader.ask("POST", "positionMargin", "amount=1&type=1")), -1102);
}

TEST(PositionMargin, HasAHistory) {
  Trader trader(example_options(PositionMode::Hedge));
  isolate(trader);
  trader.ask("POST", "order", std::string(kBuy) + "&positionSide=LONG");
  trader.ask("POST", "order",
             "symbol=BTCUSDT&side=SELL&type=MARKET&quantity=0.1&positionSide=SHORT");
  EXPECT_EQ(code_of(move(trader, "amount=1&type=1")), -4061);
  move(trader, "amount=10&type=1&positionSide=LONG");
  trader.wait(Duration::seconds(1));
  const std::string later = std::to_string(milliseconds(trader.now()));
  move(trader, "amount=20&type=1&positionSide=SHORT");
  move(trader, "amount=5&type=2&positionSide=LONG");
  const auto history = [&](const std::string& rest) {
    return trader.ask("GET", "positionMargin/history", "symbol=BTCUSDT" + rest).body;
  };
  const std::string first =
      R"({"amount":"10","asset":"USDT","symbol":"BTCUSDT","time":1767571200000,"type":1,)"
      R"("positionSide":"LONG"})";
  const std::string second = R"({"amount":"20","asset":"USDT","symbol":"BTCUSDT","time":)" +
                             later + R"(,"type":1,"positionSide":"SHORT"})";
  const std::string third = R"({"amount":"5","asset":"USDT","symbol":"BTCUSDT","time":)" + later +
                            R"(,"type":2,"positionSide":"LONG"})";
  EXPECT_EQ(history(""), "[" + first + "," + second + "," + third + "]");
  EXPECT_EQ(history("&type=1"), "[" + first + "," + second + "]");
  EXPECT_EQ(history("&startTime=" + later), "[" + second + "," + third + "]");
  EXPECT_EQ(history("&endTime=1767571200000"), "[" + first + "]");
  EXPECT_EQ(history("&limit=1"), "[" + third + "]");
  EXPECT_EQ(code_of(trader.ask("GET", "positionMargin/history")), -1102);
}

// 9 at 45000 with leverage 100. Equity 9797.5 - 9 x (45000 - p) is 1.25 times the maintenance
// margin 9 p x 0.004 at p = 44132.05; they are equal at 44087.7.
TEST(MarginCall, ComesOnceOnTheWayToLiquidation) {
  Trader trader;
  trader.ask("POST", "leverage", "symbol=BTCUSDT&leverage=100");
  trader.ask("POST", "order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=9");
  trader.listen();
  trader.show("44132.1");
  EXPECT_EQ(trader.take_texts(), "");
  trader.show("44132");
  EXPECT_EQ(trader.take_texts(),
            R"({"e":"MARGIN_CALL","E":1767571200000,"cw":"9797.5","p":[{"s":"BTCUSDT","ps":"BOTH",)"
            R"("pa":"9","mt":"CROSSED","iw":"0","mp":"44132","up":"-7812","mm":"1588.752"}]})"
            "\n");
  trader.show("44100");
  EXPECT_EQ(trader.take_texts(), "");
  trader.show("45000");
  trader.show("44100");
  EXPECT_HAS(trader.take_texts(), "MARGIN_CALL");
  EXPECT_EQ(trader.ask("GET", "forceOrders").body, "[]");
}

}  // namespace
}  // namespace tranchet::aster_venue

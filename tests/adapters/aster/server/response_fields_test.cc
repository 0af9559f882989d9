// Every field that Aster documents, or that was recorded there, in every answer and every message
// of the twin, and none beside: a client that works here finds what it reads at the venue as well.
//
// A row names what is asked, where in the answer the object is (a JSON pointer), and its fields;
// those in brackets are there at times, or are said by the venue and by no document.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <set>
#include <span>
#include <sstream>

#include "tests/adapters/aster/server/trader.h"

namespace tranchet::aster_venue {
namespace {

using namespace literals;

struct FieldList {
  std::set<std::string> needed;
  std::set<std::string> possible;
};

FieldList read_fields(std::string_view text) {
  FieldList fields;
  std::istringstream words{std::string(text)};
  for (std::string word; words >> word;) {
    if (word.starts_with('[')) {
      fields.possible.insert(word.substr(1, word.size() - 2));
    } else {
      fields.needed.insert(word);
    }
  }
  return fields;
}

// What is wrong with the object there; empty: nothing.
std::string flaw_in_fields(std::string_view document, std::string_view pointer,
                           std::string_view fields) {
  simdjson::dom::parser parser;
  const simdjson::padded_string padded(document);
  simdjson::dom::object object;
  if (auto error = parser.parse(padded).at_pointer(pointer).get(object)) {
    return std::string(simdjson::error_message(error)) + " at " + std::string(pointer);
  }
  FieldList list = read_fields(fields);
  std::string flaw;
  for (const auto& [key, value] : object) {
    const std::string name(key);
    if (list.needed.erase(name) == 0 && !list.possible.contains(name)) flaw += " unknown " + name;
  }
  for (const std::string& name : list.needed) flaw += " missing " + name;
  return flaw;
}

constexpr std::string_view kOrderFields =
    "clientOrderId cumQty cumQuote executedQty orderId avgPrice origQty price reduceOnly side "
    "positionSide status stopPrice closePosition symbol timeInForce type origType updateTime "
    "workingType priceProtect [time]";
constexpr std::string_view kTrailingFields =
    "clientOrderId cumQty cumQuote executedQty orderId avgPrice origQty price reduceOnly side "
    "positionSide status stopPrice closePosition symbol timeInForce type origType updateTime "
    "workingType priceProtect activatePrice priceRate [time]";

// A long of 0.1, an order that rests, and one that trails.
void keep_busy(Trader& trader) {
  trader.desk().observe(FundingRate{.instrument = InstrumentId{1}, .rate = 10'000}, trader.now());
  for (const char* order :
       {"symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.1",
        "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.1&price=44000"
        "&newClientOrderId=rests",
        "symbol=BTCUSDT&side=SELL&type=TRAILING_STOP_MARKET&quantity=0.1&callbackRate=1"
        "&newClientOrderId=trails"}) {
    EXPECT_EQ(trader.ask("POST", "order", order).status, 200U);
  }
}

struct AnswerRow {
  std::string_view method, endpoint, parameters, pointer, fields;
  unsigned status = 200;
};
constexpr AnswerRow kAnswers[] = {
    {"GET", "time", "", "", "serverTime"},
    {"GET", "exchangeInfo", "", "",
     "timezone serverTime futuresType rateLimits exchangeFilters assets symbols"},
    {"GET", "exchangeInfo", "", "/rateLimits/0", "rateLimitType interval intervalNum limit"},
    {"GET", "exchangeInfo", "", "/rateLimits/2", "rateLimitType interval intervalNum limit"},
    {"GET", "exchangeInfo", "", "/assets/0", "asset marginAvailable autoAssetExchange"},
    {"GET", "exchangeInfo", "", "/symbols/0",
     "symbol pair contractType deliveryDate onboardDate status maintMarginPercent "
     "requiredMarginPercent baseAsset quoteAsset marginAsset pricePrecision quantityPrecision "
     "baseAssetPrecision quotePrecision underlyingType underlyingSubType symbolType tradingMode "
     "name channel sequenceNo twapMinNotional settlePlan triggerProtect liquidationFee "
     "marketTakeBound createTime filters orderTypes timeInForce"},
    {"GET", "exchangeInfo", "", "/symbols/0/filters/0", "filterType minPrice maxPrice tickSize"},
    {"GET", "exchangeInfo", "", "/symbols/0/filters/1", "filterType minQty maxQty stepSize"},
    {"GET", "exchangeInfo", "", "/symbols/0/filters/2", "filterType minQty maxQty stepSize"},
    {"GET", "exchangeInfo", "", "/symbols/0/filters/3", "filterType limit"},
    {"GET", "exchangeInfo", "", "/symbols/0/filters/4", "filterType limit"},
    {"GET", "exchangeInfo", "", "/symbols/0/filters/5", "filterType notional"},
    {"GET", "exchangeInfo", "", "/symbols/0/filters/6",
     "filterType multiplierUp multiplierDown multiplierDecimal ltMultiplierUp ltMultiplierDown"},
    {"GET", "depth", "symbol=BTCUSDT", "", "lastUpdateId E T bids asks"},
    {"GET", "trades", "symbol=BTCUSDT", "/0", "id price qty quoteQty time isBuyerMaker"},
    {"GET", "historicalTrades", "symbol=BTCUSDT", "/0", "id price qty quoteQty time isBuyerMaker"},
    {"GET", "aggTrades", "symbol=BTCUSDT", "/0", "a p q f l T m"},
    {"GET", "premiumIndex", "symbol=BTCUSDT", "",
     "symbol markPrice indexPrice estimatedSettlePrice lastFundingRate nextFundingTime "
     "interestRate time"},
    {"GET", "premiumIndex", "", "/0",
     "symbol markPrice indexPrice estimatedSettlePrice lastFundingRate nextFundingTime "
     "interestRate time"},
    {"GET", "fundingRate", "symbol=BTCUSDT", "/0", "symbol fundingRate fundingTime"},
    {"GET", "fundingInfo", "", "/0",
     "symbol interestRate time fundingIntervalHours fundingFeeCap fundingFeeFloor"},
    {"GET", "ticker/24hr", "symbol=BTCUSDT", "",
     "symbol priceChange priceChangePercent weightedAvgPrice prevClosePrice lastPrice lastQty "
     "openPrice highPrice lowPrice volume quoteVolume openTime closeTime firstId lastId count "
     "[baseAsset] [quoteAsset]"},
    {"GET", "ticker/price", "symbol=BTCUSDT", "", "symbol price time"},
    {"GET", "ticker/bookTicker", "symbol=BTCUSDT", "",
     "symbol bidPrice bidQty askPrice askQty time"},
    {"GET", "order", "symbol=BTCUSDT&origClientOrderId=rests", "", kOrderFields},
    {"GET", "order", "symbol=BTCUSDT&origClientOrderId=trails", "", kTrailingFields},
    {"GET", "openOrder", "symbol=BTCUSDT&origClientOrderId=rests", "", kOrderFields},
    {"GET", "openOrders", "symbol=BTCUSDT", "/0", kOrderFields},
    {"GET", "allOrders", "symbol=BTCUSDT", "/0", kOrderFields},
    {"POST", "order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01", "", kOrderFields},
    {"POST", "order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01&newOrderRespType=RESULT",
     "", kOrderFields},
    {"PUT", "order", "symbol=BTCUSDT&origClientOrderId=rests&quantity=0.1&price=43000", "",
     kOrderFields},
    {"POST", "batchOrders",
     "batchOrders=%5B%7B%22symbol%22%3A%22BTCUSDT%22%2C%22side%22%3A%22BUY%22%2C%22type%22%3A"
     "%22MARKET%22%2C%22quantity%22%3A%220.01%22%7D%5D",
     "/0", kOrderFields},
    {"GET", "balance", "", "/0",
     "accountAlias asset balance crossWalletBalance crossUnPnl availableBalance "
     "maxWithdrawAmount marginAvailable updateTime"},
    {"GET", "accountWithJoinMargin", "", "",
     "feeTier canTrade canDeposit canWithdraw updateTime totalInitialMargin totalMaintMargin "
     "totalWalletBalance totalUnrealizedProfit totalMarginBalance totalPositionInitialMargin "
     "totalOpenOrderInitialMargin totalCrossWalletBalance totalCrossUnPnl availableBalance "
     "maxWithdrawAmount assets positions"},
    {"GET", "account", "", "/assets/0",
     "asset walletBalance unrealizedProfit marginBalance maintMargin initialMargin "
     "positionInitialMargin openOrderInitialMargin maxWithdrawAmount crossWalletBalance "
     "crossUnPnl availableBalance marginAvailable updateTime"},
    {"GET", "account", "", "/positions/0",
     "symbol initialMargin maintMargin unrealizedProfit positionInitialMargin "
     "openOrderInitialMargin leverage isolated entryPrice maxNotional positionSide positionAmt "
     "notional isolatedWallet updateTime"},
    {"GET", "positionRisk", "symbol=BTCUSDT", "/0",
     "entryPrice marginType isAutoAddMargin isolatedMargin leverage liquidationPrice markPrice "
     "maxNotionalValue positionAmt symbol unRealizedProfit positionSide updateTime [notional] "
     "[isolatedWallet]"},
    {"GET", "userTrades", "symbol=BTCUSDT", "/0",
     "buyer commission commissionAsset id maker orderId price qty quoteQty realizedPnl side "
     "positionSide symbol time [marginAsset]"},
    {"GET", "income", "", "/0", "symbol incomeType income asset info time tranId tradeId"},
    {"GET", "leverageBracket", "symbol=BTCUSDT", "", "symbol brackets"},
    {"GET", "leverageBracket", "", "/0/brackets/0",
     "bracket initialLeverage notionalCap notionalFloor maintMarginRatio cum"},
    {"GET", "commissionRate", "symbol=BTCUSDT", "",
     "symbol makerCommissionRate takerCommissionRate"},
    {"GET", "adlQuantile", "", "/0", "symbol adlQuantile"},
    {"GET", "positionSide/dual", "", "", "dualSidePosition"},
    {"GET", "multiAssetsMargin", "", "", "multiAssetsMargin"},
    {"POST", "leverage", "symbol=BTCUSDT&leverage=5", "", "leverage maxNotionalValue symbol"},
    {"GET", "stpMode", "", "", "stpMode"},
    {"POST", "stpMode", "stpMode=EXPIRE_MAKER", "", "code msg"},
    {"POST", "listenKey", "", "", "listenKey"},
    {"DELETE", "order", "symbol=BTCUSDT&origClientOrderId=rests", "", kOrderFields},
    {"DELETE", "batchOrders", "symbol=BTCUSDT&origClientOrderIdList=%5B%22trails%22%5D", "/0",
     kTrailingFields},
    {"DELETE", "allOpenOrders", "symbol=BTCUSDT", "", "code msg"},
    {"GET", "order", "symbol=BTCUSDT&origClientOrderId=none", "", "code msg", 400},
};

// Of a symbol in isolated margin, and a position of it.
constexpr AnswerRow kIsolatedAnswers[] = {
    {"POST", "marginType", "symbol=BTCUSDT&marginType=ISOLATED", "", "code msg"},
    {"POST", "order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.1", "", kOrderFields},
    {"POST", "positionMargin", "symbol=BTCUSDT&amount=50&type=1", "", "amount code msg type"},
    {"GET", "positionMargin/history", "symbol=BTCUSDT", "/0",
     "amount asset symbol time type positionSide"},
};

void check_answers(Trader& trader, std::span<const AnswerRow> rows) {
  for (const AnswerRow& row : rows) {
    const DeskAnswer answer = trader.ask(row.method, row.endpoint, std::string(row.parameters));
    EXPECT_EQ(answer.status, row.status) << row.method << " " << row.endpoint;
    EXPECT_EQ(flaw_in_fields(answer.body, row.pointer, row.fields), "")
        << row.method << " " << row.endpoint << " " << row.pointer << ": " << answer.body;
  }
}

TEST(ResponseFields, OfEveryAnswer) {
  Trader trader;
  keep_busy(trader);
  check_answers(trader, kAnswers);
}

TEST(ResponseFields, OfAnswersAboutIsolatedMargin) {
  Trader trader;
  check_answers(trader, kIsolatedAnswers);
}

TEST(ResponseFields, OfACandleAndALevel) {
  Trader trader;
  keep_busy(trader);
  for (const std::string endpoint : {"klines", "markPriceKlines", "indexPriceKlines"}) {
    const std::string name = endpoint == "indexPriceKlines" ? "pair" : "symbol";
    const DeskAnswer answer = trader.ask("GET", endpoint, name + "=BTCUSDT&interval=1m");
    simdjson::dom::parser parser;
    const simdjson::padded_string padded(answer.body);
    // Open time, four prices, volume, close time, value, trades, bought, its value, nothing.
    std::string kinds;
    for (const simdjson::dom::element each : parser.parse(padded).at_pointer("/0").get_array()) {
      kinds += each.is_string() ? 's' : each.is_int64() ? 'i' : '?';
    }
    EXPECT_EQ(kinds, "isssssisisss") << answer.body;
  }
  const DeskAnswer depth = trader.ask("GET", "depth", "symbol=BTCUSDT&limit=5");
  EXPECT_NE(depth.body.find(R"("bids":[["45000","0.1"],["44999.9","0.1"])"), std::string::npos)
      << depth.body;
}

struct MessageRow {
  std::string_view kind, pointer, fields;
};
constexpr MessageRow kMessages[] = {
    {"aggTrade", "", "e E s a p q f l T m"},
    {"trade", "", "e E T s t p q X m"},
    {"kline", "", "e E s k"},
    {"kline", "/k", "t T s i f L o c h l v n x q V Q B"},
    {"bookTicker", "", "e u E T s b B a A"},
    {"depthUpdate", "", "e E T s U u pu b a"},
    {"markPriceUpdate", "", "e E s p i P r T"},
    {"24hrTicker", "", "e E s p P w c Q o h l v q O C F L n"},
    {"24hrMiniTicker", "", "e E s c o h l v q"},
    {"forceOrder", "", "e E o"},
    {"forceOrder", "/o", "s S o f q p ap X l z T"},
    {"ORDER_TRADE_UPDATE", "", "e E T o"},
    {"ORDER_TRADE_UPDATE", "/o",
     "s c S o f q p ap sp x X i l z L N n T t b a m R wt ot ps cp rp [AP] [cr]"},
    {"ACCOUNT_UPDATE", "", "e E T a"},
    {"ACCOUNT_UPDATE", "/a", "m B P"},
    {"ACCOUNT_UPDATE", "/a/B/0", "a wb cw bc"},
    {"ACCOUNT_UPDATE", "/a/P/0", "s pa ep cr up mt iw ps ma"},
    {"ACCOUNT_CONFIG_UPDATE", "", "e E T ac"},
    {"ACCOUNT_CONFIG_UPDATE", "/ac", "s l"},
    {"MARGIN_CALL", "", "e E cw p"},
    {"MARGIN_CALL", "/p/0", "s ps pa mt iw mp up mm"},
    {"listenKeyExpired", "", "e E"},
};

TEST(ResponseFields, OfEveryMessage) {
  Trader trader;
  trader.listen();
  trader.desk().open_stream(
      "/ws/btcusdt@aggTrade/btcusdt@trade/btcusdt@kline_1m/btcusdt@bookTicker/btcusdt@depth/"
      "btcusdt@markPrice@1s/btcusdt@ticker/btcusdt@miniTicker/btcusdt@forceOrder",
      trader.now());
  trader.show("45010");
  trader.desk().observe(LiquidationPrinted{.instrument = InstrumentId{1},
                                           .side = Side::Sell,
                                           .average_price = 44990_px,
                                           .quantity = 0.5_qty},
                        trader.now());
  trader.ask("POST", "order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.1");
  trader.ask("POST", "order",
             "symbol=BTCUSDT&side=SELL&type=TRAILING_STOP_MARKET&quantity=0.1&callbackRate=1");
  trader.ask("POST", "leverage", "symbol=BTCUSDT&leverage=100");
  trader.ask("POST", "order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=9");
  trader.show("44140");  // 80 % of the way to liquidation.
  trader.wait(Duration::seconds(1));
  trader.wait(Duration::hours(1));
  std::istringstream texts(trader.take_texts());
  std::vector<std::string> messages;
  for (std::string line; std::getline(texts, line);) messages.push_back(line);
  for (const MessageRow& row : kMessages) {
    const std::string start = "{\"e\":\"" + std::string(row.kind) + "\"";
    int count = 0;
    for (const std::string& message : messages) {
      if (!message.starts_with(start)) continue;
      ++count;
      EXPECT_EQ(flaw_in_fields(message, row.pointer, row.fields), "")
          << row.pointer << ": " << message;
    }
    EXPECT_GT(count, 0) << row.kind;
  }
}

}  // namespace
}  // namespace tranchet::aster_venue

// Messages of Aster: of its documentation, and recorded ones where the name says so.
#pragma once

#include <string_view>

namespace tranchet::aster {

inline constexpr std::string_view kAggTrade =
    R"({"e":"aggTrade","E":123456789,"s":"BTCUSDT","a":5933014,"p":"0.001","q":"100","f":100,)"
    R"("l":105,"T":123456785,"m":true})";
inline constexpr std::string_view kMarkPrices =
    R"([{"e":"markPriceUpdate","E":1562305380000,"s":"BTCUSDT","p":"11185.87786614",)"
    R"("i":"11784.62659091","P":"11784.25641265","r":"0.00030000","T":1562306400000}])";
inline constexpr std::string_view kForceOrder =
    R"({"e":"forceOrder","E":1568014460893,"o":{"s":"BTCUSDT","S":"SELL","o":"LIMIT","f":"IOC",)"
    R"("q":"0.014","p":"9910","ap":"9910","X":"FILLED","l":"0.014","z":"0.014",)"
    R"("T":1568014460893}})";
inline constexpr std::string_view kRecordedForceOrder =
    R"({"e":"forceOrder","E":1789672621589,"o":{"s":"PAIRUSDT","S":"SELL","o":"LIMIT","f":"IOC",)"
    R"("q":"28448","p":"0.0040681","ap":"0.0044461","X":"FILLED","l":"12417","z":"28448",)"
    R"("T":1789672621550}})";
inline constexpr std::string_view kRecordedMarkPrice =
    R"({"e":"markPriceUpdate","E":1754660466000,"s":"BTCUSDT","p":"116809.60000000",)"
    R"("P":"116595.54012838","i":"116836.93534884","r":"0.00010000","T":1754668800000})";
inline constexpr std::string_view kRecordedBookTicker =
    R"({"e":"bookTicker","u":157240846459,"s":"BTCUSDT","b":"122046.7","B":"1.084",)"
    R"("a":"122046.8","A":"0.001","T":1754896692922,"E":1754896692926})";
inline constexpr std::string_view kRecordedTicker =
    R"({"e":"24hrTicker","E":1754451187277,"s":"CAKEUSDT","p":"-0.08800","P":"-3.361",)"
    R"("w":"2.58095","c":"2.53000","Q":"5","o":"2.61800","h":"2.64700","l":"2.52400",)"
    R"("v":"15775","q":"40714.46000","O":1754364780000,"C":1754451187274,"F":6571389,)"
    R"("L":6574507,"n":3119})";
inline constexpr std::string_view kListenKeyExpired =
    R"({"e":"listenKeyExpired","E":1576653824250})";
inline constexpr std::string_view kMarginCall =
    R"({"e":"MARGIN_CALL","E":1587727187525,"cw":"3.16812045","p":[{"s":"ETHUSDT","ps":"LONG",)"
    R"("pa":"1.327","mt":"CROSSED","iw":"0","mp":"187.17127","up":"-1.166074",)"
    R"("mm":"1.614445"}]})";
inline constexpr std::string_view kAccountUpdate =
    R"({"e":"ACCOUNT_UPDATE","E":1564745798939,"T":1564745798938,"a":{"m":"ORDER","B":[)"
    R"({"a":"USDT","wb":"122624.12345678","cw":"100.12345678","bc":"50.12345678"},)"
    R"({"a":"BUSD","wb":"1.00000000","cw":"0.00000000","bc":"-49.12345678"}],"P":[)"
    R"({"s":"BTCUSDT","pa":"0","ep":"0.00000","cr":"200","up":"0","mt":"isolated",)"
    R"("iw":"0.00000000","ps":"BOTH"},)"
    R"({"s":"BTCUSDT","pa":"20","ep":"6563.66500","cr":"0","up":"2850.21200","mt":"isolated",)"
    R"("iw":"13200.70726908","ps":"LONG"},)"
    R"({"s":"BTCUSDT","pa":"-10","ep":"6563.86000","cr":"-45.04000000","up":"-1423.15600",)"
    R"("mt":"isolated","iw":"6570.42511771","ps":"SHORT"}]}})";
inline constexpr std::string_view kRecordedAccountUpdate =
    R"({"e":"ACCOUNT_UPDATE","T":1768551627708,"E":1768551627710,"a":{"B":[{"a":"USDT",)"
    R"("wb":"39.41184271","cw":"39.41184271","bc":"0"}],"P":[{"s":"ETHUSDT","pa":"0",)"
    R"("ep":"0.00000000","cr":"-0.59070000","up":"0","mt":"isolated","iw":"0","ps":"BOTH",)"
    R"("ma":"USDT"}],"m":"ORDER"}})";
inline constexpr std::string_view kOrderUpdate =
    R"({"e":"ORDER_TRADE_UPDATE","E":1568879465651,"T":1568879465650,"o":{"s":"BTCUSDT",)"
    R"("c":"TEST","S":"SELL","o":"TRAILING_STOP_MARKET","f":"GTC","q":"0.001","p":"0","ap":"0",)"
    R"("sp":"7103.04","x":"NEW","X":"NEW","i":8886774,"l":"0","z":"0","L":"0","N":"USDT",)"
    R"("n":"0","T":1568879465651,"t":0,"b":"0","a":"9.91","m":false,"R":false,)"
    R"("wt":"CONTRACT_PRICE","ot":"TRAILING_STOP_MARKET","ps":"LONG","cp":false,)"
    R"("AP":"7476.89","cr":"5.0","rp":"0"}})";
inline constexpr std::string_view kLeverageUpdate =
    R"({"e":"ACCOUNT_CONFIG_UPDATE","E":1611646737479,"T":1611646737476,)"
    R"("ac":{"s":"BTCUSDT","l":25}})";
inline constexpr std::string_view kModeUpdate =
    R"({"e":"ACCOUNT_CONFIG_UPDATE","E":1611646737479,"T":1611646737476,)"
    R"("ai":{"j":true,"f":true,"d":true}})";

}  // namespace tranchet::aster

// One small file of every format, and what its rows become.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/backtest/market_data/input_files.h"

namespace tranchet {
namespace {

using namespace literals;

constexpr std::string_view kKlineHeader =
    "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,"
    "taker_buy_quote_volume,ignore\n";
constexpr std::string_view kKlines =
    "1704067200000,10.0,10.5,9.5,10.25,100,1704067259999,1000.5,12,50,500,0\n"
    "1704067260000,10.2,10.6,10.1,10.3,50.5,1704067319999,520,7,20,200,0\n";

class Formats : public testing::Test {
 protected:
  ReadData read(std::string_view content, std::string symbol = "BTCUSDT") const {
    return read_data(folder_.text("data.csv", content), std::move(symbol));
  }
  InputFolder folder_;
};

TEST_F(Formats, KlinesWithAndWithoutHeaderAreTheSame) {
  const ReadData with = read(std::string(kKlineHeader) + std::string(kKlines));
  const ReadData without = read(kKlines);
  for (const ReadData* data : {&with, &without}) {
    EXPECT_EQ(error_of(*data), "");
    EXPECT_EQ(data->report.format, "binance-klines csv");
    ASSERT_EQ(data->bars.size(), 2U);
    EXPECT_EQ(data->bars[0].open_time, at("2024-01-01T00:00:00Z"));
    EXPECT_EQ(data->bars[0].close_time, at("2024-01-01T00:00:59.999Z"));
    EXPECT_EQ(data->bars[0].close, 10.25_px);
    EXPECT_EQ(*data->bars[1].volume, 50.5_qty);
    EXPECT_EQ(data->report.price_decimals, 2);
    EXPECT_EQ(data->report.quantity_decimals, 1);
  }
}

TEST_F(Formats, KlinesInMicrosecondsCloseAMillisecondBeforeTheNext) {
  const ReadData data = read(
      "1735689600000000,10,11,9,10,1,1735689659999999,1,1,1,1,0\n"
      "1735689660000000,10,11,9,10,1,1735689719999999,1,1,1,1,0\n");
  EXPECT_EQ(error_of(data), "");
  ASSERT_EQ(data.bars.size(), 2U);
  EXPECT_EQ(data.bars[0].open_time, at("2025-01-01T00:00:00Z"));
  EXPECT_EQ(data.bars[0].close_time, at("2025-01-01T00:00:59.999Z"));
  EXPECT_EQ(data.report.gap_count, 0U);
}

TEST_F(Formats, MarkPriceKlinesAreToldByTheirEmptyVolume) {
  const ReadData data = read(std::string(kKlineHeader) +
                             "1704067200000,10.0,10.5,9.5,10.2,0,1704067259999,0,60,0,0,0\n"
                             "1704067260000,10.2,10.6,10.1,10.3,0,1704067319999,0,60,0,0,0\n");
  EXPECT_EQ(error_of(data), "");
  EXPECT_EQ(data.report.format, "binance-markpriceklines csv");
  EXPECT_TRUE(data.report.has_marks);
  ASSERT_EQ(data.bars.size(), 2U);
  EXPECT_FALSE(data.bars[0].volume.has_value());
}

TEST_F(Formats, KlinesOfAQuietMinuteAreStillKlines) {
  const ReadData data = read("1704067200000,10,10,10,10,0,1704067259999,0,0,0,0,0\n");
  EXPECT_EQ(error_of(data), "");
  EXPECT_EQ(data.report.format, "binance-klines csv");
}

TEST_F(Formats, AggTradesOfFuturesAndOfSpot) {
  const ReadData futures = read(
      "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n"
      "1,100.5,0.010,10,11,1704067200000,true\n"
      "2,100.6,0.020,12,12,1704067200100,false\n");
  const ReadData spot = read(
      "1,100.5,0.010,10,11,1704067200000,True,True\n"
      "2,100.6,0.020,12,12,1704067200100,False,True\n");
  for (const ReadData* data : {&futures, &spot}) {
    EXPECT_EQ(error_of(*data), "");
    EXPECT_EQ(data->report.format, "binance-aggtrades csv");
    EXPECT_TRUE(data->report.has_trades);
    const std::vector<TradePrinted> trades = data->all<TradePrinted>();
    ASSERT_EQ(trades.size(), 2U);
    EXPECT_EQ(trades[0].price, 100.5_px);
    EXPECT_EQ(*trades[0].quantity, 0.01_qty);
    // The buyer was the maker, so it was a seller who took.
    EXPECT_EQ(trades[0].aggressor, static_cast<std::uint8_t>(Side::Sell));
    EXPECT_EQ(trades[1].aggressor, static_cast<std::uint8_t>(Side::Buy));
    EXPECT_EQ(data->events[1].time, at("2024-01-01T00:00:00.1Z"));
  }
}

TEST_F(Formats, TradesOfFuturesAndOfSpot) {
  const ReadData header =
      read("id,price,qty,quote_qty,time,is_buyer_maker\n5,100.5,0.010,1.005,1704067200000,true\n");
  const ReadData futures = read("5,100.5,0.010,1.005,1704067200000,true\n");
  const ReadData spot = read("5,100.5,0.010,1.005,1704067200000000,True,True\n");
  for (const ReadData* data : {&header, &futures, &spot}) {
    EXPECT_EQ(error_of(*data), "");
    EXPECT_EQ(data->report.format, "binance-trades csv");
    ASSERT_EQ(data->events.size(), 1U);
    EXPECT_EQ(data->events[0].time, at("2024-01-01T00:00:00Z"));
    EXPECT_EQ(data->all<TradePrinted>()[0].price, 100.5_px);
  }
}

TEST_F(Formats, BookTickerAtTheTimeItWasSent) {
  const std::string row = "9,100.1,2,100.2,3,1704067200000,1704067200003\n";
  for (const std::string& text :
       {"update_id,best_bid_price,best_bid_qty,best_ask_price,best_ask_qty,transaction_time,"
        "event_time\n" +
            row,
        row}) {
    const ReadData data = read(text);
    EXPECT_EQ(error_of(data), "");
    EXPECT_EQ(data.report.format, "binance-bookticker csv");
    ASSERT_EQ(data.events.size(), 1U);
    EXPECT_EQ(data.events[0].time, at("2024-01-01T00:00:00.003Z"));
    const BookTop top = data.all<BookTop>()[0];
    EXPECT_EQ(top.bid_price, 100.1_px);
    EXPECT_EQ(top.ask_quantity, 3_qty);
  }
}

TEST_F(Formats, FundingRates) {
  const ReadData data = read(
      "calc_time,funding_interval_hours,last_funding_rate\n"
      "1704067200000,8,0.00010000\n1704096000000,8,-0.00000512\n");
  EXPECT_EQ(error_of(data), "");
  EXPECT_EQ(data.report.format, "binance-fundingrate csv");
  const std::vector<FundingRate> rates = data.all<FundingRate>();
  ASSERT_EQ(rates.size(), 2U);
  EXPECT_EQ(rates[0].rate, 10'000);
  EXPECT_EQ(rates[1].rate, -512);
  EXPECT_EQ(data.report.gap_count, 1U);  // Nothing for more than an hour.
}

TEST_F(Formats, LiquidationSnapshots) {
  const std::string row = "1704282891425,SELL,LIMIT,IOC,773,101.358,103.762,FILLED,257,773\n";
  const std::string header =
      "time,side,order_type,time_in_force,original_quantity,price,average_price,order_status,"
      "last_fill_quantity,accumulated_fill_quantity\n";
  for (const std::string& text : {header + row, row}) {
    const ReadData data = read(text);
    EXPECT_EQ(error_of(data), "");
    EXPECT_EQ(data.report.format, "binance-liquidations csv");
    ASSERT_EQ(data.events.size(), 1U);
    const LiquidationPrinted liquidation = data.all<LiquidationPrinted>()[0];
    EXPECT_EQ(liquidation.side, Side::Sell);
    EXPECT_EQ(liquidation.average_price, 103.762_px);
  }
}

TEST_F(Formats, ForceOrdersKnowSymbolsWithoutTheQuote) {
  const ReadData data = read(
      "BTC,BUY,LIMIT,IOC,0.025,59935.28,None,FILLED,0.025,0.025,1723971641090,1498.382\n"
      "BTCUSDT,SELL,LIMIT,IOC,0.188,60013.49,59774.50,FILLED,0.1,0.188,1723971641090,11\n"
      "ETH,SELL,LIMIT,IOC,1,2500,2499,FILLED,1,1,1723971641091,2500\n");
  EXPECT_EQ(error_of(data), "");
  EXPECT_EQ(data.report.format, "force-orders csv");
  EXPECT_EQ(data.report.ignored, 1U);
  const std::vector<LiquidationPrinted> all = data.all<LiquidationPrinted>();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].average_price, 59'935.28_px);  // No average: the limit.
  EXPECT_EQ(all[0].side, Side::Buy);
  EXPECT_EQ(all[1].average_price, 59'774.5_px);
  EXPECT_EQ(all[1].quantity, 0.188_qty);
}

TEST_F(Formats, SpacesAroundWordsMeanNothing) {
  const ReadData data = read(
      "1723705563505,BTCUSDT , 7, 58105.9, 0.5,1723705563418, True\n"
      "1723705563505,\tBTCUSDT, 8, 58105.9, 0.5,1723705563418, True\n");
  EXPECT_EQ(error_of(data), "");
  EXPECT_EQ(data.report.used, 2U);
}

TEST_F(Formats, OhlcvColumnsByNameInAnyOrderAndTimesInAnyUnit) {
  for (const std::string_view time :
       {"1704067200", "1704067200000", "1704067200000000", "1704067200000000000", "1704067200.0",
        "2024-01-01T00:00:00Z", "2024-01-01 05:30:00+05:30"}) {
    SCOPED_TRACE(time);
    const ReadData data =
        read("Volume,Close,Low,High,Open,Extra,Timestamp\n100,10.2,9.5,10.5,10,x," +
             std::string(time) + "\n");
    EXPECT_EQ(error_of(data), "");
    EXPECT_EQ(data.report.format, "ohlcv csv");
    ASSERT_EQ(data.bars.size(), 1U);
    EXPECT_EQ(data.bars[0].open_time, at("2024-01-01T00:00:00Z"));
    EXPECT_EQ(data.bars[0].close_time, at("2024-01-01T00:00:59.999Z"));
    EXPECT_EQ(data.bars[0].open, 10_px);
    EXPECT_EQ(data.bars[0].high, 10.5_px);
    EXPECT_EQ(data.bars[0].low, 9.5_px);
    EXPECT_EQ(data.bars[0].close, 10.2_px);
    EXPECT_EQ(*data.bars[0].volume, 100_qty);
  }
}

TEST_F(Formats, BarsOfFiveMinutesAndAMissingOne) {
  std::string text = "timestamp,open,high,low,close\n";
  for (const int minute : {0, 5, 10, 20, 25}) {
    text += std::to_string(1'704'067'200 + minute * 60) + ",10,10,10,10\n";
  }
  const ReadData data = read(text);
  EXPECT_EQ(error_of(data), "");
  ASSERT_EQ(data.bars.size(), 5U);
  EXPECT_EQ(data.bars[0].close_time, at("2024-01-01T00:04:59.999Z"));
  ASSERT_EQ(data.report.gap_count, 1U);
  EXPECT_EQ(data.report.gaps[0].from, at("2024-01-01T00:15:00Z"));
  EXPECT_EQ(data.report.gaps[0].to, at("2024-01-01T00:20:00Z"));
}

TEST_F(Formats, WindowsLineEndsByteOrderMarkBlankLinesAndNoLastLineEnd) {
  std::string text = "\xEF\xBB\xBF" + std::string(kKlineHeader) + std::string(kKlines) + "\n";
  for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 2)) {
    text.insert(at, "\r");
  }
  const ReadData data = read(text + "1704067320000,10,10,10,10,1,1704067379999,1,1,1,1,0");
  EXPECT_EQ(error_of(data), "");
  EXPECT_EQ(data.report.rows, 3U);
  EXPECT_EQ(data.bars.size(), 3U);
}

TEST_F(Formats, UnusualSpellingsOfNumbersMeanTheSame) {
  const ReadData plain = read("5,100.5,0.01,1.005,1704067200000,true\n");
  const ReadData odd = read(" 5 ,+1.005E+2, .010,x, 1704067200000,TRUE\n");
  EXPECT_EQ(error_of(odd), "");
  ASSERT_EQ(odd.events.size(), 1U);
  EXPECT_EQ(odd.all<TradePrinted>()[0].price, plain.all<TradePrinted>()[0].price);
  EXPECT_EQ(*odd.all<TradePrinted>()[0].quantity, *plain.all<TradePrinted>()[0].quantity);
}

TEST_F(Formats, GzipAndZipOfTheSameText) {
  const ReadData plain = read(kKlines);
  const ReadData gzip = read_data(folder_.gzip("data.csv.gz", kKlines));
  const ReadData zip = read_data(folder_.zip("data.zip", "data.csv", kKlines));
  EXPECT_EQ(gzip.report.format, "binance-klines gzip");
  EXPECT_EQ(zip.report.format, "binance-klines zip");
  for (const ReadData* data : {&gzip, &zip}) {
    EXPECT_EQ(error_of(*data), "");
    ASSERT_EQ(data->bars.size(), plain.bars.size());
    EXPECT_EQ(data->bars[1].close, plain.bars[1].close);
  }
}

TEST_F(Formats, GzipFilesThatWereConcatenated) {
  const std::size_t second_row = kKlines.find('\n') + 1;
  const auto first = folder_.gzip("a.gz", kKlines.substr(0, second_row));
  const auto second = folder_.gzip("b.gz", kKlines.substr(second_row));
  const ReadData data = read_data(folder_.text("ab.gz", content_of(first) + content_of(second)));
  EXPECT_EQ(error_of(data), "");
  EXPECT_EQ(data.bars.size(), 2U);
}

TEST_F(Formats, LeanTicksInWinterAndOnTheDayTheClockChanges) {
  const std::string row = "36000000,1674200,210,Q,2000,0\n";  // 10:00 in New York.
  const ReadData winter =
      read_data(folder_.zip("w.zip", "20140108_spy_Trade_Tick.csv", row), "SPY");
  EXPECT_EQ(error_of(winter), "");
  ASSERT_EQ(winter.events.size(), 1U);
  EXPECT_EQ(winter.events[0].time, at("2014-01-08T10:00:00-05:00"));
  // 2014-03-09: 02:00 becomes 03:00. One before it, one after.
  const ReadData change = read_data(
      folder_.zip("c.zip", "20140309_spy_Trade_Tick.csv", "3600000,1674200,210,Q,2000,0\n" + row),
      "SPY");
  ASSERT_EQ(change.events.size(), 2U);
  EXPECT_EQ(change.events[0].time, at("2014-03-09T01:00:00-05:00"));
  EXPECT_EQ(change.events[1].time, at("2014-03-09T10:00:00-04:00"));
  // Before 2007 summer time began in April.
  const ReadData old = read_data(folder_.zip("o.zip", "20060320_spy_Trade_Tick.csv", row), "SPY");
  ASSERT_EQ(old.events.size(), 1U);
  EXPECT_EQ(old.events[0].time, at("2006-03-20T10:00:00-05:00"));
}

TEST_F(Formats, CaptureOfEveryKindOfMessage) {
  const ReadData data = read(content_of(std::filesystem::path(TRANCHET_SOURCE_DIR) /
                                        "tests/fuzz/corpus/market_data/capture.txt"));
  EXPECT_EQ(error_of(data), "");
  EXPECT_EQ(data.report.format, "stream-capture text");
  EXPECT_EQ(data.report.rows, 7U);
  EXPECT_EQ(data.report.used, 4U);     // Trade, book, marks, forced order.
  EXPECT_EQ(data.report.ignored, 3U);  // Connection, the aggregate of trades, depth.
  ASSERT_EQ(data.all<TradePrinted>().size(), 1U);
  EXPECT_EQ(data.all<TradePrinted>()[0].price, 28'145.1_px);
  EXPECT_EQ(data.all<TradePrinted>()[0].aggressor, static_cast<std::uint8_t>(Side::Sell));
  ASSERT_EQ(data.all<BookTop>().size(), 1U);
  EXPECT_EQ(data.all<BookTop>()[0].ask_price, 28'145.2_px);
  ASSERT_EQ(data.all<MarkPrice>().size(), 1U);
  EXPECT_TRUE(data.all<FundingRate>().empty());  // Announced, and not yet paid.
  ASSERT_EQ(data.all<LiquidationPrinted>().size(), 1U);
  EXPECT_EQ(data.all<LiquidationPrinted>()[0].quantity, 0.014_qty);
  // The mark's line says 700.500, but it came after 700.441733 and before 700.541533.
  EXPECT_TRUE(std::ranges::is_sorted(data.events, {}, &Occurrence::time));
}

// What is announced changes until it is paid: one payment, at the rate last announced for it.
TEST_F(Formats, FundingWhenItIsPaid) {
  std::string text;
  std::int64_t time = 1'700'000'000'000;
  const auto say = [&](std::string_view rate, std::int64_t due) {
    text += std::to_string(time++) +
            " {\"e\":\"markPriceUpdate\",\"s\":\"BTCUSDT\",\"p\":\"100\",\"r\":\"" +
            std::string(rate) + "\",\"T\":" + std::to_string(due) + "}\n";
  };
  say("0.0001", 1'700'006'400'000);
  say("0.0003", 1'700'006'400'000);
  say("0.0002", 1'700'006'400'000);
  say("0.0005", 1'700'035'200'000);
  say("0.0004", 1'700'035'200'000);
  const ReadData data = read(text);
  EXPECT_EQ(error_of(data), "");
  EXPECT_EQ(data.all<MarkPrice>().size(), 5U);
  ASSERT_EQ(data.all<FundingRate>().size(), 1U);
  EXPECT_EQ(data.all<FundingRate>()[0].rate, 20'000);
}

std::string trade_line(std::int64_t time, int id) {
  return std::to_string(time) + " {\"e\":\"trade\",\"s\":\"BTCUSDT\",\"t\":" + std::to_string(id) +
         ",\"p\":\"100\",\"q\":\"1\",\"X\":\"MARKET\",\"m\":true}\n";
}

TEST_F(Formats, ALocalClockSetBackALittleIsForgivenNotMuch) {
  const std::int64_t start = 1'700'000'000'000;
  const ReadData little = read(trade_line(start, 1) + trade_line(start - 900, 2));
  EXPECT_EQ(error_of(little), "");
  ASSERT_EQ(little.events.size(), 2U);
  EXPECT_EQ(little.events[1].time, little.events[0].time);
  const ReadData much = read(trade_line(start, 1) + trade_line(start - 1'001, 2));
  EXPECT_EQ(error_of(much).substr(0, 7), "2: time");
}

TEST_F(Formats, AnyFormatCanBeNamed) {
  DataOptions options = options_of({folder_.text("a.csv", kKlines)}, "BTCUSDT");
  options.format = "binance-markpriceklines";
  const ReadData data = read_data(options);
  EXPECT_EQ(error_of(data), "");
  EXPECT_TRUE(data.report.has_marks);
  options.format = "binance-trades";
  EXPECT_EQ(error_of(read_data(options)).substr(0, 28), "1: this is not binance-trade");
  options.format = "parquet";
  EXPECT_EQ(error_of(read_data(options)).substr(0, 25), "unknown format \"parquet\";");
}

// ---- Duplicates.

TEST_F(Formats, ATradeReadTwiceIsDroppedByItsId) {
  const std::string rows =
      "1,100.5,0.01,1,1704067200000,true\n2,100.6,0.01,1,1704067200100,true\n"
      "3,100.7,0.01,1,1704067200200,true\n";
  // The second file overlaps the first.
  const auto first = folder_.text("first.csv", rows);
  const auto second = folder_.text(
      "second.csv", rows.substr(rows.find('\n') + 1) + "4,100.8,0.01,1,1704067200300,false\n");
  const ReadData data = read_data(options_of({first, second}, "BTCUSDT"));
  EXPECT_EQ(error_of(data), "");
  EXPECT_EQ(data.report.rows, 6U);
  EXPECT_EQ(data.report.used, 4U);
  EXPECT_EQ(data.report.duplicates, 2U);
}

TEST_F(Formats, TradesWithoutIdsAreNeverDuplicates) {
  const std::string row = "36000000,1674200,210,Q,2000,0\n";
  const ReadData data =
      read_data(folder_.text("20140108_spy_Trade_Tick.csv", row + row + row), "SPY");
  EXPECT_EQ(error_of(data), "");
  EXPECT_EQ(data.report.used, 3U);
}

TEST_F(Formats, AnEqualBarIsDroppedADifferentOneIsBad) {
  const std::string equal = std::string(kKlines) + std::string(kKlines);
  const ReadData same = read(equal);
  EXPECT_EQ(error_of(same), "");
  EXPECT_EQ(same.report.duplicates, 2U);
  EXPECT_EQ(same.bars.size(), 2U);
  const ReadData different =
      read(std::string(kKlines) +
           "1704067200000,10.0,10.5,9.5,10.26,100,1704067259999,1000.5,12,50,500,0\n");
  EXPECT_EQ(error_of(different),
            "3: a different bar for the time 2024-01-01T00:00:00Z was read before");
}

}  // namespace
}  // namespace tranchet

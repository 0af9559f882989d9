// Every file of the collected market history, with the row counts its list gives.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>

#include "tests/backtest/market_data/input_files.h"
#include "tests/support/market_history.h"

namespace tranchet {
namespace {

using namespace literals;

class RealHistory : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::is_directory(market_history())) {
      GTEST_SKIP() << "no market history at " << market_history() << "; set TRANCHET_MARKET_DATA";
    }
  }
};

// Rows, and that nothing happened to any of them.
void expect_clean(const ReadData& data, std::uint64_t rows, std::string_view format) {
  EXPECT_EQ(error_of(data), "");
  EXPECT_EQ(data.report.format, format);
  EXPECT_EQ(data.report.rows, rows);
  EXPECT_EQ(data.report.used, rows);
  EXPECT_EQ(data.report.ignored + data.report.duplicates + data.report.bad, 0U);
}

TEST_F(RealHistory, BinanceMonthsOfMinutes) {
  const std::map<std::string, std::uint64_t> months{{"FILUSDT-1m-2024-04", 43'200},
                                                    {"AVAXUSDT-1m-2025-02", 40'320},
                                                    {"NEARUSDT-1m-2024-02", 41'760},
                                                    {"FILUSDT-1m-2025-06", 43'200},
                                                    {"LTCUSDT-1m-2026-02", 40'320}};
  for (const auto& [name, rows] : months) {
    SCOPED_TRACE(name);
    const ReadData data = read_data(market_history() / "binance_um_klines_1m" / (name + ".csv"),
                                    name.substr(0, name.find('-')));
    expect_clean(data, rows, "binance-klines csv");
    EXPECT_EQ(data.bars.size(), rows);
    EXPECT_EQ(data.report.gap_count, 0U);
    EXPECT_TRUE(data.report.has_bars);
    EXPECT_FALSE(data.report.has_marks);
  }
}

TEST_F(RealHistory, TheFirstAndLastMinuteOfTheCrashMonth) {
  const ReadData data =
      read_data(market_history() / "binance_um_klines_1m" / "FILUSDT-1m-2024-04.csv", "FILUSDT");
  ASSERT_EQ(data.bars.size(), 43'200U);
  const Bar& first = data.bars.front();
  EXPECT_EQ(to_text(first.open_time), "2024-04-01T00:00:00Z");
  EXPECT_EQ(to_text(first.close_time), "2024-04-01T00:00:59.999Z");
  EXPECT_EQ(first.open, 9.972_px);
  EXPECT_EQ(first.high, 9.984_px);
  EXPECT_EQ(first.low, 9.971_px);
  EXPECT_EQ(first.close, 9.982_px);
  EXPECT_EQ(*first.volume, 36'627.4_qty);
  EXPECT_EQ(data.report.first_time, first.open_time);
  EXPECT_EQ(data.report.last_time, at("2024-04-30T23:59:59.999Z"));
  EXPECT_EQ(data.report.price_decimals, 3);
  EXPECT_EQ(data.report.quantity_decimals, 1);
}

TEST_F(RealHistory, BinanceZipsAsDownloaded) {
  std::vector<std::filesystem::path> days;
  for (const std::string_view day : {"01", "02", "03"}) {
    days.push_back(market_history() / "binance_vision_zips" /
                   ("BTCUSDT-1m-2020-01-" + std::string(day) + ".zip"));
  }
  const ReadData data = read_data(options_of(days, "BTCUSDT"));
  expect_clean(data, 3 * 1'440, "binance-klines zip");
  EXPECT_EQ(data.report.gap_count, 0U);
  EXPECT_EQ(data.bars.front().open, 7'195.24_px);
  EXPECT_EQ(data.report.price_decimals, 2);
}

TEST_F(RealHistory, StreamCaptures) {
  struct Capture {
    std::string file;
    std::string symbol;
    std::uint64_t lines, trades, tops, marks, depth;
  };
  // Of the 10,738 trades on the 5th, one is a close against the insurance fund, not a market trade.
  const std::vector<Capture> captures{
      {"usdm_btcusdt_20230404.dat.gz", "BTCUSDT", 13'384, 2'197, 6'765, 99, 4'323},
      {"usdm_btcusdt_20230405.dat.gz", "BTCUSDT", 60'381, 10'737, 37'440, 415, 11'789},
      {"usdm_btcusdt_20240808.gz", "BTCUSDT", 93'954, 21'313, 66'089, 0, 6'552},
      {"usdm_ethusdt_20240808.gz", "ETHUSDT", 74'655, 14'076, 53'992, 0, 6'587}};
  for (const Capture& capture : captures) {
    SCOPED_TRACE(capture.file);
    const ReadData data =
        read_data(market_history() / "hftbacktest" / capture.file, capture.symbol);
    EXPECT_EQ(error_of(data), "");
    EXPECT_EQ(data.report.format, "stream-capture gzip");
    EXPECT_EQ(data.report.rows, capture.lines);
    EXPECT_EQ(data.all<TradePrinted>().size(), capture.trades);
    EXPECT_EQ(data.all<BookTop>().size(), capture.tops);
    EXPECT_EQ(data.all<MarkPrice>().size(), capture.marks);
    EXPECT_EQ(data.report.used, capture.trades + capture.tops + capture.marks);
    EXPECT_EQ(data.report.ignored, data.report.rows - data.report.used);
    EXPECT_EQ(data.report.bad + data.report.duplicates, 0U);
    EXPECT_EQ(data.report.has_marks, capture.marks > 0);
    EXPECT_TRUE(data.report.has_trades);
  }
}

TEST_F(RealHistory, CapturesInMicrosecondsAndInNanoseconds) {
  const ReadData micro =
      read_data(market_history() / "hftbacktest" / "usdm_btcusdt_20230404.dat.gz", "BTCUSDT");
  EXPECT_EQ(micro.report.first_time, Timestamp::from_nanoseconds(1'680'652'700'423'575'000));
  const ReadData nano =
      read_data(market_history() / "hftbacktest" / "usdm_btcusdt_20240808.gz", "BTCUSDT");
  EXPECT_EQ(nano.report.first_time, Timestamp::from_nanoseconds(1'723'161'255'088'169'167));
  EXPECT_EQ(nano.report.price_decimals, 1);
  EXPECT_EQ(nano.report.quantity_decimals, 3);
}

TEST_F(RealHistory, CaptureOfManySymbols) {
  const ReadData data =
      read_data(market_history() / "cryptofeed" / "BINANCE_FUTURES.ws.1.0", "SUSHIUSDT");
  EXPECT_EQ(error_of(data), "");
  EXPECT_EQ(data.report.format, "stream-capture text");
  EXPECT_EQ(data.report.rows, 1'536U);
  EXPECT_EQ(data.report.used + data.report.ignored, data.report.rows);
  EXPECT_GT(data.all<TradePrinted>().size(), 0U);
  EXPECT_GT(data.all<BookTop>().size(), 0U);
}

TEST_F(RealHistory, BybitMinutes) {
  for (const auto& [symbol, rows] : std::map<std::string, std::uint64_t>{
           {"BTCUSDT", 43'200}, {"ETHUSDT", 43'200}, {"SOLUSDT", 43'201}}) {
    SCOPED_TRACE(symbol);
    const ReadData data =
        read_data(market_history() / "bybit_linear_klines_1m" / (symbol + "_1m.csv"), symbol);
    expect_clean(data, rows, "ohlcv csv");
    EXPECT_EQ(data.report.first_time, at("2025-05-29T19:00:00Z"));
    EXPECT_EQ(data.bars.front().close_time, at("2025-05-29T19:00:59.999Z"));
    EXPECT_EQ(data.report.gap_count, 0U);
  }
}

// Every symbol of a file for itself, until all rows are accounted for.
std::uint64_t used_over_all(const std::string& file, const std::vector<std::string>& symbols,
                            BadRowAllowance allowance, std::uint64_t bad_each) {
  std::uint64_t used = 0;
  for (const std::string& symbol : symbols) {
    DataOptions options = options_of({market_history() / "liquidations" / file}, symbol);
    options.bad_rows = allowance;
    const ReadData data = read_data(options);
    EXPECT_EQ(error_of(data), "");
    EXPECT_LE(data.report.bad, bad_each);
    used += data.report.used;
    EXPECT_EQ(data.report.used + data.report.ignored + data.report.bad + data.report.duplicates,
              data.report.rows);
  }
  return used;
}

TEST_F(RealHistory, LiquidationsOfAStream) {
  const std::map<std::string, std::uint64_t> files{{"neoparth_binance.csv", 700},
                                                   {"bandsthobaby_binance.csv", 456},
                                                   {"bandsthobaby_binance_bigliqs.csv", 385}};
  for (const auto& [file, rows] : files) {
    SCOPED_TRACE(file);
    const ReadData data = read_data(market_history() / "liquidations" / file, "ETHUSDT");
    EXPECT_EQ(error_of(data), "");
    EXPECT_EQ(data.report.format, "force-orders csv");
    EXPECT_EQ(data.report.rows, rows);
    EXPECT_EQ(data.all<LiquidationPrinted>().size(), data.report.used);
    EXPECT_GT(data.report.used, 0U);
    EXPECT_EQ(data.report.used + data.report.ignored, rows);
  }
}

TEST_F(RealHistory, TheJunkBeforeAFirstRowIsABadRow) {
  const std::filesystem::path file =
      market_history() / "liquidations" / "neoparth_datastreams_binance.csv";
  const ReadData refused = read_data(file, "SOLUSDT");
  EXPECT_EQ(error_of(refused), "1: symbol \"Hello Arbitrage Trading BotADA\" is not a symbol");

  DataOptions options = options_of({file}, "SOLUSDT");
  options.bad_rows.count = 1;
  const ReadData data = read_data(options);
  EXPECT_EQ(error_of(data), "");
  EXPECT_EQ(data.report.rows, 446U);
  EXPECT_EQ(data.report.bad, 1U);
  EXPECT_GT(data.report.used, 0U);
}

TEST_F(RealHistory, LargeTradesOfWhichSevenPercentAreMalformed) {
  const std::string file = "bandsthobaby_binance_trades.csv";
  const std::vector<std::string> symbols{"BTCUSDT", "ETHUSDT", "SOLUSDT", "WIFUSDT", "BNBUSDT"};
  EXPECT_EQ(used_over_all(file, symbols, *parse_bad_rows("10%"), 1'546), 20'635U);

  const ReadData refused = read_data(market_history() / "liquidations" / file, "ETHUSDT");
  EXPECT_EQ(error_of(refused), "7242: trade time \"15:40:27\" is not a time");
  EXPECT_EQ(refused.report.format, "symbol-trades csv");
  EXPECT_EQ(refused.report.rows, 7'242U);
}

TEST_F(RealHistory, TheCascadeInContracts) {
  const ReadData data = read_data(market_history() / "liquidations" / "cascade_20240103" /
                                      "SOLUSD_PERP_liquidation_20240103_cascade_transcribed.csv",
                                  "SOLUSD_PERP");
  expect_clean(data, 106, "binance-liquidations csv");
  const std::vector<LiquidationPrinted> all = data.all<LiquidationPrinted>();
  ASSERT_EQ(all.size(), 106U);
  EXPECT_EQ(all.front().side, Side::Sell);
  EXPECT_EQ(all.front().average_price, 103.762_px);
  EXPECT_EQ(all.front().quantity, 773_qty);
  EXPECT_EQ(data.report.first_time, at("2024-01-03T11:54:51.425Z"));
}

TEST_F(RealHistory, NseMinutes) {
  const ReadData data = read_data(market_history() / "nse" / "NIFTY_2024.csv", "NIFTY");
  expect_clean(data, 58'127, "nse-minute csv");
  EXPECT_EQ(data.report.first_time, at("2024-01-01T09:15:00+05:30"));
  EXPECT_EQ(data.report.last_time, at("2024-08-23T15:29:59.999+05:30"));
  EXPECT_FALSE(data.bars.front().volume.has_value());
  EXPECT_GT(data.report.gap_count, 100U);  // The nights.
}

TEST_F(RealHistory, NseFiveMinutesWithThreeDaysTwice) {
  const ReadData data =
      read_data(market_history() / "nse" / "SBIN_5m_20230703_20240628.csv", "SBIN");
  EXPECT_EQ(error_of(data), "");
  EXPECT_EQ(data.report.format, "ohlcv csv");
  EXPECT_EQ(data.report.rows, 18'579U);
  EXPECT_EQ(data.report.used, 18'354U);
  EXPECT_EQ(data.report.duplicates, 225U);
  EXPECT_EQ(data.report.bad, 0U);
  EXPECT_EQ(data.bars.front().close_time, at("2023-07-03T09:19:59.999+05:30"));
}

TEST_F(RealHistory, LeanTicks) {
  const std::filesystem::path folder =
      market_history() / "lean" / "equity" / "usa" / "tick" / "spy";
  const ReadData first = read_data(folder / "20131008_trade.zip", "SPY");
  expect_clean(first, 451'545, "lean-ticks zip");
  // 14,417,034 ms after midnight in New York, in summer time.
  EXPECT_EQ(first.report.first_time, at("2013-10-08T04:00:17.034-04:00"));
  const TradePrinted trade = first.all<TradePrinted>().front();
  EXPECT_EQ(trade.price, 167.42_px);
  EXPECT_EQ(*trade.quantity, 210_qty);
  EXPECT_EQ(trade.aggressor, 0);
  EXPECT_EQ(trade.instrument, kInstrument);

  const ReadData second = read_data(folder / "20131010_trade.zip", "SPY");
  EXPECT_EQ(error_of(second), "");
  EXPECT_EQ(second.report.rows, 460'032U);
  EXPECT_EQ(second.report.ignored, 10U);  // Marked as suspicious.
  EXPECT_EQ(second.report.used, 460'022U);
}

TEST_F(RealHistory, ExchangeInfo) {
  const auto rules = read_exchange_info(market_history() / "exchange_info" /
                                        "aster_futures_exchangeInfo_20260112.json");
  ASSERT_TRUE(rules) << to_text(rules.error());
  ASSERT_EQ(rules->size(), 290U);
  const InstrumentRules& first = rules->front();
  EXPECT_EQ(first.symbol, "ASTERUSDT");
  EXPECT_EQ(first.status, "TRADING");
  EXPECT_EQ(first.rules.tick_size, 0.0001_px);
  EXPECT_EQ(first.rules.step_size, 0.01_qty);
  EXPECT_EQ(first.rules.min_quantity, 0.01_qty);
  EXPECT_EQ(first.rules.max_quantity, 2'000'000_qty);
  EXPECT_EQ(first.rules.market_max_quantity, 200'000_qty);
  EXPECT_EQ(first.rules.min_notional, 5_usd);
  EXPECT_EQ(first.rules.max_conditional_orders, 10);
  EXPECT_EQ(first.multiplier_up, 1'050'000);
  EXPECT_EQ(first.multiplier_down, 950'000);
  EXPECT_EQ(first.market_take_bound, 50'000);
  for (const InstrumentRules& each : *rules) {
    EXPECT_TRUE(each.rules.tick_size.is_positive()) << each.symbol;
    EXPECT_TRUE(each.rules.step_size.is_positive()) << each.symbol;
    if (each.symbol == "WIFUSDT") {
      EXPECT_EQ(each.rules.tick_size, 0.1_px);  // "0" in the file; one decimal.
    }
  }
}

}  // namespace
}  // namespace tranchet

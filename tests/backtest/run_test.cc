// Whole backtests, on the sample and on real history: the auditor recomputes their files, passing
// over quiet prices changes nothing, and a replay of the log decides the same.
#include "backtest/run.h"

#include <gtest/gtest.h>

#include <map>
#include <tuple>

#include "events/digest.h"
#include "replay/verify.h"
#include "tests/backtest/backtest_files.h"
#include "tests/backtest/report/run_files.h"
#include "tests/support/market_history.h"

namespace tranchet {
namespace {

using Sets = std::vector<std::string>;

Sets operator+(Sets left, const Sets& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

// Trades as often as it can, and reaches every rule: averaging, the cap, merges, both targets,
// instant close and the backstop.
Sets busy() {
  return {"strategy.drop_pct=0.2",
          "defaults.take_profit_pct=0.3",
          "defaults.stop_loss_pct=1",
          "defaults.tranche_increment_pct=0.5",
          "defaults.max_tranches=3",
          "defaults.trade_value=50000",
          "defaults.max_position_value=300000",
          "defaults.max_total_value=900000",
          "simulation.initial_balance=1000000",
          "defaults.instant_tp_enabled=true",
          "defaults.sl_backstop_enabled=true"};
}
Sets cap(const std::string& policy) {
  return {"defaults.at_cap=" + policy};
}
Sets mode(const std::string& mode) {
  return {"account.position_mode=" + mode};
}
Sets latency(const std::string& milliseconds) {
  return {"simulation.latency_ms=" + milliseconds};
}
Sets share(const std::string& percent) {
  return {"simulation.partial_fill_pct=" + percent};
}
// Fewer trades, so that months take no longer than days.
Sets lively() {
  return busy() + Sets{"strategy.drop_pct=0.8", "defaults.take_profit_pct=0.6",
                       "defaults.stop_loss_pct=2", "strategy.cooldown=10m"};
}
// Captures of minutes move little.
Sets fine() {
  return {"strategy.drop_pct=0.01", "defaults.take_profit_pct=0.01", "defaults.stop_loss_pct=0.02",
          "defaults.tranche_increment_pct=0.01"};
}

using Figures = std::map<std::string, std::string, std::less<>>;

std::uint64_t count(const Figures& figures, std::string_view key) {
  const auto found = figures.find(key);
  EXPECT_NE(found, figures.end()) << "summary.json has no " << key;
  return found == figures.end() ? 0 : std::stoull(found->second);
}

// Every tranche that opened ended in exactly one way, or is still open.
void expect_consistent(const BacktestFiles& files, const std::string& name) {
  const Figures figures = read_summary(files.path(name) / "summary.json");
  for (const char* key : {"instrument",
                          "events",
                          "ticks",
                          "first_time",
                          "last_time",
                          "initial_balance",
                          "final_equity",
                          "net_pnl",
                          "realized_pnl",
                          "unrealized_pnl",
                          "fees",
                          "funding",
                          "max_drawdown",
                          "trades",
                          "wins",
                          "losses",
                          "tranches_opened",
                          "tranches_live_max",
                          "exits.take_profit",
                          "exits.stop_loss",
                          "exits.instant_take_profit",
                          "exits.model_close",
                          "exits.liquidation",
                          "exits.manual",
                          "exits.emergency",
                          "exits.adl",
                          "exits.venue",
                          "exits.merged",
                          "ambiguous_bars",
                          "naked_quantity_seconds",
                          "state_digest",
                          "command_digest",
                          "wall_seconds",
                          "events_per_second"}) {
    EXPECT_TRUE(figures.contains(key)) << key;
  }
  // A bar run is two; its figures are those of the pessimistic one.
  if (figures.at("source") == "bars") {
    EXPECT_LE(exact(figures.at("net_pnl_interval.pessimistic")),
              exact(figures.at("net_pnl_interval.optimistic")));
    EXPECT_TRUE(figures.at("net_pnl") == figures.at("net_pnl_interval.pessimistic") ||
                figures.at("net_pnl") == figures.at("net_pnl_interval.optimistic"));
  }
  std::uint64_t open = 0;
  const CsvTable tranches = CsvTable::read(files.path(name) / "tranches.csv");
  for (std::size_t row = 0; row < tranches.size(); ++row) {
    if (tranches.text(row, "exit_reason").empty()) ++open;
  }
  EXPECT_EQ(count(figures, "trades") + count(figures, "exits.merged") + open,
            count(figures, "tranches_opened"));
  EXPECT_EQ(count(figures, "wins") + count(figures, "losses"), count(figures, "trades"));
}

// The log of the run, replayed: same digests at every note, and those of the summary at the end.
void expect_replays(const BacktestFiles& files, const std::string& name) {
  auto log = LogReader::open(files.path(name + ".log"));
  ASSERT_TRUE(log) << log.error().message;
  const auto result = replay(**log, {});
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_FALSE(result->divergence);
  EXPECT_GE(result->notes, 1U);
  const Figures figures = read_summary(files.path(name) / "summary.json");
  EXPECT_EQ(digest_text(result->command_digest), figures.at("command_digest"));
  EXPECT_EQ(digest_text(result->state_digest), figures.at("state_digest"));
  EXPECT_EQ(result->events, count(figures, "events"));
}

struct Case {
  std::vector<std::string> data;
  std::string symbol;
  Sets sets;
};

// Returns the figures of the run.
Figures expect_sound(const Case& run) {
  const BacktestFiles files;
  const auto logged = files.run("logged", run.data, run.symbol, run.sets, true);
  EXPECT_EQ(logged.status, 0) << logged.said;
  if (logged.status != 0) return {};
  EXPECT_EQ(logged.said, "");
  for (const std::string& finding : audit(files.path("logged"), files.prices("logged"))) {
    ADD_FAILURE() << finding;
  }
  expect_consistent(files, "logged");
  expect_replays(files, "logged");

  const auto passed = files.run("passed", run.data, run.symbol, run.sets);
  const auto stepped =
      files.run("stepped", run.data, run.symbol, run.sets + Sets{"backtest.skip=off"});
  EXPECT_EQ(passed.summary, stepped.summary);
  EXPECT_EQ(passed.summary, logged.summary);
  EXPECT_TRUE(passed.rows == stepped.rows) << "the rows differ";
  EXPECT_TRUE(passed.rows == logged.rows) << "the rows differ from those of the run with a log";
  return read_summary(files.path("logged") / "summary.json");
}

std::string sample() {
  return (std::filesystem::path(TRANCHET_SOURCE_DIR) / "data/sample.csv").string();
}

// ---- The sample: every combination.

TEST(RunOnTheSample, AsTheExampleSays) {
  const Figures figures = expect_sound({{sample()}, "DEMOUSDT", {}});
  EXPECT_EQ(count(figures, "ticks"), 10'080U);
  EXPECT_EQ(figures.at("naked_quantity_seconds"), "0");
  EXPECT_GT(count(figures, "trades"), 0U);
}

class RunOnTheSampleBusy
    : public testing::TestWithParam<std::tuple<const char*, const char*, const char*>> {};

TEST_P(RunOnTheSampleBusy, IsSound) {
  const auto& [policy, position_mode, delay] = GetParam();
  const Sets sets = busy() + cap(policy) + mode(position_mode) + latency(delay);
  const Figures figures = expect_sound({{sample()}, "DEMOUSDT", sets});
  EXPECT_GT(count(figures, "exits.take_profit") + count(figures, "exits.instant_take_profit"), 50U);
  EXPECT_GT(count(figures, "exits.stop_loss"), 10U);
  // Whole fills: the stop is in flight from the event on that made the tranche.
  EXPECT_EQ(figures.at("naked_quantity_seconds"), "0");
}

INSTANTIATE_TEST_SUITE_P(All, RunOnTheSampleBusy,
                         testing::Combine(testing::Values("merge", "join", "reject"),
                                          testing::Values("hedge", "one_way"),
                                          testing::Values("0", "250")));

TEST(RunOnTheSample, FillsInParts) {
  const Figures figures = expect_sound(
      {{sample()}, "DEMOUSDT", busy() + Sets{"defaults.trade_value=5000"} + share("10")});
  EXPECT_GT(count(figures, "trades"), 50U);
}

// ---- Real history, every price file.

class RunOnHistory : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::is_directory(market_history())) {
      GTEST_SKIP() << "no market history at " << market_history() << "; set TRANCHET_MARKET_DATA";
    }
  }
  static Figures expect_sound_on(const std::string& file, const std::string& symbol,
                                 const Sets& sets) {
    SCOPED_TRACE(file);
    return expect_sound({{(market_history() / file).string()}, symbol, sets});
  }
};

TEST_F(RunOnHistory, MonthsOfMinutesAsTheExampleSays) {
  const Figures crash =
      expect_sound_on("binance_um_klines_1m/FILUSDT-1m-2024-04.csv", "FILUSDT", {});
  EXPECT_EQ(count(crash, "ticks"), 43'200U);
  EXPECT_EQ(crash.at("naked_quantity_seconds"), "0");
  EXPECT_GT(count(crash, "exits.stop_loss"), 0U);
  const Figures other = expect_sound_on("bybit_linear_klines_1m/SOLUSDT_1m.csv", "SOLUSDT", {});
  EXPECT_EQ(count(other, "ticks"), 43'201U);
}

TEST_F(RunOnHistory, MonthsOfMinutesBusy) {
  const auto expect_whole = [](const std::string& file, const std::string& symbol,
                               const Sets& sets) {
    const Figures figures = expect_sound_on(file, symbol, sets);
    EXPECT_GT(count(figures, "trades"), 30U);
    EXPECT_EQ(figures.at("naked_quantity_seconds"), "0");
  };
  expect_whole("binance_um_klines_1m/FILUSDT-1m-2024-04.csv", "FILUSDT", busy() + latency("250"));
  expect_whole("binance_um_klines_1m/FILUSDT-1m-2025-06.csv", "FILUSDT", lively() + cap("join"));
  expect_whole("binance_um_klines_1m/AVAXUSDT-1m-2025-02.csv", "AVAXUSDT",
               lively() + mode("one_way") + latency("0"));
  expect_whole("binance_um_klines_1m/NEARUSDT-1m-2024-02.csv", "NEARUSDT",
               lively() + mode("one_way") + cap("reject"));
  expect_whole("binance_um_klines_1m/LTCUSDT-1m-2026-02.csv", "LTCUSDT",
               lively() + cap("reject") + latency("0"));
  expect_whole("bybit_linear_klines_1m/BTCUSDT_1m.csv", "BTCUSDT", lively() + latency("0"));
  expect_whole("bybit_linear_klines_1m/SOLUSDT_1m.csv", "SOLUSDT", lively() + latency("250"));
}

TEST_F(RunOnHistory, MonthOfMinutesInParts) {
  const Figures figures = expect_sound_on("bybit_linear_klines_1m/ETHUSDT_1m.csv", "ETHUSDT",
                                          busy() + share("10") + latency("250"));
  // Parts of an entry that fill while the stop for the parts before is still on its way.
  EXPECT_NE(figures.at("naked_quantity_seconds"), "0");
}

TEST_F(RunOnHistory, ZipsOfThreeDays) {
  std::vector<std::string> days;
  for (const char* day : {"2020-01-01", "2020-01-02", "2020-01-03"}) {
    days.push_back(
        (market_history() / "binance_vision_zips" / ("BTCUSDT-1m-" + std::string(day) + ".zip"))
            .string());
  }
  const Figures figures = expect_sound({days, "BTCUSDT", busy()});
  EXPECT_EQ(count(figures, "ticks"), 4'320U);
}

TEST_F(RunOnHistory, Captures) {
  const auto expect_capture = [](const std::string& file, const std::string& symbol, bool marks) {
    const Figures figures =
        expect_sound_on("hftbacktest/" + file, symbol, busy() + fine() + share("10"));
    EXPECT_GT(count(figures, "tranches_opened"), 0U);
    EXPECT_EQ(figures.at("mark_source"),
              marks ? "mark prices of the data" : "every trade price is also the mark");
  };
  expect_capture("usdm_btcusdt_20230404.dat.gz", "BTCUSDT", true);
  expect_capture("usdm_btcusdt_20230405.dat.gz", "BTCUSDT", true);
  expect_capture("usdm_btcusdt_20240808.gz", "BTCUSDT", false);
  expect_capture("usdm_ethusdt_20240808.gz", "ETHUSDT", false);
}

TEST_F(RunOnHistory, IndexAndShares) {
  const Figures index = expect_sound_on("nse/NIFTY_2024.csv", "NIFTY", busy());
  EXPECT_GT(count(index, "trades"), 100U);
  const Figures share = expect_sound_on("nse/SBIN_5m_20230703_20240628.csv", "SBIN", lively());
  EXPECT_EQ(count(share, "ticks"), 18'354U);
  EXPECT_GT(count(share, "trades"), 100U);
}

TEST_F(RunOnHistory, DaysOfTicks) {
  for (const char* day : {"20131008", "20131010"}) {
    const Figures figures = expect_sound_on(
        "lean/equity/usa/tick/spy/" + std::string(day) + "_trade.zip", "SPY", busy() + share("10"));
    EXPECT_GT(count(figures, "trades"), 10U);
  }
}

}  // namespace
}  // namespace tranchet

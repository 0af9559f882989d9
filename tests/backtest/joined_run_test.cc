// Several sources in one run: against runs of each instrument alone, against its own log, and the
// liquidation hunter on bars and liquidations of the same hour.
#include "backtest/joined_run.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "backtest/joined_history.h"
#include "replay/verify.h"
#include "replay/why.h"
#include "tests/support/market_history.h"

namespace tranchet {
namespace {

namespace fs = std::filesystem;
using namespace literals;

// 2026-01-01T00:00:00Z.
constexpr std::int64_t kStart = 1'767'225'600'000;

Timestamp at(std::int64_t milliseconds) {
  return Timestamp::from_nanoseconds((kStart + milliseconds) * 1'000'000);
}

// Bars of a minute on a walk of whole ticks; every seed has its own.
std::string walk(std::uint64_t seed, int minutes, int from) {
  std::string text = "timestamp,open,high,low,close,volume\n";
  std::int64_t price = from;
  const auto chance = [&seed](std::int64_t below) {
    seed = seed * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
    return static_cast<std::int64_t>((seed >> 33) % static_cast<std::uint64_t>(below));
  };
  for (int minute = 0; minute < minutes; ++minute) {
    const std::int64_t open = price, close = open + chance(41) - 20;
    const std::int64_t high = std::max(open, close) + chance(10);
    const std::int64_t low = std::min(open, close) - chance(10);
    text += std::to_string(kStart + minute * 60'000) + "," + std::to_string(open) + "," +
            std::to_string(high) + "," + std::to_string(low) + "," + std::to_string(close) + ",1\n";
    price = close;
  }
  return text;
}

std::string flat_bars(const std::vector<int>& prices) {
  std::string text = "timestamp,open,high,low,close,volume\n";
  for (std::size_t minute = 0; minute < prices.size(); ++minute) {
    const std::string price = "," + std::to_string(prices[minute]);
    text += std::to_string(kStart + static_cast<std::int64_t>(minute) * 60'000) + price + price +
            price + price + ",1\n";
  }
  return text;
}

// A row as people record them, of 200 x 100 by its average, and much less by its limit price.
std::string liquidation(const std::string& symbol, const std::string& side, std::int64_t when) {
  return symbol + "," + side + ",LIMIT,IOC,200,1,100,FILLED,7,200," +
         std::to_string(kStart + when) + ",20000\n";
}

std::string mark_klines(const std::vector<int>& prices) {
  std::string text;
  for (std::size_t minute = 0; minute < prices.size(); ++minute) {
    const std::int64_t opens = kStart + static_cast<std::int64_t>(minute) * 60'000;
    const std::string price = "," + std::to_string(prices[minute]);
    text += std::to_string(opens) + price + price + price + price + ",0," +
            std::to_string(opens + 59'999) + ",0,60,0,0,0\n";
  }
  return text;
}

class Fills final : public Rows {
 public:
  void add(const TradeRow& row) override { rows.push_back(row); }
  void add(const TrancheRow&) override {}
  void add(const EquityRow&) override {}
  std::vector<TradeRow> rows;
};

class JoinedRuns : public testing::Test {
 protected:
  JoinedRuns() : root_(fs::temp_directory_path() / ("joined." + std::to_string(getpid()))) {
    fs::create_directories(root_);
  }
  ~JoinedRuns() override { fs::remove_all(root_); }

  MarketOptions market(const std::string& symbol, const std::string& file,
                       const std::string& text) const {
    std::ofstream(root_ / file) << text;
    return {.data = {.paths = {root_ / file}, .symbol = symbol},
            .rules = {.tick_size = 1_px, .step_size = 0.001_qty}};
  }

  static BacktestOptions together(const std::vector<MarketOptions>& markets) {
    BacktestOptions options{.data = markets.front().data, .rules = markets.front().rules};
    options.beside.assign(markets.begin() + 1, markets.end());
    set(options, Setting::Strategy, static_cast<std::int64_t>(StrategyName::Dip));
    set(options, Setting::MaxTotalValue, 1'000'000 * kDecimalOne);
    set(options, Setting::TakeProfit, 10'000);
    set(options, Setting::StopLoss, 20'000);
    options.simulation.initial_balance = Money::from_raw(1'000'000 * kDecimalOne);
    return options;
  }
  static void set(BacktestOptions& options, Setting setting, std::int64_t value) {
    options.settings.set(setting, InstrumentId::None, value);
  }
  static BacktestOptions hunting(const std::vector<MarketOptions>& markets) {
    BacktestOptions options = together(markets);
    set(options, Setting::Strategy, static_cast<std::int64_t>(StrategyName::LiquidationHunter));
    return options;
  }

  static Summary run(const BacktestOptions& options) {
    Names names;
    auto summary = run_backtest(options, names);
    if (summary) return *summary;
    const auto* input = std::get_if<InputError>(&summary.error());
    ADD_FAILURE() << (input != nullptr ? to_text(*input)
                                       : std::get<LogError>(summary.error()).message);
    return {};
  }

  fs::path root_;
};

void expect_part(const InstrumentResult& part, const AccountResult& alone) {
  EXPECT_EQ(part.net_pnl, alone.net_pnl);
  EXPECT_EQ(part.realized_pnl, alone.realized_pnl);
  EXPECT_EQ(part.unrealized_pnl, alone.unrealized_pnl);
  EXPECT_EQ(part.fees, alone.fees);
  EXPECT_EQ(part.trades, alone.trades);
  EXPECT_EQ(part.wins, alone.wins);
  EXPECT_EQ(part.losses, alone.losses);
  EXPECT_EQ(part.tranches_opened, alone.tranches_opened);
}

// As long as no limit over all of them binds, each fares as if it were alone.
TEST_F(JoinedRuns, EachInstrumentFaresAsIfAlone) {
  const std::vector<MarketOptions> markets = {market("AUSDT", "a.csv", walk(1, 3'000, 2'000)),
                                              market("BUSDT", "b.csv", walk(2, 3'000, 1'000)),
                                              market("CUSDT", "c.csv", walk(3, 3'000, 3'000))};
  const Summary all = run(together(markets));
  ASSERT_EQ(all.instruments.size(), 3U);
  EXPECT_EQ(all.instrument, "AUSDT,BUSDT,CUSDT");
  Money net, fees;
  std::uint64_t trades = 0, bars = 0;
  for (std::size_t index = 0; index < markets.size(); ++index) {
    const Summary alone = run(together({markets[index]}));
    EXPECT_GT(alone.account.trades, 10U);
    EXPECT_EQ(all.instruments[index].first, markets[index].data.symbol);
    expect_part(all.instruments[index].second, alone.account);
    net += alone.account.net_pnl;
    fees += alone.account.fees;
    trades += alone.account.trades;
    bars += alone.ticks;
  }
  EXPECT_EQ(all.account.net_pnl, net);
  EXPECT_EQ(all.account.fees, fees);
  EXPECT_EQ(all.account.trades, trades);
  EXPECT_EQ(all.ticks, bars);
  ASSERT_TRUE(all.interval);
}

TEST_F(JoinedRuns, TheLimitOverAllPositionsBindsAcrossInstruments) {
  const std::vector<MarketOptions> markets = {market("AUSDT", "a.csv", walk(1, 1'000, 2'000)),
                                              market("BUSDT", "b.csv", walk(2, 1'000, 1'000))};
  BacktestOptions options = together(markets);
  set(options, Setting::MaxTranches, 1);
  set(options, Setting::AtCap, static_cast<std::int64_t>(AtCapPolicy::Reject));
  set(options, Setting::StrategySides, static_cast<std::int64_t>(StrategySidesChoice::Long));
  EXPECT_EQ(run(options).account.tranches_live_max, 2U);
  // Room for one entry of 100, wherever it comes first.
  set(options, Setting::MaxTotalValue, 150 * kDecimalOne);
  const Summary tight = run(options);
  EXPECT_EQ(tight.account.tranches_live_max, 1U);
  EXPECT_GT(tight.instruments[0].second.trades, 0U);
  EXPECT_GT(tight.instruments[1].second.trades, 0U);
}

// Passing over quiet prices changes nothing, and the log replays.
void expect_one_run(BacktestOptions options, const fs::path& log_folder,
                    Summary (*run)(const BacktestOptions&)) {
  const Summary quick = run(options);
  EXPECT_GT(quick.account.tranches_opened, 5U);
  options.skip = false;
  const Summary slow = run(options);
  EXPECT_EQ(quick.command_digest, slow.command_digest);
  EXPECT_EQ(quick.state_digest, slow.state_digest);
  EXPECT_EQ(quick.account, slow.account);
  options.log = log_folder;
  const Summary logged = run(options);
  EXPECT_EQ(quick.state_digest, logged.state_digest);
  auto log = LogReader::open(log_folder);
  ASSERT_TRUE(log) << log.error().message;
  const auto replayed = replay(**log, {});
  ASSERT_TRUE(replayed) << replayed.error().message;
  EXPECT_FALSE(replayed->divergence);
  EXPECT_EQ(replayed->command_digest, quick.command_digest);
  EXPECT_EQ(replayed->state_digest, quick.state_digest);
  EXPECT_EQ(replayed->events, quick.events);
}

TEST_F(JoinedRuns, OneLogThatReplaysAndJumpsChangeNothing) {
  std::string forced;
  for (int minute = 1; minute < 600; minute += 7) {
    forced += liquidation(minute % 2 == 0 ? "A" : "B", minute % 3 == 0 ? "BUY" : "SELL",
                          minute * 60'000 + minute * 90);
  }
  const std::vector<MarketOptions> prices = {market("AUSDT", "a.csv", walk(7, 600, 2'000)),
                                             market("BUSDT", "b.csv", walk(8, 600, 1'000))};
  std::vector<MarketOptions> all = prices;
  all.push_back(market("AUSDT", "l.csv", forced));
  all.push_back(market("BUSDT", "l.csv", forced));
  expect_one_run(together(prices), root_ / "dip.log", run);
  BacktestOptions hunter = hunting(all);
  set(hunter, Setting::HunterMarkRatio, 0);
  set(hunter, Setting::TrancheIncrement, -kPpmOne);
  expect_one_run(hunter, root_ / "hunter.log", run);
  set(hunter, Setting::HunterVwapFilter, 1);
  expect_one_run(hunter, root_ / "vwap.log", run);
}

// Points of bars of the same minute come in turns; at the same time, as the sources were named.
TEST_F(JoinedRuns, MomentsAreInOrderOfTimeThenOfTheSources) {
  const MarketOptions a = market("AUSDT", "a.csv", flat_bars({100, 101}));
  const MarketOptions b = market("BUSDT", "b.csv", flat_bars({200, 201}));
  const MarketOptions forced =
      market("AUSDT", "l.csv", liquidation("A", "SELL", 0) + liquidation("A", "BUY", 30'000));
  const auto order_of = [](const std::vector<MarketOptions>& markets) {
    std::vector<DataOptions> sources;
    for (const MarketOptions& one : markets) sources.push_back(one.data);
    auto history = JoinedHistory::open(sources);
    EXPECT_TRUE(history);
    std::string order;
    JoinedHistory::Moment moment;
    while (true) {
      const auto more = (*history)->next(moment);
      EXPECT_TRUE(more);
      if (!more || !*more) return order;
      const Int128 seconds =
          divide_floor(moment.time.nanoseconds(), 1'000'000'000) - kStart / 1'000;
      order += std::to_string(moment.source) + "@" +
               std::to_string(static_cast<std::int64_t>(seconds)) + " ";
    }
  };
  EXPECT_EQ(order_of({a, b, forced}),
            "0@0 1@0 2@0 0@19 1@19 2@30 0@39 1@39 0@59 1@59 0@60 1@60 0@79 1@79 0@99 1@99 0@119 "
            "1@119 ");
  EXPECT_EQ(order_of({forced, b, a}).substr(0, 36), "0@0 1@0 2@0 1@19 2@19 0@30 1@39 2@39");
}

TEST_F(JoinedRuns, AnEntryMeetsThePriceOfBefore) {
  const std::vector<MarketOptions> markets = {
      market("AUSDT", "a.csv", flat_bars({100, 110, 110})),
      market("AUSDT", "l.csv",
             liquidation("A", "SELL", 59'000) + liquidation("B", "SELL", 70'000))};
  BacktestOptions options = hunting(markets);
  Fills fills;
  options.rows = {&fills};
  const Summary summary = run(options);
  ASSERT_FALSE(fills.rows.empty());
  EXPECT_EQ(fills.rows[0].price, 100_px);  // Not the next minute's.
  EXPECT_EQ(fills.rows[0].time, at(59'050));
  EXPECT_EQ(fills.rows[0].key.side, PositionSide::Long);
  EXPECT_EQ(summary.account.tranches_opened, 1U);
  EXPECT_EQ(summary.source, "bars and ticks");
  EXPECT_TRUE(summary.instruments.empty());  // One instrument: the whole is its part.
  ASSERT_EQ(summary.data.size(), 2U);
  EXPECT_EQ(summary.data[1].ignored, 1U);
  const std::string note =
      "stale_after: 1m, the length of the bars, unless set: a liquidation "
      "meets a price of before";
  EXPECT_NE(std::ranges::find(summary.notes, note), summary.notes.end());
}

TEST_F(JoinedRuns, TheLogTellsWhatTheHunterSaw) {
  const std::string twice = liquidation("A", "SELL", 10'000) + liquidation("A", "SELL", 20'000);
  BacktestOptions options =
      hunting({market("AUSDT", "a.csv", flat_bars({100, 100})), market("AUSDT", "l.csv", twice)});
  set(options, Setting::HunterLongThreshold, 30'000 * kDecimalOne);
  options.log = root_ / "log";
  run(options);
  auto log = LogReader::open(*options.log);
  ASSERT_TRUE(log) << log.error().message;
  const auto story = why(**log, TrancheId{1});
  ASSERT_TRUE(story);
  std::string facts;
  for (const WhyStep& step : story->steps) {
    for (const std::string& fact : step.explanation.because) facts += fact + "\n";
  }
  EXPECT_NE(facts.find("longs liquidated within 1m came to 40000: the strategy enters Long at "
                       "30000"),
            std::string::npos)
      << facts;
}

// 39 s after the second extreme: the price is 19 s old.
TEST_F(JoinedRuns, AnAgeThatWasSetIsKept) {
  BacktestOptions options = hunting({market("AUSDT", "a.csv", flat_bars({100, 110})),
                                     market("AUSDT", "l.csv", liquidation("A", "SELL", 59'000))});
  options.stale_after_was_set = true;
  EXPECT_EQ(run(options).account.tranches_opened, 0U);
}

TEST_F(JoinedRuns, MarksBesideTradesAreMarks) {
  const std::vector<MarketOptions> markets = {
      market("AUSDT", "a.csv", flat_bars({100, 100, 98, 98})),
      market("AUSDT", "m.csv", mark_klines({100, 100, 100, 100}))};
  const Summary summary = run(together(markets));
  EXPECT_EQ(summary.mark_source, "mark prices of the data");
  EXPECT_EQ(summary.account.tranches_opened, 0U);  // The dip is measured on marks.
  const Summary trades = run(together({markets[0]}));
  EXPECT_EQ(trades.account.tranches_opened, 1U);
}

TEST_F(JoinedRuns, MarksOfSomeInstrumentsOnlyAreRefused) {
  const BacktestOptions options = together({market("AUSDT", "a.csv", flat_bars({100, 100})),
                                            market("BUSDT", "m.csv", mark_klines({100, 100}))});
  Names names;
  const auto summary = run_backtest(options, names);
  ASSERT_FALSE(summary);
  EXPECT_NE(std::get<InputError>(summary.error())
                .message.find("BUSDT has mark prices and AUSDT has none"),
            std::string::npos);
}

TEST_F(JoinedRuns, FilesOfOneKindAreOneSource) {
  const auto first = market("AUSDT", "1.csv", walk(1, 10, 100)).data;
  const auto second = market("AUSDT", "2.csv", walk(1, 10, 100)).data;
  const auto forced = market("AUSDT", "l.csv", liquidation("A", "SELL", 0)).data;
  DataOptions all = first;
  all.paths = {first.paths[0], forced.paths[0], second.paths[0]};
  const auto sources = apart_by_kind(all);
  ASSERT_TRUE(sources);
  ASSERT_EQ(sources->size(), 2U);
  EXPECT_EQ((*sources)[0].paths, (std::vector{first.paths[0], second.paths[0]}));
  EXPECT_EQ((*sources)[1].paths, forced.paths);
  // What a venue's names say is not looked up: these are not even there.
  all.paths = {"AUSDT-1m-2024-01.csv", "AUSDT-1m-2024-02.csv"};
  ASSERT_TRUE(apart_by_kind(all));
  all.paths = {root_ / "AUSDT-1m-2024-01.csv", root_ / "not_there.csv"};
  EXPECT_FALSE(apart_by_kind(all));
}

// ---- Real history.

// An hour of liquidations of 2025-06-23 in a month of minute bars of three coins: every entry
// follows a liquidation of its coin, of the other side, by the latency.
TEST_F(JoinedRuns, TheHunterOnARecordedHour) {
  const fs::path forced = market_history() / "liquidations/neoparth_binance.csv";
  if (!fs::exists(forced)) GTEST_SKIP() << forced << " is not there";
  std::vector<MarketOptions> markets;
  for (const std::string coin : {"BTC", "ETH", "SOL"}) {
    const fs::path bars = market_history() / ("bybit_linear_klines_1m/" + coin + "USDT_1m.csv");
    for (const fs::path& path : {bars, forced}) {
      markets.push_back({.data = {.paths = {path}, .symbol = coin + "USDT"}});
    }
  }
  BacktestOptions options = hunting(markets);
  set(options, Setting::HunterLongThreshold, 1'000 * kDecimalOne);
  set(options, Setting::HunterShortThreshold, 1'000 * kDecimalOne);
  set(options, Setting::TradeValue, 500 * kDecimalOne);  // A step of BTC is worth 100.
  Fills fills;
  options.rows = {&fills};
  const Summary summary = run(options);
  // By coin: BTC 1, ETH 2, SOL 3.
  std::map<InstrumentId, std::multimap<Timestamp, Side>> liquidations;
  for (std::size_t index = 1; index < markets.size(); index += 2) {
    DataOptions data = markets[index].data;
    data.instrument = InstrumentId{static_cast<std::uint16_t>(index / 2 + 1)};
    auto opened = MarketData::open(data);
    ASSERT_TRUE(opened);
    Block block;
    while (*(*opened)->next(block)) {
      for (const Occurrence& row : block.events) {
        const auto& printed = std::get<LiquidationPrinted>(row.body);
        liquidations[printed.instrument].emplace(row.time, printed.side);
      }
    }
  }
  std::set<InstrumentId> entered;
  for (const TradeRow& row : fills.rows) {
    if (row.purpose != Purpose::Entry) continue;
    entered.insert(row.key.instrument);
    const auto [first, last] =
        liquidations[row.key.instrument].equal_range(row.time - Duration::milliseconds(50));
    EXPECT_TRUE(std::any_of(first, last, [&](const auto& one) {
      return one.second == exit_side(row.key.side);
    })) << to_text(row.time);
  }
  EXPECT_EQ(entered.size(), 3U);
  EXPECT_EQ(summary.ticks, 43'200U * 2 + 43'201U + liquidations[InstrumentId{1}].size() +
                               liquidations[InstrumentId{2}].size() +
                               liquidations[InstrumentId{3}].size());
}

}  // namespace
}  // namespace tranchet

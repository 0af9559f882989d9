// `tranchet import` and what reads its tapes, as a user runs them: the same results as the files
// the tape was made of, and a clear refusal of a tape that is not what it was.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "backtest/tape/tape.h"
#include "backtest/tape/tape_environment.h"
#include "backtest/tape/tape_meta.h"
#include "tests/adapters/cli/shell.h"
#include "tests/support/market_history.h"

namespace tranchet {
namespace {

namespace fs = std::filesystem;

class TapeProgramTest : public testing::Test {
 protected:
  Ran shell(const std::string& line) const {
    return run_shell(files_, "C='" TRANCHET_SOURCE_DIR "/data/example.toml'\n" + line);
  }
  static std::string sample() { return std::string(TRANCHET_SOURCE_DIR) + "/data/sample.csv"; }
  void import_sample() const {
    const Ran ran = shell("$T import --data " + sample() + " --instrument DEMOUSDT --into t.tape");
    ASSERT_EQ(ran.status, 0) << ran.err;
  }
  // All that the program says of a tape, by each way that reads it, is that refusal.
  void expect_refused(const std::vector<std::string>& said, int status) const {
    for (const std::string line : {"$T tape check t.tape", "$T backtest --config $C --data t.tape",
                                   "$T sweep --config $C --data t.tape --instrument DEMOUSDT "
                                   "--grid g.toml --out o.sqlite"}) {
      const Ran ran =
          shell("printf '[parameters]\\ndefaults.stop_loss_pct = [1, 2]\\n' > g.toml; " + line);
      EXPECT_EQ(ran.status, status) << line << "\n" << ran.err;
      EXPECT_EQ(ran.out, "") << line;
      for (const std::string& words : said) {
        EXPECT_NE(ran.err.find(words), std::string::npos) << line << "\n" << ran.err;
      }
    }
  }
  // Writes the record about the tape again, changed.
  void change_meta(void (*change)(TapeMeta&)) const {
    auto environment = TapeEnvironment::open(files_.path("t.tape"), TapeEnvironment::Use::Append);
    ASSERT_TRUE(environment.has_value());
    auto transaction = TapeTransaction::begin(**environment, true);
    ASSERT_TRUE(transaction.has_value());
    auto meta = decode_meta(**transaction->get(TapeDatabase::Meta, 0));
    ASSERT_TRUE(meta.has_value());
    change(*meta);
    ASSERT_TRUE(transaction->put(TapeDatabase::Meta, 0, encode_meta(*meta)).has_value());
    ASSERT_TRUE(transaction->commit().has_value());
  }
  // Backtests of the files and of the tape made of them: commands, trades, summary and state the
  // same to the last byte, but for the time it took and the names of the files. Returns the
  // summary.
  std::string expect_same(const std::string& data, const std::string& symbol,
                          const std::string& more) const {
    const Ran ran = shell(
        "rm -rf t.tape raw tape\n"
        "$T import --data " +
        data + " --instrument " + symbol +
        " --into t.tape >&2 &&\n"
        "$T backtest --config $C " +
        more + " --data " + data + " --instrument " + symbol +
        " --out raw >raw.said && $T backtest --config $C " + more +
        " --data t.tape --out tape >tape.said || exit 9\n"
        "for f in trades equity tranches; do cmp raw/$f.csv tape/$f.csv || exit 1; done\n"
        "for d in raw tape; do grep -vE 'wall_seconds|events_per_second|\"files\"|^ *\"/|t.tape' "
        "$d/summary.json > $d.kept; done\ncmp raw.kept tape.kept || { diff raw.kept tape.kept; "
        "exit 1; }\n"
        "cat tape.kept");
    EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
    return ran.out;
  }

  InputFolder files_;
};

TEST_F(TapeProgramTest, TheSampleGivesTheSame) {
  const std::string summary = expect_same(sample(), "DEMOUSDT", "");
  EXPECT_NE(summary.find("\"command_digest\": \""), std::string::npos) << summary;
  EXPECT_NE(summary.find("\"state_digest\": \""), std::string::npos);
}

TEST_F(TapeProgramTest, RealHistoryGivesTheSame) {
  const fs::path root = market_history();
  if (!fs::is_directory(root)) {
    GTEST_SKIP() << "no market history at " << root << "; set TRANCHET_MARKET_DATA";
  }
  const std::string zips = (root / "binance_vision_zips/BTCUSDT-1m-2020-01-0").string();
  // Narrow targets, so that there are trades within minutes of history.
  const std::string busy =
      "--set strategy.drop_pct=0.02 --set strategy.cooldown=30s --set defaults.trade_value=1000 "
      "--set defaults.take_profit_pct=0.2 --set defaults.stop_loss_pct=0.2";
  struct History {
    std::string data, symbol;
  };
  for (const History& history :
       {History{(root / "binance_um_klines_1m/FILUSDT-1m-2024-04.csv").string(), "FILUSDT"},
        History{zips + "1.zip " + zips + "2.zip " + zips + "3.zip", "BTCUSDT"},
        History{(root / "nse/SBIN_5m_20230703_20240628.csv").string(), "SBIN"},
        History{(root / "hftbacktest/usdm_btcusdt_20230405.dat.gz").string(), "BTCUSDT"},
        History{(root / "lean/equity/usa/tick/spy/20131008_trade.zip").string(), "SPY"}}) {
    SCOPED_TRACE(history.data);
    const std::string summary = expect_same(history.data, history.symbol, busy);
    EXPECT_EQ(summary.find("\"tranches_opened\": 0,"), std::string::npos) << "nothing happened";
  }
}

TEST_F(TapeProgramTest, NothingIsWrittenOverAndOthersAreRefused) {
  import_sample();
  const auto refused = [&](const std::string& line, const std::vector<std::string>& said) {
    const Ran ran = shell("cp t.tape before.tape; " + line +
                          "\nstatus=$?; cmp t.tape before.tape || exit 1; exit $status");
    EXPECT_EQ(ran.status, 2) << line << ran.err;
    for (const std::string& words : said) {
      EXPECT_NE(ran.err.find(words), std::string::npos) << ran.err;
    }
  };
  refused("$T import --data " + sample() + " --instrument DEMOUSDT --into t.tape",
          {"t.tape", "they overlap", "nothing was written"});
  refused("$T import --data t.tape --instrument DEMOUSDT --into u.tape", {"is a tape already"});
  refused(
      "echo words > w.tape; $T import --data " + sample() + " --instrument DEMOUSDT --into w.tape",
      {"w.tape", "is not a tape; nothing was written"});
  refused("$T backtest --config $C --instrument OTHER --data t.tape",
          {"there is no row of OTHER: the tape is of DEMOUSDT"});
  EXPECT_EQ(shell("$T tape check t.tape").status, 0);
}

TEST_F(TapeProgramTest, AnotherVersion) {
  import_sample();
  change_meta([](TapeMeta& meta) { meta.version = kTapeVersion + 1; });
  expect_refused({"t.tape", "version " + std::to_string(kTapeVersion + 1)}, 2);
}

TEST_F(TapeProgramTest, ADamagedBlockIsNamedWithItsTimes) {
  import_sample();
  std::uint64_t at = 0;
  std::string range;
  {
    const auto tape = Tape::open(files_.path("t.tape"));
    ASSERT_TRUE(tape.has_value());
    const BlockHead& head = (*tape)->head(1);
    const auto time = [](std::int64_t at_time) {
      return to_text(Timestamp::from_nanoseconds(at_time));
    };
    range = "block 1 (" + time(head.summary[0].first_time) + " to " +
            time(head.summary[0].last_time) + ")";
    // Where the block lies in the file: its column of opening prices is nowhere else.
    const std::string bytes = content_of(files_.path("t.tape"));
    const TickBlock block = (*tape)->unchecked(1);
    const auto* const column = reinterpret_cast<const char*>(
        block.bytes() + head.columns[static_cast<std::size_t>(BarColumn::Open)].at);
    at = bytes.find(std::string(column, 64));
    ASSERT_NE(at, std::string::npos);
  }
  ASSERT_EQ(shell("printf X | dd of=t.tape bs=1 seek=" + std::to_string(at + 7) +
                  " conv=notrunc status=none")
                .status,
            0);
  expect_refused({"t.tape", range, "is damaged"}, 4);
}

}  // namespace
}  // namespace tranchet

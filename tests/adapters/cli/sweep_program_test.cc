// `tranchet sweep` as a user runs it: the same results as `tranchet backtest`, whatever the jobs,
// shards and interruptions.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <sstream>

#include "tests/adapters/cli/shell.h"

namespace tranchet {
namespace {

const std::string kGrid = R"([parameters]
defaults.take_profit_pct = [0.4, 0.8, 1.2]
defaults.stop_loss_pct = {from = 1, to = 3, step = 1}
strategy.cooldown = ["30s", "5m"]
[search]
objective = "net_pnl / max_drawdown"
constraints = ["2 * defaults.take_profit_pct <= defaults.stop_loss_pct"]
[statistics]
period = "12h"
folds = 3
partitions = 8
)";

class SweepTest : public testing::Test {
 protected:
  SweepTest() { files_.text("grid.toml", kGrid); }

  // A line of the shell in which $S is a sweep of the sample.
  Ran shell(const std::string& line) const {
    const std::string source = TRANCHET_SOURCE_DIR;
    return run_shell(
        files_, "R='--data " + source + "/data/sample.csv --instrument DEMOUSDT --config " +
                    source + "/data/example.toml'\nS=\"$T sweep $R --grid grid.toml\"\n" + line);
  }
  void run(const std::string& line) const {
    const Ran ran = shell(line);
    ASSERT_EQ(ran.status, 0) << line << "\n" << ran.err;
  }
  void expect_refused(const std::string& line, const std::string& said) const {
    const Ran ran = shell(line);
    EXPECT_EQ(ran.status, 2) << line << "\n" << ran.err;
    EXPECT_NE(ran.err.find(said), std::string::npos) << said << "\n  in: " << ran.err;
  }
  std::string csv(const std::string& name) const { return content_of(files_.path(name + ".csv")); }

  // The row of a trial by the names of its columns.
  std::map<std::string, std::string> row(const std::string& name, std::size_t trial) const {
    std::istringstream lines(csv(name));
    std::string head, line;
    std::getline(lines, head);
    for (std::size_t i = 0; i < trial; ++i) std::getline(lines, line);
    std::istringstream names(head), values(line);
    std::map<std::string, std::string> result;
    for (std::string key, value; std::getline(names, key, ',');) {
      std::getline(values, value, ',');
      result[key] = value;
    }
    return result;
  }

  // A trial's figures and digests are those of a backtest with the same settings.
  void expect_backtest(const std::string& name, std::size_t trial, const std::string& data) const {
    const auto found = row(name, trial);
    std::string line = "$T backtest --json " + data;
    for (const auto& [key, value] : found) {
      if (key.find('.') != std::string::npos) line += " --set " + key + "=" + value;
    }
    const Ran ran = shell(line);
    ASSERT_EQ(ran.status, 0) << ran.err;
    for (const std::string key : {"net_pnl", "final_equity", "fees", "max_drawdown",
                                  "max_drawdown_pct", "state_digest", "command_digest"}) {
      EXPECT_NE(ran.out.find("\"" + key + "\": \"" + found.at(key) + "\""), std::string::npos)
          << key << " " << found.at(key) << " in " << ran.out;
    }
    for (const std::string key : {"trades", "wins", "losses", "events"}) {
      EXPECT_NE(ran.out.find("\"" + key + "\": " + found.at(key) + ","), std::string::npos) << key;
    }
    if (found.at("net_pnl_optimistic").empty()) return;
    EXPECT_NE(ran.out.find("\"optimistic\": \"" + found.at("net_pnl_optimistic")),
              std::string::npos);
  }

  InputFolder files_;
};

TEST_F(SweepTest, TrialsAreWhatBacktestsAre) {
  run("$S --out a.sqlite --jobs 2");
  // 3 x 3 x 2 without 0.8 and 1.2 at a stop of 1, and 1.2 at 2.
  const std::string text = csv("a");
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1 + 12);
  for (const std::size_t trial : {1U, 6U, 12U}) expect_backtest("a", trial, "$R");
}

TEST_F(SweepTest, JobsAndShardsChangeNothing) {
  run("$S --out one.sqlite");
  run("$S --out two.sqlite --jobs 2");
  for (const std::string shard : {"1", "2", "3"}) {
    run("$S --shard " + shard + "/3 --out s" + shard + ".sqlite");
  }
  run("$T sweep merge s2.sqlite s3.sqlite s1.sqlite --out merged.sqlite");
  EXPECT_EQ(csv("one"), csv("two"));
  EXPECT_EQ(csv("one"), csv("merged"));
  const std::string page = content_of(files_.path("one.html"));
  EXPECT_EQ(page, content_of(files_.path("merged.html")));
  EXPECT_EQ(page.find("http"), std::string::npos);  // From no other host.
  EXPECT_NE(page.find("Deflated Sharpe ratio"), std::string::npos);
}

TEST_F(SweepTest, MergeNamesWhatIsWrong) {
  for (const std::string shard : {"1", "2"}) {
    run("$S --shard " + shard + "/2 --out s" + shard + ".sqlite");
  }
  run("$S --shard 2/3 --out other.sqlite");
  run("$S --shard 2/2 --set defaults.trade_value=50 --out changed.sqlite");
  run("cp s2.sqlite twin.sqlite; echo words > words.sqlite; cp s1.sqlite cut.sqlite");
  const std::string merge = "$T sweep merge --out m.sqlite ";
  expect_refused(merge + "s1.sqlite", "of 2 shards these are missing: 2");
  expect_refused(merge + "s1.sqlite s2.sqlite twin.sqlite",
                 "twin.sqlite and s2.sqlite are both shard 2 of 2");
  expect_refused(merge + "s1.sqlite other.sqlite",
                 "other.sqlite does not belong to s1.sqlite: it is one of 3 shards, not of 2");
  expect_refused(merge + "s1.sqlite changed.sqlite", "the configuration is another");
  expect_refused(merge + "s1.sqlite words.sqlite", "words.sqlite: is not the results of a sweep");
  expect_refused(merge + "s1.sqlite none.sqlite", "none.sqlite: does not exist");
  EXPECT_FALSE(std::filesystem::exists(files_.path("m.sqlite")));
  run(merge + "s1.sqlite s2.sqlite");
  expect_refused(merge + "s1.sqlite s2.sqlite", "m.sqlite: is there already");
}

TEST_F(SweepTest, ShardsAsSchedulersTellThem) {
  run("SLURM_ARRAY_TASK_ID=3 SLURM_ARRAY_TASK_COUNT=3 $S --out a.sqlite");
  run("SLURM_ARRAY_TASK_ID=4 SLURM_ARRAY_TASK_MIN=0 SLURM_ARRAY_TASK_STEP=4 "
      "SLURM_ARRAY_TASK_COUNT=3 $S --out b.sqlite");
  run("JOB_COMPLETION_INDEX=2 JOB_COMPLETIONS=3 $S --out c.sqlite");
  run("$T sweep merge a.sqlite b.sqlite c.sqlite --out whole.sqlite");
  run("SLURM_ARRAY_TASK_ID=3 SLURM_ARRAY_TASK_COUNT=3 $S --shard 1/1 --out all.sqlite");
  EXPECT_EQ(csv("whole"), csv("all"));
  expect_refused("JOB_COMPLETION_INDEX=0 $S --out d.sqlite", "JOB_COMPLETIONS, how many");
  expect_refused("$S --shard 3/2 --out d.sqlite", "--shard \"3/2\" is not I/N");
  expect_refused(
      "sed -i 's/^.search.$/[search]\\nmethod = \"tpe\"\\ncount = 20/' grid.toml\n"
      "$S --shard 1/2 --out d.sqlite",
      "cannot run in shards");
}

TEST_F(SweepTest, NothingIsOverwritten) {
  run("$S --out a.sqlite; cp a.sqlite before.sqlite");
  expect_refused(
      "sed 's/0.4, //' grid.toml > less.toml; $T sweep $R --grid less.toml "
      "--out a.sqlite",
      "a.sqlite: the grid is another");
  expect_refused("$S --set defaults.trade_value=50 --out a.sqlite", "the configuration is another");
  expect_refused("head -n 9000 " TRANCHET_SOURCE_DIR
                 "/data/sample.csv > less.csv; $T sweep --data less.csv --instrument DEMOUSDT "
                 "--config " TRANCHET_SOURCE_DIR
                 "/data/example.toml --grid grid.toml --out a.sqlite",
                 "a.sqlite: the data is another");
  expect_refused("$S --shard 1/2 --out a.sqlite", "a.sqlite: holds shard 1 of 1, not shard 1 of 2");
  run("cmp a.sqlite before.sqlite");
  expect_refused("echo words > words.sqlite; $S --out words.sqlite",
                 "is not the results of a sweep");
  run("test \"$(cat words.sqlite)\" = words");
  expect_refused("head -c 20000 a.sqlite > cut.sqlite; $S --out cut.sqlite",
                 "cut.sqlite: is damaged");
  expect_refused("echo data > b.csv; $S --out b.sqlite", "b.csv is there already and would be");
  run("test \"$(cat b.csv)\" = data");
  expect_refused("$S --out trials.sqlite", "that name is for the count of all trials");
  expect_refused("$S --out a.csv", "that name is for the csv");
  expect_refused("$S --out none/a.sqlite", "there is no folder none");
  expect_refused("exec 9< a.sqlite; flock 9; $S --out a.sqlite", "another sweep is writing to it");
  expect_refused("$S --jobs 0 --out b.sqlite", "--jobs \"0\" is no number");
  expect_refused("$T sweep $R --out b.sqlite", "--grid is required");
  EXPECT_FALSE(std::filesystem::exists(files_.path("b.sqlite")));
}

TEST_F(SweepTest, GridsThatCannotBeRunLeaveNothing) {
  const auto refused = [&](const std::string& grid, const std::string& said) {
    files_.text("bad.toml", grid);
    expect_refused("$T sweep $R --grid bad.toml --out bad.sqlite", said);
    EXPECT_FALSE(std::filesystem::exists(files_.path("bad.sqlite")));
  };
  refused("[parameters]\ndefaults.take_proft_pct = [1]\n",
          "bad.toml:2: unknown key \"defaults.take_proft_pct\"; the nearest known key is");
  refused("[search]\nmethod = \"grid\"\n", "bad.toml: has no parameters: the product is empty");
  refused("[parameters]\ndefaults.take_profit_pct = []\n",
          "bad.toml:2: defaults.take_profit_pct has no");
  refused(
      "[parameters]\ndefaults.take_profit_pct = [1, 2]\n[search]\nconstraints = "
      "[\"defaults.take_profit_pct > 9\"]\n",
      "the constraints exclude every point: defaults.take_profit_pct > 9");
}

// Killed again and again, each time a little later, until it comes to its end. Whenever it is
// killed, what is there can be read.
TEST_F(SweepTest, KilledAtAnyMomentItGoesOn) {
  run("sed -i 's/0.8, 1.2/0.6, 0.8/; s/step = 1/step = 0.5/' grid.toml");
  run("$S --out whole.sqlite");
  for (const std::string signal : {"KILL", "INT"}) {
    run("for i in $(seq 1 40); do timeout -s " + signal +
        " $((i / 10)).$((i % 10)) $S --out a.sqlite >/dev/null 2>said; status=$?\n"
        "  [[ $status == 0 ]] && break\n"
        "  test $status = 124 || test $status = 137 || { cat said >&2; exit 1; }\n"
        "  if test -s a.sqlite; then $T sweep merge a.sqlite --out m.sqlite >/dev/null 2>merged "
        "||\n"
        "    grep -qE 'is missing|holds nothing' merged || { cat merged >&2; exit 1; }; fi\n"
        "  rm -f m.*\n"
        "done; test $status = 0 && cmp a.csv whole.csv && cmp a.html whole.html && rm a.*");
  }
}

TEST_F(SweepTest, TpeGoesOnWhereItWas) {
  run("sed -i 's/^.search.$/[search]\\nmethod = \"tpe\"\\ncount = 40/; s/step = 1/step = 0.1/' "
      "grid.toml");
  run("$S --out whole.sqlite --jobs 2");
  run("for i in 1 2 3; do timeout -s KILL 0.$((i * 3)) $S --out a.sqlite; done >/dev/null "
      "2>&1; $S --out a.sqlite && cmp a.csv whole.csv");
  const std::string text = csv("whole");
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 41);
}

TEST_F(SweepTest, TrialsOfAllSweepsAreCounted) {
  EXPECT_NE(shell("$S --out a.sqlite").out.find("12 on this data"), std::string::npos);
  EXPECT_NE(shell("$S --out a.sqlite").out.find("12 on this data"), std::string::npos);
  const Ran more = shell("sed -i 's/0.4, //' grid.toml; $S --out b.sqlite");
  EXPECT_NE(more.out.find("18 on this data"), std::string::npos) << more.out;
}

TEST_F(SweepTest, Ticks) {
  std::string rows =
      "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,"
      "is_buyer_maker\n";
  std::int64_t price = 100'000;
  std::uint64_t chance = 1;
  for (int i = 0; i < 20'000; ++i) {
    chance = chance * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
    price += static_cast<std::int64_t>(chance >> 60) * 10 - 75;
    const std::string id = std::to_string(i + 1);
    rows += id + "," + std::to_string(price / 1'000) + "." +
            std::to_string(1'000 + price % 1'000).substr(1) + ",0.5," + id + "," + id + "," +
            std::to_string(1'767'225'600'000 + i * 1'000LL) + ",true\n";
  }
  files_.text("trades.csv", rows);
  const std::string rest =
      " --instrument DEMOUSDT --config " TRANCHET_SOURCE_DIR "/data/example.toml";
  const std::string data = "--data trades.csv" + rest;
  run("$T sweep " + data + " --grid grid.toml --jobs 2 --out a.sqlite");
  for (const std::size_t trial : {1U, 7U}) expect_backtest("a", trial, data);
  EXPECT_NE(row("a", 1).at("trades"), "0");
  // A tape is the same data: it gives the same table, and even goes on with the same file.
  run("$T import --data trades.csv --instrument DEMOUSDT --into trades.tape");
  const std::string tape = "--data trades.tape" + rest;
  run("$T sweep " + tape + " --grid grid.toml --out tape.sqlite");
  EXPECT_EQ(csv("a"), csv("tape"));
  run("$T sweep " + tape + " --grid grid.toml --out a.sqlite");
  EXPECT_EQ(csv("a"), csv("tape"));
}

}  // namespace
}  // namespace tranchet

// What --data names: instruments, files of one kind and of several; and what takes one source only.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "adapters/cli/backtest_command.h"
#include "adapters/cli/backtest_options.h"
#include "adapters/cli/sweep_command.h"

namespace tranchet {
namespace {

namespace fs = std::filesystem;

class BacktestSources : public testing::Test {
 protected:
  BacktestSources() : root_(fs::temp_directory_path() / ("sources." + std::to_string(getpid()))) {
    fs::create_directories(root_);
    std::string bars = "timestamp,open,high,low,close,volume\n";
    for (int minute = 0; minute < 30; ++minute) {
      bars += std::to_string(1'767'225'600 + minute * 60) + ",100,101,99,100,1\n";
    }
    for (const char* name : {"a.csv", "a2.csv", "b.csv"}) write(name, bars);
    write("forced.csv", "A,SELL,LIMIT,IOC,200,1,100,FILLED,7,200,1767225670000,20000\n");
    write("grid.toml", "[parameters]\ndefaults.take_profit_pct = [1, 2]\n");
  }
  ~BacktestSources() override { fs::remove_all(root_); }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(root_ / name) << text;
  }
  std::string path(const std::string& name) const { return (root_ / name).string(); }
  BacktestArguments arguments(const std::vector<std::string>& data) const {
    return {.data = data, .config = TRANCHET_SOURCE_DIR "/data/example.toml"};
  }
  // "AUSDT:a.csv,a2.csv BUSDT:b.csv", or the error.
  static std::string sources_of(const BacktestArguments& arguments) {
    const auto sources = data_sources(arguments);
    if (!sources) return to_text(sources.error());
    std::string text;
    for (const DataOptions& source : *sources) {
      text += (text.empty() ? "" : " ") + source.symbol + ":";
      for (const fs::path& one : source.paths) {
        text += (text.ends_with(':') ? "" : ",") + one.filename().string();
      }
    }
    return text;
  }

  fs::path root_;
};

TEST_F(BacktestSources, AreInstrumentsAndKindsInTheOrderOfTheirNames) {
  EXPECT_EQ(sources_of(arguments({"AUSDT=" + path("a.csv")})), "AUSDT:a.csv");
  // A path goes with the symbol before it; files of one kind follow one another.
  EXPECT_EQ(sources_of(arguments({"AUSDT=" + path("a.csv"), path("a2.csv")})),
            "AUSDT:a.csv,a2.csv");
  EXPECT_EQ(sources_of(arguments({path("a.csv"), "AUSDT=" + path("a2.csv")})),
            "AUSDT:a.csv,a2.csv");
  EXPECT_EQ(sources_of(arguments({"BUSDT=" + path("b.csv"), "AUSDT=" + path("a.csv"),
                                  path("forced.csv"), "BUSDT=" + path("forced.csv")})),
            "BUSDT:b.csv BUSDT:forced.csv AUSDT:a.csv AUSDT:forced.csv");
  BacktestArguments named = arguments({path("a.csv"), "BUSDT=" + path("b.csv")});
  named.instrument = "AUSDT";
  EXPECT_EQ(sources_of(named), "AUSDT:a.csv BUSDT:b.csv");
}

TEST_F(BacktestSources, WhatIsNotUnderstoodIsSaid) {
  EXPECT_EQ(sources_of(arguments({path("a.csv")})),
            "which instrument is " + path("a.csv") + "? Say --instrument SYM, or --data SYM=PATH");
  BacktestArguments unused = arguments({"BUSDT=" + path("b.csv")});
  unused.instrument = "AUSDT";
  EXPECT_EQ(sources_of(unused), "--instrument AUSDT: no --data is of it");
  EXPECT_NE(sources_of(arguments({"AUSDT=" + path("a.csv"), path("none.csv")})).find("none.csv"),
            std::string::npos);
}

TEST_F(BacktestSources, OneRunOfAllSaysWhatEachInstrumentDid) {
  BacktestArguments run =
      arguments({"AUSDT=" + path("a.csv"), path("forced.csv"), "BUSDT=" + path("b.csv")});
  run.sets = {"strategy.name=liquidation_hunter"};
  run.out = path("out");
  std::ostringstream out, err;
  ASSERT_EQ(run_backtest_command(run, out, err), 0) << err.str();
  EXPECT_NE(out.str().find("AUSDT,BUSDT  liquidation_hunter on bars and ticks"), std::string::npos)
      << out.str();
  EXPECT_NE(out.str().find("Instruments, net profit"), std::string::npos);
  std::ifstream json(root_ / "out/summary.json");
  std::stringstream summary;
  summary << json.rdbuf();
  EXPECT_NE(summary.str().find("\"instruments\": [\n    {\n      \"instrument\": \"AUSDT\""),
            std::string::npos)
      << summary.str();
  std::ifstream page(root_ / "out/report.html");
  std::stringstream html;
  html << page.rdbuf();
  EXPECT_NE(html.str().find("<h2>Instruments</h2>"), std::string::npos);
}

TEST_F(BacktestSources, ASweepTakesOneSource) {
  SweepArguments sweep{.backtest = arguments({"AUSDT=" + path("a.csv"), "BUSDT=" + path("b.csv")}),
                       .grid = path("grid.toml"),
                       .out = path("sweep.sqlite")};
  std::ostringstream out, err;
  EXPECT_EQ(run_sweep_command(sweep, out, err), 2);
  EXPECT_NE(err.str().find("a sweep is of one instrument and one kind of data, and --data names 2 "
                           "(AUSDT=" +
                           path("a.csv") + ", BUSDT=" + path("b.csv") +
                           "): `tranchet backtest` runs them together"),
            std::string::npos)
      << err.str();
}

}  // namespace
}  // namespace tranchet

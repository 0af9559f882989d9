// `tranchet sweep`: one data set, many settings. `tranchet sweep merge`: the files of shards as
// one.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "adapters/cli/backtest_command.h"

namespace tranchet {

struct SweepArguments {
  BacktestArguments backtest;  // Data, configuration; what a trial has in common with the others.
  std::string grid;
  std::string jobs;
  std::string shard;
  std::string out;
  std::string history;
};

// Returns the exit status: 0; 1 it was stopped and can go on; 2 bad usage or input; 5 the world
// failed.
int run_sweep_command(const SweepArguments& arguments, std::ostream& out, std::ostream& err);

struct SweepMergeArguments {
  std::vector<std::string> files;
  std::string out;
  std::string history;
};
int run_sweep_merge_command(const SweepMergeArguments& arguments, std::ostream& out,
                            std::ostream& err);

}  // namespace tranchet

// `tranchet backtest`: history through the engine, a summary for people or programs, and the files
// behind it.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace tranchet {

struct BacktestArguments {
  std::vector<std::string> data;  // [SYM=]PATH.
  std::string format;
  std::string instrument;
  std::string instruments;  // An exchangeInfo file.
  std::string config;
  std::vector<std::string> sets;
  std::string bad_rows;
  std::string out;
  std::string log;
  bool json = false;
};

// Returns the exit status: 0; 2 bad usage or input; 5 the world failed.
int run_backtest_command(const BacktestArguments& arguments, std::ostream& out, std::ostream& err);

}  // namespace tranchet

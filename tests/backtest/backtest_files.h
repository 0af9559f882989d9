// A backtest as a user runs it, into files of its own, and what is in them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "adapters/cli/backtest_command.h"
#include "tests/backtest/report/auditor.h"

namespace tranchet {

class BacktestFiles {
 public:
  BacktestFiles();
  ~BacktestFiles();
  BacktestFiles(const BacktestFiles&) = delete;
  BacktestFiles& operator=(const BacktestFiles&) = delete;

  std::filesystem::path path(std::string_view name) const { return root_ / name; }

  struct Ran {
    int status = 0;
    std::string said;     // On the error stream.
    std::string summary;  // summary.json without what a clock measured.
    std::string rows;     // trades.csv, tranches.csv and equity.csv.
  };
  // data/example.toml with `sets`; the results go to the folder `name`, the log to `name`.log.
  Ran run(const std::string& name, const std::vector<std::string>& data, const std::string& symbol,
          const std::vector<std::string>& sets, bool with_log = false) const;

  // The prices that the run in the log `name`.log valued positions at.
  std::vector<AuditPrice> prices(const std::string& name) const;

 private:
  std::filesystem::path root_;
};

std::string text_of(const std::filesystem::path& file);
// `text` without the lines that hold one of the two figures of speed.
std::string without_clock(const std::string& text);

}  // namespace tranchet

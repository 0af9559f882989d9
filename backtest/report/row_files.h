// Rows as CSV files in a folder: trades.csv, tranches.csv, equity.csv. Decimals are exact texts,
// times RFC 3339 in UTC, what does not apply is empty.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>

#include "backtest/report/rows.h"
#include "events/names.h"

namespace tranchet {

std::string_view trades_header();
std::string_view tranches_header();
std::string_view equity_header();
// One line, with its end.
std::string csv_line(const TradeRow& row, const Names& names);
std::string csv_line(const TrancheRow& row, const Names& names);
std::string csv_line(const EquityRow& row);
// The exit reason as tranches.csv has it: "TakeProfit", "Merged", "Correction", "" while open.
std::string_view exit_reason_text(const TrancheRow& row);

class RowFiles : public Rows {
 public:
  // Creates the folder and the files, replacing what was there. The error names the path.
  static std::expected<std::unique_ptr<RowFiles>, std::string> create(
      const std::filesystem::path& folder, const Names& names);

  void add(const TradeRow& row) override;
  void add(const TrancheRow& row) override;
  void add(const EquityRow& row) override;

  // Writes what is buffered. A write that failed at any time (a full disk) is reported here; until
  // then rows go nowhere.
  std::expected<void, std::string> close();

 private:
  explicit RowFiles(const Names& names) : names_(names) {}

  struct File {
    std::filesystem::path path;
    std::ofstream stream;
    std::string buffer;
  };
  void append(File& file, std::string_view line);

  const Names& names_;
  std::array<File, 3> files_;  // trades, tranches, equity
  std::string failure_;
};

}  // namespace tranchet

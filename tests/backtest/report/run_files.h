// The files of a run as an auditor reads them.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "events/decimal.h"

namespace tranchet {

// A decimal text in counts of 1e-16, the finest anything here is written in. Aborts on other text.
Int128 exact(std::string_view text);

class CsvTable {
 public:
  static CsvTable read(const std::filesystem::path& file);

  std::size_t size() const { return rows_.size(); }
  const std::string& header() const { return header_; }
  const std::string& text(std::size_t row, std::string_view column) const;
  Int128 number(std::size_t row, std::string_view column) const { return exact(text(row, column)); }
  std::uint64_t count(std::size_t row, std::string_view column) const;

 private:
  std::string header_;
  std::map<std::string, std::size_t, std::less<>> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// The top level of summary.json with nested objects as "exits.take_profit", numbers as written.
std::map<std::string, std::string, std::less<>> read_summary(const std::filesystem::path& file);

}  // namespace tranchet

#include "tests/backtest/report/run_files.h"

#include <simdjson.h>

#include <fstream>

namespace tranchet {
namespace {

std::vector<std::string> split(std::string_view line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const char c = line[at];
    if (c == '"' && quoted && at + 1 < line.size() && line[at + 1] == '"') {
      fields.back() += line[++at];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  return fields;
}

}  // namespace

Int128 exact(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  ENSURE(!text.empty());
  Int128 count = 0;
  int places = -1;
  for (const char c : text) {
    if (c == '.') {
      ENSURE(places < 0);
      places = 0;
      continue;
    }
    ENSURE(c >= '0' && c <= '9');
    count = count * 10 + (c - '0');
    if (places >= 0) ++places;
  }
  ENSURE(places <= 16);
  for (int place = places < 0 ? 0 : places; place < 16; ++place) count *= 10;
  return negative ? -count : count;
}

CsvTable CsvTable::read(const std::filesystem::path& file) {
  CsvTable table;
  std::ifstream stream(file);
  ENSURE(stream.is_open());
  std::getline(stream, table.header_);
  for (const std::string& name : split(table.header_)) {
    table.columns_.emplace(name, table.columns_.size());
  }
  for (std::string line; std::getline(stream, line);) {
    table.rows_.push_back(split(line));
    ENSURE(table.rows_.back().size() == table.columns_.size());
  }
  return table;
}

const std::string& CsvTable::text(std::size_t row, std::string_view column) const {
  const auto found = columns_.find(column);
  ENSURE(found != columns_.end());
  return rows_[row][found->second];
}

std::uint64_t CsvTable::count(std::size_t row, std::string_view column) const {
  const std::string& value = text(row, column);
  return value.empty() ? 0 : std::stoull(value);
}

std::map<std::string, std::string, std::less<>> read_summary(const std::filesystem::path& file) {
  std::map<std::string, std::string, std::less<>> values;
  const auto add = [&](const std::string& key, simdjson::dom::element value) {
    if (value.is_string()) {
      values[key] = std::string(std::string_view(value));
    } else {
      values[key] = simdjson::to_string(value);
    }
  };
  simdjson::dom::parser parser;
  const simdjson::dom::element root = parser.load(file.string());
  for (const auto& [key, value] : root.get_object()) {
    if (!value.is_object()) {
      add(std::string(key), value);
      continue;
    }
    for (const auto& [inner, part] : value.get_object()) {
      add(std::string(key) + "." + std::string(inner), part);
    }
  }
  return values;
}

}  // namespace tranchet

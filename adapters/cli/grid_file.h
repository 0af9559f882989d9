// The grid of a sweep, a TOML file: which keys of the configuration take which values, how the
// search goes through them, and what it looks for. README.md of backtest/sweep/ shows one.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "adapters/cli/configuration.h"
#include "backtest/sweep/search.h"
#include "backtest/sweep/validation.h"

namespace tranchet {

struct Grid {
  SearchSpace space;
  Search search;
  ValidationOptions validation;
  std::string text;          // As it was read.
  std::uint64_t digest = 0;  // Over what it says; not over blanks and comments.
};

// Unknown and repeated keys, values out of a setting's range, ranges without values, constraints
// that cannot be read: each is refused with file, line and value.
std::expected<Grid, ConfigurationError> read_grid(const std::filesystem::path& file);
// `source` is what errors call the text.
std::expected<Grid, ConfigurationError> parse_grid(const std::string& text,
                                                   const std::string& source);

// "defaults.take_profit_pct=0.8", one a parameter, as --set takes them.
std::vector<std::string> assignments_of(const SearchSpace& space, const Point& point);

}  // namespace tranchet

// Raw files and tapes alike, for whoever reads rows and does not care where they come from.
#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <string>

#include "backtest/market_data/market_data.h"

namespace tranchet {

class Tape;

// As MarketData::open, and a tape too: it is told by its content, stands alone in the list of
// paths, and gives the very rows that its files gave when they were imported. Its report is
// complete from the start.
std::expected<std::unique_ptr<MarketData>, InputError> open_data(DataOptions options);

// The tape among the paths, which then is the only one and of this symbol; null: all are raw files.
std::expected<std::shared_ptr<const Tape>, InputError> open_tape(const DataOptions& options);

// The symbol that a tape's record says, or the one that a file's name begins with; empty: none. The
// error is a tape that cannot be opened.
std::expected<std::string, InputError> symbol_of_data(const std::filesystem::path& path);

}  // namespace tranchet

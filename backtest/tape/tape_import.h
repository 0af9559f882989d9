// Files into a tape, and a tape looked at to the last byte.
#pragma once

#include <expected>
#include <filesystem>

#include "backtest/tape/tape.h"

namespace tranchet {

struct ImportResult {
  TapeMeta meta;            // Of the whole tape.
  DataReport added;         // Of the data that was imported now.
  std::uint64_t bytes = 0;  // The size of the file.
};

// Makes the tape `into`, or appends to it: the data must be of the same instrument and kind, and
// begin after the tape ends. On an error the tape is as it was.
std::expected<ImportResult, InputError> import_tape(const DataOptions& data,
                                                    const std::filesystem::path& into);

// Reads every block, compares every checksum, and computes every summary again from the columns.
std::expected<TapeMeta, InputError> check_tape(const std::filesystem::path& path);

}  // namespace tranchet

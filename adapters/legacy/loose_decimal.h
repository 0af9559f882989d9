// A number as Python and SQLite write their floating-point ones: "0.15", "1.2299999999999999e-05",
// "5". Read as text, so that no floating-point type comes between the file and our exact decimals.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tranchet::legacy {

// In counts of 1e-8, rounded half away from zero. Nullopt: no number, or too large for one.
std::optional<std::int64_t> read_loose_decimal(std::string_view text);

}  // namespace tranchet::legacy

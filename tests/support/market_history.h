// Real market history, which is not part of the project: its licences differ. Tests that need it
// say that they skip where it is not.
#pragma once

#include <cstdlib>
#include <filesystem>

namespace tranchet {

// The folder that TRANCHET_MARKET_DATA names; else the one beside the project.
inline std::filesystem::path market_history() {
  const char* const named = std::getenv("TRANCHET_MARKET_DATA");
  if (named != nullptr) return named;
  return std::filesystem::path(TRANCHET_SOURCE_DIR) / ".." / "shared" / "market-data";
}

// Recorded and documented messages of venues, beside it: "fyers-samples/hsm".
inline std::filesystem::path venue_samples(const std::filesystem::path& folder) {
  return market_history() / ".." / "reference" / folder;
}

}  // namespace tranchet

// An auditor who has nothing but the files of a run and, if given, the prices: recomputes every
// figure of summary.json and says what does not add up. Shares with the program the decimals only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "events/decimal.h"

namespace tranchet {

// A price that the run valued positions at, in the order of sequences.
struct AuditPrice {
  std::uint64_t sequence = 0;
  std::string instrument;
  Price price;
};

// What is wrong with the run in `folder`, at most a hundred findings; empty: it adds up to the last
// decimal. Without prices the unrealized result, the drawdown and the excursions are only checked
// for consistency.
std::vector<std::string> audit(const std::filesystem::path& folder,
                               std::span<const AuditPrice> prices = {});

}  // namespace tranchet

// The fresh log of a migration: the run's opening, and an AdoptionRequested for every tranche. The
// first live start goes on with it, and its first snapshot of the venue decides how much of each
// tranche there is.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "adapters/cli/configuration.h"
#include "adapters/legacy/adoption_plan.h"
#include "adapters/live/writer.h"
#include "events/time.h"

namespace tranchet::legacy {

struct AdoptionLog {
  std::filesystem::path folder;
  std::filesystem::path configuration;  // A file; its settings open the run.
  const ExchangeInfo* rules = nullptr;  // Of the planned tranches' symbols, where they are known.
  Timestamp time;
};
// How many events were written.
std::expected<std::uint64_t, WriterFailure> write_adoption_log(const AdoptionLog& log,
                                                               const AdoptionPlan& plan);

// ---- Beside the log: the orders that the bot has left at the venue, a line each. `tranchet
// protect` takes them away when ours stand, `tranchet doctor` knows them.
std::expected<void, std::string> write_bots_orders(const std::filesystem::path& log,
                                                   const std::vector<LeftOrder>& orders);
// Empty where there is no such file; the error names file and line.
std::expected<std::vector<LeftOrder>, std::string> read_bots_orders(
    const std::filesystem::path& log);

}  // namespace tranchet::legacy

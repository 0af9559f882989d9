// A world that once failed, as a small text file that must hold for ever after:
//
//   tranchet-wargame 1
//   seed 4711
//   events 2000
//   profile everything
//   only kill,stream_cut          if the run had no faults but these
//   faults kill                   what was left of them
//   invariant I-17                what it broke then
//   plan 0123456789abcdef         digest of the whole plan of that seed
//   keep 0-3 17 22-40             places in its list of stimuli
//   --
//   the story as it was, for people
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "backtest/wargame/shrink.h"

namespace tranchet {

struct Regression {
  std::uint64_t seed = 0;
  std::uint64_t events = 0;
  Profile profile = Profile::Everything;
  std::optional<FaultSet> only;
  PlanPart part;
  int invariant = 0;
  std::uint64_t plan_digest = 0;
  std::string story;  // Lines.
};

// Of all that a seed decides. Another digest: places in its list mean something else.
std::uint64_t digest_of(const Plan& plan);

std::string to_text(const Regression& regression);
// Errors name file, line and value. `name` is the file's.
std::expected<Regression, std::string> parse_regression(std::string_view text,
                                                        const std::string& name);
std::expected<Regression, std::string> read_regression(const std::filesystem::path& path);
// Refused where this program makes another plan of the seed.
std::expected<Plan, std::string> plan_of(const Regression& regression, const std::string& name,
                                         Exchange exchange = Exchange::Coins);

}  // namespace tranchet

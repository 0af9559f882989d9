// The real log put to the test: written, read, and hurt in ways that it must notice. For the
// mutants that a world's disk twin, which has a log of its own, does not meet.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace tranchet {

// What was not as it must be; nullopt: nothing. `folder` is empty, and may be left full.
std::optional<std::string> log_trial(std::uint64_t seed, const std::filesystem::path& folder);

}  // namespace tranchet

// One run, always the same: the real engine, loop and log on a made-up market, until so many
// batches were committed.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>

#include "events/log/event_log.h"

namespace tranchet::crash {

// The map is small at first, so that it is enlarged on the way.
inline constexpr std::size_t kScriptMap = std::size_t{96} << 10;

struct ScriptWatch {
  // Commands leave; the newest event that caused them.
  std::function<void(Sequence cause)> on_dispatch;
  // append() has returned, or create().
  std::function<void(const LogHead& head)> on_commit;
};

// The log is created in `directory`.
std::expected<void, LogError> run_script(const std::filesystem::path& directory,
                                         std::uint64_t commits, const ScriptWatch& watch);

}  // namespace tranchet::crash

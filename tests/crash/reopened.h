// A log that its writer has left behind, in whatever state: what it holds, and whether it goes on.
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "events/log/event_log.h"

namespace tranchet::crash {

// Opens the log, or creates it where there is none yet, and appends `batches`; nothing is really
// synced. The error is a sentence. A log that check_in_child() refuses may end the process.
std::expected<LogHead, std::string> go_on(const std::filesystem::path& directory,
                                          std::size_t batches);

// Everything a reader can be told, as digests.
struct Content {
  std::string log;                     // Events, names, notes, commits.
  std::vector<std::string> snapshots;  // The newest first.
};
// The error is the reader's refusal.
std::expected<Content, LogError> whole_content(const std::filesystem::path& directory);

}  // namespace tranchet::crash

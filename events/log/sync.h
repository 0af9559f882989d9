// What was written is on the disk when these return; a power failure cannot take it back.
#pragma once

#include <expected>
#include <filesystem>

#include "events/log/event_log.h"

namespace tranchet {

// The bytes of a file.
std::expected<void, LogError> sync_file(const std::filesystem::path& file);
// The names in a folder: a new file, another name.
std::expected<void, LogError> sync_folder(const std::filesystem::path& folder);

}  // namespace tranchet

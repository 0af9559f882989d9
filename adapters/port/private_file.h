// Files that hold what nobody else may read: keys and tokens.
//
// One must be a regular file, belong to whoever runs the program, and have mode 0600 or less. One
// in the credentials directory of systemd is as systemd has made it.
#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <string>

#include "adapters/port/secret.h"

namespace tranchet {

// Up to 64 KiB. The error names the file, never what is in it.
std::expected<Secret, std::string> read_private_file(const std::filesystem::path& path);

// With mode 0600, in place of what was there, whole or not at all. Nullopt: done.
std::optional<std::string> write_private_file(const std::filesystem::path& path,
                                              const Secret& content);

}  // namespace tranchet

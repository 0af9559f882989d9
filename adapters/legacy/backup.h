// The old files, kept byte for byte, and put back byte for byte.
//
//   FOLDER/manifest        a line a file: SHA-256, bytes, its name in FOLDER, where it came from
//   FOLDER/settings.json   and the others, under their own names
//
// The manifest is written last, under another name first: a backup is there as a whole or not at
// all. Nothing that stands in the way of putting back is lost: it is renamed.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <vector>

namespace tranchet::legacy {

struct KeptFile {
  std::string sha256;  // 64 hex digits.
  std::uint64_t bytes = 0;
  std::string name;  // In the folder.
  std::filesystem::path original;
};

// Files with these beside a database are part of it.
std::vector<std::filesystem::path> with_companions(const std::filesystem::path& database);

// Copies and reads back. The folder must not hold a backup yet.
std::expected<std::vector<KeptFile>, std::string> make_backup(
    const std::vector<std::filesystem::path>& files, const std::filesystem::path& folder);

std::expected<std::vector<KeptFile>, std::string> read_manifest(
    const std::filesystem::path& folder);

struct PutBack {
  std::vector<std::string> restored;   // Where, and what was moved out of the way for it.
  std::vector<std::string> unchanged;  // They were as they had been.
};
// Checks every copy first: with one that is damaged nothing is touched.
std::expected<PutBack, std::string> put_back(const std::filesystem::path& folder);

std::expected<std::string, std::string> sha256_of(const std::filesystem::path& file);

}  // namespace tranchet::legacy

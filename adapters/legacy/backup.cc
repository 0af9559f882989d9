#include "adapters/legacy/backup.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <memory>
#include <sstream>
#include <system_error>

namespace tranchet::legacy {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kManifest = "manifest";

std::unexpected<std::string> failed_at(const fs::path& file, std::string_view what) {
  return std::unexpected(file.string() + ": " + std::string(what));
}

// On the disk, not only in the system's memory.
bool sync(const fs::path& path) {
  const int handle = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (handle < 0) return false;
  const bool synced = ::fsync(handle) == 0;
  ::close(handle);
  return synced;
}

// A copy that is what it was read from.
std::expected<KeptFile, std::string> keep(const fs::path& file, const fs::path& folder) {
  std::error_code failed;
  const fs::path original = fs::absolute(file, failed).lexically_normal();
  KeptFile kept{.sha256 = {}, .name = original.filename(), .original = original};
  const fs::path copy = folder / kept.name;
  fs::copy_file(original, copy, fs::copy_options::none, failed);
  if (failed)
    return failed_at(original, "cannot be copied to " + copy.string() + ": " + failed.message());
  auto before = sha256_of(original);
  if (!before) return std::unexpected(before.error());
  const auto after = sha256_of(copy);
  if (!after) return std::unexpected(after.error());
  if (*before != *after) return failed_at(original, "changed while it was copied: stop the bot");
  if (!sync(copy)) return failed_at(copy, "cannot be written to the disk");
  kept.sha256 = *std::move(before);
  kept.bytes = fs::file_size(copy, failed);
  return kept;
}

std::expected<KeptFile, std::string> read_line(const std::string& line) {
  std::istringstream words(line);
  KeptFile kept;
  std::string bytes, original;
  words >> kept.sha256 >> bytes >> kept.name;
  std::getline(words >> std::ws, original);
  kept.original = original;
  const auto [end, error] = std::from_chars(bytes.data(), bytes.data() + bytes.size(), kept.bytes);
  const bool is_number = error == std::errc() && end == bytes.data() + bytes.size();
  const bool is_whole = kept.sha256.size() == 64 && is_number && !kept.name.empty() &&
                        kept.name.find('/') == std::string::npos && kept.original.is_absolute();
  if (!is_whole) return std::unexpected("is no line of a manifest");
  return kept;
}

// A name that nothing has yet.
fs::path free_name(const fs::path& file) {
  std::error_code failed;
  fs::path name = file.string() + ".before-rollback";
  for (int number = 2; fs::exists(name, failed); ++number) {
    name = file.string() + ".before-rollback-" + std::to_string(number);
  }
  return name;
}

std::expected<std::string, std::string> move_away(const fs::path& file) {
  const fs::path aside = free_name(file);
  std::error_code failed;
  fs::rename(file, aside, failed);
  if (failed) return failed_at(file, "cannot be renamed: " + failed.message());
  return file.string() + " is now " + aside.string();
}

}  // namespace

std::expected<std::string, std::string> sha256_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return failed_at(file, "cannot be opened");
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        EVP_MD_CTX_free);
  EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr);
  std::array<char, 65'536> part{};
  while (stream) {
    stream.read(part.data(), part.size());
    EVP_DigestUpdate(context.get(), part.data(), static_cast<std::size_t>(stream.gcount()));
  }
  if (stream.bad()) return failed_at(file, "cannot be read");
  std::array<unsigned char, 32> digest{};
  EVP_DigestFinal_ex(context.get(), digest.data(), nullptr);
  std::string text;
  for (const unsigned char byte : digest) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::vector<fs::path> with_companions(const fs::path& database) {
  std::vector<fs::path> files = {database};
  for (const std::string_view ending : {"-journal", "-wal", "-shm"}) {
    files.push_back(database.string() + std::string(ending));
  }
  return files;
}

std::expected<std::vector<KeptFile>, std::string> make_backup(const std::vector<fs::path>& files,
                                                              const fs::path& folder) {
  std::error_code failed;
  if (fs::exists(folder / kManifest, failed)) return failed_at(folder, "holds a backup already");
  fs::create_directories(folder, failed);
  if (failed) return failed_at(folder, failed.message());
  std::vector<KeptFile> all;
  for (const fs::path& file : files) {
    if (!fs::exists(file, failed)) continue;
    auto kept = keep(file, folder);
    if (!kept) return std::unexpected(kept.error());
    all.push_back(*std::move(kept));
  }
  const fs::path unfinished = folder / (std::string(kManifest) + ".new");
  std::ofstream stream(unfinished);
  for (const KeptFile& kept : all) {
    stream << kept.sha256 << " " << kept.bytes << " " << kept.name << " " << kept.original.string()
           << "\n";
  }
  stream.close();
  if (!stream || !sync(unfinished)) return failed_at(unfinished, "cannot be written");
  fs::rename(unfinished, folder / kManifest, failed);
  if (failed || !sync(folder)) return failed_at(folder / kManifest, "cannot be written");
  return all;
}

std::expected<std::vector<KeptFile>, std::string> read_manifest(const fs::path& folder) {
  const fs::path file = folder / kManifest;
  std::ifstream stream(file);
  if (!stream) return failed_at(folder, "holds no backup (no manifest)");
  std::vector<KeptFile> all;
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number) {
    auto kept = read_line(line);
    if (!kept) {
      return std::unexpected(file.string() + ":" + std::to_string(number) + ": " + kept.error());
    }
    all.push_back(*std::move(kept));
  }
  return all;
}

std::expected<PutBack, std::string> put_back(const fs::path& folder) {
  const auto manifest = read_manifest(folder);
  if (!manifest) return std::unexpected(manifest.error());
  for (const KeptFile& kept : *manifest) {
    const auto digest = sha256_of(folder / kept.name);
    if (!digest) return std::unexpected(digest.error());
    if (*digest != kept.sha256) {
      return failed_at(folder / kept.name,
                       "is not what was kept (its SHA-256 differs): nothing "
                       "was put back");
    }
  }
  PutBack result;
  std::error_code failed;
  const auto is_kept = [&](const fs::path& file) {
    return std::ranges::any_of(*manifest,
                               [&](const KeptFile& kept) { return kept.original == file; });
  };
  for (const KeptFile& kept : *manifest) {
    // A journal that came later would be played into the older database.
    for (const fs::path& companion : with_companions(kept.original)) {
      if (is_kept(companion) || !fs::exists(companion, failed)) continue;
      const auto moved = move_away(companion);
      if (!moved) return std::unexpected(moved.error());
      result.restored.push_back(*moved);
    }
    const bool is_there = fs::exists(kept.original, failed);
    if (is_there && sha256_of(kept.original) == kept.sha256) {
      result.unchanged.push_back(kept.original);
      continue;
    }
    std::string told = kept.original.string() + " is as it was";
    if (is_there) {
      const auto moved = move_away(kept.original);
      if (!moved) return std::unexpected(moved.error());
      told += "; " + *moved;
    }
    fs::copy_file(folder / kept.name, kept.original, failed);
    const auto digest = failed ? sha256_of(folder) : sha256_of(kept.original);
    if (failed || digest != kept.sha256 || !sync(kept.original)) {
      return failed_at(kept.original, "cannot be put back: it is " + (folder / kept.name).string());
    }
    result.restored.push_back(told);
  }
  return result;
}

}  // namespace tranchet::legacy

#include "adapters/service/credential.h"

#include <cstdlib>
#include <optional>
#include <system_error>

namespace tranchet {
namespace {

std::optional<std::filesystem::path> folder_of_credentials() {
  const char* const folder = std::getenv("CREDENTIALS_DIRECTORY");
  if (folder == nullptr) return std::nullopt;
  return folder;
}

}  // namespace

std::filesystem::path credential_or_file(const std::filesystem::path& file) {
  const auto folder = folder_of_credentials();
  if (!folder || file.empty() || file.has_parent_path()) return file;
  std::error_code failed;
  return std::filesystem::exists(*folder / file, failed) ? *folder / file : file;
}

bool is_credential(const std::filesystem::path& file) {
  const auto folder = folder_of_credentials();
  return folder && file.parent_path() == *folder;
}

}  // namespace tranchet

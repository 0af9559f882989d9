#include "events/log/sync.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "events/log/log_error.h"

namespace tranchet {
namespace {

std::expected<void, LogError> sync(const std::filesystem::path& path, int kind) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | kind);
  if (file < 0) return std::unexpected(system_error(errno, "opening", path));
  const int code = ::fsync(file) == 0 ? 0 : errno;
  ::close(file);
  if (code != 0) return std::unexpected(system_error(code, "syncing", path));
  return {};
}

}  // namespace

std::expected<void, LogError> sync_file(const std::filesystem::path& file) {
  return sync(file, 0);
}

std::expected<void, LogError> sync_folder(const std::filesystem::path& folder) {
  return sync(folder, O_DIRECTORY);
}

}  // namespace tranchet

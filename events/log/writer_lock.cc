#include "events/log/writer_lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "events/log/log_error.h"

namespace tranchet {
namespace {

// The process that holds the lock, as it wrote it down; for people only.
std::string holder(int file) {
  char text[32] = {};
  const ssize_t size = ::pread(file, text, sizeof text - 1, 0);
  std::string who(text, size > 0 ? static_cast<std::size_t>(size) : 0);
  while (!who.empty() && who.back() == '\n') who.pop_back();
  return who.empty() ? "another process" : "process " + who;
}

}  // namespace

std::expected<WriterLock, LogError> WriterLock::take(const std::filesystem::path& directory) {
  const std::filesystem::path path = directory / kLockFile;
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) return std::unexpected(system_error(errno, "opening", path));
  WriterLock lock(file);
  // Of the open file, not of the process: it also excludes a second writer in this process.
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  if (::fcntl(file, F_OFD_SETLK, &whole) != 0) {
    if (errno != EAGAIN && errno != EACCES) {
      return std::unexpected(system_error(errno, "locking", path));
    }
    return std::unexpected(
        LogError{.kind = LogErrorKind::LockedByOther,
                 .sequence = std::nullopt,
                 .message = holder(file) + " is writing to \"" + directory.string() +
                            "\". Stop it first; a log can be read while it is written"});
  }
  const std::string self = std::to_string(::getpid()) + "\n";
  if (::ftruncate(file, 0) != 0 ||
      ::pwrite(file, self.data(), self.size(), 0) != static_cast<ssize_t>(self.size())) {
    return std::unexpected(system_error(errno, "writing", path));
  }
  return lock;
}

WriterLock::~WriterLock() {
  if (file_ >= 0) ::close(file_);
}

WriterLock::WriterLock(WriterLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

}  // namespace tranchet

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

// Of the open file, not of the process: it also excludes a second writer in this process. 0, or an
// errno; EAGAIN: another holds it.
int lock_whole(int file) {
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  if (::fcntl(file, F_OFD_SETLK, &whole) == 0) return 0;
  return errno == EACCES ? EAGAIN : errno;
}

LogError locked_by(const std::string& who, const std::filesystem::path& directory) {
  return {.kind = LogErrorKind::LockedByOther,
          .sequence = std::nullopt,
          .message = who + " is writing to \"" + directory.string() +
                     "\". Stop it first; a log can be read while it is written"};
}

}  // namespace

std::expected<WriterLock, LogError> WriterLock::take(const std::filesystem::path& directory) {
  const std::filesystem::path path = directory / kLockFile;
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) return std::unexpected(system_error(errno, "opening", path));
  WriterLock lock(file);
  if (const int code = lock_whole(file); code != 0) {
    if (code != EAGAIN) return std::unexpected(system_error(code, "locking", path));
    return std::unexpected(locked_by(holder(file), directory));
  }
  const std::string self = std::to_string(::getpid()) + "\n";
  if (::ftruncate(file, 0) != 0 ||
      ::pwrite(file, self.data(), self.size(), 0) != static_cast<ssize_t>(self.size())) {
    return std::unexpected(system_error(errno, "writing", path));
  }
  return lock;
}

std::expected<void, LogError> WriterLock::take_data(const std::filesystem::path& directory) {
  const std::filesystem::path path = directory / kDataFile;
  data_file_ = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (data_file_ < 0) return std::unexpected(system_error(errno, "opening", path));
  const int code = lock_whole(data_file_);
  if (code == EAGAIN) return std::unexpected(locked_by("another process", directory));
  if (code != 0) return std::unexpected(system_error(code, "locking", path));
  return {};
}

WriterLock::~WriterLock() {
  if (file_ >= 0) ::close(file_);
  if (data_file_ >= 0) ::close(data_file_);
}

WriterLock::WriterLock(WriterLock&& other) noexcept
    : file_(std::exchange(other.file_, -1)), data_file_(std::exchange(other.data_file_, -1)) {}

}  // namespace tranchet

#include "adapters/port/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <vector>

#include "adapters/service/credential.h"

namespace tranchet {
namespace {

constexpr std::size_t kLongest = 64 * 1024;

// Closes what it opened.
class File {
 public:
  explicit File(const std::filesystem::path& path)
      : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

// Empty: fine.
std::string flaw_in(const struct stat& status, bool of_systemd) {
  if (!S_ISREG(status.st_mode)) return "is not a regular file";
  if (static_cast<std::size_t>(status.st_size) > kLongest) return "is longer than 64 KiB";
  if (of_systemd) return {};
  if (status.st_uid != ::geteuid()) return "belongs to somebody else";
  if ((status.st_mode & 077) != 0) return "can be read or written by others; its mode must be 0600";
  return {};
}

}  // namespace

std::expected<Secret, std::string> read_private_file(const std::filesystem::path& path) {
  const std::string name = path.string();
  const File file(path);
  struct stat status {};
  if (file.descriptor() < 0 || ::fstat(file.descriptor(), &status) != 0) {
    return std::unexpected(name + ": cannot be opened");
  }
  if (const std::string flaw = flaw_in(status, is_credential(path)); !flaw.empty()) {
    return std::unexpected(name + ": " + flaw);
  }
  std::vector<char> bytes(static_cast<std::size_t>(status.st_size));
  std::size_t read = 0;
  while (read < bytes.size()) {
    const ssize_t count = ::read(file.descriptor(), bytes.data() + read, bytes.size() - read);
    if (count <= 0) break;
    read += static_cast<std::size_t>(count);
  }
  Secret content({bytes.data(), read});
  wipe(bytes.data(), bytes.size());
  if (read < bytes.size()) return std::unexpected(name + ": cannot be read");
  return content;
}

// The file is written beside the old one under a name of its own and takes its place when it is
// whole: a power failure leaves the old one.
std::optional<std::string> write_private_file(const std::filesystem::path& path,
                                              const Secret& content) {
  const std::string name = path.string();
  std::string draft = name + ".XXXXXX";
  const int descriptor = ::mkostemp(draft.data(), O_CLOEXEC);  // Mode 0600.
  if (descriptor < 0) return name + ": cannot be written";
  const std::string_view bytes = content.reveal();
  std::size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t count = ::write(descriptor, bytes.data() + written, bytes.size() - written);
    if (count <= 0) break;
    written += static_cast<std::size_t>(count);
  }
  const bool is_whole = written == bytes.size() && ::fsync(descriptor) == 0;
  const bool is_closed = ::close(descriptor) == 0;
  if (is_whole && is_closed && ::rename(draft.c_str(), name.c_str()) == 0) return std::nullopt;
  ::unlink(draft.c_str());
  return name + ": cannot be written";
}

}  // namespace tranchet

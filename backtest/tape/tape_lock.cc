#include "backtest/tape/tape_lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <limits>
#include <utility>

#include "events/ensure.h"

namespace tranchet {
namespace {

struct flock range_of(TapeLock::Place place, short type) {
  struct flock range {};
  range.l_type = type;
  range.l_whence = SEEK_SET;
  range.l_start = std::numeric_limits<off_t>::max() - 16 + static_cast<off_t>(place);
  range.l_len = 1;
  return range;
}

}  // namespace

std::optional<TapeLock> TapeLock::open(const std::filesystem::path& path, bool writable) {
  const int descriptor = ::open(path.c_str(), (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC);
  if (descriptor < 0) return std::nullopt;
  return TapeLock(descriptor, writable);
}

TapeLock::TapeLock(TapeLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), writable_(other.writable_) {}

TapeLock::~TapeLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool TapeLock::try_lock(Place place) const {
  struct flock range = range_of(place, writable_ ? F_WRLCK : F_RDLCK);
  return ::fcntl(descriptor_, F_OFD_SETLK, &range) == 0;
}

void TapeLock::lock(Place place) const {
  struct flock range = range_of(place, writable_ ? F_WRLCK : F_RDLCK);
  while (::fcntl(descriptor_, F_OFD_SETLKW, &range) != 0) ENSURE(errno == EINTR);
}

void TapeLock::unlock(Place place) const {
  struct flock range = range_of(place, F_UNLCK);
  ENSURE(::fcntl(descriptor_, F_OFD_SETLK, &range) == 0);
}

}  // namespace tranchet

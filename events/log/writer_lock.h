// One writer at a time: LMDB lets two processes append to one log.
#pragma once

#include <expected>
#include <filesystem>

#include "events/log/event_log.h"

namespace tranchet {

// Held as long as the object lives; the system lets go when the process dies.
class WriterLock {
 public:
  // Held by another, in this process or in another: LockedByOther.
  static std::expected<WriterLock, LogError> take(const std::filesystem::path& directory);
  // The file data.mdb as well, once it is there: whoever removes the file LOCK lets nobody in.
  std::expected<void, LogError> take_data(const std::filesystem::path& directory);
  ~WriterLock();
  WriterLock(WriterLock&& other) noexcept;
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;
  WriterLock& operator=(WriterLock&&) = delete;

 private:
  explicit WriterLock(int file) : file_(file) {}
  int file_ = -1;
  int data_file_ = -1;
};

}  // namespace tranchet

// Who may do what to a tape's file at the moment, over all processes.
#pragma once

#include <filesystem>
#include <optional>

namespace tranchet {

// Locks of the open file, not of the process (F_OFD_SETLK), at places far behind its end; the end
// of a process ends them.
class TapeLock {
 public:
  enum class Place : unsigned char {
    Import = 1,  // One import at a time.
    Commit,      // A commit is being written, or a reader is finding its blocks.
  };

  // Nullopt with errno: the file cannot be opened.
  static std::optional<TapeLock> open(const std::filesystem::path& path, bool writable);
  TapeLock(TapeLock&& other) noexcept;
  TapeLock(const TapeLock&) = delete;
  TapeLock& operator=(const TapeLock&) = delete;
  TapeLock& operator=(TapeLock&&) = delete;
  ~TapeLock();

  // Exclusive where the file was opened writable, else shared. False: another holds it.
  bool try_lock(Place place) const;
  void lock(Place place) const;  // Waits.
  void unlock(Place place) const;

 private:
  TapeLock(int descriptor, bool writable) : descriptor_(descriptor), writable_(writable) {}

  int descriptor_;
  bool writable_;
};

}  // namespace tranchet

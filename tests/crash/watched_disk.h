// The system calls between the log and the disk, watched and broken on purpose.
//
// A program that links this has open, pwrite, fdatasync and their like from here: LMDB and the log
// call these. They go on to the kernel, but for files of one directory while a WatchedDisk lives:
// then every call is counted, one of them fails as the plan says, and what the disk was told is
// kept, so that it can be said what a power failure would have left. Nothing is really synced.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tranchet::crash {

enum class Call : std::uint8_t {
  Open = 1,
  Write,
  Pwrite,
  Writev,
  Fdatasync,
  Fsync,
  Msync,
  Ftruncate,
  Mmap,
  Rename,
};
inline constexpr std::size_t kCalls = 10;
std::string_view to_text(Call call);

enum class Fault : std::uint8_t {
  Io = 1,        // EIO, and nothing was done. What waited for a sync is lost for good.
  IoAfterwards,  // EIO, and yet it was done.
  Full,          // ENOSPC, and nothing was done.
  Interrupted,   // EINTR, and nothing was done.
  Short,         // Half of a write.
  Killed,        // It was done, and the process is gone before it knows.
};
inline constexpr std::size_t kFaults = 6;
std::string_view to_text(Fault fault);

struct FaultAt {
  Call call{};
  std::uint64_t nth = 0;  // From 1.
  Fault fault{};
};

// One thing that the disk was told, in the order of telling.
struct DiskStep {
  enum class Kind : std::uint8_t {
    Create = 1,  // A file `name`, empty.
    Rename,      // `name` is `new_name` from here on.
    Write,       // `bytes` at `offset`; durable at once where `synced`.
    Sync,        // All writes to the file so far are durable.
    LostSync,    // A sync that failed: what it was to make durable never will be.
    SyncNames,   // All names so far are durable.
    Mark,        // Said by the program itself: `mark` is what it has been promised.
  };
  Kind kind{};
  std::size_t file = 0;
  std::uint64_t offset = 0;
  std::string bytes;
  bool synced = false;
  std::string name, new_name;
  std::uint64_t mark = 0;
};

// One at a time.
class WatchedDisk {
 public:
  explicit WatchedDisk(std::filesystem::path directory,
                       const std::optional<FaultAt>& fault = std::nullopt);
  ~WatchedDisk();
  WatchedDisk(const WatchedDisk&) = delete;
  WatchedDisk& operator=(const WatchedDisk&) = delete;

  void mark(std::uint64_t promised);
  bool struck() const { return struck_; }
  std::uint64_t count(Call call) const { return counts_[static_cast<std::size_t>(call)]; }
  const std::vector<DiskStep>& steps() const { return steps_; }

  // ---- For the calls.
  struct Handle {
    std::size_t file = 0;
    bool is_directory = false;
    bool synced = false;  // Opened so that every write is durable.
  };
  // Counts; the fault that strikes this call.
  std::optional<Fault> next(Call call);
  // The name of a path below the directory.
  std::optional<std::string> name_of(const char* path) const;
  void opened(int file, const std::string& name, int flags, bool is_new);
  void closed(int file) { handles_.erase(file); }
  const Handle* find(int file) const;
  void wrote(int file, std::uint64_t offset, const void* bytes, std::size_t size, bool synced);
  void synced(int file, bool lost);
  void renamed(const std::string& name, const std::string& new_name);

 private:
  std::filesystem::path directory_;
  std::optional<FaultAt> fault_;
  bool struck_ = false;
  std::array<std::uint64_t, kCalls + 1> counts_{};
  std::map<int, Handle> handles_;
  std::map<std::string, std::size_t> files_;
  std::size_t next_file_ = 0;
  std::vector<DiskStep> steps_;
};

}  // namespace tranchet::crash

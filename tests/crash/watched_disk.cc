#include "tests/crash/watched_disk.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <utility>

#include "events/ensure.h"

namespace tranchet::crash {
namespace {

WatchedDisk* watched = nullptr;

}  // namespace

std::string_view to_text(Call call) {
  static constexpr auto names =
      std::to_array<std::string_view>({"open", "write", "pwrite", "writev", "fdatasync", "fsync",
                                       "msync", "ftruncate", "mmap", "rename"});
  return names[static_cast<std::size_t>(call) - 1];
}

std::string_view to_text(Fault fault) {
  static constexpr auto names = std::to_array<std::string_view>(
      {"EIO", "EIO afterwards", "ENOSPC", "EINTR", "short", "killed"});
  return names[static_cast<std::size_t>(fault) - 1];
}

WatchedDisk::WatchedDisk(std::filesystem::path directory, const std::optional<FaultAt>& fault)
    : directory_(std::move(directory)), fault_(fault) {
  ENSURE(watched == nullptr);
  watched = this;
}

WatchedDisk::~WatchedDisk() {
  watched = nullptr;
}

void WatchedDisk::mark(std::uint64_t promised) {
  steps_.push_back({.kind = DiskStep::Kind::Mark, .mark = promised});
}

std::optional<Fault> WatchedDisk::next(Call call) {
  const std::uint64_t count = ++counts_[static_cast<std::size_t>(call)];
  if (!fault_ || fault_->call != call || fault_->nth != count) return std::nullopt;
  struck_ = true;
  return fault_->fault;
}

std::optional<std::string> WatchedDisk::name_of(const char* path) const {
  const std::string text = path, root = directory_.string();
  if (!text.starts_with(root)) return std::nullopt;
  if (text.size() == root.size()) return "";
  if (text[root.size()] != '/') return std::nullopt;
  return text.substr(root.size() + 1);
}

void WatchedDisk::opened(int file, const std::string& name, int flags, bool is_new) {
  if ((flags & O_DIRECTORY) != 0) {
    handles_[file] = {.is_directory = true};
    return;
  }
  if (is_new || !files_.contains(name)) {
    files_[name] = next_file_++;
    steps_.push_back({.kind = DiskStep::Kind::Create, .file = files_[name], .name = name});
  }
  handles_[file] = {.file = files_[name], .synced = (flags & O_DSYNC) != 0};
}

const WatchedDisk::Handle* WatchedDisk::find(int file) const {
  const auto found = handles_.find(file);
  return found == handles_.end() ? nullptr : &found->second;
}

void WatchedDisk::wrote(int file, std::uint64_t offset, const void* bytes, std::size_t size,
                        bool synced) {
  steps_.push_back({.kind = DiskStep::Kind::Write,
                    .file = handles_.at(file).file,
                    .offset = offset,
                    .bytes = std::string(static_cast<const char*>(bytes), size),
                    .synced = synced});
}

void WatchedDisk::synced(int file, bool lost) {
  const Handle& handle = handles_.at(file);
  if (handle.is_directory && lost) return;
  const DiskStep::Kind kind = lost                  ? DiskStep::Kind::LostSync
                              : handle.is_directory ? DiskStep::Kind::SyncNames
                                                    : DiskStep::Kind::Sync;
  steps_.push_back({.kind = kind, .file = handle.file});
}

void WatchedDisk::renamed(const std::string& name, const std::string& new_name) {
  const auto found = files_.find(name);
  ENSURE(found != files_.end());
  steps_.push_back(
      {.kind = DiskStep::Kind::Rename, .file = found->second, .name = name, .new_name = new_name});
  files_[new_name] = found->second;
  files_.erase(name);
}

namespace {

int error_of(Fault fault) {
  switch (fault) {
    case Fault::Io:
    case Fault::IoAfterwards:
      return EIO;
    case Fault::Full:
      return ENOSPC;
    case Fault::Interrupted:
      return EINTR;
    case Fault::Short:
    case Fault::Killed:
      return 0;
  }
  return EIO;
}

// What every call does: `act` is the call itself, given whether it is to be cut short; `refused` is
// told when it was not done.
template <class Result, class Act, class Refused>
Result with_fault(Call call, Act act, Refused refused) {
  const std::optional<Fault> fault = watched->next(call);
  if (!fault) return act(false);
  if (*fault == Fault::Short) return act(true);
  if (*fault == Fault::IoAfterwards || *fault == Fault::Killed) {
    static_cast<void>(act(false));
    if (*fault == Fault::Killed) ::raise(SIGKILL);
  } else {
    refused();
  }
  errno = error_of(*fault);
  return static_cast<Result>(-1);
}

ssize_t write_at(int file, const void* bytes, std::size_t size, off_t offset) {
  const ssize_t written = ::syscall(SYS_pwrite64, file, bytes, size, offset);
  if (written > 0) {
    watched->wrote(file, static_cast<std::uint64_t>(offset), bytes,
                   static_cast<std::size_t>(written), watched->find(file)->synced);
  }
  return written;
}

// At the place of the file, which moves on.
ssize_t write_on(int file, const void* bytes, std::size_t size) {
  const off_t at = ::syscall(SYS_lseek, file, off_t{0}, SEEK_CUR);
  const ssize_t written = write_at(file, bytes, size, at);
  if (written > 0) ::syscall(SYS_lseek, file, at + written, SEEK_SET);
  return written;
}

int sync(Call call, int file) {
  return with_fault<int>(
      call,
      [file](bool) {
        watched->synced(file, false);
        return 0;
      },
      [file] { watched->synced(file, true); });
}

constexpr auto kNothing = [] {};

}  // namespace

}  // namespace tranchet::crash

// ---- The calls. The dynamic linker finds these first, whoever asks.

using tranchet::crash::Call;
using tranchet::crash::kNothing;
using tranchet::crash::watched;
using tranchet::crash::with_fault;

extern "C" {

int open(const char* path, int flags, ...) {
  mode_t mode = 0;
  if ((flags & O_CREAT) != 0) {
    va_list rest;
    va_start(rest, flags);
    mode = va_arg(rest, mode_t);
    va_end(rest);
  }
  const auto name = watched != nullptr ? watched->name_of(path) : std::nullopt;
  if (!name) return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
  return with_fault<int>(
      Call::Open,
      [&](bool) {
        struct stat about {};
        const bool is_new = ::stat(path, &about) != 0;
        const int unsynced = flags & ~(O_SYNC | O_DSYNC);
        const auto file = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, unsynced, mode));
        if (file >= 0) watched->opened(file, *name, flags, is_new);
        return file;
      },
      kNothing);
}

int close(int file) {
  if (watched != nullptr) watched->closed(file);
  return static_cast<int>(::syscall(SYS_close, file));
}

ssize_t write(int file, const void* bytes, size_t size) {
  if (watched == nullptr || watched->find(file) == nullptr) {
    return ::syscall(SYS_write, file, bytes, size);
  }
  return with_fault<ssize_t>(
      Call::Write,
      [&](bool cut) { return tranchet::crash::write_on(file, bytes, cut ? size / 2 : size); },
      kNothing);
}

ssize_t pwrite(int file, const void* bytes, size_t size, off_t offset) {
  if (watched == nullptr || watched->find(file) == nullptr) {
    return ::syscall(SYS_pwrite64, file, bytes, size, offset);
  }
  return with_fault<ssize_t>(
      Call::Pwrite,
      [&](bool cut) {
        return tranchet::crash::write_at(file, bytes, cut ? size / 2 : size, offset);
      },
      kNothing);
}

ssize_t writev(int file, const struct iovec* parts, int count) {
  if (watched == nullptr || watched->find(file) == nullptr) {
    return ::syscall(SYS_writev, file, parts, count);
  }
  return with_fault<ssize_t>(
      Call::Writev,
      [&](bool cut) {
        std::string bytes;
        for (int part = 0; part < count; ++part) {
          bytes.append(static_cast<const char*>(parts[part].iov_base), parts[part].iov_len);
        }
        return tranchet::crash::write_on(file, bytes.data(), cut ? bytes.size() / 2 : bytes.size());
      },
      kNothing);
}

int fdatasync(int file) {
  if (watched == nullptr || watched->find(file) == nullptr) {
    return static_cast<int>(::syscall(SYS_fdatasync, file));
  }
  return tranchet::crash::sync(Call::Fdatasync, file);
}

int fsync(int file) {
  if (watched == nullptr || watched->find(file) == nullptr) {
    return static_cast<int>(::syscall(SYS_fsync, file));
  }
  return tranchet::crash::sync(Call::Fsync, file);
}

int msync(void* address, size_t size, int flags) {
  const auto act = [&](bool) {
    return static_cast<int>(::syscall(SYS_msync, address, size, flags));
  };
  return watched == nullptr ? act(false) : with_fault<int>(Call::Msync, act, kNothing);
}

int ftruncate(int file, off_t size) noexcept {
  const auto act = [&](bool) { return static_cast<int>(::syscall(SYS_ftruncate, file, size)); };
  if (watched == nullptr || watched->find(file) == nullptr) return act(false);
  return with_fault<int>(Call::Ftruncate, act, kNothing);
}

void* mmap(void* address, size_t size, int protection, int flags, int file, off_t offset) noexcept {
  const auto act = [&](bool) {
    return ::syscall(SYS_mmap, address, size, protection, flags, file, offset);
  };
  const bool ours = watched != nullptr && file >= 0 && watched->find(file) != nullptr;
  const long mapped = ours ? with_fault<long>(Call::Mmap, act, kNothing) : act(false);
  return reinterpret_cast<void*>(mapped);
}

int rename(const char* path, const char* new_path) noexcept {
  const auto act = [&](bool) { return static_cast<int>(::syscall(SYS_rename, path, new_path)); };
  const auto name = watched != nullptr ? watched->name_of(path) : std::nullopt;
  if (!name) return act(false);
  return with_fault<int>(
      Call::Rename,
      [&](bool) {
        const int code = act(false);
        if (code == 0) watched->renamed(*name, watched->name_of(new_path).value());
        return code;
      },
      kNothing);
}

}  // extern "C"

#include "events/log/log_error.h"

#include <lmdb.h>
#include <sys/resource.h>
#include <sys/statvfs.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace tranchet {
namespace {

constexpr std::string_view kRestore =
    ". Keep the directory as it is, and go on from a backup of it or from an export";

std::string quoted(const std::filesystem::path& path) {
  return "\"" + path.string() + "\"";
}

bool is_full(int code) {
  return code == ENOSPC || code == EDQUOT || code == EFBIG;
}

// LMDB reports a write that was cut short as EIO. On a full disk that is what it was.
bool looks_full(const std::filesystem::path& directory) {
  constexpr std::uint64_t kMargin = 1 << 20;  // A commit may need this much at once.
  struct statvfs disk {};
  if (::statvfs(directory.c_str(), &disk) == 0 && disk.f_bavail * disk.f_frsize < kMargin) {
    return true;
  }
  struct rlimit limit {};
  std::error_code unreadable;
  const std::uintmax_t size = std::filesystem::file_size(directory / kDataFile, unreadable);
  return !unreadable && ::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
         size + kMargin > limit.rlim_cur;
}

LogError disk_full(std::string_view doing, const std::filesystem::path& path) {
  return {.kind = LogErrorKind::DiskFull,
          .sequence = std::nullopt,
          .message = "the disk is full while " + std::string(doing) + " in " + quoted(path) +
                     ". The log is valid up to the last commit: make room and start again"};
}

bool is_damage(int code) {
  return code == MDB_CORRUPTED || code == MDB_PAGE_NOTFOUND || code == MDB_PANIC ||
         code == MDB_CURSOR_FULL || code == MDB_PAGE_FULL || code == MDB_INCOMPATIBLE ||
         code == MDB_BAD_TXN || code == MDB_BAD_VALSIZE || code == MDB_INVALID ||
         code == MDB_BAD_DBI || code == MDB_NOTFOUND || code == MDB_KEYEXIST;
}

}  // namespace

LogError lmdb_error(int code, std::string_view doing, const std::filesystem::path& directory) {
  if (is_full(code) || (code == EIO && looks_full(directory))) return disk_full(doing, directory);
  if (is_damage(code))
    return damaged(std::string(mdb_strerror(code)) + " while " + std::string(doing));
  return {.kind = LogErrorKind::Io,
          .sequence = std::nullopt,
          .message = std::string(mdb_strerror(code)) + " while " + std::string(doing) + " in " +
                     quoted(directory)};
}

LogError system_error(int code, std::string_view doing, const std::filesystem::path& path) {
  if (is_full(code)) return disk_full(doing, path);
  const bool refused = code == EACCES || code == EPERM || code == EROFS || code == ENOTDIR;
  return {.kind = refused ? LogErrorKind::NotALog : LogErrorKind::Io,
          .sequence = std::nullopt,
          .message = std::string(std::strerror(code)) + " while " + std::string(doing) + " " +
                     quoted(path)};
}

LogError not_a_log(const std::filesystem::path& directory, std::string_view why) {
  return {.kind = LogErrorKind::NotALog,
          .sequence = std::nullopt,
          .message = quoted(directory) + " is not an event log: " + std::string(why)};
}

LogError damaged_at(Sequence sequence, std::string_view what) {
  return {.kind = LogErrorKind::Damaged,
          .sequence = sequence,
          .message = "the log is damaged at event " + std::to_string(number(sequence)) + ": " +
                     std::string(what) + std::string(kRestore)};
}

LogError damaged(std::string_view what) {
  return {.kind = LogErrorKind::Damaged,
          .sequence = std::nullopt,
          .message = "the log is damaged: " + std::string(what) + std::string(kRestore)};
}

LogError gap_at(Sequence sequence, std::string_view what) {
  return {.kind = LogErrorKind::Gap,
          .sequence = sequence,
          .message = "event " + std::to_string(number(sequence)) +
                     " is missing: " + std::string(what) + std::string(kRestore)};
}

LogError moved_away(Sequence sequence, Sequence first) {
  return gap_at(sequence, "the events before " + std::to_string(number(first)) +
                              " have moved into the folder \"segments\", where it is not");
}

LogError newer_schema(std::optional<Sequence> sequence) {
  const std::string where =
      sequence ? " (event " + std::to_string(number(*sequence)) + ")" : std::string();
  return {.kind = LogErrorKind::NewerSchema,
          .sequence = sequence,
          .message = "the log was written by a newer program" + where +
                     ": use that version, or a later one"};
}

LogError unreadable_page(std::string_view ended) {
  return damaged("a page of its file cannot be read (the process that tried " + std::string(ended) +
                 ")");
}

}  // namespace tranchet

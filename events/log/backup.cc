// A copy of a log, of a live one too.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "events/log/commit_reader.h"
#include "events/log/environment.h"
#include "events/log/head_witness.h"
#include "events/log/log_contents.h"
#include "events/log/log_error.h"
#include "events/log/segments.h"

namespace tranchet {
namespace {

using Failure = std::unexpected<LogError>;

std::expected<void, LogError> sync_file(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = file >= 0 && ::fsync(file) == 0;
  const int sync_error = errno;
  if (file >= 0) ::close(file);
  if (!synced) return Failure(system_error(sync_error, "syncing", path));
  return {};
}

// After data.mdb: what has left it since is in them, and what they hold beyond its copy is none of
// the copy's. The newest first: retention may remove the oldest meanwhile, and no hole must come of
// that.
std::expected<void, LogError> copy_segments(const std::filesystem::path& log,
                                            const std::filesystem::path& target) {
  const auto copied = open_newest(target);
  if (!copied) return Failure(copied.error());
  const auto segments = list_segments(log);
  if (!segments) return Failure(segments.error());
  const std::filesystem::path folder = segments_folder(target);
  std::error_code failed;
  for (auto segment = segments->rbegin(); segment != segments->rend(); ++segment) {
    if (segment->last > (*copied)->head().last) continue;
    const std::filesystem::path copy = folder / segment->path.filename();
    std::filesystem::create_directories(folder, failed);
    if (!failed) std::filesystem::copy_file(segment->path, copy, failed);
    std::error_code unreadable;
    if (failed && !std::filesystem::exists(segment->path, unreadable)) return {};
    if (failed) return Failure(system_error(failed.value(), "copying a segment to", copy));
    if (auto synced = sync_file(copy); !synced) return synced;
  }
  return {};
}

}  // namespace

std::expected<LogHead, LogError> back_up(const std::filesystem::path& directory,
                                         const std::filesystem::path& target) {
  auto reader = LogReader::open(directory);
  if (!reader) return Failure(reader.error());
  auto environment = Environment::open(directory, {});
  if (!environment) return Failure(environment.error());
  // Taken first: the copy of a live log may hold more than its witness says, never less.
  Witness head;
  {
    auto transaction = ReadTransaction::begin(**environment);
    if (!transaction) return Failure(transaction.error());
    auto seal = last_seal(*transaction, **environment);
    if (!seal) return Failure(seal.error());
    auto notes = load_notes(*transaction, **environment, {});
    if (!notes) return Failure(notes.error());
    const Seal last = seal->value_or(Seal{});
    head = {.last = last.last, .chain = last.chain, .notes = notes->size()};
  }
  std::error_code error;
  std::filesystem::create_directories(target, error);
  if (error) return Failure(system_error(error.value(), "making the directory", target));
  const std::filesystem::path copy = target / kDataFile;
  if (std::filesystem::exists(copy, error)) {
    return Failure(LogError{.kind = LogErrorKind::AlreadyThere,
                            .sequence = std::nullopt,
                            .message = "\"" + target.string() + "\" already holds a log"});
  }
  const int code = mdb_env_copy2((*environment)->handle(), target.c_str(), MDB_CP_COMPACT);
  if (code != MDB_SUCCESS) return Failure(lmdb_error(code, "copying", target));
  if (auto synced = sync_file(copy); !synced) return Failure(synced.error());
  auto witness = WitnessFile::open(target);
  if (!witness) return Failure(witness.error());
  if (auto written = witness->write(head, true); !written) {
    return Failure(written.error());
  }
  if (auto copied = copy_segments(directory, target); !copied) {
    return Failure(copied.error());
  }
  auto made = LogReader::open(target);
  if (!made) return Failure(made.error());
  return (*made)->head();
}

}  // namespace tranchet

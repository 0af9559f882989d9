// A copy of a log, of a live one too.
#include <string>

#include "events/log/commit_reader.h"
#include "events/log/environment.h"
#include "events/log/head_witness.h"
#include "events/log/log_contents.h"
#include "events/log/log_error.h"
#include "events/log/segments.h"
#include "events/log/sync.h"

namespace tranchet {
namespace {

namespace fs = std::filesystem;
using Failure = std::unexpected<LogError>;

// Where a copy lies until it is whole. The next attempt removes what is left of one.
constexpr std::string_view kUnfinished = "unfinished";

// After data.mdb: what has left it since is in them, and what they hold beyond its copy is none of
// the copy's. The newest first: retention may remove the oldest meanwhile, and no hole must come of
// that.
std::expected<void, LogError> copy_segments(const fs::path& log, const fs::path& target) {
  const auto copied = open_newest(target);
  if (!copied) return Failure(copied.error());
  const auto segments = list_segments(log);
  if (!segments) return Failure(segments.error());
  const fs::path folder = segments_folder(target);
  std::error_code failed;
  for (auto segment = segments->rbegin(); segment != segments->rend(); ++segment) {
    if (segment->last > (*copied)->head().last) continue;
    const fs::path copy = folder / segment->path.filename();
    fs::create_directories(folder, failed);
    if (!failed) fs::copy_file(segment->path, copy, failed);
    std::error_code unreadable;
    if (failed && !fs::exists(segment->path, unreadable) && !unreadable) {
      fs::remove(copy, unreadable);
      return {};
    }
    if (failed) return Failure(system_error(failed.value(), "copying a segment to", copy));
    if (auto synced = sync_file(copy); !synced) return synced;
  }
  return {};
}

// Nothing, or what a copy that was broken off has left.
std::expected<void, LogError> make_room(const fs::path& target) {
  std::error_code failed;
  fs::create_directories(target, failed);
  if (failed) return Failure(system_error(failed.value(), "making the directory", target));
  const fs::path unfinished = target / kUnfinished;
  const bool has_log = fs::exists(target / kDataFile, failed);
  const bool was_broken_off = !failed && fs::exists(unfinished, failed);
  const bool has_segments = !failed && fs::exists(segments_folder(target), failed);
  if (failed) return Failure(system_error(failed.value(), "looking into", target));
  if (has_log || (has_segments && !was_broken_off)) {
    return Failure(LogError{.kind = LogErrorKind::AlreadyThere,
                            .sequence = std::nullopt,
                            .message = "\"" + target.string() + "\" already holds a log"});
  }
  if (!was_broken_off) return {};
  // In this order: as long as there is an unfinished copy, the rest is its own.
  for (const fs::path& left : {segments_folder(target), target / kHeadFile, unfinished}) {
    fs::remove_all(left, failed);
    if (failed) return Failure(system_error(failed.value(), "removing", left));
  }
  return {};
}

std::expected<LogHead, LogError> copy_log(const fs::path& log, const fs::path& target) {
  auto environment = Environment::open(log, {});
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
  std::error_code failed;
  fs::create_directory(target, failed);
  if (failed) return Failure(system_error(failed.value(), "making the directory", target));
  const int code = mdb_env_copy2((*environment)->handle(), target.c_str(), MDB_CP_COMPACT);
  if (code != MDB_SUCCESS) return Failure(lmdb_error(code, "copying", target));
  if (auto synced = sync_file(target / kDataFile); !synced) return Failure(synced.error());
  auto witness = WitnessFile::open(target);
  if (!witness) return Failure(witness.error());
  if (auto written = witness->write(head, true); !written) return Failure(written.error());
  if (auto copied = copy_segments(log, target); !copied) return Failure(copied.error());
  auto made = LogReader::open(target);
  if (!made) return Failure(made.error());
  return (*made)->head();
}

// What makes it a log comes last.
std::expected<void, LogError> give_names(const fs::path& unfinished, const fs::path& target) {
  std::error_code failed;
  const bool has_segments = fs::exists(segments_folder(unfinished), failed);
  if (failed) return Failure(system_error(failed.value(), "looking into", unfinished));
  if (has_segments) {
    if (auto synced = sync_folder(segments_folder(unfinished)); !synced) return synced;
    fs::rename(segments_folder(unfinished), segments_folder(target), failed);
  }
  for (const std::string_view name : {kHeadFile, kDataFile}) {
    if (!failed) fs::rename(unfinished / name, target / name, failed);
  }
  if (failed) return Failure(system_error(failed.value(), "naming the files of", target));
  return sync_folder(target);
}

}  // namespace

std::expected<LogHead, LogError> back_up(const fs::path& directory, const fs::path& target) {
  auto reader = LogReader::open(directory);
  if (!reader) return Failure(reader.error());
  if (auto room = make_room(target); !room) return Failure(room.error());
  const fs::path unfinished = target / kUnfinished;
  auto head = copy_log(directory, unfinished);
  if (head) {
    if (auto named = give_names(unfinished, target); !named) head = Failure(named.error());
  }
  std::error_code ignored;
  if (!head) {
    for (const std::string_view name : {kDataFile, kHeadFile}) fs::remove(target / name, ignored);
    fs::remove_all(segments_folder(target), ignored);
  }
  fs::remove_all(unfinished, ignored);
  return head;
}

}  // namespace tranchet

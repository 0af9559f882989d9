#include "replay/segment.h"

#include <algorithm>

#include "events/log/log_error.h"
#include "events/log/segments.h"
#include "events/log/sync.h"
#include "events/log/writer_lock.h"
#include "replay/slice.h"

namespace tranchet {
namespace {

namespace fs = std::filesystem;
using Failure = std::unexpected<LogError>;

// What a kill has left of a segment; no name of a segment.
constexpr std::string_view kUnfinished = "unfinished";

std::expected<Timestamp, LogError> time_of(LogReader& log, Sequence sequence) {
  Timestamp time;
  auto scanned = log.scan(sequence, [&](const Event& event) {
    time = event.time;
    return false;
  });
  if (!scanned) return Failure(scanned.error());
  return time;
}

std::int64_t day_of(Timestamp time) {
  constexpr std::int64_t kNanosecondsADay = 86'400'000'000'000;
  return time.nanoseconds() / kNanosecondsADay;
}

// The last event of the UTC day that the first one is of; nullopt: the day has not ended.
std::expected<std::optional<Sequence>, LogError> end_of_day(LogReader& log,
                                                            const NewestPart& part) {
  auto first = time_of(log, part.first);
  auto last = time_of(log, part.last);
  if (!first || !last) return Failure(first ? last.error() : first.error());
  const std::int64_t day = day_of(*first);
  if (day_of(*last) == day) return std::nullopt;
  // Times never run back, so halving finds the border: `low` is of the day, `high` is not.
  std::uint64_t low = number(part.first), high = number(part.last);
  while (high - low > 1) {
    const std::uint64_t middle = low + (high - low) / 2;
    auto time = time_of(log, Sequence{middle});
    if (!time) return Failure(time.error());
    (day_of(*time) == day ? low : high) = middle;
  }
  return Sequence{low};
}

// Where the stretch that is due ends; nullopt: none is.
std::expected<std::optional<Sequence>, LogError> due_until(LogReader& log, const NewestPart& part,
                                                           const SegmentRule& rule) {
  if (part.last < part.first) return std::nullopt;
  std::optional<Sequence> until;
  if (rule.bytes > 0 && part.bytes >= rule.bytes) {
    // A part of many times the size is cut into as many.
    const std::uint64_t pieces = part.bytes / rule.bytes;
    const std::uint64_t events = number(part.last) - number(part.first) + 1;
    until = Sequence{number(part.first) + std::max<std::uint64_t>(events / pieces, 1) - 1};
  }
  if (rule.daily) {
    auto day = end_of_day(log, part);
    if (!day) return day;
    if (*day) until = until ? std::min(*until, **day) : **day;
  }
  return until;
}

// What a segment is made of.
struct Due {
  std::unique_ptr<LogReader> log;
  Sequence first{};
  std::optional<Sequence> last;  // Nullopt: nothing is due.
};
std::expected<Due, LogError> find_due(const fs::path& log, const SegmentRule& rule) {
  const auto part = newest_part(log);
  if (!part) return Failure(part.error());
  auto reader = LogReader::open(log);
  if (!reader) return Failure(reader.error());
  auto until = due_until(**reader, *part, rule);
  if (!until) return Failure(until.error());
  return Due{.log = std::move(*reader), .first = part->first, .last = *until};
}

// Reads it back: every record, and the chain, which must be the log's.
std::expected<void, LogError> prove(const fs::path& file, LogReader& log, Sequence last) {
  auto written = LogReader::open(file);
  if (!written) return Failure(written.error());
  auto scanned = (*written)->scan((*written)->first(), [](const Event&) { return true; });
  if (!scanned) return scanned;
  if (auto verified = (*written)->verify_chain(); !verified) return verified;
  std::string chain;
  scanned = log.scan_commits(last, [&](const LogCommit& commit) {
    chain = commit.chain;
    return false;
  });
  if (!scanned) return scanned;
  if ((*written)->head().chain == chain) return {};
  return Failure(damaged_at(last, "its archive does not end with the log's chain"));
}

std::expected<NewSegment, LogError> make_segment(const fs::path& log, const Due& due) {
  const auto slice = slice_of(*due.log, due.first, *due.last);
  if (!slice) return Failure(slice.error());
  std::error_code failed;
  const fs::path folder = segments_folder(log), unfinished = folder / kUnfinished;
  fs::remove(unfinished, failed);
  auto size = write_archive(log, *slice, unfinished);
  if (!size) return Failure(size.error());
  if (auto proved = prove(unfinished, *due.log, slice->last); !proved) {
    fs::remove(unfinished, failed);
    return Failure(proved.error());
  }
  NewSegment made{.first = slice->first,
                  .last = slice->last,
                  .size = *size,
                  .path = segment_path(log, slice->first, slice->last)};
  fs::rename(unfinished, made.path, failed);
  if (failed) return Failure(system_error(failed.value(), "naming", made.path));
  for (const fs::path& changed : {folder, log}) {
    if (auto synced = sync_folder(changed); !synced) return Failure(synced.error());
  }
  return made;
}

}  // namespace

std::expected<std::optional<NewSegment>, LogError> make_due_segment(const fs::path& log,
                                                                    const SegmentRule& rule) {
  auto due = find_due(log, rule);
  if (!due) return Failure(due.error());
  if (!due->last) return std::nullopt;
  const fs::path folder = segments_folder(log);
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) return Failure(system_error(failed.value(), "making the directory", folder));
  const auto lock = WriterLock::take(folder);
  if (!lock) return Failure(lock.error());
  // Again: whoever held the lock until now may have made this very segment.
  due = find_due(log, rule);
  if (!due) return Failure(due.error());
  if (!due->last) return std::nullopt;
  return make_segment(log, *due);
}

}  // namespace tranchet

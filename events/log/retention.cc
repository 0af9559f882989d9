#include "events/log/retention.h"

#include <optional>

#include "events/log/commit_reader.h"
#include "events/log/log_error.h"

namespace tranchet {
namespace {

namespace fs = std::filesystem;
using Failure = std::unexpected<LogError>;

std::expected<std::uint64_t, LogError> bytes_of(const fs::path& log) {
  std::uint64_t bytes = 0;
  for (const fs::path& folder : {log, segments_folder(log)}) {
    std::error_code failed;
    if (!fs::exists(folder, failed) && !failed) continue;
    for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end;
         entry.increment(failed)) {
      std::error_code gone;  // A segment that another removes meanwhile.
      if (!entry->is_regular_file(gone)) continue;
      const std::uintmax_t size = entry->file_size(gone);
      if (!gone) bytes += size;
    }
    if (failed) return Failure(system_error(failed.value(), "measuring", folder));
  }
  return bytes;
}

std::expected<Timestamp, LogError> time_of(CommitReader& log, Sequence sequence) {
  Timestamp time;
  auto scanned = log.scan(sequence, [&](const Event& event) {
    time = event.time;
    return false;
  });
  if (!scanned) return Failure(scanned.error());
  return time;
}

// The log's newest event is the clock: one that is set wrong removes nothing.
std::expected<bool, LogError> is_too_old(const SegmentFile& segment, Timestamp newest,
                                         std::uint32_t days) {
  auto archive = open_archive(segment.path);
  if (!archive) return Failure(archive.error());
  auto end = time_of(**archive, segment.last);
  if (!end) return Failure(end.error());
  constexpr std::int64_t kHoursADay = 24;
  return newest - *end > Duration::minutes(60 * kHoursADay * std::int64_t{days});
}

}  // namespace

std::expected<Retained, LogError> remove_old_segments(const fs::path& log,
                                                      const Retention& retention) {
  auto segments = list_segments(log);
  if (!segments) return Failure(segments.error());
  auto bytes = bytes_of(log);
  if (!bytes) return Failure(bytes.error());
  Retained result{.bytes = *bytes};
  const auto is_over = [&] { return retention.budget > 0 && result.bytes > retention.budget; };
  Timestamp newest;
  if (retention.days > 0 && segments->size() > 1) {
    auto reader = open_newest(log);
    if (!reader) return Failure(reader.error());
    auto time = time_of(**reader, (*reader)->head().last);
    if (!time) return Failure(time.error());
    newest = *time;
  }
  for (std::size_t index = 0; index + 1 < segments->size(); ++index) {
    const SegmentFile& segment = (*segments)[index];
    bool goes = is_over();
    if (!goes && retention.days > 0) {
      auto old = is_too_old(segment, newest, retention.days);
      if (!old) return Failure(old.error());
      goes = *old;
    }
    if (!goes) break;
    std::error_code failed;
    const std::uintmax_t size = fs::file_size(segment.path, failed);
    if (!failed) fs::remove(segment.path, failed);
    if (failed) return Failure(system_error(failed.value(), "removing", segment.path));
    result.bytes -= size;
    result.removed.push_back(segment);
  }
  result.is_over_budget = is_over();
  return result;
}

}  // namespace tranchet

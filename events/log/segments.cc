#include "events/log/segments.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include "events/log/archive.h"
#include "events/log/commit_reader.h"
#include "events/log/environment.h"
#include "events/log/log_error.h"
#include "events/log/seam.h"
#include "events/log/sync.h"

namespace tranchet {
namespace {

namespace fs = std::filesystem;
using Failure = std::unexpected<LogError>;

constexpr std::size_t kDigits = 15;
constexpr std::string_view kEnding = ".archive";

std::string padded(Sequence sequence) {
  const std::string digits = std::to_string(number(sequence));
  return std::string(kDigits - std::min(kDigits, digits.size()), '0') + digits;
}

std::optional<Sequence> parse_padded(std::string_view digits) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return Sequence{value};
}

// Nullopt: the name of something else.
std::optional<SegmentFile> parse_name(const fs::path& path) {
  const std::string name = path.filename().string();
  if (name.size() != 2 * kDigits + 1 + kEnding.size() || name[kDigits] != '-' ||
      !name.ends_with(kEnding)) {
    return std::nullopt;
  }
  const auto first = parse_padded(std::string_view(name).substr(0, kDigits));
  const auto last = parse_padded(std::string_view(name).substr(kDigits + 1, kDigits));
  if (!first || !last || *last < *first) return std::nullopt;
  return SegmentFile{.first = *first, .last = *last, .path = path};
}

}  // namespace

fs::path segments_folder(const fs::path& log) {
  return log / "segments";
}

fs::path segment_path(const fs::path& log, Sequence first, Sequence last) {
  return segments_folder(log) / (padded(first) + "-" + padded(last) + std::string(kEnding));
}

std::expected<std::vector<SegmentFile>, LogError> list_segments(const fs::path& log) {
  std::vector<SegmentFile> segments;
  const fs::path folder = segments_folder(log);
  std::error_code failed;
  // Not there, or an archive: a file has no folder below it.
  if (!fs::exists(folder, failed)) {
    if (!failed || failed == std::errc::not_a_directory) return segments;
    return Failure(system_error(failed.value(), "listing", folder));
  }
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    if (auto segment = parse_name(entry->path())) segments.push_back(std::move(*segment));
  }
  if (failed) return Failure(system_error(failed.value(), "listing", folder));
  std::ranges::sort(segments, {}, &SegmentFile::first);
  return segments;
}

std::expected<std::uint64_t, LogError> bytes_of_files(const fs::path& log) {
  const auto segments = list_segments(log);
  if (!segments) return Failure(segments.error());
  std::uint64_t bytes = 0;
  // One that is gone is retention's doing.
  const auto add = [&bytes](const fs::path& file) {
    std::error_code unreadable;
    const std::uintmax_t size = fs::file_size(file, unreadable);
    if (!unreadable) bytes += size;
  };
  std::error_code unreadable;
  add(fs::is_directory(log, unreadable) ? log / kDataFile : log);
  for (const SegmentFile& segment : *segments) add(segment.path);
  return bytes;
}

std::expected<NewestPart, LogError> newest_part(const fs::path& log) {
  const auto segments = list_segments(log);
  if (!segments) return Failure(segments.error());
  auto environment = Environment::open(log, {});
  if (!environment) return Failure(environment.error());
  auto reader = open_newest(log);
  if (!reader) return Failure(reader.error());
  NewestPart part{.first = (*reader)->first(), .last = (*reader)->head().last};
  if (part.last < part.first) return part;
  const std::uint64_t held = number(part.last) - number(part.first) + 1;
  if (!segments->empty()) part.first = std::max(part.first, next(segments->back().last));
  auto transaction = ReadTransaction::begin(**environment);
  if (!transaction) return Failure(transaction.error());
  MDB_stat stat{};
  const int code = mdb_stat(transaction->handle(), (*environment)->events(), &stat);
  if (code != MDB_SUCCESS) return Failure(lmdb_error(code, "measuring", log));
  const std::uint64_t pages = stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages;
  const std::uint64_t only_here =
      part.last < part.first ? 0 : number(part.last) - number(part.first) + 1;
  // Pages of a log of 2^48 events times those events pass 64 bits; events a page do not.
  part.bytes =
      pages * stat.ms_psize / held * only_here + pages * stat.ms_psize % held * only_here / held;
  return part;
}

std::expected<void, LogError> let_go_of_segmented(const fs::path& log) {
  const auto segments = list_segments(log);
  if (!segments) return Failure(segments.error());
  if (segments->empty()) return {};
  auto environment = Environment::open(log, {});
  if (!environment) return Failure(environment.error());
  auto newest = open_newest(log);
  if (!newest) return Failure(newest.error());
  const SegmentFile& segment = segments->back();
  const auto here = (*newest)->seal_at(segment.last);
  if (!here) return Failure(here.error());
  auto archive = open_archive(segment.path);
  if (!archive) return Failure(archive.error());
  const LogHead end = (*archive)->head();
  if (end.last != segment.last || end.chain != hash_text(here->chain)) {
    return Failure(damaged_at(segment.last, "the segment \"" + segment.path.string() +
                                                "\" does not end with the log's chain"));
  }
  // Whoever made the segment may have died, or failed, before its name was on the disk.
  for (const fs::path& folder : {segments_folder(log), log}) {
    if (auto synced = sync_folder(folder); !synced) return synced;
  }
  (*environment)->let_go_until(segment.last);
  return {};
}

}  // namespace tranchet

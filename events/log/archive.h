// A log, or a slice of one, as one compressed file that is read like the log itself:
// LogReader::open takes it, so that every tool that reads a log reads an archive.
//
// What it holds are the log's own bytes: records, seals and names as they were committed. So every
// checksum and the SHA-256 chain are proved from the archive as from the log. A slice begins with
// the state before it: an incident that can be mailed, and replayed on another machine and build.
#pragma once

#include <expected>
#include <filesystem>
#include <optional>

#include "events/log/event_log.h"

namespace tranchet {

struct ArchiveSlice {
  // Both at borders of commits: the first event of one, the last of the same or of a later one.
  Sequence first{1};
  Sequence last{};
  // The state after the event before `first`; none where `first` is 1.
  std::optional<StateSnapshot> before;
};

struct ArchiveSize {
  std::uint64_t raw = 0;     // Bytes of what was packed.
  std::uint64_t packed = 0;  // Bytes of the file.
};

// Writes `file`, which must not exist, from a log, which may be live, or from another archive. On
// an error there is no file.
std::expected<ArchiveSize, LogError> write_archive(const std::filesystem::path& log,
                                                   const ArchiveSlice& slice,
                                                   const std::filesystem::path& file);

// Whether a file is an archive, sound or not, by its first bytes.
bool is_archive(const std::filesystem::path& path);

}  // namespace tranchet

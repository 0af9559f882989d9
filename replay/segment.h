// When the older part of a log becomes a segment (events/log/segments.h), and how.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>

#include "events/log/archive.h"

namespace tranchet {

// Either alone, or both: what comes first.
struct SegmentRule {
  std::uint64_t bytes = 0;  // What data.mdb alone holds has grown to this; 0: any size.
  bool daily = false;       // A UTC day has ended.
};

struct NewSegment {
  Sequence first{};
  Sequence last{};
  ArchiveSize size;
  std::filesystem::path path;
};

// The oldest stretch that is due, written, read back to the last byte and its chain, and only then
// given its name. Nullopt: nothing is due. The log may be live: its writer lets go of the events by
// let_go_of_segmented(). The state before the segment is replayed from the newest one that is kept.
// LockedByOther: another process makes a segment of this log. DiskFull and others: there is no
// segment, and the log is as it was.
std::expected<std::optional<NewSegment>, LogError> make_due_segment(
    const std::filesystem::path& log, const SegmentRule& rule);

}  // namespace tranchet

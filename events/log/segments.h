// The folder "segments" of a log: its older events, each stretch as an archive with the state
// before it. data.mdb holds the newer ones. Every reader sees both as one log.
//
//   data.mdb                                              events 120,035 to the head
//   segments/000000000000001-000000000060000.archive
//   segments/000000000060001-000000000120034.archive
//
// A segment is written beside the running program (replay/segment.h), read back, and only then
// given its name. Only what a named segment holds leaves data.mdb, with the commits that follow,
// each of which removes and says so in one transaction. So at every moment, whoever is killed, an
// event is in one of the two, or in both.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <vector>

#include "events/log/event_log.h"

namespace tranchet {

struct SegmentFile {
  Sequence first{};
  Sequence last{};
  std::filesystem::path path;
};

std::filesystem::path segments_folder(const std::filesystem::path& log);
std::filesystem::path segment_path(const std::filesystem::path& log, Sequence first, Sequence last);

// In order of sequence; empty: the log has none.
std::expected<std::vector<SegmentFile>, LogError> list_segments(const std::filesystem::path& log);

// The events that only data.mdb holds.
struct NewestPart {
  Sequence first{};
  Sequence last{};          // Below `first`: there are none.
  std::uint64_t bytes = 0;  // What they take there, about.
};
std::expected<NewestPart, LogError> newest_part(const std::filesystem::path& log);

// From now on the writer that this process has on the log removes from data.mdb, with its commits,
// what segments hold; the names of those are on the disk first. Damaged, and nothing changes: the
// newest segment does not end with the chain that the log has there.
std::expected<void, LogError> let_go_of_segmented(const std::filesystem::path& log);

// As check_in_child() with the chain, for whoever must not be in the way of others: `on_read` is
// told in the child, as it goes, how many bytes of the log's files were read, about, and may wait.
std::expected<LogHead, LogError> check_in_child(
    const std::filesystem::path& log, const std::function<void(std::uint64_t bytes)>& on_read);
// Of data.mdb and the segments, or of an archive.
std::expected<std::uint64_t, LogError> bytes_of_files(const std::filesystem::path& log);

// As check_in_child(), of data.mdb alone: all that a start from a snapshot needs, however long the
// log is.
std::expected<LogHead, LogError> check_newest_in_child(const std::filesystem::path& log);

}  // namespace tranchet

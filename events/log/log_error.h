// What went wrong, in words that say what to do. Knows the numbers of LMDB and of the system.
#pragma once

#include <filesystem>
#include <string_view>

#include "events/log/event_log.h"

namespace tranchet {

// The files of a log's directory.
inline constexpr std::string_view kDataFile = "data.mdb";
inline constexpr std::string_view kHeadFile = "HEAD";
inline constexpr std::string_view kLockFile = "LOCK";

// An LMDB return code other than MDB_SUCCESS, met while `doing` ("committing events 5 to 9").
LogError lmdb_error(int code, std::string_view doing, const std::filesystem::path& directory);
// An errno.
LogError system_error(int code, std::string_view doing, const std::filesystem::path& path);
LogError not_a_log(const std::filesystem::path& directory, std::string_view why);
// `what` is a whole clause: "the checksum of a record is wrong".
LogError damaged_at(Sequence sequence, std::string_view what);
LogError damaged(std::string_view what);
// The child that was to read it died; `death` says how: "was killed by signal 11".
LogError unreadable_page(std::string_view death);
LogError gap_at(Sequence sequence, std::string_view what);
// Events before `first` have moved into segments, and none of those holds this one.
LogError moved_away(Sequence sequence, Sequence first);
LogError newer_schema(std::optional<Sequence> sequence);

}  // namespace tranchet

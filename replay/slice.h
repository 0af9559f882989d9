// An incident in one file: a slice of a log with the state before it.
#pragma once

#include <expected>
#include <filesystem>

#include "events/log/archive.h"

namespace tranchet {

// Whole commits that hold the events `from` to `to`. Replays up to there for the state before.
// Errors: what the log refuses; NotALog when it holds none of these events.
std::expected<ArchiveSlice, LogError> slice_of(LogReader& log, Sequence from, Sequence to);

}  // namespace tranchet

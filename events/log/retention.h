// How long segments are kept.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <vector>

#include "events/log/segments.h"

namespace tranchet {

struct Retention {
  std::uint32_t days = 0;    // Segments that ended so long before the newest event go; 0: none.
  std::uint64_t budget = 0;  // Bytes of the whole folder: the oldest segments go; 0: any size.
};

struct Retained {
  std::vector<SegmentFile> removed;
  std::uint64_t bytes = 0;      // Of the log's folder, after that.
  bool is_over_budget = false;  // Nothing more may go, and it is still too much.
};

// The oldest segments first. The newest segment never goes: the state that it begins with is the
// last from which everything that follows can be replayed. What is not yet in a segment never goes.
std::expected<Retained, LogError> remove_old_segments(const std::filesystem::path& log,
                                                      const Retention& retention);

}  // namespace tranchet

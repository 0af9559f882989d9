// `tranchet log segment`: the older part of a log into segments, and the oldest of those away.
#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <string>

#include "events/log/retention.h"
#include "replay/segment.h"

namespace tranchet {

struct SegmentArguments {
  std::string log;
  SegmentRule rule;
  Retention retention;
};

// 0: what was due is done, if anything was. 1: the log is larger than its budget, and nothing more
// may go. 2: no log, or no rule. 3: another process makes segments of it. 4: damaged. 5: the disk
// is full or cannot be written; the log is as it was.
int log_segment(const SegmentArguments& arguments, std::ostream& out, std::ostream& err);

}  // namespace tranchet

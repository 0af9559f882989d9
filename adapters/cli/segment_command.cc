#include "adapters/cli/segment_command.h"

#include <ostream>
#include <utility>

#include "adapters/cli/exit_status.h"
#include "adapters/cli/guarded.h"

namespace tranchet {
namespace {

void print(const NewSegment& made, std::ostream& out) {
  out << "segment: events " << number(made.first) << " to " << number(made.last) << ", "
      << made.size.packed << " bytes, "
      << (made.size.packed > 0 ? made.size.raw / made.size.packed : 0) << " times smaller, "
      << made.path.string() << "\n";
}

int work(const SegmentArguments& arguments, std::ostream& out, std::ostream& err) {
  const auto fail = [&](const LogError& error) {
    err << "tranchet: log segment: " << error.message << "\n";
    return exit_status(error.kind);
  };
  bool is_first = true;
  while (true) {
    const auto made = make_due_segment(arguments.log, arguments.rule);
    if (!made) return fail(made.error());
    if (!*made) break;
    print(**made, out);
    if (std::exchange(is_first, false)) {
      out << "  data.mdb lets go of them as the program that trades on this log writes on\n";
    }
  }
  const auto retained = remove_old_segments(arguments.log, arguments.retention);
  if (!retained) return fail(retained.error());
  for (const SegmentFile& removed : retained->removed) {
    out << "removed: events " << number(removed.first) << " to " << number(removed.last) << "\n";
  }
  out << "size: " << retained->bytes << " bytes\n";
  if (!retained->is_over_budget) return kDone;
  err << "tranchet: log segment: the log is larger than " << arguments.retention.budget
      << " bytes, and nothing more may go: what is left is not yet in a segment, or is the "
         "newest one, from which the rest can be replayed\n";
  return kAnswerIsNo;
}

}  // namespace

int log_segment(const SegmentArguments& arguments, std::ostream& out, std::ostream& err) {
  const SegmentRule& rule = arguments.rule;
  const Retention& retention = arguments.retention;
  if (rule.bytes == 0 && !rule.daily && retention.days == 0 && retention.budget == 0) {
    err << "tranchet: log segment: say what is due: --bytes, --daily, --keep-days or "
           "--budget-bytes\n";
    return kBadInput;
  }
  return in_child(
      arguments.log, "log segment",
      [&](std::ostream& told, std::ostream& said) { return work(arguments, told, said); }, out,
      err);
}

}  // namespace tranchet

#include "replay/slice.h"

#include "replay/log_follower.h"
#include "replay/opening.h"
#include "replay/resume.h"

namespace tranchet {
namespace {

std::expected<StateSnapshot, LogError> state_before(LogReader& log, Sequence first) {
  // Whichever build kept it: what is asked for is the state as it was then.
  auto start = engine_of_snapshot(log, Sequence{number(first) - 1}, SnapshotsOf::AnyBuild);
  if (!start) return std::unexpected(start.error());
  LogFollower follower(log, *start ? &**start : nullptr);
  while (true) {
    const auto event = follower.read();
    if (!event) return std::unexpected(event.error());
    ENSURE(*event != nullptr);
    if ((*event)->sequence == first) break;
    follower.apply();
  }
  const Engine& engine = follower.engine();
  return StateSnapshot{.sequence = engine.last_sequence(),
                       .command_digest = engine.command_digest(),
                       .state_digest = engine.state_digest(),
                       .build = std::string(build_name()),
                       .image = engine.image()};
}

}  // namespace

std::expected<ArchiveSlice, LogError> slice_of(LogReader& log, Sequence from, Sequence to) {
  ArchiveSlice slice{.first = Sequence{}, .last = Sequence{}};
  auto scanned = log.scan_commits(from, [&](const LogCommit& commit) {
    if (slice.first == Sequence{}) slice.first = commit.first;
    slice.last = commit.last;
    return commit.last < to;
  });
  if (!scanned) return std::unexpected(scanned.error());
  if (slice.first == Sequence{} || to < from) {
    return std::unexpected(LogError{.kind = LogErrorKind::NotALog,
                                    .sequence = from,
                                    .message = "the log holds no event from " +
                                               std::to_string(number(from)) + " to " +
                                               std::to_string(number(to)) + ": it ends at " +
                                               std::to_string(number(log.head().last))});
  }
  if (slice.first == Sequence{1}) return slice;
  auto before = state_before(log, slice.first);
  if (!before) return std::unexpected(before.error());
  slice.before = std::move(*before);
  return slice;
}

}  // namespace tranchet

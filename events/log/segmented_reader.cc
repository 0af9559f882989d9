// A log with segments as one: what has moved is read from there, the rest from data.mdb.
#include <algorithm>
#include <optional>
#include <utility>

#include "events/log/commit_reader.h"
#include "events/log/log_error.h"
#include "events/log/segments.h"

namespace tranchet {
namespace {

using Failure = std::unexpected<LogError>;

class SegmentedReader final : public CommitReader {
 public:
  SegmentedReader(std::filesystem::path directory, std::unique_ptr<CommitReader> newest)
      : directory_(std::move(directory)), newest_(std::move(newest)) {}

  std::expected<void, LogError> start();

  std::expected<void, LogError> scan(Sequence from, const Visit& visit) override;
  std::expected<void, LogError> walk(Sequence from, const VisitRecords& visit) override;
  std::expected<void, LogError> scan_commits(Sequence from, const VisitCommit& visit) override;
  std::expected<Seal, LogError> seal_at(Sequence last) override;
  // They all stay in data.mdb: one in 65,536 events.
  std::expected<std::vector<DigestNote>, LogError> digest_notes() override {
    return newest_->digest_notes();
  }
  std::expected<std::optional<StateSnapshot>, LogError> newest_snapshot(Sequence at_most) override;
  const Names& names() const override { return newest_->names(); }
  LogHead head() const override { return newest_->head(); }
  // Retention removes from the front, and each segment holds the state before it.
  Sequence first() const override {
    return segments_.empty() ? Sequence{1} : segments_.front().first;
  }

 private:
  // Held by who reads it: what `visit` asks for meanwhile may open another.
  using Part = std::shared_ptr<CommitReader>;
  std::expected<Part, LogError> open(const SegmentFile& segment);
  const SegmentFile* holding(Sequence sequence) const;

  // How far a pass has come.
  struct Pass {
    Sequence next{};
    bool stopped = false;
  };
  using ReadPart = std::function<std::expected<void, LogError>(CommitReader& part, Pass& pass)>;
  std::expected<void, LogError> pass_over(Sequence from, const ReadPart& read);

  std::filesystem::path directory_;
  std::unique_ptr<CommitReader> newest_;
  std::vector<SegmentFile> segments_;
  Sequence opened_first_{};
  Part opened_;  // The segment read last.
};

std::expected<void, LogError> SegmentedReader::start() {
  auto listed = list_segments(directory_);
  if (!listed) return Failure(listed.error());
  segments_ = std::move(*listed);
  const Sequence end = newest_->head().last;
  if (segments_.empty() || segments_.back().last <= end) return {};
  return Failure(
      LogError{.kind = LogErrorKind::TailLost,
               .sequence = next(end),
               .message = "the log has lost its tail: its segments hold events up to " +
                          std::to_string(number(segments_.back().last)) +
                          " and its file data.mdb ends at event " + std::to_string(number(end)) +
                          ". Do not trade on it: restore a backup that has them, or ask the venue "
                          "what happened since"});
}

std::expected<SegmentedReader::Part, LogError> SegmentedReader::open(const SegmentFile& segment) {
  if (opened_ && opened_first_ == segment.first) return opened_;
  auto part = open_archive(segment.path);
  if (!part) return Failure(part.error());
  if ((*part)->first() != segment.first || (*part)->head().last != segment.last) {
    return Failure(damaged_at(segment.first, "the segment \"" + segment.path.string() +
                                                 "\" does not hold what its name says"));
  }
  opened_ = std::move(*part);
  opened_first_ = segment.first;
  return opened_;
}

const SegmentFile* SegmentedReader::holding(Sequence sequence) const {
  const auto found = std::ranges::partition_point(
      segments_, [=](const SegmentFile& segment) { return segment.last < sequence; });
  return found == segments_.end() || found->first > sequence ? nullptr : &*found;
}

// Segment after segment, then data.mdb. What moves out of it meanwhile is found again.
std::expected<void, LogError> SegmentedReader::pass_over(Sequence from, const ReadPart& read) {
  Pass pass{.next = std::max(from, first())};
  bool looked_again = false;
  while (true) {
    if (const SegmentFile* segment = holding(pass.next)) {
      const Sequence end = segment->last;
      auto part = open(*segment);
      if (!part) return Failure(part.error());
      if (auto done = read(**part, pass); !done || pass.stopped) return done;
      if (pass.next <= end) return Failure(gap_at(pass.next, "its segment ends before it"));
      looked_again = false;
      continue;
    }
    auto done = read(*newest_, pass);
    if (done || newest_->first() <= pass.next || looked_again) return done;
    auto listed = list_segments(directory_);
    if (!listed) return Failure(listed.error());
    segments_ = std::move(*listed);
    looked_again = true;
  }
}

std::expected<void, LogError> SegmentedReader::scan(Sequence from, const Visit& visit) {
  return pass_over(from, [&](CommitReader& part, Pass& pass) {
    return part.scan(pass.next, [&](const Event& event) {
      pass.next = next(event.sequence);
      pass.stopped = !visit(event);
      return !pass.stopped;
    });
  });
}

std::expected<void, LogError> SegmentedReader::walk(Sequence from, const VisitRecords& visit) {
  return pass_over(from, [&](CommitReader& part, Pass& pass) {
    return part.walk(pass.next, [&](const Seal& seal, std::span<const std::byte> records) {
      pass.next = next(seal.last);
      pass.stopped = !visit(seal, records);
      return !pass.stopped;
    });
  });
}

std::expected<void, LogError> SegmentedReader::scan_commits(Sequence from,
                                                            const VisitCommit& visit) {
  return pass_over(from, [&](CommitReader& part, Pass& pass) {
    return part.scan_commits(pass.next, [&](const LogCommit& commit) {
      pass.next = next(commit.last);
      pass.stopped = !visit(commit);
      return !pass.stopped;
    });
  });
}

std::expected<Seal, LogError> SegmentedReader::seal_at(Sequence last) {
  // A slice knows the seal before it.
  const SegmentFile* segment = holding(next(last));
  if (segment == nullptr || segment->first != next(last)) segment = holding(last);
  if (segment == nullptr) return newest_->seal_at(last);
  auto part = open(*segment);
  if (!part) return Failure(part.error());
  return (*part)->seal_at(last);
}

std::expected<std::optional<StateSnapshot>, LogError> SegmentedReader::newest_snapshot(
    Sequence at_most) {
  auto found = newest_->newest_snapshot(at_most);
  if (!found) return found;
  for (auto segment = segments_.rbegin(); segment != segments_.rend(); ++segment) {
    if (segment->first > next(at_most) || segment->first == Sequence{1}) continue;
    if (*found && next((*found)->sequence) >= segment->first) break;
    auto part = open(*segment);
    if (!part) continue;  // As if it were not there: whoever reads its events is told.
    auto before = (*part)->newest_snapshot(at_most);
    if (before && *before) return before;
  }
  return found;
}

}  // namespace

std::expected<std::unique_ptr<CommitReader>, LogError> open_segmented(
    const std::filesystem::path& directory) {
  auto newest = open_newest(directory);
  if (!newest) return Failure(newest.error());
  auto reader = std::make_unique<SegmentedReader>(directory, std::move(*newest));
  if (auto started = reader->start(); !started) return Failure(started.error());
  return reader;
}

}  // namespace tranchet

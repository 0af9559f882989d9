// The disk twin beside the real log: the same goes in, the same comes out, and each fault does what
// it says.
#include "backtest/wargame/twins/disk.h"

#include <array>

#include "events/log/record.h"
#include "events/log/snapshot_pieces.h"
#include "tests/events/log/scratch_log.h"

namespace tranchet {
namespace {

using testing::append_all;
using testing::lines_of;
using testing::must;
using testing::sample_events;
using testing::sample_names;
using testing::ScratchDirectory;

// All that a reader says of a log. A refusal stands in the place of what it refused.
struct Contents {
  std::vector<std::string> lines;
  std::vector<std::string> commits;
  std::vector<std::string> notes;
  std::string names;
  std::string head;
  std::string chain = "verified";
  std::optional<LogError> scan_error;

  friend bool operator==(const Contents& a, const Contents& b) {
    return a.lines == b.lines && a.commits == b.commits && a.notes == b.notes &&
           a.names == b.names && a.head == b.head && a.chain == b.chain;
  }
};

std::string refusal(const LogError& error) {
  return "refused: " + std::to_string(static_cast<int>(error.kind));
}

Contents contents_of(LogReader& log) {
  Contents found;
  const auto scanned = log.scan(Sequence{1}, [&](const Event& event) {
    found.lines.push_back(event_json(event, log.names()));
    return true;
  });
  if (!scanned) {
    found.lines = {refusal(scanned.error())};
    found.scan_error = scanned.error();
  }
  const auto sealed = log.scan_commits(Sequence{1}, [&](const LogCommit& commit) {
    found.commits.push_back(
        std::to_string(number(commit.first)) + "-" + std::to_string(number(commit.last)) + " " +
        std::to_string(commit.texts) + " " + std::to_string(commit.symbols) + " " + commit.chain);
    return true;
  });
  if (!sealed) found.commits = {refusal(sealed.error())};
  const auto notes = log.digest_notes();
  if (!notes) {
    found.notes = {refusal(notes.error())};
  } else {
    for (const DigestNote& note : *notes) {
      found.notes.push_back(std::to_string(number(note.sequence)) + " " +
                            std::to_string(note.command_digest) + " " +
                            std::to_string(note.state_digest));
    }
  }
  for (std::uint32_t id = 1; id <= log.names().size(); ++id) {
    found.names += std::string(log.names().text(TextId{id})) + "\n";
  }
  for (std::uint16_t id = 1; id <= log.names().instruments(); ++id) {
    found.names += std::string(log.names().symbol(InstrumentId{id})) + "\n";
  }
  found.head = std::to_string(number(log.head().last)) + " " + log.head().chain;
  if (const auto verified = log.verify_chain(); !verified) found.chain = refusal(verified.error());
  return found;
}

Contents contents_of(const Disk& disk) {
  return contents_of(*must(disk.read()));
}

// Names that grow from commit to commit, some too long for one piece.
Event event_with_text(std::uint64_t sequence, Names& names) {
  const TextId text = names.intern(std::string(sequence * 700, 'a') + std::to_string(sequence));
  names.instrument("COIN" + std::to_string(sequence));
  return {.sequence = Sequence{sequence},
          .time = Timestamp::from_nanoseconds(static_cast<std::int64_t>(sequence)),
          .body = AdapterFault{.text = text}};
}

StateSnapshot snapshot_at(std::uint64_t sequence) {
  StateSnapshot snapshot{.sequence = Sequence{sequence},
                         .command_digest = sequence * 3,
                         .state_digest = sequence * 5,
                         .build = "a build"};
  for (std::uint64_t n = 0; n < 20 + sequence; ++n) {
    snapshot.image.push_back(static_cast<std::byte>(n + sequence));
  }
  return snapshot;
}

bool same(const StateSnapshot& a, const StateSnapshot& b) {
  return a.sequence == b.sequence && a.command_digest == b.command_digest &&
         a.state_digest == b.state_digest && a.build == b.build && a.image == b.image;
}

// With its keys.
std::uint64_t bits_of(const StateSnapshot& snapshot) {
  std::uint64_t bytes = 0;
  const auto pieces = encode_snapshot(snapshot);
  for (const SnapshotPiece& piece : *pieces) bytes += sizeof piece.key + piece.bytes.size();
  return 8 * bytes;
}

constexpr std::uint64_t kWhole = 60;  // Events of a small log.

std::vector<Event> small_log() {
  return sample_events(kWhole, 7, sample_names());
}

// Three commits of twenty, a note and a snapshot after each; closed.
void write_small_log(Disk& disk) {
  const auto events = small_log();
  auto log = must(disk.create());
  for (std::uint64_t from = 0; from < kWhole; from += 20) {
    append_all(*log, std::span(events).subspan(from, 20), sample_names(), 20);
    must(log->keep_snapshot(snapshot_at(from + 20)));
  }
  must(log->close());
}

TEST(Disk, HoldsWhatTheRealLogHolds) {
  const ScratchDirectory scratch;
  const auto events = sample_events(3'000, 1, sample_names());
  for (const std::size_t batch : {1UL, 7UL, 1'000UL}) {
    Disk disk;
    const auto path = scratch / std::to_string(batch);
    auto twin = must(disk.create());
    auto real = must(LogWriter::create(path, Durability::AtClose));
    for (const std::size_t from : {0UL, 1'000UL, 2'000UL}) {
      append_all(*twin, std::span(events).subspan(from, 1'000), sample_names(), batch);
      append_all(*real, std::span(events).subspan(from, 1'000), sample_names(), batch);
      for (LogWriter* log : {twin.get(), real.get()}) {
        must(log->note_digests({.sequence = log->head().last}));  // It was noted before.
      }
      EXPECT_EQ(twin->head().last, real->head().last);
      EXPECT_EQ(twin->head().chain, real->head().chain);
      must(twin->close());
      must(real->close());
      real.reset();
      twin.reset();
      twin = must(disk.open());
      real = must(LogWriter::open(path, Durability::AtClose));
    }
    const Contents found = contents_of(disk);
    EXPECT_EQ(found, contents_of(*must(LogReader::open(path)))) << batch;
    EXPECT_EQ(found.lines, lines_of(events, sample_names()));
    EXPECT_EQ(found.chain, "verified");
    EXPECT_EQ(disk.durable(), Sequence{3'000});
  }
}

TEST(Disk, NamesGrowAsInTheRealLog) {
  const ScratchDirectory scratch;
  Disk disk;
  Names names;
  auto twin = must(disk.create());
  auto real = must(LogWriter::create(scratch / "log", Durability::AtClose));
  const auto reader = must(disk.read());
  for (std::uint64_t sequence = 1; sequence <= 12; ++sequence) {
    const Event event = event_with_text(sequence, names);
    must(twin->append({&event, 1}, names));
    must(real->append({&event, 1}, names));
    std::string line;
    must(reader->scan(Sequence{sequence}, [&](const Event& read) {
      line = event_json(read, reader->names());
      return true;
    }));
    EXPECT_EQ(line, event_json(event, names));
  }
  EXPECT_EQ(contents_of(disk), contents_of(*must(LogReader::open(scratch / "log"))));
  twin.reset();
  EXPECT_EQ(must(disk.open())->head().chain, real->head().chain);
}

TEST(Disk, ScanStartsAnywhereAndStopsWhenTold) {
  Disk disk;
  write_small_log(disk);
  const auto log = must(disk.read());
  for (std::uint64_t from = 0; from <= kWhole + 1; ++from) {
    std::vector<std::uint64_t> seen;
    must(log->scan(Sequence{from}, [&](const Event& event) {
      seen.push_back(number(event.sequence));
      return seen.size() < 3;
    }));
    const std::uint64_t first = std::max<std::uint64_t>(from, 1);
    const std::uint64_t left = first > kWhole ? 0 : kWhole - first + 1;
    ASSERT_EQ(seen.size(), std::min<std::uint64_t>(left, 3)) << from;
    EXPECT_TRUE(seen.empty() || seen.front() == first);
  }
}

TEST(Disk, RefusesAsTheRealLogDoes) {
  Disk disk;
  EXPECT_FALSE(disk.holds_a_log());
  EXPECT_EQ(disk.open().error().kind, LogErrorKind::NotALog);
  EXPECT_EQ(disk.read().error().kind, LogErrorKind::NotALog);
  auto first = must(disk.create());
  EXPECT_TRUE(disk.holds_a_log());
  EXPECT_EQ(disk.create().error().kind, LogErrorKind::AlreadyThere);
  EXPECT_EQ(disk.open().error().kind, LogErrorKind::LockedByOther);
  must(disk.read());
  first.reset();
  const auto second = must(disk.open());
  EXPECT_EQ(disk.open().error().kind, LogErrorKind::LockedByOther);
}

TEST(Disk, AForgottenWriterWritesNoMore) {
  Disk disk;
  const auto events = sample_events(20, 3, sample_names());
  auto first = must(disk.create());
  must(first->append(std::span(events).first(10), sample_names()));
  disk.forget_writer();
  const auto second = must(disk.open());
  EXPECT_EQ(first->append(std::span(events).subspan(10), sample_names()).error().kind,
            LogErrorKind::Io);
  EXPECT_FALSE(first->close());
  first.reset();
  EXPECT_EQ(disk.open().error().kind, LogErrorKind::LockedByOther);
  must(second->append(std::span(events).subspan(10), sample_names()));
  EXPECT_EQ(contents_of(disk).lines, lines_of(events, sample_names()));
}

TEST(Disk, WhatWasNotCommittedNeverWas) {
  Disk disk;
  const auto events = sample_events(20, 3, sample_names());
  auto log = must(disk.create());
  append_all(*log, std::span(events).first(10), sample_names(), 10);
  must(log->keep_snapshot(snapshot_at(10)));
  log.reset();
  disk.forget_writer();
  log = must(disk.open());
  EXPECT_TRUE(must(must(disk.read())->digest_notes()).empty());
  EXPECT_FALSE(must(must(disk.read())->newest_snapshot(Sequence{10})));
  append_all(*log, std::span(events).subspan(10), sample_names(), 10);
  must(log->close());
  EXPECT_EQ(must(must(disk.read())->digest_notes()).size(), 1u);
}

struct FaultCase {
  DiskFault fault;
  LogErrorKind kind;
  bool kept;
};
constexpr std::array kFaultCases{
    FaultCase{DiskFault::KillBeforeCommit, LogErrorKind::Io, false},
    FaultCase{DiskFault::KillAfterCommit, LogErrorKind::Io, true},
    FaultCase{DiskFault::TornCommit, LogErrorKind::Io, false},
    FaultCase{DiskFault::Full, LogErrorKind::DiskFull, false},
    FaultCase{DiskFault::SyncFails, LogErrorKind::Io, false},
    FaultCase{DiskFault::SyncFailsKept, LogErrorKind::Io, true},
};

TEST(Disk, AFaultKeepsAllOfACommitOrNothing) {
  const auto events = sample_events(30, 3, sample_names());
  for (const FaultCase& test : kFaultCases) {
    SCOPED_TRACE(static_cast<int>(test.fault));
    Disk disk;
    auto log = must(disk.create());
    append_all(*log, std::span(events).first(10), sample_names(), 10);
    disk.arm(test.fault);
    EXPECT_TRUE(disk.is_armed());
    EXPECT_FALSE(disk.struck());
    const auto part = std::span(events).subspan(10, 10);
    const auto failed = log->append(part, sample_names());
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().kind, test.kind);
    EXPECT_FALSE(disk.is_armed());
    EXPECT_EQ(disk.struck(), test.fault);

    for (const auto& again : {log->append(part, sample_names()), log->note_digests({}),
                              log->keep_snapshot({}), log->close()}) {
      ASSERT_FALSE(again);
      EXPECT_EQ(again.error().message, failed.error().message);
    }
    EXPECT_EQ(log->head().last, Sequence{10});
    EXPECT_EQ(disk.open().error().kind, LogErrorKind::LockedByOther);
    disk.forget_writer();
    EXPECT_FALSE(disk.struck());
    const auto next_log = must(disk.open());
    const std::size_t kept = test.kept ? 20 : 10;
    EXPECT_EQ(next_log->head().last, Sequence{kept});
    EXPECT_EQ(disk.durable(), Sequence{kept});
    // The note of the first commit waited for the second.
    EXPECT_EQ(must(must(disk.read())->digest_notes()).size(), test.kept ? 1u : 0u);
    must(next_log->append(std::span(events).subspan(kept), sample_names()));
    const Contents found = contents_of(disk);
    EXPECT_EQ(found.lines, lines_of(events, sample_names()));
    EXPECT_EQ(found.chain, "verified");
  }
}

TEST(Disk, ALostTailIsNoticedAndComesBack) {
  for (const std::uint64_t commits : {1UL, 2UL, 3UL, 9UL}) {
    Disk disk;
    EXPECT_FALSE(disk.lose_tail(1));
    write_small_log(disk);
    const Contents whole = contents_of(disk);
    // Closing was a commit too: of the last note alone.
    EXPECT_TRUE(disk.lose_tail(1 + commits));
    const std::uint64_t left = commits >= 3 ? 0 : kWhole - commits * 20;
    EXPECT_EQ(disk.durable(), Sequence{left});
    for (const LogError& error : {disk.open().error(), disk.read().error()}) {
      EXPECT_EQ(error.kind, LogErrorKind::TailLost);
      EXPECT_EQ(error.sequence, Sequence{left + 1});
    }
    disk.restore();
    EXPECT_EQ(contents_of(disk), whole);
    EXPECT_EQ(must(disk.open())->head().last, Sequence{kWhole});
  }
}

TEST(Disk, ALostTailIsNoticedWithoutClosing) {
  Disk disk;
  const auto events = sample_events(20, 3, sample_names());
  auto log = must(disk.create());
  append_all(*log, events, sample_names(), 10);
  disk.forget_writer();
  EXPECT_TRUE(disk.lose_tail(1));
  EXPECT_EQ(disk.open().error().kind, LogErrorKind::TailLost);
}

TEST(Disk, ALostNoteIsNoticed) {
  Disk disk;
  write_small_log(disk);
  EXPECT_TRUE(disk.lose_tail(1));
  EXPECT_EQ(disk.durable(), Sequence{kWhole});
  EXPECT_EQ(disk.open().error().kind, LogErrorKind::Damaged);
  EXPECT_EQ(must(disk.read())->digest_notes().error().kind, LogErrorKind::Damaged);
}

// No witness knew of it: nothing followed from it either.
TEST(Disk, ACommitThatNobodyHeardOfMayBeLost) {
  Disk disk;
  const auto events = sample_events(20, 3, sample_names());
  auto log = must(disk.create());
  must(log->append(std::span(events).first(10), sample_names()));
  disk.arm(DiskFault::KillAfterCommit);
  EXPECT_FALSE(log->append(std::span(events).subspan(10), sample_names()));
  disk.forget_writer();
  EXPECT_TRUE(disk.lose_tail(1));
  log = must(disk.open());
  must(log->append(std::span(events).subspan(10), sample_names()));
  EXPECT_EQ(contents_of(disk).chain, "verified");
}

TEST(Disk, ARefusedWriterHoldsNoLock) {
  Disk disk;
  write_small_log(disk);
  disk.lose_tail(2);
  EXPECT_EQ(disk.open().error().kind, LogErrorKind::TailLost);
  EXPECT_EQ(disk.open().error().kind, LogErrorKind::TailLost);
}

// What a single flipped bit does. The events, names and commits are never other than they were: the
// log is refused, or the bit was of a snapshot.
TEST(Disk, NoFlippedBitGoesUnnoticed) {
  Disk disk;
  write_small_log(disk);
  const Contents whole = contents_of(disk);
  const auto newest = must(must(disk.read())->newest_snapshot(Sequence{kWhole}));
  ASSERT_TRUE(newest);
  const std::uint64_t bits = disk.bits();
  std::uint64_t refused_at_open = 0, refused_in_a_scan = 0, in_snapshots = 0;
  for (std::uint64_t bit = 0; bit < bits; ++bit) {
    ASSERT_TRUE(disk.rot(bit));
    const auto writer = disk.open();
    EXPECT_TRUE(!writer || (*writer)->head().last == Sequence{kWhole});
    const auto reader = disk.read();
    if (!reader) {
      ++refused_at_open;
    } else {
      const Contents found = contents_of(**reader);
      if (found.scan_error) {
        ++refused_in_a_scan;
        EXPECT_TRUE(found.scan_error->sequence);
      } else {
        EXPECT_EQ(found.lines, whole.lines);
      }
      EXPECT_EQ(found.names, whole.names);
      const auto given = must((*reader)->newest_snapshot(Sequence{kWhole}));
      const bool is_newest = given && same(*given, *newest);
      if (found == whole) {
        ++in_snapshots;
      } else {
        EXPECT_TRUE(is_newest);
      }
      EXPECT_TRUE(is_newest || (given && same(*given, snapshot_at(kWhole - 20))));
    }
    disk.restore();
    ASSERT_FALSE(::testing::Test::HasFailure()) << "bit " << bit << " of " << bits;
  }
  EXPECT_EQ(contents_of(disk), whole);
  EXPECT_GT(refused_at_open, 0u);
  EXPECT_GT(refused_in_a_scan, 0u);
  EXPECT_EQ(in_snapshots, bits_of(snapshot_at(kWhole - 20)) + bits_of(snapshot_at(kWhole)));
}

// A bit inside the first record of the small log. The keys of the records come first.
std::uint64_t bit_of_the_first_record() {
  const auto events = small_log();
  RecordEncoder encoder;
  std::uint64_t records = 0;
  for (std::uint64_t from = 0; from < kWhole; from += 20) {
    records += encoder.encode(std::span(events).subspan(from, 20)).size();
  }
  return 64 * records + 8 * (kRecordHeaderBytes + 2);
}

TEST(Disk, ARottenRecordIsNamed) {
  Disk disk;
  write_small_log(disk);
  ASSERT_TRUE(disk.rot(bit_of_the_first_record()));
  const auto log = must(disk.read());
  const auto scanned = log->scan(Sequence{1}, [](const Event&) { return true; });
  for (const auto& refused : {scanned, log->verify_chain()}) {
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, LogErrorKind::Damaged);
    EXPECT_EQ(refused.error().sequence, Sequence{1});
  }
  must(log->scan(Sequence{kWhole - 10}, [](const Event&) { return true; }));
}

TEST(Disk, AnEmptyLogHasNothingToFlip) {
  Disk disk;
  EXPECT_FALSE(disk.rot(5));
  must(disk.create());
  EXPECT_FALSE(disk.rot(5));
}

TEST(Disk, TheMirrorHasWhatWasCommittedSince) {
  Disk disk;
  write_small_log(disk);
  const auto more = sample_events(20, 8, sample_names(), Sequence{kWhole + 1});
  ASSERT_TRUE(disk.rot(bit_of_the_first_record()));
  auto log = must(disk.open());
  append_all(*log, more, sample_names(), 5);
  must(log->close());
  log.reset();
  EXPECT_TRUE(contents_of(disk).scan_error);
  disk.restore();
  const Contents found = contents_of(disk);
  EXPECT_EQ(found.lines.size(), kWhole + 20);
  EXPECT_EQ(found.chain, "verified");
  EXPECT_EQ(must(disk.open())->head().last, Sequence{kWhole + 20});
  EXPECT_TRUE(disk.lose_tail(2));
  EXPECT_EQ(disk.open().error().kind, LogErrorKind::TailLost);
}

TEST(Disk, TheTwoNewestSnapshotsAreKept) {
  Disk disk;
  EXPECT_FALSE(disk.read());
  write_small_log(disk);
  const auto log = must(disk.read());
  const auto at_most = [&](std::uint64_t sequence) {
    return must(log->newest_snapshot(Sequence{sequence}));
  };
  EXPECT_TRUE(same(*at_most(kWhole), snapshot_at(60)));
  EXPECT_TRUE(same(*at_most(kWhole + 9), snapshot_at(60)));
  EXPECT_TRUE(same(*at_most(kWhole - 1), snapshot_at(40)));
  EXPECT_FALSE(at_most(39));
}

}  // namespace
}  // namespace tranchet

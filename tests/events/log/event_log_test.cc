// The log as its users see it: what goes in comes out, over any batching and any restart, and each
// refusal has its own name.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>
#include <fstream>

#include "tests/events/log/scratch_log.h"

namespace tranchet {
namespace {

using testing::append_all;
using testing::lines_of;
using testing::must;
using testing::read_lines;
using testing::sample_events;
using testing::sample_names;
using testing::ScratchDirectory;
using testing::write_log;

TEST(EventLog, EventsComeBackInAnyBatching) {
  const ScratchDirectory scratch;
  const auto events = sample_events(5'000, 1, sample_names());
  for (const std::size_t batch : {1UL, 7UL, 4'096UL}) {
    const auto path = scratch / std::to_string(batch);
    const LogHead head = write_log(path, events, batch);
    EXPECT_EQ(head.last, Sequence{5'000});
    EXPECT_EQ(read_lines(path), lines_of(events, sample_names())) << batch;
    const LogHead checked = must(check_in_child(path));
    EXPECT_EQ(checked.chain, head.chain);
    EXPECT_EQ(checked.last, head.last);
  }
}

TEST(EventLog, SameBatchesMakeTheSameChainAndOthersAnother) {
  const ScratchDirectory scratch;
  const auto events = sample_events(100, 2, sample_names());
  const LogHead head = write_log(scratch / "a", events, 7);
  EXPECT_EQ(write_log(scratch / "b", events, 7, Durability::EveryBatch).chain, head.chain);
  EXPECT_NE(write_log(scratch / "c", events, 8).chain, head.chain);
  EXPECT_EQ(head.chain.size(), 64u);
}

TEST(EventLog, AnEmptyLogIsALog) {
  const ScratchDirectory scratch;
  const LogHead head = write_log(scratch / "log", {}, 1);
  EXPECT_EQ(head.last, Sequence{0});
  EXPECT_TRUE(read_lines(scratch / "log").empty());
  EXPECT_EQ(must(check_in_child(scratch / "log")).last, Sequence{0});
}

TEST(EventLog, GoesOnAfterReopening) {
  const ScratchDirectory scratch;
  const auto events = sample_events(300, 3, sample_names());
  const LogHead whole = write_log(scratch / "whole", events, 50);
  const auto path = scratch / "parts";
  write_log(path, std::span(events).first(100), 50);
  for (const std::size_t start : {100UL, 200UL}) {
    auto log = must(LogWriter::open(path, Durability::EveryBatch));
    EXPECT_EQ(log->head().last, Sequence{start});
    append_all(*log, std::span(events).subspan(start, 100), sample_names(), 50);
    must(log->close());
  }
  EXPECT_EQ(read_lines(path), lines_of(events, sample_names()));
  EXPECT_EQ(must(check_in_child(path)).chain, whole.chain);
}

TEST(EventLog, NamesGrowWithTheLog) {
  const ScratchDirectory scratch;
  Names names;
  auto log = must(LogWriter::create(scratch / "log", Durability::AtClose));
  auto reader = must(LogReader::open(scratch / "log"));
  std::vector<std::string> seen;
  for (std::uint64_t n = 1; n <= 20; ++n) {
    const Event event{
        .sequence = Sequence{n},
        .time = Timestamp(),
        .body = AdapterFault{.text = names.intern(std::string(n * 500, 'a') + std::to_string(n))}};
    must(log->append({&event, 1}, names));
    must(reader->scan(Sequence{n}, [&](const Event& read) {
      EXPECT_EQ(event_json(read, reader->names()), event_json(event, names));
      seen.push_back(event_json(read, reader->names()));
      return true;
    }));
    EXPECT_EQ(reader->head().chain, log->head().chain);
  }
  EXPECT_EQ(seen.size(), 20u);
  must(reader->verify_chain());
}

TEST(EventLog, ScanStartsAnywhereAndStopsWhenTold) {
  const ScratchDirectory scratch;
  const auto events = sample_events(1'000, 4, sample_names());
  write_log(scratch / "log", events, 1'000);
  const auto all = lines_of(events, sample_names());
  for (const std::uint64_t from : {0UL, 1UL, 2UL, 499UL, 500UL, 999UL, 1'000UL, 1'001UL}) {
    const std::size_t skipped = from == 0 ? 0 : from - 1;
    EXPECT_EQ(read_lines(scratch / "log", nullptr, Sequence{from}),
              std::vector(all.begin() + static_cast<std::ptrdiff_t>(skipped), all.end()))
        << from;
  }
  auto log = must(LogReader::open(scratch / "log"));
  std::size_t visited = 0;
  must(log->scan(Sequence{10}, [&](const Event&) { return ++visited < 5; }));
  EXPECT_EQ(visited, 5u);
}

TEST(EventLog, CommitsSayWhatTheyBrought) {
  const ScratchDirectory scratch;
  write_log(scratch / "log", sample_events(100, 5, sample_names()), 40);
  auto log = must(LogReader::open(scratch / "log"));
  std::vector<LogCommit> commits;
  must(log->scan_commits(Sequence{1}, [&](const LogCommit& commit) {
    commits.push_back(commit);
    return true;
  }));
  ASSERT_EQ(commits.size(), 3u);
  EXPECT_EQ(commits[1].first, Sequence{41});
  EXPECT_EQ(commits[1].last, Sequence{80});
  EXPECT_EQ(commits[0].texts, sample_names().size());
  EXPECT_EQ(commits[0].symbols, sample_names().instruments());
  EXPECT_EQ(commits[2].chain, log->head().chain);
}

TEST(EventLog, DigestNotesAreKeptOnceASequence) {
  const ScratchDirectory scratch;
  const auto events = sample_events(90, 6, sample_names());
  write_log(scratch / "log", std::span(events).first(60), 20);
  auto log = must(LogWriter::open(scratch / "log", Durability::AtClose));
  must(log->note_digests({.sequence = Sequence{60}, .command_digest = 1, .state_digest = 1}));
  append_all(*log, std::span(events).subspan(60), sample_names(), 30);
  must(log->close());
  const auto notes = must(must(LogReader::open(scratch / "log"))->digest_notes());
  ASSERT_EQ(notes.size(), 4u);
  EXPECT_EQ(notes[2].sequence, Sequence{60});
  EXPECT_EQ(notes[2].command_digest, 180u);
  EXPECT_EQ(notes[3].sequence, Sequence{90});
  EXPECT_EQ(notes[3].state_digest, 450u);
}

TEST(EventLog, GrowsItsMapWhenItIsFull) {
  const ScratchDirectory scratch;
  const auto events = sample_events(20'000, 7, sample_names());
  auto log = must(LogWriter::create(scratch / "log", Durability::AtClose, std::size_t{1} << 18));
  append_all(*log, events, sample_names(), 500);
  must(log->close());
  EXPECT_GT(std::filesystem::file_size(scratch / "log" / "data.mdb"), std::size_t{1} << 18);
  EXPECT_EQ(read_lines(scratch / "log").size(), 20'000u);
}

TEST(EventLog, ABackupIsALogOfItsOwn) {
  const ScratchDirectory scratch;
  const auto events = sample_events(500, 8, sample_names());
  auto log = must(LogWriter::create(scratch / "log", Durability::EveryBatch));
  append_all(*log, events, sample_names(), 100);
  const LogHead head = must(back_up(scratch / "log", scratch / "copy"));  // Of a live log.
  EXPECT_EQ(head.chain, log->head().chain);
  EXPECT_EQ(must(check_in_child(scratch / "copy")).chain, head.chain);
  EXPECT_EQ(read_lines(scratch / "copy"), lines_of(events, sample_names()));
  EXPECT_EQ(back_up(scratch / "log", scratch / "copy").error().kind, LogErrorKind::AlreadyThere);
}

// What a kill leaves: no data.mdb by its name, so no log. Segments of somebody else stay.
TEST(EventLog, ABackupThatWasBrokenOffIsDoneAgain) {
  const ScratchDirectory scratch;
  auto log = must(LogWriter::create(scratch / "log", Durability::AtClose));
  append_all(*log, sample_events(200, 8, sample_names()), sample_names(), 100);
  must(log->close());
  const auto copy = scratch / "copy";
  std::filesystem::create_directories(copy / "unfinished");
  std::filesystem::create_directories(copy / "segments");
  for (const char* const part : {"unfinished/data.mdb", "HEAD", "segments/half"}) {
    std::ofstream(copy / part) << "half";
  }
  EXPECT_EQ(LogReader::open(copy).error().kind, LogErrorKind::Damaged);
  const LogHead head = must(back_up(scratch / "log", copy));
  EXPECT_EQ(must(check_in_child(copy)).chain, head.chain);
  EXPECT_FALSE(std::filesystem::exists(copy / "unfinished"));
  EXPECT_FALSE(std::filesystem::exists(copy / "segments"));

  std::filesystem::create_directories(scratch / "others" / "segments");
  EXPECT_EQ(back_up(scratch / "log", scratch / "others").error().kind, LogErrorKind::AlreadyThere);
}

// ---- Refusals.

TEST(EventLog, ASecondWriterIsRefused) {
  const ScratchDirectory scratch;
  auto log = must(LogWriter::create(scratch / "log", Durability::AtClose));
  const auto second = LogWriter::open(scratch / "log", Durability::AtClose);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().kind, LogErrorKind::LockedByOther);
  EXPECT_NE(second.error().message.find(std::to_string(::getpid())), std::string::npos);

  // Nor from another process.
  const pid_t child = ::fork();
  if (child == 0) {
    const auto other = LogWriter::open(scratch / "log", Durability::AtClose);
    ::_exit(!other && other.error().kind == LogErrorKind::LockedByOther ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);

  must(log->close());
  log.reset();
  must(LogWriter::open(scratch / "log", Durability::AtClose));
}

TEST(EventLog, CreateLeavesAnExistingLogAlone) {
  const ScratchDirectory scratch;
  const LogHead head = write_log(scratch / "log", sample_events(10, 9, sample_names()), 10);
  const auto again = LogWriter::create(scratch / "log", Durability::AtClose);
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().kind, LogErrorKind::AlreadyThere);
  EXPECT_EQ(must(check_in_child(scratch / "log")).chain, head.chain);
}

TEST(EventLog, WhatIsNoLogIsNamedSo) {
  const ScratchDirectory scratch;
  const auto kind_of = [](const std::filesystem::path& path) {
    const auto log = LogReader::open(path);
    EXPECT_FALSE(log.has_value());
    EXPECT_EQ(LogWriter::open(path, Durability::AtClose).error().kind, log.error().kind);
    return log.error().kind;
  };
  EXPECT_EQ(kind_of(scratch / "missing"), LogErrorKind::NotALog);
  testing::write_file(scratch / "file", "text");
  EXPECT_EQ(kind_of(scratch / "file"), LogErrorKind::NotALog);
  EXPECT_EQ(LogWriter::create(scratch / "file", Durability::AtClose).error().kind,
            LogErrorKind::NotALog);
  std::filesystem::create_directory(scratch / "empty");
  EXPECT_EQ(kind_of(scratch / "empty"), LogErrorKind::NotALog);
  std::filesystem::create_directory(scratch / "text");
  testing::write_file(scratch / "text" / "data.mdb", std::string(50'000, 'x'));
  EXPECT_EQ(kind_of(scratch / "text"), LogErrorKind::NotALog);
}

TEST(EventLog, ALostTailIsNoticed) {
  const ScratchDirectory scratch;
  const auto path = scratch / "log";
  const auto events = sample_events(200, 10, sample_names());
  write_log(path, std::span(events).first(150), 50);
  const std::string before = testing::read_file(path / "data.mdb");
  {
    auto log = must(LogWriter::open(path, Durability::AtClose));
    append_all(*log, std::span(events).subspan(150), sample_names(), 50);
    must(log->close());
  }
  testing::write_file(path / "data.mdb", before);
  const auto log = LogReader::open(path);
  ASSERT_FALSE(log.has_value());
  EXPECT_EQ(log.error().kind, LogErrorKind::TailLost);
  EXPECT_EQ(log.error().sequence, Sequence{151});
  EXPECT_EQ(LogWriter::open(path, Durability::AtClose).error().kind, LogErrorKind::TailLost);
  // The refusal changed nothing: the witness still remembers.
  EXPECT_EQ(LogReader::open(path).error().kind, LogErrorKind::TailLost);
}

// The largest file a process may write stands in for a full disk.
TEST(EventLog, AFullDiskEndsTheWriterAndNotTheLog) {
  const ScratchDirectory scratch;
  const auto path = scratch / "log";
  const Names names = sample_names();
  const auto events = sample_events(20'000, 11, names);
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const struct rlimit limit { .rlim_cur = 400'000, .rlim_max = RLIM_INFINITY };
    ::setrlimit(RLIMIT_FSIZE, &limit);
    auto log = LogWriter::create(path, Durability::EveryBatch);
    if (!log) ::_exit(1);
    for (std::size_t at = 0; at < events.size(); at += 100) {
      const auto appended = (*log)->append(std::span(events).subspan(at, 100), names);
      if (appended) continue;
      // Dead for good, even for a small batch that would fit.
      const bool same = (*log)->append(std::span(events).subspan(at, 1), names).error().kind ==
                            LogErrorKind::DiskFull &&
                        (*log)->close().error().kind == LogErrorKind::DiskFull;
      ::_exit(appended.error().kind == LogErrorKind::DiskFull && same ? 0 : 2);
    }
    ::_exit(3);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  ASSERT_EQ(WEXITSTATUS(status), 0);

  const LogHead head = must(check_in_child(path));
  const auto kept = static_cast<std::size_t>(number(head.last));
  ASSERT_GE(kept, 100u);
  ASSERT_LT(kept, events.size());
  EXPECT_EQ(kept % 100, 0u);
  EXPECT_EQ(read_lines(path), lines_of(std::span(events).first(kept), names));
  auto log = must(LogWriter::open(path, Durability::EveryBatch));
  append_all(*log, std::span(events).subspan(kept, 200), names, 100);
  must(log->close());
  EXPECT_EQ(number(must(check_in_child(path)).last), kept + 200);
}

TEST(EventLog, ADirectoryThatCannotBeWrittenIsBadInput) {
  const auto log = LogWriter::create("/proc/tranchet", Durability::AtClose);
  ASSERT_FALSE(log.has_value());
  EXPECT_NE(log.error().message.find("/proc/tranchet"), std::string::npos);
  const auto below_a_file = LogWriter::create("/dev/null/log", Durability::AtClose);
  ASSERT_FALSE(below_a_file.has_value());
  EXPECT_EQ(below_a_file.error().kind, LogErrorKind::NotALog);
}

}  // namespace
}  // namespace tranchet

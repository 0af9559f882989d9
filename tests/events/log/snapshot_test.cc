// State snapshots in a log: what was kept comes back whole or not at all, and no damage to one is
// damage to the log.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <map>

#include "tests/events/log/scratch_log.h"

namespace tranchet {
namespace {

using testing::must;
using testing::read_lines;
using testing::sample_events;
using testing::sample_names;
using testing::ScratchDirectory;
using testing::tamper;
using testing::write_log;

StateSnapshot snapshot_at(std::uint64_t sequence, std::size_t bytes = 5'000) {
  StateSnapshot snapshot{.sequence = Sequence{sequence},
                         .command_digest = sequence * 7,
                         .state_digest = sequence * 11,
                         .build = "a build of " + std::to_string(sequence)};
  for (std::size_t at = 0; at < bytes; ++at) {
    snapshot.image.push_back(static_cast<std::byte>(at * sequence * 31 + at / 251));
  }
  return snapshot;
}

// `count` events, ten a commit, with a snapshot of `bytes` after each multiple of `interval`.
void write_with_snapshots(const std::filesystem::path& path, std::uint64_t count,
                          std::uint64_t interval, std::size_t bytes = 5'000) {
  const auto events = sample_events(count, 21, sample_names());
  auto log = must(LogWriter::create(path, Durability::AtClose));
  for (std::uint64_t at = 0; at < count; at += 10) {
    must(log->append(std::span(events).subspan(at, 10), sample_names()));
    if ((at + 10) % interval == 0) must(log->keep_snapshot(snapshot_at(at + 10, bytes)));
  }
  must(log->close());
}

std::optional<StateSnapshot> newest(const std::filesystem::path& path,
                                    std::uint64_t at_most = 1'000'000) {
  return must(must(LogReader::open(path))->newest_snapshot(Sequence{at_most}));
}

void expect_same(const std::optional<StateSnapshot>& found, const StateSnapshot& kept) {
  ASSERT_TRUE(found);
  EXPECT_EQ(found->sequence, kept.sequence);
  EXPECT_EQ(found->command_digest, kept.command_digest);
  EXPECT_EQ(found->state_digest, kept.state_digest);
  EXPECT_EQ(found->build, kept.build);
  EXPECT_EQ(found->image, kept.image);
}

// Everything in the database of snapshots.
std::map<std::uint64_t, std::vector<char>> pieces_of(const std::filesystem::path& path) {
  std::map<std::uint64_t, std::vector<char>> pieces;
  tamper(path, "snapshots", [&](MDB_txn* transaction, MDB_dbi opened) {
    MDB_cursor* cursor = nullptr;
    ASSERT_EQ(mdb_cursor_open(transaction, opened, &cursor), 0);
    MDB_val key{}, value{};
    while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0) {
      std::uint64_t number = 0;
      std::memcpy(&number, key.mv_data, sizeof number);
      const char* bytes = static_cast<const char*>(value.mv_data);
      pieces[number].assign(bytes, bytes + value.mv_size);
    }
    mdb_cursor_close(cursor);
  });
  return pieces;
}

void put_piece(const std::filesystem::path& path, std::uint64_t key, std::vector<char> bytes) {
  tamper(path, "snapshots", [&](MDB_txn* transaction, MDB_dbi opened) {
    MDB_val name{sizeof key, &key}, value{bytes.size(), bytes.data()};
    EXPECT_EQ(mdb_put(transaction, opened, &name, &value, 0), 0);
  });
}

TEST(LogSnapshots, OfAnySizeComeBack) {
  const ScratchDirectory scratch;
  for (const std::size_t bytes :
       {0UL, 1UL, 1'800UL, 1'919UL, 1'920UL, 1'921UL, 1'930UL, 3'920UL, 1'000'000UL}) {
    const auto path = scratch / std::to_string(bytes);
    write_with_snapshots(path, 20, 20, bytes);
    SCOPED_TRACE(bytes);
    expect_same(newest(path), snapshot_at(20, bytes));
    for (const auto& [key, piece] : pieces_of(path)) {
      EXPECT_LE(piece.size(), 2'008U) << "a larger value takes a page of its own";
      EXPECT_EQ(piece.size() % 8, 0U);
    }
    EXPECT_EQ(must(check_in_child(path)).last, Sequence{20});
  }
}

TEST(LogSnapshots, AreWrittenWithTheNextAppendOrByClose) {
  const ScratchDirectory scratch;
  const auto path = scratch / "log";
  const auto events = sample_events(30, 22, sample_names());
  auto log = must(LogWriter::create(path, Durability::EveryBatch));
  auto reader = must(LogReader::open(path));
  const auto found = [&] { return must(reader->newest_snapshot(Sequence{100})); };
  must(log->append(std::span(events).first(10), sample_names()));
  must(log->keep_snapshot(snapshot_at(10)));
  EXPECT_FALSE(found());
  must(log->append(std::span(events).subspan(10, 10), sample_names()));
  expect_same(found(), snapshot_at(10));
  must(log->keep_snapshot(snapshot_at(20)));
  must(log->append(std::span(events).subspan(20, 10), sample_names()));
  must(log->keep_snapshot(snapshot_at(30)));
  expect_same(found(), snapshot_at(20));
  must(log->close());
  expect_same(found(), snapshot_at(30));
}

TEST(LogSnapshots, OneIsKeptOnceHoweverOftenItIsOffered) {
  const ScratchDirectory scratch;
  const auto path = scratch / "log";
  write_with_snapshots(path, 20, 10);
  for (int round = 0; round < 2; ++round) {
    auto log = must(LogWriter::open(path, Durability::AtClose));
    StateSnapshot other = snapshot_at(20);
    other.build = "another build";
    must(log->keep_snapshot(other));
    must(log->close());
  }
  expect_same(newest(path), snapshot_at(20));
  expect_same(newest(path, 19), snapshot_at(10));
}

TEST(LogSnapshots, TheTwoNewestStay) {
  const ScratchDirectory scratch;
  const auto path = scratch / "log";
  write_with_snapshots(path, 100, 20);
  expect_same(newest(path), snapshot_at(100));
  expect_same(newest(path, 100), snapshot_at(100));
  expect_same(newest(path, 99), snapshot_at(80));
  EXPECT_FALSE(newest(path, 79));
  EXPECT_FALSE(newest(path, 0));
  EXPECT_EQ(pieces_of(path).size(), 6U) << "three pieces each";

  // Nor does a restart lose count of them.
  auto log = must(LogWriter::open(path, Durability::AtClose));
  const auto events = sample_events(110, 21, sample_names());
  must(log->append(std::span(events).subspan(100, 10), sample_names()));
  must(log->keep_snapshot(snapshot_at(110)));
  must(log->close());
  expect_same(newest(path), snapshot_at(110));
  expect_same(newest(path, 109), snapshot_at(100));
  EXPECT_EQ(pieces_of(path).size(), 6U);
}

TEST(LogSnapshots, ADamagedOneIsAsIfItWereNotThere) {
  const ScratchDirectory scratch;
  const auto path = scratch / "log";
  write_with_snapshots(path, 40, 20);
  const auto pieces = pieces_of(path);
  ASSERT_EQ(pieces.size(), 6U);
  std::size_t damaged = 0;
  for (const auto& [key, bytes] : pieces) {
    if (key >> 16 != 40) continue;
    for (std::size_t at = 0; at < bytes.size(); at += 97) {
      std::vector<char> flipped = bytes;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << at % 8));
      put_piece(path, key, flipped);
      expect_same(newest(path), snapshot_at(20));
      ++damaged;
    }
    put_piece(path, key, std::vector<char>(bytes.begin(), bytes.end() - 8));  // Cut short.
    expect_same(newest(path), snapshot_at(20));
    put_piece(path, key, {});
    expect_same(newest(path), snapshot_at(20));
    testing::tamper_delete(path, "snapshots", key);
    expect_same(newest(path), snapshot_at(20));
    EXPECT_EQ(must(check_in_child(path)).last, Sequence{40}) << "the log is whole without it";
    put_piece(path, key, bytes);
    expect_same(newest(path), snapshot_at(40));
  }
  EXPECT_GT(damaged, 40U);
}

TEST(LogSnapshots, APieceOfAnotherSnapshotIsNoPieceOfThisOne) {
  const ScratchDirectory scratch;
  const auto path = scratch / "log";
  write_with_snapshots(path, 40, 20);
  const std::uint64_t second_of_newest = (std::uint64_t{40} << 16) + 1;
  put_piece(path, second_of_newest, pieces_of(path).at((std::uint64_t{20} << 16) + 1));
  expect_same(newest(path), snapshot_at(20));
}

TEST(LogSnapshots, WhatIsLeftOfTwoIsNotPutTogether) {
  const ScratchDirectory scratch;
  const auto path = scratch / "log";
  write_with_snapshots(path, 40, 20);
  testing::tamper_delete(path, "snapshots", (std::uint64_t{20} << 16) + 1);
  testing::tamper_delete(path, "snapshots", std::uint64_t{40} << 16);
  EXPECT_FALSE(newest(path));
}

TEST(LogSnapshots, WithBothDamagedThereIsNoneAndTheNextIsKept) {
  const ScratchDirectory scratch;
  const auto path = scratch / "log";
  write_with_snapshots(path, 40, 20);
  for (const auto& [key, bytes] : pieces_of(path)) put_piece(path, key, {'x'});
  EXPECT_FALSE(newest(path));
  auto log = must(LogWriter::open(path, Durability::AtClose));
  const auto events = sample_events(50, 21, sample_names());
  must(log->append(std::span(events).subspan(40, 10), sample_names()));
  must(log->keep_snapshot(snapshot_at(50)));
  must(log->close());
  expect_same(newest(path), snapshot_at(50));
  EXPECT_FALSE(newest(path, 49));
}

TEST(LogSnapshots, OneAboveTheHeadIsNotTakenAndInNobodysWay) {
  const ScratchDirectory scratch;
  const auto path = scratch / "log";
  write_with_snapshots(path, 40, 20);
  put_piece(path, std::uint64_t{1'000} << 16, {'x'});
  expect_same(newest(path, 40), snapshot_at(40));
  auto log = must(LogWriter::open(path, Durability::AtClose));
  const auto events = sample_events(50, 21, sample_names());
  must(log->append(std::span(events).subspan(40, 10), sample_names()));
  must(log->keep_snapshot(snapshot_at(50)));
  must(log->close());
  expect_same(newest(path), snapshot_at(50));
  EXPECT_EQ(pieces_of(path).rbegin()->first >> 16, 50U);
}

// A log from before there were snapshots.
void forget_snapshots(const std::filesystem::path& path) {
  tamper(path, "snapshots", [](MDB_txn* transaction, MDB_dbi opened) {
    EXPECT_EQ(mdb_drop(transaction, opened, 1), 0);
  });
}

TEST(LogSnapshots, ALogFromBeforeThereWereAnyIsReadAndWritten) {
  const ScratchDirectory scratch;
  const auto path = scratch / "log";
  const auto events = sample_events(50, 21, sample_names());
  write_with_snapshots(path, 40, 20);
  forget_snapshots(path);
  EXPECT_EQ(read_lines(path).size(), 40U);
  EXPECT_FALSE(newest(path));
  EXPECT_EQ(must(check_in_child(path)).last, Sequence{40});
  must(back_up(path, scratch / "copy"));
  EXPECT_FALSE(newest(scratch / "copy"));

  auto log = must(LogWriter::open(path, Durability::EveryBatch));
  must(log->append(std::span(events).subspan(40, 10), sample_names()));
  must(log->keep_snapshot(snapshot_at(50)));
  must(log->close());
  expect_same(newest(path), snapshot_at(50));
  EXPECT_EQ(must(check_in_child(path)).last, Sequence{50});
}

TEST(LogSnapshots, ABackupHasThem) {
  const ScratchDirectory scratch;
  write_with_snapshots(scratch / "log", 40, 20);
  must(back_up(scratch / "log", scratch / "copy"));
  expect_same(newest(scratch / "copy"), snapshot_at(40));
  expect_same(newest(scratch / "copy", 39), snapshot_at(20));
}

TEST(LogSnapshots, AreNotInTheChain) {
  const ScratchDirectory scratch;
  write_with_snapshots(scratch / "with", 40, 20);
  write_with_snapshots(scratch / "without", 40, 1'000);
  EXPECT_FALSE(newest(scratch / "without"));
  EXPECT_EQ(must(check_in_child(scratch / "with")).chain,
            must(check_in_child(scratch / "without")).chain);
}

TEST(LogSnapshots, AKilledProcessLosesWhatWaitedAndNothingElse) {
  const ScratchDirectory scratch;
  const auto path = scratch / "log";
  const auto events = sample_events(20, 23, sample_names());
  const Names names = sample_names();
  const pid_t child = ::fork();
  if (child == 0) {
    auto log = LogWriter::create(path, Durability::EveryBatch);
    if (!log || !(*log)->append(std::span(events).first(10), names)) ::_exit(1);
    if (!(*log)->keep_snapshot(snapshot_at(10))) ::_exit(1);
    if (!(*log)->append(std::span(events).subspan(10), names)) ::_exit(1);
    if (!(*log)->keep_snapshot(snapshot_at(20))) ::_exit(1);
    ::_exit(0);  // As if killed: nothing is closed.
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_EQ(must(check_in_child(path)).last, Sequence{20});
  expect_same(newest(path), snapshot_at(10));
}

}  // namespace
}  // namespace tranchet

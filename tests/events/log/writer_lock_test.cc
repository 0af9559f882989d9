// One writer at a time, whatever becomes of its process and of the files beside the log; and a log
// that is made whole or not at all.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include "events/log/head_witness.h"
#include "events/log/log_error.h"
#include "events/log/page_tree.h"
#include "tests/events/log/scratch_log.h"

namespace tranchet {
namespace {

using testing::must;
using testing::read_file;
using testing::ScratchDirectory;
using testing::write_file;
using testing::write_log;

// `first` and what follows, one commit each.
void append(LogWriter& log, std::size_t commits) {
  for (std::size_t commit = 0; commit < commits; ++commit) {
    const Event event{.sequence = next(log.head().last),
                      .time = Timestamp(),
                      .body = LogicSwitched{.feature = 7}};
    must(log.append(std::span(&event, 1), Names()));
  }
}

LogErrorKind second_in_this_process(const std::filesystem::path& path) {
  const auto second = LogWriter::open(path, Durability::EveryBatch);
  EXPECT_FALSE(second.has_value());
  return second ? LogErrorKind::Io : second.error().kind;
}

// A process that inherits nothing of this one's locks would be a program of its own; what counts is
// that it opens the files anew.
LogErrorKind second_in_another_process(const std::filesystem::path& path) {
  const pid_t child = ::fork();
  if (child == 0) {
    const auto second = LogWriter::open(path, Durability::EveryBatch);
    ::_exit(second ? 0 : static_cast<int>(second.error().kind));
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  return static_cast<LogErrorKind>(WEXITSTATUS(status));
}

// A process that writes to the log until it is killed. It has committed at least once.
pid_t start_writer(const std::filesystem::path& path) {
  std::array<int, 2> pipe{};
  EXPECT_EQ(::pipe(pipe.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    auto log = LogWriter::open(path, Durability::EveryBatch);
    if (!log) ::_exit(1);
    append(**log, 1);
    static_cast<void>(::write(pipe[1], "x", 1) == 1);
    for (;;) append(**log, 1);
  }
  char ready = 0;
  EXPECT_EQ(::read(pipe[0], &ready, 1), 1);
  ::close(pipe[0]);
  ::close(pipe[1]);
  return child;
}

void kill_writer(pid_t process) {
  ASSERT_EQ(::kill(process, SIGKILL), 0);
  int status = 0;
  ASSERT_EQ(::waitpid(process, &status, 0), process);
  ASSERT_TRUE(WIFSIGNALED(status));
}

TEST(WriterLock, IsGoneWithAKilledWriter) {
  const ScratchDirectory scratch;
  const auto path = scratch / "log";
  write_log(path, {}, 1);
  const pid_t writer = start_writer(path);
  EXPECT_EQ(second_in_this_process(path), LogErrorKind::LockedByOther);
  kill_writer(writer);
  auto log = must(LogWriter::open(path, Durability::EveryBatch));
  EXPECT_GE(number(log->head().last), 1U);
  append(*log, 1);
}

TEST(WriterLock, HoldsWithoutItsFile) {
  const ScratchDirectory scratch;
  for (const bool replaced : {false, true}) {
    const auto path = scratch / (replaced ? "replaced" : "removed");
    auto log = must(LogWriter::create(path, Durability::EveryBatch));
    append(*log, 3);
    std::filesystem::remove(path / "LOCK");
    if (replaced) write_file(path / "LOCK", "1\n");
    EXPECT_EQ(second_in_this_process(path), LogErrorKind::LockedByOther);
    EXPECT_EQ(second_in_another_process(path), LogErrorKind::LockedByOther);
    append(*log, 3);
    must(log->close());
    log.reset();
    EXPECT_EQ(number(must(LogWriter::open(path, Durability::EveryBatch))->head().last), 6U);
  }
}

TEST(WriterLock, ALiveLogPassesItsCheck) {
  const ScratchDirectory scratch;
  const auto path = scratch / "log";
  write_log(path, {}, 1);
  const pid_t writer = start_writer(path);
  Sequence last{};
  for (int look = 0; look < 40; ++look) {
    const auto checked = check_in_child(path);
    ASSERT_TRUE(checked.has_value()) << checked.error().message;
    EXPECT_GE(checked->last, last);
    last = checked->last;
  }
  kill_writer(writer);
}

// ---- The head witness.

TEST(Witness, RemembersEveryCommit) {
  const ScratchDirectory scratch;
  auto log = must(LogWriter::create(scratch / "log", Durability::EveryBatch));
  for (std::uint64_t last = 1; last <= 4; ++last) {
    append(*log, 1);
    const auto witness = read_witness(scratch / "log");
    ASSERT_TRUE(witness.has_value());
    EXPECT_EQ(number(witness->last), last);
  }
}

// ---- Making a log.

TEST(Creation, StartsAgainWhereAnAttemptDied) {
  const ScratchDirectory scratch;
  const auto path = scratch / "log";
  // As it may be left: half a file where it is made, and a witness of nothing.
  write_log(scratch / "other", {}, 1);
  std::filesystem::create_directories(path / "unfinished");
  write_file(path / "unfinished" / "data.mdb", std::string(5'000, 'x'));
  std::filesystem::copy(scratch / "other" / "HEAD", path / "HEAD");
  auto log = must(LogWriter::create(path, Durability::EveryBatch));
  append(*log, 1);
  must(log->close());
  EXPECT_EQ(number(must(check_in_child(path)).last), 1U);
  EXPECT_FALSE(std::filesystem::exists(path / "unfinished"));
}

TEST(Creation, IsRefusedWhereALogHasBeen) {
  const ScratchDirectory scratch;
  const auto path = scratch / "log";
  auto log = must(LogWriter::create(path, Durability::EveryBatch));
  append(*log, 5);
  must(log->close());
  log.reset();
  std::filesystem::remove(path / "data.mdb");
  const auto again = LogWriter::create(path, Durability::EveryBatch);
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().kind, LogErrorKind::Damaged);
  EXPECT_NE(again.error().message.find("remembers event 5"), std::string::npos);
}

// ---- What LMDB believes.

// The number of the first page of this use.
std::size_t page_of(const PageTree& tree, PageUse use) {
  const auto found = std::find(tree.use.begin(), tree.use.end(), use);
  EXPECT_NE(found, tree.use.end());
  return static_cast<std::size_t>(found - tree.use.begin());
}

// Puts `number` in the place of the last number on the list of free pages.
void free_by_mistake(const std::filesystem::path& path, const PageTree& tree,
                     std::uint64_t number) {
  std::string bytes = read_file(path / "data.mdb");
  const std::size_t page = page_of(tree, PageUse::FreeList);
  // The values of a page of LMDB fill it from its end.
  const std::size_t at = (page + 1) * tree.page_bytes - sizeof number;
  std::uint64_t before = 0;
  std::memcpy(&before, bytes.data() + at, sizeof before);
  ASSERT_EQ(tree.use.at(before), PageUse::Free);
  std::memcpy(bytes.data() + at, &number, sizeof number);
  write_file(path / "data.mdb", bytes);
}

TEST(PageTree, APageInUseIsNotFree) {
  const ScratchDirectory scratch;
  const auto path = scratch / "log";
  {
    auto log = must(LogWriter::create(path, Durability::AtClose));
    append(*log, 300);
    must(log->close());
  }
  const PageTree tree = must(read_page_tree(path));
  const std::string good = read_file(path / "data.mdb");
  for (const PageUse use : {PageUse::Leaf, PageUse::Branch, PageUse::Meta, PageUse::FreeList}) {
    const std::size_t page = page_of(tree, use);
    free_by_mistake(path, tree, page);
    const auto writer = LogWriter::open(path, Durability::EveryBatch);
    ASSERT_FALSE(writer.has_value());
    EXPECT_EQ(writer.error().kind, LogErrorKind::Damaged);
    EXPECT_NE(writer.error().message.find("page " + std::to_string(page) + " "), std::string::npos)
        << writer.error().message;
    EXPECT_EQ(check_in_child(path).error().kind, LogErrorKind::Damaged);
    write_file(path / "data.mdb", good);
  }
  must(check_in_child(path));
}

// Of a large tree only the ends are read; what belongs where is known all the same.
TEST(PageTree, ALargeLogIsLookedAtAsWell) {
  const ScratchDirectory scratch;
  const auto path = scratch / "log";
  std::vector<Event> events;
  for (std::uint64_t n = 1; n <= 60'000; ++n) {
    events.push_back(
        {.sequence = Sequence{n}, .time = Timestamp(), .body = LogicSwitched{.feature = 7}});
  }
  write_log(path, events, 1'000);
  const PageTree tree = must(read_page_tree(path));
  const auto last_leaf = std::find(tree.use.rbegin(), tree.use.rend(), PageUse::Leaf);
  ASSERT_GT(std::count(tree.use.begin(), tree.use.end(), PageUse::Leaf), 1'200);
  const auto page = static_cast<std::size_t>(tree.use.rend() - last_leaf) / 2;
  ASSERT_EQ(tree.use[page], PageUse::Leaf);
  free_by_mistake(path, tree, page);
  const auto writer = LogWriter::open(path, Durability::AtClose);
  ASSERT_FALSE(writer.has_value());
  EXPECT_EQ(writer.error().kind, LogErrorKind::Damaged);
}

// A page that seems to be written already is not written again: what is added to it would be lost.
TEST(PageTree, APageIsWhatItsFlagsSay) {
  const ScratchDirectory scratch;
  const auto path = scratch / "log";
  {
    auto log = must(LogWriter::create(path, Durability::AtClose));
    append(*log, 300);
    must(log->close());
  }
  const PageTree tree = must(read_page_tree(path));
  const std::string good = read_file(path / "data.mdb");
  constexpr std::size_t kHighFlags = 11;
  for (const PageUse use : {PageUse::Leaf, PageUse::Branch, PageUse::FreeList}) {
    std::string bytes = good;
    bytes[page_of(tree, use) * tree.page_bytes + kHighFlags] ^= 0x40;
    write_file(path / "data.mdb", bytes);
    const auto writer = LogWriter::open(path, Durability::EveryBatch);
    ASSERT_FALSE(writer.has_value());
    EXPECT_EQ(writer.error().kind, LogErrorKind::Damaged);
    EXPECT_EQ(check_in_child(path).error().kind, LogErrorKind::Damaged);
  }
}

}  // namespace
}  // namespace tranchet

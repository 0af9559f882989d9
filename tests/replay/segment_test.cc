// Logs whose older part has moved into segments: they are the logs they were before.
#include "replay/segment.h"

#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <sstream>

#include "adapters/cli/archive_command.h"
#include "adapters/cli/log_command.h"
#include "adapters/cli/segment_command.h"
#include "events/log/commit_reader.h"
#include "events/log/retention.h"
#include "events/log/segments.h"
#include "events/log/writer_lock.h"
#include "replay/opening.h"
#include "replay/resume.h"
#include "replay/verify.h"
#include "tests/backtest/backtest_files.h"

namespace tranchet {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSegmentBytes = 24'000;
constexpr std::size_t kBatch = 25;

template <class T>
T must(std::expected<T, LogError> result) {
  if (!result) {
    ADD_FAILURE() << result.error().message;
    std::abort();  // Nothing that follows would mean anything.
  }
  return std::move(*result);
}
void must(std::expected<void, LogError> result) {
  EXPECT_TRUE(result) << result.error().message;
}

// A golden log, written again as a running program would: with notes and snapshots.
class Recording {
 public:
  explicit Recording(fs::path log) : log_(std::move(log)) {
    std::ostringstream out, err;
    const fs::path page = fs::path(TRANCHET_SOURCE_DIR) / "data/golden/hedge_merges.jsonl";
    const BacktestFiles files;
    EXPECT_EQ(log_import(page, files.path("log"), out, err), 0) << err.str();
    auto reader = must(LogReader::open(files.path("log")));
    must(reader->scan(Sequence{1}, [this](const Event& event) {
      events_.push_back(event);
      return true;
    }));
    names_ = reader->names();
    Names parsed = names_;
    engine_.emplace(must(engine_of(events_.front(), parsed)));
    writer_ = must(LogWriter::create(log_, Durability::AtClose));
  }

  std::size_t size() const { return events_.size(); }
  const Engine& engine() const { return *engine_; }
  const fs::path& log() const { return log_; }

  // The next events, up to so many in all.
  void write_until(std::size_t count) {
    Output output;
    while (written_ < count) {
      const std::size_t end = std::min(written_ + kBatch, count);
      for (std::size_t at = written_; at < end; ++at) engine_->apply(events_[at], output);
      must(writer_->append(std::span(events_).subspan(written_, end - written_), names_));
      written_ = end;
      const Sequence head = engine_->last_sequence();
      must(writer_->note_digests({head, engine_->command_digest(), engine_->state_digest()}));
      if (written_ % (8 * kBatch) != 0) continue;
      must(writer_->keep_snapshot({.sequence = head,
                                   .command_digest = engine_->command_digest(),
                                   .state_digest = engine_->state_digest(),
                                   .build = build_,
                                   .image = engine_->image()}));
    }
  }
  // As the keeper of a live program does after each stretch.
  std::optional<NewSegment> segment() {
    auto made = must(make_due_segment(log_, {.bytes = kSegmentBytes}));
    must(let_go_of_segmented(log_));
    return made;
  }
  void write_all(bool segmented) {
    while (written_ < size()) {
      write_until(std::min(written_ + 100, size()));
      if (segmented) segment();
    }
    must(writer_->close());
    writer_.reset();
  }
  void write_as(std::string build) { build_ = std::move(build); }

 private:
  fs::path log_;
  std::vector<Event> events_;
  Names names_;
  std::optional<Engine> engine_;
  std::unique_ptr<LogWriter> writer_;
  std::string build_{build_name()};
  std::size_t written_ = 0;
};

std::string exported(const fs::path& log) {
  std::ostringstream out, err;
  EXPECT_EQ(log_export(log, out, err), 0) << err.str();
  return out.str();
}

LogErrorKind refusal(const fs::path& log) {
  const auto checked = check_in_child(log);
  EXPECT_FALSE(checked.has_value());
  return checked ? LogErrorKind::Io : checked.error().kind;
}

class SegmentTest : public testing::Test {
 protected:
  // Whole and in segments.
  void write_both() {
    Recording(whole_).write_all(false);
    Recording(log_).write_all(true);
    segments_ = must(list_segments(log_));
    ASSERT_GE(segments_.size(), 4U);
  }

  BacktestFiles files_;
  fs::path whole_ = files_.path("whole"), log_ = files_.path("log");
  std::vector<SegmentFile> segments_;
};

TEST_F(SegmentTest, ALogInSegmentsIsTheSameLog) {
  write_both();
  EXPECT_EQ(must(check_in_child(log_)).chain, must(check_in_child(whole_)).chain);
  EXPECT_EQ(exported(log_), exported(whole_));
  auto segmented = must(LogReader::open(log_));
  const auto expected = must(replay(*must(LogReader::open(whole_)), {}));
  const auto result = must(replay(*segmented, {}));
  EXPECT_EQ(result.events, expected.events);
  EXPECT_EQ(result.notes, expected.notes);
  EXPECT_EQ(result.command_digest, expected.command_digest);
  EXPECT_EQ(result.state_digest, expected.state_digest);
  EXPECT_FALSE(result.divergence);
  // They follow each other, and data.mdb has let go of them but for the last.
  Sequence next_first{1};
  for (const SegmentFile& segment : segments_) {
    EXPECT_EQ(segment.first, next_first);
    next_first = next(segment.last);
  }
  EXPECT_GT(must(open_newest(log_))->first(), segments_[segments_.size() - 2].last);
  // From any event on.
  for (const SegmentFile& segment : segments_) {
    for (const Sequence from : {segment.first, segment.last}) {
      Sequence seen{};
      must(segmented->scan(from, [&](const Event& event) {
        seen = event.sequence;
        return false;
      }));
      EXPECT_EQ(seen, from);
    }
  }
}

TEST_F(SegmentTest, EachSegmentReplaysAlone) {
  write_both();
  for (const SegmentFile& segment : segments_) {
    const auto alone = must(LogReader::open(segment.path));
    const auto part = must(replay(*alone, {}));
    EXPECT_FALSE(part.divergence);
    const auto until = must(replay(*must(LogReader::open(whole_)), {.until = segment.last}));
    EXPECT_EQ(part.state_digest, until.state_digest);
    EXPECT_EQ(part.command_digest, until.command_digest);
  }
}

TEST_F(SegmentTest, AReaderFindsWhatMovesWhileItReads) {
  Recording run(log_);
  run.write_until(1'000);
  auto reader = must(LogReader::open(log_));  // There are no segments yet.
  std::uint64_t seen = 0;
  const auto visit = [&](const Event& event) {
    EXPECT_EQ(number(event.sequence), ++seen);
    if (seen == 500) {
      EXPECT_TRUE(run.segment());
      while (run.segment()) {
      }
      run.write_until(1'200);  // Removes what has moved.
    }
    return seen < 600;
  };
  must(reader->scan(Sequence{1}, visit));
  EXPECT_GT(number(must(open_newest(log_))->first()), 601U);
  must(reader->scan(Sequence{601}, [&](const Event& event) {
    EXPECT_EQ(number(event.sequence), ++seen);
    return true;
  }));
  EXPECT_EQ(seen, 1'200U);
  must(reader->verify_chain());
  std::uint64_t commits = 0;
  must(reader->scan_commits(Sequence{1}, [&](const LogCommit&) { return ++commits > 0; }));
  EXPECT_EQ(commits, 1'200 / kBatch);
}

TEST_F(SegmentTest, NothingIsDueBeforeItsSize) {
  Recording run(log_);
  run.write_until(50);
  EXPECT_FALSE(run.segment());
  run.write_until(1'500);
  int made = 0;  // What is many times the size is cut into as many.
  while (run.segment()) ++made;
  EXPECT_GE(made, 2);
  EXPECT_FALSE(must(make_due_segment(log_, {})));
}

TEST_F(SegmentTest, AnotherProcessMayBeAtIt) {
  Recording run(log_);
  run.write_until(1'500);
  fs::create_directories(segments_folder(log_));
  const auto lock = WriterLock::take(segments_folder(log_));
  ASSERT_TRUE(lock);
  const auto made = make_due_segment(log_, {.bytes = kSegmentBytes});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind, LogErrorKind::LockedByOther);
}

// What a kill has left is no segment, and is in the way of none.
TEST_F(SegmentTest, AnUnfinishedOneIsBegunAgain) {
  Recording run(log_);
  run.write_until(1'500);
  fs::create_directories(segments_folder(log_));
  std::ofstream(segments_folder(log_) / "unfinished") << "half an archive";
  EXPECT_TRUE(must(list_segments(log_)).empty());
  EXPECT_TRUE(run.segment());
  EXPECT_FALSE(fs::exists(segments_folder(log_) / "unfinished"));
}

TEST_F(SegmentTest, ADayThatHasEndedIsASegment) {
  const auto at = [](const char* text) { return parse_time(text).value(); };
  const std::array times{at("2026-01-01T00:00:00Z"), at("2026-01-01T23:59:59.999999999Z"),
                         at("2026-01-02T00:00:00Z"), at("2026-01-02T12:00:00Z"),
                         at("2026-01-04T00:00:00Z")};
  Names names;
  auto writer = must(LogWriter::create(log_, Durability::AtClose));
  auto bodies = opening_events({}, names);
  bodies.resize(times.size(), Connected{Stream::User});
  for (std::size_t n = 0; n < times.size(); ++n) {
    const Event event{.sequence = Sequence{n + 1}, .time = times[n], .body = bodies[n]};
    must(writer->append({&event, 1}, names));
  }
  const auto due = [&] { return must(make_due_segment(log_, {.daily = true})); };
  const auto first = due();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->last, Sequence{2});
  const auto second = due();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->first, Sequence{3});
  EXPECT_EQ(second->last, Sequence{4});
  EXPECT_FALSE(due());
  // By days: the first ended two days and a nanosecond before the newest event.
  EXPECT_EQ(must(remove_old_segments(log_, {.days = 3})).removed.size(), 0U);
  const auto retained = must(remove_old_segments(log_, {.days = 2}));
  ASSERT_EQ(retained.removed.size(), 1U);
  EXPECT_EQ(retained.removed.front().last, Sequence{2});
  EXPECT_EQ(must(remove_old_segments(log_, {.days = 1})).removed.size(), 0U);  // The newest stays.
}

TEST_F(SegmentTest, WhatIsKeptGoesOnFromItsState) {
  write_both();
  const auto expected = must(replay(*must(LogReader::open(whole_)), {}));
  const std::uint64_t size = must(remove_old_segments(log_, {})).bytes;
  // One goes, then all but the newest, and the rest is too much still.
  const auto one = must(remove_old_segments(log_, {.budget = size - 1}));
  ASSERT_EQ(one.removed.size(), 1U);
  EXPECT_FALSE(one.is_over_budget);
  const auto all = must(remove_old_segments(log_, {.budget = 1}));
  EXPECT_EQ(all.removed.size(), segments_.size() - 2);
  EXPECT_TRUE(all.is_over_budget);
  auto reader = must(LogReader::open(log_));
  EXPECT_EQ(reader->first(), segments_.back().first);
  const auto result = must(replay(*reader, {}));
  EXPECT_EQ(result.command_digest, expected.command_digest);
  EXPECT_EQ(result.state_digest, expected.state_digest);
  EXPECT_FALSE(result.divergence);
  EXPECT_EQ(must(check_in_child(log_)).chain, must(check_in_child(whole_)).chain);
  const auto resumed = must(resume(*reader, {.use_snapshot = false}));
  EXPECT_EQ(resumed.engine.state_digest(), expected.state_digest);
  EXPECT_EQ(resumed.snapshot, Sequence{number(segments_.back().first) - 1});
}

TEST_F(SegmentTest, AStartNeedsNoSegment) {
  write_both();
  const auto expected = must(replay(*must(LogReader::open(whole_)), {}));
  fs::remove_all(segments_folder(log_));
  EXPECT_GT(must(open_newest(log_))->first(), Sequence{1'500});
  EXPECT_EQ(must(check_newest_in_child(log_)).last, must(LogReader::open(whole_))->head().last);
  const auto resumed = must(resume(*must(LogReader::open(log_)), {}));
  EXPECT_EQ(resumed.engine.state_digest(), expected.state_digest);
  // And yet what is gone is missed, by name.
  const auto checked = check_in_child(log_);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().kind, LogErrorKind::Gap);
  EXPECT_EQ(checked.error().sequence, Sequence{1});
  EXPECT_NE(checked.error().message.find("segments"), std::string::npos);
}

// Another build's snapshots do not count: its start replays the newest segment and what follows.
TEST_F(SegmentTest, AnotherBuildBeginsWithTheNewestSegment) {
  {
    Recording run(log_);
    run.write_as("another build");
    run.write_all(true);
  }
  segments_ = must(list_segments(log_));
  auto start = must(engine_before(*must(LogReader::open(segments_.back().path))));
  ASSERT_TRUE(start);
  auto reader = must(LogReader::open(log_));
  const auto resumed = must(resume(*reader, {.otherwise = std::move(start)}));
  EXPECT_EQ(resumed.replayed, number(reader->head().last) - number(segments_.back().first) + 1);
  EXPECT_EQ(resumed.engine.state_digest(), must(replay(*reader, {})).state_digest);
}

TEST_F(SegmentTest, WhatIsMissingOrDamagedIsNamed) {
  write_both();
  const SegmentFile middle = segments_[1];
  const fs::path aside = files_.path("aside");
  fs::rename(middle.path, aside);
  EXPECT_EQ(refusal(log_), LogErrorKind::Gap);
  EXPECT_EQ(check_in_child(log_).error().sequence, middle.first);
  // Under a name that it is not of.
  fs::copy_file(segments_[0].path, middle.path);
  EXPECT_EQ(refusal(log_), LogErrorKind::Damaged);
  fs::remove(middle.path);
  // Of another log, by its content.
  fs::copy_file(aside, middle.path);
  std::fstream file(middle.path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(fs::file_size(middle.path) / 2));
  file << '!';
  file.close();
  EXPECT_EQ(refusal(log_), LogErrorKind::Damaged);
  EXPECT_TRUE(check_newest_in_child(log_));
}

// Segments beyond the end of data.mdb: that is what lost its tail.
TEST_F(SegmentTest, ALostTailIsSeen) {
  write_both();
  const SegmentFile last = segments_.back();
  const Sequence beyond{number(must(LogReader::open(log_))->head().last) + 5};
  fs::rename(last.path, segment_path(log_, last.first, beyond));
  EXPECT_EQ(refusal(log_), LogErrorKind::TailLost);
}

// A segment with another chain: data.mdb keeps everything.
TEST_F(SegmentTest, NothingGoesForASegmentOfAnotherLog) {
  Recording run(log_);
  run.write_until(1'500);
  const auto made = must(make_due_segment(log_, {.bytes = kSegmentBytes}));
  ASSERT_TRUE(made);
  // The same events in commits of another size.
  const fs::path other = files_.path("other");
  {
    auto source = must(LogReader::open(log_));
    std::vector<Event> events;
    must(source->scan(Sequence{1}, [&](const Event& event) {
      events.push_back(event);
      return event.sequence < made->last;
    }));
    auto writer = must(LogWriter::create(other, Durability::AtClose));
    must(writer->append(events, source->names()));
    must(writer->close());
  }
  fs::remove(made->path);
  ASSERT_TRUE(
      write_archive(other, {.first = Sequence{1}, .last = made->last, .before = {}}, made->path));
  const auto gone = let_go_of_segmented(log_);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().kind, LogErrorKind::Damaged);
  run.write_until(1'600);
  EXPECT_EQ(must(open_newest(log_))->first(), Sequence{1});
}

TEST_F(SegmentTest, ABackupHasTheSegmentsToo) {
  Recording run(log_);
  run.write_until(1'000);
  ASSERT_TRUE(run.segment());
  run.write_until(1'300);
  const fs::path copy = files_.path("copy");
  must(back_up(log_, copy));  // While the writer has it open.
  run.write_all(true);
  const auto restored = must(check_in_child(copy));
  EXPECT_EQ(restored.last, Sequence{1'300});
  const auto result = must(replay(*must(LogReader::open(copy)), {}));
  EXPECT_FALSE(result.divergence);
  const auto then = must(replay(*must(LogReader::open(log_)), {.until = Sequence{1'300}}));
  EXPECT_EQ(result.state_digest, then.state_digest);
  // And it goes on.
  auto writer = must(LogWriter::open(copy, Durability::AtClose));
  EXPECT_EQ(writer->head().chain, restored.chain);
}

TEST_F(SegmentTest, ArchivesAndBundlesAreMadeAcrossSegments) {
  write_both();
  std::ostringstream out, err;
  const fs::path archive = files_.path("all.archive");
  ASSERT_EQ(log_archive(log_, archive, out, err), 0) << err.str();
  EXPECT_EQ(exported(archive), exported(whole_));
  const auto from = std::to_string(number(segments_[1].first) + 30);
  const auto to = std::to_string(number(segments_[2].last) + 30);
  const fs::path bundle = files_.path("bundle");
  ASSERT_EQ(log_bundle({log_.string(), from, to, bundle.string()}, out, err), 0) << err.str();
  const auto slice = must(LogReader::open(bundle));
  const auto part = must(replay(*slice, {}));
  const auto until = must(replay(*must(LogReader::open(whole_)), {.until = slice->head().last}));
  EXPECT_EQ(part.state_digest, until.state_digest);
}

// What has left is written over: data.mdb stays as large as what is in no segment, however long the
// log becomes.
TEST_F(SegmentTest, TheFileDoesNotGrowForEver) {
  constexpr std::uint64_t kEvents = 40'000, kBytes = 100'000;
  Names names;
  auto writer = must(LogWriter::create(log_, Durability::AtClose));
  auto bodies = opening_events({}, names);
  std::uint64_t written = 0;
  std::uintmax_t largest = 0;
  // Few at a time, and once in a while so many that a transaction's free pages fill several.
  const std::array<std::uint64_t, 3> batches{10, 200, 3'000};
  for (std::uint64_t turn = 0; written < kEvents; ++turn) {
    bodies.resize(batches[turn % 40 == 7 ? 2 : turn % 2], Connected{Stream::User});
    std::vector<Event> events;
    for (const EventBody& body : bodies) {
      events.push_back({.sequence = Sequence{++written}, .body = body});
    }
    bodies.clear();
    must(writer->append(events, names));
    must(make_due_segment(log_, {.bytes = kBytes}));
    must(let_go_of_segmented(log_));
    if (written > kEvents / 2 && largest == 0) largest = fs::file_size(log_ / "data.mdb");
  }
  must(writer->close());
  ASSERT_GT(largest, 0U);
  EXPECT_LE(fs::file_size(log_ / "data.mdb"), largest + largest / 4);
  EXPECT_EQ(must(check_in_child(log_)).last, Sequence{written});
}

TEST_F(SegmentTest, TheCommandSaysWhatItDid) {
  Recording(log_).write_all(false);
  const auto run = [&](const SegmentArguments& arguments) {
    std::ostringstream out, err;
    const int status = log_segment(arguments, out, err);
    return std::pair(status, out.str() + err.str());
  };
  EXPECT_EQ(run({.log = log_.string()}).first, 2);
  EXPECT_EQ(run({.log = files_.path("none").string(), .rule = {.daily = true}}).first, 2);
  const auto daily = run({.log = log_.string(), .rule = {.bytes = 1'000'000'000}});
  EXPECT_EQ(daily.first, 0);
  EXPECT_EQ(daily.second.find("segment: events"), std::string::npos) << daily.second;
  ASSERT_TRUE(must(make_due_segment(log_, {.bytes = kSegmentBytes})));
  ASSERT_TRUE(must(make_due_segment(log_, {.bytes = kSegmentBytes})));
  const auto over = run({.log = log_.string(), .retention = {.days = 1, .budget = 1'000}});
  EXPECT_EQ(over.first, 1) << over.second;
  EXPECT_NE(over.second.find("removed: events 1 to "), std::string::npos) << over.second;
  EXPECT_NE(over.second.find("larger than 1000 bytes"), std::string::npos) << over.second;
}

}  // namespace
}  // namespace tranchet

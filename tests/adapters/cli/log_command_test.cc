// `tranchet log` through its streams.
#include "adapters/cli/log_command.h"

#include <gtest/gtest.h>

#include <sstream>

#include "tests/events/log/scratch_log.h"
#include "tests/support/ran.h"

namespace tranchet {
namespace {

using testing::must;
using testing::read_file;
using testing::sample_events;
using testing::sample_names;
using testing::ScratchDirectory;
using testing::write_file;
using testing::write_log;

Ran exported(const std::filesystem::path& log) {
  return run([&](auto& out, auto& err) { return log_export(log, out, err); });
}
Ran imported(const std::filesystem::path& file, const std::filesystem::path& log) {
  return run([&](auto& out, auto& err) { return log_import(file, log, out, err); });
}

TEST(LogCommand, AnImportedExportIsTheIdenticalLog) {
  const ScratchDirectory scratch;
  const auto events = sample_events(3'000, 30, sample_names());
  for (const std::size_t batch : {1UL, 7UL, 2'000UL}) {
    const std::string name = std::to_string(batch);
    const LogHead head = write_log(scratch / name, events, batch);
    const Ran out = exported(scratch / name);
    ASSERT_EQ(out.status, 0) << out.err;
    EXPECT_EQ(std::count(out.out.begin(), out.out.end(), '\n'), 3'000);
    write_file(scratch / (name + ".jsonl"), out.out);
    const Ran in = imported(scratch / (name + ".jsonl"), scratch / (name + "-again"));
    ASSERT_EQ(in.status, 0) << in.err;
    EXPECT_EQ(must(check_in_child(scratch / (name + "-again"))).chain, head.chain);
    EXPECT_EQ(exported(scratch / (name + "-again")).out, out.out);

    const auto first = must(LogReader::open(scratch / name));
    const auto second = must(LogReader::open(scratch / (name + "-again")));
    EXPECT_EQ(second->names().size(), first->names().size());
    EXPECT_EQ(must(second->digest_notes()).size(), must(first->digest_notes()).size());
  }
}

TEST(LogCommand, ImportTakesLinesThatSomebodyWrote) {
  const ScratchDirectory scratch;
  write_file(scratch / "lines",
             R"({"time":"2026-01-01T00:00:00Z","type":"MarkPrice","instrument":"A","price":1}
{"time":"2026-01-01T00:00:00Z","type":"VenueSnapshot","positions":[],"orders":[]}
{"seq":4,"time":"2026-01-01T00:00:01Z","type":"MarkPrice","instrument":"A","price":2}
)");
  const Ran in = imported(scratch / "lines", scratch / "log");
  ASSERT_EQ(in.status, 0) << in.err;
  EXPECT_TRUE(in.out.starts_with("imported: 4 events")) << in.out;
}

TEST(LogCommand, ABadLineIsNamedAndLeavesNoLog) {
  const ScratchDirectory scratch;
  const std::string good =
      R"({"time":"2026-01-01T00:00:05Z","type":"MarkPrice","instrument":"A","price":1})"
      "\n";
  const auto error_of = [&](const std::string& line) {
    write_file(scratch / "lines", good + line + "\n");
    const Ran in = imported(scratch / "lines", scratch / "log");
    EXPECT_EQ(in.status, 2) << line;
    EXPECT_FALSE(std::filesystem::exists(scratch / "log"));
    const std::string front = (scratch / "lines").string() + ":2: ";
    EXPECT_TRUE(in.err.starts_with(front)) << in.err;
    return in.err.substr(std::min(front.size(), in.err.size()));
  };
  EXPECT_EQ(
      error_of(R"({"time":"2026-01-01T00:00:05Z","type":"MarkPrice","instrument":"A","price":0})"),
      "price \"0\" is not above 0\n");
  EXPECT_EQ(error_of(R"({"seq":7,"time":"2026-01-01T00:00:05Z","type":"SnapshotEnded"})"),
            "seq 7 where 2 is next\n");
  EXPECT_EQ(error_of(R"({"time":"2026-01-01T00:00:04Z","type":"SnapshotEnded"})"),
            "time 2026-01-01T00:00:04Z is before that of the event before, 2026-01-01T00:00:05Z\n");
  EXPECT_EQ(error_of(R"({"time":"2026-01-01T00:00:05Z","type":"OrderAccepted","purpose":"Entry"})"),
            "names its order by what it is for; a log needs its order_id\n");
  EXPECT_EQ(error_of(R"({"time":"2026-01-01T00:00:05Z","type":"SnapshotEnded","commit":3})"),
            "ends in the middle of a commit: 2 more events belong to it\n");
}

TEST(LogCommand, ImportNeedsAFileAndAFreePlace) {
  const ScratchDirectory scratch;
  EXPECT_EQ(imported(scratch / "missing", scratch / "log").status, 2);
  EXPECT_EQ(imported("/tmp", scratch / "log").status, 2);
  EXPECT_FALSE(std::filesystem::exists(scratch / "log"));
  write_log(scratch / "log", sample_events(5, 31, sample_names()), 5);
  write_file(scratch / "lines", "");
  const Ran in = imported(scratch / "lines", scratch / "log");
  EXPECT_EQ(in.status, 2);
  EXPECT_EQ(must(check_in_child(scratch / "log")).last, Sequence{5});
}

TEST(LogCommand, CatIsOneLineAnEvent) {
  const ScratchDirectory scratch;
  const auto events = sample_events(200, 32, sample_names());
  write_log(scratch / "log", events, 50);
  const Ran cat = run([&](auto& out, auto& err) { return log_cat(scratch / "log", {}, out, err); });
  EXPECT_EQ(cat.status, 0);
  EXPECT_EQ(std::count(cat.out.begin(), cat.out.end(), '\n'), 200);
  EXPECT_EQ(std::count_if(cat.out.begin(), cat.out.end(),
                          [](char c) { return c != '\n' && static_cast<unsigned char>(c) < 0x20; }),
            0);
  EXPECT_NE(cat.out.find("         1  2024-01-01T00:00:07.000000001Z"), std::string::npos)
      << cat.out.substr(0, 200);
}

TEST(LogCommand, CatFollowsALogThatGrows) {
  const ScratchDirectory scratch;
  const Names names = sample_names();
  const auto events = sample_events(30, 33, names);
  auto log = must(LogWriter::create(scratch / "log", Durability::EveryBatch));
  testing::append_all(*log, std::span(events).first(10), names, 10);
  std::size_t written = 10;
  const auto wait = [&] {
    if (written == events.size()) return false;
    testing::append_all(*log, std::span(events).subspan(written, 10), names, 10);
    written += 10;
    return true;
  };
  const Ran cat =
      run([&](auto& out, auto& err) { return log_cat(scratch / "log", wait, out, err); });
  EXPECT_EQ(cat.status, 0) << cat.err;
  EXPECT_EQ(std::count(cat.out.begin(), cat.out.end(), '\n'), 30);
}

TEST(LogCommand, StatsCountWhatIsThere) {
  const ScratchDirectory scratch;
  std::vector<Event> events;
  for (std::uint64_t n = 1; n <= 1'500; ++n) {
    events.push_back({.sequence = Sequence{n}, .time = Timestamp(), .body = SnapshotEnded{}});
  }
  const LogHead head = write_log(scratch / "log", events, 1'000);
  const Ran stats = run([&](auto& out, auto& err) { return log_stats(scratch / "log", out, err); });
  EXPECT_EQ(stats.status, 0);
  for (const std::string& part :
       {std::string("events        1,500\n"), std::string("commits       2, the largest of 1,000"),
        std::string("SnapshotEnded                  1,500\n"), head.chain}) {
    EXPECT_NE(stats.out.find(part), std::string::npos) << part << " in " << stats.out;
  }
}

TEST(LogCommand, EveryCommandRefusesInTheSameWay) {
  const ScratchDirectory scratch;
  write_log(scratch / "damaged", sample_events(300, 34, sample_names()), 100);
  std::string bytes = read_file(scratch / "damaged" / "data.mdb");
  write_file(scratch / "damaged" / "data.mdb", std::string_view(bytes).substr(0, bytes.size() / 2));
  for (const auto& [path, status] :
       {std::pair{scratch / "damaged", 4}, std::pair{scratch / "missing", 2}}) {
    std::vector<Ran> ran{
        run([&](auto& out, auto& err) { return log_cat(path, {}, out, err); }),
        run([&](auto& out, auto& err) { return log_stats(path, out, err); }),
        run([&](auto& out, auto& err) { return log_check(path, 0, out, err); }),
        run([&](auto& out, auto& err) { return log_backup(path, scratch / "copy", out, err); }),
        exported(path)};
    for (const Ran& one : ran) {
      EXPECT_EQ(one.status, status);
      EXPECT_EQ(one.out, "");
      EXPECT_NE(one.err, "");
    }
  }
}

TEST(LogCommand, CheckAndBackupSayTheHead) {
  const ScratchDirectory scratch;
  const LogHead head = write_log(scratch / "log", sample_events(30, 35, sample_names()), 10);
  const Ran check =
      run([&](auto& out, auto& err) { return log_check(scratch / "log", 0, out, err); });
  EXPECT_EQ(check.out, "whole: 30 events, chain " + head.chain + "\n");
  const Ran backup = run([&](auto& out, auto& err) {
    return log_backup(scratch / "log", scratch / "copy", out, err);
  });
  EXPECT_EQ(backup.out, "copied: 30 events, chain " + head.chain + "\n");
  EXPECT_EQ(exported(scratch / "copy").out, exported(scratch / "log").out);
}

TEST(LogCommand, AnOutputThatFailsIsNotDone) {
  const ScratchDirectory scratch;
  write_log(scratch / "log", sample_events(30, 36, sample_names()), 10);
  std::ostringstream out, err;
  out.setstate(std::ios::badbit);
  EXPECT_EQ(log_export(scratch / "log", out, err), 5);
}

}  // namespace
}  // namespace tranchet

// `tranchet log why`, `diff`, `decisions` and `bisect` through their streams, over the golden logs.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <set>
#include <sstream>

#include "adapters/cli/archive_command.h"
#include "adapters/cli/bisect_command.h"
#include "adapters/cli/diff_command.h"
#include "adapters/cli/log_command.h"
#include "adapters/cli/why_command.h"
#include "events/log/archive_chunk.h"
#include "events/order_of.h"
#include "replay/compare_logs.h"
#include "replay/verify.h"
#include "replay/why.h"
#include "tests/events/log/scratch_log.h"
#include "tests/support/ran.h"

namespace tranchet {
namespace {

using testing::must;
using testing::read_file;
using testing::ScratchDirectory;
using testing::write_file;

const std::filesystem::path kSource = TRANCHET_SOURCE_DIR;

Ran asked(const std::filesystem::path& log, const std::string& question, bool json = false) {
  return run([&](auto& out, auto& err) { return log_why(log, question, json, out, err); });
}

class Incident : public ::testing::Test {
 protected:
  std::filesystem::path imported(const std::string& lines, const std::string& name) {
    write_file(scratch_ / (name + ".jsonl"), lines);
    const Ran in = run([&](auto& out, auto& err) {
      return log_import(scratch_ / (name + ".jsonl"), scratch_ / name, out, err);
    });
    EXPECT_EQ(in.status, 0) << in.err;
    return scratch_ / name;
  }
  std::filesystem::path golden(const std::string& name) {
    return imported(golden_lines(name), name);
  }
  static std::string golden_lines(const std::string& name) {
    return read_file(kSource / "data/golden" / (name + ".jsonl"));
  }

  ScratchDirectory scratch_;
};

TEST_F(Incident, TheStoryOfATrancheIsThisPage) {
  const Ran told = asked(golden("by_hand"), "tranche:1");
  EXPECT_EQ(told.status, 0) << told.err;
  EXPECT_EQ(told.out, read_file(kSource / "tests/adapters/cli/why_tranche.txt"));
}

// Back from a stop that filled to the signal, over every request and answer between.
TEST_F(Incident, AnOrderIsTracedToTheSignal) {
  const Ran told = asked(golden("by_hand"), "T1S42N0A0");
  EXPECT_EQ(told.status, 2);  // Nothing was sent at 42.
  EXPECT_NE(told.err.find("no order T1S42N0A0 was ever sent"), std::string::npos) << told.err;
  EXPECT_NE(told.err.find("T1S41N0A0"), std::string::npos) << told.err;

  const auto log = scratch_ / "by_hand";
  const auto reader = must(LogReader::open(log));
  const auto story = why(*reader, *parse_order_id("T1S41N0A0"));
  ASSERT_TRUE(story.has_value());
  std::vector<std::uint64_t> sequences;
  for (const WhyStep& step : story->steps) sequences.push_back(number(step.event.sequence));
  // The signal; its fill; the second signal and fill, which moved the stop; the stop ended with a
  // rest; the market order for the rest; its fill.
  EXPECT_EQ(sequences, (std::vector<std::uint64_t>{10, 11, 41, 42}));
}

// Every order of a busy run has a story that begins with a cause of its own and holds its sending.
TEST_F(Incident, EveryOrderHasACause) {
  const auto log = golden("hedge_merges");
  const auto reader = must(LogReader::open(log));
  std::vector<OrderId> orders;
  ASSERT_TRUE(reader
                  ->scan(Sequence{1},
                         [&](const Event& event) {
                           if (std::holds_alternative<OrderAccepted>(event.body)) {
                             orders.push_back(order_of(event.body));
                           }
                           return true;
                         })
                  .has_value());
  ASSERT_GT(orders.size(), 100U);
  for (std::size_t index = 0; index < orders.size(); index += 20) {
    const auto story = why(*reader, orders[index]);
    ASSERT_TRUE(story.has_value()) << to_text(orders[index]);
    EXPECT_EQ(order_of(story->steps.front().event.body), OrderId::None);
    bool sent = false;
    for (const WhyStep& step : story->steps) {
      for (const std::string& line : step.explanation.therefore) {
        sent = sent || line.starts_with("submit " + to_text(orders[index]) + ":");
      }
    }
    EXPECT_TRUE(sent) << to_text(orders[index]);
  }
}

TEST_F(Incident, AQuestionThatCannotBeAnsweredIsRefused) {
  const auto log = golden("by_hand");
  EXPECT_NE(asked(log, "43").err.find("sequence 43 is not in the log, which holds 1 to 42"),
            std::string::npos);
  EXPECT_NE(asked(log, "tranche:99").err.find("tranche:99 was never opened"), std::string::npos);
  for (const char* question : {"", "0", "tranche:", "tranche:x", "-1", "hello", "4 2"}) {
    const Ran told = asked(log, question);
    EXPECT_EQ(told.status, 2) << question;
    EXPECT_NE(told.err.find("is neither a sequence"), std::string::npos) << question;
  }
  EXPECT_EQ(asked(scratch_ / "nothing", "1").status, 2);
}

TEST_F(Incident, TheStoryIsAlsoOneJsonDocument) {
  const Ran told = asked(golden("by_hand"), "6", true);
  EXPECT_EQ(told.status, 0);
  EXPECT_TRUE(told.out.starts_with(R"({"question":"6","steps":[)")) << told.out;
  EXPECT_NE(
      told.out.find(R"("seq":6,"time":"2026-01-05T00:00:00.1Z","happened":"the venue filled)"),
      std::string::npos)
      << told.out;
  EXPECT_TRUE(told.out.ends_with("],\"whole\":true}\n"));
}

// What comes before the damage is told, and that there is damage; a page that kills its reader is
// refused as damage too.
TEST_F(Incident, ADamagedLogStillAnswersUpToTheDamage) {
  const auto log = golden("hedge_merges");
  const std::string whole = asked(log, "34").out;
  const std::string bytes = read_file(log / "data.mdb");
  int told_anyway = 0;
  for (std::size_t tenth = 2; tenth < 9; ++tenth) {
    std::string flipped = bytes;
    const std::size_t at = bytes.size() * tenth / 10;
    for (std::size_t byte = at; byte < at + 16; ++byte) {
      flipped[byte] = static_cast<char>(~flipped[byte]);
    }
    write_file(log / "data.mdb", flipped);
    const Ran told = asked(log, "34");
    if (told.status == 0) continue;  // Nothing that is read lies there.
    EXPECT_EQ(told.status, 4) << told.err;
    EXPECT_NE(told.err.find("the log is damaged"), std::string::npos) << told.err;
    if (told.out.empty()) continue;
    EXPECT_EQ(told.out, whole);
    ++told_anyway;
  }
  EXPECT_GE(told_anyway, 2);
}

// ---- archive and bundle

TEST_F(Incident, AnArchiveReplaysAsTheLogDoes) {
  const auto log = golden("hedge_merges");
  const auto file = scratch_ / "hedge.archive";
  const Ran made = run([&](auto& out, auto& err) { return log_archive(log, file, out, err); });
  ASSERT_EQ(made.status, 0) << made.err;
  EXPECT_LT(std::filesystem::file_size(file), std::filesystem::file_size(log / "data.mdb") / 4);
  const auto stored = must(LogReader::open(log));
  const auto archived = must(LogReader::open(file));
  EXPECT_EQ(archived->head().chain, stored->head().chain);
  const auto a = must(replay(*stored, {}));
  const auto b = must(replay(*archived, {}));
  EXPECT_EQ(a.events, b.events);
  EXPECT_EQ(a.notes, b.notes);
  EXPECT_EQ(a.state_digest, b.state_digest);
  EXPECT_EQ(a.command_digest, b.command_digest);
  EXPECT_TRUE(must(compare_logs(*stored, *archived)).is_same());
  const auto exported = [&](const std::filesystem::path& from) {
    return run([&](auto& out, auto& err) { return log_export(from, out, err); }).out;
  };
  EXPECT_EQ(exported(file), exported(log));
  // Nothing is overwritten.
  EXPECT_NE(run([&](auto& out, auto& err) { return log_archive(log, file, out, err); }).status, 0);
}

TEST_F(Incident, ABundleBeginsWithTheStateBeforeIt) {
  const auto log = golden("hedge_merges");
  const auto stored = must(LogReader::open(log));
  const auto whole = must(replay(*stored, {}));
  for (const std::uint64_t from : {1U, 2U, 500U, 2'000U, 2'387U}) {
    const auto file = scratch_ / ("bundle" + std::to_string(from));
    const Ran made = run([&](auto& out, auto& err) {
      return log_bundle({log.string(), std::to_string(from), "2387", file.string()}, out, err);
    });
    ASSERT_EQ(made.status, 0) << made.err;
    const auto slice = must(LogReader::open(file));
    EXPECT_LE(number(slice->first()), from);
    const auto result = must(replay(*slice, {}));
    EXPECT_EQ(result.state_digest, whole.state_digest);
    EXPECT_EQ(result.command_digest, whole.command_digest);
    EXPECT_EQ(result.events, 2'388 - number(slice->first()));
    EXPECT_FALSE(result.divergence);
  }
}

TEST_F(Incident, ABundleOfNothingIsRefused) {
  const auto log = golden("by_hand");
  const auto bundled = [&](const std::string& from, const std::string& to) {
    return run([&](auto& out, auto& err) {
      return log_bundle({log.string(), from, to, (scratch_ / "bundle").string()}, out, err);
    });
  };
  EXPECT_NE(bundled("43", "50").err.find("holds no event from 43 to 50"), std::string::npos);
  EXPECT_NE(bundled("9", "8").err.find("holds no event"), std::string::npos);
  EXPECT_NE(bundled("x", "8").err.find("--from \"x\" is neither"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(scratch_ / "bundle"));
}

// Every byte of a small bundle, changed: refused, or never looked at.
TEST_F(Incident, ADamagedArchiveIsRefused) {
  const auto log = golden("by_hand");
  const auto file = scratch_ / "bundle";
  ASSERT_EQ(run([&](auto& out, auto& err) { return log_archive(log, file, out, err); }).status, 0);
  const std::string bytes = read_file(file);
  const auto whole = must(check_in_child(file));
  int refused = 0;
  for (std::size_t at = 4; at < bytes.size(); at += 7) {
    std::string flipped = bytes;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
    write_file(file, flipped);
    const auto checked = check_in_child(file);
    if (!checked) {
      ++refused;
      EXPECT_EQ(checked.error().kind, LogErrorKind::Damaged) << at;
    } else {
      EXPECT_EQ(checked->chain, whole.chain) << at;
    }
  }
  EXPECT_GT(refused, static_cast<int>(bytes.size() / 7 * 9 / 10));
  write_file(file, bytes.substr(0, bytes.size() / 2));
  EXPECT_FALSE(check_in_child(file).has_value());
}

// Whole in every checksum, but by a program that comes after this one.
TEST_F(Incident, ABundleOfANewerProgramIsRefusedAsSuch) {
  const auto log = golden("by_hand");
  const auto file = scratch_ / "bundle";
  ASSERT_EQ(run([&](auto& out, auto& err) { return log_archive(log, file, out, err); }).status, 0);
  for (const std::size_t field : {0U, 4U}) {  // The archive's version; the log's schema.
    const auto newer = scratch_ / ("newer" + std::to_string(field));
    const OpenFile from(std::fopen(file.c_str(), "rb")), to(std::fopen(newer.c_str(), "wb"));
    for (const PlacedChunk& chunk : must(find_chunks(from.get()))) {
      auto content = must(read_chunk(from.get(), chunk));
      if (chunk.head.kind == ChunkKind::Begin) ++reinterpret_cast<char&>(content.at(field));
      ASSERT_TRUE(append_chunk(to.get(), chunk.head, content));
    }
    std::fflush(to.get());
    const auto checked = check_in_child(newer);
    ASSERT_FALSE(checked.has_value());
    EXPECT_EQ(checked.error().kind, LogErrorKind::NewerSchema) << checked.error().message;
    EXPECT_EQ(asked(newer, "5").status, 2);
  }
}

// Questions to a log that a program is writing at that moment.
TEST_F(Incident, ALogThatIsBeingWrittenAnswers) {
  const auto log = golden("by_hand");
  const Ran before = asked(log, "tranche:1");
  const auto writer = must(LogWriter::open(log, Durability::EveryBatch));
  const Ran told = asked(log, "tranche:1");
  EXPECT_EQ(told.status, 0) << told.err;
  EXPECT_EQ(told.out, before.out);
  EXPECT_EQ(run([&](auto& out, auto& err) {
              return log_bundle({log.string(), "1", "42", (scratch_ / "live").string()}, out, err);
            }).status,
            0);
}

// ---- diff

Ran compared(const std::filesystem::path& a, const std::filesystem::path& b) {
  return run([&](auto& out, auto& err) { return log_diff(a, b, false, out, err); });
}

TEST_F(Incident, ALogIsTheSameAsItself) {
  const auto log = golden("by_hand");
  const Ran same = compared(log, log);
  EXPECT_EQ(same.status, 0);
  EXPECT_EQ(same.out, "  the same: 42 events, every decision and the state at the end\n");
}

TEST_F(Incident, TheFirstEventThatDiffersIsNamed) {
  std::string lines = golden_lines("by_hand");
  const auto at = lines.find("\"price\":\"44550\"");
  ASSERT_NE(at, std::string::npos);
  lines.replace(at, 15, "\"price\":\"44551\"");
  // The digests were noted for the other price.
  const auto reader_a = must(LogReader::open(golden("by_hand")));
  const auto reader_b = must(LogReader::open(imported(lines, "other")));
  const auto found = compare_logs(*reader_a, *reader_b);
  ASSERT_TRUE(found.has_value());
  ASSERT_TRUE(found->event.has_value());
  EXPECT_NE(found->event->a.find("\"44550\""), std::string::npos);
  EXPECT_NE(found->event->b.find("\"44551\""), std::string::npos);
  EXPECT_FALSE(found->decision.has_value());  // Every event before was decided alike.
  EXPECT_EQ(found->same, number(found->event->sequence) - 1);
}

TEST_F(Incident, OtherSettingsAreToldWithTheFirstDecisionTheyChange) {
  std::string lines = golden_lines("by_hand");
  const std::string setting = "defaults.take_profit_pct = 1\\n";
  const auto at = lines.find(setting);
  ASSERT_NE(at, std::string::npos);
  lines.replace(at, setting.size(), "defaults.take_profit_pct = 2\\n");
  const auto a = golden("by_hand");
  const Ran found = compared(a, imported(lines, "other"));
  EXPECT_EQ(found.status, 1);
  EXPECT_NE(found.out.find("  setting  defaults.take_profit_pct: 1 | 2\n"), std::string::npos)
      << found.out;
  EXPECT_NE(found.out.find("first decision that differs: sequence 6\n"), std::string::npos)
      << found.out;
}

// The settings part at the first event; the first field they move is a target of the tranche, when
// the entry is sent. Every decision before the fill is the same.
TEST_F(Incident, TheFirstFieldOfTheStateThatDiffersIsNamed) {
  std::string lines = golden_lines("by_hand");
  const std::string setting = "defaults.take_profit_pct = 1\\n";
  lines.replace(lines.find(setting), setting.size(), "defaults.take_profit_pct = 2\\n");
  const auto a = must(LogReader::open(golden("by_hand")));
  const auto b = must(LogReader::open(imported(lines, "other")));
  const auto found = must(compare_logs(*a, *b));
  ASSERT_TRUE(found.state && found.decision);
  EXPECT_LE(found.state->sequence, found.decision->sequence);
  EXPECT_EQ(found.state->first.field, "instruments[0].Long.tranches[0].take_profit");
  EXPECT_EQ(found.state->first.a, "10000");
  EXPECT_EQ(found.state->first.b, "20000");
  const Ran told = compared(scratch_ / "by_hand", scratch_ / "other");
  EXPECT_NE(told.out.find("    B  instruments[0].Long.tranches[0].take_profit = 20000\n"),
            std::string::npos)
      << told.out;
}

// Every field of a busy state is named: as many lines as the state has of them, each its own.
TEST_F(Incident, AStateIsLinesThatAllDiffer) {
  const auto log = must(LogReader::open(golden("hedge_merges")));
  const auto lines = must(state_at(*log, Sequence{2'000}));
  ASSERT_TRUE(lines.has_value());
  EXPECT_GT(lines->size(), 1'000U);
  std::set<std::string> fields;
  for (const std::string& line : *lines) fields.insert(line.substr(0, line.find(" = ")));
  EXPECT_EQ(fields.size(), lines->size());
  EXPECT_FALSE(first_difference(*lines, *lines).has_value());
  auto other = *lines;
  other.erase(other.begin() + 700);
  EXPECT_TRUE(first_difference(*lines, other).has_value());
}

// ---- bisect

// A program that answers `log decisions` with what a file says.
std::string program_of(const ScratchDirectory& scratch, const std::string& decisions) {
  write_file(scratch / "decisions", decisions);
  const auto program = scratch / "other";
  write_file(program, "#!/bin/sh\nif [ \"$4\" = --at ]; then echo '{\"seq\":'$5'}'; else cat '" +
                          (scratch / "decisions").string() + "'; fi\n");
  EXPECT_EQ(::chmod(program.c_str(), 0755), 0);
  return program.string();
}

TEST_F(Incident, BisectNamesTheFirstDecisionThatDiffers) {
  const auto log = golden("by_hand");
  const std::string ours = run([&](auto& out, auto& err) {
                             return log_decisions(log, Sequence{}, false, out, err);
                           }).out;
  const auto bisected = [&](const std::string& decisions) {
    const std::string program = program_of(scratch_, decisions);
    return run([&](auto& out, auto& err) { return log_bisect(log, program, false, out, err); });
  };
  EXPECT_EQ(bisected(ours).status, 0);

  std::istringstream input(ours);
  std::vector<std::string> lines;
  for (std::string line; std::getline(input, line);) lines.push_back(line);
  ASSERT_GT(lines.size(), 10U);
  // Line 7 with another digest; line 7 missing; a line between 6 and 7.
  const auto joined = [&](const std::vector<std::string>& changed) {
    std::string text;
    for (const std::string& line : changed) text += line + "\n";
    return text;
  };
  const std::string seventh = lines[7].substr(0, lines[7].find(' '));
  auto changed = lines;
  changed[7].back() = changed[7].back() == '0' ? '1' : '0';
  Ran found = bisected(joined(changed));
  EXPECT_EQ(found.status, 1);
  EXPECT_NE(found.out.find("everything before sequence " + seventh + " is decided alike"),
            std::string::npos)
      << found.out;
  changed = lines;
  changed.erase(changed.begin() + 7);
  EXPECT_NE(bisected(joined(changed)).out.find("before sequence " + seventh + " is"),
            std::string::npos);
  changed = lines;
  changed.resize(7);
  EXPECT_NE(bisected(joined(changed)).out.find("before sequence " + seventh + " is"),
            std::string::npos);
}

TEST_F(Incident, BisectAgainstNoProgramIsRefused) {
  const auto log = golden("by_hand");
  const Ran none = run([&](auto& out, auto& err) {
    return log_bisect(log, (scratch_ / "none").string(), false, out, err);
  });
  EXPECT_EQ(none.status, 2);
  EXPECT_NE(none.err.find("cannot be run"), std::string::npos) << none.err;
}

}  // namespace
}  // namespace tranchet

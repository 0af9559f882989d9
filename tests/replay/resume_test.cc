// Going on with a log: whatever snapshot it begins from, and whatever has happened to that, it
// comes to what the whole log comes to.
#include "replay/resume.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "adapters/cli/log_command.h"
#include "adapters/cli/replay_command.h"
#include "events/log/event_fields.h"
#include "replay/opening.h"
#include "replay/verify.h"
#include "tests/backtest/backtest_files.h"

namespace tranchet {
namespace {

constexpr std::array kGolden{"by_hand",       "every_kind",     "hedge_merges",
                             "one_way_stops", "commands_apart", "resting_terms_asked"};

// A golden log, in memory.
struct Golden {
  explicit Golden(const std::string& name) {
    const BacktestFiles files;
    const auto page =
        std::filesystem::path(TRANCHET_SOURCE_DIR) / "data/golden" / (name + ".jsonl");
    std::ostringstream out, err;
    EXPECT_EQ(log_import(page, files.path("log"), out, err), 0) << err.str();
    auto reader = LogReader::open(files.path("log"));
    EXPECT_TRUE(reader);
    EXPECT_TRUE((*reader)->scan(Sequence{1}, [this](const Event& event) {
      events.push_back(event);
      return true;
    }));
    names = (*reader)->names();
  }
  Engine engine() const {
    Names parsed = names;
    return engine_of(std::get<RunStarted>(events.front().body), parsed).value();
  }
  // Straight through the first `count` events.
  Engine engine_after(std::size_t count) const {
    Engine engine = this->engine();
    Output output;
    for (const Event& event : std::span(events).first(count)) engine.apply(event, output);
    return engine;
  }

  std::vector<Event> events;
  Names names;
};

const Golden& busy() {
  static const Golden golden("hedge_merges");
  return golden;
}

using Change = std::function<void(StateSnapshot&)>;

StateSnapshot snapshot_of(const Engine& engine) {
  return {.sequence = engine.last_sequence(),
          .command_digest = engine.command_digest(),
          .state_digest = engine.state_digest(),
          .build = std::string(build_name()),
          .image = engine.image()};
}

// The golden events as a log, with a snapshot after each of `cuts`; `change` may spoil the last.
// Digests are noted at every hundredth event.
void write(const std::filesystem::path& path, const Golden& golden,
           const std::vector<std::size_t>& cuts, const Change& change = {}) {
  auto log = LogWriter::create(path, Durability::AtClose);
  ASSERT_TRUE(log) << log.error().message;
  Engine engine = golden.engine();
  Output output;
  for (const Event& event : golden.events) {
    ASSERT_TRUE((*log)->append(std::span(&event, 1), golden.names));
    engine.apply(event, output);
    const auto at = static_cast<std::size_t>(number(event.sequence));
    if (at % 100 == 0) {
      ASSERT_TRUE(
          (*log)->note_digests({event.sequence, engine.command_digest(), engine.state_digest()}));
    }
    if (std::ranges::find(cuts, at) == cuts.end()) continue;
    StateSnapshot snapshot = snapshot_of(engine);
    if (change && at == cuts.back()) change(snapshot);
    ASSERT_TRUE((*log)->keep_snapshot(snapshot));
  }
  ASSERT_TRUE((*log)->close());
}

std::expected<Resumed, LogError> resume_from(const std::filesystem::path& path,
                                             const ResumeOptions& options = {}) {
  auto reader = LogReader::open(path);
  if (!reader) return std::unexpected(reader.error());
  return resume(**reader, options);
}

void expect_same(const Engine& engine, const Engine& straight) {
  EXPECT_EQ(engine.last_sequence(), straight.last_sequence());
  EXPECT_EQ(engine.state_digest(), straight.state_digest());
  EXPECT_EQ(engine.command_digest(), straight.command_digest());
  EXPECT_EQ(engine.image(), straight.image());
}

TEST(Resume, BeginsWithTheNewestSnapshotAndComesToTheSame) {
  const BacktestFiles files;
  const Golden& golden = busy();
  write(files.path("log"), golden, {300, 1'000, 2'000});
  std::vector<Sequence> seen;
  const auto resumed = resume_from(
      files.path("log"), {.visit = [&](const Event& event, const Output&, const Engine& engine) {
        EXPECT_EQ(engine.last_sequence(), event.sequence);
        seen.push_back(event.sequence);
      }});
  ASSERT_TRUE(resumed) << resumed.error().message;
  expect_same(resumed->engine, golden.engine_after(golden.events.size()));
  EXPECT_EQ(resumed->snapshot, Sequence{2'000});
  EXPECT_EQ(resumed->replayed, golden.events.size() - 2'000);
  ASSERT_EQ(seen.size(), resumed->replayed);
  EXPECT_EQ(seen.front(), Sequence{2'001});
  EXPECT_EQ(resumed->names.size(), golden.names.size());
  EXPECT_EQ(resumed->names.symbol(InstrumentId{1}), golden.names.symbol(InstrumentId{1}));
}

TEST(Resume, BeginsWithTheFirstEventWhereNoSnapshotIsWanted) {
  const BacktestFiles files;
  const Golden& golden = busy();
  write(files.path("log"), golden, {2'000});
  const auto resumed = resume_from(files.path("log"), {.use_snapshot = false, .visit = {}});
  ASSERT_TRUE(resumed) << resumed.error().message;
  expect_same(resumed->engine, golden.engine_after(golden.events.size()));
  EXPECT_FALSE(resumed->snapshot);
  EXPECT_EQ(resumed->replayed, golden.events.size());
}

TEST(Resume, NeedsNoEventBehindTheSnapshot) {
  const BacktestFiles files;
  const Golden& golden = busy();
  write(files.path("log"), golden, {golden.events.size()});
  const auto resumed = resume_from(files.path("log"));
  ASSERT_TRUE(resumed) << resumed.error().message;
  expect_same(resumed->engine, golden.engine_after(golden.events.size()));
  EXPECT_EQ(resumed->replayed, 0U);
}

// Every commit and every cut: what was decided behind the cut is what was decided straight through.
TEST(Resume, EveryCutOfTheGoldenLogsDecidesTheSame) {
  for (const std::string name : kGolden) {
    SCOPED_TRACE(name);
    const Golden golden(name);
    const std::size_t cuts = std::min<std::size_t>(300, golden.events.size() - 1);
    Engine straight = golden.engine();
    std::vector<Engine> resumed;
    Output expected, found;
    for (std::size_t at = 0; at < cuts + 50 && at < golden.events.size(); ++at) {
      expected.clear();
      straight.apply(golden.events[at], expected);
      const std::uint64_t state = straight.state_digest();
      for (Engine& engine : resumed) {
        found.clear();
        engine.apply(golden.events[at], found);
        ASSERT_EQ(found.commands.size(), expected.commands.size()) << at;
        ASSERT_EQ(engine.command_digest(), straight.command_digest()) << at;
      }
      // One that follows for a while, one that was just made: every state is compared twice.
      if (!resumed.empty()) {
        ASSERT_EQ(resumed[at % resumed.size()].state_digest(), state) << at;
      }
      if (at >= cuts) continue;
      const std::vector<std::byte> image = straight.image();
      auto engine = Engine::from_image(image);
      ASSERT_TRUE(engine) << at;
      ASSERT_EQ(engine->state_digest(), state) << at;
      ASSERT_EQ(engine->image(), image) << at;
      resumed.push_back(std::move(*engine));
    }
    const std::vector<std::byte> end = straight.image();
    for (const Engine& engine : resumed) ASSERT_EQ(engine.image(), end);
  }
}

// ---- Snapshots that are not what they say.

struct Spoiled {
  const char* how;
  Change change;
};

std::vector<Spoiled> spoiled() {
  const auto image_of_another_moment = [](StateSnapshot& snapshot) {
    snapshot.image = busy().engine_after(1'500).image();
  };
  return {
      {"another state digest", [](StateSnapshot& snapshot) { ++snapshot.state_digest; }},
      {"another command digest", [](StateSnapshot& snapshot) { ++snapshot.command_digest; }},
      {"another program", [](StateSnapshot& snapshot) { snapshot.build += " patched"; }},
      {"no program", [](StateSnapshot& snapshot) { snapshot.build.clear(); }},
      {"no image", [](StateSnapshot& snapshot) { snapshot.image.clear(); }},
      {"half an image",
       [](StateSnapshot& snapshot) { snapshot.image.resize(snapshot.image.size() / 2); }},
      {"one byte more", [](StateSnapshot& snapshot) { snapshot.image.push_back(std::byte{0}); }},
      {"one bit flipped",
       [](StateSnapshot& snapshot) { snapshot.image[snapshot.image.size() / 2] ^= std::byte{4}; }},
      {"the image of another moment", image_of_another_moment},
      {"an image of another moment with its digests",
       [=](StateSnapshot& snapshot) {
         image_of_another_moment(snapshot);
         const Engine engine = busy().engine_after(1'500);
         snapshot.state_digest = engine.state_digest();
         snapshot.command_digest = engine.command_digest();
       }},
  };
}

TEST(Resume, ASnapshotThatIsNotWhatItSaysGivesWayToTheOneBefore) {
  const Golden& golden = busy();
  const Engine straight = golden.engine_after(golden.events.size());
  for (const Spoiled& way : spoiled()) {
    SCOPED_TRACE(way.how);
    const BacktestFiles files;
    write(files.path("log"), golden, {1'000, 2'000}, way.change);
    const auto resumed = resume_from(files.path("log"));
    ASSERT_TRUE(resumed) << resumed.error().message;
    expect_same(resumed->engine, straight);
    EXPECT_EQ(resumed->snapshot, Sequence{1'000});
    EXPECT_EQ(resumed->replayed, golden.events.size() - 1'000);
  }
}

TEST(Resume, WithoutAnyThatHoldsItBeginsWithTheFirstEvent) {
  const Golden& golden = busy();
  const Engine straight = golden.engine_after(golden.events.size());
  for (const Spoiled& way : spoiled()) {
    SCOPED_TRACE(way.how);
    const BacktestFiles files;
    write(files.path("log"), golden, {2'000}, way.change);
    const auto resumed = resume_from(files.path("log"));
    ASSERT_TRUE(resumed) << resumed.error().message;
    expect_same(resumed->engine, straight);
    EXPECT_FALSE(resumed->snapshot);
  }
}

TEST(Resume, ASnapshotAtTheFirstEventMayBeSpoiledToo) {
  const Golden& golden = busy();
  const BacktestFiles files;
  write(files.path("log"), golden, {1}, [](StateSnapshot& snapshot) { ++snapshot.state_digest; });
  const auto resumed = resume_from(files.path("log"));
  ASSERT_TRUE(resumed) << resumed.error().message;
  EXPECT_EQ(resumed->replayed, golden.events.size());
}

// ---- Refusals.

TEST(Resume, ALogThatWasDecidedOtherwiseIsRefused) {
  const Golden& golden = busy();
  for (const bool differs_in_commands : {true, false}) {
    const BacktestFiles files;
    auto log = LogWriter::create(files.path("log"), Durability::AtClose);
    ASSERT_TRUE(log);
    ASSERT_TRUE((*log)->append(std::span(golden.events).first(200), golden.names));
    const Engine engine = golden.engine_after(100);
    const std::uint64_t wrong = differs_in_commands ? 1 : 0;
    ASSERT_TRUE((*log)->note_digests(
        {Sequence{100}, engine.command_digest() + wrong, engine.state_digest() + 1 - wrong}));
    ASSERT_TRUE((*log)->close());
    const auto resumed = resume_from(files.path("log"));
    ASSERT_FALSE(resumed);
    EXPECT_EQ(resumed.error().kind, LogErrorKind::Diverged);
    EXPECT_EQ(resumed.error().sequence, Sequence{100});
  }
}

TEST(Resume, NotesBeforeTheSnapshotHaveBeenComparedAlready) {
  const Golden& golden = busy();
  const BacktestFiles files;
  auto log = LogWriter::create(files.path("log"), Durability::AtClose);
  ASSERT_TRUE(log);
  ASSERT_TRUE((*log)->append(std::span(golden.events).first(200), golden.names));
  ASSERT_TRUE((*log)->note_digests({Sequence{100}, 1, 1}));
  ASSERT_TRUE((*log)->keep_snapshot(snapshot_of(golden.engine_after(200))));
  ASSERT_TRUE((*log)->close());
  EXPECT_TRUE(resume_from(files.path("log")));
  EXPECT_FALSE(resume_from(files.path("log"), {.use_snapshot = false, .visit = {}}));
}

TEST(Resume, NotesBehindTheSnapshotAreCompared) {
  const Golden& golden = busy();
  const BacktestFiles files;
  auto log = LogWriter::create(files.path("log"), Durability::AtClose);
  ASSERT_TRUE(log);
  ASSERT_TRUE((*log)->append(std::span(golden.events).first(200), golden.names));
  const Engine engine = golden.engine_after(100);
  ASSERT_TRUE(
      (*log)->note_digests({Sequence{100}, engine.command_digest(), engine.state_digest()}));
  ASSERT_TRUE((*log)->keep_snapshot(snapshot_of(golden.engine_after(200))));
  ASSERT_TRUE((*log)->append(std::span(golden.events).subspan(200, 100), golden.names));
  ASSERT_TRUE((*log)->note_digests({Sequence{300}, 1, 1}));
  ASSERT_TRUE((*log)->close());
  const auto resumed = resume_from(files.path("log"));
  ASSERT_FALSE(resumed);
  EXPECT_EQ(resumed.error().kind, LogErrorKind::Diverged);
  EXPECT_EQ(resumed.error().sequence, Sequence{300});
}

TEST(Resume, WhatIsNoRunIsRefused) {
  const BacktestFiles files;
  {
    auto log = LogWriter::create(files.path("empty"), Durability::AtClose);
    ASSERT_TRUE(log);
    ASSERT_TRUE((*log)->close());
  }
  const auto empty = resume_from(files.path("empty"));
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().kind, LogErrorKind::NotALog);

  const Event price{.sequence = Sequence{1},
                    .time = busy().events.front().time,
                    .body = MarkPrice{.instrument = InstrumentId{1}, .price = Price::from_raw(1)}};
  auto log = LogWriter::create(files.path("log"), Durability::AtClose);
  ASSERT_TRUE(log);
  ASSERT_TRUE((*log)->append(std::span(&price, 1), busy().names));
  ASSERT_TRUE((*log)->close());
  const auto resumed = resume_from(files.path("log"));
  ASSERT_FALSE(resumed);
  EXPECT_EQ(resumed.error().kind, LogErrorKind::NotALog);
  EXPECT_NE(resumed.error().message.find("RunStarted"), std::string::npos);
}

// ---- The program.

TEST(ReplayFromSnapshot, SaysWhatTheWholeReplaySays) {
  const Golden& golden = busy();
  const BacktestFiles files;
  write(files.path("log"), golden, {1'000, 2'000});
  const auto said = [&](bool from_snapshot, const std::string& until, bool verify = true) {
    std::ostringstream out, err;
    const ReplayArguments arguments{.log = files.path("log"),
                                    .verify = verify,
                                    .until = until,
                                    .from_snapshot = from_snapshot,
                                    .json = false};
    EXPECT_EQ(run_replay_command(arguments, out, err), 0) << err.str();
    return out.str();
  };
  const auto line = [](const std::string& text, const std::string& label) {
    const std::size_t at = text.find("  " + label + "  ");
    return at == std::string::npos ? "" : text.substr(at, text.find('\n', at) - at);
  };
  for (const std::string until : {"", "1500", "500"}) {
    SCOPED_TRACE(until);
    const std::string whole = said(false, until), rest = said(true, until);
    for (const std::string label : {"command digest", "state digest", "chain"}) {
      EXPECT_NE(line(whole, label), "");
      EXPECT_EQ(line(rest, label), line(whole, label));
    }
    EXPECT_NE(line(rest, "verified").find("decides the same"), std::string::npos) << rest;
    // The state at a moment is one pass over the log, or over the part behind the snapshot.
    for (const bool from_snapshot : {false, true}) {
      const std::string shown = said(from_snapshot, until, false);
      for (const std::string label : {"command digest", "state digest", "from snapshot"}) {
        EXPECT_EQ(line(shown, label), line(from_snapshot ? rest : whole, label));
      }
      EXPECT_EQ(shown.substr(std::min(shown.find("\n\n"), shown.size())).empty(), until.empty());
    }
    EXPECT_EQ(line(whole, "from snapshot"), "");
    const std::string expected = until.empty() ? "2000" : until == "1500" ? "1000" : "";
    EXPECT_EQ(line(rest, "from snapshot"), expected.empty() ? "" : "  from snapshot   " + expected);
  }
}

TEST(ReplayFromSnapshot, NoticesWhatDiffersBehindIt) {
  const Golden& golden = busy();
  const BacktestFiles files;
  auto log = LogWriter::create(files.path("log"), Durability::AtClose);
  ASSERT_TRUE(log);
  ASSERT_TRUE((*log)->append(std::span(golden.events).first(200), golden.names));
  ASSERT_TRUE((*log)->keep_snapshot(snapshot_of(golden.engine_after(200))));
  ASSERT_TRUE((*log)->append(std::span(golden.events).subspan(200, 100), golden.names));
  ASSERT_TRUE((*log)->note_digests({Sequence{300}, 1, 1}));
  ASSERT_TRUE((*log)->close());
  auto reader = LogReader::open(files.path("log"));
  ASSERT_TRUE(reader);
  const auto result = replay(**reader, {.from_snapshot = true});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->snapshot, Sequence{200});
  ASSERT_TRUE(result->divergence);
  EXPECT_EQ(result->divergence->sequence, Sequence{300});
  EXPECT_EQ(result->divergence->agreed, Sequence{200});
}

// ---- What a restart must say.

TEST(Unanswered, IsEveryOrderThatWaitsAndEachIsAskedAbout) {
  std::size_t waited = 0;
  for (const std::string name : kGolden) {
    SCOPED_TRACE(name);
    const Golden golden(name);
    Engine straight = golden.engine();
    Output output;
    for (const Event& event : golden.events) {
      straight.apply(event, output);
      std::vector<OrderId> waiting;
      for (const auto& [id, order] : straight.state().orders) {
        if (order.is_unanswered()) waiting.push_back(id);
      }
      const std::vector<EventBody> bodies = restart_events(straight.state());
      ASSERT_EQ(bodies.size(), waiting.size() + 1) << "and that the user stream is down";
      waited += waiting.size();
      Engine restarted = straight;
      std::vector<OrderId> asked;
      for (const EventBody& body : bodies) {
        output.clear();
        restarted.apply({.sequence = next(restarted.last_sequence()),
                         .time = restarted.state().now,
                         .body = body},
                        output);
        for (const Command& command : output.commands) {
          ASSERT_TRUE(std::holds_alternative<QueryOrder>(command)) << "nothing is sent on a guess";
          asked.push_back(std::get<QueryOrder>(command).order);
        }
      }
      ASSERT_EQ(asked, waiting) << "at " << number(event.sequence);
    }
  }
  EXPECT_GT(waited, 1'000U);
}

// What old logs are must be known of every kind of event.
TEST(GoldenLogs, HaveEveryKindOfEventAmongThem) {
  std::set<std::size_t> kinds;
  for (const std::string name : kGolden) {
    for (const Event& event : Golden(name).events) kinds.insert(event.body.index());
  }
  for (std::size_t kind = 0; kind < kEventNames.size(); ++kind) {
    EXPECT_TRUE(kinds.contains(kind)) << kEventNames[kind];
  }
}

}  // namespace
}  // namespace tranchet

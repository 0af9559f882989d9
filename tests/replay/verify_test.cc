// Replay: the events of a log decide the same again, however they were batched, and events that
// were changed decide otherwise, which is noticed and placed.
#include "replay/verify.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "adapters/cli/log_command.h"
#include "events/digest.h"
#include "replay/loop.h"
#include "tests/backtest/backtest_files.h"

namespace tranchet {
namespace {

// One busy backtest of the sample with fills in parts: more than one stretch between two notes.
class Recorded {
 public:
  static const Recorded& run() {
    static const Recorded recorded;
    return recorded;
  }
  const std::filesystem::path& log() const { return log_; }
  const BacktestFiles& files() const { return files_; }
  const std::vector<Event>& events() const { return events_; }
  const Names& names() const { return names_; }

 private:
  Recorded() : log_(files_.path("run.log")) {
    const auto ran = files_.run(
        "run", {(std::filesystem::path(TRANCHET_SOURCE_DIR) / "data/sample.csv").string()},
        "DEMOUSDT",
        {"strategy.drop_pct=0.2", "defaults.take_profit_pct=0.3", "defaults.stop_loss_pct=1",
         "defaults.trade_value=2000", "defaults.max_position_value=20000",
         "defaults.max_total_value=40000", "simulation.partial_fill_pct=10"},
        true);
    EXPECT_EQ(ran.status, 0) << ran.said;
    auto reader = LogReader::open(log_);
    if (!reader) return;
    const auto scanned = (*reader)->scan(Sequence{1}, [this](const Event& event) {
      events_.push_back(event);
      return true;
    });
    EXPECT_TRUE(scanned);
    names_ = (*reader)->names();
  }

  BacktestFiles files_;
  std::filesystem::path log_;
  std::vector<Event> events_;
  Names names_;
};

ReplayResult replayed(const std::filesystem::path& log, const ReplayOptions& options = {}) {
  auto reader = LogReader::open(log);
  EXPECT_TRUE(reader) << reader.error().message;
  if (!reader) return {};
  auto result = replay(**reader, options);
  EXPECT_TRUE(result) << result.error().message;
  return result.value_or(ReplayResult());
}

// Appends `events` in batches of `batch`.
void append(LogWriter& log, std::span<const Event> events, std::size_t batch) {
  while (!events.empty()) {
    const auto part = events.first(std::min(batch, events.size()));
    const auto appended = log.append(part, Recorded::run().names());
    ASSERT_TRUE(appended) << appended.error().message;
    events = events.subspan(part.size());
  }
}

void write(const std::filesystem::path& directory, std::span<const Event> events,
           std::size_t batch) {
  auto log = LogWriter::create(directory, Durability::AtClose);
  ASSERT_TRUE(log) << log.error().message;
  append(**log, events, batch);
  ASSERT_TRUE((*log)->close());
}

TEST(Replay, ALogDecidesTheSameAgain) {
  const ReplayResult result = replayed(Recorded::run().log());
  EXPECT_FALSE(result.divergence);
  EXPECT_GT(result.events, kDigestInterval);
  EXPECT_EQ(result.notes, result.events / kDigestInterval + 1);
  EXPECT_GT(result.commands, 1'000U);
  EXPECT_EQ(result.last_time, Recorded::run().events().back().time);
}

TEST(Replay, BatchesDoNotMatter) {
  const auto events = std::span(Recorded::run().events()).first(10'000);
  const BacktestFiles files;
  std::vector<ReplayResult> results;
  for (const std::size_t batch : {1UL, 7UL, 4'096UL}) {
    const auto path = files.path(std::to_string(batch));
    write(path, events, batch);
    results.push_back(replayed(path));
    EXPECT_EQ(results.back().events, 10'000U);
    EXPECT_GT(results.back().commands, 0U);
    EXPECT_EQ(results.back().notes, 0U);
    EXPECT_EQ(results.back().command_digest, results.front().command_digest);
    EXPECT_EQ(results.back().state_digest, results.front().state_digest);
  }
}

TEST(Replay, APrefixAndThenTheRestIsTheWhole) {
  const auto events = std::span(Recorded::run().events());
  const BacktestFiles files;
  const auto path = files.path("grown");
  const std::size_t half = events.size() / 2;
  write(path, events.first(half), 1'000);
  const ReplayResult prefix = replayed(path);
  const ReplayResult until =
      replayed(Recorded::run().log(), {.verify = false, .until = Sequence{half}});
  EXPECT_EQ(until.events, half);
  EXPECT_EQ(prefix.command_digest, until.command_digest);
  EXPECT_EQ(prefix.state_digest, until.state_digest);

  auto log = LogWriter::open(path, Durability::AtClose);
  ASSERT_TRUE(log) << log.error().message;
  append(**log, events.subspan(half), 1'000);
  ASSERT_TRUE((*log)->close());
  const ReplayResult whole = replayed(Recorded::run().log());
  const ReplayResult grown = replayed(path);
  EXPECT_NE(grown.command_digest, prefix.command_digest);
  EXPECT_EQ(grown.command_digest, whole.command_digest);
  EXPECT_EQ(grown.state_digest, whole.state_digest);
}

// ---- Changed events.

// The recorded run exported, the price of the first fill at or after line `from` raised by 1, and
// imported again.
std::filesystem::path changed_log(const BacktestFiles& files, std::size_t from) {
  std::ostringstream exported, said;
  EXPECT_EQ(log_export(Recorded::run().log(), exported, said), 0) << said.str();
  std::istringstream lines(exported.str());
  std::ofstream file(files.path("changed.jsonl"));
  bool is_changed = false;
  std::string line;
  for (std::size_t number = 1; std::getline(lines, line); ++number) {
    if (!is_changed && number >= from && line.find("OrderFilled") != std::string::npos) {
      const std::string key = "\"price\":\"";
      const std::size_t digit = line.find(key) + key.size();
      line[digit] = line[digit] == '9' ? '8' : static_cast<char>(line[digit] + 1);
      is_changed = true;
    }
    file << line << "\n";
  }
  file.close();
  EXPECT_TRUE(is_changed);
  std::ostringstream out, err;
  const auto log = files.path("changed.log");
  EXPECT_EQ(log_import(files.path("changed.jsonl"), log, out, err), 0) << err.str();
  return log;
}

TEST(Replay, AChangedEventIsPlacedBetweenTheNotesAroundIt) {
  const BacktestFiles files;
  const ReplayResult early = replayed(changed_log(files, 1'000));
  ASSERT_TRUE(early.divergence);
  EXPECT_EQ(number(early.divergence->sequence), kDigestInterval);
  EXPECT_EQ(number(early.divergence->agreed), 0U);
  EXPECT_TRUE(early.divergence->commands);
}

TEST(Replay, AChangedEventAfterANoteAgreesUpToIt) {
  const BacktestFiles files;
  const ReplayResult late = replayed(changed_log(files, kDigestInterval + 1));
  ASSERT_TRUE(late.divergence);
  EXPECT_EQ(number(late.divergence->agreed), kDigestInterval);
  EXPECT_GT(number(late.divergence->sequence), kDigestInterval);
}

// Why a log that begins with this event is not replayed.
LogError refusal_of(const Event& first) {
  const BacktestFiles files;
  write(files.path("log"), std::span(&first, 1), 1);
  auto reader = LogReader::open(files.path("log"));
  EXPECT_TRUE(reader);
  const auto result = replay(**reader, {});
  EXPECT_FALSE(result);
  return result ? LogError() : result.error();
}

TEST(Replay, WhatIsNotAWholeRunIsRefused) {
  const LogError refusal =
      refusal_of({.sequence = Sequence{1},
                  .time = Recorded::run().events().front().time,
                  .body = MarkPrice{.instrument = InstrumentId{1}, .price = Price::from_raw(1)}});
  EXPECT_EQ(refusal.kind, LogErrorKind::NotALog);
  EXPECT_NE(refusal.message.find("RunStarted"), std::string::npos);
}

TEST(Replay, ARunOfALaterProgramIsRefused) {
  Event first = Recorded::run().events().front();
  std::get<RunStarted>(first.body).schema = kSchemaVersion + 1;
  EXPECT_EQ(refusal_of(first).kind, LogErrorKind::NewerSchema);
}

TEST(Replay, VisitsEveryEventWithItsCommands) {
  auto reader = LogReader::open(Recorded::run().log());
  ASSERT_TRUE(reader);
  std::uint64_t events = 0;
  std::uint64_t commands = 0;
  const auto result = replay(**reader, {.visit = [&](const Event& event, const Output& output) {
    EXPECT_EQ(number(event.sequence), ++events);
    commands += output.commands.size();
  }});
  ASSERT_TRUE(result);
  EXPECT_EQ(events, result->events);
  EXPECT_EQ(commands, result->commands);
}

// ---- The golden logs: what was decided once is decided for ever.

TEST(Replay, GoldenLogsDecideWhatTheyAlwaysDecided) {
  const std::filesystem::path golden = std::filesystem::path(TRANCHET_SOURCE_DIR) / "data/golden";
  std::ifstream digests(golden / "DIGESTS");
  ASSERT_TRUE(digests.is_open());
  const BacktestFiles files;
  std::size_t logs = 0;
  std::string name, commands, state;
  while (digests >> name >> commands >> state) {
    SCOPED_TRACE(name);
    ++logs;
    std::ostringstream out, err;
    ASSERT_EQ(log_import(golden / (name + ".jsonl"), files.path(name), out, err), 0) << err.str();
    const ReplayResult result = replayed(files.path(name));
    EXPECT_FALSE(result.divergence);
    EXPECT_EQ(digest_text(result.command_digest), commands);
    EXPECT_EQ(digest_text(result.state_digest), state);
  }
  EXPECT_EQ(logs, 6U);
}

}  // namespace
}  // namespace tranchet

#include "adapters/live/run_log.h"

#include <fstream>
#include <set>
#include <system_error>

#include "adapters/cli/exit_status.h"
#include "events/log/segments.h"

namespace tranchet {
namespace {

namespace fs = std::filesystem;

std::unexpected<WriterFailure> log_failure(const LogError& error) {
  return std::unexpected(WriterFailure{exit_status(error.kind), error.message});
}

constexpr std::string_view kModeFile = "mode";

std::expected<void, WriterFailure> check_mode(const fs::path& directory, std::string_view mode) {
  const std::string found = mode_of_log(directory);
  if (found.empty()) {
    return failure(kBadInput, directory.string() + ": does not say whether it is the log of a " +
                                  "live or a paper run (its file \"mode\" is missing): name " +
                                  "another folder in live.log");
  }
  if (found == mode) return {};
  return failure(kBadInput, directory.string() + ": is the log of a " + found + " run, and this " +
                                "one is " + std::string(mode) +
                                ": name another folder in live.log");
}

// Before there is a log, and whole or not at all: a kill in between must not leave a log that does
// not say what it is.
std::expected<void, WriterFailure> note_mode(const fs::path& directory, std::string_view mode) {
  const fs::path unfinished = directory / "mode.new";
  std::error_code failed;
  fs::create_directories(directory, failed);
  std::ofstream stream(unfinished);
  stream << mode << "\n" << std::flush;
  if (stream.good()) fs::rename(unfinished, directory / kModeFile, failed);
  if (stream.good() && !failed) return {};
  return failure(kWorldFailed, (directory / kModeFile).string() + ": cannot be written");
}

// Another build's snapshots do not count, and a start cannot wait for a year's replay: the state
// that the newest segment begins with, as it was decided then. Nullopt: from the first event.
std::optional<Engine> newest_segment_start(const fs::path& directory) {
  const auto segments = list_segments(directory);
  if (!segments || segments->empty()) return std::nullopt;
  auto segment = LogReader::open(segments->back().path);
  if (!segment) return std::nullopt;
  auto engine = engine_before(**segment);
  return engine ? std::move(*engine) : std::nullopt;
}

}  // namespace

std::string mode_of_log(const fs::path& directory) {
  std::string mode;
  if (std::ifstream stream(directory / kModeFile); stream) std::getline(stream, mode);
  return mode;
}

std::expected<RunLog, WriterFailure> open_run_log(
    const fs::path& directory, std::string_view mode,
    std::function<void(const Event&, const Output&, const Engine&)> visit) {
  std::error_code unreadable;
  const bool is_there = fs::exists(directory / "data.mdb", unreadable);
  if (is_there) {
    if (auto checked = check_mode(directory, mode); !checked) {
      return std::unexpected(checked.error());
    }
    if (auto checked = check_newest_in_child(directory); !checked) {
      return log_failure(checked.error());
    }
  }
  if (!is_there) {
    if (auto noted = note_mode(directory, mode); !noted) return std::unexpected(noted.error());
  }
  auto writer = is_there ? LogWriter::open(directory, Durability::EveryBatch)
                         : LogWriter::create(directory, Durability::EveryBatch);
  if (!writer) return log_failure(writer.error());
  RunLog run{.writer = std::move(*writer)};
  if (number(run.writer->head().last) == 0) return run;
  auto reader = LogReader::open(directory);
  if (!reader) return log_failure(reader.error());
  const bool use_snapshot = !visit;
  if (!use_snapshot && (*reader)->first() != Sequence{1}) {
    return failure(kBadInput, directory.string() +
                                  ": its oldest segments are gone, and a paper run needs the whole "
                                  "log: name another folder in live.log");
  }
  auto otherwise = use_snapshot ? newest_segment_start(directory) : std::nullopt;
  auto resumed = resume(
      **reader,
      {.use_snapshot = use_snapshot, .otherwise = std::move(otherwise), .visit = std::move(visit)});
  if (!resumed) return log_failure(resumed.error());
  run.names = std::move(resumed->names);
  run.engine = std::make_unique<Engine>(std::move(resumed->engine));
  run.replayed = resumed->replayed;
  return run;
}

std::vector<ConfigChanged> changed_settings(const Settings& before, const Settings& now) {
  std::set<Settings::Key> keys;
  for (const SettingInfo& setting : all_settings()) keys.insert({InstrumentId::None, setting.id});
  for (const auto& [key, value] : before.overrides()) keys.insert(key);
  for (const auto& [key, value] : now.overrides()) keys.insert(key);
  std::vector<ConfigChanged> changes;
  for (const auto& [instrument, setting] : keys) {
    const std::int64_t value = now.get(setting, instrument);
    // An override that is gone becomes one with the default's value: it decides the same.
    const bool was_said = instrument == InstrumentId::None ||
                          before.overrides().contains({instrument, setting}) ||
                          now.overrides().contains({instrument, setting});
    if (was_said && before.get(setting, instrument) != value) {
      changes.push_back({.setting = setting, .instrument = instrument, .value = value});
    }
  }
  return changes;
}

}  // namespace tranchet

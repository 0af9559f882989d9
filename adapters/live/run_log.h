// The log of a live or paper program: begun, or gone on with.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/live/writer.h"
#include "engine/engine.h"
#include "events/log/event_log.h"
#include "replay/resume.h"

namespace tranchet {

struct RunLog {
  std::unique_ptr<LogWriter> writer;
  std::unique_ptr<Engine> engine;  // Null: the log is new and empty.
  Names names;
  std::uint64_t replayed = 0;
};

// `mode` is "live" or "paper", kept beside the log: a paper run never goes on with a live log, nor
// the other way round. `visit` sees what is replayed; a snapshot is used only when it is empty.
// Before any thread is started: a log that is there is read by a child process first.
std::expected<RunLog, WriterFailure> open_run_log(
    const std::filesystem::path& directory, std::string_view mode,
    std::function<void(const Event&, const Output&, const Engine&)> visit);

// "live" or "paper"; "": it does not say.
std::string mode_of_log(const std::filesystem::path& directory);

// What is set now and was set otherwise in the log's run, as events; in the order of the settings.
std::vector<ConfigChanged> changed_settings(const Settings& before, const Settings& now);

}  // namespace tranchet

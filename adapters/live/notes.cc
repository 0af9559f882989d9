#include "adapters/live/notes.h"

#include <algorithm>

#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace tranchet {
namespace {

// In quotes where it needs them.
std::string as_value(std::string_view text) {
  const bool plain = !text.empty() && std::ranges::all_of(text, [](char c) {
    return c > ' ' && c != '"' && c != '=' && c != '\\' && c != 0x7F;
  });
  if (plain) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' || (c >= 0 && c < ' ') || c == 0x7F ? ' ' : c;
  }
  return out + "\"";
}

spdlog::level::level_enum spd_level(NoteLevel level) {
  switch (level) {
    case NoteLevel::Info:
      return spdlog::level::info;
    case NoteLevel::Warning:
      return spdlog::level::warn;
    case NoteLevel::Error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

std::string_view name_of(NoteLevel level) {
  switch (level) {
    case NoteLevel::Info:
      return "info";
    case NoteLevel::Warning:
      return "warning";
    case NoteLevel::Error:
      return "error";
  }
  return "error";
}

}  // namespace

struct Notes::Sink {
  std::shared_ptr<spdlog::logger> logger;
};

Notes::Notes(std::unique_ptr<Sink> sink) : sink_(std::move(sink)) {}
Notes::~Notes() = default;

std::expected<std::unique_ptr<Notes>, std::string> Notes::open(const NotesOptions& options) {
  try {
    spdlog::sink_ptr target;
    if (options.file.empty()) {
      target = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    } else {
      target = std::make_shared<spdlog::sinks::rotating_file_sink_mt>(
          options.file, options.megabytes * 1024 * 1024, options.files);
    }
    auto logger = std::make_shared<spdlog::logger>("tranchet", target);
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %v", spdlog::pattern_time_type::utc);
    logger->flush_on(spdlog::level::info);
    return std::unique_ptr<Notes>(new Notes(std::make_unique<Sink>(std::move(logger))));
  } catch (const spdlog::spdlog_ex& error) {
    return std::unexpected(std::string(error.what()));
  }
}

void Notes::say(NoteLevel level, std::string_view event, const Fields& fields) {
  std::string line = "level=" + std::string(name_of(level)) + " event=" + std::string(event);
  for (const auto& [name, value] : fields) line += " " + std::string(name) + "=" + as_value(value);
  sink_->logger->log(spd_level(level), line);
}

void Notes::flush() {
  sink_->logger->flush();
}

}  // namespace tranchet

#include "replay/compare_logs.h"

#include <map>
#include <sstream>

#include "events/digest.h"
#include "events/log/json.h"
#include "replay/log_cursor.h"
#include "replay/verify.h"

namespace tranchet {
namespace {

// A log and the engine that follows it.
class Follower {
 public:
  explicit Follower(LogReader& log) : log_(log), names_(log.names()), cursor_(log, Sequence{1}) {}

  // False: the log has ended.
  std::expected<bool, LogError> step() {
    const auto event = cursor_.next_event();
    if (!event) return std::unexpected(event.error());
    event_ = *event;
    if (event_ == nullptr) return false;
    if (!engine_) {
      auto engine = engine_of(*event_, names_);
      if (!engine) return std::unexpected(engine.error());
      engine_.emplace(std::move(*engine));
    }
    output_.clear();
    engine_->apply(*event_, output_);
    return true;
  }

  const Event* event() const { return event_; }
  const Engine& engine() const { return *engine_; }
  std::string event_line() const {
    return event_ == nullptr ? "" : event_json(*event_, log_.names());
  }
  std::string command_lines() const {
    std::string lines;
    append_command_lines(output_.commands, event_->sequence, log_.names(), lines);
    return lines;
  }
  std::string text(TextId id) const { return std::string(log_.names().text(id)); }

 private:
  LogReader& log_;
  Names names_;  // A copy: parsing settings may name instruments.
  LogCursor cursor_;
  const Event* event_ = nullptr;
  std::optional<Engine> engine_;
  Output output_;
};

// Lines of "section.key = value".
std::map<std::string, std::string> by_key(const std::string& lines) {
  std::map<std::string, std::string> values;
  std::istringstream input(lines);
  for (std::string line; std::getline(input, line);) {
    const auto at = line.find(" = ");
    if (at != std::string::npos) values[line.substr(0, at)] = line.substr(at + 3);
  }
  return values;
}

std::vector<std::string> setting_differences(const Follower& a, const Follower& b) {
  std::vector<std::string> differences;
  const auto& started_a = std::get<RunStarted>(a.event()->body);
  const auto& started_b = std::get<RunStarted>(b.event()->body);
  auto values_a = by_key(a.text(started_a.settings));
  auto values_b = by_key(b.text(started_b.settings));
  values_a["build"] = a.text(started_a.build);
  values_b["build"] = b.text(started_b.build);
  for (const auto& [key, value] : values_a) values_b.try_emplace(key, "(not set)");
  for (const auto& [key, value] : values_b) {
    const auto found = values_a.find(key);
    const std::string other = found == values_a.end() ? "(not set)" : found->second;
    if (other != value) differences.push_back(key + ": " + other + " | " + value);
  }
  return differences;
}

bool is_start(const Event* event) {
  return event != nullptr && std::holds_alternative<RunStarted>(event->body);
}

}  // namespace

std::expected<LogComparison, LogError> compare_logs(LogReader& first, LogReader& second) {
  LogComparison result;
  Follower a(first), b(second);
  bool same_digests = true;
  while (true) {
    const auto more_a = a.step();
    if (!more_a) return std::unexpected(more_a.error());
    const auto more_b = b.step();
    if (!more_b) return std::unexpected(more_b.error());
    if (!*more_a && !*more_b) break;
    const Sequence sequence = *more_a ? a.event()->sequence : b.event()->sequence;
    if (is_start(a.event()) && is_start(b.event())) {
      result.settings = setting_differences(a, b);
    } else if (std::string line_a = a.event_line(), line_b = b.event_line(); line_a != line_b) {
      result.event = LogsPart{sequence, std::move(line_a), std::move(line_b)};
      break;
    }
    ++result.same;
    if (!same_digests || a.engine().command_digest() == b.engine().command_digest()) continue;
    same_digests = false;
    result.decision = LogsPart{sequence, a.command_lines(), b.command_lines()};
  }
  // Where everything was told and decided alike, the states can only differ by the settings.
  if (!result.event && !result.decision && result.settings.empty() && result.same > 0 &&
      a.engine().state_digest() != b.engine().state_digest()) {
    result.state = LogsPart{a.engine().last_sequence(), digest_text(a.engine().state_digest()),
                            digest_text(b.engine().state_digest())};
  }
  return result;
}

std::expected<std::optional<std::string>, LogError> commands_at(LogReader& log, Sequence sequence) {
  Follower side(log);
  while (true) {
    const auto more = side.step();
    if (!more) return std::unexpected(more.error());
    if (!*more) return std::optional<std::string>();
    if (side.event()->sequence == sequence) return std::optional(side.command_lines());
  }
}

}  // namespace tranchet

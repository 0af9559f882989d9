#include "replay/compare_logs.h"

#include <map>
#include <sstream>

#include "events/digest.h"
#include "events/log/json.h"
#include "replay/log_follower.h"

namespace tranchet {
namespace {

// A follower that may have come to its log's end.
class LogSide {
 public:
  explicit LogSide(LogReader& log) : follower_(log) {}

  // False: the log has ended.
  std::expected<bool, LogError> step() {
    const auto event = follower_.read();
    if (!event) return std::unexpected(event.error());
    event_ = *event;
    if (event_ != nullptr) follower_.apply();
    return event_ != nullptr;
  }

  const Event* event() const { return event_; }
  const Engine& engine() const { return follower_.engine(); }
  std::string event_line() const {
    return event_ == nullptr ? "" : event_json(*event_, follower_.names());
  }
  std::string command_lines() const {
    std::string lines;
    append_command_lines(follower_.output().commands, event_->sequence, follower_.names(), lines);
    return lines;
  }
  std::string text(TextId id) const { return std::string(follower_.names().text(id)); }

 private:
  LogFollower follower_;
  const Event* event_ = nullptr;
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

std::vector<std::string> setting_differences(const LogSide& a, const LogSide& b) {
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
  LogSide a(first), b(second);
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
  LogSide side(log);
  while (true) {
    const auto more = side.step();
    if (!more) return std::unexpected(more.error());
    if (!*more) return std::optional<std::string>();
    if (side.event()->sequence == sequence) return std::optional(side.command_lines());
  }
}

}  // namespace tranchet

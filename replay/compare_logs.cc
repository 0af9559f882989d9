#include "replay/compare_logs.h"

#include <map>
#include <sstream>

#include "events/log/json.h"
#include "replay/log_follower.h"

namespace tranchet {
namespace {

// A follower that may have come to its log's end.
class LogSide {
 public:
  explicit LogSide(LogReader& log, const Engine* from = nullptr) : follower_(log, from) {}

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

// Of what is, not of how it is set or what was decided: those are compared for themselves.
std::uint64_t digest_of_books(const State& state) {
  State books = state;
  books.settings = Settings();
  books.command_digest = 0;
  return digest_of(books);
}

// Looks at the states now and then; where they differ, event by event since the last look.
class StateComparison {
 public:
  StateComparison(LogReader& a, LogReader& b) : log_a_(a), log_b_(b) {}

  // Both are after the same event.
  std::expected<void, LogError> look(const Engine& a, const Engine& b) {
    if (found) return {};
    if (digest_of_books(a.state()) != digest_of_books(b.state())) return search(a.last_sequence());
    a_.emplace(a);
    b_.emplace(b);
    return {};
  }
  // Up to and with `last`, which is not before the last look.
  std::expected<void, LogError> search(Sequence last) {
    if (found) return {};
    LogSide a(log_a_, a_ ? &*a_ : nullptr), b(log_b_, b_ ? &*b_ : nullptr);
    while (true) {
      const auto more_a = a.step();
      if (!more_a) return std::unexpected(more_a.error());
      const auto more_b = b.step();
      if (!more_b) return std::unexpected(more_b.error());
      if (!*more_a || !*more_b || a.event()->sequence > last) return {};
      if (digest_of_books(a.engine().state()) == digest_of_books(b.engine().state())) continue;
      const auto first =
          first_difference(state_lines(a.engine().state()), state_lines(b.engine().state()));
      if (first) found = StatePart{a.event()->sequence, *first};
      return {};
    }
  }

  std::optional<StatePart> found;

 private:
  LogReader &log_a_, &log_b_;
  std::optional<Engine> a_, b_;  // As they were at the last look, the same.
};

constexpr std::uint64_t kLookEvery = 4'096;

}  // namespace

std::expected<LogComparison, LogError> compare_logs(LogReader& first, LogReader& second) {
  LogComparison result;
  LogSide a(first), b(second);
  StateComparison states(first, second);
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
    const bool parts = same_digests && a.engine().command_digest() != b.engine().command_digest();
    if (parts) {
      same_digests = false;
      result.decision = LogsPart{sequence, a.command_lines(), b.command_lines()};
    }
    if (parts || result.same % kLookEvery == 0) {
      if (auto looked = states.look(a.engine(), b.engine()); !looked) {
        return std::unexpected(looked.error());
      }
    }
  }
  if (result.same > 0) {
    const Sequence last{number(first.first()) + result.same - 1};
    auto looked = result.event ? states.search(last) : states.look(a.engine(), b.engine());
    if (!looked) return std::unexpected(looked.error());
  }
  result.state = states.found;
  return result;
}

namespace {

// Up to that event: false where the log ends before.
std::expected<bool, LogError> step_to(LogSide& side, Sequence sequence) {
  while (true) {
    const auto more = side.step();
    if (!more || !*more || side.event()->sequence == sequence) return more;
  }
}

}  // namespace

std::expected<std::optional<std::string>, LogError> commands_at(LogReader& log, Sequence sequence) {
  LogSide side(log);
  const auto there = step_to(side, sequence);
  if (!there) return std::unexpected(there.error());
  return *there ? std::optional(side.command_lines()) : std::nullopt;
}

std::expected<std::optional<std::vector<std::string>>, LogError> state_at(LogReader& log,
                                                                          Sequence sequence) {
  LogSide side(log);
  const auto there = step_to(side, sequence);
  if (!there) return std::unexpected(there.error());
  return *there ? std::optional(state_lines(side.engine().state())) : std::nullopt;
}

}  // namespace tranchet

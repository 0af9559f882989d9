#include "replay/verify.h"

#include "events/log/log_error.h"
#include "events/settings_text.h"
#include "replay/resume.h"

namespace tranchet {
namespace {

LogError not_a_run(const std::string& why) {
  return {.kind = LogErrorKind::NotALog, .sequence = Sequence{1}, .message = why};
}

class Replay {
 public:
  Replay(const Names& names, const ReplayOptions& options, std::vector<DigestNote> notes)
      : names_(names), options_(options), notes_(std::move(notes)) {}

  void begin_with(Engine engine) {
    result_.snapshot = agreed_ = engine.last_sequence();
    result_.first_time = result_.last_time = engine.state().now;
    while (next_note_ < notes_.size() && notes_[next_note_].sequence <= agreed_) ++next_note_;
    engine_.emplace(std::move(engine));
  }

  // False: enough.
  bool take(const Event& event) {
    if (options_.until && event.sequence > *options_.until) return false;
    if (!engine_ && !begin(event)) return false;
    output_.clear();
    engine_->apply(event, output_);
    if (result_.events++ == 0) result_.first_time = event.time;
    result_.last_time = event.time;
    result_.commands += output_.commands.size();
    if (options_.visit) options_.visit(event, output_);
    if (next_note_ < notes_.size() && notes_[next_note_].sequence == event.sequence) compare();
    return !result_.divergence;
  }

  std::optional<LogError> error() const { return error_; }

  ReplayResult result() {
    if (engine_) {
      result_.command_digest = engine_->command_digest();
      result_.state_digest = engine_->state_digest();
    }
    return result_;
  }

 private:
  bool begin(const Event& first) {
    auto engine = engine_of(first, names_);
    if (!engine) {
      error_ = engine.error();
      return false;
    }
    engine_.emplace(std::move(*engine));
    return true;
  }

  void compare() {
    const DigestNote& note = notes_[next_note_++];
    ++result_.notes;
    const bool same_commands = note.command_digest == engine_->command_digest();
    if (same_commands && note.state_digest == engine_->state_digest()) {
      agreed_ = note.sequence;
      return;
    }
    result_.divergence =
        Divergence{.sequence = note.sequence, .agreed = agreed_, .commands = !same_commands};
  }

  Names names_;  // A copy: parsing settings may name instruments.
  const ReplayOptions& options_;
  std::vector<DigestNote> notes_;
  std::size_t next_note_ = 0;
  Sequence agreed_{};
  std::optional<Engine> engine_;
  Output output_;
  ReplayResult result_;
  std::optional<LogError> error_;
};

}  // namespace

std::expected<Engine, LogError> engine_of(const RunStarted& started, Names& names) {
  if (started.schema > kSchemaVersion) return std::unexpected(newer_schema(Sequence{1}));
  const auto settings = parse_settings_lines(names.text(started.settings), names);
  if (!settings) {
    return std::unexpected(not_a_run("the settings of the run, line " +
                                     std::to_string(settings.error().line) + ": " +
                                     settings.error().message));
  }
  return Engine(*settings, started.account);
}

std::expected<Engine, LogError> engine_of(const Event& first, Names& names) {
  if (const auto* started = std::get_if<RunStarted>(&first.body)) return engine_of(*started, names);
  return std::unexpected(
      not_a_run("the first event is not RunStarted: the log does not hold a whole run"));
}

std::expected<ReplayResult, LogError> replay(LogReader& log, const ReplayOptions& options) {
  std::vector<DigestNote> notes;
  if (options.verify) {
    auto noted = log.digest_notes();
    if (!noted) return std::unexpected(noted.error());
    notes = std::move(*noted);
  }
  Replay run(log.names(), options, std::move(notes));
  Sequence from = log.first();
  std::expected<std::optional<Engine>, LogError> begun;
  if (options.from_snapshot) {
    begun = engine_of_snapshot(log, options.until.value_or(log.head().last));
    if (!begun) return std::unexpected(begun.error());
  }
  if (!*begun) begun = engine_before(log);
  if (!begun) return std::unexpected(begun.error());
  if (*begun) {
    from = next((*begun)->last_sequence());
    run.begin_with(std::move(**begun));
  }
  auto scanned = log.scan(from, [&run](const Event& event) { return run.take(event); });
  if (run.error()) return std::unexpected(*run.error());
  if (!scanned) return std::unexpected(scanned.error());
  return run.result();
}

}  // namespace tranchet

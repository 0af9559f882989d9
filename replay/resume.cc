#include "replay/resume.h"

#include "replay/opening.h"
#include "replay/verify.h"

namespace tranchet {
namespace {

LogError decided_otherwise(Sequence sequence) {
  return {.kind = LogErrorKind::Diverged,
          .sequence = sequence,
          .message = "up to event " + std::to_string(number(sequence)) +
                     " this program decides otherwise than the one that wrote the log: find the "
                     "event with \"tranchet replay LOG --verify\", and go on with the program that "
                     "wrote it"};
}

}  // namespace

std::expected<std::optional<Engine>, LogError> engine_of_snapshot(LogReader& log, Sequence at_most,
                                                                  SnapshotsOf whose) {
  while (number(at_most) > 0) {
    auto found = log.newest_snapshot(at_most);
    if (!found) return std::unexpected(found.error());
    if (!*found) break;
    const StateSnapshot& snapshot = **found;
    if (whose == SnapshotsOf::AnyBuild || snapshot.build == build_name()) {
      std::optional<Engine> engine = Engine::from_image(snapshot.image);
      if (engine && engine->last_sequence() == snapshot.sequence &&
          engine->command_digest() == snapshot.command_digest &&
          engine->state_digest() == snapshot.state_digest) {
        return engine;
      }
    }
    if (number(snapshot.sequence) == 0) break;
    at_most = Sequence{number(snapshot.sequence) - 1};
  }
  return std::nullopt;
}

std::expected<std::optional<Engine>, LogError> engine_before(LogReader& log) {
  if (log.first() == Sequence{1}) return std::nullopt;
  const Sequence before{number(log.first()) - 1};
  auto found = log.newest_snapshot(before);
  if (!found) return std::unexpected(found.error());
  std::optional<Engine> engine = *found ? Engine::from_image((*found)->image) : std::nullopt;
  if (engine && engine->last_sequence() == before &&
      engine->command_digest() == (*found)->command_digest &&
      engine->state_digest() == (*found)->state_digest) {
    return engine;
  }
  return std::unexpected(LogError{.kind = LogErrorKind::Damaged,
                                  .sequence = log.first(),
                                  .message = "the log begins at event " +
                                             std::to_string(number(log.first())) +
                                             " and holds no state before it that this program "
                                             "can read: use the program that wrote it"});
}

std::expected<Resumed, LogError> resume(LogReader& log, const ResumeOptions& options) {
  auto notes = log.digest_notes();
  if (!notes) return std::unexpected(notes.error());
  std::optional<Engine> engine;
  if (options.use_snapshot) {
    auto found = engine_of_snapshot(log, log.head().last);
    if (!found) return std::unexpected(found.error());
    engine = std::move(*found);
    if (!engine) engine = options.otherwise;
  }
  if (!engine) {
    auto before = engine_before(log);
    if (!before) return std::unexpected(before.error());
    engine = std::move(*before);
  }
  std::optional<Sequence> snapshot;
  if (engine) snapshot = engine->last_sequence();

  std::optional<LogError> failure;
  std::uint64_t replayed = 0;
  auto note = notes->begin();
  while (snapshot && note != notes->end() && note->sequence <= *snapshot) ++note;
  Output output;
  Names names;
  const auto visit = [&](const Event& event) {
    if (!engine) {
      names = log.names();
      auto begun = engine_of(event, names);
      if (!begun) {
        failure = begun.error();
        return false;
      }
      engine = std::move(*begun);
    }
    output.clear();
    engine->apply(event, output);
    ++replayed;
    if (options.visit) options.visit(event, output, *engine);
    if (note != notes->end() && note->sequence == event.sequence) {
      if (note->command_digest != engine->command_digest() ||
          note->state_digest != engine->state_digest()) {
        failure = decided_otherwise(event.sequence);
        return false;
      }
      ++note;
    }
    return true;
  };
  const Sequence from = snapshot ? next(*snapshot) : Sequence{1};
  if (auto scanned = log.scan(from, visit); !scanned) return std::unexpected(scanned.error());
  if (failure) return std::unexpected(*failure);
  if (!engine) {
    return std::unexpected(LogError{.kind = LogErrorKind::NotALog,
                                    .sequence = std::nullopt,
                                    .message = "the log holds no event to go on from"});
  }
  return Resumed{.engine = std::move(*engine),
                 .names = log.names(),
                 .replayed = replayed,
                 .snapshot = snapshot};
}

std::vector<EventBody> restart_events(const State& state) {
  std::vector<EventBody> bodies{Disconnected{Stream::User}};
  for (const auto& [id, order] : state.orders) {
    if (order.is_unanswered()) bodies.emplace_back(OutcomeUnknown{id});
  }
  return bodies;
}

}  // namespace tranchet

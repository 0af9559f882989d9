#include "replay/loop.h"

#include <algorithm>
#include <limits>
#include <string>

#include "replay/opening.h"

namespace tranchet {
namespace {

constexpr std::size_t kBulkBatch = 4'096;

// What streams by and can be had again, or done without.
bool is_market_data(const EventBody& body) {
  return std::holds_alternative<MarkPrice>(body) || std::holds_alternative<TradePrinted>(body) ||
         std::holds_alternative<BookTop>(body) ||
         std::holds_alternative<LiquidationPrinted>(body) ||
         std::holds_alternative<FundingRate>(body) || std::holds_alternative<Conflated>(body) ||
         std::holds_alternative<CandleClosed>(body);
}

bool is_due(Sequence sequence, std::uint64_t interval) {
  return interval > 0 && number(sequence) % interval == 0;
}

constexpr auto kNever = Timestamp::from_nanoseconds(std::numeric_limits<std::int64_t>::max());

}  // namespace

bool is_publication(const Command& command) {
  return std::holds_alternative<EntryRefused>(command) || std::holds_alternative<Alert>(command) ||
         std::holds_alternative<TradeClosed>(command) ||
         std::holds_alternative<PositionUpdate>(command) ||
         std::holds_alternative<TrancheState>(command);
}

Loop::Loop(Engine& engine, Venue& venue, Observer& observer, const Journal& journal)
    : engine_(engine), venue_(venue), observer_(observer), journal_(journal) {}

void Loop::find_due() {
  wakeup_ = venue_.next_wakeup().value_or(kNever);
  due_ = wakeup_;
  // A timer fires before the next input of a later time, not of its own.
  if (const auto timer = engine_.next_timer()) {
    due_ = std::min(due_, timer->first + Duration::nanoseconds(1));
  }
}

std::expected<void, LogError> Loop::run_due(Timestamp time) {
  for (find_due(); due_ <= time; find_due()) {
    const auto timer = engine_.next_timer();
    if (timer && timer->first < wakeup_) {
      // One that came due while no process ran fires late: time never runs back.
      const Timestamp when = std::max(timer->first, engine_.state().now);
      if (auto taken = apply(when, TimerFired{timer->second}); !taken) return taken;
      continue;
    }
    answers_.clear();
    venue_.advance(wakeup_, answers_);
    ++venue_changes_;
    for (const Occurrence& answer : answers_) {
      // One that waited while something later was taken, as a wish is, comes after it.
      const Timestamp when = std::max(answer.time, engine_.state().now);
      if (auto taken = apply(when, answer.body); !taken) return taken;
    }
  }
  return {};
}

std::expected<void, LogError> Loop::apply(Timestamp time, const EventBody& body) {
  const Event event{.sequence = next(engine_.last_sequence()), .time = time, .body = body};
  output_.clear();
  engine_.apply(event, output_);
  if (journal_.log != nullptr) {
    if (auto kept = keep(event); !kept) return kept;
  }
  observer_.on_event(event, output_);
  if (!std::ranges::all_of(output_.commands, is_publication)) {
    venue_.submit(output_.commands, time);
    ++venue_changes_;
  }
  return {};
}

std::expected<void, LogError> Loop::keep(const Event& event) {
  batch_.push_back(event);
  const bool lasts = journal_.durability == Durability::EveryBatch;
  must_write_ = must_write_ || (lasts && !is_market_data(event.body));
  const bool must_last = lasts && (!output_.commands.empty() || (must_write_ && !holding_));
  const bool progress_due =
      is_due(event.sequence, kDigestInterval) || is_due(event.sequence, journal_.snapshot_interval);
  if (must_last || progress_due || batch_.size() >= kBulkBatch) {
    if (auto committed = commit(); !committed) return committed;
  }
  if (!progress_due) return {};
  return note_progress(event.sequence, is_due(event.sequence, journal_.snapshot_interval));
}

// What the engine has come to, so that a replay can be compared with it, or begin there.
std::expected<void, LogError> Loop::note_progress(Sequence sequence, bool with_snapshot) {
  const DigestNote note{sequence, engine_.command_digest(), engine_.state_digest()};
  if (auto noted = journal_.log->note_digests(note); !noted) return noted;
  if (!with_snapshot) return {};
  return journal_.log->keep_snapshot({.sequence = sequence,
                                      .command_digest = note.command_digest,
                                      .state_digest = note.state_digest,
                                      .build = std::string(build_name()),
                                      .image = engine_.image()});
}

std::expected<void, LogError> Loop::release(bool everything) {
  holding_ = false;
  if (journal_.log == nullptr || !(everything || must_write_)) return {};
  return commit();
}

std::expected<void, LogError> Loop::finish() {
  if (journal_.log == nullptr) return {};
  if (auto committed = commit(); !committed) return committed;
  return note_progress(engine_.last_sequence(), journal_.snapshot_interval > 0);
}

std::expected<void, LogError> Loop::commit() {
  must_write_ = false;
  if (batch_.empty()) return {};
  auto appended = journal_.log->append(batch_, *journal_.names);
  batch_.clear();
  return appended;
}

}  // namespace tranchet

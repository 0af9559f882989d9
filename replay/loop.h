// The one loop that every program runs:
//
//   inputs -> append as one batch -> apply in memory -> commit -> dispatch commands
//
// A command leaves only after the events that caused it are in the log. Timers fire, and the
// venue's answers enter, before the next input of a later time.
#pragma once

#include <expected>
#include <vector>

#include "engine/engine.h"
#include "events/log/event_log.h"
#include "replay/venue.h"

namespace tranchet {

// What people and screens are told: it is nothing to a venue, and sets no timer.
bool is_publication(const Command& command);

// Sees every event with what it caused, after it was applied and before its commands leave.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_event(const Event& event, const Output& output) = 0;
};

// Where a run's events are kept. With a log that is durable at every batch, everything but quiet
// market data is committed before the next event is looked at: what a person or the venue has said
// is not lost, and no command leaves before its cause is on the disk. One that is durable at close
// is written in larger batches.
struct Journal {
  LogWriter* log = nullptr;  // None: the run leaves no log.
  const Names* names = nullptr;
  Durability durability = Durability::EveryBatch;
  std::uint64_t snapshot_interval = 0;  // A state snapshot every so many events; 0: none.
};

class Loop {
 public:
  Loop(Engine& engine, Venue& venue, Observer& observer, const Journal& journal);

  // Everything that is due up to and including `time`: the venue's answers, and timers of an
  // earlier time, in order of time.
  std::expected<void, LogError> run_until(Timestamp time) {
    if (time < due_) return {};
    return run_due(time);
  }

  // One input at its time. What is due earlier is the caller's to run first.
  std::expected<void, LogError> take(Timestamp time, const EventBody& body) {
    const std::uint64_t before = venue_changes_;
    auto taken = apply(time, body);
    if (venue_changes_ != before) find_due();
    return taken;
  }

  // Takes a quiet price without making an event of it: only where nothing is due, no log is kept
  // and the engine says that nothing follows. False: nothing was taken, take() must.
  template <class PriceEvent>
  bool pass(Timestamp time, const PriceEvent& price) {
    return may_pass_until(time) && engine_.pass(price, time);
  }
  // Nothing is due up to and including `time`, and no log is kept.
  bool may_pass_until(Timestamp time) const { return journal_.log == nullptr && time < due_; }

  bool keeps_log() const { return journal_.log != nullptr; }
  // Before this time nothing is due.
  Timestamp quiet_until() const { return due_; }

  // The venue has seen something by itself, such as a price: it may have more to say.
  void look_again() { find_due(); }

  // Counts every dispatch and every answer taken: while it stands still, so does the venue.
  std::uint64_t venue_changes() const { return venue_changes_; }

  // From hold() to release() inputs share a commit: what causes no command waits for one that does,
  // or for release(). No command leaves before its cause is durable, held or not. release() leaves
  // quiet market data waiting unless `everything` is asked for.
  void hold() { holding_ = true; }
  std::expected<void, LogError> release(bool everything);
  // Whether anything was taken that is not yet in the log.
  bool has_unwritten() const { return !batch_.empty(); }
  // When run_until() has something to do; Timestamp's last: never.
  Timestamp due() const { return due_; }

  // Writes what is not yet in the log, with the digests of engine and state at this point, and a
  // snapshot where they are kept.
  std::expected<void, LogError> finish();

 private:
  std::expected<void, LogError> run_due(Timestamp time);
  // Whoever calls it looks after `due_`.
  std::expected<void, LogError> apply(Timestamp time, const EventBody& body);
  std::expected<void, LogError> keep(const Event& event);
  std::expected<void, LogError> commit();
  std::expected<void, LogError> note_progress(Sequence sequence, bool with_snapshot);
  void find_due();

  Engine& engine_;
  Venue& venue_;
  Observer& observer_;
  Journal journal_;
  Output output_;
  std::vector<Event> batch_;
  std::vector<Occurrence> answers_;
  Timestamp wakeup_;  // When the venue has something to say; Timestamp's last: never.
  Timestamp due_;     // run_until has nothing to do before.
  std::uint64_t venue_changes_ = 0;
  bool holding_ = false;
  bool must_write_ = false;  // Something in the batch is more than quiet market data.
};

// Digests are noted in the log every so many events, so that a replay finds the first stretch that
// it decides differently.
inline constexpr std::uint64_t kDigestInterval = 65'536;

}  // namespace tranchet

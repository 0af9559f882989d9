// A disk in memory that a log is on, and that outlives the process: the log's own records, seals
// and chain as bytes, and everything that disks do to them. LMDB is not here: that the real one
// keeps the same promises under the same faults is shown by the crash tests.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <vector>

#include "events/log/event_log.h"

namespace tranchet {

enum class DiskFault : std::uint8_t {
  KillBeforeCommit = 1,  // The process dies in append(); nothing of it is kept.
  KillAfterCommit,       // It dies after the commit, before append() returns.
  TornCommit,            // It dies while the pages are written: reopening shows none of it.
  Full,                  // DiskFull; nothing of it is kept.
  SyncFails,             // Io, nothing of it is kept,
  SyncFailsKept,         // or all of it is: only reopening tells.
};

// Its writers and readers do not outlive it.
class Disk {
 public:
  Disk();
  ~Disk();

  // The one log on it. Refusals as LogWriter's: LockedByOther while a writer is alive. A writer
  // that is destroyed without close() leaves what a killed process leaves.
  std::expected<std::unique_ptr<LogWriter>, LogError> create();
  std::expected<std::unique_ptr<LogWriter>, LogError> open();
  std::expected<std::unique_ptr<LogReader>, LogError> read() const;
  bool holds_a_log() const;

  // Strikes at the next append(). The writer is dead from then on: every call fails, with Io where
  // the process would not have lived to see an error.
  void arm(DiskFault fault);
  bool is_armed() const;
  // What the writer died of; nullopt once it is forgotten.
  std::optional<DiskFault> struck() const;
  // The writer's process is gone: its lock with it. What was not committed never was.
  void forget_writer();

  // Flips one bit of something committed; `number` modulo bits() decides which. False: nothing to
  // flip.
  bool rot(std::uint64_t number);
  std::uint64_t bits() const;
  // The same for any `number`, in the same record or name whatever the program is called.
  bool rot_somewhere(std::uint64_t number);
  // The last commits are gone, though they had been synced. False: there were none.
  bool lose_tail(std::uint64_t commits);
  // Somebody restores it from the mirror: as it was before rot() and lose_tail(), with what was
  // committed since.
  void restore();

  Sequence durable() const;  // The last committed sequence.

 private:
  struct Contents;
  std::unique_ptr<Contents> contents_;
};

}  // namespace tranchet

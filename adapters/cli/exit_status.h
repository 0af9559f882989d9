// What the program's exit status says.
#pragma once

#include "backtest/market_data/market_data.h"
#include "events/log/event_log.h"

namespace tranchet {

inline constexpr int kDone = 0;
inline constexpr int kAnswerIsNo = 1;     // A verify that differs, a broken invariant.
inline constexpr int kBadInput = 2;       // Usage, configuration, data.
inline constexpr int kLogIsLocked = 3;    // Another writer holds it.
inline constexpr int kLogIsDamaged = 4;
inline constexpr int kWorldFailed = 5;    // Disk full, venue unreachable.

constexpr int exit_status(LogErrorKind kind) {
  switch (kind) {
    case LogErrorKind::NotALog:
    case LogErrorKind::AlreadyThere:
    case LogErrorKind::NewerSchema: return kBadInput;
    case LogErrorKind::LockedByOther: return kLogIsLocked;
    case LogErrorKind::Damaged:
    case LogErrorKind::Gap:
    case LogErrorKind::TailLost: return kLogIsDamaged;
    case LogErrorKind::DiskFull:
    case LogErrorKind::Io: return kWorldFailed;
    case LogErrorKind::Diverged: return kAnswerIsNo;
  }
  return kWorldFailed;
}

constexpr int exit_status(InputFault fault) {
  switch (fault) {
    case InputFault::BadInput: return kBadInput;
    case InputFault::Damaged: return kLogIsDamaged;
    case InputFault::Locked: return kLogIsLocked;
    case InputFault::WorldFailed: return kWorldFailed;
  }
  return kWorldFailed;
}

}  // namespace tranchet

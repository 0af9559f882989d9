// Situations that a wargame must have been in: a run that never was proves little. Each is reached
// by seeded worlds, never by a made-up scenario.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tranchet {

// What each means: explanation_of().
enum class Mark : std::uint8_t {
  // ---- Fills in a race.
  EntryFilledBesideItsCancel = 1,
  TargetFilledBesideItsCancel,
  StopFilledBesideItsCancel,
  FilledAfterItsEnd,
  FillBeforeAcceptance,
  FillBesideAnAmend,
  FillRepeated,
  FillAlreadyCounted,
  AnsweredBeforeItsQuery,
  EntryFilledInPart,
  TargetFilledInPart,
  StopFilledInPart,
  CloseFilledInPart,
  EntryOutlivesItsTranche,
  TargetFilledBesideANewStop,
  StopFilledUntriggered,
  BothLegsFilled,
  ExcessFromAnotherTranche,
  ExcessLeft,
  MergedOrderFills,
  // ---- Stops and take-profits.
  StopReplaced,
  StopCancelledFirst,
  TriggerBesideANewStop,
  TriggerBesideItsCancel,
  StopWouldTrigger,
  StopRefusedThreeTimes,
  StopAcceptedAfterThreeRefusals,
  SecondStopRefused,
  StopEndedWithARest,
  StopsInSlices,
  TargetRefusedThreeTimes,
  TargetOutOfBand,
  TargetCancelledToMove,
  AmendRefused,
  CancelFoundNothing,
  ProtectionEndedUnasked,
  NoPositionToExit,
  // ---- Closing.
  InstantClose,
  InstantCloseCalledOff,
  GuardClosesAPart,
  PriceClosesAtTheStop,
  CloseRetried,
  CloseGivenUp,
  CloseInSlices,
  SecondReasonToClose,
  DustMoved,
  DustStays,
  // ---- Entries and the ladder.
  SecondTranche,
  BothSidesOpen,
  MergedAtTheCap,
  RefusedAtTheCap,
  EntryInSlices,
  EntryTimedOut,
  ExposureReached,
  MarkTooOld,
  EntryWhileNotReconciled,
  EntryWhileHalted,
  EntryWhileOneIsPending,
  EntryAgainstThePosition,
  NoStopLeftForTheEntry,
  EntryRefusedForMargin,
  // ---- Outcomes unknown.
  UnknownEntryHadFilled,
  UnknownEntryRests,
  UnknownEntryNeverArrived,
  UnknownStopStands,
  UnknownStopNeverArrived,
  UnknownTargetStands,
  UnknownTargetNeverArrived,
  UnknownCloseHadFilled,
  UnknownCloseNeverArrived,
  UnknownCancelHadWorked,
  UnknownCancelHadNot,
  UnknownAmendHadWorked,
  UnknownAmendHadNot,
  NewAttemptAfterNotFound,
  // ---- Books against the venue.
  ForeignPositionAdopted,
  ForeignPositionLeftAlone,
  ForeignPositionHaltsEntries,
  ForeignTradeReduces,
  AdoptedTargetFromTheMark,
  VenueHasLess,
  Liquidated,
  Deleveraged,
  DeleveragedWhileClosing,
  DifferenceRemembered,
  DifferenceRepeated,
  DifferenceGone,
  OrderMissingFromSnapshot,
  UntoldFillCounted,
  SnapshotBesideTheUnanswered,
  SnapshotDuringAMerge,
  CutWhileUnanswered,
  // ---- People.
  CloseRequestedBesideAnEntry,
  EntryClosedAtOnce,
  ProtectionRefused,
  KillSwitchBesideAnEntry,
  RulesChangeBesideOrders,
  SettingsChangeWhileOpen,
  FundingShared,
  // ---- The process and its disk, as the world reports them.
  RestartedFromSnapshot,
  RestartBesideTheUnanswered,
  RestartWhileClosing,
  RestartBesideTwoStops,
  KilledWhileSending,
  KilledInACommit,
  UnknownCommitWasKept,
  DiskFullStopped,
  FailedCommitStopped,
  SlowCommit,
  RotRefused,
  LostTailRefused,
  SecondStartRefused,
  ProcessPaused,
  ClockStepsBack,
  // ---- The network and the venue's door, as the world reports them.
  RequestTimedOut,
  LateResponse,
  LateRequestRefused,
  DuplicateRefused,
  UnknownAndExecuted,
  UnknownAndNotExecuted,
  VenueInMaintenance,
  TooManyRequests,
  EntryHeldByTheBudget,
  ProtectionHeldByTheBudget,
  HalfOpenNoticed,
  MissedFillFetched,
  SnapshotOvertaken,
  NotFoundNotFinal,
  AnswerOvertaken,
};
inline constexpr std::size_t kMarks = static_cast<std::size_t>(Mark::AnswerOvertaken);

// Mark number n is bit n.
inline constexpr std::size_t kMarksMax = 192;
static_assert(kMarks < kMarksMax);
using MarkSet = std::bitset<kMarksMax>;
constexpr std::size_t bit_of(Mark mark) {
  return static_cast<std::size_t>(mark);
}

// "fill_repeated".
std::string_view name_of(Mark mark);
std::optional<Mark> mark_named(std::string_view name);
// "the same trade is told twice".
std::string_view explanation_of(Mark mark);

}  // namespace tranchet

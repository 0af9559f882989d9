// The event log: an LMDB environment that events are appended to, and nothing is ever changed in.
//
//   append(batch)  one LMDB transaction with its seal; durable when it returns (unless opened to
//                  import in bulk), or the process must end: see LogError
//   scan(from)     every event in order, each record's checksum verified
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "events/event.h"
#include "events/names.h"

namespace tranchet {

// Of what this program writes; it reads all earlier ones. What a later one has that an earlier has
// not: kCommandsApart and its neighbours in engine/state.h.
inline constexpr std::uint32_t kSchemaVersion = 3;

// Each is a refusal of its own, with a message that says what to do.
enum class LogErrorKind : std::uint8_t {
  NotALog = 1,    // Missing, not a directory, not ours, or not writable. Exit status 2.
  AlreadyThere,   // create() found a log. Exit status 2.
  Damaged,        // A checksum or the chain fails; names the sequence. Exit status 4.
  Gap,            // A sequence is missing. Exit status 4.
  TailLost,       // The head witness is ahead of the log. Exit status 4.
  NewerSchema,    // Written by a newer program. Exit status 2.
  LockedByOther,  // Another writer holds it. Exit status 3.
  DiskFull,       // Exit status 5. The log is valid up to the last commit.
  Io,             // Any other failure of the world. Exit status 5.
  Diverged,       // This program decides differently than was noted. Exit status 1.
};
struct LogError {
  LogErrorKind kind{};
  std::optional<Sequence> sequence;
  std::string message;
};

enum class Durability : std::uint8_t {
  EveryBatch = 1,  // A batch is on the disk before append() returns.
  AtClose = 2,     // Backtests and imports: synced by close().
};

struct LogHead {
  Sequence last{};    // 0: empty.
  std::string chain;  // SHA-256 of everything up to `last`, 64 hexadecimal digits.
};

// One append(): its events, how many texts and symbols the log holds since, and the chain.
struct LogCommit {
  Sequence first{};
  Sequence last{};
  std::uint32_t texts = 0;
  std::uint32_t symbols = 0;
  std::string chain;
};

// How far a log may grow before its map is enlarged, bytes. Address space, not memory.
inline constexpr std::size_t kMapReserve = std::size_t{64} << 30;

// What the engine had come to when it had applied `sequence`. Noted by the loop at fixed sequences
// and at the end of a run; a replay must come to the same.
struct DigestNote {
  Sequence sequence{};
  std::uint64_t command_digest = 0;
  std::uint64_t state_digest = 0;
};

// The engine's whole state after `sequence`, so that a start need not replay everything. A cache: a
// log is whole without it, and one that is damaged, or does not come to the digests it claims, is
// as if it were not there.
struct StateSnapshot {
  Sequence sequence{};
  std::uint64_t command_digest = 0;
  std::uint64_t state_digest = 0;
  std::string build;  // Of the program that made it: another one may decide otherwise.
  std::vector<std::byte> image;
};

class LogWriter {
 public:
  virtual ~LogWriter() = default;

  // An empty log in `directory`, which is created. An existing log is AlreadyThere.
  static std::expected<std::unique_ptr<LogWriter>, LogError> create(
      const std::filesystem::path& directory, Durability durability,
      std::size_t map_reserve = kMapReserve);
  // An existing log, verified at its tail, ready to go on.
  static std::expected<std::unique_ptr<LogWriter>, LogError> open(
      const std::filesystem::path& directory, Durability durability,
      std::size_t map_reserve = kMapReserve);

  // Appends consecutive events, the first following the head, and the texts and symbols of `names`
  // that the log does not hold yet, in one transaction. `names` holds at least what the log does,
  // under the same numbers. After an error the writer is dead: every further call fails with the
  // same error. The order of events in the log is by sequence, and so is their time.
  virtual std::expected<void, LogError> append(std::span<const Event> events,
                                               const Names& names) = 0;
  // Keeps a digest note, covered by a checksum: written with the next append() or by close(). Not
  // above the head. One at or below the last noted sequence, or at sequence 0, is not kept again.
  virtual std::expected<void, LogError> note_digests(const DigestNote& note) = 0;
  // Keeps a snapshot of the state at the head: written with the next append() or by close(). The
  // two newest stay, older ones are deleted. One at or below the last kept is not kept again.
  virtual std::expected<void, LogError> keep_snapshot(const StateSnapshot& snapshot) = 0;
  virtual std::expected<void, LogError> close() = 0;
  virtual LogHead head() const = 0;
};

class LogReader {
 public:
  virtual ~LogReader() = default;

  // Read-only, short transactions; a live log may be read. Loads the texts. Takes an archive too.
  static std::expected<std::unique_ptr<LogReader>, LogError> open(
      const std::filesystem::path& directory);

  // Calls `visit` with every event from `from` on, in order, until it returns false; of a damaged
  // log with those before the damage, which is then the error. Verifies
  // checksums and sequence; verify_chain also recomputes the SHA-256 chain. Of a live log: up to
  // what is committed when it gets there; names() and head() grow with it. `visit` runs outside of
  // any transaction.
  using Visit = std::function<bool(const Event&)>;
  virtual std::expected<void, LogError> scan(Sequence from, const Visit& visit) = 0;
  virtual std::expected<void, LogError> verify_chain() = 0;

  // Calls `visit` with every commit that holds events from `from` on, in order.
  using VisitCommit = std::function<bool(const LogCommit&)>;
  virtual std::expected<void, LogError> scan_commits(Sequence from, const VisitCommit& visit) = 0;

  // In order of sequence.
  virtual std::expected<std::vector<DigestNote>, LogError> digest_notes() = 0;

  // The newest that is whole and not above `at_most`; nullopt: none is. A damaged one is as if it
  // were not there.
  virtual std::expected<std::optional<StateSnapshot>, LogError> newest_snapshot(
      Sequence at_most) = 0;

  virtual const Names& names() const = 0;
  virtual LogHead head() const = 0;
  // 1, but for a slice (events/log/archive.h): the engine then begins with newest_snapshot() of the
  // event before.
  virtual Sequence first() const { return Sequence{1}; }
};

// What a whole pass over the log found. LMDB crashes on some damaged pages, so the pass runs in a
// child process: a child that dies is Damaged. Everything that reads a log it does not trust starts
// with this, before it starts threads.
enum class CheckDepth : std::uint8_t {
  Records = 1,  // Every checksum, and that no sequence is missing.
  Chain = 2,    // The SHA-256 chain as well.
};
std::expected<LogHead, LogError> check_in_child(const std::filesystem::path& directory,
                                                CheckDepth depth = CheckDepth::Chain);

// A compact copy of a log, live or not, as a log of its own in `target`, which is created.
std::expected<LogHead, LogError> back_up(const std::filesystem::path& directory,
                                         const std::filesystem::path& target);

}  // namespace tranchet

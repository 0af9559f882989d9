#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <functional>
#include <string>
#include <utility>

#include "events/ensure.h"
#include "events/log/environment.h"
#include "events/log/event_log.h"
#include "events/log/head_witness.h"
#include "events/log/log_contents.h"
#include "events/log/log_error.h"
#include "events/log/page_tree.h"
#include "events/log/record.h"
#include "events/log/seam.h"
#include "events/log/snapshot_pieces.h"
#include "events/log/sync.h"
#include "events/log/writer_lock.h"

namespace tranchet {
namespace {

using Failure = std::unexpected<LogError>;

// Records that leave for a segment with one commit.
constexpr std::size_t kRecordsToGo = 64;

class StoredLogWriter final : public LogWriter {
 public:
  StoredLogWriter(WriterLock lock, std::shared_ptr<Environment> environment, WitnessFile witness,
                  Durability durability)
      : lock_(std::move(lock)),
        environment_(std::move(environment)),
        witness_file_(std::move(witness)),
        durability_(durability) {}
  ~StoredLogWriter() override {
    if (!closed_ && !dead_) static_cast<void>(close());
  }

  // Takes over where the log ends, once the last commit has proved whole. The writer is dead if
  // not.
  std::expected<void, LogError> resume(const Witness& witness) {
    auto verified = verify_tail(witness);
    if (!verified) return die(verified.error());
    return {};
  }

  std::expected<void, LogError> append(std::span<const Event> events, const Names& names) override;
  std::expected<void, LogError> note_digests(const DigestNote& note) override;
  std::expected<void, LogError> keep_snapshot(const StateSnapshot& snapshot) override;
  std::expected<void, LogError> close() override;
  LogHead head() const override { return head_of(head_); }

 private:
  std::expected<void, LogError> die(LogError error) {
    dead_ = error;
    return Failure(std::move(error));
  }
  std::expected<void, LogError> verify_tail(const Witness& witness);
  void check_order(std::span<const Event> events) const;
  Witness witness() const;
  int put_notes(MDB_txn* transaction);
  int put_snapshot(MDB_txn* transaction);
  int put_kept(MDB_txn* transaction);
  int let_go(MDB_txn* transaction, std::size_t records);
  std::expected<void, LogError> transact(const std::function<int(MDB_txn*)>& put,
                                         const std::string& doing);
  void collect_names(const Names& names);
  Seal seal_over(std::span<const Event> events, const Names& names);
  int put_all(MDB_txn* transaction, std::span<const RecordEncoder::Record> records,
              const Seal& seal);
  std::expected<void, LogError> remember_head();

  WriterLock lock_;
  std::shared_ptr<Environment> environment_;
  WitnessFile witness_file_;
  Durability durability_;
  std::optional<Seal> head_;
  Timestamp last_time_;
  Names stored_;  // What an existing log held when it was opened; compared once.
  std::optional<LogError> dead_;
  std::vector<StoredNote> pending_notes_;  // Not yet in the log.
  std::uint64_t notes_ = 0;                // In the log.
  Sequence last_noted_{};
  std::vector<SnapshotPiece> pending_snapshot_;  // Not yet in the log.
  Sequence last_snapshot_{};                     // In the log.
  bool closed_ = false;

  // Scratch, kept from commit to commit.
  RecordEncoder encoder_;
  ChainHasher hasher_;
  std::vector<NamePiece> new_names_;
};

std::expected<void, LogError> StoredLogWriter::verify_tail(const Witness& witness) {
  auto transaction = ReadTransaction::begin(*environment_);
  if (!transaction) return Failure(transaction.error());
  auto head = verified_head(*transaction, *environment_, witness);
  if (!head) return Failure(head.error());
  if (!*head) return {};
  if (auto loaded = load_names(*transaction, *environment_, **head, stored_); !loaded) {
    return loaded;
  }
  auto notes = load_notes(*transaction, *environment_, witness);
  if (!notes) return Failure(notes.error());
  notes_ = notes->size();
  if (!notes->empty()) last_noted_ = notes->back().sequence;
  if (environment_->snapshots()) {
    auto cursor = Cursor::open(*transaction, *environment_->snapshots(), environment_->directory());
    if (!cursor) return Failure(cursor.error());
    auto newest = cursor->last();
    // One above the head is none of ours: the next commit removes it.
    while (newest && *newest && snapshot_sequence((*newest)->key) > (*head)->last) {
      newest = cursor->previous();
    }
    if (!newest) return Failure(newest.error());
    if (*newest) last_snapshot_ = snapshot_sequence((*newest)->key);
  }

  auto seals = Cursor::open(*transaction, environment_->seals(), environment_->directory());
  auto events = Cursor::open(*transaction, environment_->events(), environment_->directory());
  if (!seals || !events) return Failure(seals ? events.error() : seals.error());
  auto newest = seals->last();
  auto before = newest ? seals->previous() : newest;
  auto at = events->first_from(number((*head)->first));
  if (!before || !at) return Failure(before ? at.error() : before.error());
  const std::optional<Seal> previous = *before ? decode_seal((*before)->bytes) : std::nullopt;
  auto chain = hash_commit(*transaction, *environment_, previous, **head, *events, *at, hasher_);
  if (!chain) return Failure(chain.error());
  if (*chain != (*head)->chain) {
    return Failure(damaged_at((*head)->first, "the chain does not match its commit"));
  }
  auto last = events->last();
  if (!last || !*last) return Failure(damaged("its events cannot be read"));
  std::vector<Event> decoded;
  static_cast<void>(decode_record((*last)->bytes, decoded));
  last_time_ = decoded.back().time;
  head_ = *head;
  return {};
}

void StoredLogWriter::check_order(std::span<const Event> events) const {
  Sequence expected = head_ ? next(head_->last) : Sequence{1};
  Timestamp time = last_time_;
  for (const Event& event : events) {
    ENSURE(event.sequence == expected);
    ENSURE(event.time >= time);
    expected = next(expected);
    time = event.time;
  }
}

void StoredLogWriter::collect_names(const Names& names) {
  for (std::size_t id = 1; id <= stored_.size(); ++id) {
    const TextId text{static_cast<std::uint32_t>(id)};
    ENSURE(id <= names.size() && names.text(text) == stored_.text(text));
  }
  for (std::size_t id = 1; id <= stored_.instruments(); ++id) {
    const InstrumentId symbol{static_cast<std::uint16_t>(id)};
    ENSURE(id <= names.instruments() && names.symbol(symbol) == stored_.symbol(symbol));
  }
  stored_ = Names();

  new_names_.clear();
  const Seal head = head_.value_or(Seal{});
  ENSURE(names.size() >= head.texts && names.instruments() >= head.symbols);
  for (std::uint32_t id = head.texts + 1; id <= names.size(); ++id) {
    append_name_pieces(NameTable::Texts, id, names.text(TextId{id}), new_names_);
  }
  for (std::uint32_t id = head.symbols + 1; id <= names.instruments(); ++id) {
    const InstrumentId symbol{static_cast<std::uint16_t>(id)};
    append_name_pieces(NameTable::Symbols, id, names.symbol(symbol), new_names_);
  }
}

Seal StoredLogWriter::seal_over(std::span<const Event> events, const Names& names) {
  Seal seal{.first = events.front().sequence,
            .last = events.back().sequence,
            .texts = static_cast<std::uint32_t>(names.size()),
            .symbols = static_cast<std::uint32_t>(names.instruments())};
  start_seal_hash(hasher_, head_ ? head_->chain : ChainHash{}, seal);
  for (const NamePiece& piece : new_names_) hasher_.add(piece.bytes);
  hasher_.add(encoder_.bytes());
  seal.chain = hasher_.finish();
  return seal;
}

int StoredLogWriter::put_all(MDB_txn* transaction, std::span<const RecordEncoder::Record> records,
                             const Seal& seal) {
  int code = MDB_SUCCESS;
  for (const NamePiece& piece : new_names_) {
    MDB_val key = as_value(piece.key), value = as_value(piece.bytes);
    code = mdb_put(transaction, environment_->names(), &key, &value, MDB_NOOVERWRITE);
    if (code != MDB_SUCCESS) return code;
  }
  MDB_cursor* cursor = nullptr;
  code = mdb_cursor_open(transaction, environment_->events(), &cursor);
  if (code != MDB_SUCCESS) return code;
  for (const RecordEncoder::Record& record : records) {
    const std::uint64_t sequence = number(record.first);
    MDB_val key = as_value(sequence), value = as_value(record.bytes);
    code = mdb_cursor_put(cursor, &key, &value, MDB_APPEND);
    if (code != MDB_SUCCESS) break;
  }
  mdb_cursor_close(cursor);
  if (code != MDB_SUCCESS) return code;
  const SealBytes bytes = encode_seal(seal);
  const std::uint64_t last = number(seal.last);
  MDB_val key = as_value(last), value = as_value(bytes);
  code = mdb_put(transaction, environment_->seals(), &key, &value, MDB_APPEND);
  if (code == MDB_SUCCESS) code = put_kept(transaction);
  return code == MDB_SUCCESS ? let_go(transaction, records.size()) : code;
}

// What segments hold leaves: faster than it comes, and no more than a commit hardly feels. What
// follows the newest snapshot stays, so that a start needs no segment.
int StoredLogWriter::let_go(MDB_txn* transaction, std::size_t records) {
  Sequence until = environment_->may_go();
  if (number(last_snapshot_) > 0) until = std::min(until, last_snapshot_);
  if (number(until) == 0) return MDB_SUCCESS;
  return remove_front(transaction, *environment_, until, std::max(kRecordsToGo, 2 * records));
}

// Runs `put` in a transaction and commits it, in a larger map where this one is full.
std::expected<void, LogError> StoredLogWriter::transact(const std::function<int(MDB_txn*)>& put,
                                                        const std::string& doing) {
  for (;;) {
    MDB_txn* transaction = nullptr;
    int code = mdb_txn_begin(environment_->handle(), nullptr, 0, &transaction);
    if (code == MDB_SUCCESS) {
      code = put(transaction);
      if (code == MDB_SUCCESS) {
        code = mdb_txn_commit(transaction);
      } else {
        mdb_txn_abort(transaction);
      }
    }
    if (code == MDB_SUCCESS) break;
    if (code != MDB_MAP_FULL) {
      return die(lmdb_error(code, doing, environment_->directory()));
    }
    if (auto grown = environment_->grow(); !grown) return die(grown.error());
  }
  notes_ += pending_notes_.size();
  pending_notes_.clear();
  if (!pending_snapshot_.empty()) {
    last_snapshot_ = snapshot_sequence(pending_snapshot_.front().key);
    pending_snapshot_.clear();
  }
  return {};
}

std::expected<void, LogError> StoredLogWriter::append(std::span<const Event> events,
                                                      const Names& names) {
  if (dead_) return Failure(*dead_);
  ENSURE(!closed_);
  if (events.empty()) return {};
  check_order(events);
  collect_names(names);
  const std::span<const RecordEncoder::Record> records = encoder_.encode(events);
  const Seal seal = seal_over(events, names);
  auto committed =
      transact([&](MDB_txn* transaction) { return put_all(transaction, records, seal); },
               "committing events " + std::to_string(number(seal.first)) + " to " +
                   std::to_string(number(seal.last)));
  if (!committed) return committed;
  head_ = seal;
  last_time_ = events.back().time;
  return remember_head();
}

// To the system's cache only: a microsecond, and a process that is killed leaves it behind.
std::expected<void, LogError> StoredLogWriter::remember_head() {
  if (durability_ == Durability::AtClose) return {};
  auto written = witness_file_.write(witness(), false);
  if (!written) return die(written.error());
  return {};
}

Witness StoredLogWriter::witness() const {
  const Seal head = head_.value_or(Seal{});
  return {.last = head.last, .chain = head.chain, .notes = notes_};
}

int StoredLogWriter::put_notes(MDB_txn* transaction) {
  for (const StoredNote& stored : pending_notes_) {
    const NoteBytes bytes = encode_note(stored);
    const std::uint64_t sequence = number(stored.note.sequence);
    MDB_val key = as_value(sequence), value = as_value(bytes);
    const int code = mdb_put(transaction, environment_->digests(), &key, &value, MDB_APPEND);
    if (code != MDB_SUCCESS) return code;
  }
  return MDB_SUCCESS;
}

// Removes entries at one end of a database.
int remove_while(MDB_cursor* cursor, MDB_cursor_op end,
                 const std::function<bool(std::uint64_t)>& is_unwanted) {
  for (;;) {
    MDB_val key{}, value{};
    int code = mdb_cursor_get(cursor, &key, &value, end);
    if (code == MDB_NOTFOUND) return MDB_SUCCESS;
    if (code != MDB_SUCCESS) return code;
    std::uint64_t number = 0;
    if (key.mv_size != sizeof number) return MDB_CORRUPTED;
    std::memcpy(&number, key.mv_data, sizeof number);
    if (!is_unwanted(number)) return MDB_SUCCESS;
    code = mdb_cursor_del(cursor, 0);
    if (code != MDB_SUCCESS) return code;
  }
}

// The new one and the newest before it stay: should the new one be damaged, there is another.
int StoredLogWriter::put_snapshot(MDB_txn* transaction) {
  MDB_cursor* cursor = nullptr;
  int code = mdb_cursor_open(transaction, *environment_->snapshots(), &cursor);
  if (code != MDB_SUCCESS) return code;
  const std::uint64_t keep_from = snapshot_key(last_snapshot_, 0);
  const std::uint64_t keep_below = pending_snapshot_.front().key;
  code = remove_while(cursor, MDB_FIRST, [=](std::uint64_t key) { return key < keep_from; });
  if (code == MDB_SUCCESS) {
    code = remove_while(cursor, MDB_LAST, [=](std::uint64_t key) { return key >= keep_below; });
  }
  for (const SnapshotPiece& piece : pending_snapshot_) {
    if (code != MDB_SUCCESS) break;
    MDB_val key = as_value(piece.key), value = as_value(piece.bytes);
    code = mdb_cursor_put(cursor, &key, &value, MDB_APPEND);
  }
  mdb_cursor_close(cursor);
  return code;
}

// What has waited for a transaction to go with.
int StoredLogWriter::put_kept(MDB_txn* transaction) {
  const int code = put_notes(transaction);
  return code == MDB_SUCCESS && !pending_snapshot_.empty() ? put_snapshot(transaction) : code;
}

std::expected<void, LogError> StoredLogWriter::keep_snapshot(const StateSnapshot& snapshot) {
  if (dead_) return Failure(*dead_);
  ENSURE(!closed_ && snapshot.sequence == head_.value_or(Seal{}).last);
  if (snapshot.sequence <= last_snapshot_) return {};
  if (auto pieces = encode_snapshot(snapshot)) pending_snapshot_ = std::move(*pieces);
  return {};
}

std::expected<void, LogError> StoredLogWriter::note_digests(const DigestNote& note) {
  if (dead_) return Failure(*dead_);
  ENSURE(!closed_ && note.sequence <= head_.value_or(Seal{}).last);
  if (note.sequence <= last_noted_) return {};
  pending_notes_.push_back({.note = note, .ordinal = notes_ + pending_notes_.size() + 1});
  last_noted_ = note.sequence;
  return {};
}

std::expected<void, LogError> StoredLogWriter::close() {
  if (dead_) return Failure(*dead_);
  if (closed_) return {};
  if (!pending_notes_.empty() || !pending_snapshot_.empty()) {
    auto kept = transact([this](MDB_txn* transaction) { return put_kept(transaction); },
                         "committing digests and snapshots");
    if (!kept) return kept;
  }
  const int code = mdb_env_sync(environment_->handle(), 1);
  if (code != MDB_SUCCESS) {
    return die(lmdb_error(code, "closing the log", environment_->directory()));
  }
  auto written = witness_file_.write(witness(), true);
  if (!written) return die(written.error());
  closed_ = true;
  return {};
}

std::expected<void, LogError> make_directory(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (!error && std::filesystem::is_directory(directory, error)) return {};
  return Failure(system_error(error ? error.value() : ENOTDIR, "making the directory", directory));
}

// An empty log, made where nobody looks for one and then moved: a directory holds a whole log or
// none, whenever the process dies.
std::expected<void, LogError> make_log(const std::filesystem::path& directory,
                                       std::size_t map_reserve) {
  const std::filesystem::path unfinished = directory / "unfinished";
  std::error_code error;
  std::filesystem::remove_all(unfinished, error);
  if (auto made = make_directory(unfinished); !made) return made;
  {
    auto environment = Environment::open(
        unfinished, {.writable = true, .create = true, .map_reserve = map_reserve});
    if (!environment) return Failure(environment.error());
  }
  auto witness = WitnessFile::open(directory);
  if (!witness) return Failure(witness.error());
  if (auto written = witness->write({}, true); !written) return written;
  // The witness first: without it a log is damaged.
  if (auto synced = sync_folder(directory); !synced) return synced;
  const std::filesystem::path source = unfinished / kDataFile, target = directory / kDataFile;
  if (::rename(source.c_str(), target.c_str()) != 0) {
    return Failure(system_error(errno, "making", target));
  }
  std::filesystem::remove_all(unfinished, error);
  return sync_folder(directory);
}

std::expected<std::unique_ptr<LogWriter>, LogError> make_writer(
    const std::filesystem::path& directory, Durability durability, std::size_t map_reserve,
    WriterLock lock) {
  if (auto locked = lock.take_data(directory); !locked) return Failure(locked.error());
  auto environment = Environment::open(directory, {.writable = true,
                                                   .create = false,
                                                   .synced = durability == Durability::EveryBatch,
                                                   .map_reserve = map_reserve});
  if (!environment) return Failure(environment.error());
  if (auto pages = read_page_tree(directory); !pages) return Failure(pages.error());
  auto remembered = read_witness(directory);
  if (!remembered) return Failure(remembered.error());
  auto witness = WitnessFile::open(directory);
  if (!witness) return Failure(witness.error());
  Environment& opened = **environment;
  auto writer = std::make_unique<StoredLogWriter>(std::move(lock), std::move(*environment),
                                                  std::move(*witness), durability);
  if (auto resumed = writer->resume(*remembered); !resumed) return Failure(resumed.error());
  if (auto added = opened.add_snapshots(); !added) return Failure(added.error());
  return writer;
}

}  // namespace

std::expected<std::unique_ptr<LogWriter>, LogError> LogWriter::create(
    const std::filesystem::path& directory, Durability durability, std::size_t map_reserve) {
  if (auto made = make_directory(directory); !made) return Failure(made.error());
  auto lock = WriterLock::take(directory);
  if (!lock) return Failure(lock.error());
  std::error_code unreadable;
  if (std::filesystem::exists(directory / kDataFile, unreadable)) {
    return Failure(LogError{
        .kind = LogErrorKind::AlreadyThere,
        .sequence = std::nullopt,
        .message = "\"" + directory.string() + "\" already holds a log: name another directory"});
  }
  if (unreadable) return Failure(system_error(unreadable.value(), "looking into", directory));
  if (const auto lost = read_witness(directory); lost && number(lost->last) > 0) {
    return Failure(damaged("the file data.mdb is gone, and the file HEAD remembers event " +
                           std::to_string(number(lost->last))));
  }
  if (auto made = make_log(directory, map_reserve); !made) return Failure(made.error());
  return make_writer(directory, durability, map_reserve, std::move(*lock));
}

std::expected<std::unique_ptr<LogWriter>, LogError> LogWriter::open(
    const std::filesystem::path& directory, Durability durability, std::size_t map_reserve) {
  std::error_code unreadable;
  if (!std::filesystem::exists(directory / kDataFile, unreadable)) {
    return Failure(not_a_log(directory, "it holds no file data.mdb"));
  }
  auto lock = WriterLock::take(directory);
  if (!lock) return Failure(lock.error());
  return make_writer(directory, durability, map_reserve, std::move(*lock));
}

}  // namespace tranchet

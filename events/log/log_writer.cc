#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <functional>
#include <string>
#include <utility>

#include "events/ensure.h"
#include "events/log/environment.h"
#include "events/log/event_log.h"
#include "events/log/head_witness.h"
#include "events/log/log_contents.h"
#include "events/log/log_error.h"
#include "events/log/record.h"
#include "events/log/writer_lock.h"

namespace tranchet {
namespace {

using Failure = std::unexpected<LogError>;

// A name in a directory is on the disk once the directory is.
std::expected<void, LogError> sync_directory(const std::filesystem::path& directory) {
  const int file = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return Failure(system_error(errno, "opening", directory));
  const int code = ::fsync(file) == 0 ? 0 : errno;
  ::close(file);
  if (code != 0) return Failure(system_error(code, "syncing", directory));
  return {};
}

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
  bool closed_ = false;
  std::chrono::steady_clock::time_point remembered_{};

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
  return code == MDB_SUCCESS ? put_notes(transaction) : code;
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

// Off the critical path: at most once a second, and to the system's cache only.
std::expected<void, LogError> StoredLogWriter::remember_head() {
  if (durability_ == Durability::AtClose) return {};
  const auto now = std::chrono::steady_clock::now();
  if (now - remembered_ < std::chrono::seconds(1)) return {};
  remembered_ = now;
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
  if (!pending_notes_.empty()) {
    auto noted = transact([this](MDB_txn* transaction) { return put_notes(transaction); },
                          "committing digest notes");
    if (!noted) return noted;
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

std::expected<std::unique_ptr<LogWriter>, LogError> make_files(
    const std::filesystem::path& directory, Durability durability, std::size_t map_reserve,
    WriterLock lock) {
  auto environment = Environment::open(directory, {.writable = true,
                                                   .create = true,
                                                   .synced = durability == Durability::EveryBatch,
                                                   .map_reserve = map_reserve});
  if (!environment) return Failure(environment.error());
  auto witness = WitnessFile::open(directory);
  if (!witness) return Failure(witness.error());
  if (auto written = witness->write({}, true); !written) return Failure(written.error());
  if (auto synced = sync_directory(directory); !synced) return Failure(synced.error());
  return std::make_unique<StoredLogWriter>(std::move(lock), std::move(*environment),
                                           std::move(*witness), durability);
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
  auto made = make_files(directory, durability, map_reserve, std::move(*lock));
  if (!made) {
    // What is half made would be in the way of the next attempt.
    std::filesystem::remove(directory / kDataFile, unreadable);
    std::filesystem::remove(directory / kHeadFile, unreadable);
  }
  return made;
}

std::expected<std::unique_ptr<LogWriter>, LogError> LogWriter::open(
    const std::filesystem::path& directory, Durability durability, std::size_t map_reserve) {
  std::error_code unreadable;
  if (!std::filesystem::exists(directory / kDataFile, unreadable)) {
    return Failure(not_a_log(directory, "it holds no file data.mdb"));
  }
  auto lock = WriterLock::take(directory);
  if (!lock) return Failure(lock.error());
  auto remembered = read_witness(directory);
  auto environment = Environment::open(directory, {.writable = true,
                                                   .create = false,
                                                   .synced = durability == Durability::EveryBatch,
                                                   .map_reserve = map_reserve});
  if (!environment) return Failure(environment.error());
  if (!remembered) return Failure(remembered.error());
  auto witness = WitnessFile::open(directory);
  if (!witness) return Failure(witness.error());
  auto writer = std::make_unique<StoredLogWriter>(std::move(*lock), std::move(*environment),
                                                  std::move(*witness), durability);
  if (auto resumed = writer->resume(*remembered); !resumed) return Failure(resumed.error());
  return writer;
}

}  // namespace tranchet

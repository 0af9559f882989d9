#include "backtest/wargame/twins/disk.h"

#include <string>
#include <utility>

#include "backtest/wargame/twins/disk_image.h"
#include "events/ensure.h"
#include "events/log/log_error.h"

namespace tranchet {
namespace {

using Failure = std::unexpected<LogError>;

// How much is read before it is handed on, as the real reader does.
constexpr std::size_t kEventsAtOnce = 8'192;

LogError flaw_at(Sequence sequence, RecordFlaw flaw) {
  switch (flaw) {
    case RecordFlaw::BadChecksum:
      return damaged_at(sequence, "the checksum of its record is wrong");
    case RecordFlaw::Malformed:
      return damaged_at(sequence, "its record makes no sense");
    case RecordFlaw::Unknown:
      return newer_schema(sequence);
  }
  return damaged_at(sequence, "its record makes no sense");
}

LogError no_log() {
  return {.kind = LogErrorKind::NotALog,
          .sequence = std::nullopt,
          .message = "there is no log on this disk"};
}

LogHead head_of(const std::optional<Seal>& seal) {
  return {.last = seal ? seal->last : Sequence{},
          .chain = hash_text(seal ? seal->chain : ChainHash{})};
}

bool is_kept(DiskFault fault) {
  return fault == DiskFault::KillAfterCommit || fault == DiskFault::SyncFailsKept;
}

LogError error_of(DiskFault fault) {
  switch (fault) {
    case DiskFault::KillBeforeCommit:
    case DiskFault::KillAfterCommit:
    case DiskFault::TornCommit:
      return {.kind = LogErrorKind::Io,
              .sequence = std::nullopt,
              .message = "the process was killed in the midst of a commit"};
    case DiskFault::Full:
      return {.kind = LogErrorKind::DiskFull,
              .sequence = std::nullopt,
              .message = "the disk is full: the log is valid up to the last commit"};
    case DiskFault::SyncFails:
    case DiskFault::SyncFailsKept:
      break;
  }
  return {.kind = LogErrorKind::Io,
          .sequence = std::nullopt,
          .message = "the disk has failed to sync a commit"};
}

}  // namespace

struct Disk::Contents {
  bool holds_a_log = false;
  DiskImage image;
  std::optional<DiskImage> mirror;  // Since the first rot() or lose_tail().
  std::uint64_t writers = 0;        // So far.
  std::uint64_t writer = 0;         // The one that holds the lock; 0: none.
  std::optional<DiskFault> armed;
  std::optional<DiskFault> struck;

  void add(const DiskCommit& commit) {
    if (mirror && mirror->last() == image.last()) mirror->add(commit);
    image.add(commit);
  }
  void remember(const Witness& witness) {
    if (mirror && mirror->last() == witness.last) mirror->remember(witness);
    image.remember(witness);
  }
  void keep_mirror() {
    if (!mirror) mirror = image;
  }

  class Writer;
  class Reader;
  std::expected<std::unique_ptr<LogWriter>, LogError> make_writer();
};

// ---- The writer.

class Disk::Contents::Writer final : public LogWriter {
 public:
  Writer(Contents& disk, std::uint64_t self) : disk_(disk), self_(self) {}
  ~Writer() override {
    if (disk_.writer == self_) disk_.writer = 0;
  }

  // Takes over where the log ends, once the last commit has proved whole.
  std::expected<void, LogError> resume();

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
  std::expected<void, LogError> check_alive();
  void check_order(std::span<const Event> events) const;
  void collect_names(const Names& names);
  void commit(const DiskCommit& commit);

  Contents& disk_;
  std::uint64_t self_ = 0;
  std::optional<Seal> head_;
  Timestamp last_time_;
  std::optional<LogError> dead_;
  bool closed_ = false;
  std::vector<StoredNote> pending_notes_;
  std::uint64_t notes_ = 0;  // In the log.
  Sequence last_noted_{};
  std::vector<SnapshotPiece> pending_snapshot_;
  Sequence last_snapshot_{};  // In the log.

  // Scratch, kept from commit to commit.
  RecordEncoder encoder_;
  ChainHasher hasher_;
  std::vector<NamePiece> new_names_;
};

std::expected<void, LogError> Disk::Contents::Writer::resume() {
  const DiskImage& kept = disk_.image;
  const auto head = kept.verified_head(kept.witness());
  if (!head) return Failure(head.error());
  if (!*head) return {};
  Names names;
  if (auto loaded = kept.load_names(**head, names); !loaded) return loaded;
  const auto notes = kept.load_notes(kept.witness());
  if (!notes) return Failure(notes.error());
  notes_ = notes->size();
  if (!notes->empty()) last_noted_ = notes->back().sequence;
  last_snapshot_ = kept.last_snapshot();

  const std::size_t seals = kept.seals().size();
  const std::optional<Seal> previous =
      seals < 2 ? std::nullopt : decode_seal(kept.seals().value(seals - 2));
  std::size_t at = kept.events().first_from(number((*head)->first));
  const auto chain = kept.hash_commit(previous, **head, at, hasher_);
  if (!chain) return Failure(chain.error());
  if (*chain != (*head)->chain) {
    return Failure(damaged_at((*head)->first, "the chain does not match its commit"));
  }
  std::vector<Event> decoded;
  static_cast<void>(decode_record(kept.events().value(kept.events().size() - 1), decoded));
  last_time_ = decoded.back().time;
  head_ = *head;
  return {};
}

std::expected<void, LogError> Disk::Contents::Writer::check_alive() {
  if (dead_) return Failure(*dead_);
  if (disk_.writer == self_) return {};
  return die({.kind = LogErrorKind::Io,
              .sequence = std::nullopt,
              .message = "the process of this writer is gone"});
}

void Disk::Contents::Writer::check_order(std::span<const Event> events) const {
  Sequence expected = head_ ? next(head_->last) : Sequence{1};
  Timestamp time = last_time_;
  for (const Event& event : events) {
    ENSURE(event.sequence == expected);
    ENSURE(event.time >= time);
    expected = next(expected);
    time = event.time;
  }
}

void Disk::Contents::Writer::collect_names(const Names& names) {
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

std::expected<void, LogError> Disk::Contents::Writer::append(std::span<const Event> events,
                                                             const Names& names) {
  if (auto alive = check_alive(); !alive) return alive;
  ENSURE(!closed_);
  if (events.empty()) return {};
  check_order(events);
  const std::optional<DiskFault> fault = std::exchange(disk_.armed, std::nullopt);
  if (fault) disk_.struck = fault;
  if (fault && !is_kept(*fault)) return die(error_of(*fault));

  collect_names(names);
  const std::span<const RecordEncoder::Record> records = encoder_.encode(events);
  Seal seal{.first = events.front().sequence,
            .last = events.back().sequence,
            .texts = static_cast<std::uint32_t>(names.size()),
            .symbols = static_cast<std::uint32_t>(names.instruments())};
  start_seal_hash(hasher_, head_ ? head_->chain : ChainHash{}, seal);
  for (const NamePiece& piece : new_names_) hasher_.add(piece.bytes);
  hasher_.add(encoder_.bytes());
  seal.chain = hasher_.finish();
  commit({.names = new_names_, .records = records, .seal = seal});
  if (fault) return die(error_of(*fault));
  head_ = seal;
  last_time_ = events.back().time;
  disk_.remember({.last = seal.last, .chain = seal.chain, .notes = notes_});
  return {};
}

// With what has waited for a transaction to go with.
void Disk::Contents::Writer::commit(const DiskCommit& commit) {
  DiskCommit whole = commit;
  whole.notes = pending_notes_;
  whole.snapshot = pending_snapshot_;
  disk_.add(whole);
  notes_ += pending_notes_.size();
  pending_notes_.clear();
  pending_snapshot_.clear();
  last_snapshot_ = disk_.image.last_snapshot();
}

std::expected<void, LogError> Disk::Contents::Writer::note_digests(const DigestNote& note) {
  if (auto alive = check_alive(); !alive) return alive;
  ENSURE(!closed_ && note.sequence <= head_.value_or(Seal{}).last);
  if (note.sequence <= last_noted_) return {};
  pending_notes_.push_back({.note = note, .ordinal = notes_ + pending_notes_.size() + 1});
  last_noted_ = note.sequence;
  return {};
}

std::expected<void, LogError> Disk::Contents::Writer::keep_snapshot(const StateSnapshot& snapshot) {
  if (auto alive = check_alive(); !alive) return alive;
  ENSURE(!closed_ && snapshot.sequence == head_.value_or(Seal{}).last);
  if (snapshot.sequence <= last_snapshot_) return {};
  if (auto pieces = encode_snapshot(snapshot)) pending_snapshot_ = std::move(*pieces);
  return {};
}

std::expected<void, LogError> Disk::Contents::Writer::close() {
  if (closed_) return {};
  if (auto alive = check_alive(); !alive) return alive;
  if (!pending_notes_.empty() || !pending_snapshot_.empty()) commit({});
  const Seal head = head_.value_or(Seal{});
  disk_.remember({.last = head.last, .chain = head.chain, .notes = notes_});
  closed_ = true;
  return {};
}

// ---- The reader.

class Disk::Contents::Reader final : public LogReader {
 public:
  explicit Reader(const Contents& disk) : disk_(disk), witness_(disk.image.witness()) {}

  std::expected<void, LogError> start();

  std::expected<void, LogError> scan(Sequence from, const Visit& visit) override;
  std::expected<void, LogError> verify_chain() override;
  std::expected<void, LogError> scan_commits(Sequence from, const VisitCommit& visit) override;
  std::expected<std::vector<DigestNote>, LogError> digest_notes() override {
    return disk_.image.load_notes(witness_);
  }
  std::expected<std::optional<StateSnapshot>, LogError> newest_snapshot(Sequence at_most) override {
    return disk_.image.newest_snapshot(at_most);
  }
  const Names& names() const override { return names_; }
  LogHead head() const override { return head_of(head_); }

 private:
  struct Progress {
    Sequence next{};
    bool at_end = false;
  };
  std::expected<void, LogError> refresh();
  std::expected<void, LogError> read_some(Progress& progress);
  std::expected<void, LogError> decode_next(std::size_t index, Sequence& next_sequence);

  const Contents& disk_;
  Names names_;
  std::optional<Seal> head_;
  Witness witness_;            // As it was when the log was opened.
  std::vector<Event> events_;  // Not yet visited.
};

std::expected<void, LogError> Disk::Contents::Reader::start() {
  const auto head = disk_.image.verified_head(witness_);
  if (!head) return Failure(head.error());
  head_ = *head;
  if (!head_) return {};
  return disk_.image.load_names(*head_, names_);
}

// A live log has grown since.
std::expected<void, LogError> Disk::Contents::Reader::refresh() {
  const auto head = disk_.image.last_seal();
  if (!head) return Failure(head.error());
  if (!*head || (head_ && (*head)->last == head_->last)) return {};
  head_ = *head;
  return disk_.image.load_names(*head_, names_);
}

// The record must start at `next_sequence`, which moves past it. 0: wherever it says.
std::expected<void, LogError> Disk::Contents::Reader::decode_next(std::size_t index,
                                                                  Sequence& next_sequence) {
  const Sequence key{disk_.image.events().key(index)};
  if (number(next_sequence) != 0 && key != next_sequence) {
    if (key > next_sequence) {
      return Failure(gap_at(next_sequence, "the next one is " + std::to_string(number(key))));
    }
    return Failure(damaged_at(next_sequence, "a record stands in the wrong place"));
  }
  const std::size_t before = events_.size();
  if (const auto flaw = decode_record(disk_.image.events().value(index), events_)) {
    return Failure(flaw_at(key, *flaw));
  }
  if (events_[before].sequence != key) {
    return Failure(damaged_at(key, "a record stands in the wrong place"));
  }
  next_sequence = next(events_.back().sequence);
  return {};
}

// Fills events_ with what follows, and says where to go on.
std::expected<void, LogError> Disk::Contents::Reader::read_some(Progress& progress) {
  events_.clear();
  if (auto fresh = refresh(); !fresh) return fresh;
  progress.at_end = true;
  if (!head_ || progress.next > head_->last) return {};

  const DiskTable& stored = disk_.image.events();
  // The record that holds it: the one under that key, or the one before.
  std::size_t index = stored.first_from(number(progress.next));
  const bool is_key = index < stored.size() && stored.key(index) == number(progress.next);
  if (!is_key && index > 0) --index;
  Sequence expected{};
  for (; index < stored.size() && events_.size() < kEventsAtOnce; ++index) {
    if (auto decoded = decode_next(index, expected); !decoded) return decoded;
  }
  if (events_.empty() || events_.front().sequence > progress.next ||
      events_.back().sequence < progress.next) {
    return Failure(gap_at(progress.next, "no record holds it"));
  }
  progress.at_end = index == stored.size();
  if (progress.at_end && expected != next(head_->last)) {
    return Failure(expected < next(head_->last)
                       ? gap_at(expected, "the last seal says it was there")
                       : damaged_at(expected, "its commit has no seal"));
  }
  return {};
}

std::expected<void, LogError> Disk::Contents::Reader::scan(Sequence from, const Visit& visit) {
  Progress progress{.next = number(from) == 0 ? Sequence{1} : from};
  while (!progress.at_end) {
    if (auto read = read_some(progress); !read) return read;
    for (const Event& event : events_) {
      if (event.sequence >= progress.next && !visit(event)) return {};
    }
    if (!events_.empty()) progress.next = next(events_.back().sequence);
  }
  return {};
}

std::expected<void, LogError> Disk::Contents::Reader::verify_chain() {
  const DiskImage& kept = disk_.image;
  ChainHasher hasher;
  std::optional<Seal> previous;
  std::size_t at = 0;
  for (std::size_t index = 0; index < kept.seals().size(); ++index) {
    const std::optional<Seal> seal = decode_seal(kept.seals().value(index));
    const Sequence expected = previous ? next(previous->last) : Sequence{1};
    if (!seal || number(seal->last) != kept.seals().key(index)) {
      return Failure(damaged_at(expected, "the checksum of its seal is wrong"));
    }
    if (seal->first != expected) return Failure(gap_at(expected, "the seal of its commit is gone"));
    const auto chain = kept.hash_commit(previous, *seal, at, hasher);
    if (!chain) return Failure(chain.error());
    if (*chain != seal->chain) {
      return Failure(damaged_at(seal->first, "the chain does not match its commit"));
    }
    previous = seal;
  }
  if (at < kept.events().size()) {
    return Failure(damaged_at(Sequence{kept.events().key(at)}, "its commit has no seal"));
  }
  return {};
}

std::expected<void, LogError> Disk::Contents::Reader::scan_commits(Sequence from,
                                                                   const VisitCommit& visit) {
  if (auto fresh = refresh(); !fresh) return fresh;
  const DiskTable& seals = disk_.image.seals();
  for (std::size_t index = seals.first_from(number(from)); index < seals.size(); ++index) {
    const std::optional<Seal> seal = decode_seal(seals.value(index));
    if (!seal) {
      return Failure(damaged_at(Sequence{seals.key(index)}, "the checksum of its seal is wrong"));
    }
    if (!visit({.first = seal->first,
                .last = seal->last,
                .texts = seal->texts,
                .symbols = seal->symbols,
                .chain = hash_text(seal->chain)})) {
      break;
    }
  }
  return {};
}

// ---- The disk.

Disk::Disk() : contents_(std::make_unique<Contents>()) {}
Disk::~Disk() = default;

std::expected<std::unique_ptr<LogWriter>, LogError> Disk::Contents::make_writer() {
  if (writer != 0) {
    return Failure(LogError{.kind = LogErrorKind::LockedByOther,
                            .sequence = std::nullopt,
                            .message = "another process is writing to this log"});
  }
  writer = ++writers;
  struck.reset();
  auto made = std::make_unique<Writer>(*this, writer);
  if (auto resumed = made->resume(); !resumed) return Failure(resumed.error());
  return made;
}

std::expected<std::unique_ptr<LogWriter>, LogError> Disk::create() {
  if (contents_->holds_a_log) {
    return Failure(LogError{.kind = LogErrorKind::AlreadyThere,
                            .sequence = std::nullopt,
                            .message = "this disk already holds a log"});
  }
  contents_->holds_a_log = true;
  return contents_->make_writer();
}

std::expected<std::unique_ptr<LogWriter>, LogError> Disk::open() {
  if (!contents_->holds_a_log) return Failure(no_log());
  return contents_->make_writer();
}

std::expected<std::unique_ptr<LogReader>, LogError> Disk::read() const {
  if (!contents_->holds_a_log) return Failure(no_log());
  auto reader = std::make_unique<Contents::Reader>(*contents_);
  if (auto started = reader->start(); !started) return Failure(started.error());
  return reader;
}

bool Disk::holds_a_log() const {
  return contents_->holds_a_log;
}

void Disk::arm(DiskFault fault) {
  contents_->armed = fault;
}

bool Disk::is_armed() const {
  return contents_->armed.has_value();
}

std::optional<DiskFault> Disk::struck() const {
  return contents_->struck;
}

void Disk::forget_writer() {
  contents_->writer = 0;
  contents_->struck.reset();
}

bool Disk::rot(std::uint64_t number) {
  if (bits() == 0) return false;
  contents_->keep_mirror();
  contents_->image.flip(number % bits());
  return true;
}

bool Disk::rot_somewhere(std::uint64_t number) {
  return bits() > 0 && rot(contents_->image.bit_for(number));
}

std::uint64_t Disk::bits() const {
  return contents_->image.bits();
}

bool Disk::lose_tail(std::uint64_t commits) {
  contents_->keep_mirror();
  return contents_->image.lose_tail(commits);
}

void Disk::restore() {
  if (!contents_->mirror) return;
  contents_->image = std::move(*contents_->mirror);
  contents_->mirror.reset();
}

Sequence Disk::durable() const {
  return contents_->image.last();
}

}  // namespace tranchet

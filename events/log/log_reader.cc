#include <optional>
#include <utility>
#include <vector>

#include "events/log/commit_reader.h"
#include "events/log/environment.h"
#include "events/log/head_witness.h"
#include "events/log/log_contents.h"
#include "events/log/log_error.h"
#include "events/log/record.h"
#include "events/log/seam.h"

namespace tranchet {
namespace {

using Failure = std::unexpected<LogError>;

// How much is read in one transaction: about a millisecond.
constexpr std::size_t kEventsAtOnce = 8'192, kCommitsAtOnce = 1'024;
constexpr std::size_t kBytesAtOnce = std::size_t{1} << 20;

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

class StoredLogReader final : public CommitReader {
 public:
  explicit StoredLogReader(std::shared_ptr<Environment> environment)
      : environment_(std::move(environment)) {}

  std::expected<void, LogError> start(const Witness& witness);

  std::expected<void, LogError> scan(Sequence from, const Visit& visit) override;
  std::expected<void, LogError> walk(Sequence from, const VisitRecords& visit) override;
  std::expected<Seal, LogError> seal_at(Sequence last) override;
  std::expected<void, LogError> scan_commits(Sequence from, const VisitCommit& visit) override;
  std::expected<std::vector<DigestNote>, LogError> digest_notes() override {
    auto transaction = ReadTransaction::begin(*environment_);
    if (!transaction) return Failure(transaction.error());
    return load_notes(*transaction, *environment_, witness_);
  }
  std::expected<std::optional<StateSnapshot>, LogError> newest_snapshot(Sequence at_most) override {
    auto transaction = ReadTransaction::begin(*environment_);
    if (!transaction) return Failure(transaction.error());
    return load_snapshot(*transaction, *environment_, at_most);
  }
  const Names& names() const override { return names_; }
  LogHead head() const override { return head_of(head_); }
  Sequence first() const override { return first_; }

 private:
  // Where a pass over the log stands between two transactions.
  struct Progress {
    Sequence next{};
    bool at_end = false;
  };
  std::expected<void, LogError> refresh(const ReadTransaction& transaction);
  std::expected<void, LogError> read_some(Progress& progress);
  std::expected<std::optional<Cursor::Entry>, LogError> find_record(Cursor& cursor,
                                                                    Sequence sequence);
  std::expected<void, LogError> decode_next(const Cursor::Entry& entry, Sequence& next_sequence);
  // Commits of one transaction, with their records back to back.
  struct Commits {
    struct Part {
      Seal seal;
      std::size_t bytes = 0;
    };
    std::vector<Part> parts;
    std::vector<std::byte> records;
    bool more = true;
  };
  std::expected<void, LogError> read_commits(Sequence from, Commits& commits);
  std::expected<void, LogError> take_commit(const Seal& seal, Cursor& events,
                                            std::optional<Cursor::Entry>& at, Commits& commits);

  std::shared_ptr<Environment> environment_;
  Names names_;
  std::optional<Seal> head_;
  Sequence first_{1};
  Witness witness_;            // As it was when the log was opened.
  std::vector<Event> events_;  // Of one transaction; they are visited after it.
};

std::expected<void, LogError> StoredLogReader::start(const Witness& witness) {
  witness_ = witness;
  auto transaction = ReadTransaction::begin(*environment_);
  if (!transaction) return Failure(transaction.error());
  auto head = verified_head(*transaction, *environment_, witness);
  if (!head) return Failure(head.error());
  head_ = *head;
  auto moved = moved_until(*transaction, *environment_);
  if (!moved) return Failure(moved.error());
  first_ = next(*moved);
  if (!head_) return {};
  return load_names(*transaction, *environment_, *head_, names_);
}

// A live log has grown since, and may have lost events to a segment.
std::expected<void, LogError> StoredLogReader::refresh(const ReadTransaction& transaction) {
  auto moved = moved_until(transaction, *environment_);
  if (!moved) return Failure(moved.error());
  first_ = next(*moved);
  auto head = last_seal(transaction, *environment_);
  if (!head) return Failure(head.error());
  if (!*head || (head_ && (*head)->last == head_->last)) return {};
  head_ = *head;
  return load_names(transaction, *environment_, *head_, names_);
}

// The record that holds `sequence`: the one under that key, or the one before.
std::expected<std::optional<Cursor::Entry>, LogError> StoredLogReader::find_record(
    Cursor& cursor, Sequence sequence) {
  auto found = cursor.first_from(number(sequence));
  if (!found || (*found && (*found)->key == number(sequence))) return found;
  return *found ? cursor.previous() : cursor.last();
}

// The record must start at `next_sequence`, which moves past it. 0: wherever it says.
std::expected<void, LogError> StoredLogReader::decode_next(const Cursor::Entry& entry,
                                                           Sequence& next_sequence) {
  const Sequence key{entry.key};
  if (number(next_sequence) != 0 && key != next_sequence) {
    if (key > next_sequence) {
      return Failure(gap_at(next_sequence, "the next one is " + std::to_string(number(key))));
    }
    return Failure(damaged_at(next_sequence, "a record stands in the wrong place"));
  }
  const std::size_t before = events_.size();
  if (const auto flaw = decode_record(entry.bytes, events_)) {
    events_.resize(before);
    return Failure(flaw_at(key, *flaw));
  }
  if (events_[before].sequence != key) {
    return Failure(damaged_at(key, "a record stands in the wrong place"));
  }
  next_sequence = next(events_.back().sequence);
  return {};
}

// Fills events_ with what follows, up to what cannot be read, and says where to go on.
std::expected<void, LogError> StoredLogReader::read_some(Progress& progress) {
  events_.clear();
  auto transaction = ReadTransaction::begin(*environment_);
  if (!transaction) return Failure(transaction.error());
  if (auto fresh = refresh(*transaction); !fresh) return fresh;
  progress.at_end = true;
  if (!head_ || progress.next > head_->last) return {};
  if (progress.next < first_) return Failure(moved_away(progress.next, first_));

  auto cursor = Cursor::open(*transaction, environment_->events(), environment_->directory());
  if (!cursor) return Failure(cursor.error());
  auto entry = find_record(*cursor, progress.next);
  Sequence expected{};
  while (entry && *entry && events_.size() < kEventsAtOnce) {
    if (auto decoded = decode_next(**entry, expected); !decoded) return decoded;
    entry = cursor->next();
  }
  if (!entry) return Failure(entry.error());
  if (events_.empty() || events_.front().sequence > progress.next ||
      events_.back().sequence < progress.next) {
    events_.clear();
    return Failure(gap_at(progress.next, "no record holds it"));
  }
  progress.at_end = !*entry;
  if (progress.at_end && expected != next(head_->last)) {
    return Failure(expected < next(head_->last)
                       ? gap_at(expected, "the last seal says it was there")
                       : damaged_at(expected, "its commit has no seal"));
  }
  return {};
}

std::expected<void, LogError> StoredLogReader::scan(Sequence from, const Visit& visit) {
  Progress progress{.next = number(from) == 0 ? Sequence{1} : from};
  while (!progress.at_end) {
    const auto read = read_some(progress);
    for (const Event& event : events_) {
      if (event.sequence >= progress.next && !visit(event)) return {};
    }
    if (!read) return read;
    if (!events_.empty()) progress.next = next(events_.back().sequence);
  }
  return {};
}

// `at` stands on the commit's first record, and is left on what follows its last.
std::expected<void, LogError> StoredLogReader::take_commit(const Seal& seal, Cursor& events,
                                                           std::optional<Cursor::Entry>& at,
                                                           Commits& commits) {
  if (!at || at->key != number(seal.first)) {
    return Failure(gap_at(seal.first, "its seal says it was there"));
  }
  const std::size_t before = commits.records.size();
  while (at && at->key <= number(seal.last)) {
    commits.records.insert(commits.records.end(), at->bytes.begin(), at->bytes.end());
    auto following = events.next();
    if (!following) return Failure(following.error());
    at = *following;
  }
  commits.parts.push_back({.seal = seal, .bytes = commits.records.size() - before});
  return {};
}

// The commits from the one that holds `from` on, up to what cannot be read.
std::expected<void, LogError> StoredLogReader::read_commits(Sequence from, Commits& commits) {
  commits.parts.clear();
  commits.records.clear();
  auto transaction = ReadTransaction::begin(*environment_);
  if (!transaction) return Failure(transaction.error());
  if (auto fresh = refresh(*transaction); !fresh) return fresh;
  commits.more = head_ && from <= head_->last;
  if (commits.more && from < first_) return Failure(moved_away(from, first_));
  const auto& directory = environment_->directory();
  auto seals = Cursor::open(*transaction, environment_->seals(), directory);
  auto events = Cursor::open(*transaction, environment_->events(), directory);
  if (!seals || !events) return Failure(seals ? events.error() : seals.error());
  auto entry = seals->first_from(number(from));
  std::optional<Cursor::Entry> at;
  while (entry && *entry && commits.parts.size() < kCommitsAtOnce &&
         commits.records.size() < kBytesAtOnce) {
    const std::optional<Seal> seal = decode_seal((*entry)->bytes);
    if (!seal || number(seal->last) != (*entry)->key) {
      return Failure(damaged_at(Sequence{(*entry)->key}, "the checksum of its seal is wrong"));
    }
    if (!at) {
      auto start = events->first_from(number(seal->first));
      if (!start) return Failure(start.error());
      at = *start;
    }
    if (auto taken = take_commit(*seal, *events, at, commits); !taken) return taken;
    entry = seals->next();
  }
  if (!entry) return Failure(entry.error());
  if (!*entry && at) return Failure(damaged_at(Sequence{at->key}, "its commit has no seal"));
  commits.more = entry->has_value();
  return {};
}

std::expected<void, LogError> StoredLogReader::walk(Sequence from, const VisitRecords& visit) {
  Commits commits;
  Sequence at = number(from) == 0 ? Sequence{1} : from;
  while (commits.more) {
    const auto read = read_commits(at, commits);
    std::span<const std::byte> records(commits.records);
    for (const Commits::Part& part : commits.parts) {
      if (!visit(part.seal, records.first(part.bytes))) return {};
      records = records.subspan(part.bytes);
      at = next(part.seal.last);
    }
    if (!read) return read;
  }
  return {};
}

std::expected<Seal, LogError> StoredLogReader::seal_at(Sequence last) {
  if (last == Sequence{}) return Seal{};
  auto transaction = ReadTransaction::begin(*environment_);
  if (!transaction) return Failure(transaction.error());
  auto bytes = transaction->get(environment_->seals(), number(last));
  if (!bytes) return Failure(bytes.error());
  const std::optional<Seal> seal = *bytes ? decode_seal(**bytes) : std::nullopt;
  if (seal && seal->last == last) return *seal;
  return Failure(damaged_at(last, "no sound seal says that a commit ends there"));
}

std::expected<void, LogError> StoredLogReader::scan_commits(Sequence from,
                                                            const VisitCommit& visit) {
  Sequence at = number(from) == 0 ? Sequence{1} : from;
  for (bool more = true; more;) {
    std::vector<Seal> seals;
    {
      auto transaction = ReadTransaction::begin(*environment_);
      if (!transaction) return Failure(transaction.error());
      if (auto fresh = refresh(*transaction); !fresh) return fresh;
      if (head_ && at <= head_->last && at < first_) return Failure(moved_away(at, first_));
      auto cursor = Cursor::open(*transaction, environment_->seals(), environment_->directory());
      if (!cursor) return Failure(cursor.error());
      auto entry = cursor->first_from(number(at));
      for (; entry && *entry && seals.size() < kCommitsAtOnce; entry = cursor->next()) {
        const std::optional<Seal> seal = decode_seal((*entry)->bytes);
        if (!seal) {
          return Failure(damaged_at(Sequence{(*entry)->key}, "the checksum of its seal is wrong"));
        }
        seals.push_back(*seal);
      }
      if (!entry) return Failure(entry.error());
      more = entry->has_value();
    }
    for (const Seal& seal : seals) {
      if (!visit({.first = seal.first,
                  .last = seal.last,
                  .texts = seal.texts,
                  .symbols = seal.symbols,
                  .chain = hash_text(seal.chain)})) {
        return {};
      }
      at = next(seal.last);
    }
  }
  return {};
}

}  // namespace

std::expected<std::unique_ptr<CommitReader>, LogError> open_newest(
    const std::filesystem::path& directory) {
  auto environment = Environment::open(directory, {});
  if (!environment) return Failure(environment.error());
  const auto witness = read_witness(directory);
  if (!witness) return Failure(witness.error());
  auto reader = std::make_unique<StoredLogReader>(std::move(*environment));
  if (auto started = reader->start(*witness); !started) return Failure(started.error());
  return reader;
}

}  // namespace tranchet

#include <optional>
#include <utility>
#include <vector>

#include "events/log/archive.h"
#include "events/log/environment.h"
#include "events/log/event_log.h"
#include "events/log/head_witness.h"
#include "events/log/log_contents.h"
#include "events/log/log_error.h"
#include "events/log/record.h"

namespace tranchet {
namespace {

using Failure = std::unexpected<LogError>;

// How much is read in one transaction: about a millisecond.
constexpr std::size_t kEventsAtOnce = 8'192, kCommitsAtOnce = 1'024;

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

class StoredLogReader final : public LogReader {
 public:
  explicit StoredLogReader(std::shared_ptr<Environment> environment)
      : environment_(std::move(environment)) {}

  std::expected<void, LogError> start(const Witness& witness);

  std::expected<void, LogError> scan(Sequence from, const Visit& visit) override;
  std::expected<void, LogError> verify_chain() override;
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
  struct ChainProgress {
    std::optional<Seal> previous;
    bool at_end = false;
  };
  std::expected<void, LogError> verify_some(ChainProgress& progress, ChainHasher& hasher);

  std::shared_ptr<Environment> environment_;
  Names names_;
  std::optional<Seal> head_;
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
  if (!head_) return {};
  return load_names(*transaction, *environment_, *head_, names_);
}

// A live log has grown since.
std::expected<void, LogError> StoredLogReader::refresh(const ReadTransaction& transaction) {
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

std::expected<void, LogError> StoredLogReader::verify_some(ChainProgress& progress,
                                                           ChainHasher& hasher) {
  auto transaction = ReadTransaction::begin(*environment_);
  if (!transaction) return Failure(transaction.error());
  const auto& directory = environment_->directory();
  auto seals = Cursor::open(*transaction, environment_->seals(), directory);
  auto events = Cursor::open(*transaction, environment_->events(), directory);
  if (!seals || !events) return Failure(seals ? events.error() : seals.error());
  const Sequence start = progress.previous ? next(progress.previous->last) : Sequence{1};
  auto entry = seals->first_from(number(start));
  auto at = events->first_from(number(start));
  for (std::size_t n = 0; entry && at && *entry && n < kCommitsAtOnce; ++n) {
    const std::optional<Seal> seal = decode_seal((*entry)->bytes);
    const Sequence expected = progress.previous ? next(progress.previous->last) : Sequence{1};
    if (!seal || number(seal->last) != (*entry)->key) {
      return Failure(damaged_at(expected, "the checksum of its seal is wrong"));
    }
    if (seal->first != expected) return Failure(gap_at(expected, "the seal of its commit is gone"));
    auto chain =
        hash_commit(*transaction, *environment_, progress.previous, *seal, *events, *at, hasher);
    if (!chain) return Failure(chain.error());
    if (*chain != seal->chain) {
      return Failure(damaged_at(seal->first, "the chain does not match its commit"));
    }
    progress.previous = seal;
    entry = seals->next();
  }
  if (!entry || !at) return Failure(entry ? at.error() : entry.error());
  progress.at_end = !*entry;
  if (progress.at_end && *at) {
    return Failure(damaged_at(Sequence{(*at)->key}, "its commit has no seal"));
  }
  return {};
}

std::expected<void, LogError> StoredLogReader::verify_chain() {
  ChainProgress progress;
  ChainHasher hasher;
  while (!progress.at_end) {
    if (auto verified = verify_some(progress, hasher); !verified) return verified;
  }
  return {};
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

std::expected<std::unique_ptr<LogReader>, LogError> LogReader::open(
    const std::filesystem::path& directory) {
  if (is_archive(directory)) return open_archive(directory);
  auto environment = Environment::open(directory, {});
  if (!environment) return Failure(environment.error());
  const auto witness = read_witness(directory);
  if (!witness) return Failure(witness.error());
  auto reader = std::make_unique<StoredLogReader>(std::move(*environment));
  if (auto started = reader->start(*witness); !started) return Failure(started.error());
  return reader;
}

}  // namespace tranchet

// What is on the disk twin: tables of keys and values, as LMDB holds them, and the checks that the
// log's writer and reader make of them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <vector>

#include "events/log/head_witness.h"
#include "events/log/record.h"
#include "events/log/seal.h"
#include "events/log/snapshot_pieces.h"

namespace tranchet {

// Values by key, added in order of key.
class DiskTable {
 public:
  std::size_t size() const { return keys_.size(); }
  std::uint64_t key(std::size_t index) const { return keys_[index]; }
  std::span<const std::byte> value(std::size_t index) const {
    const std::size_t start = index == 0 ? 0 : ends_[index - 1];
    return std::span(bytes_).subspan(start, ends_[index] - start);
  }
  // The index of the first key that is not below; size() if there is none.
  std::size_t first_from(std::uint64_t key) const;
  std::optional<std::span<const std::byte>> get(std::uint64_t key) const;

  void add(std::uint64_t key, std::span<const std::byte> bytes);
  void truncate(std::size_t size);
  void drop_first(std::size_t count);

  // Of keys and values.
  std::uint64_t bits() const { return 8 * (keys_.size() * sizeof(std::uint64_t) + bytes_.size()); }
  void flip(std::uint64_t bit);
  // A bit of the value at `index`, `number` modulo its bits.
  std::uint64_t bit_in(std::size_t index, std::uint64_t number) const {
    const std::span<const std::byte> bytes = value(index);
    const auto start = static_cast<std::uint64_t>(bytes.data() - bytes_.data());
    return 8 * (keys_.size() * sizeof(std::uint64_t) + start) + number % (8 * bytes.size());
  }

 private:
  std::vector<std::uint64_t> keys_;
  std::vector<std::size_t> ends_;
  std::vector<std::byte> bytes_;
};

// What one transaction adds. `seal` is empty where no event comes with it.
struct DiskCommit {
  std::span<const NamePiece> names;
  std::span<const RecordEncoder::Record> records;
  std::optional<Seal> seal;
  std::span<const StoredNote> notes;
  std::span<const SnapshotPiece> snapshot;
};

class DiskImage {
 public:
  void add(const DiskCommit& commit);
  // False: no commit is left to lose.
  bool lose_tail(std::uint64_t commits);
  std::uint64_t bits() const;
  void flip(std::uint64_t bit);
  // A bit of some value, chosen so that it lies in the same one whatever the program that wrote the
  // log is called. There must be one.
  std::uint64_t bit_for(std::uint64_t number) const;

  // Where the last commit ended, whatever has become of it since.
  Sequence last() const { return last_; }
  const Witness& witness() const { return witness_; }
  void remember(const Witness& witness) { witness_ = witness; }
  const DiskTable& events() const { return tables_[kEvents]; }
  const DiskTable& seals() const { return tables_[kSeals]; }

  // The same as the functions of their names do for the log in LMDB (events/log/log_contents.h).
  std::expected<std::optional<Seal>, LogError> last_seal() const;
  std::expected<std::optional<Seal>, LogError> verified_head(const Witness& witness) const;
  std::expected<void, LogError> load_names(const Seal& head, Names& names) const;
  std::expected<std::vector<DigestNote>, LogError> load_notes(const Witness& witness) const;
  // `at` stands on the first record of the commit, and is left on what follows the last.
  std::expected<ChainHash, LogError> hash_commit(const std::optional<Seal>& previous,
                                                 const Seal& seal, std::size_t& at,
                                                 ChainHasher& hasher) const;
  // 0: there is none.
  Sequence last_snapshot() const;
  std::optional<StateSnapshot> newest_snapshot(Sequence at_most) const;

 private:
  enum Content : std::size_t { kEvents, kSeals, kTexts, kSymbols, kNotes, kSnapshots, kContents };
  struct Extent {  // What there was before a commit.
    std::array<std::size_t, kContents> sizes{};
    Sequence last{};
  };

  std::expected<Sequence, LogError> last_event() const;
  std::expected<std::string, LogError> read_name(NameTable table, std::uint32_t id,
                                                 ChainHasher* hasher) const;

  std::array<DiskTable, kContents> tables_;
  std::vector<Extent> commits_;
  Sequence last_{};
  Witness witness_;
};

}  // namespace tranchet

#include "backtest/wargame/twins/disk_image.h"

#include <algorithm>
#include <string>

#include "events/log/log_error.h"

namespace tranchet {
namespace {

using Failure = std::unexpected<LogError>;

}  // namespace

// ---- Tables.

std::size_t DiskTable::first_from(std::uint64_t key) const {
  const auto found = std::ranges::lower_bound(keys_, key);
  return static_cast<std::size_t>(found - keys_.begin());
}

std::optional<std::span<const std::byte>> DiskTable::get(std::uint64_t key) const {
  const std::size_t index = first_from(key);
  if (index == size() || keys_[index] != key) return std::nullopt;
  return value(index);
}

void DiskTable::add(std::uint64_t key, std::span<const std::byte> bytes) {
  keys_.push_back(key);
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  ends_.push_back(bytes_.size());
}

void DiskTable::truncate(std::size_t size) {
  if (size >= keys_.size()) return;
  keys_.resize(size);
  ends_.resize(size);
  bytes_.resize(size == 0 ? 0 : ends_.back());
}

void DiskTable::drop_first(std::size_t count) {
  if (count == 0) return;
  const auto values = static_cast<std::ptrdiff_t>(count);
  const std::size_t gone = ends_[count - 1];
  keys_.erase(keys_.begin(), keys_.begin() + values);
  ends_.erase(ends_.begin(), ends_.begin() + values);
  for (std::size_t& end : ends_) end -= gone;
  bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(gone));
}

void DiskTable::flip(std::uint64_t bit) {
  constexpr std::uint64_t kKeyBits = 64;
  const std::uint64_t in_keys = keys_.size() * kKeyBits;
  if (bit < in_keys) {
    keys_[bit / kKeyBits] ^= std::uint64_t{1} << bit % kKeyBits;
    return;
  }
  bit -= in_keys;
  bytes_[bit / 8] ^= std::byte{1} << bit % 8;
}

// ---- The image.

void DiskImage::add(const DiskCommit& commit) {
  Extent& before = commits_.emplace_back(Extent{.last = last_});
  for (std::size_t content = 0; content < kContents; ++content) {
    before.sizes[content] = tables_[content].size();
  }
  for (const NamePiece& piece : commit.names) {
    const bool is_text = piece.key < name_key(NameTable::Symbols, 0, 0);
    tables_[is_text ? kTexts : kSymbols].add(piece.key, piece.bytes);
  }
  for (const RecordEncoder::Record& record : commit.records) {
    tables_[kEvents].add(number(record.first), record.bytes);
  }
  if (commit.seal) {
    tables_[kSeals].add(number(commit.seal->last), encode_seal(*commit.seal));
    last_ = commit.seal->last;
  }
  for (const StoredNote& note : commit.notes) {
    tables_[kNotes].add(number(note.note.sequence), encode_note(note));
  }
  if (commit.snapshot.empty()) return;
  // The new one and the newest before it stay.
  DiskTable& snapshots = tables_[kSnapshots];
  const std::uint64_t keep_from = snapshot_key(last_snapshot(), 0);
  std::size_t dropped = 0;
  while (dropped < snapshots.size() && snapshots.key(dropped) < keep_from) ++dropped;
  snapshots.drop_first(dropped);
  for (const SnapshotPiece& piece : commit.snapshot) snapshots.add(piece.key, piece.bytes);
}

bool DiskImage::lose_tail(std::uint64_t commits) {
  if (commits == 0 || commits_.empty()) return false;
  const std::size_t lost = std::min<std::uint64_t>(commits, commits_.size());
  const Extent& left = commits_[commits_.size() - lost];
  for (std::size_t content = 0; content < kSnapshots; ++content) {
    tables_[content].truncate(left.sizes[content]);
  }
  last_ = left.last;
  tables_[kSnapshots].truncate(tables_[kSnapshots].first_from(snapshot_key(next(last_), 0)));
  commits_.resize(commits_.size() - lost);
  return true;
}

std::uint64_t DiskImage::bits() const {
  std::uint64_t bits = 0;
  for (const DiskTable& table : tables_) bits += table.bits();
  return bits;
}

void DiskImage::flip(std::uint64_t bit) {
  for (DiskTable& table : tables_) {
    if (bit < table.bits()) return table.flip(bit);
    bit -= table.bits();
  }
}

std::uint64_t DiskImage::bit_for(std::uint64_t number) const {
  ENSURE(bits() > 0);
  std::size_t chosen = number % kContents;
  while (tables_[chosen].size() == 0) chosen = (chosen + 1) % kContents;
  std::uint64_t before = 0;
  for (std::size_t content = 0; content < chosen; ++content) before += tables_[content].bits();
  const DiskTable& table = tables_[chosen];
  return before + table.bit_in(number / 8 % table.size(), number / 8'192);
}

// ---- Checks.

std::expected<Sequence, LogError> DiskImage::last_event() const {
  if (events().size() == 0) return Sequence{};
  const std::size_t newest = events().size() - 1;
  const Sequence key{events().key(newest)};
  std::vector<Event> decoded;
  const auto flaw = decode_record(events().value(newest), decoded);
  if (flaw == RecordFlaw::Unknown) return Failure(newer_schema(key));
  if (flaw || decoded.front().sequence != key) {
    return Failure(damaged_at(key, "the checksum of its record is wrong"));
  }
  return decoded.back().sequence;
}

std::expected<std::optional<Seal>, LogError> DiskImage::last_seal() const {
  if (seals().size() == 0) return std::nullopt;
  const std::size_t newest = seals().size() - 1;
  const Sequence key{seals().key(newest)};
  const std::optional<Seal> seal = decode_seal(seals().value(newest));
  if (!seal || seal->last != key) {
    return Failure(damaged_at(key, "the checksum of its seal is wrong"));
  }
  return seal;
}

std::expected<std::optional<Seal>, LogError> DiskImage::verified_head(
    const Witness& witness) const {
  auto seal = last_seal();
  if (!seal) return seal;
  const auto event = last_event();
  if (!event) return Failure(event.error());
  const Sequence sealed = *seal ? (*seal)->last : Sequence{};
  if (*event > sealed) return Failure(damaged_at(*event, "its commit has no seal"));
  if (*event < sealed) return Failure(gap_at(next(*event), "the last seal says it was there"));
  if (witness.last > sealed) {
    return Failure(LogError{.kind = LogErrorKind::TailLost,
                            .sequence = next(sealed),
                            .message = "the log has lost its tail: it once held event " +
                                       std::to_string(number(witness.last))});
  }
  if (number(witness.last) == 0) return seal;
  const auto bytes = seals().get(number(witness.last));
  const std::optional<Seal> remembered = bytes ? decode_seal(*bytes) : std::nullopt;
  if (!remembered || remembered->chain != witness.chain) {
    return Failure(damaged_at(witness.last, "its seal is not the one that is remembered"));
  }
  return seal;
}

std::expected<std::string, LogError> DiskImage::read_name(NameTable table, std::uint32_t id,
                                                          ChainHasher* hasher) const {
  const DiskTable& pieces = tables_[table == NameTable::Texts ? kTexts : kSymbols];
  std::string text;
  for (std::size_t piece = 0;; ++piece) {
    const std::uint64_t key = name_key(table, id, piece);
    const auto bytes = pieces.get(key);
    const auto content = bytes ? decode_name_piece(key, *bytes) : std::nullopt;
    if (!content) {
      return Failure(
          damaged("name " + std::to_string(id) + " is missing or its checksum is wrong"));
    }
    if (hasher != nullptr) hasher->add(*bytes);
    text += content->part;
    if (text.size() >= content->total) return text;
  }
}

std::expected<void, LogError> DiskImage::load_names(const Seal& head, Names& names) const {
  const auto flaw = [] { return Failure(damaged("a name is there twice, or is empty")); };
  while (names.size() < head.texts) {
    const auto id = static_cast<std::uint32_t>(names.size() + 1);
    auto text = read_name(NameTable::Texts, id, nullptr);
    if (!text) return Failure(text.error());
    if (names.intern(*text) != TextId{id}) return flaw();
  }
  while (names.instruments() < head.symbols) {
    const auto id = static_cast<std::uint32_t>(names.instruments() + 1);
    auto symbol = read_name(NameTable::Symbols, id, nullptr);
    if (!symbol) return Failure(symbol.error());
    if (symbol->empty() || names.find_instrument(*symbol) != InstrumentId::None) return flaw();
    names.instrument(*symbol);
  }
  return {};
}

std::expected<std::vector<DigestNote>, LogError> DiskImage::load_notes(
    const Witness& witness) const {
  const DiskTable& stored = tables_[kNotes];
  std::vector<DigestNote> notes;
  for (std::size_t index = 0; index < stored.size(); ++index) {
    const auto note = decode_note(stored.key(index), stored.value(index));
    if (!note || note->ordinal != index + 1) {
      return Failure(
          damaged_at(Sequence{stored.key(index)}, "its digest note is not the one written"));
    }
    notes.push_back(note->note);
  }
  if (notes.size() < witness.notes) {
    return Failure(damaged("digest note " + std::to_string(notes.size() + 1) + " is missing"));
  }
  return notes;
}

std::expected<ChainHash, LogError> DiskImage::hash_commit(const std::optional<Seal>& previous,
                                                          const Seal& seal, std::size_t& at,
                                                          ChainHasher& hasher) const {
  const Seal start = previous.value_or(Seal{});
  start_seal_hash(hasher, start.chain, seal);
  for (std::uint32_t id = start.texts + 1; id <= seal.texts; ++id) {
    if (auto name = read_name(NameTable::Texts, id, &hasher); !name) return Failure(name.error());
  }
  for (std::uint32_t id = start.symbols + 1; id <= seal.symbols; ++id) {
    if (auto name = read_name(NameTable::Symbols, id, &hasher); !name) return Failure(name.error());
  }
  if (at == events().size() || events().key(at) != number(seal.first)) {
    return Failure(gap_at(seal.first, "its seal says it was there"));
  }
  for (; at < events().size() && events().key(at) <= number(seal.last); ++at) {
    hasher.add(events().value(at));
  }
  return hasher.finish();
}

Sequence DiskImage::last_snapshot() const {
  const DiskTable& stored = tables_[kSnapshots];
  return stored.size() == 0 ? Sequence{} : snapshot_sequence(stored.key(stored.size() - 1));
}

std::optional<StateSnapshot> DiskImage::newest_snapshot(Sequence at_most) const {
  const DiskTable& stored = tables_[kSnapshots];
  for (std::size_t end = stored.size(); end > 0;) {
    const Sequence sequence = snapshot_sequence(stored.key(end - 1));
    std::size_t start = end;
    while (start > 0 && snapshot_sequence(stored.key(start - 1)) == sequence) --start;
    SnapshotAssembly assembly(sequence);
    std::size_t piece = start;
    while (piece < end && assembly.add(stored.key(piece), stored.value(piece))) ++piece;
    auto snapshot = sequence <= at_most ? assembly.finish() : std::nullopt;
    if (snapshot) return snapshot;
    end = start;
  }
  return std::nullopt;
}

}  // namespace tranchet

#include "events/log/log_contents.h"

#include <string>
#include <utility>
#include <vector>

#include "events/log/log_error.h"
#include "events/log/record.h"
#include "events/log/snapshot_pieces.h"

namespace tranchet {
namespace {

using Failure = std::unexpected<LogError>;

// Where the last record ends; 0: there is none.
std::expected<Sequence, LogError> last_event(const ReadTransaction& transaction,
                                             const Environment& environment) {
  auto cursor = Cursor::open(transaction, environment.events(), environment.directory());
  if (!cursor) return Failure(cursor.error());
  auto found = cursor->last();
  if (!found) return Failure(found.error());
  if (!*found) return Sequence{};
  std::vector<Event> events;
  const auto flaw = decode_record((*found)->bytes, events);
  const Sequence key{(*found)->key};
  if (flaw == RecordFlaw::Unknown) return Failure(newer_schema(key));
  if (flaw || events.front().sequence != key) {
    return Failure(damaged_at(key, "the checksum of its record is wrong"));
  }
  return events.back().sequence;
}

std::expected<void, LogError> compare(const ReadTransaction& transaction,
                                      const Environment& environment, const Witness& witness,
                                      Sequence last) {
  if (witness.last > last) {
    return Failure(LogError{
        .kind = LogErrorKind::TailLost,
        .sequence = next(last),
        .message = "the log has lost its tail: it once held event " +
                   std::to_string(number(witness.last)) + " and now ends at event " +
                   std::to_string(number(last)) +
                   ". Do not trade on it: restore a backup that has them, or ask the venue what "
                   "happened since"});
  }
  if (number(witness.last) == 0) return {};
  auto bytes = transaction.get(environment.seals(), number(witness.last));
  if (!bytes) return Failure(bytes.error());
  const std::optional<Seal> seal = *bytes ? decode_seal(**bytes) : std::nullopt;
  if (seal && seal->chain == witness.chain) return {};
  return Failure(damaged_at(witness.last, "its seal is not the one that the file HEAD remembers"));
}

std::expected<std::string, LogError> read_name(const ReadTransaction& transaction,
                                               const Environment& environment, NameTable table,
                                               std::uint32_t id, ChainHasher* hasher) {
  const LogError flaw = damaged("name " + std::to_string(id) + " of " +
                                (table == NameTable::Texts ? "the texts" : "the symbols") +
                                " is missing or its checksum is wrong");
  std::string text;
  for (std::size_t piece = 0;; ++piece) {
    const std::uint64_t key = name_key(table, id, piece);
    auto bytes = transaction.get(environment.names(), key);
    if (!bytes) return Failure(bytes.error());
    if (!*bytes) return Failure(flaw);
    const auto content = decode_name_piece(key, **bytes);
    if (!content) return Failure(flaw);
    if (hasher != nullptr) hasher->add(**bytes);
    text += content->part;
    if (text.size() >= content->total) return text;
    if (content->part.size() != kNamePieceBytes || piece == 0xFFFF) return Failure(flaw);
  }
}

std::expected<void, LogError> hash_names(const ReadTransaction& transaction,
                                         const Environment& environment, NameTable table,
                                         std::uint32_t from, std::uint32_t to,
                                         ChainHasher& hasher) {
  for (std::uint32_t id = from + 1; id <= to; ++id) {
    auto name = read_name(transaction, environment, table, id, &hasher);
    if (!name) return Failure(name.error());
  }
  return {};
}

}  // namespace

std::expected<std::optional<Seal>, LogError> last_seal(const ReadTransaction& transaction,
                                                       const Environment& environment) {
  auto cursor = Cursor::open(transaction, environment.seals(), environment.directory());
  if (!cursor) return Failure(cursor.error());
  auto found = cursor->last();
  if (!found) return Failure(found.error());
  if (!*found) return std::nullopt;
  const std::optional<Seal> seal = decode_seal((*found)->bytes);
  if (!seal || number(seal->last) != (*found)->key) {
    return Failure(damaged_at(Sequence{(*found)->key}, "the checksum of its seal is wrong"));
  }
  return seal;
}

std::expected<std::optional<Seal>, LogError> verified_head(const ReadTransaction& transaction,
                                                           const Environment& environment,
                                                           const Witness& witness) {
  auto seal = last_seal(transaction, environment);
  if (!seal) return seal;
  auto event = last_event(transaction, environment);
  if (!event) return Failure(event.error());
  const Sequence sealed = *seal ? (*seal)->last : Sequence{};
  if (*event > sealed) return Failure(damaged_at(*event, "its commit has no seal"));
  if (*event < sealed) return Failure(gap_at(next(*event), "the last seal says it was there"));
  if (auto same = compare(transaction, environment, witness, sealed); !same) {
    return Failure(same.error());
  }
  return seal;
}

std::expected<void, LogError> load_names(const ReadTransaction& transaction,
                                         const Environment& environment, const Seal& head,
                                         Names& names) {
  const auto flaw = [] { return Failure(damaged("a name is there twice, or is empty")); };
  while (names.size() < head.texts) {
    const auto id = static_cast<std::uint32_t>(names.size() + 1);
    auto text = read_name(transaction, environment, NameTable::Texts, id, nullptr);
    if (!text) return Failure(text.error());
    if (names.intern(*text) != TextId{id}) return flaw();
  }
  while (names.instruments() < head.symbols) {
    const auto id = static_cast<std::uint32_t>(names.instruments() + 1);
    auto symbol = read_name(transaction, environment, NameTable::Symbols, id, nullptr);
    if (!symbol) return Failure(symbol.error());
    if (symbol->empty() || names.find_instrument(*symbol) != InstrumentId::None) return flaw();
    names.instrument(*symbol);
  }
  return {};
}

std::expected<std::vector<DigestNote>, LogError> load_notes(const ReadTransaction& transaction,
                                                            const Environment& environment,
                                                            const Witness& witness) {
  auto cursor = Cursor::open(transaction, environment.digests(), environment.directory());
  if (!cursor) return Failure(cursor.error());
  std::vector<DigestNote> notes;
  auto entry = cursor->first_from(0);
  for (; entry && *entry; entry = cursor->next()) {
    const auto stored = decode_note((*entry)->key, (*entry)->bytes);
    if (!stored || stored->ordinal != notes.size() + 1) {
      return Failure(damaged_at(Sequence{(*entry)->key}, "its digest note is not the one written"));
    }
    notes.push_back(stored->note);
  }
  if (!entry) return Failure(entry.error());
  if (notes.size() < witness.notes) {
    return Failure(damaged("digest note " + std::to_string(notes.size() + 1) + " is missing"));
  }
  return notes;
}

std::expected<std::optional<StateSnapshot>, LogError> load_snapshot(
    const ReadTransaction& transaction, const Environment& environment, Sequence at_most) {
  if (!environment.snapshots()) return std::nullopt;
  auto cursor = Cursor::open(transaction, *environment.snapshots(), environment.directory());
  if (!cursor) return Failure(cursor.error());
  auto entry = cursor->last();
  while (entry && *entry) {
    const Sequence sequence = snapshot_sequence((*entry)->key);
    const std::uint64_t first = snapshot_key(sequence, 0);
    if (sequence <= at_most) {
      SnapshotAssembly assembly(sequence);
      auto piece = cursor->first_from(first);
      while (piece && *piece && assembly.add((*piece)->key, (*piece)->bytes)) {
        if (auto snapshot = assembly.finish()) return snapshot;
        piece = cursor->next();
      }
      if (!piece) return Failure(piece.error());
    }
    entry = cursor->first_from(first);
    if (entry) entry = cursor->previous();
  }
  if (!entry) return Failure(entry.error());
  return std::nullopt;
}

std::expected<ChainHash, LogError> hash_commit(const ReadTransaction& transaction,
                                               const Environment& environment,
                                               const std::optional<Seal>& previous,
                                               const Seal& seal, Cursor& events,
                                               std::optional<Cursor::Entry>& at,
                                               ChainHasher& hasher) {
  const Seal start = previous.value_or(Seal{});
  start_seal_hash(hasher, start.chain, seal);
  auto named =
      hash_names(transaction, environment, NameTable::Texts, start.texts, seal.texts, hasher);
  if (named) {
    named = hash_names(transaction, environment, NameTable::Symbols, start.symbols, seal.symbols,
                       hasher);
  }
  if (!named) return Failure(named.error());
  if (!at || at->key != number(seal.first)) {
    return Failure(gap_at(seal.first, "its seal says it was there"));
  }
  while (at && at->key <= number(seal.last)) {
    hasher.add(at->bytes);
    auto following = events.next();
    if (!following) return Failure(following.error());
    at = *following;
  }
  return hasher.finish();
}

LogHead head_of(const std::optional<Seal>& seal) {
  return {.last = seal ? seal->last : Sequence{},
          .chain = hash_text(seal ? seal->chain : ChainHash{})};
}

}  // namespace tranchet
